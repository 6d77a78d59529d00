/* See process.h. */
#include "tools/lab/process.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/client/client.h"
#include "tools/lab/lab.h"

extern char **environ;

enum { POLL_MS = 10, GONE_POLLS = 20, ASK_MS = 5000, LOG_TAIL_BYTES = 16384, LINE_BYTES = 400 };

/* Written before each start, so that what an earlier one said is not taken for the fault of this
 * one. */
static const char start_mark[] = "level=info event=lab-start\n";

/* Programs and their files, beside the configuration. */
static const struct program {
	const char *name, *pid_file, *log_file;
} programs[] = {
	[PROCESS_DAEMON] = { "vanthud", "vanthud.pid", "vanthud.log" },
	[PROCESS_GATEWAY] = { "vanthu-gateway", "vanthu-gateway.pid", "vanthu-gateway.log" },
};

static int64_t mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void beside(const struct lab_member *m, const char *name, char *out, size_t size)
{
	size_t folder = strlen(m->config) - strlen("vanthud.yaml");

	snprintf(out, size, "%.*s%s", (int)folder, m->config, name);
}

static bool is_gateway(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash == NULL ? path : slash + 1, programs[PROCESS_GATEWAY].name) == 0;
}

/* Is this process the program, with this configuration? A daemon may run below another program
 * (strace, a script), so only gateways are known by their names. */
static bool is_ours(int pid, const struct lab_member *m, enum process_program which)
{
	char path[64], line[CONFIG_PATH_MAX * 2];
	bool gateway = false, config = false;
	size_t n, at = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	n = fread(line, 1, sizeof line - 1, f);
	fclose(f);
	line[n] = '\0';
	for (; at < n; at += strlen(line + at) + 1) {
		gateway = gateway || is_gateway(line + at);
		config = config || strcmp(line + at, m->config) == 0;
	}
	return config && gateway == (which == PROCESS_GATEWAY);
}

int process_pid(const struct lab_member *m, enum process_program which)
{
	char path[CONFIG_PATH_MAX + 32];
	int pid = 0;
	FILE *f;

	beside(m, programs[which].pid_file, path, sizeof path);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid > 0 && is_ours(pid, m, which) ? pid : 0;
}

void process_program(enum process_program which, char *out, size_t size)
{
	static const char *const folders[] = { "", "/../sbin" };
	const char *name = programs[which].name;
	ssize_t n = readlink("/proc/self/exe", out, size - 48);
	char *slash;

	if (n > 0) {
		out[n] = '\0';
		slash = strrchr(out, '/');
		for (size_t i = 0; slash != NULL && i < sizeof folders / sizeof folders[0]; i++) {
			snprintf(slash, size - (size_t)(slash - out), "%s/%s", folders[i], name);
			if (access(out, X_OK) == 0)
				return;
		}
	}
	snprintf(out, size, "%s", name);
}

static void mark_start(const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	/* Without a log the daemon itself cannot be started: the start reports it. */
	if (fd >= 0) {
		ssize_t written = write(fd, start_mark, sizeof start_mark - 1);

		(void)written;
		close(fd);
	}
}

/* Nobody has started it. */
static enum err report_start(struct cli *cli, const char *name, const char *path, int code)
{
	char message[4096 + 64], fix[128];

	snprintf(message, sizeof message, _("%s cannot be started (error %d of the system)"), path,
		 code);
	snprintf(fix, sizeof fix, _("%s must lie beside vanthu, or in the PATH"), name);
	cli_fail_text(cli, ERR_SYSTEM, message, fix);
	return ERR_SYSTEM;
}

static enum err note_pid(struct cli *cli, const char *path, pid_t pid)
{
	FILE *f = fopen(path, "we");

	if (f == NULL) {
		kill(pid, SIGTERM);
		cli_fail_file(cli, ERR_FILE, path);
		return ERR_FILE;
	}
	fprintf(f, "%d\n", (int)pid);
	fclose(f);
	return ERR_OK;
}

enum err process_spawn(struct cli *cli, const struct lab_member *m, enum process_program which)
{
	char program[4096], log[CONFIG_PATH_MAX + 32], pid_path[CONFIG_PATH_MAX + 32];
	char *argv[] = { program, (char *)(uintptr_t) "-c", (char *)(uintptr_t)m->config, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int code;

	process_program(which, program, sizeof program);
	beside(m, programs[which].log_file, log, sizeof log);
	mark_start(log);
	beside(m, programs[which].pid_file, pid_path, sizeof pid_path);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawn_file_actions_init(&actions);
	/* what our caller had open is none of its business */
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log,
					 O_WRONLY | O_CREAT | O_APPEND, 0600);
	code = posix_spawnp(&pid, program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return code != 0 ? report_start(cli, programs[which].name, program, code)
			 : note_pid(cli, pid_path, pid);
}

static bool answers(const struct config *config)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	struct client *c;
	bool yes = false;

	if (client_connect(config, CLIENT_READ, ASK_MS, &c) != ERR_OK)
		return false;
	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	yes = client_send(c, &request) == ERR_OK && client_next(c, &reply) == ERR_OK &&
	      reply->what_case == VANTHU__V1__REPLY__WHAT_STATUS;
	client_close(c);
	return yes;
}

/* The signal that ended the daemon which this process started, in words; "": none did, or it is no
 * child of ours. */
static void find_signal(const struct lab_member *m, enum process_program which, char *out,
			size_t size)
{
	char path[CONFIG_PATH_MAX + 32];
	int pid = 0, status;
	FILE *f;

	out[0] = '\0';
	beside(m, programs[which].pid_file, path, sizeof path);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fscanf(f, "%d", &pid) == 1 && pid > 0 && waitpid(pid, &status, WNOHANG) == pid &&
	    WIFSIGNALED(status))
		snprintf(out, size, _("signal %d (SIG%s) ended it"), WTERMSIG(status),
			 sigabbrev_np(WTERMSIG(status)));
	fclose(f);
}

/* What the log says since the last start: the first error, else the last line that is no event.
 * Empty when it says nothing. */
static void find_fault(const char *log, char out[LINE_BYTES])
{
	static const char error[] = "level=error event=", event[] = "level=";
	char tail[LOG_TAIL_BYTES + 1];
	const char *from, *at, *line = "";
	FILE *f = fopen(log, "re");
	size_t n = 0;

	out[0] = '\0';
	if (f == NULL)
		return;
	if (fseek(f, -LOG_TAIL_BYTES, SEEK_END) != 0)
		rewind(f); /* a short one */
	n = fread(tail, 1, LOG_TAIL_BYTES, f);
	fclose(f);
	tail[n] = '\0';
	for (from = at = tail; (at = strstr(at, start_mark)) != NULL; from = at)
		at += sizeof start_mark - 1;
	for (at = from; *at != '\0' && strncmp(line, error, sizeof error - 1) != 0;
	     at += strcspn(at, "\n") + (strchr(at, '\n') != NULL)) {
		if (strncmp(at, event, sizeof event - 1) != 0 ||
		    strncmp(at, error, sizeof error - 1) == 0)
			line = at;
	}
	if (strncmp(line, error, sizeof error - 1) == 0)
		line += sizeof error - 1;
	snprintf(out, LINE_BYTES, "%.*s", (int)strcspn(line, "\n"), line);
}

static void report_config(struct cli *cli, const struct lab_member *m,
			  const struct config_errors *errors)
{
	char message[CONFIG_PATH_MAX + 512];

	if (errors->count == 0)
		snprintf(message, sizeof message, "%s", m->config);
	else
		snprintf(message, sizeof message, "%s:%u:%u: %s", m->config, errors->list[0].line,
			 errors->list[0].column, errors->list[0].text);
	cli_fail_text(cli, ERR_CONFIG, message, _(err_fix(ERR_CONFIG)));
}

/* A key that others can read: said as everywhere else, with the command that mends it. */
static bool report_open_key(struct cli *cli, const struct lab_member *m)
{
	struct config_errors *errors = malloc(sizeof *errors);
	struct config *config = malloc(sizeof *config);
	struct key_file_fault fault;
	bool open_key = errors != NULL && config != NULL &&
			config_load(m->config, config, errors) == ERR_OK &&
			key_file_check_all(config, &fault) == ERR_KEY_OPEN;

	if (open_key)
		cli_fail_key(cli, &fault);
	free(errors);
	free(config);
	return open_key;
}

/* Which fault, from the log of who does not answer. */
static enum err report_fault(struct cli *cli, enum err e, const struct lab_member *m,
			     enum process_program which)
{
	char log[CONFIG_PATH_MAX + 32], fault[LINE_BYTES], what[128], message[LINE_BYTES + 192],
	    fix[CONFIG_PATH_MAX + 64];

	if (which == PROCESS_DAEMON && report_open_key(cli, m))
		return ERR_KEY_OPEN;
	beside(m, programs[which].log_file, log, sizeof log);
	find_fault(log, fault);
	if (fault[0] == '\0')
		find_signal(m, which, fault, sizeof fault);
	snprintf(what, sizeof what,
		 e == ERR_UNREACHABLE ? _("%s has ended") : _("%s runs and does not answer"),
		 programs[which].name);
	snprintf(message, sizeof message, "%s: %s%s%s", m->id, what,
		 fault[0] == '\0' ? "" : ": ", fault);
	snprintf(fix, sizeof fix, _("see %s"), log);
	cli_fail_text(cli, e, message, fix);
	return e;
}

enum err process_wait(struct cli *cli, const struct lab_member *const *members, unsigned count,
		      int timeout_ms)
{
	int64_t until_ms = mono_ms() + timeout_ms;
	struct config_errors *errors = malloc(sizeof *errors);
	struct config *config = malloc(sizeof *config);
	enum err e = errors == NULL || config == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (unsigned i = 0, gone = 0; e == ERR_OK && i < count;) {
		/* Between fork and exec a process has no command line for a moment: gone is who
		 * stays gone. */
		gone = process_pid(members[i], PROCESS_DAEMON) == 0 ? gone + 1 : 0;
		if (cli->stop != NULL && *cli->stop != 0) {
			e = ERR_CANCELLED;
		} else if (config_load(members[i]->config, config, errors) != ERR_OK) {
			e = ERR_CONFIG;
			report_config(cli, members[i], errors);
		} else if (answers(config)) {
			i++;
			gone = 0;
		} else if (gone >= GONE_POLLS || mono_ms() > until_ms) {
			e = gone >= GONE_POLLS ? ERR_UNREACHABLE : ERR_TIMEOUT;
			e = report_fault(cli, e, members[i], PROCESS_DAEMON);
		} else {
			poll(NULL, 0, POLL_MS);
		}
	}
	free(errors);
	free(config);
	return e;
}

/* One request at its address, without TLS. */
static bool answers_http(const struct config *config)
{
	static const char request[] =
	    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct timeval limit = { .tv_sec = ASK_MS / 1000 };
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV },
			*at = NULL;
	char host[sizeof config->gateway_listen], answer[8] = "";
	char *colon;
	bool yes = false;
	int fd = -1;

	snprintf(host, sizeof host, "%s", config->gateway_listen);
	colon = strrchr(host, ':');
	if (colon == NULL)
		return false;
	*colon = '\0';
	if (host[0] == '[')
		host[strcspn(host, "]")] = '\0';
	if (getaddrinfo(host + (host[0] == '['), colon + 1, &hints, &at) == 0)
		fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
	    connect(fd, at->ai_addr, at->ai_addrlen) == 0)
		yes = config->gateway_certificate[0] != '\0' ||
		      (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0 &&
		       recv(fd, answer, sizeof answer - 1, MSG_WAITALL) > 0 &&
		       strncmp(answer, "HTTP/1.", sizeof answer - 1) == 0);
	if (fd >= 0)
		close(fd);
	if (at != NULL)
		freeaddrinfo(at);
	return yes;
}

enum err process_wait_gateway(struct cli *cli, const struct lab_member *m, int timeout_ms)
{
	int64_t until_ms = mono_ms() + timeout_ms;
	struct config_errors *errors = malloc(sizeof *errors);
	struct config *config = malloc(sizeof *config);
	unsigned gone = 0;
	enum err e = errors == NULL || config == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK && config_load(m->config, config, errors) != ERR_OK) {
		e = ERR_CONFIG;
		report_config(cli, m, errors);
	}
	while (e == ERR_OK) {
		gone = process_pid(m, PROCESS_GATEWAY) == 0 ? gone + 1 : 0;
		/* what answers there may be another program, while ours has ended */
		if (gone == 0 && answers_http(config) && process_pid(m, PROCESS_GATEWAY) != 0)
			break;
		if (cli->stop != NULL && *cli->stop != 0)
			e = ERR_CANCELLED;
		else if (gone >= GONE_POLLS || mono_ms() > until_ms)
			e = report_fault(cli, gone >= GONE_POLLS ? ERR_UNREACHABLE : ERR_TIMEOUT, m,
					 PROCESS_GATEWAY);
		else
			poll(NULL, 0, POLL_MS);
	}
	free(errors);
	free(config);
	return e;
}

enum err process_end(struct cli *cli, const struct lab_member *m, enum process_program which,
		     int signal)
{
	int64_t until_ms = mono_ms() + PROCESS_STOP_MS;
	int pid = process_pid(m, which);

	if (pid == 0)
		return ERR_OK;
	if (kill(pid, signal) != 0) {
		cli_fail(cli, ERR_PERMISSION, m->id);
		return ERR_PERMISSION;
	}
	/* A detached child of ours stays a zombie until it is waited for; one of an earlier run is
	 * not our child at all. */
	while (process_pid(m, which) == pid && mono_ms() < until_ms) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return ERR_OK;
		poll(NULL, 0, POLL_MS);
	}
	if (process_pid(m, which) != pid)
		return ERR_OK;
	cli_fail(cli, ERR_TIMEOUT, m->id);
	return ERR_TIMEOUT;
}
