/* How far a subscription is. Its file is written by the gateway alone, after each event that was
 * taken; what is not written is sent once more. */
#ifndef VANTHU_TOOLS_WEBHOOK_CURSOR_H
#define VANTHU_TOOLS_WEBHOOK_CURSOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

enum { WEBHOOK_FEED_SIZE = 65, WEBHOOK_ERROR_SIZE = 120, WEBHOOK_ANSWERS_MAX = 5 };

/* What came of one attempt. */
struct webhook_answer {
	int64_t at_ms;
	uint64_t number; /* of the change; 0: a test event */
	unsigned status; /* of HTTP; 0: there was none, `error` says why */
	unsigned took_ms;
	char error[WEBHOOK_ERROR_SIZE]; /* "" is none */
};

struct webhook_cursor {
	uint64_t order;		      /* of the subscription, the last one carried out; 0: none */
	bool started;		      /* `done` stands */
	uint64_t done;		      /* the last number that is dealt with */
	char feed[WEBHOOK_FEED_SIZE]; /* whose numbers these are; "": not known so far */
	uint64_t delivered;	      /* events that were taken, in all */
	unsigned attempts;	      /* of the event that is next, failed so far */
	int64_t failing_since_ms;     /* its first failure; 0: none */
	int64_t next_ms;	      /* not before */
	enum err given_up;	      /* why; ERR_OK: it is not */
	int64_t given_up_ms;
	uint64_t tested;	    /* of the subscription's `test`, the last one done */
	struct webhook_answer test; /* what came of it */
	unsigned answer_count;
	struct webhook_answer answers[WEBHOOK_ANSWERS_MAX]; /* the newest first */
};

void webhook_cursor_answer(struct webhook_cursor *c, const struct webhook_answer *answer);
/* NULL without memory. */
json_t *webhook_cursor_json(const struct webhook_cursor *c);
/* ERR_WEBHOOK_FILE. */
must_use enum err webhook_cursor_read(const json_t *json, struct webhook_cursor *out);

#endif
