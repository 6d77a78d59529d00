/* What may have changed, for programs of others that follow (routing/state/feed.h). The numbers are
 * part of the store format; the names are part of docs/PROTOCOL.md. */
#ifndef VANTHU_ROUTING_BASE_CHANGE_KIND_H
#define VANTHU_ROUTING_BASE_CHANGE_KIND_H

#include "routing/base/err.h"

enum change_kind {
	CHANGE_NONE = 0,
	CHANGE_SENT = 1,     /* our office submitted a document */
	CHANGE_ARRIVED = 2,  /* a document is whole here, and for us */
	/* what our office did with it, and says of it */
	CHANGE_ACCEPTED = 3,
	CHANGE_RETURNED = 4,
	CHANGE_ASSIGNED = 5,
	CHANGE_STARTED = 6,
	CHANGE_FINISHED = 7,
	CHANGE_AGREED = 8,   /* to what its issuer asked: `status` is 15 */
	CHANGE_DECLINED = 9, /* 16 */
	/* the issuer asks it back (ours, too, when it is one of ours), or a newer document of the
	 * issuer updates or replaces it */
	CHANGE_RECALLED = 10,
	CHANGE_UPDATED = 11,
	CHANGE_REPLACED = 12,
	/* of one that we sent */
	CHANGE_STATUS = 13,    /* a recipient's office says it */
	CHANGE_RECEIPT = 14,   /* a recipient has it */
	CHANGE_REFUSED = 15,
	CHANGE_DELIVERED = 16, /* all have it */
	CHANGE_EXPIRED = 17,
	CHANGE_NUMBERED = 18,  /* a line of a register was given */
	CHANGE_PAPER = 19,
	CHANGE_TARGET = 20,
	CHANGE_DIRECTORY = 21, /* `number` is its version */
	CHANGE_LINK_UP = 22,
	CHANGE_LINK_DOWN = 23,
	/* our store is behind, or runs twice (`committee` is our own), or a neighbour's is; reason
	 * 0: settled */
	CHANGE_STORE = 24,
	CHANGE_DUE_SOON = 25,  /* what our office has to do, … */
	CHANGE_OVERDUE = 26,
	CHANGE_SENT_DUE = 27,  /* … and what a recipient has */
	CHANGE_SENT_OVERDUE = 28,
	CHANGE_ARCHIVED = 29,  /* its content went into an archive */
	CHANGE_KINDS
};

/* Of CHANGE_PAPER, CHANGE_NUMBERED and CHANGE_TARGET. */
enum change_what {
	CHANGE_WHAT_NONE = 0,
	CHANGE_ADDED = 1,
	CHANGE_CORRECTED = 2,
	CHANGE_CANCELLED = 3,
	CHANGE_VOID = 4,       /* nothing was issued under the number */
	CHANGE_DECLARED = 5,   /* `name` is the target's id */
	CHANGE_REPORTED = 6,   /* `committee` has reported its figures */
	CHANGE_WHATS
};

/* "arrived", "link_up", …; "" for CHANGE_NONE and what this build does not know. Static. */
const char *change_kind_name(enum change_kind kind);
/* CHANGE_NONE: no such kind. */
enum change_kind change_kind_named(const char *name);
/* "added", "declared", …; "" for CHANGE_WHAT_NONE and what this build does not know. Static. */
const char *change_what_name(enum change_what what);

#endif
