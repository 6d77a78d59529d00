/* One line of key=value per event, to the journal under systemd (fields kept) and to stderr
 * otherwise. Safe from any thread. */
#ifndef VANTHU_DAEMON_BASE_LOG_H
#define VANTHU_DAEMON_BASE_LOG_H

#include "daemon/base/log_level.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

void log_open(enum log_level most); /* once, in main */
/* Would a line of this level be logged? For lines that cost something to put together. */
bool log_wanted(enum log_level level);
/* log_event(LOG_INFO, "link-up", "committee=%s rtt_us=%llu", …). Values with spaces, quotes or
 * control characters are quoted and escaped by log_quote. */
void log_event(enum log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Lines that repeat (same event, committee and error) are logged ten times a minute and then
 * counted: event=repeated says how many there were. This logs the counts whose minute is over, or
 * all of them; the loop calls it each second. Lines at debug are never held back. */
void log_repeated(bool all);
/* Copies a text into out as one key=value value. Returns out. */
const char *log_quote(const char *text, char *out, size_t size_bytes);

#endif
