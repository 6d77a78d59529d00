/* The whole table of moves, and what is read out of records. */
#include "routing/documents/lifecycle.h"

#include "tests/unit/support/fixture.h"

/* All that are legal, by their words; whatever is not here must not be. */
struct move {
	enum role role;
	text_t from, to;
};

static const struct move moves[] = {
	{ ROLE_OUT, "", "accepted" },
	{ ROLE_OUT, "accepted", "accepted" },   /* held, or its time corrected */
	{ ROLE_OUT, "accepted", "sending" },
	{ ROLE_OUT, "accepted", "delivered" },  /* to one only */
	{ ROLE_OUT, "accepted", "refused" },
	{ ROLE_OUT, "accepted", "expired" },
	{ ROLE_OUT, "sending", "sending" },
	{ ROLE_OUT, "sending", "delivered" },
	{ ROLE_OUT, "sending", "refused" },
	{ ROLE_OUT, "sending", "expired" },
	{ ROLE_OUT, "delivered", "delivered" },
	{ ROLE_OUT, "refused", "refused" },
	{ ROLE_OUT, "refused", "delivered" },   /* thought better of it */
	{ ROLE_OUT, "expired", "expired" },
	{ ROLE_OUT, "expired", "delivered" },
	{ ROLE_OUT, "expired", "refused" },
	{ ROLE_IN, "", "sending" },
	{ ROLE_IN, "sending", "sending" },
	{ ROLE_IN, "sending", "delivered" },
	{ ROLE_IN, "sending", "refused" },
	{ ROLE_IN, "delivered", "delivered" },
	{ ROLE_IN, "refused", "refused" },
	{ ROLE_RELAY, "", "sending" },
	{ ROLE_RELAY, "sending", "sending" },
	{ ROLE_RELAY, "sending", "delivered" },
	{ ROLE_RELAY, "sending", "refused" },
	{ ROLE_RELAY, "delivered", "delivered" },
	{ ROLE_RELAY, "delivered", "sending" }, /* its content is gone, and comes again */
	{ ROLE_RELAY, "refused", "refused" },
};

static bool is_listed(enum role role, enum lifecycle from, enum lifecycle to)
{
	for (size_t i = 0; i < COUNT_OF(moves); i++) {
		if (moves[i].role == role && lifecycle_named(moves[i].from) == from &&
		    lifecycle_named(moves[i].to) == to)
			return true;
	}
	return false;
}

static void test_exactly_the_listed_moves_are_legal(void **state)
{
	static const enum role roles[] = { ROLE_NONE, ROLE_OUT, ROLE_IN, ROLE_RELAY, ROLE_PAPER };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		for (enum lifecycle from = LIFECYCLE_NONE; from < LIFECYCLE_COUNT; from++) {
			for (enum lifecycle to = LIFECYCLE_NONE; to < LIFECYCLE_COUNT; to++)
				assert_int_equal(lifecycle_may_move(roles[i], from, to),
						 is_listed(roles[i], from, to));
		}
	}
	assert_false(lifecycle_may_move(ROLE_OUT, LIFECYCLE_COUNT, LIFECYCLE_ACCEPTED));
	assert_false(lifecycle_may_move(ROLE_OUT, LIFECYCLE_ACCEPTED, LIFECYCLE_COUNT));
}

static void test_each_state_has_a_word_of_its_own_and_no_other_word_is_one(void **state)
{
	(void)state;
	for (enum lifecycle l = LIFECYCLE_ACCEPTED; l < LIFECYCLE_COUNT; l++) {
		assert_true(lifecycle_name(l)[0] != '\0');
		assert_int_equal(lifecycle_named(lifecycle_name(l)), l);
	}
	assert_string_equal(lifecycle_name(LIFECYCLE_NONE), "");
	assert_string_equal(lifecycle_name(LIFECYCLE_COUNT), "");
	assert_int_equal(lifecycle_named(""), LIFECYCLE_NONE);
	assert_int_equal(lifecycle_named("damaged"), LIFECYCLE_NONE);
	assert_int_equal(lifecycle_named("Delivered"), LIFECYCLE_NONE);
}

/* ---- what is read out of records ---- */

static enum lifecycle ours(uint64_t all, uint64_t delivered, uint64_t refused, bool expired)
{
	const struct rec_document d = { .recipient_count = all };
	const struct rec_state s = { .delivered = delivered,
				     .refused = refused,
				     .expired = expired,
				     .complete_at_ms = FIXTURE_NOW_MS };

	return lifecycle_of(ROLE_OUT, &d, &s);
}

static void test_ours_is_where_its_answers_are(void **state)
{
	const struct rec_document d = { .recipient_count = 3 };

	(void)state;
	assert_int_equal(lifecycle_of(ROLE_OUT, &d, NULL), LIFECYCLE_NONE);
	assert_int_equal(ours(3, 0, 0, false), LIFECYCLE_ACCEPTED);
	assert_int_equal(ours(3, 1, 0, false), LIFECYCLE_SENDING);
	assert_int_equal(ours(3, 0, 1, false), LIFECYCLE_SENDING);
	assert_int_equal(ours(3, 3, 0, false), LIFECYCLE_DELIVERED);
	assert_int_equal(ours(3, 2, 1, false), LIFECYCLE_REFUSED);
	assert_int_equal(ours(3, 0, 0, true), LIFECYCLE_EXPIRED);
	assert_int_equal(ours(3, 2, 0, true), LIFECYCLE_EXPIRED);
	/* what comes late counts all the same */
	assert_int_equal(ours(3, 3, 0, true), LIFECYCLE_DELIVERED);
	assert_int_equal(ours(3, 2, 1, true), LIFECYCLE_REFUSED);
	/* by a build that did not count them yet */
	assert_int_equal(ours(0, 0, 0, false), LIFECYCLE_ACCEPTED);
	assert_int_equal(ours(0, 2, 0, false), LIFECYCLE_SENDING);
}

static void test_of_others_is_whether_it_is_whole_here(void **state)
{
	static const enum role roles[] = { ROLE_IN, ROLE_RELAY };
	const struct rec_document d = { .recipient_count = 0 };
	const struct rec_state nothing = { .complete_at_ms = 0 },
			       whole = { .complete_at_ms = FIXTURE_NOW_MS },
			       spoilt = { .refused = 1, .content_dropped = true };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		assert_int_equal(lifecycle_of(roles[i], &d, NULL), LIFECYCLE_SENDING);
		assert_int_equal(lifecycle_of(roles[i], &d, &nothing), LIFECYCLE_SENDING);
		assert_int_equal(lifecycle_of(roles[i], &d, &whole), LIFECYCLE_DELIVERED);
		assert_int_equal(lifecycle_of(roles[i], &d, &spoilt), LIFECYCLE_REFUSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exactly_the_listed_moves_are_legal),
		cmocka_unit_test(test_each_state_has_a_word_of_its_own_and_no_other_word_is_one),
		cmocka_unit_test(test_ours_is_where_its_answers_are),
		cmocka_unit_test(test_of_others_is_whether_it_is_whole_here),
	};

	return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
