/* Tree files: committees of a lab or a registry as YAML. */
#ifndef VANTHU_TOOLS_REGISTRY_TREE_FILE_H
#define VANTHU_TOOLS_REGISTRY_TREE_FILE_H

#include "routing/base/arena.h"
#include "routing/state/record.h"
#include "tools/cli/cli.h"

struct tree_list {
	struct rec_committee *committees; /* in the file's order, without keys */
	uint32_t count;
};

/* Reads and checks a file; reports all faults with their lines. ERR_BAD_TREE, ERR_FILE. Texts lie
 * in the arena. */
must_use enum err tree_file_load(struct cli *cli, struct arena *a, const char *path,
				 struct tree_list *out);
/* The same over a text, for the demo's own tree. */
must_use enum err tree_text_load(struct cli *cli, struct arena *a, const char *text,
				 struct tree_list *out);

#endif
