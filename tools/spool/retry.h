/* What stands still is tried again: an order that was refused goes back into out/, a document that
 * is stuck is due at once. Beside a gateway that runs, or one that does not. */
#ifndef VANTHU_TOOLS_SPOOL_RETRY_H
#define VANTHU_TOOLS_SPOOL_RETRY_H

#include <stdbool.h>

#include "tools/spool/order.h"
#include "tools/spool/place.h"

struct spool_retry {
	struct spool_place place; /* see spool_place_view */
	bool dry;		  /* nothing is changed */
	/* of the last call: what it was about, of ERR_EXISTS what is in the way */
	char about[ORDER_PATH_MAX];
};

/* The folder `name` of out/refused: the order goes back last, so that it is whole when it is seen.
 * Ends it in the middle, the same call goes on. ERR_SPOOL_NONE: there is none; ERR_EXISTS: another
 * file has the place of one of its files, nothing was moved; ERR_FILE (errno). */
must_use enum err spool_retry_order(struct spool_retry *r, const char *name);
/* `id` is the whole id, or its end as lists show it. ERR_SPOOL_NONE, ERR_FILE. */
must_use enum err spool_retry_document(struct spool_retry *r, const char *id);

#endif
