/* See log_level.h. */
#include "daemon/base/log_level.h"

#include <stddef.h>
#include <string.h>

const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_ERROR:
		return "error";
	case LOG_WARNING:
		return "warning";
	case LOG_INFO:
		return "info";
	case LOG_DEBUG:
		break;
	}
	return "debug";
}

bool log_level_parse(const char *name, enum log_level *out)
{
	static const enum log_level levels[] = { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (strcmp(name, log_level_name(levels[i])) == 0) {
			*out = levels[i];
			return true;
		}
	}
	return false;
}
