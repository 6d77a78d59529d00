/* The types of documents that a daemon goes by (request `types`), and which of them a word means:
 * whoever sends names types as the office's daemon does, whichever table was put there since this
 * program was built. */
#ifndef VANTHU_TOOLS_CLIENT_TYPES_H
#define VANTHU_TOOLS_CLIENT_TYPES_H

#include "routing/rules/rules.h"
#include "tools/client/connection.h"

struct client_types;

/* An empty table, the caller's. ERR_NO_MEMORY. */
must_use enum err client_types_new(struct client_types **out);
void client_types_free(struct client_types *t); /* NULL is fine */

/* Adds a row as it came; its texts are copied. ERR_TOO_LARGE: more rows than a table has;
 * ERR_BAD_DATE: no day; ERR_NO_MEMORY. */
must_use enum err client_types_take(struct client_types *t, const Vanthu__V1__TypeLine *line);

/* Asks the daemon for all rows; blocks. *fault is set where it fails. An older daemon, which knows
 * no such request, leaves the table empty. */
must_use enum err client_types_ask(struct client *c, struct client_types *t,
				   struct client_fault *fault);

/* Lives as long as `t`. NULL: it has no rows, so the list that is built in is meant. */
const struct doctype_table *client_types_table(const struct client_types *t);

/* The types of a day as a table has them (NULL: built in). */
struct client_types_offer {
	const struct doctype_table *table;
	struct doctypes on;
};
/* `date` is YYYY-MM-DD. */
void client_types_on(const struct doctype_table *table, const char *date,
		     struct client_types_offer *out);

/* The type of that day that a word means: its symbol, another spelling of that, or its full name.
 * It belongs to the table. ERR_BAD_TYPE: none; ERR_AMBIGUOUS: several (QĐ); ERR_TYPE_ENDED: the
 * table has it on other days only. */
must_use enum err client_types_find(const struct client_types_offer *o, const char *word,
				    const struct doctype **out);
/* The same among those of all days, the last one of several. ERR_BAD_TYPE. */
must_use enum err client_types_find_ever(const struct client_types_offer *o, const char *word,
					 const struct doctype **out);

#endif
