/* A set of short byte strings in the order in which they came, in an arena: a string is found
 * without scanning all. For answers that list thousands of committees, hops or proofs, each
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
/* Adds a string unless the set has it: true when it is new. *position is its position from 0 on, in
 * the order of arrival. The bytes are borrowed. To be called with fewer than `max` in the set, or
 * with a string that it has. */
bool byteset_add(struct byteset *n, struct blob bytes, uint32_t *position);
/* False: the set does not have the string. */
bool byteset_find(const struct byteset *n, struct blob bytes, uint32_t *position);

#endif
