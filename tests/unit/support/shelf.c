/* See shelf.h. */
#include "tests/unit/support/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/links/publish_opener.h"
#include "daemon/outbox.h"
#include "proto/body.h"
#include "proto/digest.h"
#include "routing/state/stream.h"

static const char *const to_us[] = { "huyen-a", NULL };

/* ---- what the shell does ---- */

static struct event opened_again;
static unsigned reopened;

static enum err send_nothing(void *ctx, struct committee_id to, struct blob frame)
{
	(void)ctx;
	(void)to;
	(void)frame;
	return ERR_OK;
}

static void notify_nobody(void *ctx, const struct act_notify *n)
{
	(void)ctx;
	(void)n;
}

static void to_nobody(void *ctx, struct committee_id neighbour)
{
	(void)ctx;
	(void)neighbour;
}

static void end_nothing(void *ctx, struct committee_id who, enum party party)
{
	(void)ctx;
	(void)who;
	(void)party;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void open_again(void *ctx, struct committee_id neighbour, struct blob frame,
		       int64_t corrected_at_ms)
{
	struct station *s = ctx;
	struct publish_opener opener = { .verifier = s->fixture->verifier,
				 .self = s->self,
				 .directory_version = core_directory_version(s->core) };
	struct publish_opener_frame aside = { .bytes = arena_blob(s->fixture->arena, frame),
				      .wall_ms = s->now.wall_ms,
				      .aside = true,
				      .corrected_at_ms = corrected_at_ms };
	struct publish_opener_events events;

	assert_ok(publish_opener_open(&opener, s->fixture->arena, neighbour, aside, &events));
	assert_int_equal(events.count, 1);
	opened_again = events.list[0];
	reopened++;
}

unsigned shelf_settle(struct station *s)
{
	struct outbox_ops ops = { .ctx = s,
				  .send = send_nothing,
				  .notify = notify_nobody,
				  .fetch = to_nobody,
				  .fetch_stop = to_nobody,
				  .directory = nothing,
				  .reopen = open_again,
				  .visit = to_nobody,
				  .visit_end = end_nothing };
	struct outbox *o = outbox_new(s->core, s->lookup, ops);
	unsigned before = reopened;

	assert_non_null(o);
	station_commit(s);
	assert_ok(outbox_perform(o, s->plan));
	outbox_destroy(o);
	if (reopened != before) {
		struct event e = opened_again;

		station_clear(s);
		station_take(s, &e);
		station_commit(s);
	}
	return reopened - before;
}

unsigned shelf_tick(struct station *s, int64_t ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(s);
	s->now.mono_ms += ms;
	s->now.wall_ms += ms;
	station_take(s, &e);
	return shelf_settle(s);
}

/* ---- what comes ---- */

struct draft shelf_document(struct stage *g, unsigned id, int64_t at_ms)
{
	struct draft d = fixture_document(g->f, "tinh", id, to_us);

	d.head.signed_at_ms = at_ms;
	fixture_seal(g->f, "tinh", &d);
	return d;
}

uint64_t shelf_have(struct stage *g, enum lane lane)
{
	return station_get(g->s, FAMILY_LINKIN, key_link(g->tinh.id, lane)).u.linkin.have;
}

bool shelf_complete(struct stage *g, const struct draft *d)
{
	struct record r;

	if (!station_has(g->s, FAMILY_IDENT, key_ident(d->head.id, d->head.origin)))
		return false;
	r = station_get(g->s, FAMILY_IDENT, key_ident(d->head.id, d->head.origin));
	return station_has(g->s, FAMILY_STATE, key_serial(r.u.ident.role, r.u.ident.serial));
}

struct fact shelf_fact(struct stage *g, const char *neighbour, uint64_t seq, struct opened *o)
{
	struct record r =
	    station_get(g->s, FAMILY_STREAM, key_seq(fixture_id(neighbour), LANE_FACTS, seq));
	struct fact f;
	enum err e =
	    seal_open(g->f->verifier, g->f->arena, r.u.stream.fact.bytes, g->s->now.wall_ms, o);

	assert_true(e == ERR_OK || e == ERR_CLOCK);
	assert_ok(fact_unpack(g->f->arena, o->kind, o->body, &f));
	return f;
}

void shelf_correct(struct stage *g, const char *signer, const struct fact *doubt, int64_t at_ms)
{
	struct fact f = { .kind = KIND_CORRECTION,
			  .at_ms = at_ms,
			  .note = "",
			  .document = doubt->document,
			  .doubted = doubt->doubted,
			  .doubted_kind = doubt->doubted_kind,
			  .token = doubt->token };
	struct draft d = fixture_fact(g->f, signer, "huyen-a", 90, &f);

	d.head.signed_at_ms = at_ms;
	fixture_seal(g->f, signer, &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
}

struct draft shelf_set_one(struct stage *g, unsigned id)
{
	struct draft d = shelf_document(g, id, FIXTURE_NOW_MS + 7 * HOUR_MS);

	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1);
	assert_int_equal(station_notice(g->s, NOTICE_ASIDE)->reason, ERR_CLOCK);
	station_clear(g->s);
	return d;
}

void shelf_queue_one(struct stage *g, unsigned id)
{
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_take(g->s, submission_of(&u, id, 1));
	station_commit(g->s);
	station_clear(g->s);
}

struct message shelf_acknowledgement(struct station *s, const struct neighbour *n,
				     const struct stream_out *out, uint64_t have)
{
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };

	m.u.acknowledge = (struct msg_acknowledge){
		.lane = LANE_NORMAL, .stream = out->id, .have = have, .chain = out->chain
	};
	for (uint64_t i = 1; i <= have; i++) {
		struct record r = station_get(s, FAMILY_STREAM, key_seq(n->id, LANE_NORMAL, i));

		digest_chain_step(&m.u.acknowledge.chain, i, &r.u.stream.digest);
	}
	return m;
}
