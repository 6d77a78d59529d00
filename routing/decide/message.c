/* See message.h. */
#include "routing/decide/message.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/decide/acknowledge.h"
#include "routing/decide/directory.h"
#include "routing/directory/directory.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/clocks.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

enum { BYE_LEAST_MS = 2000, BYE_MOST_MS = 5 * 60 * 1000 };

enum err decide_connected(struct turn_view *t, const struct ev_link *e)
{
	struct link *l = link_find(t->core, e->neighbour);

	if (e->party != PARTY_NEIGHBOUR) {
		visit_connected(t, e);
		return ERR_OK;
	}
	if (l == NULL || (!l->present && !l->leaving))
		return ERR_OK;
	link_down(t, l, ERR_NETWORK);
	l->connected = true;
	l->connected_ms = t->now.mono_ms;
	link_heard(t, l, false);
	/* The one that dialled speaks first; the other answers its Hello. */
	if (l->present && l->superior)
		link_hello(t, l, false);
	return ERR_OK;
}

enum err decide_disconnected(struct turn_view *t, const struct ev_link *e)
{
	struct link *l = link_find(t->core, e->neighbour);

	if (e->party != PARTY_NEIGHBOUR) {
		visit_disconnected(t, e);
		return ERR_OK;
	}
	if (l != NULL) {
		link_down(t, l, e->reason == 0 ? ERR_NETWORK : (enum err)e->reason);
		l->connected = false;
	}
	return ERR_OK;
}

enum err decide_fault(struct turn_view *t, const struct ev_link *e)
{
	struct link *l = link_find(t->core, e->neighbour);

	if (l != NULL && e->reason == ERR_NOT_HERE)
		own_repair(t, l);
	else if (l != NULL)
		link_fault(t, l, (enum err)e->reason);
	return ERR_OK;
}

/* Takes up what the neighbour publishes: the stream we know, or its new one from its base on. */
static enum err take_offer(struct turn_view *t, struct link *l, enum lane lane,
			   const struct stream_offer *offer)
{
	struct stream_in *in = &l->in[lane];

	if (!in->known || memcmp(in->id.bytes, offer->stream.bytes, sizeof in->id.bytes) != 0) {
		enum err e = in->known && offer->base < in->have
				     ? pins_drop_fetches(t, l, lane, offer->base)
				     : ERR_OK;

		if (e != ERR_OK)
			return e;
		in->id = offer->stream;
		in->base = in->have = offer->base;
		in->chain = stream_chain_start(offer->stream, offer->base);
		in->rejected_count = 0;
		in->known = in->taken_up = true;
		link_write_in(t, l, lane);
	}
	if (lane != LANE_FACTS && guard_may_sign(t) != ERR_OK) {
		/* what comes here is receipted or relayed, and so signed: it stays where it is
		 * until we may */
		in->open = false;
		l->resume_ms[lane] = t->now.mono_ms;
		return ERR_OK;
	}
	link_subscribe(t, l, lane);
	return ERR_OK;
}

/* Who dialled learns both clocks from the answer to its Hello; the other has to ask, and so has who
 * said Hello again: an answer to the first, late, would look like a clock that is behind. */
static void take_clock(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	bool measured = m->answer && l->hello_open && !l->hello_again;

	guard_measure(t, l, m->wall_ms,
		      measured ? t->now.mono_us - l->hello_sent_us : CLOCK_NO_ROUND_TRIP);
	if (m->answer)
		l->hello_open = false;
}

static enum err decide_hello(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	bool was_up = l->up;

	if (!id_equal(m->committee, l->neighbour) || m->purpose != PURPOSE_CONTROL ||
	    !m->has_streams) {
		link_violation(t, l, ERR_PROTOCOL);
		return ERR_OK;
	}
	if (m->protocol_min > PROTOCOL_MAX || m->protocol_max < PROTOCOL_MIN) {
		link_violation(t, l, ERR_UNSUPPORTED);
		return ERR_OK;
	}
	l->connected = true;
	link_heard(t, l, true);
	stand_hello(t, l, m);
	if (!m->answer)
		link_hello(t, l, true);
	l->up = true;
	take_clock(t, l, m);
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		enum err e;

		l->out[lane].subscribed = false; /* its Subscribe follows */
		e = take_offer(t, l, lane, &m->streams[lane]);
		if (e == ERR_BUSY) { /* it says Hello again */
			link_down(t, l, ERR_BUSY);
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
	}
	stand_taken(t, l, m);
	l->down_reason = 0;
	link_ping(t, l); /* at once: the Pong gives the other clock with a round trip */
	guard_check_link(t, l);
	offer_heard(t, l, m->directory_version); /* now that it hears us */
	if (!was_up) {
		struct document_ref none = { .origin = { "" } };

		l->up_run_ms = running_ms(t);
		aside_hurry(t->core);
		notify(t, NOTICE_LINK_UP, none, l->neighbour, 0, NULL);
		feed_add(t, &(struct change){ .kind = CHANGE_LINK_UP, .committee = l->neighbour });
		plan_act(t->plan, ACT_FETCH)->neighbour = l->neighbour;
	}
	return ERR_OK;
}

static enum err decide_subscribe(struct turn_view *t, struct link *l, const struct msg_subscribe *m)
{
	struct stream_out *out = &l->out[m->lane];
	struct msg_acknowledge heard;
	struct digest chain = out->chain;
	bool same = memcmp(out->id.bytes, m->stream.bytes, sizeof out->id.bytes) == 0;

	if (!same)
		/* of an ended stream: a Hello with the new one has been sent */
		return ERR_OK;
	if (m->have < out->acked || m->have > out->last) {
		if (m->have > out->last)
			/* it has what we do not know of: nobody else can have written it into this
			 * stream */
			stand_ours(t, l, ERR_BEHIND);
		else if (!l->stand.speaks)
			/* one that speaks says so itself: this Subscribe may be a late one */
			stand_its(t, l, ERR_PEER_BEHIND, 0);
		link_restart_stream(t, l, m->lane);
		link_hello(t, l, false);
		return ERR_OK;
	}
	/* Its chain at `have` must be ours: fold what lies between. */
	for (uint64_t n = out->acked + 1; n <= m->have; n++) {
		struct record r;
		enum err e = core_get(t, FAMILY_STREAM, key_seq(l->neighbour, m->lane, n), &r);

		if (e == ERR_DAMAGED) {
			/* this lane stops: what the neighbour has of it is unknown. The other lanes
			 * go on */
			link_alarm(t, l, e);
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
		t->core->config.chain_step(&chain, n, &r.u.stream.digest);
	}
	if (memcmp(chain.bytes, m->chain.bytes, sizeof chain.bytes) != 0) {
		/* under this sequence number it has another envelope than our own stream */
		stand_ours(t, l, ERR_BEHIND);
		link_restart_stream(t, l, m->lane);
		link_hello(t, l, false);
		return ERR_OK;
	}
	out->subscribed = true;
	out->sent = m->have;
	stream_assert_out(out);
	out->sent_bytes = 0;
	out->sent_chain_valid = false;
	out->credit_seq = m->credit_seq;
	out->credit_bytes = m->credit_bytes;
	l->touched = true;
	l->next_pins_ms = t->now.mono_ms;
	heard = (struct msg_acknowledge){ .lane = m->lane,
					  .stream = m->stream,
					  .have = m->have,
					  .chain = m->chain,
					  .rejected_count = m->rejected_count };
	memcpy(heard.rejected, m->rejected, sizeof heard.rejected);
	return acknowledged_upto(t, l, &heard);
}

static void take_credit(struct link *l, const struct msg_credit *m)
{
	struct stream_out *out = &l->out[m->lane];

	if (!out->subscribed || memcmp(out->id.bytes, m->stream.bytes, sizeof out->id.bytes) != 0)
		return;
	if (m->credit_seq > out->credit_seq)
		out->credit_seq = m->credit_seq;
	if (m->credit_bytes > out->credit_bytes)
		out->credit_bytes = m->credit_bytes;
	l->touched = true;
}

static enum err answer_ping(struct turn_view *t, struct link *l, const struct msg_ping *m)
{
	struct message pong = { .type = MESSAGE_PONG };
	enum err e;

	pong.u.ping = (struct msg_ping){ .token = m->token,
					 .directory_version = t->core->directory_version,
					 .wall_ms = t->now.wall_ms,
					 .withholding = link_withholding(t) };
	core_books(t->core, pong.u.ping.books);
	heads_take(t, l, m);
	e = heads_answer(t, l, m, &pong.u.ping);
	link_say(t, l, &pong);
	return e;
}

static void take_pong(struct turn_view *t, struct link *l, const struct msg_ping *m)
{
	if (m->token != l->ping_token || l->ping_token == 0)
		return;
	link_heard(t, l, true);
	offer_heard(t, l, m->directory_version);
	l->withholding = m->withholding;
	stand_take_books(t, l, m->books);
	heads_take(t, l, m);
	l->rtt_us = t->now.mono_us - l->ping_sent_us;
	l->ping_token = 0;
	guard_measure(t, l, m->wall_ms, l->rtt_us);
	guard_check_link(t, l);
	if (l->ping_reply.n != 0) {
		struct act *a = plan_act(t->plan, ACT_REPLY);

		a->u.reply = (struct act_reply){ .to = l->ping_reply,
						 .result = ERR_OK,
						 .at = l->neighbour,
						 .number = (uint64_t)l->rtt_us };
		l->ping_reply.n = 0;
	}
}

/* It goes, or cuts us off: its own words are the best that is known of why. */
static void take_bye(struct turn_view *t, struct link *l, const struct msg_bye *m)
{
	int64_t wait_ms = m->retry_after_ms < BYE_LEAST_MS ? BYE_LEAST_MS : m->retry_after_ms;

	if (m->reason != 0 && m->reason != l->down_reason && !l->up)
		link_alarm(t, l, (enum err)m->reason);
	link_down(t, l, m->reason == 0 ? ERR_CANCELLED : (enum err)m->reason);
	l->next_hello_ms = t->now.mono_ms + (wait_ms < BYE_MOST_MS ? wait_ms : BYE_MOST_MS);
	l->bye_until_ms = m->retry_after_ms == 0 ? 0 : l->next_hello_ms + BYE_LEAST_MS;
}

/* One that was our subordinate gets the directory that says where it belongs now, and nothing
 * else. */
static enum err hear_leaving(struct turn_view *t, struct link *l, const struct message *m)
{
	switch (m->type) {
	case MESSAGE_HELLO:
		if (!id_equal(m->u.hello.committee, l->neighbour) ||
		    m->u.hello.purpose != PURPOSE_CONTROL)
			break;
		l->connected = true;
		l->peer_directory_version = m->u.hello.directory_version;
		if (!m->u.hello.answer)
			link_hello(t, l, true);
		offer_heard(t, l, m->u.hello.directory_version);
		return ERR_OK;
	case MESSAGE_PING:
		offer_heard(t, l, m->u.ping.directory_version);
		return answer_ping(t, l, &m->u.ping);
	case MESSAGE_PONG:
		offer_heard(t, l, m->u.ping.directory_version);
		return ERR_OK;
	case MESSAGE_DIRECTORY_WANTED:
		return decide_directory_wanted(t, l, &m->u.directory_wanted);
	case MESSAGE_DIRECTORY_PART:
		/* one that came back to us, by a version still ahead of ours */
		quest_part(t, l->neighbour, PARTY_NEIGHBOUR, &m->u.directory_part);
		return ERR_OK;
	default:
		return ERR_OK; /* what it says to its superior, which we are no more */
	}
	link_violation(t, l, ERR_PROTOCOL);
	return ERR_OK;
}

/* Each Hello costs a large answer, restarts all lanes and is written: a neighbour that sends it
 * without end is cut off. */
static bool too_many_hellos(const struct turn_view *t, struct link *l)
{
	const int64_t each_ms = 1000 / HELLOS_A_SECOND;

	l->hellos_ms = (l->hellos_ms > t->now.mono_ms ? l->hellos_ms : t->now.mono_ms) + each_ms;
	return l->hellos_ms - t->now.mono_ms > HELLOS_AT_ONCE * each_ms;
}

enum err decide_message(struct turn_view *t, const struct ev_message *e)
{
	struct link *l = link_find(t->core, e->neighbour);
	const struct message *m = &e->message;

	if (e->party != PARTY_NEIGHBOUR)
		return visit_message(t, e);
	if (l == NULL || (!l->leaving && !l->present))
		return ERR_OK;
	if (m->type == MESSAGE_HELLO && too_many_hellos(t, l)) {
		link_violation(t, l, ERR_BUSY);
		return ERR_OK;
	}
	if (l->leaving)
		return hear_leaving(t, l, m);
	link_heard(t, l, m->type == MESSAGE_ACKNOWLEDGE);
	if (m->type == MESSAGE_HELLO)
		return decide_hello(t, l, &m->u.hello);
	/* also to one that said Hello and got no answer: it learns why */
	if (m->type == MESSAGE_BYE) {
		take_bye(t, l, &m->u.bye);
		return ERR_OK;
	}
	if (m->type == MESSAGE_HELLO_WANTED) {
		link_down(t, l, ERR_NETWORK);
		/* sooner than the next of its own accord, and no more often than it would take */
		if (t->now.mono_ms >= l->next_hello_ms - HELLO_AGAIN_MS + 1000 / HELLOS_A_SECOND)
			link_hello(t, l, false);
		return ERR_OK;
	}
	if (!l->up)
		return ERR_OK;
	switch (m->type) {
	case MESSAGE_SUBSCRIBE:
		return decide_subscribe(t, l, &m->u.subscribe);
	case MESSAGE_ACKNOWLEDGE:
		return decide_acknowledge(t, l, &m->u.acknowledge);
	case MESSAGE_COMPLETE:
		return decide_complete(t, l, &m->u.seqs);
	case MESSAGE_PINNED:
		return decide_pinned(t, l, &m->u.seqs);
	case MESSAGE_CREDIT:
		take_credit(l, &m->u.credit);
		return ERR_OK;
	case MESSAGE_PING:
		offer_heard(t, l, m->u.ping.directory_version);
		l->withholding = m->u.ping.withholding;
		stand_take_books(t, l, m->u.ping.books);
		return answer_ping(t, l, &m->u.ping);
	case MESSAGE_DIRECTORY_WANTED:
		return decide_directory_wanted(t, l, &m->u.directory_wanted);
	case MESSAGE_DIRECTORY_PART:
		quest_part(t, l->neighbour, PARTY_NEIGHBOUR, &m->u.directory_part);
		return ERR_OK;
	case MESSAGE_PONG:
		take_pong(t, l, &m->u.ping);
		return ERR_OK;
	case MESSAGE_RECONCILE:
		give_begin(t, l, &m->u.reconcile);
		return ERR_OK;
	case MESSAGE_RECONCILED:
		own_heard(t, l, &m->u.reconciled);
		return ERR_OK;
	default:
		/* a bulk message, or none of ours, on the control connection */
		link_violation(t, l, ERR_PROTOCOL);
		return ERR_OK;
	}
}
