/* Orders of the spool folder: what is taken, what is refused and where, and names of files that
 * lead elsewhere. */
#include "tools/spool/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

static enum err read_order(const char *text, struct spool_order *out, struct spool_fault *fault)
{
	return spool_order_read((struct blob){ (const uint8_t *)text, strlen(text) }, out, fault);
}

/* Options and files with blanks between. */
static void join(const struct spool_order *o, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < o->option_count; i++)
		len += (size_t)snprintf(out + len, size - len, "%s|", o->options[i]);
	for (unsigned i = 0; i < o->file_count; i++)
		len += (size_t)snprintf(out + len, size - len, " %s", o->files[i]);
}

static void test_what_is_well_said_becomes_options_and_files(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "to: [a, b]\ntype: CV\nsubject: x\nfiles: [1.pdf, 2.xlsx]\n",
		  "--to=a,b|--type=CV|--subject=x| 1.pdf 2.xlsx" },
		{ "to: subordinates\nfiles: 1.pdf\n", "--to=subordinates| 1.pdf" },
		{ "files:\n  - a b.pdf\n  - \"Tờ trình.docx\"\n", " a b.pdf Tờ trình.docx" },
		{ "files: [case-7/a.pdf, case-7/sub/b.pdf]\n", " case-7/a.pdf case-7/sub/b.pdf" },
		{ "reply_to: 31-KH/ĐU\nfinish: true\nfiles: [a]\n",
		  "--reply-to=31-KH/ĐU|--finish| a" },
		{ "reply-to: x\nfinish: no\nstrict: yes\nfiles: [a]\n",
		  "--reply-to=x|--strict| a" },
		{ "no_finish: true\npaper_copies: 3\nfiles: [a]\n",
		  "--no-finish|--paper-copies=3| a" },
		{ "foreign_id: A,2026,1\npublish: yes\nfiles: [a]\n",
		  "--foreign-id=A,2026,1|--publish| a" },
		{ "due:\nnote: ''\nfiles: [a]\n", " a" },
		{ "files: [a]\nsubject: \"--type=QĐ; $(id) `id`\"\n",
		  "--subject=--type=QĐ; $(id) `id`| a" },
		{ "\xef\xbb\xbf" "files: [a]\r\ntype: CV\r\n", "--type=CV| a" },
		{ "subject: >\n  hai\n  dòng\nfiles: [a]\n", "--subject=hai dòng\n| a" },
		{ "to: []\nfiles: [a]\n", " a" },
		{ "files: [donE.pdf, done-7/a.pdf]\n", " donE.pdf done-7/a.pdf" },
	};
	char said[512];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct spool_order o;
		struct spool_fault fault;

		assert_int_equal(read_order(cases[i].text, &o, &fault), ERR_OK);
		join(&o, said, sizeof said);
		assert_string_equal(said, cases[i].wanted);
		spool_order_free(&o);
	}
}

static void test_what_is_wrong_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		unsigned line;
		const char *field;
	} cases[] = {
		{ "", ERR_SPOOL_ORDER, 0, "" },
		{ "- a\n- b\n", ERR_SPOOL_ORDER, 0, "" },
		{ "word\n", ERR_SPOOL_ORDER, 0, "" },
		{ "a: [\n", ERR_SPOOL_ORDER, 2, "" },
		{ "to: a\nto: b\nfiles: [x]\n", ERR_SPOOL_ORDER, 2, "" },
		{ "to: &x a\nfiles: [x]\n", ERR_SPOOL_ORDER, 1, "" },
		{ "files: [a]\nto: *x\n", ERR_SPOOL_ORDER, 2, "" },
		{ "to: !!python/object x\nfiles: [x]\n", ERR_SPOOL_ORDER, 1, "" },
		{ "to: a\n---\nto: b\n", ERR_SPOOL_ORDER, 2, "" },
		{ "subject: \"a\\0b\"\nfiles: [a]\n", ERR_SPOOL_ORDER, 1, "" },
		{ "subject: \xc3\x28\nfiles: [a]\n", ERR_SPOOL_ORDER, 1, "" },
		{ "\xff\xfe" "a", ERR_SPOOL_ORDER, 1, "" },
		{ "[[[[[[[[[[[[[[[[[[[[", ERR_SPOOL_ORDER, 1, "" },
		{ "to: a\ntyp: CV\nfiles: [a]\n", ERR_SPOOL_KEY, 2, "typ" },
		{ "wait: delivered\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "wait" },
		{ "config: /etc/x\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "config" },
		{ "type: [CV]\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "type" },
		{ "to: {a: b}\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "to" },
		{ "to: [a, [b]]\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "to" },
		{ "to: [a, '']\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "to" },
		{ "finish: perhaps\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "finish" },
		{ "strict: [true]\nfiles: [a]\n", ERR_SPOOL_KEY, 1, "strict" },
		{ "reply-to: a\nreply_to: b\nfiles: [a]\n", ERR_SPOOL_KEY, 2, "reply_to" },
		{ "to: a\n", ERR_SPOOL_KEY, 0, "files" },
		{ "to: a\nfiles: []\n", ERR_SPOOL_KEY, 2, "files" },
		{ "files:\n", ERR_SPOOL_KEY, 1, "files" },
		{ "files: {a: b}\n", ERR_SPOOL_KEY, 1, "files" },
		{ "files: [a.pdf, A.PDF]\n", ERR_SPOOL_PATH, 1, "files" },
		{ "files: [../x]\n", ERR_SPOOL_PATH, 1, "files" },
		{ "files:\n  - a\n  - /etc/passwd\n", ERR_SPOOL_PATH, 3, "files" },
		{ "files: [[a]]\n", ERR_SPOOL_PATH, 1, "files" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct spool_order o;
		struct spool_fault fault;

		assert_int_equal(read_order(cases[i].text, &o, &fault), cases[i].err);
		assert_int_equal(fault.err, cases[i].err);
		assert_int_equal(fault.line, cases[i].line);
		assert_string_equal(fault.field, cases[i].field);
		assert_null(o.arena);
	}
}

static void test_no_path_leads_out_of_the_folder_or_to_what_means_something_there(void **state)
{
	static const char *const bad[] = {
		"",	       ".",	       "..",	    "/a",	 "a/",	       "a//b",
		"a/../b",      "./a",	       ".a",	    "a/.b",	 "a\\b",       "..\\a",
		"x.yaml",      "x.YAML",       "x.edxml",   "x.ready",	 "a/x.tmp",    "x.part",
		"x.accepted.json", "x.refused.json", "x.waiting.json", "done/a", "Refused/x/b",
		"a/b/c/d/e/f/g/h/i/j",
	};
	char longest[ORDER_PATH_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(spool_order_takes_path(bad[i]));
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_false(spool_order_takes_path(longest));
	longest[NAME_MAX_BYTES + 1] = '\0';
	assert_false(spool_order_takes_path(longest));
	longest[NAME_MAX_BYTES] = '\0';
	assert_true(spool_order_takes_path(longest));
	assert_true(spool_order_takes_path("refused"));
	assert_true(spool_order_takes_path("a/b/c/d/e/f/g/h/i"));
}

static void test_more_than_may_be_is_refused(void **state)
{
	size_t size = 200000, len = 0;
	char *text = malloc(size);
	struct spool_order o;
	struct spool_fault fault;

	(void)state;
	assert_non_null(text);
	len += (size_t)snprintf(text + len, size - len, "files:\n");
	for (unsigned i = 0; i < PARTS_MAX; i++)
		len += (size_t)snprintf(text + len, size - len, "  - f%u\n", i);
	assert_int_equal(read_order(text, &o, &fault), ERR_OK);
	assert_int_equal(o.file_count, PARTS_MAX);
	spool_order_free(&o);
	snprintf(text + len, size - len, "  - last\n");
	assert_int_equal(read_order(text, &o, &fault), ERR_TOO_MANY_ATTACHMENTS);
	assert_int_equal(fault.line, PARTS_MAX + 2);
	memset(text, 'a', ORDER_MAX_BYTES + 1);
	text[ORDER_MAX_BYTES + 1] = '\0';
	assert_int_equal(read_order(text, &o, &fault), ERR_TOO_LARGE);
	free(text);
}

static void test_a_fault_says_code_place_and_what_mends_it(void **state)
{
	struct spool_order o;
	struct spool_fault fault;
	json_t *said;

	(void)state;
	assert_int_equal(read_order("typ: CV\n", &o, &fault), ERR_SPOOL_KEY);
	said = spool_fault_json(&fault);
	assert_string_equal(json_string_value(json_object_get(said, "code")), "VT-6041");
	assert_string_equal(json_string_value(json_object_get(said, "field")), "typ");
	assert_int_equal(json_integer_value(json_object_get(said, "line")), 1);
	assert_non_null(strstr(json_string_value(json_object_get(said, "message")), "typ"));
	assert_string_equal(json_string_value(json_object_get(said, "fix_en")),
			    err_fix(ERR_SPOOL_KEY));
	json_decref(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_well_said_becomes_options_and_files),
		cmocka_unit_test(test_what_is_wrong_is_refused_with_its_line),
		cmocka_unit_test(
		    test_no_path_leads_out_of_the_folder_or_to_what_means_something_there),
		cmocka_unit_test(test_more_than_may_be_is_refused),
		cmocka_unit_test(test_a_fault_says_code_place_and_what_mends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
