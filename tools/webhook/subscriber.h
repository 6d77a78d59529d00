/* A subscription at work: which change is next, and what an attempt makes of its cursor. No I/O;
 * what time it is and what is drawn comes in. */
#ifndef VANTHU_TOOLS_WEBHOOK_SUBSCRIBER_H
#define VANTHU_TOOLS_WEBHOOK_SUBSCRIBER_H

#include "tools/webhook/cursor.h"
#include "tools/webhook/event.h"
#include "tools/webhook/feed.h"
#include "tools/webhook/folder.h"
#include "tools/webhook/post.h"
#include "tools/webhook/subscription.h"

struct webhook_subscriber;

/* An event on its way. */
struct webhook_job {
	struct webhook_subscriber *of;
	bool test;
	bool busy; /* it is with the poster */
	char id[WEBHOOK_EVENT_ID_SIZE];
	uint64_t number;
	char *body; /* NULL: there is none */
	size_t len_bytes;
};

struct webhook_subscriber {
	struct webhook_subscription subscription;
	struct webhook_cursor cursor;
	struct webhook_job next, test;
	json_t *changes; /* read from the feed; NULL: more is to be read */
	size_t at;	 /* of them, the first that was not looked at */
	uint64_t end;	 /* where the cursor is when all were */
	bool caught_up;	 /* the feed had nothing newer when it was asked last */
	bool unsaved;	 /* the cursor has to be written before anything else is sent */
	int64_t saved_ms;
	bool seen; /* for who compares with the folder */
};

/* A new one in *s, whose memory is all zero. */
void webhook_subscriber_begin(struct webhook_subscriber *s, const struct webhook_entry *entry,
			      int64_t now_ms);
/* The subscription as its file has it now: an order that is new is carried out, which makes the
 * cursor unsaved. True: what is with the poster is not wanted any more. */
bool webhook_subscriber_follow(struct webhook_subscriber *s,
			       const struct webhook_subscription *now);
/* Releases what it holds; the jobs must not be with the poster. */
void webhook_subscriber_end(struct webhook_subscriber *s);

/* It is not paused and not given up. */
bool webhook_subscriber_active(const struct webhook_subscriber *s);
/* The feed is to be asked from its cursor on. */
bool webhook_subscriber_wants(const struct webhook_subscriber *s);
/* What the feed answered to `since`, if that is of use to it. */
void webhook_subscriber_take(struct webhook_subscriber *s, uint64_t since,
			     const struct webhook_batch *batch, int64_t now_ms);
/* Looks for its next event. ERR_NO_MEMORY. */
must_use enum err webhook_subscriber_advance(struct webhook_subscriber *s);
/* Whether the next event is to be sent now; *wait_ms is lowered to when it is. */
bool webhook_subscriber_due(const struct webhook_subscriber *s, int64_t now_ms, int64_t *wait_ms);
/* A test event is wanted; made if so. */
bool webhook_subscriber_test(struct webhook_subscriber *s, int64_t now_ms);

/* What came of a job; then the cursor is unsaved, and the next event is another one or waits. */
struct webhook_luck {
	int64_t now_ms, give_up_ms;
	uint32_t random;
};
void webhook_subscriber_outcome(struct webhook_subscriber *s, const struct webhook_job *job,
				const struct webhook_outcome *o, const struct webhook_luck *luck);

#endif
