/* The year's disk of a committee as a store that a daemon opens: all that documents, books and
 * figures are made of goes into the LMDB of a committee of a lab that has been started once. The
 * directory, keys and links there stay the lab's own. */
#include <stdio.h>
#include <string.h>

#include "daemon/store/lmdb.h"
#include "routing/state/plan.h"
#include "tests/sim/year.h"

enum { WRITES_AT_ONCE = 400, MIB = 1 << 20 };

/* What a store has of its own tree, keys and links, and its notes: the lab's stay; also what others
 * reported, for its signers are not the lab's, which report for themselves. All others, and those
 * that are yet to come, are what a year leaves. */
static bool is_of_the_lab(enum family f)
{
	switch (f) {
	case FAMILY_META:
	case FAMILY_STREAM:
	case FAMILY_LINKIN:
	case FAMILY_LINKOUT:
	case FAMILY_FETCH:
	case FAMILY_COMMITTEE:
	case FAMILY_SUBORDINATE:
	case FAMILY_DIRECTORY:
	case FAMILY_KEY:
	case FAMILY_ASIDE:
	case FAMILY_STAGED:
	case FAMILY_CHANGED:
	case FAMILY_REPORT:
	case FAMILY_FIGURES:
		return true;
	default:
		return false;
	}
}

static enum err copy_family(struct lookup from, enum family family, struct store *to,
			    struct plan *plan, uint64_t *count)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e;

	while ((e = from.next(from.ctx, plan->arena, family, &scan, &r)) == ERR_OK) {
		plan_put(plan, scan.at, &r);
		++*count;
		if (plan->write_count < WRITES_AT_ONCE)
			continue;
		e = to->ops->commit(to, plan);
		if (e != ERR_OK)
			return e;
		plan_clear(plan);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err copy(struct store *from, struct store *to, uint64_t *count)
{
	struct lookup l = from->ops->lookup(from);
	struct plan *plan = plan_new(to->ops->lookup(to));
	enum err e = plan == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (enum family f = FAMILY_NONE + 1; e == ERR_OK && f < FAMILY_COUNT; f++) {
		if (!is_of_the_lab(f))
			e = copy_family(l, f, to, plan, count);
	}
	if (e == ERR_OK && !plan_is_empty(plan))
		e = to->ops->commit(to, plan);
	plan_destroy(plan);
	return e;
}

bool year_store(struct world *w, const char *id, const char *folder)
{
	struct store_lmdb_config config = { .directory = folder, .map_bytes = 4096ULL * MIB };
	struct store *from = NULL, *to = NULL;
	int member = world_find(w, id);
	uint64_t count = 0;
	enum err e = member < 0 ? ERR_NOT_FOUND : store_memory_open(w->members[member].disk, &from);

	if (e == ERR_OK)
		e = store_lmdb_open(&config, &to);
	if (e == ERR_OK)
		e = copy(from, to, &count);
	if (to != NULL)
		to->ops->close(to);
	if (from != NULL)
		from->ops->close(from);
	printf("%s - year store of %s: %llu records in %s, VT-%d\n", e == ERR_OK ? "ok" : "not ok",
	       id, (unsigned long long)count, folder, (int)e);
	return e == ERR_OK;
}

static void print_place(const struct world *w, uint64_t version, int member)
{
	int now = world_parent(w, version, member);

	if (version == 1 || world_parent(w, version - 1, member) == now)
		return;
	printf(" %s %s", w->members[member].id.text, now < 0 ? "-" : w->members[now].id.text);
}

void year_print_directories(const struct world *w)
{
	for (uint64_t v = 1; v <= w->version_count; v++) {
		const struct rec_directory *head = &w->versions[v - 1].directory.head;
		char date[DATE_MAX + 1];

		date_of_ms(head->signed_at_ms, date);
		printf("# directory %llu %s", (unsigned long long)v, date);
		for (int i = 0; i < w->member_count; i++)
			print_place(w, v, i);
		printf("\n");
	}
}
