/* What leaves the process, only after the commit that makes it true: acts of the plan, and the pump
 * that publishes queued envelopes as far as each subscriber's credit allows. The ops are the
 * daemon's sockets, or the simulator's network. */
#ifndef VANTHU_DAEMON_OUTBOX_H
#define VANTHU_DAEMON_OUTBOX_H

#include "routing/base/arena.h"
#include "routing/core.h"
#include "routing/state/plan.h"

struct outbox_ops {
	void *ctx;
	/* control connection */
	enum err (*send)(void *ctx, struct committee_id neighbour, struct blob frame);
	/* May another publication go to this neighbour now? The tick retries. NULL: always. */
	bool (*may_publish)(void *ctx, struct committee_id neighbour);
	void (*reply)(void *ctx, const struct act_reply *r);
	void (*notify)(void *ctx, const struct act_notify *n);
	void (*fetch)(void *ctx, struct committee_id neighbour);      /* bulk: there is work */
	void (*fetch_stop)(void *ctx, struct committee_id neighbour);
	void (*drop_file)(void *ctx); /* a DROPPED record is there */
	void (*violation)(void *ctx, struct committee_id neighbour, enum err why);
	void (*directory)(void *ctx);
	/* Visits (routing/links/visit.c): dial one for the directory; say something there, or to
	 * who visits us; end either. */
	void (*visit)(void *ctx, struct committee_id host);
	enum err (*visit_send)(void *ctx, struct committee_id who, enum party party,
			       struct blob frame);
	void (*visit_end)(void *ctx, struct committee_id who, enum party party);
	/* An item that was set aside, as a PUBLISH frame of its own, to be opened again;
	 * corrected_at_ms: when its signer says that it was signed. */
	void (*reopen)(void *ctx, struct committee_id neighbour, struct blob frame,
		       int64_t corrected_at_ms);
	void (*installed)(void *ctx, const struct act_installed *i);
};

struct outbox;
struct outbox *outbox_new(struct core *core, struct lookup store, struct outbox_ops ops);
void outbox_destroy(struct outbox *o);
/* An answer that no plan has: why there is none. */
void outbox_reply(struct outbox *o, const struct act_reply *r);

/* Performs all acts of a committed plan. ERR_STORE when reading the store failed. */
must_use enum err outbox_perform(struct outbox *o, const struct plan *p);
#ifdef VANTHU_CANARY_EARLY_ACK
/* A canary of the tests only: performs replies and sends before the commit. */
must_use enum err outbox_perform_early(struct outbox *o, const struct plan *p);
#endif
/* Publishes to one neighbour what its credit allows, of each lane up to the last number that is
 * committed: memory may know of more, and of a later directory. */
must_use enum err outbox_pump(struct outbox *o, struct committee_id neighbour,
			      const struct act_pump *pump);

#endif
