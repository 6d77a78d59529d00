/* A file that is written while it is read: whatever the write was, it is seen. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

static char path[64];

static int set_up(void **state)
{
	int *fd = malloc(sizeof *fd);

	snprintf(path, sizeof path, "/tmp/vanthu-changed-XXXXXX");
	assert_non_null(fd);
	*fd = mkstemp(path);
	assert_true(*fd >= 0);
	assert_int_equal(pwrite(*fd, "abcdef", 6, 0), 6);
	*state = fd;
	return 0;
}

static int tear_down(void **state)
{
	int *fd = *state;

	close(*fd);
	unlink(path);
	free(fd);
	return 0;
}

static void test_a_file_that_nobody_writes_is_the_same(void **state)
{
	struct fs_stamp before;
	char byte;

	assert_ok(fs_stamp(*(int *)*state, &before));
	assert_int_equal(before.size_bytes, 6);
	assert_int_equal(pread(*(int *)*state, &byte, 1, 0), 1);
	assert_ok(fs_unchanged(*(int *)*state, &before));
}

/* At once behind the look, as fast as a program can: within one tick of the clock that file systems
 * keep. */
static void test_each_kind_of_write_is_seen(void **state)
{
	int fd = *(int *)*state;
	struct fs_stamp before;

	assert_int_equal(pwrite(fd, "x", 1, 0), 1);
	assert_ok(fs_stamp(fd, &before));
	assert_int_equal(pwrite(fd, "A", 1, 0), 1); /* in place: the size is the same */
	assert_int_equal(fs_unchanged(fd, &before), ERR_CHANGED_FILE);
	assert_ok(fs_stamp(fd, &before));
	assert_int_equal(pwrite(fd, "g", 1, 6), 1); /* longer */
	assert_int_equal(fs_unchanged(fd, &before), ERR_CHANGED_FILE);
	assert_ok(fs_stamp(fd, &before));
	assert_int_equal(ftruncate(fd, 3), 0); /* shorter */
	assert_int_equal(fs_unchanged(fd, &before), ERR_CHANGED_FILE);
}

/* Who writes and puts the time of writing back cannot put back the time of the change. */
static void test_a_time_that_is_put_back_is_seen(void **state)
{
	int fd = *(int *)*state;
	struct fs_stamp before;
	struct timespec times[2];

	assert_ok(fs_stamp(fd, &before));
	times[0].tv_sec = times[1].tv_sec = before.modified_ns / 1000000000;
	times[0].tv_nsec = times[1].tv_nsec = before.modified_ns % 1000000000;
	assert_int_equal(pwrite(fd, "B", 1, 0), 1);
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(fs_unchanged(fd, &before), ERR_CHANGED_FILE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_file_that_nobody_writes_is_the_same),
		TEST(test_each_kind_of_write_is_seen),
		TEST(test_a_time_that_is_put_back_is_seen),
	};

	return cmocka_run_group_tests_name("changed_file", tests, NULL, NULL);
}
