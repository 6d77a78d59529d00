/* What a share still bears, and where it is heading. Pure arithmetic in whole documents; nothing is
 * rounded towards the line. */
#ifndef VANTHU_ROUTING_TARGET_OUTLOOK_H
#define VANTHU_ROUTING_TARGET_OUTLOOK_H

#include "routing/base/calendar.h"
#include "routing/target/share.h"

struct outlook_room {
	bool reached;
	/* reached: that many more documents on paper at most, and it still is; UINT64_MAX: without
	 * end, for the line is 0 */
	uint64_t papers;
	/* not reached: that many more digital documents at least, and it is; UINT64_MAX: no number
	 * of them does, for the line is 100 % */
	uint64_t digital;
};

/* `weight`: in how many of the shares that `now` adds up a document on paper counts, at most (2
 * where the headline is HEADLINE_PROCESSED, for what comes in is received and to be processed).
 * Nothing counted: not reached, and digital is 1. */
struct outlook_room outlook_room(struct target_ratio now, unsigned line, unsigned weight);

enum { OUTLOOK_PACE_MONTHS = 3 };

struct outlook_pace {
	struct target_ratio so_far;  /* of the period, with the month that lasts */
	struct target_ratio current; /* of these, in the month that lasts */
	struct target_ratio whole;   /* in the last whole months before it, together */
	unsigned whole_months;	     /* how many those are; 0: there is no pace */
	unsigned left;		     /* months of the period after the one that lasts */
	struct month month;	     /* the one that lasts */
	unsigned line;
};

struct outlook {
	bool known;
	struct target_ratio end; /* at the period's end, in whole documents, rounded down */
	unsigned share;		 /* then, in ten-thousandths, of what was not rounded */
	bool reaches;		 /* the line, then */
	/* the first month at whose end the line is reached where it is not now, or no more reached;
	 * {0}: it stays as it is */
	struct month turns;
};

/* The mean of the last whole months goes on: each month that is left is one like it, and so is the
 * one that lasts, unless more has been counted in it already. */
struct outlook outlook_project(const struct outlook_pace *p);

#endif
