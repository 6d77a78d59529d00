/* See check.h. */
#include "tests/sim/check.h"

#include <assert.h>

#include "daemon/store/memory.h"

enum { ARENA_BYTES = 4 << 20 };

struct key check_all(void)
{
	return (struct key){ .len_bytes = 0 };
}

void check_each(struct world *w, const struct member *m, enum family family, struct key prefix,
		void (*each)(struct world *w, const struct member *m, const struct key *key,
			     const struct record *r))
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct scan scan = scan_of(prefix);
	struct lookup l;
	struct store *s;
	struct record r;

	assert(a != NULL && store_memory_open(m->disk, &s) == ERR_OK);
	l = s->ops->lookup(s);
	while (l.next(l.ctx, a, family, &scan, &r) == ERR_OK) {
		each(w, m, &scan.at, &r);
		arena_reset(a);
	}
	s->ops->close(s);
	arena_destroy(a);
}
