/* See bucket.h. */
#include "tools/token/bucket.h"

#define ONE 1000000ULL /* a request; and a second in µs: rate × µs is millionths of requests */

bool token_bucket_take(struct token_bucket *b, uint32_t rate, int64_t mono_us,
		       uint32_t *retry_after_s)
{
	uint64_t full = rate * ONE, passed;

	*retry_after_s = 0;
	if (rate == 0)
		return true;
	passed = !b->begun ? ONE : mono_us > b->at_us ? (uint64_t)(mono_us - b->at_us) : 0;
	if (passed > ONE)
		passed = ONE; /* a second fills it */
	b->held += passed * rate;
	if (b->held > full)
		b->held = full;
	b->at_us = mono_us;
	b->begun = true;
	if (b->held < ONE) {
		/* The next one is there after (ONE − held) / rate µs, less than a second. */
		*retry_after_s = 1;
		return false;
	}
	b->held -= ONE;
	return true;
}
