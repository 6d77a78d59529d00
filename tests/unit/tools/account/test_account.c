/* Accounts as files, their roles, passwords and second factors. */
#include "tools/account/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"
#include "tools/token/token.h"

struct place {
	char folder[64], gateway[80];
	struct arena *arena;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->gateway, sizeof p->gateway, "%s/gateway", p->folder);
	p->arena = arena_new(1 << 20);
	assert_non_null(p->arena);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	fs_remove_tree(p->folder);
	arena_destroy(p->arena);
	free(p);
	return 0;
}

static struct account sample(const char *name)
{
	struct account a = { .person = "Nguyễn Thị Lan",
			     .roles = ACCOUNT_CLERK | ACCOUNT_VIEWER,
			     .password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
			     .must_change = true,
			     .has_totp = true,
			     .created_ms = FIXTURE_NOW_MS,
			     .changed_ms = FIXTURE_NOW_MS + 1 };

	snprintf(a.name, sizeof a.name, "%s", name);
	for (unsigned i = 0; i < sizeof a.totp; i++)
		a.totp[i] = (uint8_t)(i * 13 + 1);
	return a;
}

static void test_what_is_written_is_read(void **state)
{
	struct place *p = *state;
	struct account a = sample("lan"), b;
	char path[128];
	struct stat st;

	assert_ok(account_file_add(p->gateway, &a));
	assert_ok(account_file_read(p->gateway, "lan", &b));
	assert_memory_equal(&a, &b, sizeof a);
	assert_int_equal(account_file_add(p->gateway, &a), ERR_EXISTS);
	assert_int_equal(account_file_read(p->gateway, "hoa", &b), ERR_NOT_FOUND);
	assert_string_equal(b.name, "hoa");
	assert_int_equal(account_file_read(p->gateway, "../lan", &b), ERR_ACCOUNT_NAME);
	snprintf(path, sizeof path, "%s/accounts/lan", p->gateway);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* What others may write lets nobody in. */
	assert_int_equal(chmod(path, 0620), 0);
	assert_int_equal(account_file_read(p->gateway, "lan", &b), ERR_ACCOUNT_FILE);
}

static enum err disable(void *of, struct account *a)
{
	a->disabled_ms = *(int64_t *)of;
	return a->disabled_ms == 7 ? ERR_CANCELLED : ERR_OK;
}

static void test_a_change_is_written_or_nothing_is(void **state)
{
	struct place *p = *state;
	struct account a = sample("lan"), b;
	int64_t at = FIXTURE_NOW_MS, never = 7;

	assert_int_equal(account_file_change(p->gateway, "lan", disable, &at, &b), ERR_NOT_FOUND);
	assert_ok(account_file_add(p->gateway, &a));
	assert_ok(account_file_change(p->gateway, "lan", disable, &at, &b));
	assert_int_equal(account_file_change(p->gateway, "lan", disable, &never, &b),
			 ERR_CANCELLED);
	assert_ok(account_file_read(p->gateway, "lan", &b));
	assert_true(b.disabled_ms == at);
}

static bool count_one(void *of, const struct account *a, enum err e)
{
	unsigned *count = of;

	count[e == ERR_OK ? 0 : 1]++;
	assert_true(strcmp(a->name, "lan") == 0 || strcmp(a->name, "hoa") == 0);
	return true;
}

static void test_all_of_a_folder_are_walked(void **state)
{
	struct place *p = *state;
	struct account a = sample("lan"), b = sample("hoa");
	unsigned count[2] = { 0, 0 };
	char path[128];

	assert_ok(account_file_walk(p->gateway, count_one, count)); /* no folder yet */
	assert_ok(account_file_add(p->gateway, &a));
	assert_ok(account_file_add(p->gateway, &b));
	snprintf(path, sizeof path, "%s/accounts/hoa", p->gateway);
	assert_ok(fs_replace(path, (struct blob){ (const uint8_t *)"x", 1 }));
	assert_ok(account_file_walk(p->gateway, count_one, count));
	assert_int_equal(count[0], 1);
	assert_int_equal(count[1], 1);
}

static bool is_read(const char *text)
{
	struct account a;

	return account_file_decode((struct blob){ (const uint8_t *)text, strlen(text) }, &a) ==
	       ERR_OK;
}

static void test_what_is_no_account_is_refused(void **state)
{
#define HEAD "vanthu account 1\nname: lan\nperson: Lan\nroles: clerk\n"
	static const char *const bad[] = {
		"",
		HEAD,			       /* cut off */
		HEAD "end",		       /* likewise */
		HEAD "end\nx",		       /* more */
		HEAD "admin: yes\nend\n",      /* not known: it might be a bound */
		HEAD "name: hoa\nend\n",       /* twice */
		HEAD "person: Hoa\nend\n",     /* likewise */
		HEAD "roles: leader\nend\n",   /* likewise */
		HEAD "must-change: no\nend\n", /* said by leaving it out */
		HEAD "totp: ABC\nend\n",
		HEAD "disabled: 0\nend\n",
		HEAD "disabled: -5\nend\n",
		HEAD "password: \nend\n",
		"vanthu account 2\nname: lan\nperson: Lan\nroles: clerk\nend\n",
		"vanthu account 1\nname: Lan\nperson: Lan\nroles: clerk\nend\n",
		"vanthu account 1\nname: lan\nperson: Lan\nroles: king\nend\n",
		"vanthu account 1\nname: lan\nperson: Lan\nend\n",
		"vanthu account 1\nname: lan\nroles: clerk\nend\n",
		"vanthu account 1\nperson: Lan\nroles: clerk\nend\n",
		"vanthu account 1\nname: lan\nperson: \tLan\nroles: clerk\nend\n",
	};
	struct account a;

	(void)state;
	assert_true(is_read(HEAD "end\n"));
	assert_true(is_read(HEAD "totp: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\nend\n"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(is_read(bad[i]));
	assert_int_equal(account_file_decode((struct blob){ (const uint8_t *)"a\0b", 3 }, &a),
			 ERR_ACCOUNT_FILE);
#undef HEAD
}

static void test_roles_are_scopes(void **state)
{
	struct token_rights r = { .name = "@x" };
	unsigned roles;
	char text[64];

	(void)state;
	assert_ok(account_roles_parse("leader,clerk", &roles));
	account_roles_print(roles, text, sizeof text);
	assert_string_equal(text, "clerk,leader");
	assert_int_equal(account_roles_parse("", &roles), ERR_USAGE);
	assert_int_equal(account_roles_parse("clerk,", &roles), ERR_USAGE);
	assert_int_equal(account_roles_parse("root", &roles), ERR_USAGE);
	r.scopes = account_scopes(ACCOUNT_HANDLER);
	assert_true(token_may(&r, TOKEN_ACT_WORK));
	assert_true(token_may(&r, TOKEN_ACT_SEE_RECEIVED));
	assert_false(token_may(&r, TOKEN_ACT_INTAKE));
	assert_false(token_may(&r, TOKEN_ACT_OFFICE));
	assert_false(token_may(&r, TOKEN_ACT_SUBMIT));
	r.scopes = account_scopes(ACCOUNT_OPERATOR | ACCOUNT_VIEWER);
	assert_true(token_may(&r, TOKEN_ACT_OPERATE));
	assert_false(token_may(&r, TOKEN_ACT_SEE_RECEIVED));
	assert_false(token_may(&r, TOKEN_ACT_SECRET));
}

static void test_names_and_persons(void **state)
{
	(void)state;
	assert_ok(account_name_check("lan-2"));
	assert_ok(account_name_check("abcdefghijklmnopqrstuvwxyz01234"));
	assert_int_equal(account_name_check("abcdefghijklmnopqrstuvwxyz012345"), ERR_ACCOUNT_NAME);
	assert_int_equal(account_name_check(""), ERR_ACCOUNT_NAME);
	assert_int_equal(account_name_check("@lan"), ERR_ACCOUNT_NAME);
	assert_true(account_is_person("Nguyễn Thị Lan"));
	assert_false(account_is_person(""));
	assert_false(account_is_person(" Lan"));
	assert_false(account_is_person("Lan\nroles: clerk"));
	assert_false(account_is_person("\xff"));
}

static void test_passwords(void **state)
{
	static const char no_utf8[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
	static const char *const weak[] = {
		"",		"ngan thoi",	 "aaaaaaaaaaaaaa", "abcdefghijklmn",
		"987654321098", "TEN-DANG-NHAP", no_utf8,
	};
	char first[PASSWORD_STORED_SIZE], second[PASSWORD_STORED_SIZE], made[PASSWORD_NEW_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
		assert_int_equal(password_check(weak[i], "ten-dang-nhap"), ERR_PASSWORD_WEAK);
	assert_ok(password_check("mưa rơi trên phố Huế", "lan"));
	assert_ok(password_check("ứứứứứứứứứứứ1", "lan")); /* 12 characters, more bytes */
	assert_ok(password_store("mưa rơi trên phố Huế", first));
	assert_ok(password_store("mưa rơi trên phố Huế", second));
	assert_string_not_equal(first, second); /* each has a salt of its own */
	assert_null(strstr(first, "phố"));
	assert_ok(password_verify("mưa rơi trên phố Huế", first));
	assert_int_equal(password_verify("mưa rơi trên phố Hue", first), ERR_SIGN_IN);
	assert_int_equal(password_verify("", first), ERR_SIGN_IN);
	assert_int_equal(password_verify("mưa rơi trên phố Huế", ""), ERR_SIGN_IN);
	assert_int_equal(password_verify("mưa rơi trên phố Huế", "no hash"), ERR_SIGN_IN);
	assert_false(password_is_old(first));
	assert_true(password_is_old("$argon2id$v=19$m=8192,t=1,p=1$YyKD3YhdZBiZ++94p3PhAg$"
				    "u+hG+DFiRQV6hQKsInnp2VFqc50imFA9pu/0rBgRBZA"));
	password_new(made);
	assert_int_equal(strlen(made), PASSWORD_NEW_SIZE - 1);
	assert_ok(password_check(made, "lan"));
}

/* RFC 6238, appendix B, SHA-1: the last six of eight digits. */
static void test_the_codes_of_the_standard(void **state)
{
	static const struct {
		int64_t at;
		const char *code;
	} rows[] = { { 59, "287082" },		{ 1111111109, "081804" },
		     { 1111111111, "050471" }, { 1234567890, "005924" },
		     { 2000000000, "279037" }, { 20000000000, "353130" } };
	uint8_t secret[TOTP_SECRET_BYTES];
	char text[TOTP_TEXT_SIZE], uri[200];

	(void)state;
	memcpy(secret, "12345678901234567890", sizeof secret);
	totp_print(secret, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	memset(secret, 0, sizeof secret);
	assert_true(totp_parse(text, secret));
	assert_memory_equal(secret, "12345678901234567890", sizeof secret);
	assert_false(totp_parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", secret));
	memcpy(secret, "12345678901234567890", sizeof secret);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t step = (uint64_t)rows[i].at / TOTP_STEP_S;

		assert_true(totp_step(secret, rows[i].code, rows[i].at, 0) == step);
		/* a clock that is half a minute off */
		assert_true(totp_step(secret, rows[i].code, rows[i].at + TOTP_STEP_S, 0) == step);
		assert_true(totp_step(secret, rows[i].code, rows[i].at + 2 * TOTP_STEP_S, 0) == 0);
		/* not a second time */
		assert_true(totp_step(secret, rows[i].code, rows[i].at, step) == 0);
	}
	assert_true(totp_step(secret, "28708", 59, 0) == 0);
	assert_true(totp_step(secret, "2870820", 59, 0) == 0);
	assert_true(totp_uri(secret, "dang uy", "lan", uri, sizeof uri));
	assert_string_equal(uri, "otpauth://totp/dang%20uy:lan?secret="
				 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=dang%20uy");
	assert_false(totp_uri(secret, "dang uy", "lan", uri, 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_change_is_written_or_nothing_is, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_all_of_a_folder_are_walked, set_up,
						tear_down),
		cmocka_unit_test(test_what_is_no_account_is_refused),
		cmocka_unit_test(test_roles_are_scopes),
		cmocka_unit_test(test_names_and_persons),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_the_codes_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
