/* Signed bytes that are damaged while their document waits in a lane: when they are given up, what
 * goes in their place, and what becomes of those whom it was for. */
#include "routing/reconcile/hollow.h"

#include <string.h>

#include "daemon/links/publish_opener.h"
#include "daemon/outbox.h"
#include "proto/digest.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"
#include "routing/base/committee_id.h"
#include "routing/state/event.h"
#include "routing/state/hollow.h"
#include "routing/state/stream.h"
#include "tests/unit/support/shelf.h"

static struct key first_out(void)
{
	return key_serial(ROLE_OUT, (struct serial){ 1 });
}

/* A document of ours, committed; its draft, to keep. */
static struct draft send_to(struct stage *g, unsigned id, const struct recipient *to,
			    uint32_t count)
{
	struct draft d =
		fixture_document(g->f, "huyen-a", id, (const char *const[]){ "tinh", NULL });
	struct submission u;

	memcpy(u.recipients, to, count * sizeof *to);
	submission_of(&u, id, count)->u.submit.body = d.body;
	station_take(g->s, &u.event);
	station_commit(g->s);
	d = g->s->plan->drafts[0];
	d.envelope = arena_blob(g->f->arena, d.envelope);
	d.head.recipients = NULL;
	station_clear(g->s);
	return d;
}

static struct draft send_to_one(struct stage *g, unsigned id, const char *to)
{
	const struct recipient one = { .committee = fixture_id(to) };

	return send_to(g, id, &one, 1);
}

static void spoil(struct stage *g, enum family family, struct key key)
{
	assert_ok(memory_disk_spoil(g->s->disk, family, &key));
	core_set_unsound(g->s->core, ERR_DAMAGED);
}

/* It is told, for so long already; is it given up? */
static bool given_up(struct stage *g, struct key key, int64_t told_ms)
{
	struct event e = { .type = EVENT_DAMAGED };
	struct record r;
	enum err result;

	e.u.damaged =
		(struct ev_damaged){ .family = FAMILY_ENVELOPE, .key = key, .told_ms = told_ms };
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
	result = g->s->lookup.get(g->s->lookup.ctx, g->f->arena, FAMILY_ENVELOPE, &key, &r);
	assert_true(result == ERR_DAMAGED || result == ERR_OK);
	return result == ERR_OK && hollow_is(&r.u.envelope);
}

static void goes_away(struct stage *g, const struct neighbour *n)
{
	struct event e = { .type = EVENT_DISCONNECTED };

	e.u.link.neighbour = n->id;
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
}

/* ---- when ---- */

static void test_ours_that_no_neighbour_can_have_is_given_up_at_once(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	(void)send_to_one(g, 1, "xa-a1");
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_true(given_up(g, first_out(), 0));
}

static void test_one_that_was_sent_and_not_acknowledged_is_asked_for_first(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	(void)send_to_one(g, 1, "xa-a1");
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	stream_note_sent(core_stream_out(g->s->core, xa.id, LANE_NORMAL), 1);
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_false(given_up(g, first_out(), HOLLOW_ASKED_MS - 1));
	assert_true(given_up(g, first_out(), HOLLOW_ASKED_MS));
}

static void test_while_one_that_may_have_it_is_away_the_lane_waits_longer(void **state)
{
	const struct recipient both[] = { { .committee = { "xa-a1" } },
					  { .committee = { "xa-a2" } } };
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1"), a2 = neighbour_of("xa-a2");

	(void)send_to(g, 1, both, 2);
	neighbour_up(g->s, &a1);
	neighbour_up(g->s, &a2);
	neighbour_subscribe(g->s, &a1, LANE_NORMAL, 1); /* it has it */
	neighbour_subscribe(g->s, &a2, LANE_NORMAL, 0);
	goes_away(g, &a1);
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_false(given_up(g, first_out(), HOLLOW_ASKED_MS));
	assert_false(given_up(g, first_out(), HOLLOW_AWAY_MS - 1));
	neighbour_up(g->s, &a1);
	assert_false(given_up(g, first_out(), HOLLOW_ASKED_MS - 1));
	goes_away(g, &a1);
	assert_true(given_up(g, first_out(), HOLLOW_AWAY_MS));
}

static void test_who_has_not_said_how_far_it_came_may_have_it(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	(void)send_to_one(g, 1, "xa-a1");
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_false(given_up(g, first_out(), HOLLOW_AWAY_MS - 1));
	neighbour_up(g->s, &xa);
	assert_false(given_up(g, first_out(), HOLLOW_AWAY_MS - 1));
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	assert_true(given_up(g, first_out(), 0));
}

static void test_what_waits_in_no_lane_is_never_given_up(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	(void)send_to_one(g, 1, "xa-a1");
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 1);
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_false(given_up(g, first_out(), 100 * HOLLOW_AWAY_MS));
}

/* ---- what passes through ---- */

static struct key first_relayed(void)
{
	return key_serial(ROLE_RELAY, (struct serial){ 1 });
}

/* Of tinh for xa-a1, which has subscribed. */
static void relay_one(struct stage *g, struct neighbour *xa)
{
	struct draft d = fixture_document(g->f, "tinh", 1, (const char *const[]){ "xa-a1", NULL });
	struct event e;

	fixture_seal(g->f, "tinh", &d);
	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, xa);
	neighbour_subscribe(g->s, xa, LANE_NORMAL, 0);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa->id, LANE_NORMAL, 1)));
}

static void test_who_gave_it_to_a_relay_is_asked_first(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	relay_one(g, &xa);
	spoil(g, FAMILY_ENVELOPE, first_relayed());
	assert_false(given_up(g, first_relayed(), HOLLOW_ASKED_MS - 1));
	goes_away(g, &g->tinh);
	assert_false(given_up(g, first_relayed(), HOLLOW_AWAY_MS - 1));
	assert_true(given_up(g, first_relayed(), HOLLOW_AWAY_MS));
}

/* Then nobody knows any more who gave it. */
static void test_a_lane_goes_on_whatever_else_of_its_document_is_damaged(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	relay_one(g, &xa);
	spoil(g, FAMILY_ENVELOPE, first_relayed());
	spoil(g, FAMILY_DOCUMENT, first_relayed());
	spoil(g, FAMILY_RELAY, first_relayed());
	spoil(g, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1));
	assert_false(given_up(g, first_relayed(), HOLLOW_AWAY_MS - 1));
	assert_true(given_up(g, first_relayed(), HOLLOW_AWAY_MS));
}

/* ---- what goes ---- */

struct pumped {
	struct stage *g;
	struct message last;
	struct blob frame;
	unsigned frames;
};

static enum err keep_frame(void *ctx, struct committee_id neighbour, struct blob frame)
{
	struct pumped *p = ctx;

	(void)neighbour;
	p->frame = arena_blob(p->g->f->arena, frame);
	assert_ok(wire_decode(p->g->f->arena, p->frame, &p->last));
	assert_int_equal(p->last.type, MESSAGE_PUBLISH);
	p->frames++;
	return ERR_OK;
}

/* All that goes now. */
static struct pumped pump(struct stage *g, const struct neighbour *n)
{
	struct pumped p = { .g = g };
	struct outbox *o = outbox_new(g->s->core, g->s->lookup,
				      (struct outbox_ops){ .ctx = &p, .send = keep_frame });
	struct act_pump all = { .directory_version = 0 };

	assert_non_null(o);
	for (int lane = LANE_NONE; lane < LANE_COUNT; lane++)
		all.upto[lane] = UINT64_MAX;
	assert_ok(outbox_pump(o, n->id, &all));
	outbox_destroy(o);
	return p;
}

static bool is_hollow(const struct publish_item *item)
{
	struct rec_envelope e = { .envelope = { .bytes = item->envelope } };

	return hollow_is(&e) && item->relay_count == 0;
}

/* Three in the lane of xa-a1, and the bytes of the second are lost. */
static struct draft lose_the_second(struct stage *g, struct neighbour *xa)
{
	const struct recipient to[] = { { .committee = { "xa-a1" } },
					{ .group = GROUP_SUBORDINATES } };
	struct draft lost;

	(void)send_to_one(g, 1, "xa-a1");
	lost = send_to(g, 2, to, 2);
	(void)send_to_one(g, 3, "xa-a1");
	neighbour_up(g->s, xa);
	neighbour_subscribe(g->s, xa, LANE_NORMAL, 0);
	spoil(g, FAMILY_ENVELOPE, key_serial(ROLE_OUT, (struct serial){ 2 }));
	return lost;
}

/* The second neighbour that it is for has subscribed, too. */
static void give_up_the_second(struct stage *g)
{
	struct neighbour other = neighbour_of("xa-a2");

	neighbour_up(g->s, &other);
	neighbour_subscribe(g->s, &other, LANE_NORMAL, 0);
	assert_true(given_up(g, key_serial(ROLE_OUT, (struct serial){ 2 }), 0));
}

static void acknowledge(struct stage *g, const struct neighbour *xa, uint64_t have,
			uint64_t rejected)
{
	const struct stream_out *out = core_stream_out(g->s->core, xa->id, LANE_NORMAL);
	struct message m = shelf_acknowledgement(g->s, xa, out, have);

	if (rejected != 0) {
		m.u.acknowledge.rejected[0] = (struct rejected_seq){ rejected, ERR_REJECTED };
		m.u.acknowledge.rejected_count = 1;
	}
	neighbour_says(g->s, xa, &m);
	station_commit(g->s);
}

static struct rec_receipt answer_for(struct stage *g, unsigned n, const char *recipient)
{
	return station_get(g->s, FAMILY_RECEIPT,
			   key_receipt(ROLE_OUT, (struct serial){ n }, fixture_id(recipient)))
		.u.receipt;
}

static void
test_its_place_goes_hollow_with_the_chain_of_the_document_and_nothing_behind(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct digest chain;
	struct pumped p;

	(void)lose_the_second(g, &xa);
	p = pump(g, &xa); /* what stands before it */
	assert_true(p.frames == 1 && p.last.u.publish.item_count == 1);
	assert_int_equal(pump(g, &xa).frames, 0);
	assert_int_not_equal(core_standing(g->s->core), 0);
	give_up_the_second(g);
	p = pump(g, &xa);
	assert_true(p.frames == 1 && p.last.u.publish.item_count == 1);
	assert_true(is_hollow(&p.last.u.publish.items[0]) && p.last.u.publish.items[0].seq == 2);
	chain = stream_chain_start(p.last.u.publish.stream, 0);
	for (unsigned n = 1; n <= 2; n++) {
		struct record r = station_get(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, n));

		digest_chain_step(&chain, n, &r.u.stream.digest);
	}
	assert_memory_equal(&chain, &p.last.u.publish.items[0].chain, sizeof chain);
	assert_int_equal(pump(g, &xa).frames, 0); /* until it is acknowledged */
	acknowledge(g, &xa, 2, 2);
	station_clear(g->s);
	p = pump(g, &xa);
	assert_true(p.frames == 1 && p.last.u.publish.items[0].seq == 3);
	assert_false(is_hollow(&p.last.u.publish.items[0]));
	assert_int_equal(core_standing(g->s->core), 0);
}

static void test_whom_it_was_for_is_refused_by_name_members_of_a_group_too(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct record state_of;

	(void)lose_the_second(g, &xa);
	give_up_the_second(g);
	(void)pump(g, &xa);
	acknowledge(g, &xa, 2, 2);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_SIGNED_LOST);
	assert_true(g->s->plan->change_count == 1 &&
		    g->s->plan->changes[0].kind == CHANGE_REFUSED &&
		    g->s->plan->changes[0].reason == ERR_SIGNED_LOST &&
		    id_equal(g->s->plan->changes[0].committee, xa.id));
	assert_true(answer_for(g, 2, "xa-a1").kind == KIND_REFUSAL &&
		    answer_for(g, 2, "xa-a1").reason == ERR_SIGNED_LOST);
	/* the other waits in a lane of its own */
	assert_false(station_has(g->s, FAMILY_RECEIPT,
				 key_receipt(ROLE_OUT, (struct serial){ 2 }, fixture_id("xa-a2"))));
	state_of = station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, (struct serial){ 2 }));
	assert_true(state_of.u.state.refused == 1 && state_of.u.state.closed_at_ms == 0);
	/* what stood before it was taken */
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
	assert_int_equal(station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, (struct serial){ 1 }))
				 .u.state.refused,
			 0);
}

/* The row to huyen-a names xa-a1, and huyen-a itself has it as a subordinate. */
static void test_a_member_of_a_group_that_no_row_names_is_refused_too(void **state)
{
	const struct recipient to[] = { { .committee = { "xa-a1" } },
					{ .group = GROUP_SUBORDINATES } };
	struct stage *g = *state, top = { .f = g->f, .s = station_new(g->f, "tinh") };
	struct neighbour a = neighbour_of("huyen-a"), b = neighbour_of("huyen-b");

	(void)send_to(&top, 1, to, 2);
	neighbour_up(top.s, &a);
	neighbour_up(top.s, &b);
	neighbour_subscribe(top.s, &a, LANE_NORMAL, 0);
	neighbour_subscribe(top.s, &b, LANE_NORMAL, 0);
	spoil(&top, FAMILY_ENVELOPE, first_out());
	assert_true(given_up(&top, first_out(), 0));
	(void)pump(&top, &a);
	acknowledge(&top, &a, 1, 1);
	assert_int_equal(answer_for(&top, 1, "xa-a1").reason, ERR_SIGNED_LOST);
	assert_int_equal(answer_for(&top, 1, "huyen-a").reason, ERR_SIGNED_LOST);
	assert_int_equal(station_count(top.s, FAMILY_RECEIPT), 2);
	station_free(top.s);
}

static void test_who_had_it_all_the_same_says_so_and_is_refused_nothing(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	(void)lose_the_second(g, &xa);
	give_up_the_second(g);
	(void)pump(g, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 3);
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 0);
	assert_int_equal(core_stream_out(g->s->core, xa.id, LANE_NORMAL)->acked, 3);
}

static void test_a_relay_refuses_it_to_its_issuer_by_name(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	const struct fact *f = NULL;

	relay_one(g, &xa);
	spoil(g, FAMILY_ENVELOPE, first_relayed());
	assert_true(given_up(g, first_relayed(), HOLLOW_ASKED_MS));
	(void)pump(g, &xa);
	acknowledge(g, &xa, 1, 1);
	for (uint32_t i = 0; i < g->s->plan->draft_count; i++) {
		if (g->s->plan->drafts[i].head.kind == KIND_REFUSAL)
			f = &g->s->plan->drafts[i].fact;
	}
	assert_non_null(f);
	assert_int_equal(f->reason, ERR_SIGNED_LOST);
	assert_true(f->target_count == 1 && strcmp(f->targets[0].text, "xa-a1") == 0);
}

/* ---- at the subscriber ---- */

/* What goes in the place of its last item, as the opener opens it. */
static struct event hollow_item(struct stage *g, const struct neighbour *from)
{
	struct publish_opener opener = { .verifier = g->f->verifier,
					 .self = g->s->self,
					 .directory_version = core_directory_version(g->s->core) };
	struct publish_item item = { .seq = from->seq[LANE_NORMAL],
				     .envelope = hollow_bytes(),
				     .chain = from->chain[LANE_NORMAL] };
	struct message m = { .type = MESSAGE_PUBLISH };
	struct publish_opener_events events;
	struct blob frame;

	m.u.publish = (struct msg_publish){ .lane = LANE_NORMAL,
					    .stream = from->streams[LANE_NORMAL],
					    .items = &item,
					    .item_count = 1 };
	assert_ok(wire_encode(g->f->arena, &m, &frame));
	assert_ok(publish_opener_open(
		&opener, g->f->arena, from->id,
		(struct publish_opener_frame){ .bytes = frame, .wall_ms = g->s->now.wall_ms },
		&events));
	assert_int_equal(events.count, 1);
	return events.list[0];
}

static void test_a_subscriber_rejects_it_and_takes_what_is_behind(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK }, hollow;
	struct draft behind = shelf_document(g, 2, FIXTURE_NOW_MS);
	struct draft lost = shelf_document(g, 1, FIXTURE_NOW_MS);
	const struct msg_acknowledge *ack = NULL;
	unsigned tries = 0;

	neighbour_up(g->s, &g->tinh);
	(void)neighbour_item(g->s, &g->tinh, LANE_NORMAL, &lost, NULL);
	hollow = hollow_item(g, &g->tinh);
	while (tries < REJECT_TRIES) {
		tries++;
		station_clear(g->s);
		station_take(g->s, &hollow);
		station_commit(g->s);
		assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
		if (tries == REJECT_TRIES)
			break;
		station_clear(g->s);
		g->s->now.mono_ms += 2000;
		station_take(g->s, &tick);
		station_commit(g->s);
	}
	ack = &station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge;
	assert_true(ack->have == 1 && ack->rejected_count == 1 && ack->rejected[0].seq == 1);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &behind);
	station_commit(g->s);
	assert_true(shelf_complete(g, &behind));
	assert_false(station_has(g->s, FAMILY_IDENT, key_ident(lost.head.id, lost.head.origin)));
}

/* ---- it comes after all ---- */

static void test_what_a_neighbour_gives_back_goes_as_it_is(void **state)
{
	const struct recipient to[] = { { .committee = { "tinh" } }, { .committee = { "xa-a1" } } };
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct draft d = send_to(g, 1, to, 2);
	struct pumped p;

	neighbour_up(g->s, &g->tinh);
	neighbour_subscribe(g->s, &g->tinh, LANE_NORMAL, 1); /* it has it */
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_true(given_up(g, first_out(), HOLLOW_ASKED_MS));
	core_set_unsound(g->s->core, ERR_OK); /* and nothing is damaged any more */
	assert_true(is_hollow(&pump(g, &xa).last.u.publish.items[0]));
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0); /* what it got it cannot take */
	p = pump(g, &xa);
	assert_true(p.frames == 1 && !is_hollow(&p.last.u.publish.items[0]));
	assert_int_equal(p.last.u.publish.items[0].envelope.len_bytes, d.envelope.len_bytes);
	assert_memory_equal(p.last.u.publish.items[0].envelope.data, d.envelope.data,
			    d.envelope.len_bytes);
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 0);
	assert_int_equal(station_count(g->s, FAMILY_IDENT), 1);
}

/* ---- an operator ---- */

static uint32_t resent(struct stage *g)
{
	struct event e = { .type = EVENT_RESEND,
			   .u.resend = { .reply = { 5 },
					 .role = ROLE_OUT,
					 .serial = { 1 },
					 .to = fixture_id("xa-a1") } };
	uint32_t result;

	station_take(g->s, &e);
	station_commit(g->s);
	result = station_act(g->s, ACT_REPLY, 0)->u.reply.result;
	station_clear(g->s);
	return result;
}

static void test_it_cannot_be_resent_and_says_why(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	(void)send_to_one(g, 1, "xa-a1");
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	spoil(g, FAMILY_ENVELOPE, first_out());
	assert_int_equal(resent(g), ERR_DAMAGED);
	assert_true(given_up(g, first_out(), 0));
	assert_int_equal(resent(g), ERR_SIGNED_LOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ours_that_no_neighbour_can_have_is_given_up_at_once),
		TEST(test_one_that_was_sent_and_not_acknowledged_is_asked_for_first),
		TEST(test_while_one_that_may_have_it_is_away_the_lane_waits_longer),
		TEST(test_who_has_not_said_how_far_it_came_may_have_it),
		TEST(test_what_waits_in_no_lane_is_never_given_up),
		TEST(test_who_gave_it_to_a_relay_is_asked_first),
		TEST(test_a_lane_goes_on_whatever_else_of_its_document_is_damaged),
		TEST(test_its_place_goes_hollow_with_the_chain_of_the_document_and_nothing_behind),
		TEST(test_whom_it_was_for_is_refused_by_name_members_of_a_group_too),
		TEST(test_a_member_of_a_group_that_no_row_names_is_refused_too),
		TEST(test_who_had_it_all_the_same_says_so_and_is_refused_nothing),
		TEST(test_a_relay_refuses_it_to_its_issuer_by_name),
		TEST(test_a_subscriber_rejects_it_and_takes_what_is_behind),
		TEST(test_what_a_neighbour_gives_back_goes_as_it_is),
		TEST(test_it_cannot_be_resent_and_says_why),
	};

	return cmocka_run_group_tests_name("reconcile_hollow", tests, NULL, NULL);
}
