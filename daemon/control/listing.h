/* Listings of any kind: rows sent as fast as the client reads, a bounded number a turn. */
#ifndef VANTHU_DAEMON_CONTROL_LISTING_H
#define VANTHU_DAEMON_CONTROL_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct client;

/* `step` sends a row or skips one: true when there is more; false when the listing has ended and
 * its end was sent (control_listing_end). It runs with the arena of requests emptied. `drop` frees
 * the walk. */
struct listing_kind {
	bool (*step)(struct client *c, uint64_t id, void *walk);
	void (*drop)(void *walk);
	bool long_rows; /* of more than some KiB, up to a whole message */
};

/* Begins a listing; no further request of the client is taken until it has ended. Takes the walk
 * over; NULL: the client gets ERR_NO_MEMORY. */
void control_listing_begin(struct client *c, uint64_t id, const struct listing_kind *kind,
			   void *walk);
/* Says how it ended: whole with ERR_OK or ERR_NOT_FOUND. Returns false, for a step to return. */
bool control_listing_end(struct client *c, uint64_t id, enum err e, text_t about);

#endif
