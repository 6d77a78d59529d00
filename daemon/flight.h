/* Turns in flight: the ring of them, and what a turn reads through those before it. Of turn.c
 * alone; the table of steps and the invariants are in turn.h. */
#ifndef VANTHU_DAEMON_FLIGHT_H
#define VANTHU_DAEMON_FLIGHT_H

#include "daemon/base/workers.h"
#include "daemon/inbox.h"
#include "routing/base/limits.h"
#include "routing/state/plan.h"

enum {
	/* One is on its way to the disk, one waits sealed, so that the disk has its next work at
	 * once, and one is open. More would only wait longer: the disk takes one at a time. */
	IN_FLIGHT_MAX = 3,
};

enum step { STEP_OPEN, STEP_SEALING, STEP_SEALED, STEP_COMMITTING, STEP_LANDED };

/* One turn. */
struct slot {
	struct job seal, commit;
	void *owner; /* of the flight: for the jobs */
	struct flight *flight;
	enum step step;
	enum err result; /* of the job */
	struct plan *plan;
	struct plan_copies copies; /* what younger ones read of it */
	struct queued batch[TURN_EVENTS_MAX];
	uint32_t batch_count;
	unsigned urgent, patient; /* of them */
	bool ticked;		  /* a tick was among what it decided */
	uint64_t cost_bytes;	  /* when it is closed */
	int64_t begun_ms;	  /* its commit; monotonic */
};

struct flight {
	struct lookup store;
	struct arena *copied;		  /* scratch of copies */
	struct slot slots[IN_FLIGHT_MAX]; /* a ring: `count` from `first` on, the oldest first */
	unsigned first, count;
};

/* Empty. False without memory; flight_free in any case. */
bool flight_begin(struct flight *f, struct lookup store, void *owner);
void flight_free(struct flight *f);
/* The oldest has age 0. It must be there. */
struct slot *flight_at(struct flight *f, unsigned age);
const struct slot *flight_look(const struct flight *f, unsigned age);
/* The youngest, when it has this step; else NULL. */
struct slot *flight_youngest(struct flight *f, enum step step);
/* Another one, open, its plan over those before it. There must be room. */
struct slot *flight_open(struct flight *f);
/* The oldest has ended, or none of it has happened: releases its events. */
void flight_drop_oldest(struct flight *f);
/* A job has one of them. */
bool flight_job_is_out(const struct flight *f);
/* Of the plans that are closed. */
uint64_t flight_cost_bytes(const struct flight *f);

#endif
