/* See doubt.h. */
#include "routing/decide/doubt.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* Did we sign what is doubted, and when does it say so? */
static enum err find_doubted(struct turn_view *t, const struct ev_publish *e, bool *ours,
			     int64_t *signed_at_ms)
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
	if (result == ERR_OK && r.u.ident.role == ROLE_OUT &&
	    memcmp(&r.u.ident.digest, &f->doubted, sizeof f->doubted) == 0) {
		*ours = true;
		result =
		    core_get(t, FAMILY_DOCUMENT, key_serial(r.u.ident.role, r.u.ident.serial), &r);
		*signed_at_ms = result == ERR_OK ? r.u.document.signed_at_ms : 0;
	}
	return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
}

/* What was written down while our clock was ahead counts now, when it is known better: else the
 * digital share of a month or a year would hold what belongs to another one. */
static enum err count_now(struct turn_view *t, const struct document_ref *ref)
{
	struct record r, state;
	struct rec_state before;
	struct doc_key doc;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &r);

	if (result != ERR_OK || (r.u.ident.role != ROLE_OUT && r.u.ident.role != ROLE_IN))
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	result = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (result == ERR_OK)
		result = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &state);
	if (result != ERR_OK)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	if (state.u.state.complete_at_ms <= t->now.wall_ms)
		return ERR_OK;
	before = state.u.state;
	state.u.state.complete_at_ms = t->now.wall_ms;
	return document_state(t, doc, &r.u.document, &before, &state.u.state);
}

/* Only what lies ahead of our own clock is corrected, and not by a clock that our neighbours do not
 * share: while that still says what it said, our word is worth no more than it was. */
enum err decide_doubt(struct turn_view *t, const struct ev_publish *e)
{
	struct fact answer = { .kind = KIND_CORRECTION,
			       .at_ms = t->now.wall_ms,
			       .note = "",
			       .document = e->fact->document,
			       .doubted = e->fact->doubted,
			       .doubted_kind = e->fact->doubted_kind,
			       .token = e->fact->token };
	int64_t signed_at_ms;
	bool ours;
	enum err r = find_doubted(t, e, &ours, &signed_at_ms);

	if (r != ERR_OK || !ours)
		return r;
	t->core->doubted++;
	t->core->doubted_at_ms = t->now.mono_ms;
	notify(t, NOTICE_DOUBTED, e->fact->document, e->signer, ERR_CLOCK, NULL);
	if (signed_at_ms <= t->now.wall_ms || guard_may_sign(t) != ERR_OK)
		return ERR_OK;
	r = count_now(t, &e->fact->document);
	if (r == ERR_OK)
		r = fact_send(t, e->signer, &answer, NULL, 0, NULL);
	return r == ERR_NO_ROUTE ? ERR_OK : r;
}

enum err decide_correction(struct turn_view *t, const struct ev_publish *e)
{
	struct key key = { .len_bytes = (uint8_t)e->fact->token.len_bytes };
	struct record r;
	enum err result;

	if (e->fact->token.len_bytes == 0 ||
	    e->head->signed_at_ms > t->now.wall_ms + CLOCK_TOLERANCE_MS)
		return ERR_OK; /* its clock is still ahead: it is asked again */
	memcpy(key.bytes, e->fact->token.data, e->fact->token.len_bytes);
	result = core_get(t, FAMILY_ASIDE, key, &r);
	if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		return ERR_OK; /* settled before */
	/* The key is ours, the word is its signer's: about this very envelope, or none. */
	if (result != ERR_OK || r.u.aside.why != ERR_CLOCK ||
	    !id_equal(r.u.aside.signer, e->signer) ||
	    memcmp(&r.u.aside.digest, &e->fact->doubted, sizeof e->fact->doubted) != 0)
		return result;
	return aside_corrected(t, &key, &r, e->head->signed_at_ms);
}
