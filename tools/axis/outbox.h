/* What goes to an axis: documents that arrived for our committee, and what the recipients of ours
 * say of them; by the feed of changes.
 *
 * Each has a key of (document, status, whose), and a file of its own from the moment that the feed
 * had it: `out/ORDER-KEY.json` until the axis has it, then `sent/KEY.json`. A change whose key is
 * there already is passed over, so nothing is sent twice however often the feed is read. Before an
 * attempt its file says so; whoever finds that asks the axis for the key first. */
#ifndef VANTHU_TOOLS_AXIS_OUTBOX_H
#define VANTHU_TOOLS_AXIS_OUTBOX_H

#include "tools/axis/work.h"

enum { AXIS_KEY_SIZE = 33, AXIS_WAITING_MAX = 20000 };

/* Enters what the feed has since the last time; waits at most `wait_s` seconds for something newer.
 * ERR_AXIS_FEED: what was not read is not kept any more, or it is another feed; the adapter has
 * stopped. */
must_use enum err axis_outbox_enter(struct axis_work *w, unsigned wait_s);
/* Sends what waits, in its order, until there is nothing or one cannot be sent now. */
must_use enum err axis_outbox_send(struct axis_work *w);
/* How many wait. */
size_t axis_outbox_count(const char *gateway_folder, const char *name);

/* Whether a change goes to the axis, and as what: `status` is "" for the document itself, else a
 * code; `whose` says it. */
bool axis_outbox_wanted(const json_t *change, const char *us, const char **status,
			const char **whose);
void axis_outbox_key(const char *document, const char *status, const char *whose,
		     char out[AXIS_KEY_SIZE]);

#endif
