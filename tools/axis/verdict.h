/* What an answer of an axis means, and when to try again: without clock and without network. */
#ifndef VANTHU_TOOLS_AXIS_VERDICT_H
#define VANTHU_TOOLS_AXIS_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

enum axis_verdict {
	AXIS_DONE,  /* it has done it */
	AXIS_LATER, /* nobody knows: try again, in the same order */
	AXIS_NEVER, /* it refuses this one for good */
	AXIS_STOP   /* it refuses us: a person must look */
};

/* Result codes of the axis (docs/INTEGRATION.md): of 0 and 15 the meaning is known. */
enum { AXIS_CODE_NONE = -1, AXIS_CODE_DONE = 0, AXIS_CODE_OTHER = 10, AXIS_CODE_IDENTITY = 15 };

/* `status` of HTTP, 0: no answer; `code`: the result code in it, AXIS_CODE_NONE: none. */
enum axis_verdict axis_verdict(unsigned status, int code);

enum { AXIS_RETRY_MIN_MS = 1000, AXIS_RETRY_MAX_MS = 30 * 60 * 1000 };
/* The pause after the `attempts`th failure in a row (from 1): 1 s, doubled up to 30 min, up to a
 * fifth less or more by `random`; not earlier than the other side asked (Retry-After; -1: not
 * said), but not more than a day. */
int64_t axis_backoff_ms(unsigned attempts, int64_t retry_after_ms, uint32_t random);

/* Whether what the command line said may be over by itself: the daemon is away, or full. */
bool axis_err_passes(enum err e);
/* A status may come before its document, and is tried so long. */
enum { AXIS_PATIENCE_MS = 24 * 3600 * 1000 };
/* Whether what it is about was not there. */
bool axis_err_early(enum err e);

#endif
