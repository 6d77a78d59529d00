/* What words keep back of a listing: nothing that a search by all rules would find. */
#include "daemon/control/sift.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/words.h"

static char *text(const char *t)
{
	return (char *)(uintptr_t)t;
}

/* Twice: it keeps nothing of the line before. */
static bool passes_twice(struct sift *s, const Vanthu__V1__DocumentLine *line)
{
	return control_sift_passes(s, line) && control_sift_passes(s, line);
}

static struct sift *sift(const char *words)
{
	struct sift *s = control_sift_new(words, (struct committee_id){ "btp" });

	assert_non_null(s);
	return s;
}

static bool passes(const char *words, const Vanthu__V1__DocumentLine *line)
{
	struct sift *s = sift(words);
	bool yes = passes_twice(s, line);

	control_sift_drop(s);
	return yes;
}

static void test_each_word_must_be_in_one_of_the_texts(void **state)
{
	Vanthu__V1__DocumentLine line = VANTHU__V1__DOCUMENT_LINE__INIT;
	Vanthu__V1__WorkView work = VANTHU__V1__WORK_VIEW__INIT;
	Vanthu__V1__Reference answers = VANTHU__V1__REFERENCE__INIT;
	char *names[] = { text("Đảng ủy Sở Tư pháp") }, *ids[] = { text("so") };
	char *with[] = { text("Lê Thị Bình") };

	(void)state;
	line.subject = text("Kế hoạch thực hiện CHUYỂN ĐỔI số – “đợt 2”");
	line.number = text("007-KH/ĐU");
	line.files = text("phụ lục.docx\nbiểu.xlsx");
	line.to = ids;
	line.to_names = names;
	line.n_to = line.n_to_names = 1;
	work.with = with;
	work.n_with = 1;
	line.work = &work;
	answers.number = text("12-CV/ĐU");
	line.answers = &answers;
	assert_true(passes("ke hoach chuyen doi", &line));
	assert_false(passes("so binh phu lieu", &line));
	assert_true(passes("so binh phu luc", &line));
	assert_true(passes("7-kh/du", &line));
	assert_true(passes("0012-cv/du", &line));
	assert_false(passes("8-kh/du", &line));
	assert_false(passes("ke hoach xyz", &line));
	assert_true(passes("", &line));
	control_sift_drop(NULL);
}

static void test_the_own_office_which_stands_in_every_line_is_not_searched(void **state)
{
	Vanthu__V1__DocumentLine line = VANTHU__V1__DOCUMENT_LINE__INIT;
	char *names[] = { text("Đảng ủy Bộ Tư pháp"), text("Đảng ủy Cục") },
	     *ids[] = { text("btp"), text("cuc") };

	(void)state;
	line.from = text("btp");
	line.from_name = names[0];
	assert_false(passes("bo tu phap", &line));
	assert_false(passes("btp", &line));
	line.subject = text("Quy chế của Bộ Tư pháp");
	assert_true(passes("bo tu phap", &line));
	line.subject = text("");
	line.from = text("so");
	line.from_name = text("Sở Tư pháp");
	line.to = ids;
	line.n_to = 2;
	assert_false(passes("btp", &line));
	assert_true(passes("cuc so", &line));
	line.to_names = names;
	line.n_to_names = 2;
	assert_false(passes("bo", &line));
	assert_true(passes("dang uy cuc", &line));
}

/* Ideographs and Hangul, two thirds of all, fold to nothing; some of them are looked at. */
static bool is_seldom(unsigned c)
{
	return (c >= 0x3400 && c < 0xa000) || (c >= 0xac00 && c < 0xd7a4);
}

/* Every letter that a search folds to ASCII passes for what it is folded to, or is not judged.
 * Neighbours are mostly folded to the same. */
static void test_nothing_is_kept_back_that_a_search_would_find(void **state)
{
	char plain[16] = "", before[16] = "";
	struct sift *s = sift(before);

	(void)state;
	for (unsigned c = 0xa0; c < 0xffff; c += is_seldom(c) ? 61 : 1) {
		Vanthu__V1__DocumentLine line = VANTHU__V1__DOCUMENT_LINE__INIT;
		char subject[16], *one[] = { subject };
		struct words *w;

		if (c >= 0xd800 && c < 0xe000)
			continue;
		snprintf(subject, sizeof subject, "%lc", (wint_t)c);
		w = words_new(one, 1);
		words_plain(w, plain, sizeof plain);
		words_drop(w);
		if (strcmp(plain, before) != 0) {
			control_sift_drop(s);
			s = sift(plain);
			memcpy(before, plain, sizeof before);
		}
		line.subject = subject;
		assert_true(passes_twice(s, &line));
	}
	control_sift_drop(s);
}

static void test_what_no_client_may_ask_is_refused(void **state)
{
	char longest[SIFT_TEXT_MAX + 2];

	(void)state;
	assert_true(control_sift_valid(""));
	assert_true(control_sift_valid("ke hoach 1-kh/du"));
	assert_false(control_sift_valid("Ke"));
	assert_false(control_sift_valid("k\u1ebf"));
	assert_false(control_sift_valid("ke\thoach"));
	memset(longest, 'a', sizeof longest);
	longest[SIFT_TEXT_MAX] = '\0';
	assert_true(control_sift_valid(longest));
	memset(longest, ' ', SIFT_WORDS_MAX - 1);
	assert_true(control_sift_valid(longest));
	longest[SIFT_WORDS_MAX] = ' ';
	assert_false(control_sift_valid(longest));
	memset(longest, 'a', sizeof longest);
	longest[SIFT_TEXT_MAX + 1] = '\0';
	assert_false(control_sift_valid(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_word_must_be_in_one_of_the_texts),
		cmocka_unit_test(test_the_own_office_which_stands_in_every_line_is_not_searched),
		cmocka_unit_test(test_nothing_is_kept_back_that_a_search_would_find),
		cmocka_unit_test(test_what_no_client_may_ask_is_refused),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("sift", tests, NULL, NULL);
}
