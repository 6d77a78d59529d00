/* Lines that repeat are counted, not written: whoever sits at the other end of a link or a local
 * socket must not be able to fill the disk with what we say of it. Knows no clock and no thread:
 * log.c holds the one of the process. */
#ifndef VANTHU_DAEMON_BASE_LOG_REPEAT_H
#define VANTHU_DAEMON_BASE_LOG_REPEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LOG_KINDS_MAX = 128,
	LOG_KIND_BYTES = 120,
	LOG_LINES_A_MINUTE = 10,
	LOG_MINUTE_MS = 60 * 1000
};

/* All zero: nothing logged yet. */
struct log_repeat {
	struct log_kind {
		char name[LOG_KIND_BYTES]; /* "": free */
		int64_t until_ms;
		unsigned logged, more;
	} kinds[LOG_KINDS_MAX];
};

/* What makes two lines of the same kind: their event, the committee they are about and the error.
 * Cut at the size of `out`. */
void log_kind_of(const char *line, char *out, size_t size_bytes);
/* True: log the line. False: it has been counted. More kinds at once than there are slots share
 * one. */
bool log_repeat_pass(struct log_repeat *r, const char *kind, int64_t mono_ms);
/* A kind that was held back and whose minute is over (or any, with `all`): its name, and how many
 * lines are not there. False: none. */
bool log_repeat_next(struct log_repeat *r, int64_t mono_ms, bool all, char kind[LOG_KIND_BYTES],
		     unsigned *more);

#endif
