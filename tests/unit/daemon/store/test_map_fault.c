/* A fault of the store's map is named, and ends the process as any other; one elsewhere is left to
 * whoever watched before. Each in a child process. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/lmdb_map_fault.h"
#include "tests/unit/support/fixture.h"

enum { PAGE = 4096, PAGES = 8, FOREIGN_EXIT = 77, TEXT_BYTES = 2048 };

struct ending {
	int signal, code;
	char text[TEXT_BYTES]; /* of stderr */
};

static void foreign(int number)
{
	(void)number;
	_exit(FOREIGN_EXIT);
}

/* Reads one byte of a file of PAGES pages that was cut off after two, of a map that reaches over
 * `len` bytes of it for the watch. */
static void in_child(unsigned page, size_t len, int protection)
{
	char path[] = "/tmp/vanthu-unit-XXXXXX";
	int fd = mkstemp(path);
	volatile uint8_t *map;

	unlink(path);
	if (fd < 0 || ftruncate(fd, PAGE * PAGES) != 0)
		_exit(1);
	map = mmap(NULL, PAGE * PAGES, protection, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED || ftruncate(fd, PAGE * 2) != 0)
		_exit(1);
	signal(SIGBUS, foreign); /* also in place of the sanitizer's */
	signal(SIGSEGV, foreign);
	lmdb_map_fault_watch("/srv/data/store", (const void *)(uintptr_t)map, len, PAGE);
	_exit(map[page * PAGE + 10]);
}

static struct ending end_of(unsigned page, size_t len, int protection)
{
	struct ending out = { .signal = 0 };
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		in_child(page, len, protection);
	}
	close(pipes[1]);
	for (size_t at = 0; (n = read(pipes[0], out.text + at, sizeof out.text - 1 - at)) > 0;)
		at += (size_t)n;
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	out.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return out;
}

static void test_page_that_the_disk_does_not_give_is_named(void **state)
{
	struct ending e = end_of(5, PAGE * PAGES, PROT_READ);

	(void)state;
	assert_int_equal(e.signal, SIGBUS);
	assert_non_null(strstr(e.text, "VT-4040"));
	assert_non_null(strstr(e.text, "/srv/data/store/data.mdb"));
	assert_non_null(strstr(e.text, "page 5 (SIGBUS)"));
	assert_non_null(strstr(e.text, "What to do: "));
}

static void test_way_out_of_the_file_is_named(void **state)
{
	struct ending e = end_of(1, PAGE * PAGES, PROT_NONE);

	(void)state;
	assert_int_equal(e.signal, SIGSEGV);
	assert_non_null(strstr(e.text, "page 1 (SIGSEGV)"));
}

static void test_fault_elsewhere_is_whose_it_was_before(void **state)
{
	struct ending bus = end_of(5, PAGE * 3, PROT_READ), segv = end_of(5, PAGE * 3, PROT_NONE);

	(void)state;
	assert_int_equal(bus.code, FOREIGN_EXIT);
	assert_string_equal(bus.text, "");
	assert_int_equal(segv.code, FOREIGN_EXIT);
	assert_string_equal(segv.text, "");
}

static void test_page_that_is_there_is_read(void **state)
{
	(void)state;
	assert_int_equal(end_of(1, PAGE * PAGES, PROT_READ).code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_that_the_disk_does_not_give_is_named),
		cmocka_unit_test(test_way_out_of_the_file_is_named),
		cmocka_unit_test(test_fault_elsewhere_is_whose_it_was_before),
		cmocka_unit_test(test_page_that_is_there_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
