/* See tools/lab/demo_steps.h. */
#include "tools/lab/demo_steps.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/text.h"
#include "tools/run/run.h"

enum { ARGS_MAX = 40 };

bool demo_stopped(const struct demo *s)
{
	return *s->cli->stop != 0 || ferror(stdout) != 0;
}

void demo_chapter(struct demo *s, const char *title)
{
	if (!demo_stopped(s))
		screen_chapter(&s->screen, ++s->chapter, DEMO_CHAPTERS, title);
}

static void say(struct demo *s, enum tone tone, const char *mark, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));
static void say(struct demo *s, enum tone tone, const char *mark, const char *format, va_list args)
{
	char text[1024], all[1100];

	if (demo_stopped(s))
		return;
	vsnprintf(text, sizeof text, format, args);
	snprintf(all, sizeof all, "%s%s", mark, text);
	screen_say(&s->screen, tone, all);
}

void demo_say(struct demo *s, enum tone tone, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(s, tone, "", format, args);
	va_end(args);
}

void demo_fail(struct demo *s, const char *format, ...)
{
	va_list args;

	s->failed = true;
	if (demo_stopped(s))
		return;
	screen_close(&s->screen); /* it stays in sight */
	va_start(args, format);
	say(s, TONE_BAD, "✗ ", format, args);
	va_end(args);
}

void demo_command(struct demo *s, const char *member, const char *format, ...)
{
	char text[1024];
	struct screen_line l = { .count = 0 };
	int width = s->screen.width_cells - 4 - text_width(member);
	va_list args;

	if (demo_stopped(s))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	screen_part(&l, TONE_DIM, 0, "  %s$ ", member);
	screen_part(&l, TONE_TYPED, text_width(text) > width ? width : 0, "%s", text);
	screen_add(&s->screen, &l, false);
}

/* "VT-2015 text" of a command that failed. */
static void note_why(struct demo *s, const json_t *root)
{
	const json_t *error = json_object_get(root, "error");
	const char *code = json_string_value(json_object_get(error, "code")),
		   *message = json_string_value(json_object_get(error, "message"));

	snprintf(s->why, sizeof s->why, "%s%s%s", code == NULL ? "" : code, code == NULL ? "" : " ",
		 message == NULL ? _("no answer") : message);
}

json_t *demo_ask(struct demo *s, const char *member, const char *const *args)
{
	const struct lab_member *m = lab_find(&s->lab, member);
	struct run_program program = { .stop = -1, .secret = true };
	struct run_result said = { .code = 1 };
	json_t *root = NULL, *data = NULL;
	char self[PATH_MAX];

	if (m != NULL && !demo_stopped(s) && run_find(self, sizeof self) == ERR_OK) {
		program.vanthu = self;
		program.config = m->config;
		if (run_vanthu(&program, args, &said) == ERR_OK)
			root = json_loads(said.out, 0, NULL);
	}
	if (root != NULL && said.code == 0)
		data = json_incref(json_object_get(root, "data"));
	else
		note_why(s, root);
	json_decref(root);
	run_free(&said);
	return data;
}

json_t *demo_must(struct demo *s, const char *member, const char *const *args)
{
	json_t *data = demo_ask(s, member, args);

	if (data == NULL)
		demo_fail(s, _("%s could not: vanthu %s (%s)"), member, args[0], s->why);
	return data;
}

bool demo_run(struct demo *s, const char *member, const char *const *args)
{
	json_t *data = demo_must(s, member, args);
	bool good = data != NULL;

	json_decref(data);
	return good;
}

bool demo_send(struct demo *s, const char *from, const char *const *files, unsigned count,
	       const char *const *options, struct demo_document *out)
{
	const char *args[ARGS_MAX] = { "send" };
	unsigned n = 1;
	json_t *data;

	for (unsigned i = 0; i < count; i++)
		args[n++] = files[i];
	for (unsigned i = 0; options[i] != NULL && n + 1 < ARGS_MAX; i++)
		args[n++] = options[i];
	args[n] = NULL;
	out->sent_ms = text_now_ms();
	data = demo_must(s, from, args);
	if (data == NULL)
		return false;
	snprintf(out->id, sizeof out->id, "%s", json_string_value(json_object_get(data, "id")));
	snprintf(out->number, sizeof out->number, "%s",
		 json_string_value(json_object_get(data, "number")));
	json_decref(data);
	s->documents++;
	return true;
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
	data = demo_ask(s, member, save);
	good = data != NULL;
	json_decref(data);
	for (unsigned i = 0; good && i < count; i++) {
		const char *slash = strrchr(files[i], '/');

		snprintf(path, sizeof path, "%s/%s", folder, slash == NULL ? files[i] : slash + 1);
		good = same_file(files[i], path);
	}
	data = good ? demo_ask(s, member, verify) : NULL;
	good = good && json_is_true(json_object_get(data, "valid"));
	json_decref(data);
	if (!good)
		demo_fail(s, _("%s does not have it as it was sent"), member);
	return good;
}
