/* The demo's tree of committees on the screen: a line each, whose state changes as what is asked of
 * the daemons does. */
#ifndef VANTHU_TOOLS_LAB_DEMO_TREE_H
#define VANTHU_TOOLS_LAB_DEMO_TREE_H

#include <stdbool.h>

struct demo;
struct demo_document;
struct tree_list;

/* Puts the committees into `members`, from the top down. */
void demo_tree_load(struct demo *s, const struct tree_list *tree);
/* Adds a line for each: `state` for those of the ids (NULL ends them; NULL: all), nothing for the
 * others. */
void demo_tree_draw(struct demo *s, const char *const *ids, const char *state);
/* Changes the state of one: a word that output_format knows, and what stands behind it. */
void demo_tree_state(struct demo *s, const char *id, const char *state, const char *more);

/* Asks the sender until `wanted` recipients have the document or the time is over. `draw`: each
 * receipt changes its line of the tree. The seconds from sending to the last one in `took_s`.
 * False after reporting what is missing. */
bool demo_receipts(struct demo *s, const char *from, const struct demo_document *d, unsigned wanted,
		   bool draw, double *took_s);

#endif
