/* No document twice: one record of a document at a committee, whatever came how often. */
#include <string.h>

#include "tests/sim/check.h"

enum { SEEN_MAX = 4096 };

struct seen {
	struct doc_id ids[SEEN_MAX];
	unsigned count;
};

static struct seen seen; /* of one member; the simulator has one thread */

static void each(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	(void)key;
	for (unsigned i = 0; i < seen.count; i++) {
		if (memcmp(&seen.ids[i], &r->u.document.id, sizeof seen.ids[i]) == 0)
			world_violation(w, "duplicates", "%s is there twice at %s",
					r->u.document.summary.number, m->id.text);
	}
	if (seen.count < SEEN_MAX)
		seen.ids[seen.count++] = r->u.document.id;
}

void check_duplicates(struct world *w)
{
	for (int i = 0; i < w->member_count; i++) {
		seen.count = 0;
		check_each(w, &w->members[i], FAMILY_DOCUMENT, check_all(), each);
	}
}
