/* In whose place a document is signed: the forms, and K/T where nobody can be stood in for. */
#include "routing/rules/signing.h"
#include "tests/unit/support/fixture.h"

static void test_forms_of_the_party_and_of_the_state_are_known(void **state)
{
	static const char *const good[] = { "T/M ĐẢNG ỦY",   "t/m Đảng uỷ",   "T/L BAN THƯỜNG VỤ",
					    "K/T CHỦ NHIỆM", "TM. CHÍNH PHỦ", "KT. BỘ TRƯỞNG",
					    "TL. BỘ TRƯỞNG", "TUQ. GIÁM ĐỐC", "Q. CỤC TRƯỞNG" };
	static const char *const bad[] = { "",		 "T/M",		"T/M ",	      "ĐẢNG ỦY",
					   "TM ĐẢNG ỦY", "X/Y ĐẢNG ỦY", "T/MĐẢNG ỦY", "Quyền" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(signing_is_competence(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(signing_is_competence(bad[i]));
}

static void test_nobody_stands_in_for_a_committee(void **state)
{
	(void)state;
	assert_true(signing_is_for_committee("K/T ĐẢNG ỦY"));
	assert_true(signing_is_for_committee("k/t Đảng uỷ Bộ Tư pháp"));
	assert_true(signing_is_for_committee("KT. BAN THƯỜNG VỤ"));
	assert_false(signing_is_for_committee("T/M ĐẢNG ỦY"));
	assert_false(signing_is_for_committee("K/T CHỦ NHIỆM"));
	assert_false(signing_is_for_committee(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms_of_the_party_and_of_the_state_are_known),
		cmocka_unit_test(test_nobody_stands_in_for_a_committee),
	};

	return cmocka_run_group_tests_name("signing", tests, NULL, NULL);
}
