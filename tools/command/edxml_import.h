/* edxml import: a document is sent, or a status given, as if the office had typed it. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_IMPORT_H
#define VANTHU_TOOLS_COMMAND_EDXML_IMPORT_H

#include <stdbool.h>

struct cli;

enum { EDXML_PASSED_MAX = 24 };

/* Options of `send` that the line has, handed on as they are. */
struct edxml_passed {
	const char *names[EDXML_PASSED_MAX], *values[EDXML_PASSED_MAX]; /* NULL: without a value */
	unsigned count;
	const char *older; /* which document is changed, replaced or asked back; NULL: as the file
			      says */
	bool drop_unknown; /* not of `send`: what edXML does not have is left out */
};

/* The exit code; failures have been reported. */
int edxml_import(struct cli *cli, const char *path, const struct edxml_passed *passed);

#endif
