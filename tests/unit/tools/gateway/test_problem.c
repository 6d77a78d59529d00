/* Which status an error has, and in which language it is said. The statuses of all errors are kept
 * in statuses.txt beside this: programs of others go by them. VANTHU_GOLDEN_WRITE=1 writes it
 * anew. */
#include "tools/gateway/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

enum { CODES = 10000 };

static const char path[] = "tests/unit/tools/gateway/statuses.txt";

static bool is_status(unsigned status)
{
	static const unsigned all[] = { 400, 401, 403, 404, 405, 408, 409, 410, 413,
					415, 416, 421, 422, 429, 500, 503, 504, 507 };

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (all[i] == status)
			return true;
	}
	return false;
}

static void test_every_error_has_the_status_that_it_had(void **state)
{
	static char now[64 * 1024], kept[64 * 1024];
	const bool write = getenv("VANTHU_GOLDEN_WRITE") != NULL;
	FILE *f = fopen(path, write ? "w" : "r");
	size_t len = 0;

	(void)state;
	assert_non_null(f);
	for (unsigned n = 1; n < CODES; n++) {
		unsigned status = problem_status((enum err)n);

		if (!err_known(n))
			continue;
		if (!is_status(status))
			fail_msg("VT-%u: %u", n, status);
		/* "later" and only that says when */
		assert_true((problem_retry_after_s((enum err)n) > 0) ==
			    (status == 429 || status == 503 || status == 504 || status == 507));
		len += (size_t)snprintf(now + len, sizeof now - len, "VT-%u %u\n", n, status);
	}
	assert_int_equal(problem_status(ERR_OK), 200);
	if (write)
		assert_int_equal(fwrite(now, 1, len, f), len);
	else
		assert_true(fread(kept, 1, sizeof kept - 1, f) > 0);
	fclose(f);
	if (!write)
		assert_string_equal(now, kept);
}

static void test_the_language_that_is_asked_for(void **state)
{
	static const struct {
		const char *accept;
		enum problem_language want;
	} rows[] = {
		{ NULL, PROBLEM_EN },
		{ "", PROBLEM_EN },
		{ "vi", PROBLEM_VI },
		{ "VI", PROBLEM_VI },
		{ "vi-VN", PROBLEM_VI },
		{ "vi-VN,vi;q=0.9,en-US;q=0.8,en;q=0.7", PROBLEM_VI },
		{ "en-US,en;q=0.9,vi;q=0.8", PROBLEM_EN },
		{ "fr, vi;q=0.1", PROBLEM_VI },
		{ "en;q=0.1, vi;q=0.2", PROBLEM_VI },
		{ "en;q=0, vi;q=0.001", PROBLEM_VI },
		{ "vi;q=0", PROBLEM_EN },
		{ "vi; q=0.5 , en ; q=0.4", PROBLEM_VI },
		{ "vie", PROBLEM_EN },
		{ "v", PROBLEM_EN },
		{ "fr", PROBLEM_EN },
		{ "*", PROBLEM_EN },
		{ ",,,;,", PROBLEM_EN },
		{ "vi;q=-1", PROBLEM_EN },
		{ "vi;q=2", PROBLEM_EN },
		{ "vi;q=nan", PROBLEM_EN },
		{ "vi;q=", PROBLEM_EN },
		{ "vi;q=1e-400", PROBLEM_EN },
		{ "vi;q=0x1", PROBLEM_EN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (problem_language(rows[i].accept, PROBLEM_EN) != rows[i].want)
			fail_msg("%s", rows[i].accept);
	}
	assert_int_equal(problem_language("fr", PROBLEM_VI), PROBLEM_VI);
	assert_string_equal(problem_language_name(PROBLEM_EN), "en");
	assert_string_equal(problem_language_name(PROBLEM_VI), "vi");
}

static const char *member(const json_t *p, const char *name)
{
	return json_string_value(json_object_get(p, name));
}

static void test_a_problem_has_what_rfc_9457_and_a_program_want(void **state)
{
	json_t *p = problem_new(ERR_HTTP_FIELD, PROBLEM_EN, "a\r\nSet-Cookie: b", "due");

	(void)state;
	assert_string_equal(member(p, "type"), "urn:vanthu:VT-6008");
	assert_string_equal(member(p, "code"), "VT-6008");
	assert_int_equal(json_integer_value(json_object_get(p, "status")), 400);
	assert_string_equal(member(p, "field"), "due");
	assert_string_equal(member(p, "detail"), "a\r\nSet-Cookie: b");
	json_decref(p);
	/* what is no text is left out, and the rest stays */
	p = problem_new(ERR_NOT_FOUND, PROBLEM_VI, "\xff", NULL);
	assert_null(member(p, "detail"));
	assert_string_equal(member(p, "code"), "VT-2001");
	json_decref(p);
}

static void test_what_a_command_says_keeps_its_members(void **state)
{
	json_t *said = json_pack("{s:s, s:s, s:i, s:[s]}", "code", "VT-1007", "message", "several",
				 "status", 999, "choices", "x"),
	       *p;
	enum err e;

	(void)state;
	p = problem_of_command(said, PROBLEM_EN, &e);
	assert_int_equal(e, ERR_AMBIGUOUS);
	assert_int_equal(json_integer_value(json_object_get(p, "status")), 409);
	assert_string_equal(member(p, "detail"), "several");
	assert_int_equal(json_array_size(json_object_get(p, "choices")), 1);
	json_decref(p);
	json_decref(said);
	said = json_pack("{s:s}", "code", "VT-9999");
	p = problem_of_command(said, PROBLEM_EN, &e);
	assert_int_equal(e, ERR_SYSTEM);
	json_decref(p);
	json_decref(said);
	p = problem_of_command(NULL, PROBLEM_EN, &e);
	assert_int_equal(e, ERR_SYSTEM);
	json_decref(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_error_has_the_status_that_it_had),
		cmocka_unit_test(test_the_language_that_is_asked_for),
		cmocka_unit_test(test_a_problem_has_what_rfc_9457_and_a_program_want),
		cmocka_unit_test(test_what_a_command_says_keeps_its_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
