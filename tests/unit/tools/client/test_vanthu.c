/* tools/client/vanthu.h without a daemon: its numbers are those of the list, drafts take what a
 * document can have, and what is wrong is said with what it is about. */
#include "tools/client/vanthu.h"

#include <string.h>

#include "routing/base/err.h"
#include "tests/unit/support/fixture.h"

static void test_the_codes_are_those_of_the_list(void **state)
{
	static const struct {
		int ours;
		enum err theirs;
	} codes[] = {
		{ VANTHU_ERR_USAGE, ERR_USAGE },
		{ VANTHU_ERR_CONFIG, ERR_CONFIG },
		{ VANTHU_ERR_BAD_ID, ERR_BAD_ID },
		{ VANTHU_ERR_BAD_TYPE, ERR_BAD_TYPE },
		{ VANTHU_ERR_BAD_DATE, ERR_BAD_DATE },
		{ VANTHU_ERR_AMBIGUOUS, ERR_AMBIGUOUS },
		{ VANTHU_ERR_FOREIGN_SYMBOL, ERR_FOREIGN_SYMBOL },
		{ VANTHU_ERR_FIELD, ERR_FIELD },
		{ VANTHU_ERR_FUTURE, ERR_FUTURE },
		{ VANTHU_ERR_SAME_NUMBER, ERR_SAME_NUMBER },
		{ VANTHU_ERR_NUMBER_TYPE, ERR_NUMBER_TYPE },
		{ VANTHU_ERR_DUE_PAST, ERR_DUE_PAST },
		{ VANTHU_ERR_NUMBER_GAP, ERR_NUMBER_GAP },
		{ VANTHU_ERR_EMPTY_FILE, ERR_EMPTY_FILE },
		{ VANTHU_ERR_CHANGED_FILE, ERR_CHANGED_FILE },
		{ VANTHU_ERR_NO_NUMBER, ERR_NO_NUMBER },
		{ VANTHU_ERR_FILE_NAME, ERR_FILE_NAME },
		{ VANTHU_ERR_TYPE_ENDED, ERR_TYPE_ENDED },
		{ VANTHU_ERR_NOT_FOUND, ERR_NOT_FOUND },
		{ VANTHU_ERR_CONFLICT, ERR_CONFLICT },
		{ VANTHU_ERR_SECRET, ERR_SECRET },
		{ VANTHU_ERR_NO_RECIPIENT, ERR_NO_RECIPIENT },
		{ VANTHU_ERR_UNKNOWN_RECIPIENT, ERR_UNKNOWN_RECIPIENT },
		{ VANTHU_ERR_RETIRED_RECIPIENT, ERR_RETIRED_RECIPIENT },
		{ VANTHU_ERR_TOO_MANY_RECIPIENTS, ERR_TOO_MANY_RECIPIENTS },
		{ VANTHU_ERR_NO_ROUTE, ERR_NO_ROUTE },
		{ VANTHU_ERR_TOO_LARGE, ERR_TOO_LARGE },
		{ VANTHU_ERR_TOO_MANY_ATTACHMENTS, ERR_TOO_MANY_ATTACHMENTS },
		{ VANTHU_ERR_NOT_YET, ERR_NOT_YET },
		{ VANTHU_ERR_PERMISSION, ERR_PERMISSION },
		{ VANTHU_ERR_BAD_STATE, ERR_BAD_STATE },
		{ VANTHU_ERR_REFUSED, ERR_REFUSED },
		{ VANTHU_ERR_FORMAT, ERR_FORMAT },
		{ VANTHU_ERR_UTF8, ERR_UTF8 },
		{ VANTHU_ERR_DIGEST, ERR_DIGEST },
		{ VANTHU_ERR_DISK_FULL, ERR_DISK_FULL },
		{ VANTHU_ERR_FILE, ERR_FILE },
		{ VANTHU_ERR_UNREACHABLE, ERR_UNREACHABLE },
		{ VANTHU_ERR_TIMEOUT, ERR_TIMEOUT },
		{ VANTHU_ERR_NO_MEMORY, ERR_NO_MEMORY },
		{ VANTHU_ERR_BUSY, ERR_BUSY },
		{ VANTHU_ERR_SYSTEM, ERR_SYSTEM },
		{ VANTHU_ERR_CANCELLED, ERR_CANCELLED },
		{ VANTHU_ERR_PLACES, ERR_PLACES },
		{ VANTHU_ERR_IDLE, ERR_IDLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_int_equal(codes[i].ours, codes[i].theirs);
	assert_string_equal(vanthu_error_text(VANTHU_ERR_TIMEOUT), err_text(ERR_TIMEOUT));
	assert_string_equal(vanthu_error_fix(VANTHU_ERR_SECRET), err_fix(ERR_SECRET));
	assert_string_equal(vanthu_error_text(1), err_text((enum err)1));
}

static void refuses(vanthu_draft *d, enum vanthu_field field, const char *text, int code)
{
	assert_int_equal(vanthu_draft_set(d, field, text), code);
	assert_int_equal(vanthu_fault_code(vanthu_last_fault()), code);
	assert_string_equal(vanthu_fault_about(vanthu_last_fault()), text);
}

static void test_a_draft_takes_what_a_document_can_have_and_nothing_else(void **state)
{
	static const char id[] = "01990000-0000-7000-8000-000000000001";
	vanthu_draft *d;

	(void)state;
	assert_int_equal(vanthu_draft_new(&d), 0);
	assert_int_equal(strlen(vanthu_draft_id(d)), 36);
	assert_int_equal(vanthu_draft_set(d, VANTHU_ID, id), 0);
	assert_string_equal(vanthu_draft_id(d), id);
	assert_int_equal(vanthu_draft_set(d, VANTHU_TYPE, "KH"), 0);
	assert_int_equal(vanthu_draft_set(d, VANTHU_TYPE, "Kế hoạch"), 0);
	assert_int_equal(vanthu_draft_set(d, VANTHU_ISSUED_ON, "02/09/2026"), 0);
	assert_int_equal(vanthu_draft_set(d, VANTHU_URGENCY, "hoa-toc"), 0);
	refuses(d, VANTHU_ID, "none", VANTHU_ERR_USAGE);
	assert_string_equal(vanthu_draft_id(d), id);
	refuses(d, VANTHU_TYPE, " ", VANTHU_ERR_BAD_TYPE);
	refuses(d, VANTHU_ISSUED_ON, "31/02/2026", VANTHU_ERR_BAD_DATE);
	refuses(d, VANTHU_DUE_ON, "soon", VANTHU_ERR_BAD_DATE);
	refuses(d, VANTHU_URGENCY, "very", VANTHU_ERR_USAGE);
	refuses(d, VANTHU_STATE, "delivered", VANTHU_ERR_USAGE);
	refuses(d, VANTHU_SUBJECT, "\xff", VANTHU_ERR_UTF8);
	vanthu_draft_free(d);
}

static void test_recipients_and_parts_have_their_bounds(void **state)
{
	vanthu_draft *d;
	int code = 0;

	(void)state;
	assert_int_equal(vanthu_draft_new(&d), 0);
	assert_int_equal(vanthu_draft_to(d, "Not An Id"), VANTHU_ERR_BAD_ID);
	assert_string_equal(vanthu_fault_about(vanthu_last_fault()), "Not An Id");
	assert_int_equal(vanthu_draft_to(d, "subtree"), 0);
	for (unsigned i = 0; code == 0 && i < 2000; i++)
		code = vanthu_draft_to(d, "thads");
	assert_int_equal(code, VANTHU_ERR_TOO_MANY_RECIPIENTS);
	code = vanthu_draft_add_file(d, "/none/a.txt");
	for (unsigned i = 1; code == 0 && i < 200; i++)
		code = vanthu_draft_add_bytes(d, "b.txt", "b", 1);
	assert_int_equal(code, VANTHU_ERR_TOO_MANY_ATTACHMENTS);
	vanthu_draft_free(d);
}

static void test_a_filter_takes_its_fields_and_nothing_is_freed_twice(void **state)
{
	vanthu_filter *f;

	(void)state;
	assert_int_equal(vanthu_filter_new(&f), 0);
	assert_int_equal(vanthu_filter_set(f, VANTHU_FROM, "thads"), 0);
	assert_int_equal(vanthu_filter_set(f, VANTHU_FROM, "btp"), 0);
	assert_int_equal(vanthu_filter_set(f, VANTHU_SUBJECT, "x"), VANTHU_ERR_USAGE);
	assert_int_equal(vanthu_filter_set_number(f, VANTHU_LIMIT, 5), 0);
	assert_int_equal(vanthu_filter_set_number(f, VANTHU_LIMIT, -1), VANTHU_ERR_USAGE);
	assert_int_equal(vanthu_filter_set_number(f, VANTHU_PARTS, 1), VANTHU_ERR_USAGE);
	vanthu_filter_free(f);
	vanthu_filter_free(NULL);
	vanthu_draft_free(NULL);
	vanthu_document_free(NULL);
	vanthu_list_free(NULL);
	vanthu_sent_free(NULL);
	vanthu_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_codes_are_those_of_the_list),
		cmocka_unit_test(test_a_draft_takes_what_a_document_can_have_and_nothing_else),
		cmocka_unit_test(test_recipients_and_parts_have_their_bounds),
		cmocka_unit_test(test_a_filter_takes_its_fields_and_nothing_is_freed_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
