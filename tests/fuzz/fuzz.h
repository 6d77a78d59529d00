/* What each tests/fuzz/fuzz_NAME.c has: the function that libFuzzer calls (`make fuzz
 * TARGET=NAME`), and kept.c with inputs that are kept; and what several targets need. */
#ifndef VANTHU_TESTS_FUZZ_FUZZ_H
#define VANTHU_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"

/* One input, lent for the call. Returns 0; what must not happen aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

enum { FUZZ_ARENA_BYTES = 4 << 20 };

/* A decoder over its input: with room, and again in an arena that is too small by an amount that
 * depends on the input. `decode` calls it with an arena of its own; what comes of the first call is
 * returned. Without room it may say so, and else it says the same: it reads nothing that it did not
 * get. */
static inline enum err fuzz_twice(enum err (*decode)(struct arena *a, struct blob in, void *ctx),
				  struct blob in, void *ctx)
{
	struct arena *room = arena_new(FUZZ_ARENA_BYTES), *small;
	size_t used;
	enum err e, again;

	must(room != NULL);
	e = decode(room, in, ctx);
	used = arena_used(room);
	arena_destroy(room);
	if (used == 0)
		return e;
	small = arena_new((in.len_bytes == 0 ? 1 : in.data[in.len_bytes / 2] * 977u) % used);
	must(small != NULL);
	again = decode(small, in, ctx);
	must(again == e || again == ERR_NO_MEMORY);
	arena_destroy(small);
	return e;
}

#endif
