/* The core's edge cases, one committee at a time with its neighbours played by the test: what is refused, repeated, held back or
 * counted as a violation. Two cores talking to each other is the simulator's job. */
#include "routing/core.h"

#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tests/unit/fixture.h"

static const char *const to_xa_a1[] = { "xa-a1", NULL };

struct stage {
	struct fixture *f;
	struct station *s; /* huyen-a: a superior (tinh) and two subordinates (xa-a1, xa-a2) */
	struct neighbour tinh;
};

static int set_up(void **state)
{
	struct stage *g = calloc(1, sizeof *g);

	assert_non_null(g);
	g->f = fixture_new();
	g->s = station_new(g->f, "huyen-a");
	g->tinh = neighbour_of("tinh");
	*state = g;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *g = *state;

	station_free(g->s);
	fixture_free(g->f);
	free(g);
	return 0;
}

/* ---- submissions ---- */

struct submission {
	struct manifest_item item;
	struct recipient recipients[4];
	struct event event;
};

static struct event *submit(struct submission *u, unsigned id, uint32_t recipient_count)
{
	u->item = fixture_inline_item();
	memset(&u->event, 0, sizeof u->event);
	u->event.type = EVENT_SUBMIT;
	u->event.u.submit = (struct ev_submit){ .reply = { 7 }, .uid = 1000, .id = fixture_doc_id(id), .submission = fixture_digest("content"),
		.recipients = u->recipients, .recipient_count = recipient_count, .urgency = URGENCY_THUONG, .secrecy = SECRECY_THUONG,
		.manifest = &u->item, .manifest_count = 1, .body_version = 1, .summary = { "", "", "", "", "" } };
	return &u->event;
}

static const struct act_reply *reply_of(struct stage *g, const struct event *e)
{
	const struct act *a;

	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	a = station_act(g->s, ACT_REPLY, 0);
	assert_int_equal(a->u.reply.to.n, 7);
	return &a->u.reply;
}

static void test_submission_is_sealed_stored_queued_and_answered(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } }, { .committee = { "xa-b1" } }, { .group = GROUP_SUPERIOR } } };
	const struct act_reply *r = reply_of(g, submit(&u, 1, 3));
	struct record record;
	struct key ident = key_ident(fixture_doc_id(1), g->s->self);

	assert_int_equal(r->result, ERR_OK);
	assert_false(r->repeated);
	assert_int_equal(r->recipient_count, 3);
	assert_int_equal(g->s->plan->draft_count, 1);
	station_commit(g->s);
	record = station_get(g->s, FAMILY_IDENT, ident);
	assert_int_equal(record.u.ident.role, ROLE_OUT);
	assert_memory_equal(&record.u.ident.digest, &g->s->plan->drafts[0].digest, 32);
	record = station_get(g->s, FAMILY_ENVELOPE, key_serial(ROLE_OUT, record.u.ident.serial));
	assert_int_equal(record.u.envelope.envelope.bytes.len_bytes, g->s->plan->drafts[0].envelope.len_bytes);
	/* One publication a neighbour: xa-a1 below, tinh and xa-b1 both over tinh. */
	record = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_NORMAL, 1));
	assert_int_equal(record.u.stream.target_count, 2);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 2);
}

static void test_repeated_submission_gets_the_first_answer_and_nothing_new(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	const struct act_reply *r = reply_of(g, submit(&u, 1, 1));
	uint64_t documents;

	station_commit(g->s);
	documents = station_count(g->s, FAMILY_DOCUMENT);
	r = reply_of(g, submit(&u, 1, 1));
	assert_int_equal(r->result, ERR_OK);
	assert_true(r->repeated);
	assert_int_equal(r->recipient_count, 1);
	assert_int_equal(g->s->plan->draft_count, 0);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), documents);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1);
}

static void test_repetition_in_the_same_turn_is_seen_through_the_plan(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_take(g->s, submit(&u, 1, 1));
	station_take(g->s, &u.event);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_true(station_act(g->s, ACT_REPLY, 1)->u.reply.repeated);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
}

static void test_same_id_with_other_content_is_a_conflict(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	reply_of(g, submit(&u, 1, 1));
	station_commit(g->s);
	submit(&u, 1, 1)->u.submit.submission = fixture_digest("other");
	assert_int_equal(reply_of(g, &u.event)->result, ERR_CONFLICT);
	assert_true(plan_is_empty(g->s->plan));
}

static void refused(struct stage *g, struct submission *u, enum err why)
{
	assert_int_equal(reply_of(g, &u->event)->result, why);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(g->s->plan->draft_count, 0);
}

static void test_what_cannot_be_sent_is_refused_with_its_reason_and_writes_nothing(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "nowhere" } } } };

	submit(&u, 1, 1);
	refused(g, &u, ERR_UNKNOWN_RECIPIENT);
	assert_string_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.at.text, "nowhere");
	u.recipients[0].committee = fixture_id("huyen-a");
	refused(g, &u, ERR_UNKNOWN_RECIPIENT); /* to oneself */
	u.recipients[0].committee = fixture_id("xa-cu");
	refused(g, &u, ERR_RETIRED_RECIPIENT);
	u.recipients[0].committee = fixture_id("xa-a1");
	u.event.u.submit.recipient_count = 0;
	refused(g, &u, ERR_NO_RECIPIENT);
	submit(&u, 1, 1)->u.submit.secrecy = SECRECY_MAT;
	refused(g, &u, ERR_SECRET);
	submit(&u, 1, 1)->u.submit.manifest_count = 0;
	refused(g, &u, ERR_FORMAT);
	submit(&u, 1, 1);
	u.item.size_bytes = 1ULL << 40;
	refused(g, &u, ERR_TOO_LARGE);
	submit(&u, 1, 1);
	core_set_room(g->s->core, false, true, true);
	refused(g, &u, ERR_DISK_FULL);
}

static void test_superior_of_the_top_and_group_of_nobody_are_refused(void **state)
{
	struct stage *g = *state;
	struct station *huyen = g->s, *top = station_new(g->f, "tinh"), *leaf = station_new(g->f, "xa-a1");
	struct submission u = { .recipients = { { .group = GROUP_SUPERIOR } } };

	submit(&u, 1, 1);
	g->s = top;
	refused(g, &u, ERR_NO_ROUTE);
	u.recipients[0].group = GROUP_SUBORDINATES;
	g->s = leaf;
	refused(g, &u, ERR_NO_RECIPIENT);
	u.recipients[0].group = GROUP_SUBTREE;
	refused(g, &u, ERR_NO_RECIPIENT);
	g->s = huyen;
	station_free(top);
	station_free(leaf);
}

static void test_without_a_directory_nothing_is_taken(void **state)
{
	struct stage *g = *state;
	struct memory_disk *disk = memory_disk_new();
	struct core_config config = { .self = { "huyen-a" }, .chain_step = digest_chain_step, .attachment_max_bytes = 1000 };
	struct core *c = core_new(&config);
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	struct store *store;
	struct plan *plan;

	(void)g;
	assert_ok(store_memory_open(disk, &store));
	plan = plan_new(store->ops->lookup(store));
	assert_ok(core_load(c, (struct now){ FIXTURE_NOW_MS, 0 }, plan));
	assert_int_equal(core_link_count(c), 0);
	assert_ok(core_take(c, (struct now){ FIXTURE_NOW_MS, 0 }, submit(&u, 1, 1), plan));
	assert_int_equal(plan->acts[0].u.reply.result, ERR_NO_ROUTE);
	plan_destroy(plan);
	core_destroy(c);
	store->ops->close(store);
	memory_disk_destroy(disk);
}

/* ---- links ---- */

static void test_who_dialled_says_hello_first_and_the_other_answers(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = { "tinh" } } };

	station_take(g->s, &e);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_HELLO, 0));
	e.u.link.neighbour = fixture_id("xa-a1");
	station_take(g->s, &e);
	assert_null(station_said(g->s, "xa-a1", MESSAGE_HELLO, 0));
	e.u.link.neighbour = fixture_id("xa-b1"); /* no neighbour */
	station_take(g->s, &e);
	assert_null(station_said(g->s, "xa-b1", MESSAGE_HELLO, 0));
}

static void test_hello_in_anothers_name_or_version_is_a_violation(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_HELLO, .u.hello = { .protocol_min = 1, .protocol_max = 1, .committee = { "huyen-b" },
								 .purpose = PURPOSE_CONTROL, .has_streams = true } };

	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_PROTOCOL);
	m.u.hello.committee = fixture_id("tinh");
	m.u.hello.protocol_min = PROTOCOL_MAX + 1;
	m.u.hello.protocol_max = PROTOCOL_MAX + 1;
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 1)->u.violation, ERR_UNSUPPORTED);
	m.u.hello.protocol_min = 1;
	m.u.hello.purpose = PURPOSE_BULK;
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 3);
	m.u.hello.purpose = PURPOSE_CONTROL;
	m.u.hello.has_streams = false;
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 4);
	assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
}

static void test_hello_is_followed_by_a_subscribe_to_each_lane(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_HELLO, .u.hello = { .protocol_min = 1, .protocol_max = 1, .committee = { "tinh" },
								 .purpose = PURPOSE_CONTROL, .has_streams = true } };
	const struct message *said;

	m.u.hello.streams[LANE_NORMAL] = (struct stream_offer){ g->tinh.streams[LANE_NORMAL], 40, 50 };
	neighbour_says(g->s, &g->tinh, &m);
	assert_true(station_said(g->s, "tinh", MESSAGE_HELLO, 0)->u.hello.answer);
	for (unsigned i = 0; i < 3; i++) {
		said = station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, i);
		assert_non_null(said);
		assert_int_equal(said->u.subscribe.lane, i + 1);
	}
	assert_int_equal(said->u.subscribe.have, 40); /* from the base on: what was before is not asked for */
	assert_int_equal(said->u.subscribe.credit_seq, 48);
	assert_non_null(station_notice(g->s, NOTICE_LINK_UP));
}

static void test_bulk_message_on_the_control_connection_is_a_violation(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_CHUNK };

	neighbour_says(g->s, &g->tinh, &m); /* before hello: nothing */
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	neighbour_up(g->s, &g->tinh);
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_PROTOCOL);
}

static void test_silent_link_goes_down(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK };
	struct link_view view;

	neighbour_up(g->s, &g->tinh);
	g->s->now.mono_ms += LINK_DEAD_MS;
	station_take(g->s, &tick);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_PING, 0));
	assert_null(station_notice(g->s, NOTICE_LINK_DOWN));
	g->s->now.mono_ms += 1;
	station_take(g->s, &tick);
	assert_int_equal(station_notice(g->s, NOTICE_LINK_DOWN)->reason, ERR_TIMEOUT);
	assert_true(core_link_find(g->s->core, g->tinh.id, &view));
	assert_false(view.up);
	assert_int_equal(station_acts(g->s, ACT_FETCH_STOP), 1);
}

static void test_ping_of_an_operator_is_answered_by_its_pong_only(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_OPERATE, .u.operate = { { 7 }, 0, OPERATION_LINK_PING, { "tinh" } } };
	struct message pong = { .type = MESSAGE_PONG };

	assert_int_equal(reply_of(g, &e)->result, ERR_NETWORK);
	e.u.operate.neighbour = fixture_id("xa-b1");
	assert_int_equal(reply_of(g, &e)->result, ERR_NOT_FOUND);
	e.u.operate.neighbour = fixture_id("tinh");
	neighbour_up(g->s, &g->tinh);
	station_take(g->s, &e);
	pong.u.ping.token = station_said(g->s, "tinh", MESSAGE_PING, 0)->u.ping.token + 1;
	g->s->now.mono_ms += 3;
	neighbour_says(g->s, &g->tinh, &pong);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 0);
	pong.u.ping.token--;
	neighbour_says(g->s, &g->tinh, &pong);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.number, 3000);
	station_take(g->s, &e);
	assert_int_equal(reply_of(g, &e)->result, ERR_BUSY);
}

static void test_operators_ping_ends_when_the_link_goes(void **state)
{
	struct stage *g = *state;
	struct event e = { .type = EVENT_OPERATE, .u.operate = { { 7 }, 0, OPERATION_LINK_PING, { "tinh" } } };
	struct event gone = { .type = EVENT_DISCONNECTED, .u.link = { .neighbour = { "tinh" } } };

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, &e);
	assert_int_equal(reply_of(g, &gone)->result, ERR_NETWORK);
}

/* ---- what a subscriber says ---- */

static void queue_one(struct stage *g, unsigned id)
{
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_take(g->s, submit(&u, id, 1));
	station_commit(g->s);
	station_clear(g->s);
}

static void test_acknowledgement_of_what_was_not_sent_is_a_violation(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct stream_out *out;

	queue_one(g, 1);
	neighbour_up(g->s, &xa);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	m.u.acknowledge = (struct msg_acknowledge){ LANE_NORMAL, out->id, 1 };
	neighbour_says(g->s, &xa, &m); /* no subscription yet: of another time */
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	neighbour_says(g->s, &xa, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_GAP);
	assert_int_equal(out->acked, 0);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
}

static void test_acknowledged_envelope_leaves_the_queue(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };
	struct stream_out *out;

	queue_one(g, 1);
	queue_one(g, 2);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	stream_note_sent(out, 100);
	m.u.acknowledge = (struct msg_acknowledge){ LANE_NORMAL, out->id, 1 };
	neighbour_says(g->s, &xa, &m);
	station_commit(g->s);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 2)));
	station_restart(g->s);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	assert_true(out->acked == 1 && out->last == 2);
}

static void test_subscriber_whose_chain_or_place_is_not_ours_gets_a_new_stream(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_SUBSCRIBE };
	struct stream_out *out;
	struct stream_id before;

	queue_one(g, 1);
	neighbour_up(g->s, &xa);
	out = core_stream_out(g->s->core, xa.id, LANE_NORMAL);
	before = out->id;
	m.u.subscribe = (struct msg_subscribe){ .lane = LANE_NORMAL, .stream = {{ 9 }}, .have = 0 };
	neighbour_says(g->s, &xa, &m); /* of a stream before: passed over */
	assert_memory_equal(&out->id, &before, sizeof before);
	m.u.subscribe = (struct msg_subscribe){ .lane = LANE_NORMAL, .stream = before, .have = 2, .chain = out->chain };
	neighbour_says(g->s, &xa, &m);
	assert_memory_not_equal(&out->id, &before, sizeof before);
	assert_false(out->subscribed);
	assert_non_null(station_said(g->s, "xa-a1", MESSAGE_HELLO, 0));
	before = out->id;
	m.u.subscribe = (struct msg_subscribe){ .lane = LANE_NORMAL, .stream = before, .have = 1, .chain = fixture_digest("wrong") };
	neighbour_says(g->s, &xa, &m);
	assert_memory_not_equal(&out->id, &before, sizeof before);
	assert_true(out->last == 1 && out->acked == 0); /* nothing is lost by it */
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
}

static void test_credit_is_never_lowered(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct message m = { .type = MESSAGE_CREDIT };
	struct stream_out *out;

	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_FACTS, 0);
	out = core_stream_out(g->s->core, xa.id, LANE_FACTS);
	m.u.credit = (struct msg_credit){ LANE_FACTS, out->id, 1, 1 };
	neighbour_says(g->s, &xa, &m);
	assert_true(out->credit_seq == 4096 && out->credit_bytes == 1 << 20);
	m.u.credit = (struct msg_credit){ LANE_FACTS, out->id, 5000, 2 << 20 };
	neighbour_says(g->s, &xa, &m);
	assert_true(out->credit_seq == 5000 && out->credit_bytes == 2 << 20);
	m.u.credit.stream.bytes[0] ^= 1;
	m.u.credit.credit_seq = 9000;
	neighbour_says(g->s, &xa, &m);
	assert_true(out->credit_seq == 5000);
}

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
	assert_ok(seal_open(g->f->verifier, g->f->arena, r.u.stream.fact.bytes, FIXTURE_NOW_MS, &o));
	assert_ok(fact_unpack(g->f->arena, o.kind, o.body, &fact));
	assert_int_equal(o.kind, KIND_RECEIPT);
	assert_memory_equal(&fact.document.digest, &d.digest, 32);
	assert_string_equal(fact.from.text, "tinh");
}

static void test_repeated_envelope_in_a_new_place_gets_the_stored_receipt_byte_for_byte(void **state)
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
	assert_memory_equal(first.u.stream.fact.bytes.data, second.u.stream.fact.bytes.data, first.u.stream.fact.bytes.len_bytes);
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
	struct draft d[3] = { document(g, 1, to_xa_a1), document(g, 2, to_xa_a1), document(g, 3, to_xa_a1) };
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
	assert_int_equal(g->s->plan->draft_count, 0); /* and nobody is told that its signer did anything */
}

static void test_publisher_beyond_its_credit_is_cut_off(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 1; i <= 9; i++) {
		struct draft d = document(g, i, to_xa_a1);

		neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d); /* one turn: credit is given at its end only */
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

		credit_seen = credit_seen || (a->type == ACT_SEND && a->u.send.type == MESSAGE_CREDIT);
		if (a->type == ACT_SEND && a->u.send.type == MESSAGE_ACKNOWLEDGE)
			assert_true(credit_seen);
	}
}

static void test_without_room_the_document_stays_with_the_publisher_and_is_asked_for_later(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);
	struct event e, tick = { .type = EVENT_TICK };

	neighbour_up(g->s, &g->tinh);
	core_set_room(g->s->core, false, false, true);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 0);
	assert_null(station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0));
	core_set_room(g->s->core, true, true, true);
	station_clear(g->s);
	g->s->now.mono_ms += 3000;
	station_take(g->s, &tick);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 1);
}

static void test_signed_in_the_future_waits_and_is_not_refused(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1, to_xa_a1);

	neighbour_up(g->s, &g->tinh);
	g->s->now.wall_ms -= 2 * CLOCK_TOLERANCE_MS;
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(have(g, LANE_NORMAL), 0);
	assert_int_equal(g->s->plan->draft_count, 0);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_submission_is_sealed_stored_queued_and_answered),
		TEST(test_repeated_submission_gets_the_first_answer_and_nothing_new),
		TEST(test_repetition_in_the_same_turn_is_seen_through_the_plan),
		TEST(test_same_id_with_other_content_is_a_conflict),
		TEST(test_what_cannot_be_sent_is_refused_with_its_reason_and_writes_nothing),
		TEST(test_superior_of_the_top_and_group_of_nobody_are_refused),
		TEST(test_without_a_directory_nothing_is_taken),
		TEST(test_who_dialled_says_hello_first_and_the_other_answers),
		TEST(test_hello_in_anothers_name_or_version_is_a_violation),
		TEST(test_hello_is_followed_by_a_subscribe_to_each_lane),
		TEST(test_bulk_message_on_the_control_connection_is_a_violation),
		TEST(test_silent_link_goes_down),
		TEST(test_ping_of_an_operator_is_answered_by_its_pong_only),
		TEST(test_operators_ping_ends_when_the_link_goes),
		TEST(test_acknowledgement_of_what_was_not_sent_is_a_violation),
		TEST(test_acknowledged_envelope_leaves_the_queue),
		TEST(test_subscriber_whose_chain_or_place_is_not_ours_gets_a_new_stream),
		TEST(test_credit_is_never_lowered),
		TEST(test_document_passing_through_is_stored_relayed_and_acknowledged),
		TEST(test_document_for_us_gets_a_signed_receipt),
		TEST(test_repeated_envelope_in_a_new_place_gets_the_stored_receipt_byte_for_byte),
		TEST(test_repetition_in_the_same_turn_is_answered_with_the_same_receipt),
		TEST(test_sequence_had_before_is_only_acknowledged_again),
		TEST(test_gap_takes_nothing_and_asks_again_once),
		TEST(test_envelope_altered_on_the_way_is_not_taken),
		TEST(test_publisher_beyond_its_credit_is_cut_off),
		TEST(test_credit_is_announced_before_the_acknowledgement),
		TEST(test_without_room_the_document_stays_with_the_publisher_and_is_asked_for_later),
		TEST(test_signed_in_the_future_waits_and_is_not_refused),
		TEST(test_opened_under_an_older_directory_waits_to_be_opened_again),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
