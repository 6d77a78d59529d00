/* Memory that lives for one job (a turn, a decoded frame) and goes all at once.  Bounded: a hostile
 * input runs into the budget, not into the machine's memory. */
#ifndef VANTHU_ROUTING_BASE_ARENA_H
#define VANTHU_ROUTING_BASE_ARENA_H

#include <stddef.h>

#include "routing/base/types.h"

struct arena;

/* A new arena that hands out at most budget_bytes in all; NULL when there is no memory. Owned by
 * the caller. */
struct arena *arena_new(size_t budget_bytes);
/* The same for one of many that live long: its first block is no larger than that, so that it holds
 * little more than is handed out. */
struct arena *arena_sized(size_t budget_bytes, size_t first_bytes);
void arena_destroy(struct arena *a); /* NULL is fine */

/* Forgets everything handed out, keeps the first block for the next use. */
void arena_reset(struct arena *a);

/* Zeroed memory aligned for anything, valid until reset or destroy; NULL past the budget or without
 * memory. */
void *arena_alloc(struct arena *a, size_t size_bytes);
/* The same with whatever was there before: for who fills all of it at once. A megabyte of zeros
 * costs as much as the copy over it. */
void *arena_raw(struct arena *a, size_t size_bytes);
/* count × size with the overflow checked. */
void *arena_array(struct arena *a, size_t count, size_t size_bytes);
/* Copies; the text one adds a NUL. {NULL,0} / NULL when it does not fit. */
struct blob arena_blob(struct arena *a, struct blob from);
text_t arena_text(struct arena *a, const char *from, size_t len_bytes);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);
/* Bytes of memory that it has now. */
size_t arena_held(const struct arena *a);

#endif
