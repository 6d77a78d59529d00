/* A link's memory and what several decisions do with it: hello, subscribe, publish, go down.
 *
 *   connected ──Hello both ways──► up ──silence or disconnect──► down (records stay; the streams go on after the next Hello) */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core_internal.h"

enum { FAULT_NOTICE_MS = 1000 };

struct link *link_find(struct core *c, struct committee_id neighbour)
{
	uint32_t low = 0, high = c->link_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = strcmp(c->links[mid]->neighbour.text, neighbour.text);

		if (order == 0)
			return c->links[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* Sorted insertion: links are few and rarely made. */
static struct link *link_add(struct core *c, struct committee_id neighbour)
{
	struct link **grown = realloc(c->links, (c->link_count + 1) * sizeof(*grown));
	struct link *l = calloc(1, sizeof *l);
	uint32_t at = 0;

	if (grown != NULL)
		c->links = grown;
	if (grown == NULL || l == NULL) {
		free(l);
		return NULL;
	}
	l->neighbour = neighbour;
	l->credit_messages = l->next_credit_messages = c->config.credit_messages;
	l->credit_bytes = l->next_credit_bytes = c->config.credit_bytes;
	while (at < c->link_count && strcmp(c->links[at]->neighbour.text, neighbour.text) < 0)
		at++;
	memmove(&c->links[at + 1], &c->links[at], (c->link_count - at) * sizeof(*grown));
	c->links[at] = l;
	c->link_count++;
	return l;
}

static uint64_t bounded(uint64_t n, uint64_t standard, uint64_t low, uint64_t high)
{
	n = n == 0 ? standard : n;
	return n < low ? low : n > high ? high : n;
}

void core_set_window(struct core *c, struct committee_id neighbour, uint64_t credit_messages, uint64_t credit_bytes)
{
	struct link *l = link_find(c, neighbour);

	if (l == NULL)
		return;
	l->next_credit_messages = bounded(credit_messages, c->config.credit_messages, 1, CREDIT_MESSAGES_MAX);
	l->next_credit_bytes = bounded(credit_bytes, c->config.credit_bytes, ENVELOPE_MAX_BYTES, CREDIT_BYTES_MAX);
	if (!l->connected || l->next_credit_messages > l->credit_messages)
		l->credit_messages = l->next_credit_messages;
	if (!l->connected || l->next_credit_bytes > l->credit_bytes)
		l->credit_bytes = l->next_credit_bytes;
	l->touched = true; /* the end of the turn announces it */
}

void link_write_in(struct turn_view *t, struct link *l, enum lane lane)
{
	struct record r = { .family = FAMILY_LINKIN };

	r.u.linkin = (struct rec_linkin){ .stream = l->in[lane].id, .base = l->in[lane].base, .have = l->in[lane].have, .chain = l->in[lane].chain,
					    .rejected_count = l->in[lane].rejected_count };
	memcpy(r.u.linkin.rejected, l->in[lane].rejected, sizeof r.u.linkin.rejected);
	core_put(t, key_link(l->neighbour, lane), &r);
}

void link_write_out(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_out *out = &l->out[lane];
	struct record r = { .family = FAMILY_LINKOUT };

	r.u.linkout = (struct rec_linkout){ .stream = out->id, .base = out->base, .acked = out->acked, .chain = out->chain };
	core_put(t, key_link(l->neighbour, lane), &r);
}

static enum err load_lane(struct turn_view *t, struct link *l, enum lane lane)
{
	struct key key = key_link(l->neighbour, lane);
	struct scan scan = scan_of(key);
	struct stream_out *out = &l->out[lane];
	struct record r;
	enum err e = core_get(t, FAMILY_LINKOUT, key, &r);

	if (e == ERR_NOT_FOUND) {
		core_draw(t->core, out->id.bytes);
		out->chain = stream_chain_start(out->id, 0);
		link_write_out(t, l, lane);
	} else if (e != ERR_OK) {
		return e;
	} else {
		core_put(t, key, &r);
	}
	scan.tell_damage = true; /* its place was given all the same */
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &r);
	if (e == ERR_OK || e == ERR_DAMAGED) {
		enum lane parsed_lane;
		struct committee_id neighbour;
		uint64_t seq;

		if (key_parse_seq(&scan.at, &neighbour, &parsed_lane, &seq) && seq > out->last)
			out->last = seq;
		if (e == ERR_OK && !t->core->loaded)
			passed_at_least(t->core, r.u.stream.passed_ms);
	} else if (e != ERR_NOT_FOUND) {
		return e;
	}
	out->sent = out->acked;
	e = core_get(t, FAMILY_LINKIN, key, &r);
	if (e == ERR_OK)
		core_put(t, key, &r);
	return e == ERR_NOT_FOUND || e == ERR_OK ? aside_load_lane(t, l, lane) : e;
}

static enum err load_link(struct turn_view *t, struct committee_id neighbour, struct link **out)
{
	struct link *l = link_add(t->core, neighbour);

	enum err e;

	*out = l;
	if (l == NULL)
		return ERR_NO_MEMORY;
	e = stand_load_peer(t, l);
	if (e != ERR_OK)
		return e;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		e = load_lane(t, l, lane);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err link_prepare(struct turn_view *t, struct committee_id neighbour, bool superior)
{
	struct link *l = link_find(t->core, neighbour);
	bool known = l != NULL;

	if (!known) {
		enum err e;

		if (t->core->link_count >= LINKS_MAX) {
			if (t->core->unlinked++ == 0)
				t->core->first_unlinked = neighbour;
			t->core->next_alarm_ms = 0; /* told with the next tick (routing/decide/tick.c) */
			return ERR_OK;
		}
		e = load_link(t, neighbour, &l);
		if (e != ERR_OK)
			return e;
	}
	/* It may have been let go of and come back: its streams are written again. */
	for (enum lane lane = LANE_FACTS; known && !l->was_present && lane <= LANE_NORMAL; lane++)
		link_write_out(t, l, lane);
	if (known && l->was_present && l->superior != superior) {
		link_down(t, l, ERR_MOVED); /* who was above is below now: another connection */
		l->connected = false;
	}
	if (!known || !l->was_present)
		l->down_since_ms = t->now.mono_ms;
	l->superior = superior;
	l->ended = false;
	l->present = true;
	return ERR_OK;
}

enum err link_prepare_all(struct turn_view *t)
{
	struct committee_id self = t->core->config.self, superior, above, subordinate = { "" };
	struct tree_view all = t->tree;
	enum err e = tree_superior(&t->tree, self, &superior, NULL);

	t->core->unlinked = 0;
	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* no directory yet, or one without us: nobody to talk to */
	if (e == ERR_OK && !id_empty(superior))
		e = link_prepare(t, superior, true);
	all.retired_too = true;
	while (e == ERR_OK && (e = tree_next_subordinate(&all, self, subordinate, &subordinate)) == ERR_OK) {
		struct link *l;

		e = link_prepare(t, subordinate, false);
		l = link_find(t->core, subordinate);
		if (e == ERR_OK && l != NULL)
			e = tree_superior(&t->tree, subordinate, &above, &l->ended);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err link_remember(struct turn_view *t, struct committee_id neighbour)
{
	struct link *l;
	enum err e = load_link(t, neighbour, &l);

	if (e == ERR_OK)
		l->leaving = true;
	return e;
}

void link_say(struct turn_view *t, struct link *l, const struct message *m)
{
	struct act *a = plan_act(t->plan, ACT_SEND);

	a->neighbour = l->neighbour;
	a->u.send = *m;
}

void link_hello(struct turn_view *t, struct link *l, bool answer)
{
	struct message m = { .type = MESSAGE_HELLO };
	struct msg_hello *h = &m.u.hello;

	h->protocol_min = PROTOCOL_MIN;
	h->protocol_max = PROTOCOL_MAX;
	h->committee = t->core->config.self;
	h->purpose = PURPOSE_CONTROL;
	h->directory_version = t->core->directory_version;
	h->wall_ms = t->now.wall_ms;
	h->has_streams = true;
	h->answer = answer;
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		h->streams[lane].stream = l->out[lane].id;
		h->streams[lane].base = l->out[lane].base;
		h->streams[lane].last = l->out[lane].last;
	}
	stand_fill(t->core, l, h);
	l->stand.untold = false;
	l->next_hello_ms = t->now.mono_ms + 2000;
	l->hello_open = l->hello_open || !answer;
	if (!answer)
		l->hello_sent_us = t->now.mono_us;
	link_say(t, l, &m);
}

void link_subscribe(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_in *in = &l->in[lane];
	struct message m = { .type = MESSAGE_SUBSCRIBE };

	in->open = true;
	in->got_bytes = 0;
	in->acked = in->have;
	in->credit_seq = in->have + l->credit_messages;
	in->credit_bytes = l->credit_bytes;
	l->resume_ms[lane] = 0;
	l->resubscribed[lane] = true;
	m.u.subscribe = (struct msg_subscribe){ .lane = lane, .stream = in->id, .have = in->have, .chain = in->chain,
						.credit_seq = in->credit_seq, .credit_bytes = in->credit_bytes,
						.rejected_count = in->rejected_count };
	memcpy(m.u.subscribe.rejected, in->rejected, sizeof m.u.subscribe.rejected);
	link_say(t, l, &m);
}

void link_ping(struct turn_view *t, struct link *l)
{
	struct message m = { .type = MESSAGE_PING };

	l->next_ping_ms = t->now.mono_ms + PING_INTERVAL_MS;
	if (l->ping_reply.n != 0)
		return; /* the operator's is under way */
	l->ping_token = core_draw_number(t->core) | 1;
	l->ping_sent_us = t->now.mono_us;
	m.u.ping = (struct msg_ping){ .token = l->ping_token, .directory_version = t->core->directory_version, .wall_ms = t->now.wall_ms,
				      .withholding = link_withholding(t) };
	link_say(t, l, &m);
}

static void link_notice(struct turn_view *t, struct link *l, enum notice what, enum err why)
{
	struct document_ref none = { .origin = { "" } };

	notify(t, what, none, l->neighbour, (uint32_t)why, NULL);
}

uint32_t link_withholding(const struct turn_view *t)
{
	return t->core->room.documents ? 0 : t->core->room.why;
}

void link_down(struct turn_view *t, struct link *l, enum err why)
{
	struct act *a;

	/* That a connection ended says less than what is known already: a Bye came before it, or nobody listens since. */
	if ((why != ERR_NETWORK && !(why == ERR_HANDSHAKE && t->now.mono_ms < l->bye_until_ms)) || l->down_reason == 0)
		l->down_reason = (uint32_t)why;
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		l->out[lane].subscribed = false;
		l->in[lane].open = false;
		l->resume_ms[lane] = 0;
		l->resubscribed[lane] = false;
		l->asked_in_vain[lane] = 0;
	}
	l->credit_messages = l->next_credit_messages;
	l->credit_bytes = l->next_credit_bytes;
	l->ping_token = 0;
	if (l->ping_reply.n != 0) {
		a = plan_act(t->plan, ACT_REPLY);
		a->u.reply.to = l->ping_reply;
		a->u.reply.result = ERR_NETWORK;
		a->u.reply.at = l->neighbour;
		l->ping_reply.n = 0;
	}
	quest_lost(t, l->neighbour, PARTY_NEIGHBOUR);
	l->hello_open = false;
	l->withholding = 0;
	if (!l->up)
		return;
	l->up = false;
	guard_forget(t->core);
	l->down_since_ms = t->now.mono_ms;
	a = plan_act(t->plan, ACT_FETCH_STOP);
	a->neighbour = l->neighbour;
	link_notice(t, l, NOTICE_LINK_DOWN, why);
}

void link_violation(struct turn_view *t, struct link *l, enum err why)
{
	struct act *a = plan_act(t->plan, ACT_VIOLATION);

	a->neighbour = l->neighbour;
	a->u.violation = (uint32_t)why;
	l->violations++;
	link_down(t, l, why);
	l->connected = false;
}

void link_alarm(struct turn_view *t, struct link *l, enum err why)
{
	if (t->now.mono_ms < l->next_fault_notice_ms)
		return;
	l->next_fault_notice_ms = t->now.mono_ms + FAULT_NOTICE_MS;
	link_notice(t, l, NOTICE_REFUSED, why);
}

void link_fault(struct turn_view *t, struct link *l, enum err why)
{
	l->violations++;
	link_alarm(t, l, why);
}

void link_heard(struct turn_view *t, struct link *l, bool proof)
{
	l->last_heard_ms = t->now.mono_ms;
	if (proof)
		l->last_proof_ms = t->now.wall_ms;
}

void link_restart_stream(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_out *out = &l->out[lane];

	core_draw(t->core, out->id.bytes);
	out->base = out->acked;
	out->sent = out->acked;
	out->sent_most = 0;
	out->chain = stream_chain_start(out->id, out->base);
	out->subscribed = false;
	out->sent_chain_valid = false;
	link_write_out(t, l, lane);
}

void link_publish(struct turn_view *t, struct link *l, enum lane lane, struct rec_stream *s, uint64_t *seq)
{
	struct record r = { .family = FAMILY_STREAM };

	s->queued_at_ms = t->now.wall_ms;
	s->passed_ms = passed_now(t->core, t->now);
	r.u.stream = *s;
	*seq = l->out[lane].last + 1;
	core_append(t, key_seq(l->neighbour, lane, *seq), &r);
	assert(l->out[lane].last == *seq);
	l->touched = true;
}

enum err link_ask_pins(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct message m = { .type = MESSAGE_PINNED };
	uint64_t *seqs = arena_array(t->plan->arena, FRAME_SEQS_MAX, sizeof *seqs);
	uint32_t count = 0;

	if (seqs == NULL)
		return ERR_NO_MEMORY;
	while (count < FRAME_SEQS_MAX) {
		struct committee_id neighbour;
		enum lane parsed_lane;
		struct record r;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &r);

		if (e == ERR_NOT_FOUND)
			break;
		if (e != ERR_OK)
			return e;
		if (!key_parse_seq(&scan.at, &neighbour, &parsed_lane, &seqs[count]) || seqs[count] > l->out[lane].acked)
			break;
		if (seqs[count] > l->out[lane].base) /* those before are published anew */
			count++;
	}
	if (count > 0) {
		m.u.seqs = (struct msg_seqs){ .lane = lane, .stream = l->out[lane].id, .seqs = seqs, .count = count };
		link_say(t, l, &m);
	}
	return ERR_OK;
}

/* Credit before the acknowledgement: what the acknowledgement lets go must find the new bound already there. */
static void finish_lane(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_in *in = &l->in[lane];
	struct message m = { .type = MESSAGE_CREDIT };
	/* Without room credit is withheld: nothing is dropped, the publisher keeps it. */
	bool room = lane == LANE_FACTS ? t->core->room.facts : t->core->room.documents;

	if (!in->open)
		return;
	if (room && stream_credit_due(in, l->credit_messages, l->credit_bytes)) {
		in->credit_seq = in->have + l->credit_messages;
		in->credit_bytes = in->got_bytes + l->credit_bytes;
		m.u.credit = (struct msg_credit){ .lane = lane, .stream = in->id, .credit_seq = in->credit_seq, .credit_bytes = in->credit_bytes };
		link_say(t, l, &m);
	}
	if (in->acked != in->have) {
		memset(&m, 0, sizeof m);
		m.type = MESSAGE_ACKNOWLEDGE;
		m.u.acknowledge = (struct msg_acknowledge){ .lane = lane, .stream = in->id, .have = in->have, .chain = in->chain,
							    .rejected_count = in->rejected_count };
		memcpy(m.u.acknowledge.rejected, in->rejected, sizeof m.u.acknowledge.rejected);
		in->acked = in->have;
		link_say(t, l, &m);
	}
}

enum err core_finish(struct core *c, struct now now, struct plan *plan)
{
	struct turn_view t = turn_view_of(c, now, plan);
	enum err e;

	c->now = now;
	stand_tell(&t);
	c->parts_left = DIRECTORY_PARTS_A_TURN;
	for (uint32_t i = 0; i < c->link_count; i++) {
		struct link *l = c->links[i];
		bool pump = false;

		if (!l->touched)
			continue;
		l->touched = false;
		for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
			finish_lane(&t, l, lane);
			pump = pump || (l->out[lane].subscribed && l->out[lane].sent < l->out[lane].last);
		}
		if (pump)
			plan_act(plan, ACT_PUMP)->neighbour = l->neighbour;
	}
	e = counter_finish(&t);
	return e == ERR_OK ? passed_write(&t) : e;
}
