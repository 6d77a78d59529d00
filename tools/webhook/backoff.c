/* See backoff.h. */
#include "tools/webhook/backoff.h"

#define SECONDS(n) ((n)*INT64_C(1000))

static const int64_t steps[] = { SECONDS(5),	    SECONDS(30),       SECONDS(120),
				 SECONDS(600),	    SECONDS(1800),     SECONDS(3600),
				 SECONDS(2 * 3600), SECONDS(4 * 3600), SECONDS(6 * 3600) };

enum { STEPS = sizeof steps / sizeof steps[0] };

/* From 0 to `width_ms`. */
static int64_t share(int64_t width_ms, uint32_t random)
{
	return (int64_t)((uint64_t)width_ms * random / UINT32_MAX);
}

int64_t webhook_backoff_ms(unsigned attempts, int64_t retry_after_ms, uint32_t random)
{
	int64_t step = steps[attempts == 0 ? 0 : attempts > STEPS ? STEPS - 1 : attempts - 1];

	if (retry_after_ms < 0)
		return step - step / 5 + share(2 * (step / 5), random);
	if (retry_after_ms < WEBHOOK_RETRY_FLOOR_MS)
		retry_after_ms = WEBHOOK_RETRY_FLOOR_MS;
	if (retry_after_ms > WEBHOOK_RETRY_CEILING_MS)
		retry_after_ms = WEBHOOK_RETRY_CEILING_MS;
	return retry_after_ms + share(retry_after_ms / 10, random);
}
