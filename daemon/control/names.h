/* Names of committees beside their ids, as the directory has them now. */
#ifndef VANTHU_DAEMON_CONTROL_NAMES_H
#define VANTHU_DAEMON_CONTROL_NAMES_H

#include <stddef.h>

#include "routing/base/types.h"

struct client;
/* The names that a listing read last: its lines come from few. */
struct names;

enum {
	/* that an answer spends on names; ids behind that many stay without */
	NAMES_LINE_BYTES = 4 * 1024,
	NAMES_VIEW_BYTES = 128 * 1024,
};

/* NULL without memory, which names from the store each time. */
struct names *control_names_new(void);
void control_names_drop(struct names *n); /* NULL is fine */
/* In the arena of requests; "" when the directory does not have it, or nothing is left of
 * *left_bytes, which it reduces. Never NULL. */
char *control_name(struct client *c, struct names *n, struct committee_id id, size_t *left_bytes);
/* The same of an id as text; of a group, which is none, "". */
char *control_name_of(struct client *c, struct names *n, const char *id, size_t *left_bytes);

#endif
