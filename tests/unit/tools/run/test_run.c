/* A child of the command line. A shell stands in for it where the child has to misbehave: `-c` is
 * the one's configuration and the other's script. */
#include "tools/run/run.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct run_program shell(const char *script)
{
	return (struct run_program){
		.vanthu = "/bin/sh", .config = script, .stop = -1, .secret = true
	};
}

static void test_arguments_come_whole_and_no_shell_reads_them(void **state)
{
	const char *const args[] = { "a b", "$(id)", "", "; exit 3", NULL };
	struct run_program p = shell("for a in \"$@\"; do echo \"[$a]\"; done; exit 7");
	struct run_result r;

	(void)state;
	assert_int_equal(run_vanthu(&p, args, &r), ERR_OK);
	assert_int_equal(r.code, 7);
	assert_string_equal(r.out, "[a b]\n[$(id)]\n[]\n[; exit 3]\n");
	assert_int_equal(r.len, strlen(r.out));
	run_free(&r);
}

/* Who forgets to say which it is hides them. */
static void test_secret_documents_are_hidden_unless_it_says_otherwise(void **state)
{
	const char *const args[] = { "show", NULL };
	struct run_program p = shell("echo \"$0 $*\"");
	struct run_result r;

	(void)state;
	assert_int_equal(run_vanthu(&p, args, &r), ERR_OK);
	assert_string_equal(r.out, "--json show\n");
	run_free(&r);
	p = (struct run_program){ .vanthu = p.vanthu, .config = p.config, .stop = -1 };
	assert_int_equal(run_vanthu(&p, args, &r), ERR_OK);
	assert_string_equal(r.out, "--json --no-secret show\n");
	run_free(&r);
}

static void test_the_language_is_the_one_asked_for(void **state)
{
	const char *const none[] = { NULL };
	struct run_program p = shell("printf '%s %s' \"$LANGUAGE\" \"$LC_ALL\"");
	struct run_result r;

	(void)state;
	p.language = "vi";
	assert_int_equal(setenv("LANGUAGE", "en", 1), 0);
	assert_int_equal(run_vanthu(&p, none, &r), ERR_OK);
	assert_string_equal(r.out, "vi C.UTF-8");
	run_free(&r);
}

static void test_a_child_has_no_descriptor_and_no_blocked_signal_of_ours(void **state)
{
	const char *const none[] = { NULL };
	int open_here = dup(STDERR_FILENO); /* without CLOEXEC */
	char script[256];
	struct run_program p;
	struct run_result r;
	sigset_t blocked;

	(void)state;
	assert_true(open_here >= 0);
	/* Without a child of its own, around whose making a shell blocks signals. */
	snprintf(script, sizeof script,
		 "[ -e /proc/$$/fd/%d ] && echo open; while read k v; do [ $k != SigBlk: ] || "
		 "echo $v; done </proc/$$/status",
		 open_here);
	p = shell(script);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
	assert_int_equal(run_vanthu(&p, none, &r), ERR_OK);
	assert_string_equal(r.out, "0000000000000000\n");
	run_free(&r);
	close(open_here);
}

static void test_one_that_does_not_end_is_ended(void **state)
{
	const char *const none[] = { NULL };
	struct run_program silent = shell("sleep 600"), closed = shell("exec >&-; sleep 600");
	struct run_result r;

	(void)state;
	silent.timeout_ms = closed.timeout_ms = 50;
	assert_int_equal(run_vanthu(&silent, none, &r), ERR_TIMEOUT);
	assert_null(r.out);
	assert_int_equal(run_vanthu(&closed, none, &r), ERR_TIMEOUT);
	assert_null(r.out);
}

static void test_it_is_ended_when_asked_to_stop(void **state)
{
	const char *const none[] = { NULL };
	struct run_program p = shell("sleep 600");
	struct run_result r;
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	p.stop = pipes[0];
	assert_int_equal(run_vanthu(&p, none, &r), ERR_CANCELLED);
	assert_null(r.out);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_what_it_says_is_bounded(void **state)
{
	const char *const none[] = { NULL };
	struct run_program p = shell("head -c 100000 /dev/zero");
	const char *many[RUN_ARGS_MAX + 2];
	struct run_result r;

	(void)state;
	p.max_bytes = 4096;
	assert_int_equal(run_vanthu(&p, none, &r), ERR_TOO_LARGE);
	p.max_bytes = 0;
	assert_int_equal(run_vanthu(&p, none, &r), ERR_OK);
	assert_int_equal(r.len, 100000);
	run_free(&r);
	for (unsigned i = 0; i <= RUN_ARGS_MAX; i++)
		many[i] = "x";
	many[RUN_ARGS_MAX + 1] = NULL;
	assert_int_equal(run_vanthu(&p, many, &r), ERR_TOO_LARGE);
}

static void test_a_program_that_is_not_there_is_said(void **state)
{
	const char *const none[] = { NULL };
	struct run_program p = shell("true");
	struct run_result r;

	(void)state;
	p.vanthu = "/nonexistent/vanthu";
	assert_int_equal(run_vanthu(&p, none, &r), ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
}

/* Runs a child that says its number and then never ends, until it is killed itself. */
static void run_for_ever(int says)
{
	const char *const none[] = { NULL };
	char script[96];
	struct run_program p = shell(script);
	struct run_result r;

	snprintf(script, sizeof script, "echo $$ >/proc/%d/fd/%d; exec sleep 3600", (int)getpid(),
		 says);
	(void)!run_vanthu(&p, none, &r);
	_exit(0);
}

static bool is_running(long pid)
{
	char path[64], line[256] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fgets(line, sizeof line, f) == NULL)
		line[0] = '\0';
	fclose(f);
	return line[0] != '\0' && strstr(line, ") Z ") == NULL && strstr(line, ") X ") == NULL;
}

static void test_who_is_killed_leaves_no_child(void **state)
{
	char said[32] = "";
	int pipes[2];
	long child;
	pid_t us;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	us = fork();
	assert_true(us >= 0);
	if (us == 0)
		run_for_ever(pipes[1]);
	assert_true(read(pipes[0], said, sizeof said - 1) > 0);
	child = strtol(said, NULL, 10);
	assert_true(child > 0 && is_running(child));
	assert_int_equal(kill(us, SIGKILL), 0);
	assert_int_equal(waitpid(us, NULL, 0), us);
	while (is_running(child)) /* the kernel takes its time */
		poll(NULL, 0, 10);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments_come_whole_and_no_shell_reads_them),
		cmocka_unit_test(test_secret_documents_are_hidden_unless_it_says_otherwise),
		cmocka_unit_test(test_the_language_is_the_one_asked_for),
		cmocka_unit_test(test_a_child_has_no_descriptor_and_no_blocked_signal_of_ours),
		cmocka_unit_test(test_one_that_does_not_end_is_ended),
		cmocka_unit_test(test_it_is_ended_when_asked_to_stop),
		cmocka_unit_test(test_what_it_says_is_bounded),
		cmocka_unit_test(test_a_program_that_is_not_there_is_said),
		cmocka_unit_test(test_who_is_killed_leaves_no_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
