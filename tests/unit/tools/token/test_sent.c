/* Which documents a token handed in. */
#include "tools/token/sent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_token_sees_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_first_of_many_is_found_too, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_half_an_id_spoils_none_behind_it, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("sent", tests, NULL, NULL);
}
