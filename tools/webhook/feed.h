/* Where the changes come from: an interface, so that the command line as a child, a connection of
 * our own or a test can be behind it. */
#ifndef VANTHU_TOOLS_WEBHOOK_FEED_H
#define VANTHU_TOOLS_WEBHOOK_FEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "tools/run/run.h"
#include "tools/webhook/cursor.h"

struct webhook_ask {
	uint64_t since; /* the last number that is dealt with; 0: none, all that are kept */
	bool newest;	/* instead of `since`: what comes from now on */
	int wait_ms;	/* the longest that the answer may wait for something newer */
	unsigned limit; /* of changes */
	int stop;	/* a descriptor: when it can be read, nobody wants the answer any more */
};

struct webhook_batch {
	json_t *changes; /* an array, ascending; the caller's (json_decref) */
	uint64_t next;	 /* `since` of the next question */
	uint64_t first;	 /* the oldest number that is kept; 0: not said */
	char feed[WEBHOOK_FEED_SIZE];
	bool missed; /* not all from `since` on is kept: `changes` is empty */
	bool other;  /* missed, for the feed is another one, or has not come so far */
};

struct webhook_feed {
	/* May block as long as wait_ms and a bounded time more; called by one thread at a time.
	 * ERR_CANCELLED: by `stop`. ERR_UNREACHABLE and others: not now. */
	enum err (*next)(void *context, const struct webhook_ask *ask, struct webhook_batch *out);
	void *context;
};

/* The answers of `vanthu --json changes`. */
struct webhook_feed webhook_feed_run(const struct run_program *program);
/* What such an answer says. ERR_UNREACHABLE: an error that is none of the feed. */
must_use enum err webhook_feed_read(const char *text, size_t len, struct webhook_batch *out);

#endif
