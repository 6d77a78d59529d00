/* What the year's checkers must notice: one disk after a good year, spoilt in one place as a
 * program with a fault would have left it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/state/plan.h"
#include "tests/sim/year.h"

struct spoil {
	struct plan *plan;
	struct lookup l;
	struct scan scan;
	struct record r;
};

/* The n-th record of a family under a prefix. */
static bool nth(struct spoil *s, enum family family, struct key prefix, unsigned n)
{
	s->scan = scan_of(prefix);
	while (s->l.next(s->l.ctx, s->plan->arena, family, &s->scan, &s->r) == ERR_OK) {
		if (n-- == 0)
			return true;
	}
	return false;
}

/* The first line of its kind after some others. */
static bool erase_line(struct spoil *s, bool addition)
{
	struct line_key at;

	for (unsigned n = 5; nth(s, FAMILY_LINE, key_book_year(BOOK_IN, 2025), n); n++) {
		if (!key_parse_line(&s->scan.at, &at) || (at.addition != 0) != addition)
			continue;
		plan_erase(s->plan, FAMILY_LINE, s->scan.at);
		return true;
	}
	return false;
}

static bool gap(struct spoil *s)
{
	return erase_line(s, false);
}

static bool correction(struct spoil *s)
{
	return erase_line(s, true);
}

static bool dropped(struct spoil *s)
{
	if (!nth(s, FAMILY_STATUS, key_role(ROLE_OUT), 3))
		return false;
	plan_erase(s->plan, FAMILY_STATUS, s->scan.at);
	return true;
}

static bool step(struct spoil *s)
{
	if (!nth(s, FAMILY_STATUS, key_role(ROLE_IN), 0))
		return false;
	memcpy(s->r.u.status.code, "06", sizeof s->r.u.status.code);
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool number(struct spoil *s)
{
	text_t given;

	if (!nth(s, FAMILY_DOCUMENT, key_role(ROLE_OUT), 7))
		return false;
	given = s->r.u.document.summary.number;
	if (!nth(s, FAMILY_DOCUMENT, key_role(ROLE_OUT), 8))
		return false;
	s->r.u.document.summary.number = given;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool receipt(struct spoil *s)
{
	if (!nth(s, FAMILY_RECEIPT, key_role(ROLE_OUT), 3))
		return false;
	plan_erase(s->plan, FAMILY_RECEIPT, s->scan.at);
	return true;
}

static bool counter(struct spoil *s)
{
	if (!nth(s, FAMILY_COUNTER, (struct key){ .len_bytes = 0 }, 0))
		return false;
	s->r.u.counter.digital++;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static const struct {
	const char *name;
	bool (*spoil)(struct spoil *s);
} faults[] = { { "a gap in a book", gap },
	       { "a lost addition to a line", correction },
	       { "a status that the issuer dropped", dropped },
	       { "a forbidden step", step },
	       { "a number given twice", number },
	       { "a lost receipt", receipt },
	       { "a wrong counter", counter } };

static bool plant(struct memory_disk *disk, bool (*spoil)(struct spoil *s))
{
	struct store *store;
	struct spoil s;
	bool done;

	if (store_memory_open(disk, &store) != ERR_OK)
		abort();
	s.l = store->ops->lookup(store);
	s.plan = plan_new(s.l);
	done = s.plan != NULL && spoil(&s) && store->ops->commit(store, s.plan) == ERR_OK;
	plan_destroy(s.plan);
	store->ops->close(store);
	return done;
}

bool year_plants(struct world *w, void (*check)(struct world *w))
{
	struct memory_disk *whole = w->members[0].disk;
	bool good = true;

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		bool planted, caught;

		w->members[0].disk = memory_disk_copy(whole);
		planted = plant(w->members[0].disk, faults[i].spoil);
		check(w);
		caught = planted && w->violation[0] != '\0';
		printf("%s - canary year: %s: %s\n", caught ? "ok" : "not ok", faults[i].name,
		       caught	 ? w->violation
		       : planted ? "nothing noticed"
				 : "nowhere to plant it");
		good = good && caught;
		w->violation[0] = '\0';
		memory_disk_destroy(w->members[0].disk);
		w->members[0].disk = whole;
	}
	return good;
}
