/* Tokens as values: scopes and what they allow, bounds to committees, names, secrets. */
#include "tools/token/token.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static struct token_rights rights_of(const char *scopes)
{
	struct token_rights r = { .name = "x" };

	assert_ok(token_scopes_parse(scopes, &r.scopes));
	return r;
}

static void test_each_scope_allows_its_acts_and_no_other(void **state)
{
	/* a letter an act, in the order of enum token_act */
	static const struct {
		const char *scope, *acts;
	} want[] = {
		{ "office", "yyyyyyyynyyn" },  { "operate", "nnnnnnnyyynn" },
		{ "read", "nnnnnnnynynn" },    { "send", "yynnnnnnnyyn" },
		{ "receive", "nnnyynnnnyyn" }, { "read,send", "yynnnnnynyyn" },
		{ "work", "nnnynynnnynn" },    { "office,secret", "yyyyyyyynyyy" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		struct token_rights r = rights_of(want[i].scope);

		assert_int_equal(strlen(want[i].acts), TOKEN_ACTS);
		for (unsigned act = 0; act < TOKEN_ACTS; act++)
			assert_int_equal(token_may(&r, (enum token_act)act),
					 want[i].acts[act] == 'y');
	}
}

/* Who says nothing of it gets nothing: also tokens that were stored before there was the scope. */
static void test_secret_documents_are_hidden_unless_the_scope_says_otherwise(void **state)
{
	static const char *const hidden[] = { "office", "office,operate,read,send,receive,work" };
	struct token_rights none = { .name = "x" }, r;

	(void)state;
	assert_true(token_hides_secret(NULL));
	assert_true(token_hides_secret(&none));
	for (size_t i = 0; i < COUNT_OF(hidden); i++) {
		r = rights_of(hidden[i]);
		assert_true(token_hides_secret(&r));
	}
	r = rights_of("secret,office");
	assert_false(token_hides_secret(&r));
}

static void test_no_scope_allows_nothing(void **state)
{
	struct token_rights r = { .name = "x" };

	(void)state;
	for (unsigned act = 0; act < TOKEN_ACTS; act++)
		assert_false(token_may(&r, (enum token_act)act));
}

static void test_scopes_print_as_they_are_read(void **state)
{
	static const char *const bad[] = {
		"",    ",",	    "office,", ",read",	      "Office",
		"all", "read send", "secret",  "read,secret", "send,receive,secret"
	};
	char text[64];
	unsigned scopes;

	(void)state;
	assert_ok(token_scopes_parse("receive,office,read,office", &scopes));
	token_scopes_print(scopes, text, sizeof text);
	assert_string_equal(text, "office,read,receive");
	token_scopes_print(scopes, text, 9); /* a short place is never passed */
	assert_string_equal(text, "office,r");
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(token_scopes_parse(bad[i], &scopes), ERR_USAGE);
}

static void test_a_bound_to_committees_holds_for_both_directions(void **state)
{
	static const char *const both[] = { "btp", "thads" }, *const others[] = { "btp", "dhl" };
	struct token_rights r = rights_of("office");
	const char *which = NULL;

	(void)state;
	assert_true(token_may_see(&r, "dhl", others, 2));
	assert_true(token_may_send_to(&r, others, 2, &which));
	r.committees[r.committee_count++] = fixture_id("thads");
	assert_true(token_may_see(&r, "thads", others, 2));
	assert_true(token_may_see(&r, "btp", both, 2));
	assert_false(token_may_see(&r, "btp", others, 2));
	assert_false(token_may_see(&r, "btp", NULL, 0));
	assert_false(token_may_send_to(&r, both, 2, &which)); /* all must be among them */
	assert_string_equal(which, "btp");
	assert_true(token_may_send_to(&r, both + 1, 1, NULL));
	r.committees[r.committee_count++] = fixture_id("btp");
	assert_true(token_may_send_to(&r, both, 2, NULL));
}

static void test_names(void **state)
{
	static const char *const good[] = { "a", "eoffice-1", "12345678901234567890123456789012" };
	static const char *const bad[] = {
		"",	    "123456789012345678901234567890123",
		"A",	    "a.b",
		"a/b",	    ".new",
		"a b",	    "..",
		"\xc3\xa1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_ok(token_name_check(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(token_name_check(bad[i]), ERR_TOKEN_NAME);
}

static void test_a_secret_has_its_form_and_is_never_the_same(void **state)
{
	char first[TOKEN_SECRET_SIZE], second[TOKEN_SECRET_SIZE];
	struct digest a, b;

	(void)state;
	assert_ok(token_secret_new(first, &a));
	assert_ok(token_secret_new(second, &b));
	assert_int_equal(strlen(first), TOKEN_SECRET_SIZE - 1);
	assert_memory_equal(first, "vt_", 3);
	assert_int_equal(strspn(first + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789-_"),
			 43);
	assert_string_not_equal(first, second);
	assert_true(token_secret_digest(first, &b));
	assert_memory_equal(a.bytes, b.bytes, sizeof a.bytes);
	first[0] = 'V';
	assert_false(token_secret_digest(first, &b));
	second[40] = '\0';
	assert_false(token_secret_digest(second, &b));
	assert_false(token_secret_digest("", &b));
	assert_false(token_secret_digest(NULL, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_scope_allows_its_acts_and_no_other),
		cmocka_unit_test(
			test_secret_documents_are_hidden_unless_the_scope_says_otherwise),
		cmocka_unit_test(test_no_scope_allows_nothing),
		cmocka_unit_test(test_scopes_print_as_they_are_read),
		cmocka_unit_test(test_a_bound_to_committees_holds_for_both_directions),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_a_secret_has_its_form_and_is_never_the_same),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
