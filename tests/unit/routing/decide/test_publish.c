/* What a publisher sends, and its place in the stream: gaps, repetitions, credit, and what waits
 * instead of being refused. */
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "tests/unit/support/fixture.h"

static const char *const to_xa_a1[] = { "xa-a1", NULL };

/* ---- what a publisher sends: its place in the stream ---- */

static struct draft document(struct stage *g, unsigned id, const char *const *recipients)
{
	struct draft d = fixture_document(g->f, "tinh", id, recipients);

	fixture_seal(g->f, "tinh", &d);
	return d;
}

static uint64_t have(struct stage *g, enum lane lane)
{
	return station_get(g->s, FAMILY_LINKIN, key_link(g->tinh.id, lane)).u.linkin.have;
}

static void test_document_passing_through_is_stored_relayed_and_acknowledged(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);
	struct record r;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge.have, 1);
	assert_int_equal(have(g, LANE_NORMAL), 1);
	r = station_get(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin));
	assert_int_equal(r.u.ident.role, ROLE_RELAY);
	assert_true(station_has(g->s, FAMILY_RELAY, key_serial(ROLE_RELAY, r.u.ident.serial)));
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 0); /* a relay receipts nothing */
	assert_non_null(station_notice(g->s, NOTICE_RELAYED));
}

static void test_document_for_us_gets_a_signed_receipt(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, (const char *const[]){ "huyen-a", NULL });
	struct opened o;
	struct fact fact;
	struct record r;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_non_null(station_notice(g->s, NOTICE_ARRIVED));
	r = station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1));
	assert_ok(
	    seal_open(g->f->verifier, g->f->arena, r.u.stream.fact.bytes, FIXTURE_NOW_MS, &o));
	assert_ok(fact_unpack(g->f->arena, o.kind, o.body, &fact));
	assert_int_equal(o.kind, KIND_RECEIPT);
	assert_memory_equal(&fact.document.digest, &d.digest, 32);
	assert_string_equal(fact.from.text, "tinh");
}

static void
test_repeated_envelope_in_a_new_place_gets_the_stored_receipt_byte_for_byte(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, (const char *const[]){ "huyen-a", NULL });
	struct record first, second;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	assert_int_equal(g->s->plan->draft_count, 0);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
	first = station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1));
	second = station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 2));
	assert_int_equal(first.u.stream.fact.bytes.len_bytes, second.u.stream.fact.bytes.len_bytes);
	assert_memory_equal(first.u.stream.fact.bytes.data, second.u.stream.fact.bytes.data,
			    first.u.stream.fact.bytes.len_bytes);
	assert_memory_equal(&first.u.stream.digest, &second.u.stream.digest, 32);
	assert_null(station_notice(g->s, NOTICE_ARRIVED)); /* a reader sees it once */
}

static void test_repetition_in_the_same_turn_is_answered_with_the_same_receipt(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, (const char *const[]){ "huyen-a", NULL });
	struct record first, second;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	assert_int_equal(g->s->plan->draft_count, 1);
	station_commit(g->s);
	first = station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1));
	second = station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 2));
	assert_memory_equal(&first.u.stream.digest, &second.u.stream.digest, 32);
	assert_int_equal(first.u.stream.size_bytes, second.u.stream.size_bytes);
}

static void test_sequence_had_before_is_only_acknowledged_again(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge.have, 1);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1);
	assert_int_equal(g->s->plan->write_count, 0);
}

static void test_gap_takes_nothing_and_asks_again_once(void **state)
{
	struct stage *g = *state;
	struct draft d[3] = { document(g, 1, to_xa_a1), document(g, 2, to_xa_a1),
			      document(g, 3, to_xa_a1) };
	struct event e[3];

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 0; i < 3; i++)
		e[i] = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d[i], NULL);
	station_take(g->s, &e[0]); /* the first in its place */
	station_commit(g->s);
	station_clear(g->s);
	station_take(g->s, &e[2]);
	station_take(g->s, &e[2]);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
	assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 1));
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0)->u.subscribe.have, 1);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 1);
	station_take(g->s, &e[1]);
	station_take(g->s, &e[2]);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 3);
}

static void test_envelope_altered_on_the_way_is_not_taken(void **state)
{
	struct stage *g = *state;
	struct draft d[2] = { document(g, 1, to_xa_a1), document(g, 2, to_xa_a1) };
	struct event e;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d[0]);
	station_commit(g->s);
	station_clear(g->s);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d[1], NULL);
	e.u.publish.digest.bytes[0] ^= 1;
	e.u.publish.verdict = ERR_SIGNATURE;
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 1);
	/* and nobody is told that its signer did anything */
	assert_int_equal(g->s->plan->draft_count, 0);
}

/* A second look is for the envelope that was spoilt: one that was forged in its place before does
 * not use it up. */
static void
test_spoilt_signature_is_asked_for_again_whatever_stood_in_its_place_before(void **state)
{
	struct stage *g = *state;
	struct draft forged = document(g, 9, to_xa_a1), good = document(g, 1, to_xa_a1);
	struct neighbour place;
	struct event e;

	neighbour_up(g->s, &g->tinh);
	station_commit(g->s);
	place = g->tinh;
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &forged, NULL);
	e.u.publish.verdict = ERR_SIGNATURE;
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 0);
	for (unsigned look = 1; look <= 3; look++) {
		g->tinh = place;
		e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &good, NULL);
		e.u.publish.verdict = ERR_UNKNOWN_KEY;
		station_take(g->s, &e);
		station_commit(g->s);
		/* three times the same: that is how it was made */
		assert_int_equal(have(g, LANE_NORMAL), look == 3 ? 1 : 0);
	}
}

static void test_publisher_beyond_its_credit_is_cut_off(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 1; i <= 9; i++) {
		struct draft d = document(g, i, to_xa_a1);

		/* one turn: credit is given at its end only */
		neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	}
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 1);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_CREDIT);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 8);
}

static void test_credit_is_announced_before_the_acknowledgement(void **state)
{
	struct stage *g = *state;
	bool credit_seen = false;

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 1; i <= 5; i++) {
		struct draft d = document(g, i, to_xa_a1);

		neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	}
	station_commit(g->s);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_CREDIT, 0)->u.credit.credit_seq, 13);
	for (uint32_t i = 0; i < g->s->plan->act_count; i++) {
		const struct act *a = &g->s->plan->acts[i];

		credit_seen =
		    credit_seen || (a->type == ACT_SEND && a->u.send.type == MESSAGE_CREDIT);
		if (a->type == ACT_SEND && a->u.send.type == MESSAGE_ACKNOWLEDGE)
			assert_true(credit_seen);
	}
}

static void
test_without_room_the_document_stays_with_the_publisher_and_is_asked_for_later(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);
	struct event e, tick = { .type = EVENT_TICK };

	neighbour_up(g->s, &g->tinh);
	core_set_room(g->s->core,
		      (struct core_room){ false, false, true, ERR_DISK_FULL, 0, ERR_OK });
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 0);
	assert_null(station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0));
	core_set_room(g->s->core,
		      (struct core_room){ true, true, true, ERR_OK, 0, ERR_OK });
	station_clear(g->s);
	g->s->now.mono_ms += 3000;
	station_take(g->s, &tick);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 1);
}

static void test_signed_in_the_future_and_passing_through_goes_on(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);

	neighbour_up(g->s, &g->tinh);
	g->s->now.wall_ms -= 2 * CLOCK_TOLERANCE_MS;
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 1);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0); /* whom it is for judges */
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
}

static void test_opened_under_an_older_directory_waits_to_be_opened_again(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	e.u.publish.opened_under = 0;
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_document_passing_through_is_stored_relayed_and_acknowledged),
		TEST(test_document_for_us_gets_a_signed_receipt),
		TEST(test_repeated_envelope_in_a_new_place_gets_the_stored_receipt_byte_for_byte),
		TEST(test_repetition_in_the_same_turn_is_answered_with_the_same_receipt),
		TEST(test_sequence_had_before_is_only_acknowledged_again),
		TEST(test_gap_takes_nothing_and_asks_again_once),
		TEST(test_envelope_altered_on_the_way_is_not_taken),
		TEST(test_spoilt_signature_is_asked_for_again_whatever_stood_in_its_place_before),
		TEST(test_publisher_beyond_its_credit_is_cut_off),
		TEST(test_credit_is_announced_before_the_acknowledgement),
		TEST(
		    test_without_room_the_document_stays_with_the_publisher_and_is_asked_for_later),
		TEST(test_signed_in_the_future_and_passing_through_goes_on),
		TEST(test_opened_under_an_older_directory_waits_to_be_opened_again),
	};

	return cmocka_run_group_tests_name("decide_publish", tests, NULL, NULL);
}
