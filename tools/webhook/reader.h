/* The thread that asks the feed: an answer may be long in coming, and deliveries go on meanwhile.
 * One question at a time. */
#ifndef VANTHU_TOOLS_WEBHOOK_READER_H
#define VANTHU_TOOLS_WEBHOOK_READER_H

#include "tools/webhook/feed.h"

struct webhook_reader;

/* `woken` is called by the thread when there is an answer. *feed is borrowed. ERR_NO_MEMORY,
 * ERR_SYSTEM. */
must_use enum err webhook_reader_start(const struct webhook_feed *feed,
				       void (*woken)(void *context), void *context,
				       struct webhook_reader **out);
/* Ends a question that is under way, and the thread. NULL is fine. */
void webhook_reader_stop(struct webhook_reader *r);

/* Asks, unless a question is open: false. ask.stop is the reader's own. */
bool webhook_reader_ask(struct webhook_reader *r, const struct webhook_ask *ask);
/* The question that is open or answered; false: there is none. */
bool webhook_reader_open(struct webhook_reader *r, struct webhook_ask *out);
/* The answer to the open question comes soon, as ERR_CANCELLED if nothing better. */
void webhook_reader_hurry(struct webhook_reader *r);
/* The answer, once; false: there is none so far. *batch is the caller's when *e is ERR_OK. */
bool webhook_reader_take(struct webhook_reader *r, struct webhook_ask *ask, enum err *e,
			 struct webhook_batch *batch);

#endif
