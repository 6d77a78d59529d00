/* For whom a document is and which neighbours lead there. Groups are expanded under the tree of the
 * head's directory version; routes are those of the tree in force. Who has moved since is served by
 * name, wherever it stands now. */
#ifndef VANTHU_ROUTING_DOCUMENTS_ROUTE_H
#define VANTHU_ROUTING_DOCUMENTS_ROUTE_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/documents/recipients.h"

struct turn_view;

/* Who is served beyond us, one entry a neighbour. */
struct route {
	struct committee_id neighbour;
	struct committee_id *targets;
	uint32_t target_count;
};

struct routing_question {
	struct addressed to;
	/* of the origin, when it has them: `to`, expanded; NULL: groups are walked as far as they
	 * are ours to serve */
	const struct recipient_list *expanded;
	/* the part of the explicit ones that is ours to serve; none: all that lie away from
	 * `from` */
	const struct committee_id *targets;
	uint32_t target_count;
	struct committee_id from; /* "" when submitted here */
	bool taken; /* ours to answer for already: it may go back to where it came from */
};

struct unserved {
	struct committee_id committee;
	enum err why; /* ERR_UNKNOWN_RECIPIENT, ERR_RETIRED_RECIPIENT, ERR_NO_ROUTE */
};

struct routing_answer {
	bool mine;
	struct route *routes;
	uint32_t route_count;
	struct unserved *unserved; /* who is to be served and cannot be */
	uint32_t unserved_count;
};

/* ERR_PROTOCOL: targets that are no recipients. */
must_use enum err document_route(struct turn_view *t, const struct routing_question *q,
				 struct routing_answer *out);
/* One more committee to be served, added to an answer. */
must_use enum err route_target(struct turn_view *t, const struct routing_question *q,
			       struct committee_id target, struct routing_answer *out);

#endif
