/* Committee ids: they become file names, keys and routing, so what is refused matters. */
#include "routing/base/committee_id.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static void expect(const char *text, enum err e)
{
	struct committee_id id;

	memset(&id, 0xff, sizeof id);
	if (id_parse(text, strlen(text), &id) != e)
		fail_msg("\"%s\" is not judged as %d", text, (int)e);
	assert_string_equal(id.text, e == ERR_OK ? text : "");
}

static void test_plain_ids_are_taken(void **state)
{
	(void)state;
	expect("a", ERR_OK);
	expect("0", ERR_OK);
	expect("dang-uy-xa-1", ERR_OK);
	expect("superior2", ERR_OK);
	expect("alls", ERR_OK);
	expect("01234567890123456789012345678901", ERR_OK);
}

static void test_wrong_letters_and_lengths_are_refused(void **state)
{
	static const char *const wrong[] = { "",
					     "A",
					     "a_b",
					     "a.b",
					     "a/b",
					     "..",
					     "a b",
					     "xã",
					     "a\n",
					     "a\x01",
					     "012345678901234567890123456789012" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		expect(wrong[i], ERR_BAD_ID);
}

static void test_reserved_words_are_refused(void **state)
{
	static const char *const reserved[] = { "superior", "subordinates", "subtree", "all",
						"registry" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		expect(reserved[i], ERR_BAD_ID);
}

static void test_nul_inside_the_length_is_refused(void **state)
{
	struct committee_id id;

	(void)state;
	assert_int_equal(id_parse("ab\0c", 4, &id), ERR_BAD_ID);
	assert_ok(id_parse("abc", 2, &id));
	assert_string_equal(id.text, "ab");
}

static void test_equality_is_of_the_whole_id(void **state)
{
	(void)state;
	assert_true(id_equal(fixture_id("xa-a1"), fixture_id("xa-a1")));
	assert_false(id_equal(fixture_id("xa-a1"), fixture_id("xa-a")));
	assert_false(id_empty(fixture_id("x")));
	assert_true(id_empty((struct committee_id){ "" }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_ids_are_taken),
		cmocka_unit_test(test_wrong_letters_and_lengths_are_refused),
		cmocka_unit_test(test_reserved_words_are_refused),
		cmocka_unit_test(test_nul_inside_the_length_is_refused),
		cmocka_unit_test(test_equality_is_of_the_whole_id),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
