/* Receipts: one from each recipient at the origin, the very bytes that the recipient keeps, and
 * never before the recipient has the document. */
#include <assert.h>
#include <string.h>

#include "tests/sim/world.h"

enum { ARENA_BYTES = 4 << 20 };

static bool own_receipt(struct world *w, const struct wanted *d, int recipient, struct arena *a,
			struct record *out)
{
	struct member *m = &w->members[recipient];
	struct record ident;

	return member_get(m, a, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id), &ident) &&
	       member_get(m, a, FAMILY_RECEIPT,
			  key_receipt(ident.u.ident.role, ident.u.ident.serial, m->id), out) &&
	       out->u.receipt.kind == KIND_RECEIPT;
}

void check_receipt_now(struct world *w, int origin, const struct act_notify *n)
{
	const struct wanted *d = workload_find(w, &n->document.id);
	int recipient = world_find(w, n->committee.text);
	struct arena *a = arena_new(ARENA_BYTES);
	struct record r;

	assert(a != NULL);
	if (d != NULL)
		workload_resolve(w, &w->documents[d - w->documents]);
	/* Whom a list means is known when it is told that it was accepted; that may have been lost
	 * with a process, and the receipt comes first. check_receipts looks at all in the end. */
	if (d != NULL && d->list != 0 && !d->accepted) {
		arena_destroy(a);
		return;
	}
	if (d == NULL || d->origin != origin || recipient < 0 ||
	    (d->addressed >> recipient & 1) == 0)
		world_violation(w, "receipts", "%s counted a receipt of %s that nobody owes",
				w->members[origin].id.text, n->committee.text);
	else if (!damages_are(&w->members[recipient]) && !own_receipt(w, d, recipient, a, &r))
		world_violation(w, "receipts", "%s has a receipt for %s before %s has the document",
				w->members[origin].id.text, d->number, n->committee.text);
	arena_destroy(a);
}

void check_receipts(struct world *w)
{
	struct arena *a = arena_new(ARENA_BYTES);

	assert(a != NULL);
	for (int i = 0; i < w->document_count; i++) {
		const struct wanted *d = &w->documents[i];
		struct member *origin = &w->members[d->origin];

		for (int k = 0; d->accepted && k < w->member_count; k++) {
			struct record ident, at_origin, own;

			arena_reset(a);
			if ((d->addressed >> k & 1) == 0 || workload_excused(w, d, k) ||
			    mandates_own(w, d) || damages_lost(w, d, k))
				continue;
			if (!member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id),
					&ident) ||
			    !member_get(origin, a, FAMILY_RECEIPT,
					key_receipt(ident.u.ident.role, ident.u.ident.serial,
						    w->members[k].id),
					&at_origin))
				world_violation(w, "receipts", "no receipt of %s for %s",
						w->members[k].id.text, d->number);
			else if (!own_receipt(w, d, k, a, &own))
				world_violation(w, "receipts",
						"%s has no receipt of its own for %s",
						w->members[k].id.text, d->number);
			else if (w->setback && k == w->setback_member &&
				 (w->was_aside[i] >> k & 1) != 0)
				continue; /* it did not know it when it asked */
			else if (at_origin.u.receipt.kind != KIND_RECEIPT ||
				 at_origin.u.receipt.envelope.bytes.len_bytes !=
				     own.u.receipt.envelope.bytes.len_bytes ||
				 memcmp(at_origin.u.receipt.envelope.bytes.data,
					own.u.receipt.envelope.bytes.data,
					own.u.receipt.envelope.bytes.len_bytes) != 0)
				world_violation(
					w, "receipts",
					"the receipt of %s for %s (%02x%02x) of %lld is not "
					"the one it signed of %lld",
					w->members[k].id.text, d->number, d->id.bytes[14],
					d->id.bytes[15], (long long)at_origin.u.receipt.at_ms,
					(long long)own.u.receipt.at_ms);
		}
	}
	arena_destroy(a);
}
