/* What a neighbour whose store is behind gets once more, and what one that only says so may cost:
 * rounds are held apart, and nothing that a round leaves behind grows with their number. */
#include "routing/reconcile/give.h"

#include "tests/unit/support/fixture.h"

enum { DOCUMENTS = 3, ROUNDS = 12, TICK_MS = 10 };

static void passes(struct stage *g, int64_t ms)
{
	struct event tick = { .type = EVENT_TICK };

	g->s->now.mono_ms += ms;
	g->s->now.wall_ms += ms;
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
	station_clear(g->s);
}

/* The neighbour is not silent meanwhile. */
static void passes_alive(struct stage *g, int64_t ms)
{
	struct message ping = { .type = MESSAGE_PING, .u.ping = { .directory_version = 1 } };

	neighbour_says(g->s, &g->tinh, &ping);
	passes(g, ms);
}

/* All that was queued is taken, but for files. */
static void acknowledged(struct stage *g, uint64_t upto)
{
	neighbour_subscribe(g->s, &g->tinh, LANE_NORMAL, upto);
	station_clear(g->s);
}

/* Documents to the superior; with `files`, of which it never fetches any. */
static void submitted(struct stage *g, bool files)
{
	for (unsigned id = 1; id <= DOCUMENTS; id++) {
		struct submission u = { .recipients = { { .committee = { "tinh" } } } };

		station_clear(g->s);
		submission_of(&u, id, 1);
		if (files) {
			u.item = fixture_file_item(100000);
			u.event.u.submit.manifest = &u.item;
		}
		station_take(g->s, &u.event);
		assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
		station_commit(g->s);
	}
	station_clear(g->s);
}

static void says_reconcile(struct stage *g, uint64_t round)
{
	struct message m = { .type = MESSAGE_RECONCILE, .u.reconcile = { .round = round } };

	neighbour_says(g->s, &g->tinh, &m);
	station_commit(g->s);
	station_clear(g->s);
	for (unsigned i = 0; i < 4; i++)
		passes(g, TICK_MS);
}

static uint64_t last_queued(struct stage *g)
{
	struct scan scan = scan_of(key_link(g->tinh.id, LANE_NORMAL));
	struct committee_id neighbour;
	struct record r;
	enum lane lane;
	uint64_t seq = 0;

	if (g->s->lookup.last(g->s->lookup.ctx, g->f->arena, FAMILY_STREAM, &scan, &r) == ERR_OK)
		assert_true(key_parse_seq(&scan.at, &neighbour, &lane, &seq));
	return seq;
}

static uint32_t publications(struct stage *g, uint64_t serial)
{
	return station_get(g->s, FAMILY_ROUTE, key_serial(ROLE_OUT, (struct serial){ serial }))
		.u.route.count;
}

static void set_out(struct stage *g, bool files)
{
	g->tinh = neighbour_of("tinh");
	neighbour_up(g->s, &g->tinh);
	submitted(g, files);
	assert_int_equal(last_queued(g), DOCUMENTS);
	acknowledged(g, DOCUMENTS);
	assert_int_equal(last_queued(g), files ? DOCUMENTS : 0);
}

static void test_what_it_lost_goes_once_more(void **state)
{
	struct stage *g = *state;

	set_out(g, false);
	says_reconcile(g, 7);
	assert_int_equal(last_queued(g), 2 * DOCUMENTS);
	/* a round that is under way is not begun again */
	says_reconcile(g, 7);
	assert_int_equal(last_queued(g), 2 * DOCUMENTS);
}

static void test_what_it_has_does_not_go_again(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_RECONCILE, .u.reconcile = { .round = 7 } };

	set_out(g, false);
	m.u.reconcile.lost.have[LANE_NORMAL] = DOCUMENTS - 1;
	neighbour_says(g->s, &g->tinh, &m);
	station_commit(g->s);
	passes(g, TICK_MS);
	assert_int_equal(last_queued(g), DOCUMENTS + 1);
}

static void test_a_round_that_comes_too_early_is_not_heard_until_asked_again(void **state)
{
	struct stage *g = *state;

	set_out(g, false);
	says_reconcile(g, 7);
	acknowledged(g, 2 * DOCUMENTS);
	says_reconcile(g, 8);
	assert_int_equal(last_queued(g), 0);
	passes(g, ROUND_REST_MS);
	says_reconcile(g, 8);
	assert_int_equal(last_queued(g), 3 * DOCUMENTS);
}

/* As many rounds as it likes, one after the other: a further one each time that the rest has become
 * twice as long. */
static void test_rounds_without_end_rest_longer_each_time(void **state)
{
	struct stage *g = *state;
	uint64_t queued = DOCUMENTS;
	unsigned walks = 0;

	set_out(g, false);
	for (uint64_t round = 1; round <= 1000; round++) {
		says_reconcile(g, round); /* 40 ms: 40 s in all */
		if (last_queued(g) > queued) {
			walks++;
			queued = last_queued(g);
			acknowledged(g, queued);
		}
	}
	/* 0, 0.25 s, 0.75 s, … 31.75 s */
	assert_int_equal(walks, 8);
	for (unsigned i = 0; i < 20; i++)
		passes_alive(g, 10 * 1000);
	/* who has been quiet is heard at once, and not kept waiting for what was before */
	says_reconcile(g, 2000);
	assert_int_equal(last_queued(g), queued + DOCUMENTS);
	passes(g, ROUND_REST_MS);
	says_reconcile(g, 2001);
	assert_int_equal(last_queued(g), queued + DOCUMENTS); /* they wait already */
	acknowledged(g, last_queued(g));
	passes(g, 2 * ROUND_REST_MS);
	says_reconcile(g, 2002);
	assert_int_equal(last_queued(g), queued + 2 * DOCUMENTS);
}

static void rounds(struct stage *g)
{
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		passes(g, 3 * ROUND_REST_MS);
		says_reconcile(g, round);
		acknowledged(g, DOCUMENTS * (round + 1));
	}
}

static void test_a_record_does_not_grow_with_the_rounds(void **state)
{
	struct stage *g = *state;

	set_out(g, false);
	rounds(g);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 0);
	for (uint64_t serial = 1; serial <= DOCUMENTS; serial++)
		assert_int_equal(publications(g, serial), 1);
}

/* It acknowledges all, and never says that it has the files. */
static void test_files_that_are_never_taken_leave_three_rows_and_no_more(void **state)
{
	struct stage *g = *state;

	set_out(g, true);
	rounds(g);
	/* the first, which bears its name; one of the rounds before; the last */
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 3 * DOCUMENTS);
	for (uint64_t serial = 1; serial <= DOCUMENTS; serial++)
		assert_int_equal(publications(g, serial), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_it_lost_goes_once_more, stage_set_up,
						stage_tear_down),
		cmocka_unit_test_setup_teardown(test_what_it_has_does_not_go_again, stage_set_up,
						stage_tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_round_that_comes_too_early_is_not_heard_until_asked_again,
			stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(test_rounds_without_end_rest_longer_each_time,
						stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(test_a_record_does_not_grow_with_the_rounds,
						stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			test_files_that_are_never_taken_leave_three_rows_and_no_more, stage_set_up,
			stage_tear_down),
	};

	return cmocka_run_group_tests_name("reconcile_give", tests, NULL, NULL);
}
