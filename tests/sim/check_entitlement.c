/* Nothing reaches a committee that is neither addressed nor on the way; no bytes without the
 * document they belong to. */
#include <string.h>

#include "tests/sim/check.h"

static void each(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	const struct wanted *d = workload_find(w, &r->u.document.id);

	(void)key;
	if (d != NULL && d->gone)
		return; /* what stands here is another one under its id (setback.c) */
	if (d == NULL)
		world_violation(w, "entitlement", "%s holds a document that nobody sent: %s",
				m->id.text, r->u.document.summary.number);
	else if (!workload_passes(w, d, m->index))
		world_violation(w, "entitlement", "%s holds %s, which does not pass it", m->id.text,
				d->number);
	else if (r->u.document.mine != ((d->addressed >> m->index & 1) != 0) &&
		 m->index != d->origin && !mandates_own(w, d))
		world_violation(w, "entitlement", "%s is wrong about whether %s is for it",
				m->id.text, d->number);
}

/* Does another document of the same bytes pass it? */
static bool passes_with(const struct world *w, const struct digest *part, int member)
{
	for (int i = 0; w->recalls && i < w->document_count; i++) {
		const struct wanted *d = &w->documents[i];

		for (uint32_t k = 0; k < d->part_count; k++) {
			if (memcmp(&d->part_digest[k], part, sizeof *part) == 0 &&
			    workload_passes(w, d, member))
				return true;
		}
	}
	return false;
}

static void check_files(struct world *w, struct member *m)
{
	for (int i = 0; i < w->document_count; i++) {
		const struct wanted *d = &w->documents[i];

		for (uint32_t k = 0; k < d->part_count && !workload_passes(w, d, m->index); k++) {
			if (d->part_bytes[k] > 32768 && d->accepted &&
			    m->files->ops->exists(m->files, &d->part_digest[k]) &&
			    !passes_with(w, &d->part_digest[k], m->index))
				world_violation(w, "entitlement",
						"%s has bytes of %s, which does not pass it",
						m->id.text, d->number);
		}
	}
}

void check_entitlement(struct world *w)
{
	for (int i = 0; i < w->member_count; i++) {
		check_each(w, &w->members[i], FAMILY_DOCUMENT, check_all(), each);
		if (w->members[i].running)
			check_files(w, &w->members[i]);
	}
}
