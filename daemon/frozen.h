/* A daemon whose store is gone from its path: it takes, commits and sends nothing any more, and
 * answers local clients with the reason. Why it does not end stands in frozen.c. */
#ifndef VANTHU_DAEMON_FROZEN_H
#define VANTHU_DAEMON_FROZEN_H

#include "daemon/control/control.h"
#include "daemon/links/links.h"
#include "routing/base/err.h"

struct frozen {
	struct links *links; /* both borrowed */
	struct control *control;
	enum err why;	     /* not ERR_OK: frozen, by this error */
	int64_t next_log_ms; /* its own */
};

/* From here on the daemon is frozen, logged. The first reason stays. Neighbours get a BYE. */
void frozen_begin(struct frozen *f, enum err why);
/* Each second while frozen, instead of upkeep_second. */
void frozen_second(struct frozen *f, int64_t mono_ms);

#endif
