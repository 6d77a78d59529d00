/* Log lines; see log.h. */
#include "daemon/base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "daemon/base/clock.h"
#include "daemon/base/log_repeat.h"

enum { LINE_MAX_BYTES = 1024 };

/* Set once before any thread starts; read by all. */
static enum log_level most_logged = LOG_INFO;
static bool to_journal;

/* Of the whole process, for lines come from every thread. */
static struct log_repeat repeated;
static pthread_mutex_t repeated_lock = PTHREAD_MUTEX_INITIALIZER;

void log_open(enum log_level most)
{
	most_logged = most;
	to_journal = getenv("JOURNAL_STREAM") != NULL;
}

bool log_wanted(enum log_level level)
{
	return level <= most_logged;
}

static void write_line(enum log_level level, const char *event, char line[LINE_MAX_BYTES])
{
	size_t n;

	if (to_journal) {
		sd_journal_send("MESSAGE=%s", line, "PRIORITY=%d", (int)level, "VANTHU_EVENT=%s",
				event, NULL);
		return;
	}
	n = strlen(line);
	line[n < LINE_MAX_BYTES - 1 ? n : LINE_MAX_BYTES - 2] = '\n';
	/* One write, so that lines of several threads do not mix. A log that cannot be written
	 * cannot be reported anywhere. */
	if (write(STDERR_FILENO, line, n < LINE_MAX_BYTES - 1 ? n + 1 : LINE_MAX_BYTES - 1) < 0)
		return;
}

static bool may_log(enum log_level level, const char *line)
{
	char kind[LOG_KIND_BYTES];
	bool pass;

	if (level == LOG_DEBUG)
		return true; /* whoever asks for all gets it */
	log_kind_of(line, kind, sizeof kind);
	pthread_mutex_lock(&repeated_lock);
	pass = log_repeat_pass(&repeated, kind, clock_now().mono_ms);
	pthread_mutex_unlock(&repeated_lock);
	return pass;
}

void log_repeated(bool all)
{
	char kind[LOG_KIND_BYTES], line[LINE_MAX_BYTES];
	bool any = true;
	unsigned more;

	while (any) {
		pthread_mutex_lock(&repeated_lock);
		any = log_repeat_next(&repeated, clock_now().mono_ms, all, kind, &more);
		pthread_mutex_unlock(&repeated_lock);
		if (!any)
			return;
		snprintf(line, sizeof line, "level=warning event=repeated more=%u of: %s", more,
			 kind);
		write_line(LOG_WARNING, "repeated", line);
	}
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;
	int n;

	if (!log_wanted(level))
		return;
	n = snprintf(line, sizeof line, "level=%s event=%s%s", log_level_name(level), event,
		     format[0] == '\0' ? "" : " ");
	va_start(args, format);
	if (n > 0 && (size_t)n < sizeof line)
		vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	if (may_log(level, line))
		write_line(level, event, line);
}

const char *log_quote(const char *text, char *out, size_t size_bytes)
{
	bool plain = text[0] != '\0';
	size_t used = 0;

	for (const char *p = text; *p != '\0'; p++)
		plain = plain && (unsigned char)*p > 0x20 && *p != '"' && *p != '\\' && *p != '=' &&
			(unsigned char)*p != 0x7f;
	if (size_bytes < 8) {
		if (size_bytes > 0)
			out[0] = '\0';
		return out;
	}
	if (!plain)
		out[used++] = '"';
	for (const unsigned char *p = (const unsigned char *)text;
	     *p != '\0' && used + 7 < size_bytes; p++) {
		if (*p < 0x20 || *p == 0x7f)
			used += (size_t)snprintf(out + used, size_bytes - used, "\\x%02x", *p);
		else if (*p == '"' || *p == '\\')
			used += (size_t)snprintf(out + used, size_bytes - used, "\\%c", *p);
		else
			out[used++] = (char)*p;
	}
	if (!plain)
		out[used++] = '"';
	out[used] = '\0';
	return out;
}
