/* See publish.h. */
#include "routing/decide/publish.h"

#include <string.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/decide/document.h"
#include "routing/decide/fact.h"
#include "routing/directory/directory.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/stream.h"

enum { RESUME_MS = 2000, RELAY_NOTICE_MS = 60 * 1000, SPOILT_TRIES = 3 };

/* Not now: the item stays with the publisher, and is requested again. */
static void hold(struct turn_view *t, struct link *l, enum lane lane, enum err why)
{
	if (l->held_for[lane] == ERR_OK)
		l->held_since_ms[lane] = t->now.mono_ms;
	l->held_for[lane] = why;
	l->in[lane].open = false;
	l->resume_ms[lane] = t->now.mono_ms + RESUME_MS;
}

/* A gap, an altered envelope or another stream: one Subscribe repairs the stream; items in flight
 * until then are skipped. False: Subscribe was sent before, and this item changes nothing. */
static bool ask_again(struct turn_view *t, struct link *l, const struct ev_publish *e, enum err why)
{
	if (l->in[e->lane].open && !l->resubscribed[e->lane]) {
		link_fault(t, l, why);
		link_subscribe(t, l, e->lane);
		return true;
	}
	if (l->resume_ms[e->lane] != 0)
		return false;
	l->resume_ms[e->lane] = t->now.mono_ms + RESUME_MS;
	return true;
}

static void out_of_sequence(struct turn_view *t, struct link *l, const struct ev_publish *e,
			    enum err why)
{
	if (why == ERR_EXISTS) {
		l->touched = true;
		l->in[e->lane].acked = 0; /* it may have missed our acknowledgement: repeat it */
		return;
	}
	if (why == ERR_CREDIT) {
		link_violation(t, l, why);
		return;
	}
	/* No item came under the expected sequence number that could be given up
	 * (routing/links/reject.c): a neighbour that never sends what Subscribe asks for is no
	 * publisher of this lane. */
	if (ask_again(t, l, e, why) && ++l->asked_in_vain[e->lane] > ASKED_IN_VAIN_MAX)
		link_violation(t, l, why);
}

/* The chain covers what was signed, not the signatures. A neighbour checks those before it passes
 * an envelope on: so a wrong one was more likely spoilt since than made wrong, and is asked for
 * SPOILT_TRIES times in all before the signer gets a refusal. */
static bool spoilt(struct link *l, const struct ev_publish *e)
{
	enum lane lane = e->lane;

	if (e->verdict != ERR_SIGNATURE && e->verdict != ERR_UNKNOWN_KEY &&
	    e->verdict != ERR_FORMAT && e->verdict != ERR_DIRECTORY_AHEAD)
		return false;
	if (l->suspect_seq[lane] != e->seq ||
	    memcmp(&l->suspect[lane], &e->digest, sizeof e->digest) != 0)
		l->suspected[lane] = 0;
	l->suspect_seq[lane] = e->seq;
	l->suspect[lane] = e->digest;
	return ++l->suspected[lane] < SPOILT_TRIES;
}

/* The envelope was altered after the neighbour had it, or what the neighbour put beside it is
 * wrong; also a relay that neither of us knows. */
static bool is_altered(const struct turn_view *t, const struct link *l, const struct ev_publish *e,
		       const struct digest *chain)
{
	return memcmp(chain->bytes, e->chain.bytes, sizeof chain->bytes) != 0 ||
	       e->verdict == ERR_CHAIN ||
	       (e->verdict == ERR_DIRECTORY_AHEAD &&
		l->peer_directory_version <= t->core->directory_version);
}

/* Why the item cannot even be set aside: there is no disk space, nothing may be signed, or it must
 * be opened again. ERR_OK: there is no such reason. */
static enum err cannot_take(struct turn_view *t, const struct ev_publish *e)
{
	enum err sign = e->lane == LANE_FACTS ? ERR_OK : guard_may_sign(t);

	if (e->lane == LANE_FACTS ? !t->core->room.facts : !t->core->room.documents)
		return ERR_DISK_FULL;
	/* Its receipt or relay record would be signed. */
	if (sign != ERR_OK)
		return sign;
	/* A key may have been revoked since the worker opened the envelope: opened again, it is
	 * judged by the directory in force. */
	return e->opened_under != t->core->directory_version ? ERR_DIRECTORY_OLD : ERR_OK;
}

/* The outcome for an item in sequence. */
struct judgement {
	enum err hold_for; /* not even set aside */
	enum err aside;    /* taken, and set aside for this */
	struct routing_answer answer;
	const struct routing_answer *routed; /* NULL: nobody has asked yet */
};

/* An item that two different directories route differently waits for a while, for the directories
 * soon agree, and the publisher may requeue it. */
static enum err wait_for_agreement(struct turn_view *t, struct link *l, const struct ev_publish *e,
				   struct judgement *j)
{
	enum lane lane = e->lane;
	bool wait = false;
	enum err r = lane == LANE_FACTS
			 ? fact_must_wait(t, l, e, &wait)
			 : document_must_wait(t, l, e, &j->answer, &j->routed, &wait);

	if (r != ERR_OK || !wait)
		return r;
	if (l->wait_seq[lane] != e->seq)
		l->waits[lane] = 0;
	l->wait_seq[lane] = e->seq;
	if (l->waits[lane]++ < ASIDE_AFTER_HOLDS)
		j->hold_for = ERR_MOVED;
	else
		j->aside = ERR_MOVED;
	return ERR_OK;
}

/* A relay's clock was ahead when it signed: the document goes on, and its operators may see why its
 * time counts for nothing. */
static void notify_relay_clocks(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	struct document_ref about = { .origin = { "" } };
	struct act *a;

	if (e->head != NULL && e->fact == NULL)
		about = (struct document_ref){ .origin = e->head->origin, .id = e->head->id };
	for (uint32_t i = 0; e->relay_notes != NULL && i < e->relay_count &&
			     t->now.mono_ms >= l->next_relay_notice_ms;
	     i++) {
		if (!e->relay_notes[i].ahead)
			continue;
		l->next_relay_notice_ms = t->now.mono_ms + RELAY_NOTICE_MS;
		a = plan_act(t->plan, ACT_NOTIFY);
		a->u.notify = (struct act_notify){ .what = NOTICE_CLOCK,
						   .document = about,
						   .committee = e->relay_notes[i].relay,
						   .reason = ERR_RELAY_CLOCK,
						   .clock_ahead_ms = e->relay_notes[i].fact.at_ms -
								     t->now.wall_ms };
	}
}

/* The item's sequence number is counted as received; the item is decided on, or set aside. */
static enum err receive(struct turn_view *t, struct link *l, const struct ev_publish *e,
			struct digest chain, const struct judgement *j)
{
	struct stream_in *in = &l->in[e->lane];

	in->have = e->seq;
	in->chain = chain;
	stream_assert_in(in);
	in->got_bytes += e->envelope.len_bytes;
	l->resubscribed[e->lane] = false;
	l->asked_in_vain[e->lane] = 0;
	l->held_for[e->lane] = ERR_OK;
	l->touched = true;
	link_write_in(t, l, e->lane);
	notify_relay_clocks(t, l, e);
	if (j->aside != ERR_OK)
		return aside_take(t, l, e, j->aside);
	return e->lane == LANE_FACTS ? decide_fact(t, l, e) : decide_document(t, l, e, j->routed);
}

/* The item's tries are used up: its sequence number is passed by the publisher's own chain, and the
 * item is rejected. */
static enum err reject(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	struct judgement j = { .hold_for = ERR_OK };
	struct ev_publish refused = *e;

	reject_note(l, e);
	link_fault(t, l, ERR_REJECTED);
	refused.verdict = ERR_REJECTED;
	return receive(t, l, &refused, e->chain, &j);
}

/* An item in sequence, just as the publisher sent it. */
static enum err take(struct turn_view *t, struct link *l, const struct ev_publish *item,
		     struct digest chain)
{
	struct judgement j = { .hold_for = cannot_take(t, item) };
	struct ev_publish e = *item;
	enum err r = j.hold_for != ERR_OK ? ERR_OK : repair_by(t, item);
	bool room = true;

	if (r == ERR_OK && j.hold_for == ERR_OK)
		r = aside_judge(t, l, &e, &j.aside);
	if (r == ERR_OK && j.hold_for == ERR_OK && j.aside == ERR_OK)
		r = wait_for_agreement(t, l, &e, &j);
	if (r == ERR_OK && j.aside != ERR_OK)
		r = aside_room(t, l, e.lane, &room);
	if (r != ERR_OK)
		return r;
	if (j.hold_for != ERR_OK || !room) {
		hold(t, l, e.lane, room ? j.hold_for : ERR_BUSY);
		return ERR_OK;
	}
	return receive(t, l, &e, chain, &j);
}

enum err decide_publish(struct turn_view *t, const struct ev_publish *e)
{
	struct link *l = link_find(t->core, e->neighbour);
	struct stream_in *in;
	struct digest chain;
	enum err r;

	if (l == NULL || !l->present)
		return ERR_OK;
	link_heard(t, l, false);
	if (!l->up)
		return ERR_OK; /* the tick says Hello */
	if (e->neighbour_directory > l->peer_directory_version)
		offer_heard(t, l, e->neighbour_directory);
	in = &l->in[e->lane];
	r = stream_check(in, e->stream, e->seq, e->envelope.len_bytes);
	if (r != ERR_OK) {
		out_of_sequence(t, l, e, r);
		return ERR_OK;
	}
	chain = in->chain;
	t->core->config.chain_step(&chain, e->seq, &e->digest);
	if (is_altered(t, l, e, &chain)) {
		if (cannot_take(t, e) == ERR_OK && reject_is_due(l, e))
			return reject(t, l, e);
		ask_again(t, l, e, ERR_CHAIN);
		return ERR_OK;
	}
	/* Another one each time is as bad as the same for ever. */
	if (spoilt(l, e) && !reject_is_due(l, e)) {
		ask_again(t, l, e, ERR_CHAIN);
		return ERR_OK;
	}
	return take(t, l, e, chain);
}
