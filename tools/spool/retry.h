/* What stands still is tried again: an order that was refused goes back into out/, a document that
 * is stuck is due at once. Beside a gateway that runs, or one that does not. */
#ifndef VANTHU_TOOLS_SPOOL_RETRY_H
#define VANTHU_TOOLS_SPOOL_RETRY_H

#include <stdbool.h>

#include "routing/base/err.h"

struct spool_parts; /* spool.h */
struct spool_retry;
/* Of `parts`, which are borrowed for the call, the configuration and the step are used. `dry`:
 * nothing is changed. *out is the caller's, also on errors, and may be NULL. ERR_SPOOL_OFF,
 * ERR_FILE (errno), ERR_NO_MEMORY. */
must_use enum err spool_retry_open(const struct spool_parts *parts, bool dry,
				   struct spool_retry **out);
void spool_retry_close(struct spool_retry *r); /* NULL is fine */

/* The folder `name` of out/refused: the order goes back last, so that it is whole when it is seen.
 * Where it ended in the middle, the same call goes on. ERR_SPOOL_NONE: there is none; ERR_EXISTS:
 * another file has the place of one of its files, nothing was moved; ERR_FILE (errno). */
must_use enum err spool_retry_order(struct spool_retry *r, const char *name);
/* `id` is the whole id, or its end as lists show it. ERR_SPOOL_NONE, ERR_FILE. */
must_use enum err spool_retry_document(struct spool_retry *r, const char *id);
/* What the last call was about; of ERR_EXISTS what is in the way. */
const char *spool_retry_about(const struct spool_retry *r);

#endif
