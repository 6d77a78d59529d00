/* Items that come in sequence in a neighbour's stream and cannot be believed yet: its time has not
 * come, or it speaks of a directory that is not here. Or cannot be answered yet: who asks what was
 * said of a document waits until we may sign. Such an item is acknowledged, so that the
 * items behind it pass, and lies in ASIDE until it can be believed; then it is decided on like any
 * other.
 *
 *   taken, acknowledged ──► ASIDE ──opened again──► decide_document, decide_fact
 *
 * It is opened again when its time has come, when its signer has said that the time was wrong
 * (routing/decide/doubt.c), when the directory that it speaks of is in force, and when it is given
 * up: after ASIDE_DOCUMENT_MS or ASIDE_FACT_MS of running time, or because there are too many.
 * Given up means refused by name like anything else that is not believed.
 *
 * Whose time does not matter is not set aside: what only passes through goes on as it came, and
 * each recipient judges for itself.
 *
 * Files of a document in ASIDE are not fetched, and the publisher keeps them: its sequence number
 * is not reported complete (decide_pinned). When a new stream begins, or the neighbour is none any
 * more, a document with files is resent, as one that was being fetched does; one without is ours to
 * answer for, and stays. */
#ifndef VANTHU_ROUTING_LINKS_ASIDE_H
#define VANTHU_ROUTING_LINKS_ASIDE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct core;
struct ev_publish;
struct key;
struct link;
struct rec_aside;
struct record;
struct turn_view;

must_use enum err aside_load(struct turn_view *t);
must_use enum err aside_load_lane(struct turn_view *t, struct link *l, enum lane lane);
/* Why the item cannot be believed yet; ERR_OK: it can be decided on. One whose time does not matter
 * gets its verdict mended. */
must_use enum err aside_judge(struct turn_view *t, const struct link *l, struct ev_publish *e,
			      enum err *why);
/* Does it wait until we may sign? */
bool aside_is_for_us(enum err why);
/* Is there room for one more? When not, the oldest are given up, and there is soon. */
must_use enum err aside_room(struct turn_view *t, const struct link *l, enum lane lane, bool *room);
/* Sets aside an item whose sequence number has been counted as received. */
must_use enum err aside_take(struct turn_view *t, struct link *l, const struct ev_publish *e,
			     enum err why);
/* What opening an item tells of it, into its record: of one whose signer's key was not known when
 * it came, later. */
void aside_learn(struct rec_aside *a, const struct ev_publish *e);
must_use enum err aside_tick(struct turn_view *t);
/* Something has changed that may settle many items: all are checked from now on, without waiting
 * for ticks. */
void aside_hurry(struct core *c);
/* The signer has spoken. */
must_use enum err aside_corrected(struct turn_view *t, const struct key *key, struct record *r,
				  int64_t at_ms);
/* Is the item of this sequence number set aside? */
must_use enum err aside_has_seq(struct turn_view *t, struct committee_id neighbour, enum lane lane,
				uint64_t seq, bool *yes);
/* The neighbour is none any more: documents whose files it owed come by other routes. */
must_use enum err aside_forget_link(struct turn_view *t, struct committee_id neighbour);

/* Takes the record away, and out of the sums. */
void aside_erase(struct turn_view *t, const struct key *key, const struct rec_aside *a);
/* Has it waited for as long as it may? */
bool aside_is_given_up(const struct turn_view *t, const struct link *l, const struct rec_aside *a);

#endif
