/* A store that is made, and what may be left of one whose making ended in its midst. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/store.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 16 << 20, PATH_BYTES = 256, HEADS_BYTES = 8192, CUT_AT = 6000 };

static enum err open_store(const char *folder)
{
	struct store_lmdb_config config = { .directory = folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };
	struct store *store;
	enum err e = store_lmdb_open(&config, &store);

	if (e == ERR_OK)
		store->ops->close(store);
	return e;
}

static int set_up(void **state)
{
	char *root = malloc(PATH_BYTES);

	assert_non_null(root);
	snprintf(root, PATH_BYTES, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(root));
	*state = root;
	return 0;
}

static int tear_down(void **state)
{
	fs_remove_tree(*state);
	free(*state);
	return 0;
}

/* So many bytes of nothing in a file of the store, as a power cut leaves it. */
static void leave(const char *root, const char *name, off_t size)
{
	char path[PATH_BYTES];
	int fd;

	snprintf(path, sizeof path, "%s/store", root);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/store/new", root);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/store/%s", root, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
}

static off_t size_of(const char *root, const char *name)
{
	char path[PATH_BYTES];
	struct stat st;

	snprintf(path, sizeof path, "%s/store/%s", root, name);
	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void test_store_whose_making_ends_within_its_heads_is_made_by_the_next_start(void **state)
{
	const char *root = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit most = { .rlim_cur = CUT_AT, .rlim_max = CUT_AT };

		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &most) != 0)
			_exit(2);
		_exit(open_store(root) == ERR_OK ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(size_of(root, "data.mdb"), -1);
	assert_ok(open_store(root));
	assert_true(size_of(root, "data.mdb") >= HEADS_BYTES);
}

static void test_what_an_unfinished_making_left_is_gone_after_the_next_start(void **state)
{
	leave(*state, "new/data.mdb", CUT_AT);
	assert_ok(open_store(*state));
	assert_int_equal(size_of(*state, "new"), -1);
	assert_ok(open_store(*state));
}

static void test_empty_file_is_no_store_yet(void **state)
{
	leave(*state, "data.mdb", 0);
	assert_ok(open_store(*state));
}

static void test_half_a_head_under_the_name_of_the_store_is_damage(void **state)
{
	leave(*state, "data.mdb", CUT_AT);
	assert_int_equal(open_store(*state), ERR_STORE_DAMAGED);
	assert_int_equal(size_of(*state, "data.mdb"), CUT_AT); /* nobody writes over it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_store_whose_making_ends_within_its_heads_is_made_by_the_next_start,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_an_unfinished_making_left_is_gone_after_the_next_start, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_empty_file_is_no_store_yet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_half_a_head_under_the_name_of_the_store_is_damage, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
