/* A subscription's cursor: what is next, what an attempt makes of it, with time and chance handed
 * in. */
#include "tools/webhook/subscriber.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

enum { NOW = 1000000, DAY = 24 * 3600 * 1000 };

static const struct webhook_luck luck = { .now_ms = NOW, .give_up_ms = 3 * DAY, .random = 0 };

/* A new one, which has carried out its first order. */
static struct webhook_subscriber *begin(enum webhook_from from, uint64_t since)
{
	struct webhook_subscriber *s = calloc(1, sizeof *s);
	struct webhook_entry entry = { .subscription = { .id = "0123456789abcdef",
							 .name = "a",
							 .url = "https://a.example/",
							 .order = 1,
							 .moves = true,
							 .from = from,
							 .since = since } };

	assert_non_null(s);
	webhook_subscriber_begin(s, &entry, NOW);
	assert_true(webhook_subscriber_follow(s, &entry.subscription));
	assert_true(s->unsaved);
	s->unsaved = false;
	return s;
}

static void end(struct webhook_subscriber *s)
{
	webhook_subscriber_end(s);
	free(s);
}

static struct webhook_batch batch(uint64_t first, uint64_t last, uint64_t next)
{
	struct webhook_batch b = { .changes = json_array(), .next = next, .feed = "one" };

	for (uint64_t n = first; n <= last; n++)
		json_array_append_new(b.changes,
				      json_pack("{s:I, s:s, s:s}", "number", (json_int_t)n, "kind",
						n % 2 == 0 ? "arrived" : "receipt", "at",
						"2026-11-29T08:00:00.000Z"));
	return b;
}

static void take(struct webhook_subscriber *s, uint64_t since, struct webhook_batch b)
{
	webhook_subscriber_take(s, since, &b, NOW);
	json_decref(b.changes);
	assert_ok(webhook_subscriber_advance(s));
}

/* What came of its next event. */
static void answer(struct webhook_subscriber *s, unsigned status, int64_t at_ms)
{
	struct webhook_outcome o = { .status = status, .retry_after_ms = -1 };
	struct webhook_luck l = luck;

	l.now_ms = at_ms;
	webhook_subscriber_outcome(s, &s->next, &o, &l);
	assert_true(s->unsaved);
	s->unsaved = false;
	assert_ok(webhook_subscriber_advance(s));
}

static bool is_due(const struct webhook_subscriber *s, int64_t now_ms)
{
	int64_t wait_ms = INT64_MAX;

	return webhook_subscriber_due(s, now_ms, &wait_ms);
}

static void test_events_go_one_after_the_other_and_the_cursor_follows(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 4);
	char id[WEBHOOK_EVENT_ID_SIZE];

	(void)state;
	assert_true(webhook_subscriber_wants(s));
	take(s, 4, batch(5, 6, 9));
	assert_string_equal(s->cursor.feed, "one");
	s->unsaved = false;
	assert_int_equal(s->next.number, 5);
	assert_true(is_due(s, NOW));
	assert_int_equal(s->cursor.done, 4);
	memcpy(id, s->next.id, sizeof id);
	answer(s, 500, NOW);
	assert_int_equal(s->cursor.done, 4);
	assert_string_equal(s->next.id, id);
	assert_false(is_due(s, NOW + 3999));
	assert_true(is_due(s, NOW + 4000));
	answer(s, 204, NOW + 4000);
	assert_int_equal(s->cursor.done, 5);
	assert_int_equal(s->cursor.attempts, 0);
	assert_int_equal(s->next.number, 6);
	assert_string_not_equal(s->next.id, id);
	answer(s, 200, NOW);
	/* Numbers may have gaps: it goes on where the feed says. */
	assert_int_equal(s->cursor.done, 9);
	assert_int_equal(s->cursor.delivered, 2);
	assert_true(webhook_subscriber_wants(s));
	take(s, 9, batch(1, 0, 9));
	assert_true(s->caught_up);
	end(s);
}

static void test_nothing_is_sent_before_the_cursor_is_written(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);
	struct webhook_outcome taken = { .status = 200, .retry_after_ms = -1 };

	(void)state;
	take(s, 0, batch(1, 2, 2));
	s->unsaved = false;
	webhook_subscriber_outcome(s, &s->next, &taken, &luck);
	assert_ok(webhook_subscriber_advance(s));
	assert_int_equal(s->next.number, 2);
	assert_false(is_due(s, NOW));
	s->unsaved = false;
	assert_true(is_due(s, NOW));
	end(s);
}

static void test_what_does_not_fit_is_skipped_and_an_answer_to_others_is_used(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 3);

	(void)state;
	assert_true(webhook_words_parse("arrived", &s->subscription.kinds));
	/* Asked by one that is behind it. */
	take(s, 0, batch(1, 7, 7));
	assert_int_equal(s->next.number, 4);
	assert_int_equal(s->cursor.done, 3);
	answer(s, 200, NOW);
	assert_int_equal(s->next.number, 6);
	answer(s, 200, NOW);
	assert_int_equal(s->cursor.done, 7);
	/* What begins after its cursor leaves a gap. */
	take(s, 8, batch(9, 10, 10));
	assert_null(s->changes);
	assert_int_equal(s->cursor.done, 7);
	end(s);
}

static void test_given_up_after_its_time_and_at_once_when_gone(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);
	struct webhook_subscription again;

	(void)state;
	take(s, 0, batch(1, 3, 3));
	answer(s, 500, NOW);
	answer(s, 0, NOW + 3 * DAY - 1);
	assert_int_equal(s->cursor.given_up, ERR_OK);
	answer(s, 302, NOW + 3 * DAY);
	assert_int_equal(s->cursor.given_up, ERR_WEBHOOK_SILENT);
	assert_int_equal(s->cursor.given_up_ms, NOW + 3 * DAY);
	assert_false(webhook_subscriber_wants(s));
	assert_null(s->next.body);
	/* It goes on from the same event, with all its time anew. */
	again = s->subscription;
	again.order++;
	again.moves = false;
	webhook_subscriber_follow(s, &again);
	s->unsaved = false;
	assert_true(webhook_subscriber_wants(s));
	take(s, 0, batch(1, 3, 3));
	assert_int_equal(s->next.number, 1);
	assert_true(is_due(s, NOW));
	answer(s, 410, NOW);
	assert_int_equal(s->cursor.given_up, ERR_WEBHOOK_GONE);
	assert_int_equal(s->cursor.done, 0);
	end(s);
}

static void test_a_success_between_failures_begins_the_time_anew(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);

	(void)state;
	take(s, 0, batch(1, 2, 2));
	answer(s, 500, NOW);
	answer(s, 200, NOW + 2 * DAY);
	answer(s, 500, NOW + 4 * DAY);
	answer(s, 500, NOW + 6 * DAY);
	assert_int_equal(s->cursor.given_up, ERR_OK);
	end(s);
}

static struct webhook_batch missing(uint64_t first, const char *feed)
{
	struct webhook_batch b = batch(1, 0, 0);

	b.missed = true;
	b.first = first;
	memcpy(b.feed, feed, strlen(feed) + 1);
	return b;
}

static void test_too_late_is_given_up_and_one_that_begins_begins_at_the_oldest(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 5);

	(void)state;
	take(s, 5, missing(10, "one"));
	assert_int_equal(s->cursor.given_up, ERR_WEBHOOK_LATE);
	end(s);
	s = begin(WEBHOOK_FROM_OLDEST, 0);
	take(s, 0, missing(10, "one"));
	assert_int_equal(s->cursor.given_up, ERR_OK);
	assert_int_equal(s->cursor.done, 9);
	take(s, 9, batch(10, 11, 11));
	assert_int_equal(s->next.number, 10);
	answer(s, 200, NOW);
	answer(s, 200, NOW);
	/* Once it has begun it may miss nothing. */
	take(s, 11, missing(20, "one"));
	assert_int_equal(s->cursor.given_up, ERR_WEBHOOK_LATE);
	end(s);
}

static void test_another_feed_is_given_up(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);
	struct webhook_batch other = batch(2, 3, 3);

	(void)state;
	take(s, 0, batch(1, 1, 1));
	answer(s, 200, NOW);
	memcpy(other.feed, "two", 4);
	take(s, 1, other);
	assert_int_equal(s->cursor.given_up, ERR_WEBHOOK_FEED);
	assert_int_equal(s->cursor.done, 1);
	end(s);
	/* Its number lies behind the end: it is of another feed, none was missed. */
	s = begin(WEBHOOK_FROM_NUMBER, 4711);
	other = missing(1, "one");
	other.other = true;
	take(s, 4711, other);
	assert_int_equal(s->cursor.given_up, ERR_WEBHOOK_FEED);
	end(s);
}

static void test_orders_move_pause_and_are_carried_out_once(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);
	struct webhook_subscription now = s->subscription;

	(void)state;
	take(s, 0, batch(1, 4, 4));
	answer(s, 200, NOW);
	now.paused = true;
	assert_false(webhook_subscriber_follow(s, &now));
	assert_false(is_due(s, NOW));
	now.paused = false;
	now.order = 2;
	now.moves = true;
	now.since = 3;
	assert_true(webhook_subscriber_follow(s, &now));
	assert_null(s->next.body);
	assert_int_equal(s->cursor.done, 3);
	s->unsaved = false;
	assert_false(webhook_subscriber_follow(s, &now));
	take(s, 3, batch(4, 4, 4));
	assert_int_equal(s->next.number, 4);
	end(s);
}

static void test_a_clock_that_was_ahead_holds_nothing_up(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);

	(void)state;
	take(s, 0, batch(1, 1, 1));
	s->unsaved = false;
	answer(s, 500, NOW + 400 * (int64_t)DAY);
	assert_true(is_due(s, NOW));
	/* Nor does its first failure lie in the future for ever. */
	answer(s, 500, NOW);
	assert_int_equal(s->cursor.failing_since_ms, NOW);
	end(s);
}

static void test_a_test_event_has_an_id_of_its_own_and_moves_nothing(void **state)
{
	struct webhook_subscriber *s = begin(WEBHOOK_FROM_NUMBER, 0);
	struct webhook_outcome o = { .status = 503, .retry_after_ms = -1, .took_ms = 7 };

	(void)state;
	assert_false(webhook_subscriber_test(s, NOW));
	s->subscription.test = 1;
	s->subscription.paused = true;
	assert_true(webhook_subscriber_test(s, NOW));
	assert_non_null(strstr(s->test.body, "\"type\":\"test\""));
	webhook_subscriber_outcome(s, &s->test, &o, &luck);
	assert_int_equal(s->cursor.tested, 1);
	assert_int_equal(s->cursor.test.status, 503);
	assert_int_equal(s->cursor.attempts, 0);
	assert_int_equal(s->cursor.answer_count, 0);
	assert_false(webhook_subscriber_test(s, NOW));
	end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_go_one_after_the_other_and_the_cursor_follows),
		cmocka_unit_test(test_nothing_is_sent_before_the_cursor_is_written),
		cmocka_unit_test(test_what_does_not_fit_is_skipped_and_an_answer_to_others_is_used),
		cmocka_unit_test(test_given_up_after_its_time_and_at_once_when_gone),
		cmocka_unit_test(test_a_success_between_failures_begins_the_time_anew),
		cmocka_unit_test(
			test_too_late_is_given_up_and_one_that_begins_begins_at_the_oldest),
		cmocka_unit_test(test_another_feed_is_given_up),
		cmocka_unit_test(test_orders_move_pause_and_are_carried_out_once),
		cmocka_unit_test(test_a_clock_that_was_ahead_holds_nothing_up),
		cmocka_unit_test(test_a_test_event_has_an_id_of_its_own_and_moves_nothing),
	};

	return cmocka_run_group_tests_name("webhook_subscriber", tests, NULL, NULL);
}
