/* Where a document stands, as this committee knows it, and how it may move. It is computed from
 * what is stored, never stored itself: so it cannot say anything else than its records.
 *
 *   of ours (ROLE_OUT)                       of others, for us or passing through
 *
 *       submitted                                taken
 *           |                                       |
 *       ACCEPTED ----.                           SENDING <---------.  a relay that had dropped the
 *        |  |        |                            |    |           |  content takes it again
 *        |  v        v  expire                    |    v           |
 *        | SENDING -> EXPIRED                     |  DELIVERED ----'  whole here
 *        |  |  |      |   |                       v
 *        v  v  |      |   v                      REFUSED              its bytes are not what was
 *       DELIVERED <--REFUSED                                          signed
 *
 * DELIVERED: the signed receipts of all recipients are here. REFUSED: all have answered, one or
 * more of them with a refusal, which a receipt may yet replace. EXPIRED: nobody waits for the
 * missing answers any more; they count all the same when they come. */
#ifndef VANTHU_ROUTING_DOCUMENTS_LIFECYCLE_H
#define VANTHU_ROUTING_DOCUMENTS_LIFECYCLE_H

#include <stdbool.h>

#include "routing/base/types.h"

struct rec_document;
struct rec_state;

enum lifecycle {
	LIFECYCLE_NONE = 0,  /* nothing of it is stored */
	LIFECYCLE_ACCEPTED,  /* ours, and nobody has answered */
	LIFECYCLE_SENDING,   /* ours, and some have answered; of others: its files are to come */
	LIFECYCLE_DELIVERED,
	LIFECYCLE_REFUSED,
	LIFECYCLE_EXPIRED,
	LIFECYCLE_COUNT
};

/* Where a document with a DOCUMENT record stands. `state` NULL: it has no STATE yet, so one of ours
 * is only about to be stored. */
enum lifecycle lifecycle_of(enum role role, const struct rec_document *d,
			    const struct rec_state *state);
/* The table of legal moves. To stay is one, once something is stored. */
bool lifecycle_may_move(enum role role, enum lifecycle from, enum lifecycle to);

/* The word for it on the local sockets and in options: "accepted", "sending", "delivered",
 * "refused", "expired". "" for LIFECYCLE_NONE. Static. */
text_t lifecycle_name(enum lifecycle l);
/* The one that a word stands for; LIFECYCLE_NONE: none. */
enum lifecycle lifecycle_named(text_t name);

#endif
