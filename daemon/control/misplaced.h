/* Figures below that are in no sum: their committee says that they count where it did not stand in
 * their month (routing/target/place.h). By committee and month, for a listing of a subtree. */
#ifndef VANTHU_DAEMON_CONTROL_MISPLACED_H
#define VANTHU_DAEMON_CONTROL_MISPLACED_H

#include "routing/base/err.h"
#include "routing/target/target.h"

struct client;
struct names;

struct misplaced {
	struct misplaced_figures *list;
	uint32_t count, capacity;
};

/* One row of a report more: rows of one committee and month come one after the other. */
must_use enum err misplaced_add(struct misplaced *m, struct committee_id who, enum place_fault why,
				const struct report_row *row);
/* Tells of the n-th. */
void misplaced_say(struct client *c, uint64_t id, struct names *names, const struct misplaced *m,
		   uint32_t n);
void misplaced_free(struct misplaced *m);

#endif
