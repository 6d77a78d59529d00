/* Numbers with units; see daemon/config/units.h. */
#include "daemon/config/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit none[] = { { "", 1 } };
static const struct unit sizes[] = { { "", 1 },
				     { "K", 1ULL << 10 },
				     { "M", 1ULL << 20 },
				     { "G", 1ULL << 30 },
				     { "T", 1ULL << 40 } };
static const struct unit durations[] = { { "us", 1 },
					 { "ms", 1000 },
					 { "s", 1000000 },
					 { "m", 60 * 1000000ULL },
					 { "h", 3600 * 1000000ULL },
					 { "d", 24 * 3600 * 1000000ULL } };

static const struct unit *list_of(enum units units, size_t *count)
{
	switch (units) {
	case UNITS_SIZE:
		*count = sizeof sizes / sizeof sizes[0];
		return sizes;
	case UNITS_DURATION:
		*count = sizeof durations / sizeof durations[0];
		return durations;
	case UNITS_NONE:
		break;
	}
	*count = 1;
	return none;
}

bool units_parse(enum units units, const char *text, uint64_t *out)
{
	size_t count;
	const struct unit *list = list_of(units, &count);
	uint64_t n;
	char *rest;

	if (*text < '0' || *text > '9' || strlen(text) > 18)
		return false;
	n = strtoull(text, &rest, 10);
	if (n == 0 && *rest == '\0') {
		*out = 0;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rest, list[i].name) == 0 && n <= UINT64_MAX / list[i].factor) {
			*out = n * list[i].factor;
			return true;
		}
	}
	return false;
}

void units_print(enum units units, uint64_t n, char *out, size_t size_bytes)
{
	size_t count;
	const struct unit *list = list_of(units, &count);
	size_t i = count - 1;

	while (i > 0 && (n == 0 || n % list[i].factor != 0))
		i--;
	snprintf(out, size_bytes, "%llu%s", (unsigned long long)(n / list[i].factor),
		 n == 0 ? "" : list[i].name);
}
