/* From a frame to events: decodes a PUBLISH, opens every envelope and relay record in it and checks
 * all that needs no state. Runs on workers; the simulator calls it directly. */
#ifndef VANTHU_DAEMON_LINKS_PUBLISH_OPENER_H
#define VANTHU_DAEMON_LINKS_PUBLISH_OPENER_H

#include "proto/verifier.h"
#include "routing/base/arena.h"
#include "routing/state/event.h"

struct publish_opener {
	struct verifier *verifier;
	struct committee_id self;
	/* in force when the frame was read: see ev_publish.opened_under */
	uint64_t directory_version;
};

/* One event of type EVENT_PUBLISH an item, in the arena. ERR_PROTOCOL when the frame itself is
 * wrong (no events then). */
struct publish_opener_events {
	struct event *list; /* in the arena */
	uint32_t count;
};

struct publish_opener_frame {
	/* a PUBLISH: as it came, or made of one item that had been set aside */
	struct blob bytes;
	int64_t wall_ms;
	bool aside;
	int64_t corrected_at_ms; /* of an item set aside: the signing time as its signer corrected
				  * it; 0 */
};
must_use enum err publish_opener_open(const struct publish_opener *o, struct arena *a,
			      struct committee_id neighbour, struct publish_opener_frame frame,
			      struct publish_opener_events *out);

#endif
