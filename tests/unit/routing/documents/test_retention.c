/* What becomes of the content of a document that was given back: it goes with the next tick where
 * that is configured, as soon as nobody fetches it any more, and that its file is to go stands in
 * the same commit. */
#include <string.h>

#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

/* Whole at huyen-a: one file of 100,000 bytes, the same in all of them. */
static struct draft receive(struct stage *g, unsigned id, const char *const *to)
{
	struct draft d = fixture_document(g->f, "tinh", id, to);
	struct manifest_item *item = arena_alloc(g->f->arena, sizeof *item);
	struct event fetched = { .type = EVENT_FETCHED };
	struct record r;

	assert_non_null(item);
	*item = fixture_file_item(100000);
	d.head.manifest = item;
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin));
	fetched.u.fetched = (struct ev_fetched){ .neighbour = g->tinh.id,
						 .lane = LANE_NORMAL,
						 .seq = g->tinh.seq[LANE_NORMAL],
						 .role = r.u.ident.role,
						 .serial = r.u.ident.serial };
	station_clear(g->s);
	station_take(g->s, &fetched);
	station_commit(g->s);
	return d;
}

static struct doc_key key_of(struct stage *g, unsigned id)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), g->tinh.id));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

static void tick(struct stage *g, int64_t later_ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(g->s);
	g->s->now.wall_ms += later_ms;
	g->s->now.mono_ms += later_ms;
	station_take(g->s, &e);
	station_commit(g->s);
}

/* Asked back by its issuer, and agreed to. */
static void give_back(struct stage *g, const struct draft *d, unsigned id)
{
	struct fact f = {
		.kind = KIND_STATUS,
		.at_ms = FIXTURE_NOW_MS,
		.code = "13",
		.note = "sai",
		.document = { .origin = g->tinh.id, .id = d->head.id, .digest = d->digest },
		.status = { .n = 1 }
	};
	struct draft asks = fixture_fact(g->f, "tinh", g->s->self.text, 500 + id, &f);
	struct doc_key key = key_of(g, id);
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .role = key.role,
					 .serial = key.serial,
					 .next = OFFICE_RECALL_AGREED,
					 .note = "",
					 .to = "",
					 .due_on = "",
					 .person = "" } };

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &asks);
	station_commit(g->s);
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
}

static bool is_dropped(struct stage *g, unsigned id)
{
	struct doc_key key = key_of(g, id);
	bool there = station_has(g->s, FAMILY_ENVELOPE, key_serial(key.role, key.serial));

	assert_int_equal(station_get(g->s, FAMILY_STATE, key_serial(key.role, key.serial))
				 .u.state.content_dropped,
			 !there);
	/* what is known of it stays */
	assert_true(station_has(g->s, FAMILY_DOCUMENT, key_serial(key.role, key.serial)));
	return !there;
}

static const char *const to_us[] = { "huyen-a", NULL };

static void test_kept_unless_configured(void **state)
{
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	d = receive(g, 1, to_us);
	give_back(g, &d, 1);
	tick(g, 3600000);
	assert_false(is_dropped(g, 1));
	assert_int_equal(station_count(g->s, FAMILY_FILE), 1);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 0);
}

static void test_dropped_with_the_next_tick_and_the_file_noted_in_the_same_commit(void **state)
{
	struct stage *g = *state;
	struct event gone = { .type = EVENT_DROPPED };
	struct doc_key key;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	core_set_recall(g->s->core, true);
	d = receive(g, 1, to_us);
	give_back(g, &d, 1);
	assert_false(is_dropped(g, 1));
	assert_true(core_deadline_ms(g->s->core) <= g->s->now.mono_ms);
	tick(g, 0);
	assert_true(is_dropped(g, 1));
	key = key_of(g, 1);
	assert_int_equal(station_count(g->s, FAMILY_FILE), 0);
	assert_true(station_has(g->s, FAMILY_DROPPED,
				key_file(d.head.manifest[0].sha256, key.role, key.serial)));
	assert_int_equal(station_acts(g->s, ACT_DROP_FILE), 1);
	/* whatever ends the process now: it stands there */
	station_restart(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 1);
	gone.u.dropped = (struct ev_dropped){ .sha256 = d.head.manifest[0].sha256,
					      .role = key.role,
					      .serial = key.serial };
	station_clear(g->s);
	station_take(g->s, &gone);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 0);
	station_clear(g->s);
	station_take(g->s, &gone); /* once more */
	assert_true(plan_is_empty(g->s->plan));
}

static void test_a_file_that_another_document_has_is_not_noted(void **state)
{
	struct stage *g = *state;
	struct draft first, second;

	neighbour_up(g->s, &g->tinh);
	core_set_recall(g->s->core, true);
	first = receive(g, 1, to_us);
	second = receive(g, 2, to_us);
	assert_int_equal(station_count(g->s, FAMILY_FILE), 2);
	give_back(g, &first, 1);
	tick(g, 0);
	assert_true(is_dropped(g, 1) && !is_dropped(g, 2));
	assert_int_equal(station_count(g->s, FAMILY_FILE), 1);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 0);
	assert_int_equal(station_acts(g->s, ACT_DROP_FILE), 0);
	give_back(g, &second, 2);
	tick(g, 0);
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 1);
}

static void test_two_given_back_in_one_turn_note_the_file_once(void **state)
{
	struct stage *g = *state;
	struct draft first, second;

	neighbour_up(g->s, &g->tinh);
	core_set_recall(g->s->core, true);
	first = receive(g, 1, to_us);
	second = receive(g, 2, to_us);
	give_back(g, &first, 1);
	give_back(g, &second, 2);
	tick(g, 0);
	assert_true(is_dropped(g, 1) && is_dropped(g, 2));
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 1);
}

static void test_one_that_a_neighbour_has_still_to_get_stays_until_it_has_it(void **state)
{
	static const char *const to_both[] = { "huyen-a", "xa-a1", NULL };
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	core_set_recall(g->s->core, true);
	d = receive(g, 1, to_both);
	give_back(g, &d, 1);
	tick(g, 0);
	assert_false(is_dropped(g, 1));
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 0);
	tick(g, 599000);
	assert_false(is_dropped(g, 1));
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1));
	station_commit(g->s); /* it has it */
	tick(g, 1000);
	assert_true(is_dropped(g, 1));
	assert_int_equal(station_count(g->s, FAMILY_DROPPED), 1);
}

/* Ten minutes are ten minutes, whatever the clock said when they began. */
static void test_a_clock_that_was_ahead_holds_up_nothing_that_was_given_back(void **state)
{
	static const char *const to_both[] = { "huyen-a", "xa-a1", NULL };
	enum { AHEAD_MS = 7 * 3600 * 1000 };
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	core_set_recall(g->s->core, true);
	d = receive(g, 1, to_both);
	give_back(g, &d, 1);
	g->s->now.wall_ms += AHEAD_MS;
	tick(g, 0); /* xa-a1 has still to get it */
	assert_false(is_dropped(g, 1));
	g->s->now.wall_ms -= AHEAD_MS;
	tick(g, 599000);
	assert_false(is_dropped(g, 1));
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1));
	station_commit(g->s);
	tick(g, 1000);
	assert_true(is_dropped(g, 1));
}

/* An older build went by the clock. */
static void test_what_an_older_build_noted_is_dropped_when_it_said(void **state)
{
	struct stage *g = *state;
	struct record r = { .family = FAMILY_SWEEP };
	struct doc_key key;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	d = receive(g, 1, to_us);
	give_back(g, &d, 1);
	key = key_of(g, 1);
	station_clear(g->s);
	plan_put(g->s->plan,
		 key_sweep(g->s->now.wall_ms + 1000, SWEEP_RECALLED, key.role, key.serial), &r);
	station_commit(g->s);
	tick(g, 999);
	assert_false(is_dropped(g, 1));
	tick(g, 1);
	assert_true(is_dropped(g, 1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(kept_unless_configured),
		TEST(dropped_with_the_next_tick_and_the_file_noted_in_the_same_commit),
		TEST(a_file_that_another_document_has_is_not_noted),
		TEST(two_given_back_in_one_turn_note_the_file_once),
		TEST(one_that_a_neighbour_has_still_to_get_stays_until_it_has_it),
		TEST(a_clock_that_was_ahead_holds_up_nothing_that_was_given_back),
		TEST(what_an_older_build_noted_is_dropped_when_it_said),
	};

	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
