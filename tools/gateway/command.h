/* Rows that the command line does: the request becomes its arguments, and what it says the
 * answer. */
#ifndef VANTHU_TOOLS_GATEWAY_COMMAND_H
#define VANTHU_TOOLS_GATEWAY_COMMAND_H

#include <stdbool.h>

#include "routing/base/err.h"

struct exchange;
struct arena;

enum { COMMAND_AT_ONCE = 8 }; /* children; others wait for a place, for some seconds */

/* A place for a child, waited for some seconds; false: none came free. */
bool command_place_take(void);
void command_place_give(void);
/* Runs the row of the exchange and answers. */
void command_answer(struct exchange *x);
/* The lists of documents: which command it is follows from the box. */
void command_documents(struct exchange *x);
/* Arguments for a command line of one's own: grows in the arena, ends with NULL. */
struct command_line {
	struct arena *arena;
	const char *args[256];
	unsigned count;
	bool failed; /* too many, or no memory */
};

void command_add(struct command_line *l, const char *text);
/* --name=value, with - for _ in the name. */
void command_option(struct command_line *l, const char *name, const char *value);
/* Each field of the request that is an option of its row, but those named in `operands`. */
void command_fields(struct command_line *l, const struct exchange *x, const char *operands);
/* Runs `vanthu --json` with these and answers with what it says, by `status` where it is done;
 * `pick`: the member of its data that is the answer, or NULL. */
void command_run(struct exchange *x, struct command_line *l, unsigned status, const char *pick);

#endif
