/* A whole committee tree on one machine: for training, trials, tests and the demo. */
#ifndef VANTHU_TOOLS_LAB_LAB_H
#define VANTHU_TOOLS_LAB_LAB_H

#include "tools/cli/cli.h"
#include "tools/registry/registry.h"

enum { LAB_MEMBERS_MAX = 4096 };

struct lab_member {
	char id[COMMITTEE_ID_MAX + 1];
	char config[CONFIG_PATH_MAX];
	bool gateway; /* has one: a file gateway.token lies beside its configuration */
};

struct lab {
	char folder[CONFIG_PATH_MAX]; /* absolute */
	struct lab_member *members;
	unsigned count;
};

/* Makes DIR with a registry and a folder a committee; the k-th binds port + k. Port 0: ports that
 * are free now. `gateway`: each gets one, too, on the ports behind, and a token of all scopes in
 * its file gateway.token. Failures are reported. */
must_use enum err lab_create(struct cli *cli, const char *folder, const struct tree_list *tree,
			     unsigned port, bool gateway);
/* Finds the members of an existing lab, sorted by id. */
must_use enum err lab_open(struct cli *cli, const char *folder, struct lab *out);
void lab_close(struct lab *l);
const struct lab_member *lab_find(const struct lab *l, const char *id);

/* One more committee in a lab: folder, keys, a new directory; a gateway where others have one.
 * `top` gets who is to have it first. */
must_use enum err lab_add(struct cli *cli, const char *folder, struct rec_committee *entry,
			  char top[COMMITTEE_ID_MAX + 1]);

/* What else of this folder others use. */
#include "tools/lab/demo_steps.h"
#include "tools/lab/demo_story.h"
#include "tools/lab/demo_tree.h"
#include "tools/lab/docx.h"
#include "tools/lab/gateway.h"
#include "tools/lab/process.h"
#include "tools/lab/screen.h"

#endif
