/* Serves all subscriptions: reads the folder, asks the feed, sends what is next of each. One thread
 * turns it. */
#ifndef VANTHU_TOOLS_WEBHOOK_SENDER_H
#define VANTHU_TOOLS_WEBHOOK_SENDER_H

#include "tools/webhook/post.h"
#include "tools/webhook/reader.h"
#include "tools/webhook/webhook.h"

struct webhook_sender;

struct webhook_sender_parts {
	const struct webhook_folder *folder;
	struct webhook_poster *poster;
	struct webhook_reader *reader;
	const struct webhook_world *world;
	int64_t give_up_ms;
	void (*log)(void *context, const char *event, const char *fields); /* NULL: none */
	void *context;
};

/* *p is copied, its parts are borrowed. ERR_NO_MEMORY. */
must_use enum err webhook_sender_new(const struct webhook_sender_parts *p,
				     struct webhook_sender **out);
/* Breaks off what is under way, and writes the cursors. NULL is fine. */
void webhook_sender_destroy(struct webhook_sender *s);

/* One turn, which waits for an answer, for webhook_poster_wake, or for the next thing to do. */
void webhook_sender_turn(struct webhook_sender *s);
void webhook_sender_health(const struct webhook_sender *s, struct webhook_condition *out);

#endif
