/* Heads of histories (routing/state/history.h) between neighbours, with each Ping and Pong: so that
 * a history which is written anew later is found out by who heard of it before.
 *
 * Each keeps a few of the other's heads, spread over all that it has heard, and asks after one of
 * them with each Ping: "at this line your chain was that". Lines never change, so whatever is lost,
 * doubled or late in transit, the answer is the same for ever:
 *
 * | the other's chain at a line that is held | what it is |
 * |---|---|
 * | the same | up to there its history is what it was |
 * | another, or none, of a line from before its last start | written anew: VT-2038, VT-2039 |
 * | the same of a later line | its store is behind (routing/links/stand.h) |
 * | cannot be read | nothing is shown |
 *
 * Who is asked sees it as well, by what the other holds; so both ends raise it, by name, until an
 * operator settles it (`vanthu recover resume`). It stops nothing: documents, receipts and statuses
 * are signed each by itself.
 *
 * A store that is behind says so (struct stand), and its chain goes on under another id. A head
 * under another id that comes with that word, or with the word that it was settled since, is taken
 * in place of the others; the last one of before is kept, and shown. Without it, it is a history
 * that was written anew. A store that was set back and went on through several starts before it met
 * who holds a head looks like one that was written anew, until it finds out that it is behind: that
 * word ends the alarm.
 *
 * Neighbours of older builds say no heads, and hold none. */
#ifndef VANTHU_ROUTING_LINKS_HEADS_H
#define VANTHU_ROUTING_LINKS_HEADS_H

#include "routing/base/err.h"

struct link;
struct msg_ping;
struct turn_view;

/* At the start, and for a new neighbour. As core_get. */
must_use enum err heads_load(struct turn_view *t, struct link *l);
/* What a Ping says of our history, and which head of the neighbour's it asks after. */
void heads_fill_ping(struct turn_view *t, struct link *l, struct msg_ping *m);
/* A Ping came: what the Pong says and answers. As core_get. */
must_use enum err heads_answer(struct turn_view *t, struct link *l, const struct msg_ping *ping,
			       struct msg_ping *pong);
/* What a Ping or a Pong says of the neighbour's history. */
void heads_take(struct turn_view *t, struct link *l, const struct msg_ping *m);
/* The end of a turn: what is held goes to the disk beside other writes, or after a while. */
void heads_write(struct turn_view *t);
/* An operator has settled it: ours, which goes on under another id; or the neighbour's, whose next
 * head is taken as it is. Fine when there is nothing to settle. */
void heads_settle_ours(struct turn_view *t);
void heads_settle_its(struct turn_view *t, struct link *l);

#endif
