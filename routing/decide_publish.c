/* A neighbour publishes one envelope: its place in the stream first, then what it is. An envelope that does not stand right in the stream
 * is the neighbour's fault and is not taken; a bad envelope in its right place is its signer's: it takes its place and is refused. */
#include <string.h>

#include "routing/core_internal.h"

enum { RESUME_MS = 2000 };

/* Not now: it stays with the publisher, and is asked for again. */
static void hold(struct turn_view *t, struct link *l, enum lane lane)
{
	l->in[lane].open = false;
	l->resume_ms[lane] = t->now.mono_ms + RESUME_MS;
}

static void out_of_place(struct turn_view *t, struct link *l, const struct ev_publish *e, enum err why)
{
	if (why == ERR_EXISTS) {
		l->touched = true;
		l->in[e->lane].acked = 0; /* it may have missed our acknowledgement: say it again */
		return;
	}
	if (why == ERR_CREDIT) {
		link_violation(t, l, why);
		return;
	}
	/* A gap, an altered envelope or another stream: one Subscribe sets it right; what is under way until then is passed over. */
	if (l->in[e->lane].open && !l->resubscribed[e->lane]) {
		link_fault(t, l, why);
		link_subscribe(t, l, e->lane);
	} else if (l->resume_ms[e->lane] == 0) {
		l->resume_ms[e->lane] = t->now.mono_ms + RESUME_MS;
	}
}

/* The chain covers what was signed, not the signatures. A neighbour checks those before it passes an envelope on: so a wrong one was more
 * likely spoilt since than made wrong, and is asked for once more before the signer gets a refusal. */
static bool spoilt(struct link *l, const struct ev_publish *e)
{
	if (e->verdict != ERR_SIGNATURE && e->verdict != ERR_UNKNOWN_KEY && e->verdict != ERR_FORMAT)
		return false;
	if (l->suspect_seq[e->lane] == e->seq && memcmp(&l->suspect[e->lane], &e->digest, sizeof e->digest) == 0)
		return false;
	l->suspect_seq[e->lane] = e->seq;
	l->suspect[e->lane] = e->digest;
	return true;
}

static bool must_wait(struct turn_view *t, const struct link *l, const struct ev_publish *e)
{
	if (e->lane == LANE_FACTS ? !t->core->room.facts : !t->core->room.documents)
		return true;
	/* Its receipt or relay record would be signed. */
	if (e->lane != LANE_FACTS && core_may_sign(t) != ERR_OK)
		return true;
	/* A key may have been revoked between the worker's look and now: opened anew, it is judged by the directory in force. */
	if (e->opened_under != t->core->directory_version)
		return true;
	/* A signer or a key that we do not know may be in the directory that the neighbour has and we do not yet. */
	if ((e->verdict == ERR_UNKNOWN_KEY || e->verdict == ERR_KEY_NOT_VALID) && l->peer_directory_version > t->core->directory_version)
		return true;
	/* A clock that is wrong is mended, not argued with; a directory that is not here yet comes. */
	return e->verdict == ERR_CLOCK || e->verdict == ERR_DIRECTORY_AHEAD ||
	       (e->verdict == ERR_OK && e->head->directory_version > t->core->directory_version);
}

enum err decide_publish(struct turn_view *t, const struct ev_publish *e)
{
	struct link *l = link_find(t->core, e->neighbour);
	struct stream_in *in;
	struct digest chain;
	bool wait;
	enum err r;

	if (l == NULL || !l->present)
		return ERR_OK;
	link_heard(t, l, false);
	if (!l->up)
		return ERR_OK; /* the tick says Hello */
	if (e->neighbour_directory > l->peer_directory_version)
		link_peer_version(t, l, e->neighbour_directory);
	in = &l->in[e->lane];
	r = stream_check(in, e->stream, e->seq, e->envelope.len_bytes);
	chain = in->chain;
	if (r == ERR_OK) {
		t->core->config.chain_step(&chain, e->seq, &e->digest);
		/* The envelope was altered after the neighbour had it, or what the neighbour put beside it is wrong. */
		if (memcmp(chain.bytes, e->chain.bytes, sizeof chain.bytes) != 0 || e->verdict == ERR_CHAIN)
			r = ERR_CHAIN;
	}
	if (r == ERR_OK && spoilt(l, e))
		r = ERR_CHAIN;
	if (r != ERR_OK) {
		out_of_place(t, l, e, r);
		return ERR_OK;
	}
	wait = must_wait(t, l, e);
	if (!wait)
		r = e->lane == LANE_FACTS ? fact_must_wait(t, l, e, &wait) : document_must_wait(t, l, e, &wait);
	if (r != ERR_OK)
		return r;
	if (wait) {
		hold(t, l, e->lane);
		return ERR_OK;
	}
	in->have = e->seq;
	in->chain = chain;
	in->got_bytes += e->envelope.len_bytes;
	l->resubscribed[e->lane] = false;
	l->touched = true;
	link_write_in(t, l, e->lane);
	if (e->lane == LANE_FACTS)
		return decide_fact(t, l, e);
	return decide_document(t, l, e);
}
