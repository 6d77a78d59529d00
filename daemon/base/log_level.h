/* How much a line of the log matters: the numbers of syslog, and the words of the configuration. */
#ifndef VANTHU_DAEMON_BASE_LOG_LEVEL_H
#define VANTHU_DAEMON_BASE_LOG_LEVEL_H

#include <stdbool.h>

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_INFO = 6, LOG_DEBUG = 7 };

const char *log_level_name(enum log_level level);
/* False: no such word, *out is left alone. */
bool log_level_parse(const char *name, enum log_level *out);

#endif
