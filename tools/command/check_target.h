/* check target: the digital share and the reports of those below, as a monitoring system wants
 * them. */
#ifndef VANTHU_TOOLS_COMMAND_CHECK_TARGET_H
#define VANTHU_TOOLS_COMMAND_CHECK_TARGET_H

#include <stddef.h>

#include "routing/base/err.h"

struct call;
struct period;

struct target_state {
	enum { TARGET_UNKNOWN, TARGET_REACHED, TARGET_NEAR, TARGET_BELOW } share;
	/* committees below whose report is missing, late, does not agree with us, or was not taken
	 */
	unsigned missing, late, unfit, refused;
	char text[320];
	char figures[160]; /* "name=value…" */
};

/* `within`: percentage points above the line that are near it. Failures have been reported. */
must_use enum err check_target_state(struct call *c, const struct period *period,
				     unsigned long within, struct target_state *out);

#endif
