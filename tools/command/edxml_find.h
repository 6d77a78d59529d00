/* Which document of ours an edXML file means: by its id here, by the id that another system gave
 * it, or by its number. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_FIND_H
#define VANTHU_TOOLS_COMMAND_EDXML_FIND_H

#include "tools/client/client.h"
#include "tools/edxml/edxml.h"

struct call;

struct edxml_finder {
	struct call *call;
	struct client_fault fault; /* of the last search that was not ERR_OK or ERR_NOT_FOUND */
};

/* All block as a call does and free the call's last reply. `issuer`: the committee that issued it,
 * NULL: not known, whoever. ERR_NOT_FOUND; ERR_AMBIGUOUS: several have that name, `fault` has their
 * ids; else what the call says. Nothing is reported. */

/* The whole answer to that, lent until the next call. */
must_use enum err edxml_find_view(struct edxml_finder *f, const char *id,
				  const Vanthu__V1__DocumentView **out);
/* By an id as edXML has it, word for word; else one of ours, or "organ,date,number". */
must_use enum err edxml_find_id(struct edxml_finder *f, text_t id, const char *issuer,
				char out[UUID_TEXT_SIZE]);
/* By a printed number, with "/" where we print "-" or the other way round. */
must_use enum err edxml_find_number(struct edxml_finder *f, text_t printed, const char *issuer,
				    char out[UUID_TEXT_SIZE]);

#endif
