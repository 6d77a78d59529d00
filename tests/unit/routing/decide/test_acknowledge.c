/* What a subscriber says it has: acknowledgements, and Subscribes that are one. */
#include <string.h>

#include "routing/state/stream.h"
#include "tests/unit/support/shelf.h"

static void test_acknowledgement_of_what_was_not_sent_is_a_violation(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct stream_out *out;

	shelf_queue_one(g, 1);
	neighbour_up(g->s, &xa);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	m = shelf_acknowledgement(g->s, &xa, out, 1);
	neighbour_says(g->s, &xa, &m); /* no subscription yet: of another time */
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	neighbour_says(g->s, &xa, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_GAP);
	assert_int_equal(out->acked, 0);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
}

/* A second Hello crosses what was published before it: the subscriber says Subscribe, takes what
 * was under way, and acknowledges that. */
static void test_acknowledgement_of_what_was_sent_before_a_subscribe_is_none(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m;
	struct stream_out *out;

	shelf_queue_one(g, 1);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	stream_note_sent(out, 100);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	assert_int_equal(out->sent, 0);
	m = shelf_acknowledgement(g->s, &xa, out, 1);
	neighbour_says(g->s, &xa, &m);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	assert_true(out->acked == 1 && out->sent == 1);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 1);
	m.u.acknowledge.have = 2; /* that was never sent */
	neighbour_says(g->s, &xa, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_GAP);
}

static void test_acknowledged_envelope_leaves_the_queue(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct stream_out *out;

	shelf_queue_one(g, 1);
	shelf_queue_one(g, 2);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	stream_note_sent(out, 100);
	m = shelf_acknowledgement(g->s, &xa, out, 1);
	neighbour_says(g->s, &xa, &m);
	station_commit(g->s);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 2)));
	station_restart(g->s);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	assert_true(out->acked == 1 && out->last == 2);
}

static void test_acknowledgement_of_another_envelope_lets_nothing_go(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct stream_out *out;
	struct stream_id before;
	struct message m;

	shelf_queue_one(g, 1);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	stream_note_sent(out, 100);
	before = out->id;
	m = shelf_acknowledgement(g->s, &xa, out, 1);
	m.u.acknowledge.chain.bytes[5] ^= 1;
	neighbour_says(g->s, &xa, &m);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
	assert_int_equal(out->acked, 0);
	/* a new stream: it is published again */
	assert_memory_not_equal(&before, &out->id, sizeof before);
}

static void test_subscriber_whose_chain_or_place_is_not_ours_gets_a_new_stream(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_SUBSCRIBE };
	struct stream_out *out;
	struct stream_id before;

	shelf_queue_one(g, 1);
	neighbour_up(g->s, &xa);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	before = out->id;
	m.u.subscribe = (struct msg_subscribe){ .lane = LANE_NORMAL, .stream = {{ 9 }}, .have = 0 };
	neighbour_says(g->s, &xa, &m); /* of a stream before: passed over */
	assert_memory_equal(&out->id, &before, sizeof before);
	m.u.subscribe = (struct msg_subscribe){
		.lane = LANE_NORMAL, .stream = before, .have = 2, .chain = out->chain
	};
	neighbour_says(g->s, &xa, &m);
	assert_memory_not_equal(&out->id, &before, sizeof before);
	assert_false(out->subscribed);
	assert_non_null(station_said(g->s, "xa-a1", MESSAGE_HELLO, 0));
	before = out->id;
	m.u.subscribe = (struct msg_subscribe){
		.lane = LANE_NORMAL, .stream = before, .have = 1, .chain = fixture_digest("wrong")
	};
	neighbour_says(g->s, &xa, &m);
	assert_memory_not_equal(&out->id, &before, sizeof before);
	assert_true(out->last == 1 && out->acked == 0); /* nothing is lost by it */
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_acknowledgement_of_what_was_not_sent_is_a_violation),
		TEST(test_acknowledgement_of_what_was_sent_before_a_subscribe_is_none),
		TEST(test_acknowledged_envelope_leaves_the_queue),
		TEST(test_acknowledgement_of_another_envelope_lets_nothing_go),
		TEST(test_subscriber_whose_chain_or_place_is_not_ours_gets_a_new_stream),
	};

	return cmocka_run_group_tests_name("decide_acknowledge", tests, NULL, NULL);
}
