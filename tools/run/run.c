/* A child of the command line; see run.h. */
#include "tools/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 256, FIRST_BYTES = 4096 };

struct child {
	pid_t pid;
	int out;   /* what it says */
	int ended; /* can be read when it has ended; -1: this kernel has none of these */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum err run_find(char *out, size_t size_bytes)
{
	static const char name[] = "vanthu";
	ssize_t len = readlink("/proc/self/exe", out, size_bytes - 1);
	char *slash;

	if (len <= 0)
		return ERR_FILE;
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL || (size_t)(slash + 1 - out) + sizeof name > size_bytes) {
		errno = ENAMETOOLONG;
		return ERR_FILE;
	}
	memcpy(slash + 1, name, sizeof name);
	return access(out, X_OK) == 0 ? ERR_OK : ERR_FILE;
}

/* This process's environment, with the language that is asked for. */
static void fill_environment(const struct run_program *p, char *language, size_t size,
			     char *envp[ENVIRONMENT_MAX])
{
	static char charset[] = "LC_ALL=C.UTF-8";
	unsigned n = 0;

	for (char **e = environ; *e != NULL && n + 3 < ENVIRONMENT_MAX; e++) {
		if (p->language != NULL &&
		    (strncmp(*e, "LANGUAGE=", 9) == 0 || strncmp(*e, "LC_ALL=", 7) == 0))
			continue;
		envp[n++] = *e;
	}
	if (p->language != NULL) {
		snprintf(language, size, "LANGUAGE=%s", p->language);
		envp[n++] = language;
		envp[n++] = charset;
	}
	envp[n] = NULL;
}

/* In the child, where nothing but calls of the kernel may be made: other threads had locks. `error`
 * gets why it could not begin. */
static void become(const char *path, char *const *argv, char *const *envp, int out, int error)
{
	const struct sigaction none = { .sa_handler = SIG_DFL };
	sigset_t empty;
	int null, why;

	for (int i = 1; i <= SIGRTMAX; i++)
		(void)sigaction(i, &none, NULL);
	/* Where a standard one was closed in us, these may have its number. */
	null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	error = fcntl(error, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (null >= 0 && error >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0) {
		if (error > STDERR_FILENO + 1) {
			(void)dup3(error, STDERR_FILENO + 1, O_CLOEXEC);
			error = STDERR_FILENO + 1;
		}
		(void)syscall(SYS_close_range, error + 1, ~0U, 0);
		sigemptyset(&empty);
		(void)sigprocmask(SIG_SETMASK, &empty, NULL);
		(void)execve(path, argv, envp);
	}
	why = errno;
	if (write(error, &why, sizeof why) < 0)
		_exit(126);
	_exit(127);
}

/* No signal is blocked or ignored in it, and it has no descriptor of ours but its output. It ends
 * with the thread that began it, which waits for it: whoever kills us leaves nobody who writes on.
 */
static int spawn(const struct run_program *p, char *const *argv, int out, pid_t *pid)
{
	const pid_t us = getpid();
	char *envp[ENVIRONMENT_MAX], language[32];
	sigset_t all, before;
	int pipes[2], error = 0;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return errno;
	fill_environment(p, language, sizeof language, envp);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	*pid = fork();
	if (*pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != us)
			_exit(127); /* before it was asked for */
		become(p->vanthu, argv, envp, out, pipes[1]);
	}
	if (*pid < 0)
		error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(pipes[1]);
	while (*pid > 0 && read(pipes[0], &error, sizeof error) < 0 && errno == EINTR)
		;
	close(pipes[0]);
	while (*pid > 0 && error != 0 && waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	return error;
}

static enum err start(const struct run_program *p, const char *const *args, struct child *c)
{
	const char *argv[RUN_ARGS_MAX + 8] = { "vanthu", "-c", p->config, "--json" };
	unsigned n = 4, most = RUN_ARGS_MAX + 4;
	int pipes[2];

	if (!p->secret) {
		argv[n++] = "--no-secret";
		most++;
	}
	for (; *args != NULL; args++) {
		if (n == most)
			return ERR_TOO_LARGE;
		argv[n++] = *args;
	}
	if (pipe2(pipes, O_CLOEXEC) != 0)
		return ERR_SYSTEM;
	errno = spawn(p, (char *const *)(uintptr_t)argv, pipes[1], &c->pid);
	close(pipes[1]);
	if (errno != 0) {
		close(pipes[0]);
		return ERR_SYSTEM;
	}
	c->out = pipes[0];
	c->ended = (int)syscall(SYS_pidfd_open, c->pid, 0);
	return ERR_OK;
}

/* Until `fd` can be read. */
static enum err await(const struct run_program *p, int fd, int64_t until_ms)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = p->stop, .events = POLLIN } };
	int64_t left = p->timeout_ms == 0 ? INT_MAX : until_ms - now_ms();
	int n;

	do {
		n = poll(fds, 2, left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return ERR_SYSTEM;
	if (fds[1].revents != 0)
		return ERR_CANCELLED;
	return n == 0 ? ERR_TIMEOUT : ERR_OK;
}

static enum err grow(struct run_result *r, size_t *size, size_t max)
{
	size_t larger = *size == 0 ? FIRST_BYTES : *size * 2;
	char *out;

	if (r->len + 1 < *size)
		return ERR_OK;
	if (r->len >= max)
		return ERR_TOO_LARGE;
	out = realloc(r->out, larger);
	if (out == NULL)
		return ERR_NO_MEMORY;
	r->out = out;
	*size = larger;
	return ERR_OK;
}

/* All that it says. */
static enum err listen_to(const struct run_program *p, const struct child *c, int64_t until_ms,
			  struct run_result *r)
{
	size_t max = p->max_bytes == 0 ? (size_t)RUN_OUT_MAX_BYTES : p->max_bytes, size = 0;

	for (;;) {
		enum err e = grow(r, &size, max);
		ssize_t n;

		if (e == ERR_OK)
			e = await(p, c->out, until_ms);
		if (e != ERR_OK)
			return e;
		n = read(c->out, r->out + r->len, size - r->len - 1);
		if (n < 0 && errno != EINTR)
			return ERR_SYSTEM;
		if (n == 0)
			break;
		r->len += n > 0 ? (size_t)n : 0;
	}
	r->out[r->len] = '\0';
	return ERR_OK;
}

enum err run_vanthu(const struct run_program *p, const char *const *args, struct run_result *out)
{
	int64_t until_ms = now_ms() + p->timeout_ms;
	struct child c;
	int status = 0;
	enum err e;

	memset(out, 0, sizeof *out);
	e = start(p, args, &c);
	if (e != ERR_OK)
		return e;
	e = listen_to(p, &c, until_ms, out);
	if (e == ERR_OK && c.ended >= 0)
		e = await(p, c.ended, until_ms);
	if (e != ERR_OK)
		kill(c.pid, SIGKILL);
	close(c.out);
	if (c.ended >= 0)
		close(c.ended);
	while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
		;
	out->code = WIFEXITED(status) ? WEXITSTATUS(status) : err_exit_code(ERR_SYSTEM);
	if (e != ERR_OK)
		run_free(out);
	return e;
}

void run_free(struct run_result *r)
{
	free(r->out);
	r->out = NULL;
	r->len = 0;
}
