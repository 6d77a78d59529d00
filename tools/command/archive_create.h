/* archive create: exports what may go, verifies it, and only then has it let go. */
#ifndef VANTHU_TOOLS_COMMAND_ARCHIVE_CREATE_H
#define VANTHU_TOOLS_COMMAND_ARCHIVE_CREATE_H

#include <stdbool.h>

#include "routing/base/limits.h"

struct cli;

struct archive_wanted {
	const char *folder;	   /* absolute */
	const char *name;	   /* of the archive, as the records will have it */
	char before[DATE_MAX + 1]; /* YYYY-MM-DD; "" */
	const char *root;	   /* PEM; NULL: of the configuration */
	bool keep;		   /* export only */
};

/* The exit code. */
int archive_create(struct cli *cli, const struct archive_wanted *w);

#endif
