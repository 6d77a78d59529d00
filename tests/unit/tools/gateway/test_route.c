/* Paths against the table, percent-encoding, and fields against a row. */
#include "tools/gateway/route.h"

#include <string.h>

#include "tests/unit/support/fixture.h"
#include "tools/gateway/fields.h"
#include "tools/gateway/routes.h"
#include "tools/gateway/sign_in.h"

static struct route_words words;
static const struct route *found;
static char allow[64];

static enum err find(const char *method, const char *path)
{
	const struct route_question q = { routes_table(), method, path };

	found = NULL;
	return route_find(&q, &found, &words, allow, sizeof allow);
}

static void test_paths_and_what_they_mean(void **state)
{
	static const struct {
		const char *method, *path, *name, *first;
		enum err want;
	} rows[] = {
		{ "GET", "/v1/documents", "listDocuments", NULL, ERR_OK },
		{ "HEAD", "/v1/documents", "listDocuments", NULL, ERR_OK },
		{ "POST", "/v1/documents", "sendDocument", NULL, ERR_OK },
		{ "GET", "/v1/documents/x", "showDocument", "x", ERR_OK },
		{ "GET", "/v1/documents/accept-all-valid", "showDocument", "accept-all-valid",
		  ERR_OK },
		{ "POST", "/v1/documents/accept-all-valid", "acceptAllValid", NULL, ERR_OK },
		{ "GET", "/v1/documents/31-KH%2F%C4%90U", "showDocument", "31-KH/\xc4\x90U",
		  ERR_OK },
		{ "GET", "/v1/documents/a%20b+c", "showDocument", "a b+c", ERR_OK },
		{ "GET", "/v1/documents/..", "showDocument", "..", ERR_OK },
		{ "GET", "/v1/documents/%2e%2e%2f%2e%2e", "showDocument", "../..", ERR_OK },
		{ "GET", "/v1/documents/x/parts/1", "readPart", "x", ERR_OK },
		{ "POST", "/v1/documents/x/recall/agree", "agreeRecall", "x", ERR_OK },
		{ "GET", "/", "root", NULL, ERR_OK },
		{ "GET", "/office/", "officePage", NULL, ERR_OK },
		{ "GET", "/office/app.js", "officeFile", "app.js", ERR_OK },
		/* nothing */
		{ "GET", "/office", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "*", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "//v1/documents", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1//documents", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/documents/", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/documents/x/", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/documents//parts/1", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/documents/x/parts/1/2", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/documents/../status", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/../v1/documents", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/V1/documents", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/document%73", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1/documents;a=b", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "/v1\\documents", NULL, NULL, ERR_HTTP_ROUTE },
		{ "GET", "http://127.0.0.1/v1/documents", NULL, NULL, ERR_HTTP_ROUTE },
		{ "CONNECT", "127.0.0.1:80", NULL, NULL, ERR_HTTP_ROUTE },
		/* no text */
		{ "GET", "/v1/documents/%00", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/a%0d%0aX:%20y", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%7f", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%c0%af", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%ff", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/\xff", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%ed%a0%80", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%4", NULL, NULL, ERR_HTTP_REQUEST },
		{ "GET", "/v1/documents/%u0041", NULL, NULL, ERR_HTTP_REQUEST },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum err e = find(rows[i].method, rows[i].path);

		if (e != rows[i].want)
			fail_msg("%s: VT-%d", rows[i].path, (int)e);
		if (rows[i].name != NULL)
			assert_string_equal(found->name, rows[i].name);
		if (rows[i].first != NULL)
			assert_string_equal(words.values[0], rows[i].first);
	}
}

static void test_a_method_that_a_path_has_not_is_told_those_it_has(void **state)
{
	static const char *const others[] = { "PUT", "DELETE",	"PATCH", "OPTIONS", "TRACE",
					      "get", "CONNECT", "",	 "POST GET" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		assert_int_equal(find(others[i], "/v1/documents"), ERR_HTTP_METHOD);
		assert_string_equal(allow, "POST, GET");
	}
	assert_int_equal(find("POST", "/healthz"), ERR_HTTP_METHOD);
	assert_string_equal(allow, "GET");
	assert_int_equal(find("HEAD", "/v1/documents/x/accept"), ERR_HTTP_METHOD);
	assert_string_equal(allow, "POST");
}

static void test_a_word_of_a_path_is_bounded(void **state)
{
	char path[1200] = "/v1/documents/";
	size_t from = strlen(path);

	(void)state;
	memset(path + from, 'x', ROUTE_WORD_SIZE);
	path[from + ROUTE_WORD_SIZE - 1] = '\0';
	assert_ok(find("GET", path));
	path[from + ROUTE_WORD_SIZE - 1] = 'x';
	assert_int_equal(find("GET", path), ERR_HTTP_REQUEST);
}

static bool is_name(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* What a row needs to be served at all, and that no two mean the same. */
static void test_the_table_is_whole(void **state)
{
	const struct route *all = routes_table();

	(void)state;
	for (const struct route *r = all; r->method != NULL; r++) {
		assert_true((r->command != NULL) != (r->answer != NULL));
		assert_true(strcmp(r->method, "GET") == 0 ? r->body == ROUTE_NO_BODY
							  : r->body != ROUTE_NO_BODY);
		assert_true(r->about == ROUTE_GENERAL || strstr(r->path, "{id}") != NULL);
		assert_true(r->about != ROUTE_GENERAL ||
			    strncmp(r->path, "/v1/documents/{", 15) != 0);
		for (const struct route *o = all; o != r; o++) {
			assert_string_not_equal(o->name, r->name);
			assert_false(strcmp(o->method, r->method) == 0 &&
				     strcmp(o->path, r->path) == 0);
		}
		/* what changes something is never open, nor a figure's right; but to sign in, which
		 * proves who asks by itself */
		assert_true(r->body == ROUTE_NO_BODY || r->answer == sign_in_answer ||
			    (r->act != ROUTE_OPEN && r->act != ROUTE_ANYBODY &&
			     r->act != TOKEN_ACT_FIGURES && r->act != TOKEN_ACT_CHANGES &&
			     r->act != TOKEN_ACT_SEE_OWN));
		for (const struct route_field *f = r->fields; f != NULL && f->name != NULL; f++) {
			/* The words of an axis are those that its clients know. */
			assert_true(is_name(f->name) || strncmp(r->path, "/axis/", 6) == 0);
			assert_true((f->type == ROUTE_CHOICE) == (f->choices != NULL));
			assert_string_not_equal(f->name, "dry_run");
			for (const struct route_field *o = r->fields; o != f; o++)
				assert_string_not_equal(o->name, f->name);
		}
	}
}

/* ---- fields ---- */

static const struct route_field some[] = { { "text", ROUTE_TEXT, false, "", NULL, 0, 0 },
					   { "texts", ROUTE_TEXTS, false, "", NULL, 0, 0 },
					   { "flag", ROUTE_FLAG, false, "", NULL, 0, 0 },
					   { "count", ROUTE_COUNT, false, "", NULL, 0, 0 },
					   { "few", ROUTE_COUNT, false, "", NULL, 2, 7 },
					   { "number", ROUTE_NUMBER, false, "", NULL, 0, 0 },
					   { "date", ROUTE_DATE, false, "", NULL, 0, 0 },
					   { "box", ROUTE_CHOICE, false, "", "in|out", 0, 0 },
					   { NULL, ROUTE_TEXT, false, NULL, NULL, 0, 0 } };
static const struct route_field must[] = { { "must", ROUTE_TEXT, true, "", NULL, 0, 0 },
					   { NULL, ROUTE_TEXT, false, NULL, NULL, 0, 0 } };
static const struct route a_post = { .body = ROUTE_JSON, .fields = some };
static const struct route a_get = { .body = ROUTE_NO_BODY, .fields = some };
static const struct route needs = { .body = ROUTE_JSON, .fields = must };

static enum err check(const struct route *r, const char *text, const char **field)
{
	static char name[64];
	json_t *fields = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	enum err e;

	if (fields == NULL)
		fail_msg("no JSON: %s", text);
	e = fields_check(fields, r, field);
	if (*field != NULL) {
		strncpy(name, *field, sizeof name - 1);
		*field = name;
	}
	json_decref(fields);
	return e;
}

static void test_fields_that_may_be(void **state)
{
	static const char *const rows[] = {
		"{}",
		"{\"text\":\"\"}",
		"{\"text\":\"- x\\n\"}",
		"{\"texts\":\"a,b\"}",
		"{\"texts\":[]}",
		"{\"texts\":[\"a\",\"b\"]}",
		"{\"flag\":true}",
		"{\"flag\":false}",
		"{\"count\":0}",
		"{\"count\":2147483647}",
		"{\"few\":7}",
		"{\"number\":9223372036854775807}",
		"{\"date\":\"2026-02-28\"}",
		"{\"box\":\"in\"}",
		"{\"box\":\"out\",\"dry_run\":true}",
	};
	const char *field;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (check(&a_post, rows[i], &field) != ERR_OK)
			fail_msg("refused: %s", rows[i]);
		assert_null(field);
	}
}

static void test_fields_that_may_not_be_are_named(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"text\":1}", "text" },
		{ "{\"few\":8}", "few" },
		{ "{\"few\":1}", "few" },
		{ "{\"text\":null}", "text" },
		{ "{\"text\":[\"a\"]}", "text" },
		{ "{\"texts\":[1]}", "texts" },
		{ "{\"texts\":[\"a,b\"]}", "texts" },
		{ "{\"texts\":[\"\"]}", "texts" },
		{ "{\"texts\":[[\"a\"]]}", "texts" },
		{ "{\"texts\":{}}", "texts" },
		{ "{\"flag\":1}", "flag" },
		{ "{\"flag\":\"true\"}", "flag" },
		{ "{\"count\":-1}", "count" },
		{ "{\"count\":2147483648}", "count" },
		{ "{\"count\":1.0}", "count" },
		{ "{\"count\":\"1\"}", "count" },
		{ "{\"number\":-1}", "number" },
		{ "{\"number\":1e3}", "number" },
		{ "{\"date\":\"2026-02-30\"}", "date" },
		{ "{\"date\":\"\"}", "date" },
		{ "{\"box\":\"\"}", "box" },
		{ "{\"box\":\"i\"}", "box" },
		{ "{\"box\":\"in|out\"}", "box" },
		{ "{\"\":1}", "" },
		{ "{\"Text\":\"a\"}", "Text" },
		{ "{\"__proto__\":{}}", "__proto__" },
		{ "{\"dry_run\":\"1\"}", "dry_run" },
	};
	const char *field;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (check(&a_post, rows[i][0], &field) != ERR_HTTP_FIELD)
			fail_msg("taken: %s", rows[i][0]);
		assert_string_equal(field, rows[i][1]);
	}
	assert_int_equal(check(&needs, "{\"dry_run\":true}", &field), ERR_HTTP_FIELD);
	assert_string_equal(field, "must");
	/* who only asks changes nothing */
	assert_int_equal(check(&a_get, "{\"dry_run\":true}", &field), ERR_HTTP_FIELD);
}

static void test_a_huge_text_is_refused(void **state)
{
	static char text[64 * 1024 + 2];
	json_t *fields = json_object();
	const char *field;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	json_object_set_new(fields, "text", json_string(text));
	assert_int_equal(fields_check(fields, &a_post, &field), ERR_HTTP_FIELD);
	text[sizeof text - 2] = '\0';
	json_object_set_new(fields, "text", json_string(text));
	assert_ok(fields_check(fields, &a_post, &field));
	json_decref(fields);
}

static void test_words_of_a_query_become_what_their_row_says(void **state)
{
	static const struct {
		const char *name, *value, *want; /* "" refused */
	} rows[] = {
		{ "text", "a%20b+c", "\"a b+c\"" },
		{ "text", "", "\"\"" },
		{ "texts", "a,,b", "[\"a\",\"b\"]" },
		{ "texts", "", "[]" },
		{ "flag", "", "true" },
		{ "flag", "1", "true" },
		{ "flag", "true", "true" },
		{ "flag", "0", "false" },
		{ "flag", "false", "false" },
		{ "flag", "yes", "" },
		{ "count", "7", "7" },
		{ "count", "", "" },
		{ "count", "-7", "" },
		{ "count", "+7", "" },
		{ "count", "0x7", "" },
		{ "count", "7%20", "" },
		{ "count", "2147483648", "" },
		{ "number", "999999999999999999", "999999999999999999" },
		{ "number", "9999999999999999999", "" },
		{ "number", "", "" },
		{ "text", "%", "" },
		{ "text", "%00", "" },
		{ "text", "%ff", "" },
		{ "none", "1", "" },
		{ "dry_run", "1", "" },
		{ "te%78t", "1", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		json_t *fields = json_object();
		enum err e = fields_take_word(fields, &a_get, rows[i].name, rows[i].value);
		char *text = json_dumps(json_object_get(fields, rows[i].name),
					JSON_ENCODE_ANY | JSON_COMPACT);

		if ((e == ERR_OK) != (rows[i].want[0] != '\0'))
			fail_msg("%s=%s: VT-%d", rows[i].name, rows[i].value, (int)e);
		if (e == ERR_OK) {
			assert_string_equal(text, rows[i].want);
			/* twice is a fault, whatever it says */
			assert_int_equal(
				fields_take_word(fields, &a_get, rows[i].name, rows[i].value),
				ERR_HTTP_FIELD);
		}
		free(text);
		json_decref(fields);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_and_what_they_mean),
		cmocka_unit_test(test_a_method_that_a_path_has_not_is_told_those_it_has),
		cmocka_unit_test(test_a_word_of_a_path_is_bounded),
		cmocka_unit_test(test_the_table_is_whole),
		cmocka_unit_test(test_fields_that_may_be),
		cmocka_unit_test(test_fields_that_may_not_be_are_named),
		cmocka_unit_test(test_a_huge_text_is_refused),
		cmocka_unit_test(test_words_of_a_query_become_what_their_row_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
