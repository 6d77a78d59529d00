/* Which documents went between our committee and others, and are receipted: what a report says of
 * each committee above, and what that one compares with its own records. Both sides choose the same
 * documents: signed at or after a moment, with a receipt given before another one by the clock of
 * who gave it. Both moments are in the report, and the receipt is the same at both ends.
 *
 * The newest documents are read first, a bounded number a step, until many in a row are too old;
 * what is receipted meanwhile is too new to count. A document or receipt that cannot be read is
 * left out: that, and not the other's report, is what a difference then shows. */
#ifndef VANTHU_ROUTING_TARGET_EXCHANGE_H
#define VANTHU_ROUTING_TARGET_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct exchange_scan;
struct turn_view;

/* Ends a scan that is under way. `with` is copied. most: at most EXCHANGE_FOUND_MAX. */
void exchange_begin(struct exchange_scan *s, const struct committee_id *with, uint32_t with_count,
		    int64_t since_ms, int64_t before_ms, uint32_t most);
/* Reads at most `records` documents more. *done: all that belong there are in s->found, by `with`,
 * direction and id. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err exchange_step(struct turn_view *t, struct exchange_scan *s, uint32_t records,
				bool *done);
#endif
