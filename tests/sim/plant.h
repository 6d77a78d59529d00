/* What checkers must notice: one disk of a good world, spoilt in one place as a program with a
 * fault would have left it. */
#ifndef VANTHU_TESTS_SIM_PLANT_H
#define VANTHU_TESTS_SIM_PLANT_H

#include "tests/sim/world.h"

struct spoil {
	struct world *w;
	int member;	   /* whose disk it is */
	struct plan *plan; /* what is put into it is written to the disk */
	struct lookup l;
	struct scan scan; /* where `r` was found */
	struct record r;
};

/* The n-th record of a family under a prefix, from 0; false: there are not so many. */
bool spoil_nth(struct spoil *s, enum family family, struct key prefix, unsigned n);

struct planted {
	const char *name;
	bool (*spoil)(struct spoil *s); /* false: nothing to spoil here */
};

/* Spoils the first of these members' disks where it can be done, runs `check`, and puts everything
 * back. Prints a line with what was noticed; false: nothing was, or there was nowhere to plant it.
 */
bool plant(struct world *w, const char *where, const struct planted *fault, int members,
	   void (*check)(struct world *w));
/* The line alone, of a fault that was planted otherwise. */
bool plant_report(struct world *w, const char *where, const char *name, bool planted);

#endif
