/* See plant.h. */
#include "tests/sim/plant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/state/plan.h"

bool spoil_nth(struct spoil *s, enum family family, struct key prefix, unsigned n)
{
	s->scan = scan_of(prefix);
	while (s->l.next(s->l.ctx, s->plan->arena, family, &s->scan, &s->r) == ERR_OK) {
		if (n-- == 0)
			return true;
	}
	return false;
}

static bool spoil(struct world *w, int member, const struct planted *fault)
{
	struct spoil s = { .w = w, .member = member };
	struct store *store;
	bool done;

	if (store_memory_open(w->members[member].disk, &store) != ERR_OK)
		abort();
	s.l = store->ops->lookup(store);
	s.plan = plan_new(s.l);
	done = s.plan != NULL && fault->spoil(&s) && store->ops->commit(store, s.plan) == ERR_OK;
	plan_destroy(s.plan);
	store->ops->close(store);
	return done;
}

bool plant_report(struct world *w, const char *where, const char *name, bool planted)
{
	bool caught = planted && w->violation[0] != '\0';

	printf("%s - canary %s: %s: %s\n", caught ? "ok" : "not ok", where, name,
	       caught	 ? w->violation
	       : planted ? "nothing noticed"
			 : "nowhere to plant it");
	w->violation[0] = '\0';
	return caught;
}

bool plant(struct world *w, const char *where, const struct planted *fault, int members,
	   void (*check)(struct world *w))
{
	struct number_act numbers[NUMBER_ACTS_MAX];
	struct member *m = w->members;
	struct memory_disk *whole;
	bool planted = false, caught;

	memcpy(numbers, w->numbers, sizeof numbers);
	for (int i = 0; i < members && !planted; i++) {
		m = &w->members[i];
		whole = m->disk;
		m->disk = memory_disk_copy(whole);
		planted = spoil(w, i, fault);
		if (!planted) {
			memory_disk_destroy(m->disk);
			m->disk = whole;
		}
	}
	if (planted)
		check(w);
	caught = plant_report(w, where, fault->name, planted);
	if (planted) {
		memory_disk_destroy(m->disk);
		m->disk = whole;
	}
	memcpy(w->numbers, numbers, sizeof numbers);
	return caught;
}
