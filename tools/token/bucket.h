/* How many requests a second: a bucket that fills at that rate and holds what a second brings. */
#ifndef VANTHU_TOOLS_TOKEN_BUCKET_H
#define VANTHU_TOOLS_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct token_bucket {
	uint64_t held; /* requests that may come at once now, in millionths */
	int64_t at_us; /* when that was */
	bool begun;
};

/* One request at this time of the clock that never goes back. rate 0: always. False: it is one too
 * many; *retry_after_s, at least 1, says when it would not be. */
bool token_bucket_take(struct token_bucket *b, uint32_t rate, int64_t mono_us,
		       uint32_t *retry_after_s);

#endif
