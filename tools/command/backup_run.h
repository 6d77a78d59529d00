/* What vanthud does with backups while no daemon runs: a child of ours, and the lines that it
 * says. */
#ifndef VANTHU_TOOLS_COMMAND_BACKUP_RUN_H
#define VANTHU_TOOLS_COMMAND_BACKUP_RUN_H

#include <stdbool.h>

#include "routing/base/err.h"

struct cli;

enum { BACKUP_FIELDS_MAX = 12 };

struct backup_order {
	const char *verb, *folder;
	const char *name;   /* of a backup, or a number; NULL: none */
	const char *config; /* NULL: none is needed */
	bool unchecked, dry_run;
	/* each line but progress and errors: fields[0] says what it is; those that it does not have
	 * are "" */
	void (*line)(void *ctx, const char *const fields[BACKUP_FIELDS_MAX]);
	void *ctx;
};

/* Runs it to its end. Failures have been reported, but for ERR_BACKUP_DAMAGED with `damaged_too`:
 * the lines say what of it. */
must_use enum err backup_run(struct cli *cli, const struct backup_order *o, bool damaged_too);
/* How much has been read or written, on a terminal, over what was said before; NULL ends that. */
void backup_progress(struct cli *cli, const char *text);

#endif
