/* What a reminder says: number, day and how late; of a secret document no subject. */
#include "tools/command/reminder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Vanthu__V1__DueLine line_of(Vanthu__V1__Remind *m, Vanthu__V1__Secrecy secrecy)
{
	static uint8_t id[16] = { 1 };
	Vanthu__V1__DueLine l = VANTHU__V1__DUE_LINE__INIT;

	vanthu__v1__remind__init(m);
	m->secrecy = secrecy;
	m->issued_on = (char *)(uintptr_t) "2026-02-01";
	l.remind = m;
	l.id = (ProtobufCBinaryData){ sizeof id, id };
	l.from = (char *)(uintptr_t) "bo";
	l.to = (char *)(uintptr_t) "cuc";
	l.to_name = (char *)(uintptr_t) "Đảng bộ Cục";
	l.symbol = (char *)(uintptr_t) "31-KH/ĐU";
	l.type_name = (char *)(uintptr_t) "Kế hoạch";
	l.subject = (char *)(uintptr_t) "Kế hoạch chuyển đổi số";
	l.due_on = (char *)(uintptr_t) "2026-03-02";
	l.late_days = 3;
	return l;
}

static void assert_says(char *text, const char *wanted)
{
	assert_non_null(text);
	assert_non_null(strstr(text, wanted));
	free(text);
}

static void assert_says_not(char *text, const char *unwanted)
{
	assert_non_null(text);
	assert_null(strstr(text, unwanted));
	free(text);
}

static void test_number_day_and_lateness_are_named(void **state)
{
	Vanthu__V1__Reminded before = VANTHU__V1__REMINDED__INIT;
	Vanthu__V1__Remind m;
	Vanthu__V1__DueLine l = line_of(&m, VANTHU__V1__SECRECY__SECRECY_THUONG);
	struct reminder r;
	char *subject;

	(void)state;
	assert_true(reminder_take(&r, &l));
	subject = reminder_subject(&r);
	assert_string_equal(subject, "Đôn đốc thực hiện Kế hoạch số 31-KH/ĐU ngày 01/02/2026, đã "
				     "quá hạn 3 ngày làm việc");
	free(subject);
	assert_says(reminder_text(&r, NULL), "Kính gửi: Đảng bộ Cục\n");
	assert_says(reminder_text(&r, NULL), "(Kế hoạch chuyển đổi số), hạn xử lý 02/03/2026");
	assert_says(reminder_text(&r, "Báo cáo trước ngày 10."), "\nBáo cáo trước ngày 10.\n");
	assert_says_not(reminder_text(&r, NULL), "Đồng kính gửi");
	reminder_free(&r);
	before.count = 1;
	before.last_at_ms = 1772416800000;
	l.reminded = &before;
	l.late_days = -2;
	m.superior = (char *)(uintptr_t) "tinh";
	assert_true(reminder_take(&r, &l));
	assert_says(reminder_subject(&r), "còn 2 ngày làm việc là đến hạn (lần 2)");
	assert_says(reminder_text(&r, NULL), "Đã đôn đốc 1 lần, lần gần nhất ngày 02/03/2026.");
	assert_says(reminder_text(&r, NULL), "Đồng kính gửi: tinh\n");
	reminder_free(&r);
}

static void test_the_subject_of_a_secret_document_is_not_repeated(void **state)
{
	static const Vanthu__V1__Secrecy secret[] = { VANTHU__V1__SECRECY__SECRECY_MAT,
						      VANTHU__V1__SECRECY__SECRECY_TOI_MAT,
						      VANTHU__V1__SECRECY__SECRECY_TUYET_MAT };
	Vanthu__V1__Remind m;

	(void)state;
	for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
		Vanthu__V1__DueLine l = line_of(&m, secret[i]);
		struct reminder r;

		assert_true(reminder_take(&r, &l));
		assert_says_not(reminder_subject(&r), "chuyển đổi số");
		assert_says_not(reminder_text(&r, NULL), "chuyển đổi số");
		assert_says(reminder_text(&r, NULL), "31-KH/ĐU");
		reminder_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number_day_and_lateness_are_named),
		cmocka_unit_test(test_the_subject_of_a_secret_document_is_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
