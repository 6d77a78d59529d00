/* When a delivery that failed is tried again. */
#ifndef VANTHU_TOOLS_WEBHOOK_BACKOFF_H
#define VANTHU_TOOLS_WEBHOOK_BACKOFF_H

#include <stdint.h>

enum {
	WEBHOOK_RETRY_FLOOR_MS = 1000,		    /* however soon the other side wants it */
	WEBHOOK_RETRY_CEILING_MS = 24 * 3600 * 1000 /* and however late */
};

/* The pause after the `attempts`th failure (from 1): 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h,
 * 4 h, then every 6 h, each up to a fifth less or more, by `random`, so that many subscriptions do
 * not come all at once. `retry_after_ms` is what the other side asked for (Retry-After, RFC 9110
 * §10.2.3), -1 where it asked for nothing: it is honoured within the bounds above, and never
 * earlier than asked. */
int64_t webhook_backoff_ms(unsigned attempts, int64_t retry_after_ms, uint32_t random);

#endif
