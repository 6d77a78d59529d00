/* What the parts of the gateway share: made by main.c before the first request, and read only from
 * then on, but for what its own locks guard. */
#ifndef VANTHU_TOOLS_GATEWAY_PARTS_H
#define VANTHU_TOOLS_GATEWAY_PARTS_H

#include "daemon/config/config.h"
#include "tools/run/run.h"
#include "tools/token/token.h"

struct deadlines;
struct route;
struct pool;
struct sessions;
struct share;
struct tally;
struct throttle;
struct tls;
struct webhook;

struct gateway {
	const struct config *config;
	const struct route *routes; /* routes.h */
	struct run_program program; /* vanthu, without a language */
	struct token_book *book;
	struct token_audit *audit;
	struct deadlines *deadlines;
	struct pool *pool;
	struct pool *followers; /* of those that wait for changes, who take nobody's place */
	struct share *share;	/* what each token has under way */
	struct sessions *sessions; /* of the office's page; its own lock */
	struct throttle *throttle; /* attempts to sign in there; its own lock */
	struct tally *tally;
	struct webhook *webhook; /* sends to subscribers; its own lock */
	struct tls *tls;	 /* NULL: plain HTTP, on loopback; its own lock */
	int stop; /* a descriptor that can be read once the gateway ends */
};

#endif
