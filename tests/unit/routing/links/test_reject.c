/* What comes again and again in its place and never as it should: a few tries, and the lane goes
 * on; nothing is lost silently. */
#include <string.h>

#include "proto/digest.h"
#include "routing/state/stream.h"
#include "tests/unit/support/shelf.h"

/* ---- what never comes as it should ---- */

static void publish_spoilt(struct stage *g, const struct event *e)
{
	struct event tick_event = { .type = EVENT_TICK };

	station_take(g->s, e);
	station_commit(g->s);
	station_clear(g->s);
	g->s->now.mono_ms += 2000;
	station_take(g->s, &tick_event);
	station_commit(g->s);
	station_clear(g->s);
}

static void
test_a_chain_that_does_not_fit_is_rejected_in_the_end_and_the_lane_goes_on(void **state)
{
	struct stage *g = *state;
	struct draft d = shelf_document(g, 1, FIXTURE_NOW_MS),
		     right = shelf_document(g, 2, FIXTURE_NOW_MS);
	const struct msg_acknowledge *ack;
	struct event bad;
	struct record in;

	neighbour_up(g->s, &g->tinh);
	g->tinh.chain[LANE_NORMAL].bytes[5] ^= 1; /* it counts otherwise than we do */
	bad = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	for (unsigned i = 1; i < REJECT_TRIES; i++) {
		publish_spoilt(g, &bad);
		assert_int_equal(station_has(g->s, FAMILY_LINKIN, key_link(g->tinh.id, LANE_NORMAL))
				     ? shelf_have(g, LANE_NORMAL)
				     : 0,
				 0);
	}
	station_take(g->s, &bad);
	station_commit(g->s);
	assert_int_equal(shelf_have(g, LANE_NORMAL), 1);
	ack = &station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge;
	assert_true(ack->have == 1 && ack->rejected_count == 1 && ack->rejected[0].seq == 1 &&
		    ack->rejected[0].reason == ERR_REJECTED);
	assert_memory_equal(&ack->chain, &g->tinh.chain[LANE_NORMAL], sizeof ack->chain);
	assert_false(station_has(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin)));
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &right);
	station_commit(g->s);
	assert_true(shelf_complete(g, &right));
	/* Told again with each acknowledgement, and after a restart. */
	assert_int_equal(
	    station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge.rejected_count, 1);
	in = station_get(g->s, FAMILY_LINKIN, key_link(g->tinh.id, LANE_NORMAL));
	assert_int_equal(in.u.linkin.rejected_count, 1);
}

/* Sends it until the neighbour is cut off; how often. */
static unsigned publish_until_cut_off(struct stage *g, struct event e)
{
	unsigned times = 0;

	while (station_acts(g->s, ACT_VIOLATION) == 0 && times < 1000) {
		station_clear(g->s);
		if (times > 0)
			publish_spoilt(g, &e);
		station_take(g->s, &e);
		times++;
	}
	return times;
}

static void test_a_place_that_is_left_out_for_ever_cuts_the_publisher_off(void **state)
{
	struct stage *g = *state;
	struct draft d = shelf_document(g, 1, FIXTURE_NOW_MS);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL); /* the first never comes */
	assert_in_range(publish_until_cut_off(g, e), 3, ASKED_IN_VAIN_MAX + 2);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_GAP);
	assert_int_equal(shelf_have(g, LANE_NORMAL), 0);
}

static void test_another_stream_than_was_offered_for_ever_cuts_the_publisher_off(void **state)
{
	struct stage *g = *state;
	struct draft d = shelf_document(g, 1, FIXTURE_NOW_MS);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	e.u.publish.stream.bytes[3] ^= 1;
	assert_in_range(publish_until_cut_off(g, e), 3, ASKED_IN_VAIN_MAX + 2);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_CHAIN);
}

/* What comes in its place begins the count anew: a lane that is slow, and loses much, is no lie. */
static void test_gaps_between_which_items_come_cut_nobody_off(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 0; i < 3 * ASKED_IN_VAIN_MAX; i++) {
		struct draft d = shelf_document(g, i + 1, FIXTURE_NOW_MS);
		struct event right = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL),
			     ahead = right;

		ahead.u.publish.seq++;
		publish_spoilt(g, &ahead);
		publish_spoilt(g, &right);
		assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	}
	assert_int_equal(shelf_have(g, LANE_NORMAL), 3 * ASKED_IN_VAIN_MAX);
}

static void test_wrong_signatures_another_each_time_are_refused_in_the_end(void **state)
{
	struct stage *g = *state;
	unsigned tries = 0;

	neighbour_up(g->s, &g->tinh);
	while ((!station_has(g->s, FAMILY_LINKIN, key_link(g->tinh.id, LANE_NORMAL)) ||
		shelf_have(g, LANE_NORMAL) == 0) &&
	       tries < 1000) {
		struct neighbour again = g->tinh; /* the same place each time */
		struct draft d = shelf_document(g, ++tries, FIXTURE_NOW_MS);
		struct event e = neighbour_item(g->s, &again, LANE_NORMAL, &d, NULL);

		e.u.publish.verdict = ERR_SIGNATURE;
		e.u.publish.head = NULL;
		publish_spoilt(g, &e);
	}
	assert_in_range(tries, 3, REJECT_TRIES_ANY);
}

static void test_the_publisher_answers_for_what_was_rejected(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct stream_out *out;
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct submission u;
	struct record r;

	u.recipients[0] = (struct recipient){ .committee = xa.id };
	station_take(g->s, submission_of(&u, 5, 1)); /* ours */
	station_commit(g->s);
	station_clear(g->s);
	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	out->sent = out->last;
	m.u.acknowledge = (struct msg_acknowledge){ .lane = LANE_NORMAL,
						    .stream = out->id,
						    .have = 1,
						    .chain = out->chain,
						    .rejected = { { 1, ERR_REJECTED } },
						    .rejected_count = 1 };
	r = station_get(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1));
	digest_chain_step(&m.u.acknowledge.chain, 1, &r.u.stream.digest);
	neighbour_says(g->s, &xa, &m);
	station_commit(g->s);
	assert_int_equal(out->acked, 1);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
	r = station_get(g->s, FAMILY_IDENT, key_ident(u.event.u.submit.id, g->s->self));
	r = station_get(g->s, FAMILY_RECEIPT, key_receipt(ROLE_OUT, r.u.ident.serial, xa.id));
	assert_true(r.u.receipt.kind == KIND_REFUSAL && r.u.receipt.reason == ERR_REJECTED);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_REJECTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_a_chain_that_does_not_fit_is_rejected_in_the_end_and_the_lane_goes_on),
		TEST(test_a_place_that_is_left_out_for_ever_cuts_the_publisher_off),
		TEST(test_another_stream_than_was_offered_for_ever_cuts_the_publisher_off),
		TEST(test_gaps_between_which_items_come_cut_nobody_off),
		TEST(test_wrong_signatures_another_each_time_are_refused_in_the_end),
		TEST(test_the_publisher_answers_for_what_was_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
