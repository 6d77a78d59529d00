/* Private keys that others can read or replace, and those that the tools make. */
#include "daemon/keys/key_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

struct corner {
	char folder[64], key[128], other[128];
	struct key_file_fault fault;
};

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->key, sizeof p->key, "%s/sign.key", p->folder);
	snprintf(p->other, sizeof p->other, "%s/other", p->folder);
	assert_ok(fs_write_new(p->key, (struct blob){ (const uint8_t *)"k", 1 }, true));
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static enum err check(struct corner *p, const char *path)
{
	return key_file_check(path, &p->fault);
}

static void test_only_its_owner_may_have_rights_on_a_key(void **state)
{
	struct corner *p = *state;

	for (mode_t mode = 0400; mode <= 0777; mode++) {
		assert_int_equal(chmod(p->key, mode), 0);
		assert_int_equal(check(p, p->key), (mode & 077) == 0 ? ERR_OK : ERR_KEY_OPEN);
		if ((mode & 077) != 0)
			assert_int_equal(p->fault.mode, mode);
	}
	assert_string_equal(p->fault.path, p->key);
	assert_memory_equal(p->fault.command, "chmod 600 /tmp/", 15);
}

static void test_command_for_a_name_with_blanks_and_quotes_is_one_word(void **state)
{
	struct corner *p = *state;
	char path[160];
	int status = 1;
	pid_t pid;

	snprintf(path, sizeof path, "%s/it's a key; rm x", p->folder);
	assert_ok(fs_write_new(path, (struct blob){ (const uint8_t *)"k", 1 }, true));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(check(p, path), ERR_KEY_OPEN);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", p->fault.command, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_ok(check(p, path));
}

static void test_folder_that_others_may_write_gives_the_key_away_too(void **state)
{
	struct corner *p = *state;

	assert_int_equal(chmod(p->folder, 0702), 0);
	assert_int_equal(check(p, p->key), ERR_KEY_OPEN);
	assert_true(p->fault.folder);
	assert_string_equal(p->fault.path, p->folder);
	assert_int_equal(chmod(p->folder, 0755), 0);
	assert_ok(check(p, p->key));
	/* Under the sticky bit nobody replaces what is another's. */
	assert_int_equal(chmod(p->folder, 01777), 0);
	assert_ok(check(p, p->key));
	assert_int_equal(chmod(p->folder, 0700), 0);
}

static void test_symbolic_link_is_judged_by_the_file_it_leads_to(void **state)
{
	struct corner *p = *state;

	assert_int_equal(symlink(p->key, p->other), 0);
	assert_ok(check(p, p->other));
	assert_int_equal(chmod(p->key, 0640), 0);
	assert_int_equal(check(p, p->other), ERR_KEY_OPEN);
	assert_string_equal(p->fault.path, p->key);
}

static void test_keys_that_wait_are_read_and_missing_ones_are_not_reported_here(void **state)
{
	struct corner *p = *state;
	struct config config;
	char next[160];

	memset(&config, 0, sizeof config);
	snprintf(config.signing_key, sizeof config.signing_key, "%s", p->key);
	snprintf(config.link_key, sizeof config.link_key, "%s/none.key", p->folder);
	assert_ok(key_file_check_all(&config, &p->fault));
	snprintf(next, sizeof next, "%s/none.key.next", p->folder);
	assert_ok(fs_write_new(next, (struct blob){ (const uint8_t *)"k", 1 }, true));
	assert_ok(key_file_check_all(&config, &p->fault));
	assert_int_equal(chmod(next, 0604), 0);
	assert_int_equal(key_file_check_all(&config, &p->fault), ERR_KEY_OPEN);
	assert_string_equal(p->fault.path, next);
}

static void test_new_keys_and_folders_are_the_owners_under_any_umask(void **state)
{
	static const mode_t masks[] = { 0, 002, 022, 077, 0177, 0777 };
	struct corner *p = *state;
	mode_t before = umask(0);

	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		char folder[160], key[192], open_file[192];
		struct stat st;

		snprintf(folder, sizeof folder, "%s/%zu", p->folder, i);
		snprintf(key, sizeof key, "%s/link.key", folder);
		snprintf(open_file, sizeof open_file, "%s/vanthud.yaml", folder);
		umask(masks[i]);
		assert_ok(fs_mkdir(folder, true));
		assert_ok(fs_write_new(key, (struct blob){ (const uint8_t *)"k", 1 }, true));
		assert_ok(fs_write_new(open_file, (struct blob){ (const uint8_t *)"k", 1 }, false));
		assert_int_equal(stat(folder, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0700);
		assert_int_equal(stat(key, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_int_equal(stat(open_file, &st), 0);
		assert_int_equal(st.st_mode & 0600, 0600);
		assert_ok(check(p, key));
	}
	umask(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_its_owner_may_have_rights_on_a_key,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_command_for_a_name_with_blanks_and_quotes_is_one_word, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_folder_that_others_may_write_gives_the_key_away_too, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_symbolic_link_is_judged_by_the_file_it_leads_to, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_keys_that_wait_are_read_and_missing_ones_are_not_reported_here, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_new_keys_and_folders_are_the_owners_under_any_umask, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
