/* The only place that asks the system for time or randomness. */
#ifndef VANTHU_DAEMON_BASE_CLOCK_H
#define VANTHU_DAEMON_BASE_CLOCK_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct now clock_now(void);
int64_t clock_mono_us(void);
/* ERR_SYSTEM when the kernel gives none. */
must_use enum err clock_random(void *out, size_t len_bytes);

#endif
