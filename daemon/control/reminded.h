/* Reminders of a document, as clients are told of them (routing/documents/reminders.h). */
#ifndef VANTHU_DAEMON_CONTROL_REMINDED_H
#define VANTHU_DAEMON_CONTROL_REMINDED_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

struct arena;
struct client;
struct deadline_rules;
struct found_document;
struct tree;

/* Of one that we received those to us, of ours those to whomever. NULL: none. In the arena of
 * requests. */
must_use enum err control_reminded(struct client *c, const struct found_document *f,
				   Vanthu__V1__Reminded **out);

/* Whether one recipient of a document of ours may be reminded of it. */
struct remind_asked {
	struct tree *tree;
	struct arena *scratch; /* is reset */
	const struct deadline_rules *rules;
	int64_t wall_ms;
	const struct found_document *of;
	struct committee_id whom;
};

/* Into `remind` and `reminded` of the line, in the arena of requests. */
must_use enum err control_remind(struct client *c, const struct remind_asked *asked,
				 Vanthu__V1__DueLine *line);

#endif
