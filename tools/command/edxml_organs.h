/* Codes of organs, as edXML names them, and the committees of the directory that have them. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_ORGANS_H
#define VANTHU_TOOLS_COMMAND_EDXML_ORGANS_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct call;
struct edxml_organs;

/* All committees of the directory with their codes, asked of the daemon; the caller's. Blocks as a
 * call does, and frees the call's last reply. Failures have been reported. */
must_use enum err edxml_organs_ask(struct call *c, struct edxml_organs **out);
void edxml_organs_free(struct edxml_organs *o); /* NULL is fine */

/* The committee that has the code on that day (YYYY-MM-DD), or bears it as its own id; in any case.
 * NULL: none. */
const char *edxml_organs_committee(const struct edxml_organs *o, const char *code,
				   const char *day);
/* The code that is nearest to one that nobody has, and its committee; "" where none is near. */
void edxml_organs_nearest(const struct edxml_organs *o, const char *code, char *out,
			  size_t size_bytes);
/* The code that a committee has on that day: its last one; its own id where it has none. */
const char *edxml_organs_code(const struct edxml_organs *o, const char *committee,
			      const char *day);
const char *edxml_organs_name(const struct edxml_organs *o, const char *committee); /* "" none */

#endif
