/* Deliveries over HTTP, several at a time: each one POST to one address, no redirect, no proxy, no
 * cookie, TLS verified. One thread uses it, but for webhook_poster_wake. */
#ifndef VANTHU_TOOLS_WEBHOOK_POST_H
#define VANTHU_TOOLS_WEBHOOK_POST_H

#include "tools/webhook/cursor.h"
#include "tools/webhook/subscription.h"

enum {
	WEBHOOK_POSTS_MAX = 16, /* under way at the same time */
	WEBHOOK_CONNECT_TIMEOUT_MS = 10000,
	WEBHOOK_REPLY_MAX_BYTES = 64 << 10 /* of an answer; its text is thrown away */
};

struct webhook_poster_parts {
	struct config_networks allow; /* see target.h */
	const char *ca;		      /* certificates, PEM; "": those of this machine */
	int64_t timeout_ms;	      /* of one delivery in all */
};

struct webhook_post {
	const char *url, *id;
	const struct webhook_key *key;
	int64_t now_ms;	  /* of this attempt */
	const char *body; /* stays until it is done */
	size_t len_bytes;
	void *owner; /* at most one at a time */
};

struct webhook_outcome {
	unsigned status; /* of HTTP; 0: no answer */
	unsigned took_ms;
	int64_t retry_after_ms; /* -1: not said */
	bool refused;		/* no connection, as all addresses of the host are forbidden */
	char error[WEBHOOK_ERROR_SIZE]; /* why there is no answer, in English; "" is none */
};

struct webhook_poster;

/* *p is copied, but its texts. ERR_NO_MEMORY, ERR_SYSTEM. */
must_use enum err webhook_poster_new(const struct webhook_poster_parts *p,
				     struct webhook_poster **out);
/* Breaks off what is under way. NULL is fine. */
void webhook_poster_destroy(struct webhook_poster *p);

unsigned webhook_poster_count(const struct webhook_poster *p); /* under way */
/* ERR_BUSY: WEBHOOK_POSTS_MAX are. ERR_NO_MEMORY, ERR_SYSTEM. */
must_use enum err webhook_poster_begin(struct webhook_poster *p, const struct webhook_post *post);
/* Breaks off the owner's, if any. */
void webhook_poster_cancel(struct webhook_poster *p, const void *owner);
/* Goes on with all of them; waits at most so long for something to happen. */
void webhook_poster_turn(struct webhook_poster *p, int timeout_ms);
/* One that is done; false: none. */
bool webhook_poster_take(struct webhook_poster *p, void **owner, struct webhook_outcome *out);
/* Ends the waiting of webhook_poster_turn; any thread. */
void webhook_poster_wake(struct webhook_poster *p);

#endif
