/* `target show`: one screen of a committee's share, and what `target` asks for. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_SHOW_H
#define VANTHU_TOOLS_COMMAND_TARGET_SHOW_H

#include "tools/cli/cli.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

/* What the options of `target` say. */
struct target_wanted {
	struct period period;  /* zero: this year, which the daemon knows */
	bool term;	       /* of our term instead */
	const char *committee; /* as typed; NULL: ours */
	bool subtree;	       /* with all below it */
	bool missing;	       /* only those that have not reported */
	bool repair;
};

/* The exit code. */
int target_show(struct cli *cli, const struct target_wanted *wanted);

/* The months that are wanted, and the committee by its id (malloc'd, NULL: ours), over an open call
 * on the read socket. Failures have been reported. */
must_use enum err target_show_find(struct call *c, const struct target_wanted *wanted,
				   struct period *months, char **committee);
/* Whether the period that begins with this month has begun by the daemon's clock; also reported:
 * ERR_REPORT_AHEAD. On the read socket. */
must_use enum err target_show_begun(struct call *c, struct month from);
/* Warns where figures of committees below begin within the period: a report goes back to the year
 * before at most. */
void target_show_begins(struct cli *cli, const struct figures *f);
/* The `target` of our own committee for these months, without rows: its line, headline and what
 * "all" is. Valid until the next reply. */
must_use enum err target_show_ask(struct call *c, struct period months, Vanthu__V1__Target **out);

#endif
