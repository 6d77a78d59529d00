/* See clock.h. */
#include "daemon/base/clock.h"

#include <sys/random.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

struct now clock_now(void)
{
	int64_t mono_us = read_us(CLOCK_MONOTONIC);

	return (struct now){ .wall_ms = read_us(CLOCK_REALTIME) / 1000,
			     .mono_ms = mono_us / 1000,
			     .mono_us = mono_us };
}

int64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

enum err clock_random(void *out, size_t len_bytes)
{
	/* Up to 256 bytes come whole (getrandom(2)). */
	return len_bytes <= 256 && getrandom(out, len_bytes, 0) == (ssize_t)len_bytes ? ERR_OK
										      : ERR_SYSTEM;
}
