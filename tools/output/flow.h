/* A list for people that is printed while it still comes: its first rows at once, in columns as
 * wide as they need, the others below them. A list of not more rows than those looks as any. For a
 * terminal only; whoever reads a pipe or a file waits for all, and gets one table. */
#ifndef VANTHU_TOOLS_OUTPUT_FLOW_H
#define VANTHU_TOOLS_OUTPUT_FLOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct cli;
struct column;
struct flow;

/* As many rows as decide how the table looks. */
enum { FLOW_ROWS = 200 };

/* NULL without memory, and where lists are not printed so: then they are to be collected, and given
 * to output_list. */
struct flow *flow_new(struct cli *cli, const struct column *columns);
/* Takes the row over. */
void flow_row(struct flow *f, json_t *row);
/* Prints what is left, and that there is nothing. Returns how many rows there were. NULL: 0. */
size_t flow_end(struct flow *f);
/* What was printed stays; of the rest nothing is shown, for the list has failed. NULL is fine. */
void flow_drop(struct flow *f);

#endif
