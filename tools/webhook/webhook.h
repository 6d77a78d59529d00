/* Webhooks: programs of others subscribe to changes, and each is told them in order, at least once,
 * by signed HTTP requests (Standard Webhooks 1.0.0). `vanthu webhook` keeps the subscriptions, the
 * gateway sends. An event counts as taken when the cursor after it is on the disk: whoever is
 * killed before that sends it again, under the same id. */
#ifndef VANTHU_TOOLS_WEBHOOK_WEBHOOK_H
#define VANTHU_TOOLS_WEBHOOK_WEBHOOK_H

#include "tools/webhook/event.h"
#include "tools/webhook/feed.h"
#include "tools/webhook/folder.h"
#include "tools/webhook/subscription.h"
#include "tools/webhook/target.h"

/* Time and chance, as data. */
struct webhook_world {
	int64_t (*now_ms)(void *context); /* Unix time */
	uint32_t (*random)(void *context);
	void *context;
	int turn_ms; /* the longest pause between two looks at the folder */
};

struct webhook_parts {
	const struct config *config;	   /* gateway_folder and gateway_webhook_… of it */
	const char *vanthu;		   /* path of the program; see run_find */
	const struct webhook_feed *feed;   /* NULL: the command line as a child */
	const struct webhook_world *world; /* NULL: this machine's, and a second */
	/* a line for the log: what happened ("webhook-given-up"), and fields of it; NULL: none. By
	 * a thread of its own. */
	void (*log)(void *context, const char *event, const char *fields);
	void *context;
};

struct webhook;

/* Sends from now on, in threads of its own; what `parts` points to stays until webhook_stop. Makes
 * the folder. ERR_WEBHOOK_RUNNING: another process does for this folder (known after 5 s);
 * ERR_CONFIG: webhook_allow; ERR_FILE (errno), ERR_NO_MEMORY, ERR_SYSTEM. */
must_use enum err webhook_start(const struct webhook_parts *parts, struct webhook **out);
/* Breaks off what is under way, and waits for the threads. NULL is fine. */
void webhook_stop(struct webhook *w);

/* For health and metrics. */
struct webhook_condition {
	unsigned active, paused, given_up;
	unsigned failing;   /* of the active ones: the last attempt of its next event failed */
	unsigned damaged;   /* files that cannot be read */
	uint64_t delivered; /* events that were taken, since webhook_start */
	uint64_t failed;    /* attempts that were not, likewise */
	enum err feed;	    /* ERR_OK, or why the feed does not answer at present */
	enum err folder;    /* likewise of the folder */
};
void webhook_health(struct webhook *w, struct webhook_condition *out);

#endif
