/* See tools/lab/demo_steps.h. */
#include "tools/lab/demo_steps.h"

#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/text.h"
#include "tools/output/output.h"

extern char **environ;

enum { ARGS_MAX = 40, OUTPUT_MAX = 1 << 20, POLL_MS = 40 };

bool demo_stopped(const struct demo *s)
{
	return *s->cli->stop != 0 || ferror(stdout) != 0;
}

void demo_chapter(struct demo *s, const char *title)
{
	char at[32];

	printf("\n");
	output_decimal((double)(text_now_ms() - s->began_ms) / 1000, 1, " s", at, sizeof at);
	printf("[%6s] ", at);
	printf("%s\n", title);
	fflush(stdout);
}

void demo_say(struct demo *s, const char *format, ...)
{
	va_list args;

	(void)s;
	printf("  ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

void demo_fail(struct demo *s, const char *format, ...)
{
	va_list args;

	s->failed = true;
	if (demo_stopped(s))
		return;
	printf("  ✗ ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* This program once more, on one member. Its output goes to `out` (NULL: to ours). Returns the exit
 * code. */
static int run(const struct lab_member *m, const char *const *args, bool json, char *out,
	       size_t size)
{
	const char *argv[ARGS_MAX] = { "vanthu", "-c", m->config };
	posix_spawn_file_actions_t actions;
	int pipes[2] = { -1, -1 }, status = 0;
	size_t n = 3, got = 0;
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	pid_t pid;

	if (len <= 0 || (out != NULL && pipe(pipes) != 0))
		return 1;
	self[len] = '\0';
	for (unsigned i = 0; args[i] != NULL && n + 3 < ARGS_MAX; i++)
		argv[n++] = args[i];
	if (json)
		argv[n++] = "--json";
	argv[n] = NULL;
	posix_spawn_file_actions_init(&actions);
	if (out != NULL) {
		posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
		posix_spawn_file_actions_addclose(&actions, pipes[0]);
		posix_spawn_file_actions_addclose(&actions, pipes[1]);
	}
	if (posix_spawn(&pid, self, &actions, NULL, (char *const *)(uintptr_t)argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	if (out != NULL) {
		ssize_t r;

		close(pipes[1]);
		while (got + 1 < size && (r = read(pipes[0], out + got, size - got - 1)) > 0)
			got += (size_t)r;
		close(pipes[0]);
		out[got] = '\0';
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The `data` of a command's JSON; NULL when it failed. */
static json_t *ask(struct demo *s, const char *member, const char *const *args)
{
	const struct lab_member *m = lab_find(&s->lab, member);
	char *out = malloc(OUTPUT_MAX);
	json_t *root = NULL, *data = NULL;

	if (m != NULL && out != NULL && !demo_stopped(s) &&
	    run(m, args, true, out, OUTPUT_MAX) == 0)
		root = json_loads(out, 0, NULL);
	if (root != NULL)
		data = json_incref(json_object_get(root, "data"));
	json_decref(root);
	free(out);
	return data;
}

int demo_show(struct demo *s, const char *member, const char *const *args)
{
	const struct lab_member *m = lab_find(&s->lab, member);

	printf("\n  $ vanthu -c %s/%s", s->folder, member);
	for (unsigned i = 0; args[i] != NULL; i++)
		printf(" %s", args[i]);
	printf("\n");
	fflush(stdout);
	return m == NULL || demo_stopped(s) ? 1 : run(m, args, false, NULL, 0);
}

bool demo_send(struct demo *s, const char *from, const char *const *files, unsigned count,
	       const char *const *options, char id[37])
{
	const char *args[ARGS_MAX] = { "send" };
	unsigned n = 1;
	json_t *data;
	bool good;

	for (unsigned i = 0; i < count; i++)
		args[n++] = files[i];
	for (unsigned i = 0; options[i] != NULL && n + 1 < ARGS_MAX; i++)
		args[n++] = options[i];
	args[n] = NULL;
	data = ask(s, from, args);
	good = data != NULL && json_is_string(json_object_get(data, "id"));
	if (good)
		snprintf(id, 37, "%s", json_string_value(json_object_get(data, "id")));
	else
		demo_fail(s, _("%s could not send"), from);
	json_decref(data);
	return good;
}

bool demo_run(struct demo *s, const char *member, const char *const *args)
{
	json_t *data = ask(s, member, args);
	bool good = data != NULL;

	json_decref(data);
	if (!good)
		demo_fail(s, _("%s could not: %s"), member, args[0]);
	return good;
}

void demo_share(struct demo *s, const char *member)
{
	const char *args[] = { "target", NULL };
	json_t *data = ask(s, member, args);
	char sentence[160];

	if (data == NULL) {
		demo_fail(s, _("%s could not: %s"), member, args[0]);
		return;
	}
	target_sentence(s->cli, data, sentence, sizeof sentence);
	demo_say(s, _("%s, of %lld documents"), sentence,
		 (long long)json_integer_value(json_object_get(data, "counted")));
	json_decref(data);
}

static unsigned say_new_receipts(struct demo *s, const json_t *receipts,
				 char said[][COMMITTEE_ID_MAX + 1], unsigned count)
{
	size_t i;
	json_t *r;

	json_array_foreach(receipts, i, r)
	{
		const char *who = json_string_value(json_object_get(r, "committee")),
			   *state = json_string_value(json_object_get(r, "state"));
		bool known = false;

		for (unsigned k = 0; k < count; k++)
			known = known || strcmp(said[k], who) == 0;
		if (known || strcmp(state, "waiting") == 0 || count == 64)
			continue;
		snprintf(said[count++], COMMITTEE_ID_MAX + 1, "%s", who);
		demo_say(s,
			 strcmp(state, "delivered") == 0 ? _("✓ signed receipt of %s")
							 : _("✗ refused by %s"),
			 who);
	}
	return count;
}

bool demo_receipts(struct demo *s, const char *from, const char *id, unsigned wanted,
		   int timeout_ms)
{
	const char *args[] = { "show", id, NULL };
	char said[64][COMMITTEE_ID_MAX + 1];
	int64_t until_ms = text_now_ms() + timeout_ms;
	unsigned count = 0;

	while (count < wanted && text_now_ms() < until_ms && !demo_stopped(s)) {
		json_t *data = ask(s, from, args);

		count = say_new_receipts(s, json_object_get(data, "receipts"), said, count);
		json_decref(data);
		if (count < wanted)
			poll(NULL, 0, POLL_MS);
	}
	if (count < wanted)
		demo_fail(s, _("%u of %u receipts in time"), count, wanted);
	return count >= wanted;
}

static bool same_file(const char *a, const char *b)
{
	FILE *x = fopen(a, "re"), *y = fopen(b, "re");
	char p[65536], q[65536];
	bool same = x != NULL && y != NULL;
	size_t n = 1;

	while (same && n > 0) {
		n = fread(p, 1, sizeof p, x);
		same = fread(q, 1, sizeof q, y) == n && memcmp(p, q, n) == 0;
	}
	if (x != NULL)
		fclose(x);
	if (y != NULL)
		fclose(y);
	return same;
}

bool demo_compare(struct demo *s, const char *member, const char *id, const char *const *files,
		  unsigned count)
{
	char folder[CONFIG_PATH_MAX + 64], path[CONFIG_PATH_MAX * 2];
	const char *save[] = { "save", id, "--to", folder, NULL },
		   *verify[] = { "verify", id, NULL };
	json_t *data;
	bool good;

	snprintf(folder, sizeof folder, "%s/saved-%s-%.8s", s->folder, member, id + 28);
	data = ask(s, member, save);
	good = data != NULL;
	json_decref(data);
	for (unsigned i = 0; good && i < count; i++) {
		const char *slash = strrchr(files[i], '/');

		snprintf(path, sizeof path, "%s/%s", folder, slash == NULL ? files[i] : slash + 1);
		good = same_file(files[i], path);
	}
	data = good ? ask(s, member, verify) : NULL;
	good = good && json_is_true(json_object_get(data, "valid"));
	json_decref(data);
	if (!good)
		demo_fail(s, _("%s does not have it as it was sent"), member);
	return good;
}
