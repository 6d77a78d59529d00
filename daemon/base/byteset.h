/* A set of short byte strings in the order in which they came, in an arena: what came before is
 * found without looking at all. For answers that list thousands of committees, hops or proofs, each
 * once. */
#ifndef VANTHU_DAEMON_BASE_BYTESET_H
#define VANTHU_DAEMON_BASE_BYTESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/base/arena.h"
#include "routing/base/types.h"

struct byteset;
/* For at most `max` of them. It lives as long as the arena; NULL without room there. */
struct byteset *byteset_new(struct arena *a, uint32_t max);
/* Takes one in, unless it is there: true when it is new. *place is its number from 0 on, in the
 * order of coming. The bytes are borrowed. To be called with fewer than `max` there, or with one
 * that is there. */
bool byteset_add(struct byteset *n, struct blob bytes, uint32_t *place);
/* False: it is not there. */
bool byteset_find(const struct byteset *n, struct blob bytes, uint32_t *place);

#endif
