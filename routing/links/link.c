/* See link.h. */
#include "routing/links/link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/limits.h"
#include "routing/links/guard.h"
#include "routing/links/heads.h"
#include "routing/links/passed.h"
#include "routing/links/quest.h"
#include "routing/links/stand.h"
#include "routing/state/feed.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

enum { FAULT_NOTICE_MS = 1000 };

void link_write_in(struct turn_view *t, struct link *l, enum lane lane)
{
	struct record r = { .family = FAMILY_LINKIN };

	r.u.linkin = (struct rec_linkin){ .stream = l->in[lane].id,
					  .base = l->in[lane].base,
					  .have = l->in[lane].have,
					  .chain = l->in[lane].chain,
					  .rejected_count = l->in[lane].rejected_count };
	memcpy(r.u.linkin.rejected, l->in[lane].rejected, sizeof r.u.linkin.rejected);
	core_put(t, key_link(l->neighbour, lane), &r);
}

void link_write_out(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_out *out = &l->out[lane];
	struct record r = { .family = FAMILY_LINKOUT };

	r.u.linkout = (struct rec_linkout){
		.stream = out->id, .base = out->base, .acked = out->acked, .chain = out->chain
	};
	core_put(t, key_link(l->neighbour, lane), &r);
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
	l->stand.hello_due = false;
	l->next_hello_ms = t->now.mono_ms + HELLO_AGAIN_MS;
	if (!answer) {
		l->hello_again = l->hello_open;
		l->hello_open = true;
		l->hello_sent_us = t->now.mono_us;
	}
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
	m.u.subscribe = (struct msg_subscribe){ .lane = lane,
						.stream = in->id,
						.have = in->have,
						.chain = in->chain,
						.credit_seq = in->credit_seq,
						.credit_bytes = in->credit_bytes,
						.rejected_count = in->rejected_count };
	memcpy(m.u.subscribe.rejected, in->rejected, sizeof m.u.subscribe.rejected);
	link_say(t, l, &m);
}

void link_ping(struct turn_view *t, struct link *l)
{
	struct message m = { .type = MESSAGE_PING };

	l->next_ping_ms = t->now.mono_ms + PING_INTERVAL_MS;
	if (l->ping_reply.n != 0)
		return; /* the operator's ping is not answered yet */
	l->ping_token = core_draw_number(t->core) | 1;
	l->ping_sent_us = t->now.mono_us;
	m.u.ping = (struct msg_ping){ .token = l->ping_token,
				      .directory_version = t->core->directory_version,
				      .wall_ms = t->now.wall_ms,
				      .withholding = link_withholding(t) };
	core_books(t->core, m.u.ping.books);
	heads_fill_ping(t, l, &m.u.ping);
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

	/* That a connection ended says less than what is known already: a Bye came before it, or
	 * nobody listens since. */
	if ((why != ERR_NETWORK && !(why == ERR_HANDSHAKE && t->now.mono_ms < l->bye_until_ms)) ||
	    l->down_reason == 0)
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
	feed_add(t, &(struct change){ .kind = CHANGE_LINK_DOWN,
				      .committee = l->neighbour,
				      .reason = (uint32_t)why });
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
	stream_assert_out(out);
	link_write_out(t, l, lane);
}

void link_publish(struct turn_view *t, struct link *l, enum lane lane, struct rec_stream *s,
		  uint64_t *seq)
{
	struct record r = { .family = FAMILY_STREAM };

	assert(lane > LANE_NONE && (unsigned)lane < LANE_COUNT);
	s->queued_at_ms = t->now.wall_ms;
	s->passed_ms = passed_now(t->core, t->now);
	r.u.stream = *s;
	*seq = l->out[lane].last + 1;
	core_put(t, key_seq(l->neighbour, lane, *seq), &r);
	assert(l->out[lane].last == *seq);
	stream_assert_out(&l->out[lane]);
	l->touched = true;
}
