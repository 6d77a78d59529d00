/* A store that is behind: what is told of the way back, and what a restart keeps of it. */
#include "routing/reconcile/own.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

/* It knows this committee by another store, so this one is behind; and says what it can. */
static void comes(struct stage *g, struct neighbour *n, bool reconciles)
{
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = n->id } };
	struct message m = { .type = MESSAGE_HELLO };
	struct msg_hello *h = &m.u.hello;

	*h = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
				 .protocol_max = PROTOCOL_MAX,
				 .committee = n->id,
				 .purpose = PURPOSE_CONTROL,
				 .directory_version = 1,
				 .has_streams = true,
				 .answer = true,
				 .says_store = true,
				 .reconciles = reconciles,
				 .store = { .any = true, .starts = 1, .store = { 7 } },
				 .seen = { .any = true, .starts = 3, .store = { 9 } } };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		h->streams[lane].stream = n->streams[lane];
	station_take(g->s, &e);
	neighbour_says(g->s, n, &m);
	station_commit(g->s);
	station_clear(g->s);
}

/* A tick; the message stays readable until the next. */
static const struct msg_reconcile *ticks(struct stage *g, const char *to)
{
	struct event tick = { .type = EVENT_TICK };
	const struct message *m;

	g->s->now.mono_ms += 1000;
	g->s->now.wall_ms += 1000;
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
	m = station_said(g->s, to, MESSAGE_RECONCILE, 0);
	return m == NULL ? NULL : &m->u.reconcile;
}

static void is_done(struct stage *g, struct neighbour *n, uint64_t round, uint64_t published,
		    uint64_t gone)
{
	struct message m = { .type = MESSAGE_RECONCILED,
			     .u.reconciled = {
				     .round = round, .published = published, .gone = gone } };

	station_clear(g->s);
	neighbour_says(g->s, n, &m);
	station_commit(g->s);
	station_clear(g->s);
}

static struct recovery_view recovery(struct stage *g)
{
	struct recovery_view v;

	core_recovery(g->s->core, &v);
	return v;
}

static struct recovery_link of(struct stage *g, const char *neighbour)
{
	struct link_view v;

	assert_true(core_link_find(g->s->core, fixture_id(neighbour), &v));
	return v.recovery;
}

static void test_who_was_asked_who_cannot_and_who_is_done(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct draft d =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	uint64_t round;

	assert_int_equal(recovery(g).began_ms, 0);
	comes(g, &g->tinh, true);
	assert_int_equal(recovery(g).stage, RECONCILE_NEIGHBOURS);
	assert_true(recovery(g).began_ms > 0);
	assert_int_equal(recovery(g).neighbours, 3);
	assert_false(of(g, "tinh").asked);
	comes(g, &a1, false);
	round = ticks(g, "tinh")->round;
	assert_true(of(g, "tinh").asked && of(g, "tinh").reconciles);
	assert_true(of(g, "xa-a1").speaks);
	assert_false(of(g, "xa-a1").reconciles);
	assert_false(of(g, "xa-a2").speaks);

	/* what came so far is counted, and then what the neighbour says */
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(of(g, "tinh").came, 1);
	assert_int_equal(recovery(g).came, 1);
	is_done(g, &g->tinh, round, 5, 2);
	assert_true(of(g, "tinh").done);
	assert_int_equal(of(g, "tinh").lacks, 2);
	assert_int_equal(recovery(g).came, 5);
	assert_int_equal(recovery(g).gone, 2);
	assert_int_equal(recovery(g).done, 1);
}

static void test_a_restart_asks_again_and_counts_nothing_twice(void **state)
{
	struct stage *g = *state;
	int64_t began_ms;

	comes(g, &g->tinh, true);
	began_ms = recovery(g).began_ms;
	is_done(g, &g->tinh, ticks(g, "tinh")->round, 5, 2);
	station_restart(g->s);
	assert_int_equal(recovery(g).stage, RECONCILE_NEIGHBOURS);
	assert_int_equal(recovery(g).began_ms, began_ms);
	assert_int_equal(recovery(g).done, 0);
	comes(g, &g->tinh, true);
	is_done(g, &g->tinh, ticks(g, "tinh")->round, 5, 2);
	assert_int_equal(recovery(g).gone, 2);
	assert_int_equal(recovery(g).came, 5);
}

/* Without what this build writes behind the rest. */
static void shorten(struct stage *g, const char *name, size_t bytes)
{
	struct record r = station_get(g->s, FAMILY_META, key_name(name));

	station_clear(g->s);
	r.family = FAMILY_META;
	r.u.note.bytes.len_bytes -= bytes;
	plan_put(g->s->plan, key_name(name), &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

static void test_notes_of_an_older_build_open(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1"), a2 = neighbour_of("xa-a2");
	uint64_t round;

	comes(g, &g->tinh, true);
	comes(g, &a1, true);
	comes(g, &a2, true);
	round = ticks(g, "tinh")->round;
	is_done(g, &g->tinh, round, 5, 2);
	shorten(g, "behind-store", 24);
	shorten(g, "behind-of-tinh", 25);
	station_restart(g->s);
	assert_int_equal(recovery(g).stage, RECONCILE_NEIGHBOURS);
	assert_int_equal(recovery(g).began_ms, 0);
	comes(g, &g->tinh, true);
	comes(g, &a1, true);
	comes(g, &a2, true);
	round = ticks(g, "tinh")->round;
	is_done(g, &g->tinh, round, 4, 0);
	is_done(g, &a1, round, 1, 0);
	is_done(g, &a2, round, 0, 0);
	ticks(g, "tinh");
	assert_int_not_equal(recovery(g).stage, RECONCILE_NEIGHBOURS);
	assert_int_equal(recovery(g).came, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_was_asked_who_cannot_and_who_is_done),
		TEST(test_a_restart_asks_again_and_counts_nothing_twice),
		TEST(test_notes_of_an_older_build_open),
	};

	return cmocka_run_group_tests_name("reconcile_own", tests, NULL, NULL);
}
