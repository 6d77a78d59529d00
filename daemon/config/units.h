/* Numbers with units as a configuration has them: 64K, 256M, 2ms, 7d. */
#ifndef VANTHU_DAEMON_CONFIG_UNITS_H
#define VANTHU_DAEMON_CONFIG_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum units { UNITS_NONE, UNITS_SIZE, UNITS_DURATION };

/* Bytes, or microseconds. False: no such number, or one that does not fit. A lone 0 needs no
 * unit. */
bool units_parse(enum units units, const char *text, uint64_t *out);
/* With the largest unit that leaves a whole number. */
void units_print(enum units units, uint64_t n, char *out, size_t size_bytes);

#endif
