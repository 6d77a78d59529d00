/* See document.h. */
#include "routing/documents/document.h"

#include <assert.h>
#include <string.h>

#include "routing/documents/lifecycle.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/target/target.h"

bool manifest_has_files(const struct manifest_item *items, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!items[i].inlined)
			return true;
	}
	return false;
}

bool names_subtree(const struct recipient *recipients, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (recipients[i].group == GROUP_SUBTREE)
			return true;
	}
	return false;
}

enum lane lane_of(enum urgency urgency)
{
	return urgency >= URGENCY_KHAN ? LANE_URGENT : LANE_NORMAL;
}

/* What is stored of the work on it; *out NULL: nothing that can be read. */
static enum err read_work(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			  struct record *r, const struct rec_work **out)
{
	enum err e = ERR_NOT_FOUND;

	*out = NULL;
	if (doc.role == ROLE_IN && d->mine)
		e = core_get(t, FAMILY_WORK, key_serial(doc.role, doc.serial), r);
	if (e == ERR_OK)
		*out = &r->u.work;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err document_state(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			const struct rec_state *before, const struct rec_state *after)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct record r = { .family = FAMILY_STATE }, stored;
	const struct rec_work *work;
	struct target_cell from, to;
	enum err e = read_work(t, doc, d, &stored, &work);

	assert(before != NULL || after != NULL);
	assert(lifecycle_may_move(doc.role, lifecycle_of(doc.role, d, before),
				  lifecycle_of(doc.role, d, after)));
	if (e != ERR_OK)
		return e;
	from = target_of_document(doc.role, d, before, work);
	to = target_of_document(doc.role, d, after, work);
	if (after == NULL) {
		core_erase(t, FAMILY_STATE, key);
		return counter_move(t, FAMILY_DOCUMENT, &key, &from, &to);
	}
	r.u.state = *after;
	core_put(t, key, &r);
	return counter_move(t, FAMILY_DOCUMENT, &key, &from, &to);
}

enum err document_work(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		       const struct rec_work *after)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct record r = { .family = FAMILY_WORK, .u.work = *after }, state, stored;
	const struct rec_work *before;
	struct target_cell from, to;
	enum err e = core_get(t, FAMILY_STATE, key, &state);
	bool known = e == ERR_OK;

	/* as long as it cannot be read nobody knows where it counts */
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = read_work(t, doc, d, &stored, &before);
	if (e != ERR_OK)
		return e;
	core_put(t, key, &r);
	if (!known)
		return ERR_OK; /* it counts nowhere */
	from = target_of_document(doc.role, d, &state.u.state, before);
	to = target_of_document(doc.role, d, &state.u.state, after);
	return counter_move(t, FAMILY_DOCUMENT, &key, &from, &to);
}

struct routing_question document_question(const struct rec_document *d)
{
	return (struct routing_question){ .to = { .origin = d->origin,
						  .version = d->directory_version,
						  .recipients = d->recipients,
						  .count = d->recipients_len },
					  .targets = d->targets,
					  .target_count = d->target_count,
					  .from = d->from };
}

enum err document_id_taken(struct turn_view *t, const struct doc_id *id, bool *taken)
{
	const struct committee_id nobody = { "" };
	/* Of the store alone: a walk over the plan looks at all that it writes, and each of a full
	 * turn's submissions would walk. */
	const struct lookup *stored = &t->plan->base;
	const struct key ours = key_ident(*id, t->core->config.self);
	struct scan scan = scan_of(key_ident(*id, nobody));
	struct record r;
	enum err e;

	*taken = false;
	do {
		e = stored->next(stored->ctx, t->plan->arena, FAMILY_IDENT, &scan, &r);
		*taken = e == ERR_OK && !key_equal(&scan.at, &ours);
	} while (e == ERR_OK && !*taken);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
