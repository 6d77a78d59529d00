/* Are the entries of a directory one tree? Checked one by one and then as a whole, some at a time,
 * in some 100 bytes a committee. */
#ifndef VANTHU_PROTO_DIRECTORY_TREE_H
#define VANTHU_PROTO_DIRECTORY_TREE_H

#include "routing/base/err.h"
#include "routing/state/record.h"

struct directory_tree;
/* For so many entries at most. NULL without memory. */
struct directory_tree *directory_tree_new(uint32_t capacity);
void directory_tree_destroy(struct directory_tree *t); /* NULL is fine */

/* The next entry, ascending by id; copied. `known`: the entry was checked when it came into force
 * here, and only its superior is new. ERR_BAD_TREE, ERR_NO_MEMORY; ERR_TOO_LARGE past the
 * capacity. */
must_use enum err directory_tree_add(struct directory_tree *t, const struct rec_committee *c,
				     bool known);

/* After the last entry: checks up to `count` of them. *done: all are one tree. ERR_BAD_TREE. */
must_use enum err directory_tree_check(struct directory_tree *t, uint32_t count, bool *done);

/* After ERR_BAD_TREE: who, or "", and what is wrong, in English, marked for translation. */
const char *directory_tree_fault(const struct directory_tree *t, struct committee_id *culprit);

#endif
