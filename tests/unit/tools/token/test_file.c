/* Tokens as files: what is written is read, what is no such text is refused, and a process that
 * ends between two steps leaves the old state or the new one. */
#include "tools/token/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static struct token sample(const char *name)
{
	struct token t = { .scopes = TOKEN_SCOPE_SEND | TOKEN_SCOPE_READ,
			   .committee_count = 2,
			   .created_ms = FIXTURE_NOW_MS,
			   .expires_ms = FIXTURE_NOW_MS + 1000,
			   .rate = 20,
			   .has_secret = true };

	snprintf(t.name, sizeof t.name, "%s", name);
	t.committees[0] = fixture_id("thads");
	t.committees[1] = fixture_id("btp");
	t.secret = fixture_digest("secret");
	return t;
}

static void test_what_is_written_is_read(void **state)
{
	struct place *p = *state;
	struct token t = sample("eoffice"), back;
	struct blob text;

	assert_ok(token_file_encode(p->arena, &t, &text));
	assert_ok(token_file_decode(text, &back));
	assert_memory_equal(&back, &t, sizeof t);
	t.has_secret = false;
	memset(&t.secret, 0, sizeof t.secret);
	snprintf(t.subject, sizeof t.subject, "Phần mềm eOffice");
	t.rate = TOKEN_RATE_DEFAULT;
	t.revoked_ms = 5;
	assert_ok(token_file_encode(p->arena, &t, &text));
	assert_ok(token_file_decode(text, &back));
	assert_memory_equal(&back, &t, sizeof t);
}

static void test_a_text_that_is_cut_off_anywhere_is_refused(void **state)
{
	struct place *p = *state;
	struct token t = sample("eoffice"), back;
	struct blob text;

	assert_ok(token_file_encode(p->arena, &t, &text));
	for (size_t len = 0; len < text.len_bytes; len++)
		assert_int_equal(token_file_decode((struct blob){ text.data, len }, &back),
				 ERR_TOKEN_FILE);
}

static void test_texts_that_are_none_are_refused(void **state)
{
#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEAD   "vanthu token 1\nname: a\n"
#define GOOD   HEAD "secret: " DIGEST "\nscope: read\n"
	static const char *const bad[] = {
		"vanthu token 2\nname: a\nsecret: " DIGEST "\nscope: read\nend\n",
		GOOD "end\nmore: 1\n",
		GOOD "network: 10.0.0.0/8\nend\n", /* a bound that is not known here */
		GOOD "scope: office\nend\n",
		GOOD "secret: " DIGEST "\nend\n",
		GOOD "certificate: " DIGEST "\nend\n",
		GOOD "subject: x\nend\n",
		GOOD "subject: \nend\n",
		GOOD "rate: 1000001\nend\n",
		GOOD "rate: 5\nrate: 6\nend\n",
		GOOD "expires: 0\nend\n",
		GOOD "expires: -5\nend\n",
		GOOD "expires: 99999999999999999999\nend\n",
		GOOD "expires: 5x\nend\n",
		GOOD "committee: KHÔNG\nend\n",
		GOOD "\nend\n",
		HEAD "scope: read\nend\n",
		HEAD "secret: " DIGEST "\nend\n",
		HEAD "secret: 00\nscope: read\nend\n",
		"vanthu token 1\nname: ../a\nsecret: " DIGEST "\nscope: read\nend\n",
		"vanthu token 1\nsecret: " DIGEST "\nscope: read\nend\n",
		"",
		"\n",
	};
	struct token back;

	(void)state;
	assert_ok(token_file_decode(fixture_blob(GOOD "end\n"), &back));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(token_file_decode(fixture_blob(bad[i]), &back), ERR_TOKEN_FILE);
	assert_int_equal(
		token_file_decode((struct blob){ (const uint8_t *)GOOD "e\0d\n", sizeof GOOD + 3 },
				  &back),
		ERR_TOKEN_FILE);
}

static void test_files_are_the_owners_alone_and_never_written_over(void **state)
{
	struct place *p = *state;
	struct token t = sample("a"), back;
	char path[128];
	struct stat st;

	assert_int_equal(token_file_read(p->gateway, "a", &back), ERR_NOT_FOUND);
	assert_int_equal(token_file_replace(p->gateway, &t), ERR_NOT_FOUND);
	assert_ok(token_file_add(p->gateway, &t));
	t.rate = 7;
	assert_int_equal(token_file_add(p->gateway, &t), ERR_EXISTS);
	assert_ok(token_file_read(p->gateway, "a", &back));
	assert_int_equal(back.rate, 20);
	assert_ok(token_file_replace(p->gateway, &t));
	assert_ok(token_file_read(p->gateway, "a", &back));
	assert_int_equal(back.rate, 7);
	snprintf(path, sizeof path, "%s/tokens/a", p->gateway);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof path, "%s/tokens", p->gateway);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	snprintf(t.name, sizeof t.name, "../a");
	assert_int_equal(token_file_add(p->gateway, &t), ERR_TOKEN_NAME);
	assert_int_equal(token_file_read(p->gateway, "../tokens/a", &back), ERR_TOKEN_NAME);
}

static bool count_one(void *of, const struct token *t, enum err e)
{
	unsigned *seen = of;

	assert_true(t->name[0] != '\0');
	seen[e == ERR_OK ? 0 : 1]++;
	return true;
}

static void test_what_a_process_that_was_killed_left_is_no_token(void **state)
{
	struct place *p = *state;
	struct token t = sample("a"), back;
	unsigned seen[2] = { 0 };
	char path[128];

	assert_ok(token_file_walk(p->gateway, count_one, seen)); /* no folder yet */
	assert_ok(token_file_add(p->gateway, &t));
	/* killed before its rename: half of a text, under the name of a temporary file */
	snprintf(path, sizeof path, "%s/tokens/.b.new", p->gateway);
	assert_ok(fs_write_new(path, fixture_blob("vanthu token 1\nna"), true));
	assert_ok(token_file_walk(p->gateway, count_one, seen));
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 0);
	assert_int_equal(token_file_read(p->gateway, "b", &back), ERR_NOT_FOUND);
	snprintf(t.name, sizeof t.name, "b");
	assert_ok(token_file_add(p->gateway, &t));
	assert_ok(token_file_read(p->gateway, "b", &back));
	assert_int_equal(access(path, F_OK), -1);
}

static void test_a_file_of_another_name_or_that_others_may_write_gives_no_rights(void **state)
{
	struct place *p = *state;
	struct token t = sample("a"), back;
	unsigned seen[2] = { 0 };
	char path[128], other[128];

	assert_ok(token_file_add(p->gateway, &t));
	snprintf(path, sizeof path, "%s/tokens/a", p->gateway);
	snprintf(other, sizeof other, "%s/tokens/b", p->gateway);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(token_file_read(p->gateway, "b", &back), ERR_TOKEN_FILE);
	assert_int_equal(back.scopes, 0);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(token_file_read(p->gateway, "a", &back), ERR_TOKEN_FILE);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(token_file_read(p->gateway, "b", &back), ERR_FILE);
	assert_ok(token_file_walk(p->gateway, count_one, seen));
	assert_int_equal(seen[0], 0);
	assert_int_equal(seen[1], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_text_that_is_cut_off_anywhere_is_refused,
						set_up, tear_down),
		cmocka_unit_test(test_texts_that_are_none_are_refused),
		cmocka_unit_test_setup_teardown(
			test_files_are_the_owners_alone_and_never_written_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_a_process_that_was_killed_left_is_no_token, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_file_of_another_name_or_that_others_may_write_gives_no_rights,
			set_up, tear_down),
	};

	return cmocka_run_group_tests_name("token file", tests, NULL, NULL);
}
