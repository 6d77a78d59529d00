/* Memory that is refused, one call after the other. A program that uses this is linked with the
 * allocators, the calls of arenas and OpenSSL's contexts wrapped (ALLOCATORS in the Makefile). */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_NO_MEMORY_H
#define VANTHU_TESTS_UNIT_SUPPORT_NO_MEMORY_H

#include "tests/unit/support/fixture.h"

/* `op` gives ERR_OK with all its memory, and so it does before and after. Each piece that it asks
 * for is refused once, the first, then the second, …: it says `said`, and leaves nothing behind
 * (the sanitizer looks). */
void no_memory_sweep(enum err (*op)(void *ctx), void *ctx, enum err said);

/* The same of an operation in an arena, which is its own: it says ERR_NO_MEMORY. */
void no_memory_sweep_arena(enum err (*op)(void *ctx, struct arena *a), void *ctx);

/* All of it is refused as long as this says so. */
extern bool no_memory_fails;

#endif
