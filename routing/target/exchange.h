/* Which documents went between our committee and others, and are receipted: what a report says of
 * each committee above, and what that one compares with its own records. Both sides choose the same
 * documents: signed at or after a moment, with a receipt given before another one by the clock of
 * who gave it. Both moments are in the report, and the receipt is the same at both ends.
 *
 * The newest documents are read first, a bounded number a step; what is receipted meanwhile is too
 * new to count. */
#ifndef VANTHU_ROUTING_TARGET_EXCHANGE_H
#define VANTHU_ROUTING_TARGET_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/state/record.h"

struct arena;
struct turn_view;

enum { EXCHANGE_WITH_MAX = TREE_DEPTH_MAX, EXCHANGE_FOUND_MAX = 8 * REPORT_IDS_MAX };

struct exchange_found {
	struct doc_id id;
	int64_t signed_at_ms;
	int64_t receipt_at_ms;
	uint32_t with;            /* index */
	enum direction direction; /* as we see it */
};

struct exchange_scan {
	bool active;
	struct committee_id with[EXCHANGE_WITH_MAX];
	uint32_t with_count;
	int64_t since_ms;  /* signed then or later; raised when there are more than fit */
	int64_t before_ms; /* receipted before */
	unsigned phase;
	bool begun;
	struct key at;
	struct exchange_found *found; /* its own */
	uint32_t count, capacity;
	uint32_t most; /* of `found` */
	bool cut;      /* there were more, and since_ms was raised */
};

/* Ends a scan that is under way. `with` is copied. most: at most EXCHANGE_FOUND_MAX. */
void exchange_begin(struct exchange_scan *s, const struct committee_id *with, uint32_t with_count,
		    int64_t since_ms, int64_t before_ms, uint32_t most);
/* Reads at most `records` documents more. *done: all that belong there are in s->found, by `with`,
 * direction and id. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err exchange_step(struct turn_view *t, struct exchange_scan *s, uint32_t records,
				bool *done);
void exchange_end(struct exchange_scan *s);

#endif
