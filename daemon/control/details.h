/* What stands beside a document's line for people: names, where it lies on the desk, and which
 * documents it answers and is answered by. */
#ifndef VANTHU_DAEMON_CONTROL_DETAILS_H
#define VANTHU_DAEMON_CONTROL_DETAILS_H

#include <stdbool.h>

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/rules/rules.h"

struct client;
struct found_document;
struct names;
struct same_number;

/* Fills the members of the line that are told with `details`, and with `files` those. Its texts lie
 * in the arena of requests. */
must_use enum err control_fill_details(struct client *c, const struct found_document *f,
				       struct names *names, bool files,
				       Vanthu__V1__DocumentLine *line);

/* A document that another one names, with what is known of it here. In the arena of requests; NULL:
 * no memory, or the store cannot be read. */
Vanthu__V1__Reference *control_reference(struct client *c, const struct doc_id *id,
					 struct committee_id origin);
/* As it is told, with its texts: in the arena of requests. NULL: none, or no memory. */
Vanthu__V1__SameNumber *control_same_number(struct client *c, const struct same_number *same);

#endif
