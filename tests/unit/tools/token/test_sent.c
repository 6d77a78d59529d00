/* Which documents a token handed in. */
#include "tools/token/sent.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MANY = 5000 }; /* more than are read at once */

static int set_up(void **state)
{
	char *folder = strdup("/tmp/vanthu-unit-XXXXXX");

	assert_non_null(folder);
	assert_non_null(mkdtemp(folder));
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	fs_remove_tree(*state);
	free(*state);
	return 0;
}

static struct doc_id id_of(unsigned n)
{
	struct doc_id id = { { 1, 0x97 } };

	id.bytes[13] = (uint8_t)(n >> 16);
	id.bytes[14] = (uint8_t)(n >> 8);
	id.bytes[15] = (uint8_t)n;
	return id;
}

static bool has(const char *folder, const char *name, unsigned n)
{
	struct doc_id id = id_of(n);
	bool yes;

	assert_ok(token_sent_has(folder, name, &id, &yes));
	return yes;
}

static void add(const char *folder, const char *name, unsigned n)
{
	struct doc_id id = id_of(n);

	assert_ok(token_sent_add(folder, name, &id));
}

static void test_each_token_sees_its_own(void **state)
{
	assert_false(has(*state, "a", 1));
	add(*state, "a", 1);
	add(*state, "a", 1);
	add(*state, "b", 2);
	assert_true(has(*state, "a", 1));
	assert_false(has(*state, "a", 2));
	assert_true(has(*state, "b", 2));
	assert_false(has(*state, "b", 1));
}

static void test_the_first_of_many_is_found_too(void **state)
{
	for (unsigned n = 0; n < MANY; n++)
		add(*state, "a", n);
	assert_true(has(*state, "a", 0));
	assert_true(has(*state, "a", MANY / 2));
	assert_true(has(*state, "a", MANY - 1));
	assert_false(has(*state, "a", MANY));
}

static void test_half_an_id_spoils_none_behind_it(void **state)
{
	char path[128];

	add(*state, "a", 1);
	add(*state, "a", 2);
	snprintf(path, sizeof path, "%s/sent/a", (const char *)*state);
	assert_int_equal(truncate(path, 25), 0);
	assert_true(has(*state, "a", 1));
	assert_false(has(*state, "a", 2));
	add(*state, "a", 3);
	assert_true(has(*state, "a", 1));
	assert_true(has(*state, "a", 3));
}

static off_t size_of(const char *folder, const char *file)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof path, "%s/sent/%s", folder, file);
	return stat(path, &st) == 0 ? st.st_size : -1;
}

static unsigned files_of(const char *folder, off_t *largest)
{
	char path[128];
	unsigned count = 0;
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof path, "%s/sent", folder);
	dir = opendir(path);
	assert_non_null(dir);
	*largest = 0;
	while ((d = readdir(dir)) != NULL) {
		off_t size = size_of(folder, d->d_name);

		if (d->d_name[0] == '.')
			continue;
		count++;
		*largest = size > *largest ? size : *largest;
	}
	closedir(dir);
	return count;
}

/* As a gateway of before wrote it, with all its ids in one file, and half a one at its end. */
static void write_old(const char *folder, unsigned count)
{
	char path[128];
	FILE *to;

	add(folder, "a", 0);
	snprintf(path, sizeof path, "%s/sent/a", folder);
	to = fopen(path, "a");
	assert_non_null(to);
	for (unsigned n = 1; n < count; n++) {
		struct doc_id id = id_of(n);

		assert_int_equal(fwrite(id.bytes, sizeof id.bytes, 1, to), 1);
	}
	assert_int_equal(fputc(7, to), 7);
	assert_int_equal(fclose(to), 0);
}

/* By what is asked first, or by what is added first. */
static void test_a_file_of_before_is_cut_up_and_loses_none(void **state)
{
	const unsigned count = 3 * TOKEN_SENT_FILE_IDS;
	off_t largest;

	write_old(*state, count);
	assert_false(has(*state, "a", count));
	assert_int_equal(size_of(*state, "a"), TOKEN_SENT_FILE_IDS * 16);
	assert_int_equal(files_of(*state, &largest), 17);
	assert_int_equal(largest, TOKEN_SENT_FILE_IDS * 16);
	for (unsigned n = 0; n < count; n++) {
		if (!has(*state, "a", n))
			fail_msg("%u is lost", n);
	}
	add(*state, "a", count);
	assert_true(has(*state, "a", count));
	assert_false(has(*state, "a", count + 1));
}

static void test_no_file_grows_over_its_bound(void **state)
{
	off_t largest;

	/* so that some of the next ones are full */
	write_old(*state, 20 * TOKEN_SENT_FILE_IDS - 1);
	for (unsigned n = 0; n < 200; n++)
		add(*state, "a", 90000 + n);
	for (unsigned n = 0; n < 200; n++)
		assert_true(has(*state, "a", 90000 + n));
	assert_true(files_of(*state, &largest) > 17);
	assert_int_equal(largest, TOKEN_SENT_FILE_IDS * 16);
	/* another token's name is not begun by this one's */
	assert_false(has(*state, "a-b", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_token_sees_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_first_of_many_is_found_too, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_half_an_id_spoils_none_behind_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_file_of_before_is_cut_up_and_loses_none,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_file_grows_over_its_bound, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("sent", tests, NULL, NULL);
}
