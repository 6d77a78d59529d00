/* doctor: looks at the data of a committee whose daemon does not run, by its vanthud as a child
 * (daemon/doctor.h says what it prints): whatever is wrong with the data ends that one alone. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/cli/cli.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

extern char **environ;

enum { EXIT_WRONG = 10, FIELDS_MAX = 6, LISTED_MAX = 1000 };

const struct command_option doctor_options[] = {
	{ "store", 1, NULL, N_("all stored records, and what holds them together"), VALUE_NONE,
	  NULL },
	{ "contents", 2, NULL, N_("each attachment against its SHA-256, too"), VALUE_NONE, NULL },
	{ "salvage", 3, N_("DIR"), N_("copy all records that can be read into a new data folder"),
	  VALUE_FOLDER, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct visit {
	bool contents;
	const char *salvage;
	json_t *out, *findings;
	unsigned long long wrong;
	unsigned error; /* 0: none */
};

/* ---- what it says ---- */

static void add(struct visit *v, json_t *finding)
{
	v->wrong++;
	if (json_array_size(v->findings) < LISTED_MAX)
		json_array_append_new(v->findings, finding);
	else
		json_decref(finding);
}

static json_int_t number(const char *text)
{
	return (json_int_t)strtoull(text, NULL, 10);
}

static void take_damaged(struct visit *v, char *const *f)
{
	json_t *finding =
		json_pack("{s:s, s:s, s:s}", "kind", "damaged", "where", f[1], "key", f[2]);
	char document[64];

	if (strcmp(f[3], "-") != 0) {
		snprintf(document, sizeof document, "%s %s", f[3], f[4]);
		json_object_set_new(finding, "document", json_string(document));
	}
	add(v, finding);
}

static void take_differs(struct visit *v, char *const *f)
{
	char what[128];

	snprintf(what, sizeof what, _("%s records are there, of %s"), f[3], f[2]);
	add(v, json_pack("{s:s, s:s, s:s, s:I, s:I}", "kind", "differs", "where", f[1], "what",
			 what, "expected", number(f[2]), "found", number(f[3])));
}

static void take_fields(struct visit *v, char *const *f, unsigned count)
{
	if (strcmp(f[0], "fault") == 0 && count == 4)
		add(v, json_pack("{s:s, s:s, s:I, s:s}", "kind", "fault", "where", f[1], "page",
				 number(f[2]), "what", f[3]));
	else if (strcmp(f[0], "damaged") == 0 && count == 5)
		take_damaged(v, f);
	else if (strcmp(f[0], "differs") == 0 && count == 4)
		take_differs(v, f);
	else if (strcmp(f[0], "content") == 0 && count == 3)
		add(v,
		    json_pack("{s:s, s:s, s:s}", "kind", "content", "where", f[1], "what", f[2]));
	else if (strcmp(f[0], "records") == 0 && count == 3)
		json_object_update_new(v->out, json_pack("{s:I, s:b}", "records", number(f[1]),
							 "compared", f[2][0] == '1'));
	else if (strcmp(f[0], "accepted") == 0 && count == 2)
		json_object_set_new(v->out, "accepted", json_integer(number(f[1])));
	else if (strcmp(f[0], "contents") == 0 && count == 3)
		json_object_update_new(v->out, json_pack("{s:I, s:I}", "contents", number(f[1]),
							 "contents_bytes", number(f[2])));
	else if (strcmp(f[0], "salvaged") == 0 && count == 3)
		json_object_update_new(v->out, json_pack("{s:s, s:I, s:I}", "salvaged_to",
							 v->salvage, "salvaged", number(f[1]),
							 "strayed", number(f[2])));
	else if (strcmp(f[0], "error") == 0 && count == 2)
		v->error = (unsigned)number(f[1]);
}

static void take_line(struct visit *v, char *line)
{
	char *fields[FIELDS_MAX];
	unsigned count = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *at = line; at != NULL && count < FIELDS_MAX; count++) {
		char *tab = strchr(at, '\t');

		fields[count] = at;
		if (tab != NULL)
			*tab++ = '\0';
		at = tab;
	}
	take_fields(v, fields, count);
}

/* ---- the child ---- */

/* Beside this program or in the folder for daemons, else from the PATH. */
static void find_daemon(char *out, size_t size)
{
	static const char *const folders[] = { "", "/../sbin" };
	ssize_t n = readlink("/proc/self/exe", out, size - 48);
	char *slash;

	if (n > 0) {
		out[n] = '\0';
		slash = strrchr(out, '/');
		for (size_t i = 0; slash != NULL && i < sizeof folders / sizeof folders[0]; i++) {
			snprintf(slash, size - (size_t)(slash - out), "%s/vanthud", folders[i]);
			if (access(out, X_OK) == 0)
				return;
		}
	}
	snprintf(out, size, "vanthud");
}

static pid_t begin(struct cli *cli, const struct visit *v, int *from)
{
	char program[PATH_MAX + 64];
	char *argv[8] = { program, (char *)"-c", (char *)(uintptr_t)cli->config_path,
			  (char *)"--doctor" };
	posix_spawn_file_actions_t actions;
	unsigned n = 4;
	int ends[2];
	pid_t pid = -1;

	find_daemon(program, sizeof program);
	if (v->contents)
		argv[n++] = (char *)"--contents";
	if (v->salvage != NULL) {
		argv[n++] = (char *)"--salvage";
		argv[n++] = (char *)(uintptr_t)v->salvage;
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	/* what it logs it says on stdout, too */
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, program, &actions, NULL, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*from = ends[0];
	if (pid < 0)
		close(ends[0]);
	return pid;
}

/* The exit code of the child, or 128 and its signal; -1: it could not be started. */
static int follow(struct cli *cli, struct visit *v)
{
	int from, status = 0;
	pid_t pid = begin(cli, v, &from);
	size_t size = 0;
	char *line = NULL;
	FILE *f;

	if (pid < 0)
		return -1;
	f = fdopen(from, "re");
	while (f != NULL && getline(&line, &size, f) > 0)
		take_line(v, line);
	free(line);
	if (f != NULL)
		fclose(f);
	else
		close(from);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- what is told ---- */

static void tell(struct cli *cli, const struct visit *v)
{
	static const struct column facts[] = {
		{ "records", N_("Records"), FORMAT_COUNT, false },
		{ "compared", N_("Compared"), FORMAT_BOOL, false },
		{ "contents", N_("Attachments"), FORMAT_COUNT, false },
		{ "contents_bytes", N_("Their size"), FORMAT_BYTES, false },
		{ "wrong", N_("Wrong"), FORMAT_COUNT, false },
		{ "accepted", N_("Accepted as lost"), FORMAT_COUNT, false },
		{ "salvaged", N_("Salvaged"), FORMAT_COUNT, false },
		{ "strayed", N_("Of lost pages"), FORMAT_COUNT, false },
		{ "salvaged_to", N_("Into"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column each[] = {
		{ "kind", N_("Kind"), FORMAT_STATE, false },
		{ "where", N_("Where"), FORMAT_TEXT, false },
		{ "page", N_("Page"), FORMAT_COUNT, false },
		{ "document", N_("Document"), FORMAT_TEXT, false },
		{ "what", N_("What"), FORMAT_TEXT, true },
		{ "key", N_("Key"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	json_object_set_new(v->out, "wrong", json_integer((json_int_t)v->wrong));
	json_object_set_new(v->out, "sound", json_boolean(v->wrong == 0 && v->error == 0));
	json_object_set(v->out, "findings", v->findings);
	if (cli->json) {
		cli->renderer->object(cli, v->out, NULL);
		return;
	}
	cli->renderer->object(cli, v->out, facts);
	if (v->wrong > 0) {
		cli->renderer->heading(cli, _("Findings"));
		cli->renderer->list(cli, v->findings, each);
	}
	if (v->salvage != NULL && v->error == 0)
		cli_say(cli, "%s",
			_("Next: move the folders files and incoming there, too, and name it in "
			  "vanthud.yaml (data)."));
	else if (v->wrong > 0 && v->error == 0)
		cli_say(cli, "%s",
			_("Next: copy the data folder as it is, look at the disk, then restore a "
			  "backup, or: vanthu doctor --store --salvage DIR"));
}

static int doctor(struct cli *cli, struct visit *v)
{
	int code;

	code = follow(cli, v);
	if (code < 0)
		return cli_fail_text(cli, ERR_SYSTEM, _("vanthud cannot be started"),
				     _("vanthud must lie beside vanthu, or in the PATH"));
	if (v->error == ERR_STORE_BUSY || v->error == ERR_EXISTS || v->error == ERR_NOT_FOUND ||
	    v->error == ERR_FILE)
		return cli_fail(cli, (enum err)v->error, v->error == ERR_EXISTS ? v->salvage : "");
	if (v->error == 0 && code != 0 && code != EXIT_WRONG)
		return cli_fail_text(cli, ERR_SYSTEM, _("vanthud ended before it was done"),
				     _("see what it says: vanthud -c FILE --doctor"));
	tell(cli, v);
	if (v->error != 0 && v->error != ERR_STORE_DAMAGED)
		return cli_fail(cli, (enum err)v->error, "");
	return v->error != 0 ? EXIT_WRONG : code;
}

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
	struct config *config = malloc(sizeof *config);
	struct visit v = { .contents = false };
	bool store = false;
	int option, code;
	enum err e;

	while ((option = cli_option(cli, argc, argv)) != -1) {
		if (option == '?') {
			free(config);
			return err_exit_code(ERR_USAGE);
		}
		store = store || option == 1;
		v.contents = v.contents || option == 2;
		if (option == 3)
			v.salvage = cli->value;
	}
	if (!store || optind != argc) {
		free(config);
		return arguments_missing(cli, argc - optind, argv + optind);
	}
	e = config == NULL ? ERR_NO_MEMORY : cli_config(cli, config);
	free(config);
	if (e != ERR_OK)
		return err_exit_code(e);
	v.out = json_object();
	v.findings = json_array();
	code = doctor(cli, &v);
	json_decref(v.findings);
	json_decref(v.out);
	return code;
}
