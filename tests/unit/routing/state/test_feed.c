/* The feed as the store has it: in the commit of what changed, numbers that only ascend whatever
 * happens to process and disk, and bounds in time and count. */
#include "routing/state/feed.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/links/links.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/paper.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static struct feed_view feed_of(struct stage *g)
{
	struct feed_view v;

	core_feed(g->s->core, &v);
	return v;
}

static void submit(struct stage *g, unsigned id, bool dry_run)
{
	struct submission u;

	station_clear(g->s);
	memset(&u, 0, sizeof u);
	u.recipients[0].committee = fixture_id("tinh");
	submission_of(&u, id, 1)->u.submit.dry_run = dry_run;
	station_take(g->s, &u.event);
	station_commit(g->s);
}

static void tick(struct stage *g, int64_t later_ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(g->s);
	g->s->now.mono_ms += later_ms;
	g->s->now.mono_us += later_ms * 1000;
	g->s->now.wall_ms += later_ms;
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
}

static struct rec_feed row_of(struct stage *g, uint64_t first)
{
	return station_get(g->s, FAMILY_FEED, key_number(first)).u.feed;
}

static void test_what_a_turn_changed_is_one_record_in_its_order(void **state)
{
	struct stage *g = *state;
	uint64_t before = feed_of(g).next;
	struct rec_feed row;

	submit(g, 1, false);
	row = row_of(g, before);
	assert_int_equal(row.count, 2);
	assert_int_equal(row.changes[0].kind, CHANGE_NUMBERED);
	assert_true(row.changes[0].line.book == BOOK_OUT && row.changes[0].line.number == 1);
	assert_int_equal(row.changes[1].kind, CHANGE_SENT);
	assert_true(row.changes[1].role == ROLE_OUT);
	assert_string_equal(row.changes[1].committee.text, "huyen-a");
	assert_int_equal(row.at_ms, g->s->now.wall_ms);
	assert_int_equal(feed_of(g).next, before + 2);
}

static void test_what_is_only_tried_leaves_nothing(void **state)
{
	struct stage *g = *state;
	uint64_t before = feed_of(g).next;
	struct event entry = paper_entry(9, DIRECTION_OUT, "9-CV/ĐU", "2025-06-02");
	struct event lines = { .type = EVENT_PAPERS,
			       .u.papers = { .lines = &entry.u.paper,
					     .count = 1,
					     .dry_run = true } };

	submit(g, 1, true);
	station_clear(g->s);
	station_take(g->s, &lines);
	assert_int_equal(g->s->plan->change_count, 0);
	station_commit(g->s);
	assert_int_equal(feed_of(g).next, before);
}

static void test_numbers_go_on_after_a_restart(void **state)
{
	struct stage *g = *state;
	struct feed_view before;

	submit(g, 1, false);
	before = feed_of(g);
	station_restart(g->s);
	assert_true(feed_of(g).next == before.next && feed_of(g).first == before.first);
	assert_memory_equal(feed_of(g).id, before.id, sizeof before.id);
	submit(g, 2, false);
	assert_int_equal(row_of(g, before.next).count, 2);
}

static void test_number_of_a_damaged_record_is_not_given_again(void **state)
{
	struct stage *g = *state;
	struct feed_view before;
	struct key last;

	submit(g, 1, false);
	before = feed_of(g);
	last = key_number(before.next - 2);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_FEED, &last));
	station_restart(g->s);
	assert_int_equal(feed_of(g).next, before.next - 2 + FEED_ROW_MAX);
	assert_int_equal(feed_of(g).first, before.first);
}

static void leave_out(struct stage *g, uint64_t n)
{
	const struct event e = { .type = EVENT_DAMAGED,
				 .u.damaged = { .family = FAMILY_FEED, .key = key_number(n) } };
	struct key key = key_number(n);

	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_FEED, &key));
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(memory_disk_damaged(g->s->disk), 0);
	assert_false(station_has(g->s, FAMILY_FEED, key));
}

/* Who follows comes to a gap, and hears that changes are missed. */
static void test_a_record_that_cannot_be_read_is_left_out_and_its_numbers_with_it(void **state)
{
	struct stage *g = *state;
	uint64_t first = feed_of(g).next;

	submit(g, 1, false);
	submit(g, 2, false);
	submit(g, 3, false);
	leave_out(g, first + 2);
	assert_true(station_has(g->s, FAMILY_FEED, key_number(first)));
	assert_int_equal(feed_of(g).next, first + 6);
	station_restart(g->s);
	assert_int_equal(feed_of(g).next, first + 6);
	/* the oldest: there it begins behind it */
	first = feed_of(g).first;
	leave_out(g, first);
	assert_true(feed_of(g).first > first);
	assert_true(station_has(g->s, FAMILY_FEED, key_number(feed_of(g).first)));
}

static void test_the_youngest_is_left_out_and_the_numbers_go_on_behind_it(void **state)
{
	struct stage *g = *state;
	uint64_t last = feed_of(g).next;
	struct rec_feed row;

	submit(g, 1, false);
	assert_int_equal(feed_of(g).next, last + 2);
	leave_out(g, last);
	row = row_of(g, last + 2);
	assert_true(row.count == 1 && row.changes[0].kind == CHANGE_NONE);
	station_restart(g->s);
	assert_int_equal(feed_of(g).next, last + 3);
}

static void test_what_is_more_than_kept_goes_and_the_youngest_stays(void **state)
{
	struct stage *g = *state;
	uint64_t last;

	for (unsigned i = 1; i <= 5; i++)
		submit(g, i, false);
	last = feed_of(g).next - 2;
	core_set_feed(g->s->core, 0, 3);
	tick(g, 1000);
	/* what is kept is at least three: the last record but one, and the last */
	assert_int_equal(feed_of(g).first, last - 2);
	assert_int_equal(station_count(g->s, FAMILY_FEED), 2);
	core_set_feed(g->s->core, 0, 1);
	tick(g, 1000);
	assert_int_equal(station_count(g->s, FAMILY_FEED), 1);
	assert_int_equal(feed_of(g).first, last);
	station_restart(g->s);
	assert_int_equal(feed_of(g).first, last);
	assert_int_equal(feed_of(g).next, last + 2);
}

static void test_what_is_older_than_kept_goes_by_the_time_that_passed(void **state)
{
	struct stage *g = *state;
	uint64_t young;

	submit(g, 1, false);
	core_set_feed(g->s->core, 10LL * DAY_MS, 0);
	tick(g, 6LL * DAY_MS);
	assert_true(feed_of(g).first == 1);
	/* a clock that is a year ahead makes nothing older */
	g->s->now.wall_ms += 365LL * DAY_MS;
	young = feed_of(g).next;
	submit(g, 2, false);
	tick(g, 20000);
	assert_true(feed_of(g).first == 1);
	tick(g, 5LL * DAY_MS);
	assert_true(feed_of(g).first > 1 && feed_of(g).first <= young);
	assert_int_equal(row_of(g, young).count, 2);
}

static void test_sweeping_is_bounded_and_goes_on(void **state)
{
	struct stage *g = *state;
	unsigned before;

	for (unsigned i = 1; i <= FEED_SWEPT_ROWS + 10; i++)
		submit(g, i, false);
	before = (unsigned)station_count(g->s, FAMILY_FEED);
	core_set_feed(g->s->core, 0, 1);
	tick(g, 1000);
	assert_int_equal(station_count(g->s, FAMILY_FEED), before - FEED_SWEPT_ROWS);
	assert_int_equal(core_deadline_ms(g->s->core), g->s->now.mono_ms); /* at once */
	tick(g, 0);
	assert_int_equal(station_count(g->s, FAMILY_FEED), 1);
}

static void test_a_store_that_is_behind_has_another_feed(void **state)
{
	struct stage *g = *state;
	struct feed_view before = feed_of(g), after;
	struct turn_view t;
	struct link *l;

	station_clear(g->s);
	t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	l = link_find(g->s->core, g->tinh.id);
	assert_non_null(l);
	stand_ours(&t, l, ERR_BEHIND);
	station_commit(g->s);
	after = feed_of(g);
	assert_memory_not_equal(after.id, before.id, sizeof after.id);
	assert_true(after.next > before.next); /* and the numbers go on */
	station_restart(g->s);
	assert_memory_equal(feed_of(g).id, after.id, sizeof after.id);
}

static void test_more_than_a_record_takes_are_several(void **state)
{
	struct stage *g = *state;
	uint64_t before = feed_of(g).next;
	struct turn_view t;

	station_clear(g->s);
	t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	for (unsigned i = 0; i < FEED_ROW_MAX + 3; i++)
		feed_document(&t, CHANGE_ARRIVED, ROLE_IN, (struct serial){ i + 1 },
			      fixture_id("tinh"));
	station_commit(g->s);
	assert_int_equal(row_of(g, before).count, FEED_ROW_MAX);
	assert_int_equal(row_of(g, before + FEED_ROW_MAX).count, 3);
	assert_int_equal(row_of(g, before + FEED_ROW_MAX).changes[2].serial.n, FEED_ROW_MAX + 3);
}

/* Under load each turn writes records of many changes, and all that are too many go in one tick:
 * the tick's plan must not grow with what they said. */
static void test_sweeping_full_records_takes_no_room_in_the_plan(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_TICK };
	struct turn_view t;

	for (unsigned rows = 0; rows < FEED_SWEPT_ROWS; rows++) {
		station_clear(g->s);
		t = turn_view_of(g->s->core, g->s->now, g->s->plan);
		for (unsigned i = 0; i < FEED_ROW_MAX; i++)
			feed_document(&t, CHANGE_ARRIVED, ROLE_IN, (struct serial){ i + 1 },
				      fixture_id("tinh"));
		station_commit(g->s);
	}
	submit(g, 1, false);
	core_set_feed(g->s->core, 0, 1);
	station_clear(g->s);
	g->s->now.mono_ms += 1000;
	g->s->now.mono_us += 1000 * 1000;
	station_take(g->s, &e);
	assert_true(arena_used(g->s->plan->arena) < FEED_SWEPT_ROWS * 4096);
	station_commit(g->s);
	assert_true(feed_of(g).first > FEED_SWEPT_ROWS / 2 * FEED_ROW_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_a_turn_changed_is_one_record_in_its_order),
		TEST(test_what_is_only_tried_leaves_nothing),
		TEST(test_numbers_go_on_after_a_restart),
		TEST(test_number_of_a_damaged_record_is_not_given_again),
		TEST(test_a_record_that_cannot_be_read_is_left_out_and_its_numbers_with_it),
		TEST(test_the_youngest_is_left_out_and_the_numbers_go_on_behind_it),
		TEST(test_what_is_more_than_kept_goes_and_the_youngest_stays),
		TEST(test_what_is_older_than_kept_goes_by_the_time_that_passed),
		TEST(test_sweeping_is_bounded_and_goes_on),
		TEST(test_sweeping_full_records_takes_no_room_in_the_plan),
		TEST(test_a_store_that_is_behind_has_another_feed),
		TEST(test_more_than_a_record_takes_are_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
