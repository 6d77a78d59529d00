/* Acts of a committed plan and the pump; see outbox.h. A send that fails is no loss: what is not
 * acknowledged is published again. */
#include "daemon/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "proto/wire_encode.h"
#include "routing/state/hollow.h"
#include "routing/state/stream.h"

enum { OUTBOX_ARENA_BYTES = 8 * 1024 * 1024 };

struct outbox {
	struct core *core;
	struct lookup store;
	struct outbox_ops ops;
	struct arena *arena;
};

struct outbox *outbox_new(struct core *core, struct lookup store, struct outbox_ops ops)
{
	struct outbox *o = calloc(1, sizeof *o);

	if (o == NULL)
		return NULL;
	*o = (struct outbox){
		.core = core, .store = store, .ops = ops, .arena = arena_new(OUTBOX_ARENA_BYTES)
	};
	if (o->arena == NULL) {
		free(o);
		return NULL;
	}
	return o;
}

void outbox_destroy(struct outbox *o)
{
	if (o == NULL)
		return;
	arena_destroy(o->arena);
	free(o);
}

static enum err send_message(struct outbox *o, struct committee_id neighbour,
			     const struct message *m)
{
	struct blob frame;
	enum err e = wire_encode(o->arena, m, &frame);

	return e == ERR_OK ? o->ops.send(o->ops.ctx, neighbour, frame) : e;
}

static enum err send_on_visit(struct outbox *o, const struct act *a)
{
	struct blob frame;
	enum err e = wire_encode(o->arena, &a->u.send, &frame);

	return e == ERR_OK ? o->ops.visit_send(o->ops.ctx, a->neighbour, a->party, frame) : e;
}

/* Reads one queued publication into an item. The envelope's relay records go with it, our own
 * last. *hollow: its signed bytes are lost, and the item is to be rejected. */
static enum err read_item(struct outbox *o, const struct rec_stream *s, struct publish_item *item,
			  bool *hollow)
{
	struct record envelope, relay;
	struct blob *relays;
	struct key key;
	enum err e;

	*hollow = false;
	item->targets = s->targets;
	item->target_count = s->target_count;
	if (s->role == ROLE_NONE) {
		item->envelope = s->fact.bytes;
		item->relays = s->relays;
		item->relay_count = s->relay_count;
		return ERR_OK;
	}
	key = key_serial(s->role, s->serial);
	e = o->store.get(o->store.ctx, o->arena, FAMILY_ENVELOPE, &key, &envelope);
	if (e != ERR_OK)
		return e;
	item->envelope = envelope.u.envelope.envelope.bytes;
	item->relays = envelope.u.envelope.relays;
	item->relay_count = envelope.u.envelope.relay_count;
	*hollow = hollow_is(&envelope.u.envelope);
	if (s->role == ROLE_OUT || *hollow)
		return ERR_OK;
	e = o->store.get(o->store.ctx, o->arena, FAMILY_RELAY, &key, &relay);
	if (e != ERR_OK)
		return e;
	relays = arena_array(o->arena, item->relay_count + 1u, sizeof *relays);
	if (relays == NULL)
		return ERR_NO_MEMORY;
	if (item->relay_count > 0)
		memcpy(relays, item->relays, item->relay_count * sizeof *relays);
	relays[item->relay_count] = relay.u.relay.envelope.bytes;
	item->relays = relays;
	item->relay_count++;
	return ERR_OK;
}

/* A lane that is being pumped. */
struct pumped {
	struct committee_id neighbour;
	enum lane lane;
	struct stream_out *s;
	uint64_t upto;	     /* the last number that may go: it is committed */
	struct digest chain; /* at s->sent */
	bool more;	     /* neither credit nor queue is used up, and the neighbour takes more */
};

/* What was taken into a frame last went hollow, or as it is. */
static void note_hollow(const struct pumped *p, struct stream_out *moved, bool hollow)
{
	if (hollow && moved->hollow_at != moved->sent)
		log_event(LOG_ERROR, "signed-bytes-lost",
			  "committee=%s lane=%d seq=%llu error=VT-%d", p->neighbour.text,
			  (int)p->lane, (unsigned long long)moved->sent, (int)ERR_SIGNED_LOST);
	if (hollow)
		moved->hollow_at = moved->sent;
	else if (moved->hollow_at == moved->sent)
		moved->hollow_at = 0; /* it is here again */
}

/* One frame's worth. */
static enum err pump_frame(struct outbox *o, struct pumped *p)
{
	struct publish_item *items = arena_array(o->arena, FRAME_ITEMS_MAX, sizeof *items);
	struct message m = { .type = MESSAGE_PUBLISH };
	struct stream_out moved = *p->s;
	size_t filled = 0;
	uint32_t count = 0;
	bool hollow = false;
	enum err e;

	p->more = false;
	if (items == NULL)
		return ERR_NO_MEMORY;
	if (o->ops.may_publish != NULL && !o->ops.may_publish(o->ops.ctx, p->neighbour))
		return ERR_OK;
	while (count < FRAME_ITEMS_MAX && moved.sent < p->upto && !hollow) {
		struct key key = key_seq(p->neighbour, p->lane, moved.sent + 1);
		struct record r;

		e = o->store.get(o->store.ctx, o->arena, FAMILY_STREAM, &key, &r);
		if (e == ERR_OK && !stream_may_send(&moved, r.u.stream.size_bytes))
			break;
		if (e == ERR_OK)
			e = read_item(o, &r.u.stream, &items[count], &hollow);
		if (e == ERR_DAMAGED && count > 0) {
			p->more = true; /* what stands before it goes */
			break;
		}
		if (e != ERR_OK)
			return e;
		/* Each fits a frame alone: rows are made so (routing/documents/rows.c). One that
		 * does not is of a store before that: it goes as that store would have sent it,
		 * without names, and the neighbour works them out itself. */
		if (wire_item_bound(&items[count]) > ITEM_MAX_BYTES) {
			log_event(LOG_WARNING, "names-left-out", "committee=%s lane=%d seq=%llu",
				  p->neighbour.text, (int)p->lane,
				  (unsigned long long)moved.sent + 1);
			items[count].target_count = 0;
		}
		if (count > 0 && filled + wire_item_bound(&items[count]) > FRAME_FILL_BYTES) {
			p->more = true;
			break;
		}
		core_chain_step(o->core, &p->chain, moved.sent + 1, &r.u.stream.digest);
		items[count].seq = moved.sent + 1;
		items[count].chain = p->chain;
		filled += wire_item_bound(&items[count]);
		stream_note_sent(&moved, r.u.stream.size_bytes);
		note_hollow(p, &moved, hollow);
		count++;
	}
	if (count == 0)
		return ERR_OK;
	p->more = p->more || count == FRAME_ITEMS_MAX;
	m.u.publish = (struct msg_publish){ .lane = p->lane,
					    .stream = p->s->id,
					    .items = items,
					    .item_count = count,
					    .directory_version = core_directory_version(o->core) };
	e = send_message(o, p->neighbour, &m);
	if (e == ERR_OK)
		*p->s = moved;
	else
		p->more = false;
	/* Not connected or not reading: the link's silence is noticed by the core; nothing is lost
	 * here. */
	return e == ERR_NETWORK || e == ERR_BUSY ? ERR_OK : e;
}

/* The chain at `sent`: from the acknowledged one over what is under way. */
static enum err chain_at_sent(struct outbox *o, struct pumped *p)
{
	const struct stream_out *s = p->s;

	if (s->sent_chain_valid && s->sent_chain_at == s->sent) {
		p->chain = s->sent_chain;
		return ERR_OK;
	}
	p->chain = s->chain;
	for (uint64_t n = s->acked + 1; n <= s->sent; n++) {
		struct key key = key_seq(p->neighbour, p->lane, n);
		struct record r;
		enum err e = o->store.get(o->store.ctx, o->arena, FAMILY_STREAM, &key, &r);

		if (e != ERR_OK)
			return e;
		core_chain_step(o->core, &p->chain, n, &r.u.stream.digest);
	}
	return ERR_OK;
}

static enum err pump_lane(struct outbox *o, struct committee_id neighbour, enum lane lane,
			  uint64_t upto)
{
	struct stream_out *s = core_stream_out(o->core, neighbour, lane);
	struct pumped p = { .neighbour = neighbour, .lane = lane, .s = s, .more = true };
	enum err e;

	if (s == NULL || !s->subscribed)
		return ERR_OK;
	p.upto = upto < s->last ? upto : s->last; /* one that began anew may be shorter */
	if (s->sent >= p.upto || stream_is_held(s))
		return ERR_OK;
	arena_reset(o->arena);
	e = chain_at_sent(o, &p);
	while (e == ERR_OK && p.more && s->subscribed && !stream_is_held(s)) {
		uint64_t before = s->sent;

		arena_reset(o->arena);
		e = pump_frame(o, &p);
		if (s->sent != before) {
			s->sent_chain = p.chain;
			s->sent_chain_at = s->sent;
			s->sent_chain_valid = true;
		}
	}
	/* The lane's sequence has no gaps, so it stops here until the record is made again
	 * (routing/reconcile/repair.h); each pump tries. */
	if (e == ERR_DAMAGED && s->stands_at != s->sent + 1) {
		s->stands_at = s->sent + 1;
		log_event(LOG_ERROR, "lane-stands", "committee=%s lane=%d seq=%llu error=VT-%d",
			  neighbour.text, (int)lane, (unsigned long long)s->sent + 1, (int)e);
	}
	return e == ERR_DAMAGED ? ERR_OK : e;
}

enum err outbox_pump(struct outbox *o, struct committee_id neighbour,
		     const uint64_t upto[LANE_COUNT])
{
	/* Facts and urgent first: that is what lanes are for. */
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		enum err e = pump_lane(o, neighbour, lane, upto[lane]);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* An item that was set aside, as the frame that would bring it: its key has the sequence number,
 * and the stream does not matter any more. */
static enum err reopen(struct outbox *o, const struct key *key)
{
	struct publish_item item;
	struct message m = { .type = MESSAGE_PUBLISH };
	struct committee_id neighbour;
	enum lane lane;
	struct record r;
	struct blob frame;
	enum err e = o->store.get(o->store.ctx, o->arena, FAMILY_ASIDE, key, &r);

	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	item = (struct publish_item){ .envelope = r.u.aside.envelope,
				      .relays = r.u.aside.relays,
				      .relay_count = r.u.aside.relay_count,
				      .targets = r.u.aside.targets,
				      .target_count = r.u.aside.target_count };
	if (!key_parse_aside(key, &neighbour, &lane, &item.seq))
		return ERR_OK;
	m.u.publish = (struct msg_publish){ .lane = lane,
					    .items = &item,
					    .item_count = 1,
					    .directory_version = r.u.aside.neighbour_version };
	e = wire_encode(o->arena, &m, &frame);
	if (e == ERR_OK)
		o->ops.reopen(o->ops.ctx, neighbour, frame, r.u.aside.corrected_at_ms);
	return e;
}

void outbox_reply(struct outbox *o, const struct act_reply *r)
{
	o->ops.reply(o->ops.ctx, r);
}

static enum err perform(struct outbox *o, const struct act *a)
{
	enum err e;

	switch (a->type) {
	case ACT_SEND:
		arena_reset(o->arena);
		e = a->party == PARTY_NEIGHBOUR ? send_message(o, a->neighbour, &a->u.send)
						: send_on_visit(o, a);
		return e == ERR_NETWORK || e == ERR_BUSY ? ERR_OK : e;
	case ACT_PUMP:
		return outbox_pump(o, a->neighbour, a->u.pump_upto);
	case ACT_REPLY:
		outbox_reply(o, &a->u.reply);
		return ERR_OK;
	case ACT_NOTIFY:
		o->ops.notify(o->ops.ctx, &a->u.notify);
		return ERR_OK;
	case ACT_FETCH:
		o->ops.fetch(o->ops.ctx, a->neighbour);
		return ERR_OK;
	case ACT_FETCH_STOP:
		o->ops.fetch_stop(o->ops.ctx, a->neighbour);
		return ERR_OK;
	case ACT_DROP_FILE:
		o->ops.drop_file(o->ops.ctx);
		return ERR_OK;
	case ACT_VIOLATION:
		o->ops.violation(o->ops.ctx, a->neighbour, (enum err)a->u.violation);
		return ERR_OK;
	case ACT_DIRECTORY:
		o->ops.directory(o->ops.ctx);
		return ERR_OK;
	case ACT_VISIT:
		o->ops.visit(o->ops.ctx, a->neighbour);
		return ERR_OK;
	case ACT_VISIT_END:
		o->ops.visit_end(o->ops.ctx, a->neighbour, a->party);
		return ERR_OK;
	case ACT_REOPEN:
		arena_reset(o->arena);
		return reopen(o, &a->u.reopen);
	case ACT_INSTALLED:
		o->ops.installed(o->ops.ctx, &a->u.installed);
		return ERR_OK;
	case ACT_NONE:
		break;
	}
	return ERR_OK;
}

#ifdef VANTHU_CANARY_EARLY_ACK
/* What reads nothing that the commit still has to write. */
static bool early(const struct act *a)
{
	return a->type == ACT_SEND || a->type == ACT_REPLY || a->type == ACT_NOTIFY;
}

enum err outbox_perform_early(struct outbox *o, const struct plan *p)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < p->act_count; i++)
		e = early(&p->acts[i]) ? perform(o, &p->acts[i]) : ERR_OK;
	return e;
}
#endif

enum err outbox_perform(struct outbox *o, const struct plan *p)
{
	for (uint32_t i = 0; i < p->act_count; i++) {
		enum err e;

#ifdef VANTHU_CANARY_EARLY_ACK
		if (early(&p->acts[i]))
			continue;
#endif
		e = perform(o, &p->acts[i]);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
