/* See early.h. */
#include "routing/documents/early.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { ID_BYTES = sizeof(struct doc_id) };
static const int64_t EARLY_KEPT_MS = 30LL * 24 * 3600 * 1000;

struct kept {
	uint32_t all, of_issuer;
};

/* Whose document the key is about stands in it behind the id. */
static bool is_of(const struct key *k, struct committee_id origin)
{
	size_t len = strlen(origin.text);

	return k->len_bytes == ID_BYTES + len && memcmp(k->bytes + ID_BYTES, origin.text, len) == 0;
}

/* How many there are, without those that waited too long: they go. */
static enum err count(struct turn_view *t, struct committee_id origin, struct kept *out)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e;

	*out = (struct kept){ .all = 0 };
	scan.report_damage = true;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_EARLY, &scan, &r)) ==
		       ERR_OK ||
	       e == ERR_DAMAGED) {
		if (e == ERR_DAMAGED || t->now.wall_ms - r.u.early.since_ms > EARLY_KEPT_MS) {
			core_erase(t, FAMILY_EARLY, scan.at);
			continue;
		}
		out->all++;
		out->of_issuer += is_of(&scan.at, origin);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err early_keep(struct turn_view *t, const struct ev_publish *e, enum err *fault)
{
	const struct document_ref *ref = &e->fact->document;
	struct key key = key_ident(ref->id, ref->origin);
	struct record r = { .family = FAMILY_EARLY }, old;
	struct kept kept = { .all = 0 };
	enum err result = core_get(t, FAMILY_EARLY, key, &old);

	if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		result = count(t, ref->origin, &kept);
	else if (result == ERR_OK && old.u.early.status.status.n >= e->fact->status.n &&
		 e->fact->status.n != 0)
		return ERR_OK; /* the same again, or one before it */
	if (result != ERR_OK)
		return result;
	if (kept.all >= EARLY_MAX || kept.of_issuer >= EARLY_OF_ONE_MAX) {
		*fault = ERR_NOT_FOUND;
		return ERR_OK;
	}
	r.u.early = (struct rec_early){ .status = { .envelope = { .bytes = e->envelope },
						    .code = "13",
						    .at_ms = e->fact->at_ms,
						    .note = e->fact->note,
						    .status = e->fact->status },
					.digest = ref->digest,
					.since_ms = t->now.wall_ms };
	core_put(t, key, &r);
	return ERR_OK;
}

enum err early_take(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		    struct rec_work *work)
{
	struct key key = key_ident(d->id, d->origin);
	struct record r, status = { .family = FAMILY_STATUS };
	enum err e = core_get(t, FAMILY_EARLY, key, &r);
	uint32_t n;

	if (e == ERR_DAMAGED)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	core_erase(t, FAMILY_EARLY, key);
	if (memcmp(&r.u.early.digest, &d->digest, sizeof d->digest) != 0)
		return ERR_DIGEST;
	status.u.status = r.u.early.status;
	n = status.u.status.status.n == 0 ? 1 : status.u.status.status.n;
	status.u.status.status.n = n;
	core_put(t, key_status(doc.role, doc.serial, d->origin, n), &status);
	office_status_apply(&work->stand, OFFICE_RECALL_ASKED);
	work->recall_reason = status.u.status.note;
	return ERR_OK;
}
