/* What our office declared of the plan's other targets, as it stands. */
#ifndef VANTHU_ROUTING_TARGET_DECLARED_H
#define VANTHU_ROUTING_TARGET_DECLARED_H

#include "routing/base/err.h"
#include "routing/state/figures.h"
#include "routing/state/lookup.h"

struct arena;

/* The last declaration of the next target, by id; its texts belong to the arena. `scan` is of all
 * (scan_of a key without bytes) at first, and is moved on: as many lookups as there are targets,
 * whatever was declared before. ERR_NOT_FOUND: no more. */
must_use enum err declared_next(const struct lookup *l, struct arena *a, struct scan *scan,
				struct declaration *out);

#endif
