/* Named places that the simulator's runs must reach: kinds of messages and records, notices and
 * answers by their reason, alarms, what holds a lane up, why a neighbour is cut off. Counted from
 * what the core says and keeps anyway: nothing in it knows of this. tests/run sums the counts of
 * all runs and fails where one of these is still zero. */
#ifndef VANTHU_TESTS_SIM_PLACES_H
#define VANTHU_TESTS_SIM_PLACES_H

#include <stdbool.h>

enum place_kind {
	PLACE_MESSAGE,	 /* enum message_type: sent over a link */
	PLACE_VISIT,	 /* the same, over a connection of those who are no neighbours */
	PLACE_NOTICE,	 /* enum notice */
	PLACE_STATUS,	 /* enum office_status: of a NOTICE_STATUS */
	PLACE_REFUSED,	 /* enum err: of a NOTICE_REFUSED */
	PLACE_ASIDE,	 /* enum err: why something is set aside, of a NOTICE_ASIDE */
	PLACE_STORE,	 /* enum err: of a NOTICE_STORE */
	PLACE_ANSWER,	 /* enum err: to a client */
	PLACE_VIOLATION, /* enum err: why a neighbour is cut off */
	PLACE_STAND,	 /* enum err: the alarm of the own store */
	PLACE_NEIGHBOUR, /* enum err: what a link says of a neighbour's store */
	PLACE_RECONCILE, /* enum reconcile_stage: after a turn */
	PLACE_HELD,	 /* enum err: what holds up the head of a lane */
	PLACE_WAITS,	 /* enum err: why documents do not go over a link that is up */
	PLACE_CLOCK,	 /* enum clock_verdict */
	PLACE_SIGNING,	 /* enum err: why nothing new is signed */
	PLACE_RECORD,	 /* enum family: on a disk, after a crash or at the end */
	PLACE_LINE,	 /* enum line_kind: likewise */
	PLACE_STATE	 /* enum place_state: likewise */
};

enum place_state {
	STATE_CLOSED,  /* one with all receipts */
	STATE_REFUSED, /* one that somebody refused */
	STATE_HELD,    /* one that a hop held so long that its origin was told */
	STATE_DROPPED  /* one whose content is gone */
};

struct member;

/* Counts one; what no place is named after is nothing. */
void places_reached(enum place_kind kind, int value);
/* What a turn has left: alarms, clocks, links. */
void places_turn(const struct member *m);
/* What is on a disk. */
void places_disk(struct member *m);
/* From here on processes that are made by fork count in one table. */
void places_share(void);
/* One line, every place with its count. */
void places_print(void);

#endif
