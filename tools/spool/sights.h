/* What was seen in out/ at the last looks: an order without a .ready is complete when it and its
 * files are as they were. In memory only: after a start everything is looked at twice again. */
#ifndef VANTHU_TOOLS_SPOOL_SIGHTS_H
#define VANTHU_TOOLS_SPOOL_SIGHTS_H

#include "proto/digest.h"
#include "tools/spool/place.h"

enum { SIGHTS_MAX = 10000 }; /* entries of the folder that one look takes */

struct spool_sight {
	char *file; /* "NAME.yaml" */
	struct digest stamp;
	unsigned same;     /* looks at which the stamp was this one */
	int64_t seen_ms;   /* the last of these looks (monotonic) */
	unsigned failures; /* of sending it */
	int64_t next_ms;   /* not before (monotonic) */
	unsigned told;     /* the VT number that its .waiting.json has; 0: none */
};

struct spool_sights {
	struct spool_sight *list; /* by name */
	unsigned count;
	bool named; /* that there is a name that nobody can read was logged */
};

/* Looks at the folder; what was known of orders that are still there is kept. ERR_FILE,
 * ERR_NO_MEMORY. */
must_use enum err spool_sights_look(const struct spool_place *p, struct spool_sights *s);
void spool_sights_free(struct spool_sights *s);
/* True when it was the same at a look that lies `apart_ms` or more back: file systems tell whole
 * seconds, and who writes may pause. */
bool spool_sights_same(struct spool_sight *s, const struct digest *stamp, int64_t now_ms,
		       int64_t apart_ms);
/* It failed: later, each time twice as much later, from `first_ms` on up to ten minutes. */
void spool_sights_later(struct spool_sight *s, int64_t first_ms, int64_t now_ms);

#endif
