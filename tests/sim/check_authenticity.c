/* Every envelope that anybody keeps is the one that its signer keeps: nothing altered, nothing made
 * up. */
#include <assert.h>
#include <string.h>

#include "tests/sim/check.h"

enum { ARENA_BYTES = 4 << 20 };

static void each(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	const struct wanted *d = workload_find(w, &r->u.document.id);
	struct arena *a = arena_new(ARENA_BYTES);
	struct record ident, theirs, ours;
	struct member *origin;

	assert(a != NULL);
	if (d == NULL) {
		world_violation(w, "authenticity", "%s holds a document that nobody signed",
				m->id.text);
		arena_destroy(a);
		return;
	}
	if (d->gone) { /* another one stands under its id (setback.c) */
		arena_destroy(a);
		return;
	}
	origin = &w->members[d->origin];
	if (!member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id), &ident) ||
	    !member_get(origin, a, FAMILY_ENVELOPE,
			key_serial(ident.u.ident.role, ident.u.ident.serial), &theirs))
		world_violation(w, "authenticity", "%s holds %s, its origin does not", m->id.text,
				d->number);
	else if (member_get(m, a, FAMILY_ENVELOPE, *key, &ours) &&
		 (ours.u.envelope.envelope.bytes.len_bytes !=
		      theirs.u.envelope.envelope.bytes.len_bytes ||
		  memcmp(ours.u.envelope.envelope.bytes.data, theirs.u.envelope.envelope.bytes.data,
			 ours.u.envelope.envelope.bytes.len_bytes) != 0))
		world_violation(w, "authenticity", "the envelope of %s differs at %s", d->number,
				m->id.text);
	arena_destroy(a);
}

void check_authenticity(struct world *w)
{
	for (int i = 0; i < w->member_count; i++)
		check_each(w, &w->members[i], FAMILY_DOCUMENT, check_all(), each);
}
