/* An edXML file that a command was given: read into a folder of its own, and shown. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_SHOW_H
#define VANTHU_TOOLS_COMMAND_EDXML_SHOW_H

#include "tools/client/client.h"
#include "tools/edxml/edxml.h"

struct cli;

struct edxml_file {
	const char *path;
	char folder[256]; /* where its parts are; "" none */
	struct edxml_loaded *loaded;
	struct edxml_outcome outcome;
};

/* Reads the file that `path` names ("-": standard input). 0, or the exit code after the fault was
 * reported; edxml_show_close in any case. What is warned of is not printed yet. */
int edxml_show_open(struct cli *cli, const char *path, struct edxml_file *f);
void edxml_show_close(struct edxml_file *f);

/* How it names the document that it changes, replaces or recalls; "". */
text_t edxml_show_older(const struct edxml_message *m);

/* Prints its warnings, a line of standard error each. */
void edxml_show_warn(struct cli *cli, const struct edxml_file *f);
/* Prints what the file is, with its warnings. Returns 0. */
int edxml_show(struct cli *cli, const struct edxml_file *f);

#endif
