/* A time that is not believed, and the word of who signed it. Whoever sets an envelope aside because its time has not come asks its signer: a doubt.
 * A signer whose clock says so too, which is one whose clock was wrong and is right again, answers: a correction. "I did sign it; take the time of
 * this instead." Facts about facts end here: nobody doubts a doubt or a correction. */
#include <string.h>

#include "routing/core_internal.h"

static uint64_t pause_ms(uint32_t doubts)
{
	uint64_t ms = DOUBT_FIRST_MS;

	for (uint32_t i = 1; i < doubts && ms < DOUBT_MOST_MS; i++)
		ms *= 2;
	return ms < DOUBT_MOST_MS ? ms : DOUBT_MOST_MS;
}

bool doubt_is_due(const struct turn_view *t, const struct link *l, const struct rec_aside *a)
{
	uint64_t run_ms = aside_run_ms(t);

	/* The neighbour has come back: perhaps because somebody has mended a clock there. */
	return run_ms >= a->doubted_run_ms + pause_ms(a->doubts) || (l != NULL && l->up && a->doubted_run_ms < l->up_run_ms);
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
	struct fact fact = { .kind = KIND_DOUBT, .at_ms = t->now.wall_ms, .note = "", .document = a->document, .doubted = a->digest,
			     .doubted_kind = a->kind, .doubted_at_ms = a->signed_at_ms };
	bool up;
	enum err e = leads_there(t, a->signer, &up);

	if (e != ERR_OK || !up || core_may_sign(t) != ERR_OK || (a->kind != KIND_DOCUMENT && a->envelope.len_bytes > DOUBT_ENVELOPE_MAX_BYTES))
		return e;
	fact.token = arena_blob(t->plan->arena, (struct blob){ key->bytes, key->len_bytes });
	if (fact.token.data == NULL)
		return ERR_NO_MEMORY;
	fact.document.digest = a->digest;
	if (a->kind != KIND_DOCUMENT)
		fact.envelope = a->envelope;
	a->doubts++;
	a->doubted_run_ms = aside_run_ms(t);
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
	aside_note_running(t); /* so that it does not seem to lie ahead after a crash */
	return ERR_OK;
}

/* Did we sign what is doubted, and when does it say so? */
static enum err find_doubted(struct turn_view *t, const struct ev_publish *e, bool *ours, int64_t *signed_at_ms)
{
	const struct fact *f = e->fact;
	struct committee_id self = t->core->config.self;
	struct record r;
	enum err result;

	*ours = e->doubt_ours;
	*signed_at_ms = f->doubted_at_ms;
	if (f->doubted_kind != KIND_DOCUMENT)
		return ERR_OK;
	*ours = false;
	if (!id_equal(f->document.origin, self))
		return ERR_OK;
	result = core_get(t, FAMILY_IDENT, key_ident(f->document.id, self), &r);
	if (result == ERR_OK && r.u.ident.role == ROLE_OUT && memcmp(&r.u.ident.digest, &f->doubted, sizeof f->doubted) == 0) {
		*ours = true;
		result = core_get(t, FAMILY_DOCUMENT, key_serial(r.u.ident.role, r.u.ident.serial), &r);
		*signed_at_ms = result == ERR_OK ? r.u.document.signed_at_ms : 0;
	}
	return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
}

/* What was written down while our clock was ahead counts now, when it is known better: else the digital share of a month or a year would hold what
 * belongs to another one. */
static enum err count_now(struct turn_view *t, const struct document_ref *ref)
{
	struct record r, state;
	struct rec_state before;
	struct doc_place place;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &r);

	if (result != ERR_OK || (r.u.ident.role != ROLE_OUT && r.u.ident.role != ROLE_IN))
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	place = (struct doc_place){ r.u.ident.role, r.u.ident.serial };
	result = core_get(t, FAMILY_DOCUMENT, key_serial(place.role, place.serial), &r);
	if (result == ERR_OK)
		result = core_get(t, FAMILY_STATE, key_serial(place.role, place.serial), &state);
	if (result != ERR_OK)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	if (state.u.state.complete_at_ms <= t->now.wall_ms)
		return ERR_OK;
	before = state.u.state;
	state.u.state.complete_at_ms = t->now.wall_ms;
	return document_state(t, place, &r.u.document, &before, &state.u.state);
}

/* Only what lies ahead of our own clock is corrected, and not by a clock that our neighbours do not share: while that still says what it said, our
 * word is worth no more than it was. */
enum err take_doubt(struct turn_view *t, const struct ev_publish *e)
{
	struct fact answer = { .kind = KIND_CORRECTION, .at_ms = t->now.wall_ms, .note = "", .document = e->fact->document,
			       .doubted = e->fact->doubted, .doubted_kind = e->fact->doubted_kind, .token = e->fact->token };
	int64_t signed_at_ms;
	bool ours;
	enum err r = find_doubted(t, e, &ours, &signed_at_ms);

	if (r != ERR_OK || !ours)
		return r;
	t->core->doubted++;
	t->core->doubted_at_ms = t->now.mono_ms;
	notify(t, NOTICE_DOUBTED, e->fact->document, e->signer, ERR_CLOCK, NULL);
	if (signed_at_ms <= t->now.wall_ms || core_may_sign(t) != ERR_OK)
		return ERR_OK;
	r = count_now(t, &e->fact->document);
	if (r == ERR_OK)
		r = fact_send(t, e->signer, &answer, NULL, 0, NULL);
	return r == ERR_NO_ROUTE ? ERR_OK : r;
}

enum err take_correction(struct turn_view *t, const struct ev_publish *e)
{
	struct key key = { .len_bytes = (uint8_t)e->fact->token.len_bytes };
	struct record r;
	enum err result;

	if (e->fact->token.len_bytes == 0 || e->head->signed_at_ms > t->now.wall_ms + CLOCK_TOLERANCE_MS)
		return ERR_OK; /* its clock is still ahead: it is asked again */
	memcpy(key.bytes, e->fact->token.data, e->fact->token.len_bytes);
	result = core_get(t, FAMILY_ASIDE, key, &r);
	if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		return ERR_OK; /* settled before */
	/* The key is ours, the word is its signer's: about this very envelope, or none. */
	if (result != ERR_OK || r.u.aside.why != ERR_CLOCK || !id_equal(r.u.aside.signer, e->signer) ||
	    memcmp(&r.u.aside.digest, &e->fact->doubted, sizeof e->fact->doubted) != 0)
		return result;
	return aside_corrected(t, &key, &r, e->head->signed_at_ms);
}
