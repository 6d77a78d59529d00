/* How a store that is behind gets back what it lost, as JSON and in words. */
#ifndef VANTHU_TOOLS_OUTPUT_RECOVERY_H
#define VANTHU_TOOLS_OUTPUT_RECOVERY_H

#include <jansson.h>

#include "proto/control.pb-c.h"

/* The whole of it, with what each neighbour does; null when there was none. Owned by the caller. */
json_t *recovery_json(const Vanthu__V1__Status *s);
/* What neighbours whose stores are or were behind get from this one: an array, owned by the
 * caller. */
json_t *recovery_giving_json(const Vanthu__V1__Status *s);
/* How far it is, in a line, translated; "" when none is under way. Returns out. */
const char *recovery_words(const Vanthu__V1__Status *s, char *out, size_t size);

#endif
