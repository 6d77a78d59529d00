/* What is known of orders: which id one got, before it is sent; its end, before the result is
 * shown; and the ends of earlier ones, so that the same again is answered and not sent. A small
 * file for each in gateway.folder/spool: open/KEY.json until the files are moved, known/KK/KEY.json
 * for a year after. KEY is SHA-256 over name and content. */
#ifndef VANTHU_TOOLS_SPOOL_JOURNAL_H
#define VANTHU_TOOLS_SPOOL_JOURNAL_H

#include "proto/digest.h"
#include "tools/spool/place.h"

enum spool_stage {
	STAGE_BEGUN, /* has an id; whether it was sent is open */
	STAGE_ENDED, /* `result` is what is to be shown */
	/* the result lies ready in out/ under a name with a dot; not there any more: shown */
	STAGE_SHOWN
};

/* JSON objects, so that an entry of a later version keeps what this one does not know. Members:
 * file, key, id, date (of issue), at (Unix ms of the first sight), stage, verdict (accepted,
 * refused), target (folder in out/done or out/refused), result, inputs [{path, size, modified}]. */

/* All that is open, each to `take`, which may change and drop it; until one says something else
 * than ERR_OK. Entries that cannot be read are logged, and left. */
must_use enum err spool_journal_each(struct spool_place *p,
				     enum err (*take)(void *ctx, struct spool_place *p,
						      json_t *entry),
				     void *ctx);
/* A new reference; NULL: nothing is open under this key. */
json_t *spool_journal_open(const struct spool_place *p, const char *key);
/* Writes it, whole or as before, and syncs it. */
must_use enum err spool_journal_put(const struct spool_place *p, const json_t *entry);
/* It is over: kept as known when it was accepted. */
must_use enum err spool_journal_close(const struct spool_place *p, const json_t *entry);
/* An earlier one of this key that was accepted, a new reference; NULL: none. */
json_t *spool_journal_known(const struct spool_place *p, const char *key);
/* Forgets what is known for more than a year, in one of 256 parts, which `turn` chooses. */
void spool_journal_sweep(const struct spool_place *p, unsigned turn, int64_t now_ms);

const char *spool_journal_text(const json_t *entry, const char *name); /* "" for none */

#endif
