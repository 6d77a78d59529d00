/* vanthud as a child that reads or restores backups; see backup_run.h. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/command/backup_run.h"
#include "tools/command/commands.h"
#include "tools/lab/lab.h"
#include "tools/output/output.h"

extern char **environ;

enum { PATH_SIZE = 4096, ARGS_MAX = 12 };

void backup_progress(struct cli *cli, const char *text)
{
	if (cli->quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, text == NULL ? "\r\033[K%s" : "\r%s\033[K", text == NULL ? "" : text);
	fflush(stderr);
}

static void split(char *line, const char *fields[BACKUP_FIELDS_MAX])
{
	unsigned n = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *rest = line; rest != NULL && n < BACKUP_FIELDS_MAX; n++)
		fields[n] = strsep(&rest, "\t");
	for (; n < BACKUP_FIELDS_MAX; n++)
		fields[n] = "";
}

static void say_read(struct cli *cli, const char *bytes)
{
	json_t *n = json_integer(strtoll(bytes, NULL, 10));
	char size[64], text[128];

	output_format(NULL, n, FORMAT_BYTES, false, size, sizeof size);
	json_decref(n);
	snprintf(text, sizeof text, _("%s read"), size);
	backup_progress(cli, text);
}

/* The lines up to the end. ERR_OK: no error was among them. */
static enum err read_lines(struct cli *cli, const struct backup_order *o, FILE *from, char *about,
			   size_t about_size)
{
	char *line = NULL;
	size_t capacity = 0;
	enum err e = ERR_OK;

	while (getline(&line, &capacity, from) > 0) {
		const char *fields[BACKUP_FIELDS_MAX];

		split(line, fields);
		if (strcmp(fields[0], "progress") == 0) {
			say_read(cli, fields[1]);
		} else if (strcmp(fields[0], "error") == 0) {
			e = (enum err)strtol(fields[1], NULL, 10);
			snprintf(about, about_size, "%s", fields[2]);
		} else {
			o->line(o->ctx, fields);
		}
	}
	free(line);
	backup_progress(cli, NULL);
	return e;
}

static int spawn(struct cli *cli, const char *program, char *const *args, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int code;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	/* what it logs repeats what its lines say */
	if (!cli->verbose)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	code = posix_spawnp(pid, program, &actions, NULL, args, environ);
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

static void fill_args(const struct backup_order *o, const char *args[ARGS_MAX])
{
	unsigned n = 1;

	if (o->config != NULL) {
		args[n++] = "-c";
		args[n++] = o->config;
	}
	if (o->unchecked)
		args[n++] = "--no-verify";
	if (o->dry_run)
		args[n++] = "--dry-run";
	args[n++] = "--backup";
	args[n++] = o->verb;
	args[n++] = "--";
	args[n++] = o->folder;
	args[n++] = o->name;
	args[n] = NULL;
}

static enum err report_start(struct cli *cli, const char *program, int code)
{
	char message[PATH_SIZE + 64], fix[128];

	snprintf(fix, sizeof fix, _("%s must lie beside vanthu, or in the PATH"), "vanthud");
	snprintf(message, sizeof message, _("%s cannot be started (error %d of the system)"),
		 program, code);
	cli_fail_text(cli, ERR_SYSTEM, message, fix);
	return ERR_SYSTEM;
}

/* What its end says, when its lines said nothing. A store that was damaged when it was copied may
 * take down who reads it. */
static enum err judge_end(int status, char *about, size_t size)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return ERR_OK;
	if (WIFSIGNALED(status)) {
		snprintf(about, size, _("signal %d while it was read"), WTERMSIG(status));
		return ERR_BACKUP_DAMAGED;
	}
	return ERR_SYSTEM;
}

enum err backup_run(struct cli *cli, const struct backup_order *o, bool damaged_too)
{
	char program[PATH_SIZE], about[PATH_SIZE] = "";
	const char *args[ARGS_MAX] = { program };
	int ends[2], status = 0, code;
	FILE *from;
	pid_t pid;
	enum err e;

	process_program(PROCESS_DAEMON, program, sizeof program);
	fill_args(o, args);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return report_start(cli, program, errno);
	code = spawn(cli, program, (char *const *)(uintptr_t)args, ends[1], &pid);
	close(ends[1]);
	from = fdopen(ends[0], "r");
	if (code != 0 || from == NULL) {
		close(ends[0]);
		return report_start(cli, program, code != 0 ? code : errno);
	}
	e = read_lines(cli, o, from, about, sizeof about);
	fclose(from);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (e == ERR_OK)
		e = judge_end(status, about, sizeof about);
	if (e != ERR_OK && (e != ERR_BACKUP_DAMAGED || !damaged_too || WIFSIGNALED(status)))
		cli_fail(cli, e, about[0] == '\0' ? NULL : about);
	return e;
}
