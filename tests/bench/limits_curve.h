/* What CURVE over loopback can carry. */
#ifndef VANTHU_TESTS_BENCH_LIMITS_CURVE_H
#define VANTHU_TESTS_BENCH_LIMITS_CURVE_H

#include <stddef.h>

/* Messages of that size a second from one context to another, for so long. Ends the process when it
 * fails. */
double curve_per_s(size_t bytes, double seconds);

#endif
