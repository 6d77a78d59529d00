/* The book that a gateway asks at each request: who is let in, who no more, and from when on. */
#include "tools/token/book.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"
#include "tools/token/token.h"

enum { DEFAULT_RATE = 4 };

struct place {
	char folder[64];
	struct token_book *book;
	struct now now;
	struct token_rights rights;
};

/* Blocks that book.c has entered (Makefile): the same on every machine, where time is not. */
static unsigned long steps;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

static unsigned warned;

static void warn(unsigned left_out)
{
	warned = left_out;
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	assert_ok(token_book_open(p->folder, DEFAULT_RATE, warn, &p->book));
	p->now = (struct now){ FIXTURE_NOW_MS, 1000, 1000000 };
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	token_book_close(p->book);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static struct token make(struct place *p, const char *name, char secret[TOKEN_SECRET_SIZE])
{
	struct token t = { .scopes = TOKEN_SCOPE_READ,
			   .created_ms = FIXTURE_NOW_MS,
			   .rate = 0,
			   .has_secret = true };

	snprintf(t.name, sizeof t.name, "%s", name);
	assert_ok(token_secret_new(secret, &t.secret));
	assert_ok(token_file_add(p->folder, &t));
	return t;
}

static enum err check(struct place *p, const char *bearer)
{
	return token_book_check(p->book, bearer, p->now, &p->rights);
}

static void test_a_token_is_let_in_as_soon_as_it_is_there_and_nobody_else(void **state)
{
	struct place *p = *state;
	char secret[TOKEN_SECRET_SIZE], other[TOKEN_SECRET_SIZE];
	struct digest d;

	assert_ok(token_secret_new(other, &d));
	assert_int_equal(check(p, other), ERR_TOKEN_UNKNOWN);
	make(p, "a", secret);
	assert_ok(check(p, secret));
	assert_string_equal(p->rights.name, "a");
	assert_true(token_may(&p->rights, TOKEN_ACT_FIGURES));
	assert_int_equal(check(p, other), ERR_TOKEN_UNKNOWN);
	assert_int_equal(p->rights.scopes, 0);
	assert_int_equal(check(p, ""), ERR_TOKEN_UNKNOWN);
	assert_int_equal(check(p, NULL), ERR_TOKEN_UNKNOWN);
	assert_int_equal(check(p, "a"), ERR_TOKEN_UNKNOWN);
}

static void test_a_revoked_token_is_refused_from_the_next_request_on(void **state)
{
	struct place *p = *state;
	char secret[TOKEN_SECRET_SIZE], path[128];
	struct token t = make(p, "a", secret);

	/* Both within one tick of the file system's clock, too: many rounds, no waiting. */
	for (unsigned i = 0; i < 50; i++) {
		t.revoked_ms = 0;
		assert_ok(token_file_replace(p->folder, &t));
		assert_ok(check(p, secret));
		assert_ok(token_book_still(p->book, "a", p->now));
		t.revoked_ms = FIXTURE_NOW_MS;
		assert_ok(token_file_replace(p->folder, &t));
		assert_int_equal(check(p, secret), ERR_TOKEN_REVOKED);
		assert_string_equal(p->rights.name, "a");
		assert_int_equal(p->rights.scopes, 0);
		assert_int_equal(token_book_still(p->book, "a", p->now), ERR_TOKEN_REVOKED);
	}
	snprintf(path, sizeof path, "%s/tokens/a", p->folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(check(p, secret), ERR_TOKEN_UNKNOWN);
	assert_int_equal(token_book_still(p->book, "a", p->now), ERR_TOKEN_UNKNOWN);
}

static void test_a_token_ends_at_its_time(void **state)
{
	struct place *p = *state;
	char secret[TOKEN_SECRET_SIZE];
	struct token t = make(p, "a", secret);

	t.expires_ms = FIXTURE_NOW_MS + 10;
	assert_ok(token_file_replace(p->folder, &t));
	p->now.wall_ms = FIXTURE_NOW_MS + 9;
	assert_ok(check(p, secret));
	p->now.wall_ms++;
	assert_int_equal(check(p, secret), ERR_TOKEN_EXPIRED);
	assert_string_equal(p->rights.name, "a");
	assert_int_equal(token_book_still(p->book, "a", p->now), ERR_TOKEN_EXPIRED);
}

static void test_rates_are_kept_over_changes_of_others(void **state)
{
	struct place *p = *state;
	char first[TOKEN_SECRET_SIZE], second[TOKEN_SECRET_SIZE];
	struct token t = make(p, "a", first);

	t.rate = TOKEN_RATE_DEFAULT;
	assert_ok(token_file_replace(p->folder, &t));
	for (unsigned i = 0; i < DEFAULT_RATE; i++)
		assert_ok(check(p, first));
	assert_int_equal(check(p, first), ERR_TOKEN_RATE);
	assert_int_equal(p->rights.retry_after_s, 1);
	make(p, "b", second);
	assert_int_equal(check(p, first), ERR_TOKEN_RATE);
	for (unsigned i = 0; i < 10 * DEFAULT_RATE; i++)
		assert_ok(check(p, second)); /* its rate 0 has no bound */
	p->now.mono_us += 1000000;
	assert_ok(check(p, first));
}

static void test_certificates_by_themselves_and_by_name(void **state)
{
	struct place *p = *state;
	struct digest der = fixture_digest("certificate"), other = fixture_digest("other");
	struct token t = { .name = "own",
			   .scopes = TOKEN_SCOPE_SEND,
			   .has_certificate = true,
			   .certificate = der };

	assert_ok(token_file_add(p->folder, &t));
	t = (struct token){ .name = "named", .scopes = TOKEN_SCOPE_READ, .subject = "eoffice" };
	assert_ok(token_file_add(p->folder, &t));
	assert_ok(token_book_check_certificate(p->book, &der, NULL, p->now, &p->rights));
	assert_string_equal(p->rights.name, "own");
	/* the certificate itself goes before its name */
	assert_ok(token_book_check_certificate(p->book, &der, "eoffice", p->now, &p->rights));
	assert_string_equal(p->rights.name, "own");
	assert_ok(token_book_check_certificate(p->book, &other, "eoffice", p->now, &p->rights));
	assert_string_equal(p->rights.name, "named");
	assert_int_equal(token_book_check_certificate(p->book, &other, NULL, p->now, &p->rights),
			 ERR_TOKEN_UNKNOWN);
	assert_int_equal(token_book_check_certificate(p->book, &other, "", p->now, &p->rights),
			 ERR_TOKEN_UNKNOWN);
}

/* In whatever order the folder gives them. */
static void test_a_name_in_certificates_is_of_the_token_in_force(void **state)
{
	struct place *p = *state;
	struct digest der = fixture_digest("certificate");
	static const char *const names[] = { "a", "m", "z" };
	struct token m = { .name = "m", .scopes = TOKEN_SCOPE_READ, .subject = "eoffice" };

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		struct token t = { .scopes = TOKEN_SCOPE_READ, .subject = "eoffice" };

		snprintf(t.name, sizeof t.name, "%s", names[i]);
		if (i == 0)
			t.expires_ms = p->now.wall_ms - 1;
		else if (i == 2)
			t.revoked_ms = p->now.wall_ms - 1;
		assert_ok(token_file_add(p->folder, &t));
	}
	assert_ok(token_book_check_certificate(p->book, &der, "eoffice", p->now, &p->rights));
	assert_string_equal(p->rights.name, "m");
	m.revoked_ms = p->now.wall_ms;
	assert_ok(token_file_replace(p->folder, &m));
	assert_int_not_equal(
		token_book_check_certificate(p->book, &der, "eoffice", p->now, &p->rights), ERR_OK);
}

static void test_a_damaged_file_keeps_only_its_own_token_out(void **state)
{
	struct place *p = *state;
	char good[TOKEN_SECRET_SIZE], bad[TOKEN_SECRET_SIZE], path[128];
	struct token_book_counts counts;

	make(p, "good", good);
	make(p, "bad", bad);
	snprintf(path, sizeof path, "%s/tokens/bad", p->folder);
	assert_int_equal(truncate(path, 100), 0);
	assert_ok(check(p, good));
	assert_int_equal(check(p, bad), ERR_TOKEN_UNKNOWN);
	token_book_count(p->book, &counts);
	assert_int_equal(counts.tokens, 1);
	assert_int_equal(counts.damaged, 1);
	assert_int_equal(counts.left_out, 0);
}

/* Whoever puts files there by hand may have put more than are read. */
static void test_more_than_there_may_be_are_counted_and_revoked_ones_make_room(void **state)
{
	char last[TOKEN_SECRET_SIZE], name[16];
	struct place *p = *state;
	struct token_book_counts counts;
	struct token t;

	for (unsigned i = 0; i < TOKEN_BOOK_MAX; i++) {
		snprintf(name, sizeof name, "t%u", i);
		t = make(p, name, last);
	}
	t.revoked_ms = FIXTURE_NOW_MS;
	assert_ok(token_file_replace(p->folder, &t));
	make(p, "a-new-one", last);
	assert_ok(check(p, last));
	token_book_count(p->book, &counts);
	assert_int_equal(counts.tokens, TOKEN_BOOK_MAX);
	assert_int_equal(counts.left_out, 0);
	make(p, "one-more", last);
	make(p, "and-another", last);
	(void)check(p, last);
	token_book_count(p->book, &counts);
	assert_int_equal(counts.tokens, TOKEN_BOOK_MAX);
	assert_int_equal(counts.left_out, 2);
	assert_int_equal(warned, 2);
}

static void test_without_its_folder_nobody_is_let_in(void **state)
{
	struct place *p = *state;
	char secret[TOKEN_SECRET_SIZE], path[128], moved[128];

	make(p, "a", secret);
	assert_ok(check(p, secret));
	snprintf(path, sizeof path, "%s/tokens", p->folder);
	snprintf(moved, sizeof moved, "%s/moved", p->folder);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(check(p, secret), ERR_TOKEN_UNKNOWN);
	assert_int_equal(symlink("tokens", path), 0); /* a circle */
	assert_int_equal(check(p, secret), ERR_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(moved, path), 0);
	assert_ok(check(p, secret));
}

static void test_the_last_use_is_written_once_a_minute(void **state)
{
	struct place *p = *state;
	char secret[TOKEN_SECRET_SIZE];

	make(p, "a", secret);
	assert_int_equal(token_uses_read(p->folder, "a"), 0);
	assert_ok(check(p, secret));
	assert_int_equal(token_uses_read(p->folder, "a"), FIXTURE_NOW_MS);
	p->now.wall_ms = FIXTURE_NOW_MS + TOKEN_USES_EVERY_MS - 1;
	assert_ok(check(p, secret));
	assert_int_equal(token_uses_read(p->folder, "a"), FIXTURE_NOW_MS);
	p->now.wall_ms++;
	assert_ok(check(p, secret));
	assert_int_equal(token_uses_read(p->folder, "a"), FIXTURE_NOW_MS + TOKEN_USES_EVERY_MS);
	p->now.wall_ms = FIXTURE_NOW_MS; /* a clock that was set back */
	assert_ok(check(p, secret));
	assert_int_equal(token_uses_read(p->folder, "a"), FIXTURE_NOW_MS);
}

struct asker {
	pthread_t thread;
	struct place *place;
	const char *secret;
	atomic_bool *revoked; /* the file says so */
	bool let_in_after;
	unsigned seen;
};

static void *ask(void *of)
{
	struct asker *a = of;
	struct token_rights rights;
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		bool before = atomic_load(a->revoked);

		e = token_book_check(a->place->book, a->secret, a->place->now, &rights);
		a->let_in_after = a->let_in_after || (before && e == ERR_OK);
		a->seen++;
	}
	if (e != ERR_TOKEN_REVOKED)
		a->let_in_after = true;
	return NULL;
}

static void test_threads_that_ask_while_it_is_revoked_are_refused_after(void **state)
{
	struct place *p = *state;
	struct asker askers[4];
	atomic_bool revoked = false;
	char secret[TOKEN_SECRET_SIZE], other[TOKEN_SECRET_SIZE], name[16];
	struct token t = make(p, "a", secret);

	for (size_t i = 0; i < COUNT_OF(askers); i++) {
		askers[i] = (struct asker){ .place = p, .secret = secret, .revoked = &revoked };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	/* the book is read anew under them */
	for (unsigned i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "t%u", i);
		make(p, name, other);
	}
	t.revoked_ms = FIXTURE_NOW_MS;
	assert_ok(token_file_replace(p->folder, &t));
	atomic_store(&revoked, true);
	for (size_t i = 0; i < COUNT_OF(askers); i++) {
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
		assert_false(askers[i].let_in_after);
		assert_true(askers[i].seen > 0);
	}
}

/* Until the folder is left alone: it is read again as long as its time cannot say whether it has
 * changed. To read 37 files takes more than a thousand steps for each look. */
static void settle(struct place *p)
{
	unsigned long before = 0;

	do {
		before = steps;
		assert_int_equal(check(p, "vt_0123456789012345678901234567890123456789012"),
				 ERR_TOKEN_UNKNOWN);
	} while (steps - before > 1000);
}

static void test_who_guesses_takes_the_same_steps_whatever_the_guess_is(void **state)
{
	struct place *p = *state;
	char secret[TOKEN_SECRET_SIZE], guess[TOKEN_SECRET_SIZE], name[16];
	unsigned long first = 0;

	for (unsigned i = 0; i < 37; i++) {
		snprintf(name, sizeof name, "t%u", i);
		make(p, name, secret);
	}
	settle(p);
	/* ever more of it is right: from the first character to all but the last */
	for (unsigned right = 3; right < TOKEN_SECRET_SIZE - 1; right++) {
		unsigned long before = steps;

		memset(guess, '-', sizeof guess);
		memcpy(guess, secret, right);
		guess[right] = secret[right] == '-' ? '_' : '-';
		guess[TOKEN_SECRET_SIZE - 1] = '\0';
		before = steps;
		assert_int_equal(check(p, guess), ERR_TOKEN_UNKNOWN);
		first = first == 0 ? steps - before : first;
		assert_int_equal(steps - before, first);
	}
	assert_true(first > 0);
	assert_ok(check(p, secret));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_a_token_is_let_in_as_soon_as_it_is_there_and_nobody_else),
		TEST(test_a_revoked_token_is_refused_from_the_next_request_on),
		TEST(test_a_token_ends_at_its_time),
		TEST(test_rates_are_kept_over_changes_of_others),
		TEST(test_certificates_by_themselves_and_by_name),
		TEST(test_a_name_in_certificates_is_of_the_token_in_force),
		TEST(test_a_damaged_file_keeps_only_its_own_token_out),
		TEST(test_more_than_there_may_be_are_counted_and_revoked_ones_make_room),
		TEST(test_without_its_folder_nobody_is_let_in),
		TEST(test_the_last_use_is_written_once_a_minute),
		TEST(test_threads_that_ask_while_it_is_revoked_are_refused_after),
		TEST(test_who_guesses_takes_the_same_steps_whatever_the_guess_is),
	};

	return cmocka_run_group_tests_name("token book", tests, NULL, NULL);
}
