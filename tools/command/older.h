/* The older document of ours that one that is sent updates or replaces. */
#ifndef VANTHU_TOOLS_COMMAND_OLDER_H
#define VANTHU_TOOLS_COMMAND_OLDER_H

#include <jansson.h>

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "tools/client/client.h"

struct call;

struct older {
	const char *name; /* as it was typed; NULL: it concerns none */
	Vanthu__V1__Business business;
	char origin[COMMITTEE_ID_MAX + 1], id[UUID_TEXT_SIZE];
	char *whom; /* who has it, as --to takes it; ours */
};

/* Found by any of its names, into the submission, which borrows from `o`. Failures have been
 * reported. */
must_use enum err older_find(struct call *c, struct older *o, struct submission *s);
/* Reports that it is frozen, and what helps; returns the code of that. */
must_use enum err older_is_recalled(struct call *c, const struct older *o);
/* What the JSON of a sent document says of it. */
void older_add(json_t *out, const struct older *o);

#endif
