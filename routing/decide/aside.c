/* See aside.h. */
#include "routing/decide/aside.h"

#include "routing/base/committee_id.h"
#include "routing/base/types.h"
#include "routing/decide/document.h"
#include "routing/decide/fact.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

/* The outcome of opening an item again. */
struct judgement {
	enum err why; /* it still waits for this */
	struct routing_answer answer;
	const struct routing_answer *routed; /* NULL: nobody has asked yet */
};

/* An item opened again: believed, given up, or still to wait. */
static enum err judge_again(struct turn_view *t, const struct link *l, struct ev_publish *e,
			    const struct rec_aside *a, struct judgement *j)
{
	bool wait = false;
	enum err r = aside_judge(t, l, e, &j->why);

	if (r != ERR_OK || j->why != ERR_OK)
		return r;
	/* Whatever the neighbour goes by now, or whether it is one still: the directory that it
	 * spoke of is not here yet. */
	if ((e->verdict == ERR_UNKNOWN_KEY || e->verdict == ERR_KEY_NOT_VALID) &&
	    t->core->directory_version < a->wants_version) {
		j->why = e->verdict;
		return ERR_OK;
	}
	if (l->present && !aside_is_given_up(t, l, a))
		r = e->lane == LANE_FACTS
			? fact_must_wait(t, l, e, &wait)
			: document_must_wait(t, l, e, &j->answer, &j->routed, &wait);
	if (wait)
		j->why = ERR_MOVED;
	return r;
}

static enum err settle(struct turn_view *t, struct link *l, const struct ev_publish *e,
		       const struct key *key, const struct rec_aside *a,
		       const struct routing_answer *routed)
{
	const struct stream_in *in = &l->in[e->lane];
	struct document_ref about = a->document;
	enum err result;

	aside_erase(t, key, a);
	/* Its files are owed under a sequence number of an ended stream: the publisher resends the
	 * document, or another neighbour does. */
	if (e->has_files && (!l->present || !in->known || e->seq <= in->base))
		return ERR_OK;
	if (e->fact == NULL && e->head != NULL) /* known by now, if it was not when it came */
		about = (struct document_ref){ .origin = e->head->origin, .id = e->head->id };
	notify(t, NOTICE_SETTLED, about, id_empty(a->signer) ? e->neighbour : a->signer,
	       (uint32_t)e->verdict, &e->summary);
	if (e->lane == LANE_FACTS)
		return decide_fact(t, l, e);
	result = decide_document(t, l, e, routed);
	return result == ERR_OK && l->present ? give_settled(t, l, e) : result;
}

/* For another reason than it came with, perhaps: then what opening tells now, which was hidden as
 * long as the signer's key was not known, is what that reason is asked about. */
static void still_waits(struct turn_view *t, const struct key *key, struct record *r,
			const struct ev_publish *e, enum err why)
{
	struct rec_aside *a = &r->u.aside;
	uint64_t next = t->core->directory_version + 1;
	bool by_version = why != ERR_CLOCK && why != ERR_MOVED && !aside_is_for_us(why),
	     learns = id_empty(a->signer) && !id_empty(e->signer);

	if (why == a->why && !learns && !(by_version && a->wants_version < next))
		return;
	a->why = why;
	aside_learn(a, e);
	if (by_version && a->wants_version < next)
		a->wants_version = next; /* this one has not settled it */
	core_put(t, *key, r);
}

/* Is there room, and may what comes of a document be signed? */
static bool may_settle(struct turn_view *t, enum lane lane)
{
	return lane == LANE_FACTS ? t->core->room.facts
				  : t->core->room.documents && guard_may_sign(t) == ERR_OK;
}

enum err decide_aside(struct turn_view *t, const struct ev_publish *opened)
{
	struct key key = key_aside(opened->neighbour, opened->lane, opened->seq, &opened->digest);
	struct link *l = link_find(t->core, opened->neighbour),
		    gone = { .neighbour = opened->neighbour };
	struct judgement j = { .why = ERR_OK };
	struct ev_publish e = *opened;
	struct record r;
	enum err result = core_get(t, FAMILY_ASIDE, key, &r);

	if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		return ERR_OK; /* settled meanwhile; or it stays where it is */
	/* The next scan opens it again. */
	if (result != ERR_OK || e.opened_under != t->core->directory_version ||
	    !may_settle(t, e.lane))
		return result;
	if (l == NULL)
		l = &gone;
	result = repair_by(t, &e);
	if (result == ERR_OK)
		result = judge_again(t, l, &e, &r.u.aside, &j);
	if (result != ERR_OK)
		return result;
	if (j.why == ERR_OK)
		return settle(t, l, &e, &key, &r.u.aside, j.routed);
	if (aside_is_given_up(t, l, &r.u.aside)) {
		e.verdict = j.why;
		return settle(t, l, &e, &key, &r.u.aside, NULL);
	}
	still_waits(t, &key, &r, &e, j.why);
	return ERR_OK;
}
