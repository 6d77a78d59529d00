/* What comes from the links, in arrival order for each neighbour, though workers open PUBLISH
 * frames side by side: every frame takes a position in its neighbour's queue, and a queue moves
 * into the inbox only from its front. */
#ifndef VANTHU_DAEMON_LINKS_SEQUENCER_H
#define VANTHU_DAEMON_LINKS_SEQUENCER_H

#include "daemon/base/workers.h"
#include "daemon/inbox.h"
#include "daemon/links/publish_opener.h"

struct sequencer_parts {
	struct inbox *inbox;
	struct job_runner runner;
	struct publish_opener opener; /* directory_version follows by sequencer_directory */
	/* A frame of this neighbour was against the protocol. Called on the control thread. */
	void (*violation)(void *ctx, struct committee_id neighbour, enum err why);
	void *ctx;
};

struct sequencer;
struct sequencer *sequencer_new(const struct sequencer_parts *parts); /* NULL without memory */
void sequencer_destroy(struct sequencer *s); /* no job may be under way */

/* A control-connection frame; copied. The caller has asked sequencer_room. */
void sequencer_frame(struct sequencer *s, struct committee_id neighbour, struct blob frame,
		     int64_t wall_ms);
/* An item that was set aside, as a PUBLISH frame of its own: opened again, in the neighbour's
 * queue. Copied. */
void sequencer_reopen(struct sequencer *s, struct committee_id neighbour, struct blob frame,
		      int64_t wall_ms, int64_t corrected_at_ms);
/* EVENT_CONNECTED, EVENT_DISCONNECTED or EVENT_FAULT, behind what came before. */
void sequencer_link(struct sequencer *s, enum event_type type, struct committee_id neighbour,
		    enum err reason);
/* Moves what is ready into the inbox. */
void sequencer_flush(struct sequencer *s);
bool sequencer_room(const struct sequencer *s);
unsigned sequencer_waiting(const struct sequencer *s); /* frames not yet in the inbox */
void sequencer_directory(struct sequencer *s, uint64_t version);

#endif
