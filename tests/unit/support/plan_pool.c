/* Plans of tests, linked with --wrap=plan_new,--wrap=plan_destroy. A plan is tens of megabytes, of
 * which a test touches a few pages; the address sanitizer marks all of it at each birth and death,
 * which came to half of the simulator's time. So what is destroyed is kept for whoever wants a new
 * one, and meanwhile nobody may touch it: its tables are marked as freed memory is, and its arena
 * is freed. */
#include <sanitizer/asan_interface.h>
#include <stddef.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/state/plan.h"

/* Of the linker's making. */
struct plan *__real_plan_new(struct lookup base);
void __real_plan_destroy(struct plan *p);
struct plan *__wrap_plan_new(struct lookup base);
void __wrap_plan_destroy(struct plan *p);

enum {
	KEPT_MAX = 48, /* a world of fifteen members, each with its turns in flight */
};

static struct plan *kept[KEPT_MAX];
static unsigned kept_count;

/* The header stays readable: the search for leaks goes through it. */
static void mark(const struct plan *p, bool dead)
{
	const struct {
		const void *at;
		size_t bytes;
	} tables[] = {
		{ p->writes, PLAN_WRITES_MAX * sizeof *p->writes },
		{ p->drafts, PLAN_DRAFTS_MAX * sizeof *p->drafts },
		{ p->acts, PLAN_ACTS_MAX * sizeof *p->acts },
		{ p->changes, PLAN_CHANGES_MAX * sizeof *p->changes },
	};

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		if (dead)
			ASAN_POISON_MEMORY_REGION(tables[i].at, tables[i].bytes);
		else
			ASAN_UNPOISON_MEMORY_REGION(tables[i].at, tables[i].bytes);
	}
}

struct plan *__wrap_plan_new(struct lookup base)
{
	struct plan *p;

	if (kept_count == 0)
		return __real_plan_new(base);
	p = kept[--kept_count];
	mark(p, false);
	p->base = base;
	p->arena = arena_new(PLAN_ARENA_BYTES);
	if (p->arena == NULL) {
		__real_plan_destroy(p);
		return NULL;
	}
	return p;
}

void __wrap_plan_destroy(struct plan *p)
{
	if (p == NULL || kept_count == KEPT_MAX) {
		__real_plan_destroy(p);
		return;
	}
	plan_clear(p);
	arena_destroy(p->arena);
	p->arena = NULL;
	p->feed_first = p->feed_next = 0;
	memset(p->feed_id, 0, sizeof p->feed_id);
	mark(p, true);
	kept[kept_count++] = p;
}

/* Before leaks are looked for, which would read all of every plan. */
__attribute__((destructor)) static void free_kept(void)
{
	while (kept_count > 0) {
		struct plan *p = kept[--kept_count];

		mark(p, false);
		__real_plan_destroy(p);
	}
}
