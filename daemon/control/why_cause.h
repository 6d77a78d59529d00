/* Why one document keeps the share down: a cause for each reason, with all recipients that it holds
 * of. Everything lies in the arena of requests. */
#ifndef VANTHU_DAEMON_CONTROL_WHY_CAUSE_H
#define VANTHU_DAEMON_CONTROL_WHY_CAUSE_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/rules.h"

struct arena;
struct client;
struct found_document;
struct names;
struct report_unfit;
struct tree;

/* What causes of all documents of a listing are found with. */
struct why_context {
	struct tree *tree;
	struct names *names;
	struct arena *scratch;
	struct committee_id self;
	struct deadline_rules deadlines;
	int64_t now_ms;
};

struct why_context *why_context_new(struct client *c); /* NULL without memory */
void why_context_drop(struct why_context *x);	       /* NULL is fine */

/* All add to out->causes. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err why_cause_paper(struct client *c, Vanthu__V1__WhyDocument *out);
/* One of ours that not all have receipted. */
must_use enum err why_cause_sent(struct client *c, struct why_context *x,
				 const struct found_document *f, Vanthu__V1__WhyDocument *out);
/* One that we received and have not processed. */
must_use enum err why_cause_received(struct client *c, struct why_context *x,
				     const struct found_document *f, Vanthu__V1__WhyDocument *out);
/* One that the report of `who` does not count as we do. */
must_use enum err why_cause_unfit(struct client *c, struct why_context *x, struct committee_id who,
				  const struct report_unfit *unfit, Vanthu__V1__WhyDocument *out);

#endif
