/* See doubt.h. */
#include "routing/links/doubt.h"

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/documents.h"
#include "routing/links/guard.h"
#include "routing/links/running.h"
#include "routing/state/memory.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

static uint64_t pause_ms(uint32_t doubts)
{
	uint64_t ms = DOUBT_FIRST_MS;

	for (uint32_t i = 1; i < doubts && ms < DOUBT_MOST_MS; i++)
		ms *= 2;
	return ms < DOUBT_MOST_MS ? ms : DOUBT_MOST_MS;
}

bool doubt_is_due(const struct turn_view *t, const struct link *l, const struct rec_aside *a)
{
	uint64_t run_ms = running_ms(t);

	/* The neighbour has come back: perhaps because somebody has mended a clock there. */
	return run_ms >= a->doubted_run_ms + pause_ms(a->doubts) ||
	       (l != NULL && l->up && a->doubted_run_ms < l->up_run_ms);
}

/* A doubt more in the queue of a link that is down helps nobody. */
static enum err leads_there(struct turn_view *t, struct committee_id to, bool *yes)
{
	struct committee_id hop;
	struct link *l;
	enum err e = tree_next_hop(&t->tree, t->core->config.self, to, &hop);

	*yes = e == ERR_OK && (l = link_find(t->core, hop)) != NULL && l->present && l->up;
	return e == ERR_NOT_FOUND || e == ERR_NO_ROUTE ? ERR_OK : e;
}

enum err doubt_say(struct turn_view *t, const struct key *key, struct rec_aside *a)
{
	struct fact fact = { .kind = KIND_DOUBT,
			     .at_ms = t->now.wall_ms,
			     .note = "",
			     .document = a->document,
			     .doubted = a->digest,
			     .doubted_kind = a->kind,
			     .doubted_at_ms = a->signed_at_ms };
	bool up;
	enum err e = leads_there(t, a->signer, &up);

	if (e != ERR_OK || !up || guard_may_sign(t) != ERR_OK ||
	    (a->kind != KIND_DOCUMENT && a->envelope.len_bytes > DOUBT_ENVELOPE_MAX_BYTES))
		return e;
	fact.token = arena_blob(t->plan->arena, (struct blob){ key->bytes, key->len_bytes });
	if (fact.token.data == NULL)
		return ERR_NO_MEMORY;
	fact.document.digest = a->digest;
	if (a->kind != KIND_DOCUMENT)
		fact.envelope = a->envelope;
	a->doubts++;
	a->doubted_run_ms = running_ms(t);
	e = fact_send(t, a->signer, &fact, NULL, 0, NULL);
	return e == ERR_NO_ROUTE ? ERR_OK : e;
}

enum err doubt_again(struct turn_view *t, const struct key *key, struct record *r)
{
	uint32_t before = r->u.aside.doubts;
	enum err e = doubt_say(t, key, &r->u.aside);

	if (e != ERR_OK || r->u.aside.doubts == before)
		return e;
	core_put(t, *key, r);
	running_note(t); /* so that it does not seem to lie ahead after a crash */
	return ERR_OK;
}
