/* A history that is written anew while its daemon is down, all of it that follows, so that nothing
 * on that disk shows it: another time in a line, and a chain computed again. The neighbours must
 * notice. */
#include <stdlib.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "proto/digest.h"
#include "routing/base/arena.h"
#include "routing/state/plan.h"
#include "tests/sim/world.h"

enum { LINES_LEAST = 6, CHANGED_LINE = 2, TIME_AT = 8 };

/* The line with another time. */
static struct blob changed(struct arena *a, struct blob line)
{
	uint8_t *bytes = arena_raw(a, line.len_bytes);

	if (bytes == NULL)
		abort();
	memcpy(bytes, line.data, line.len_bytes);
	bytes[TIME_AT] ^= 1;
	return (struct blob){ bytes, line.len_bytes };
}

/* False: there are too few lines. */
static bool rewrite(struct store *store, struct plan *plan)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct lookup l = store->ops->lookup(store);
	struct digest chain = { .bytes = { 0 } }, digest;
	struct record r;
	uint64_t n = 0;

	while (l.next(l.ctx, plan->arena, FAMILY_HISTORY, &scan, &r) == ERR_OK) {
		n++;
		if (n == CHANGED_LINE)
			r.u.history.line = changed(plan->arena, r.u.history.line);
		digest = digest_of(r.u.history.line);
		digest_chain_step(&chain, n, &digest);
		r.u.history.chain = chain;
		plan_put(plan, scan.at, &r);
	}
	return n >= LINES_LEAST && store->ops->commit(store, plan) == ERR_OK;
}

void rewrites_after_crash(struct member *m)
{
	struct store *store;
	struct plan *plan;

	if (m->world->canary != CANARY_REWRITES || m->world->rewritten)
		return;
	if (store_memory_open(m->disk, &store) != ERR_OK)
		abort();
	plan = plan_new(store->ops->lookup(store));
	if (plan == NULL)
		abort();
	m->world->rewritten = rewrite(store, plan);
	plan_destroy(plan);
	store->ops->close(store);
}
