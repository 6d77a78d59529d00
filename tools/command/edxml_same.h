/* Whether an edXML file is a document that is here already: what is written here and comes back, at
 * its issuer or at a recipient, however often. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_SAME_H
#define VANTHU_TOOLS_COMMAND_EDXML_SAME_H

#include "proto/control.pb-c.h"
#include "tools/command/edxml_organs.h"
#include "tools/command/edxml_show.h"

struct cli;

struct edxml_same_question {
	const struct edxml_file *file;
	const struct edxml_organs *organs;
	const char *day; /* on which codes of organs are looked up */
	const Vanthu__V1__DocumentView *view;
};

/* All that the file says, says the document too: number, type, texts, days, recipients, and every
 * part byte for byte. What the file does not say is not asked. Reads the parts. */
bool edxml_same(const struct edxml_same_question *q);
/* Prints it as `send` does what is repeated. */
void edxml_same_print(struct cli *cli, const Vanthu__V1__DocumentView *v, const char *id);

#endif
