/* Which changes go to an axis, under which key; and the order of what comes. */
#include "tools/axis/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/axis/intake.h"

static bool wanted(const char *kind, const char *way, const char *code, const char **status)
{
	json_t *change = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", kind, "direction",
				   way, "id", "d1", "from", "bo", "committee", "cuc", "code", code);
	const char *whose;
	bool yes = axis_outbox_wanted(change, "us", status, &whose);

	if (strcmp(*status, code) == 0)
		*status = code; /* it would go with the change */
	json_decref(change);
	return yes;
}

static void test_what_arrives_and_what_is_said_of_ours_goes(void **state)
{
	const char *status;

	(void)state;
	assert_true(wanted("arrived", "in", "", &status));
	assert_string_equal(status, "");
	assert_true(wanted("recalled", "in", "13", &status));
	assert_string_equal(status, "13");
	assert_true(wanted("receipt", "out", "", &status));
	assert_string_equal(status, "01");
	assert_true(wanted("refused", "out", "", &status));
	assert_string_equal(status, "02");
	assert_true(wanted("status", "out", "05", &status));
	assert_string_equal(status, "05");
}

static void test_what_our_own_side_did_does_not_go(void **state)
{
	const char *status;

	(void)state;
	assert_false(wanted("accepted", "in", "03", &status));
	assert_false(wanted("numbered", "in", "", &status));
	assert_false(wanted("sent", "out", "", &status));
	assert_false(wanted("delivered", "out", "", &status));
	assert_false(wanted("link_up", "", "", &status));
}

static void test_a_key_is_of_document_status_and_whose(void **state)
{
	char a[AXIS_KEY_SIZE], b[AXIS_KEY_SIZE];

	(void)state;
	axis_outbox_key("d1", "03", "cuc", a);
	axis_outbox_key("d1", "03", "cuc", b);
	assert_string_equal(a, b);
	axis_outbox_key("d1", "05", "cuc", b);
	assert_string_not_equal(a, b);
	axis_outbox_key("d1", "03", "vu", b);
	assert_string_not_equal(a, b);
}

static void test_a_list_is_in_the_order_of_making_without_what_is_done(void **state)
{
	json_t *items, *list = json_loads(
				"{\"edocs\": [{\"id\": \"c\", \"createdTime\": \"2\"}, {\"id\": "
				"\"b\", \"createdTime\": \"1\"}, {\"id\": \"x\", \"createdTime\": "
				"\"0\", \"status\": \"DONE\"}, {\"id\": \"a\", \"createdTime\": "
				"\"2\", \"status\": \"INITIAL\"}, {\"createdTime\": \"0\"}]}",
				0, NULL);

	(void)state;
	assert_int_equal(axis_intake_sort(list, &items), ERR_OK);
	assert_int_equal(json_array_size(items), 3);
	assert_string_equal(axis_text(json_array_get(items, 0), "id"), "b");
	assert_string_equal(axis_text(json_array_get(items, 1), "id"), "a");
	assert_string_equal(axis_text(json_array_get(items, 2), "id"), "c");
	json_decref(items);
	json_decref(list);
	assert_int_equal(axis_intake_sort(NULL, &items), ERR_AXIS_ANSWER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_arrives_and_what_is_said_of_ours_goes),
		cmocka_unit_test(test_what_our_own_side_did_does_not_go),
		cmocka_unit_test(test_a_key_is_of_document_status_and_whose),
		cmocka_unit_test(test_a_list_is_in_the_order_of_making_without_what_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
