/* Which document that is here an edXML file means: by its id here, by the id that another system
 * gave it, or by its number. */
#ifndef VANTHU_TOOLS_AXIS_FIND_H
#define VANTHU_TOOLS_AXIS_FIND_H

#include "tools/client/client.h"
#include "tools/edxml/edxml.h"

struct axis_finder {
	struct client *client;	   /* borrowed */
	struct client_fault fault; /* of the last search that was not ERR_OK or ERR_NOT_FOUND */
};

/* All block, and free the client's last reply. `issuer`: the committee that issued it,
 * NULL: not known, whoever. ERR_NOT_FOUND; ERR_AMBIGUOUS: several have that name, `fault` has their
 * ids; else what the client says. Nothing is reported. */

/* The whole answer to that, lent until the client's next call. */
must_use enum err axis_find_view(struct axis_finder *f, const char *id,
				 const Vanthu__V1__DocumentView **out);
/* By an id as edXML has it, word for word; else one of ours, or "organ,date,number". */
must_use enum err axis_find_id(struct axis_finder *f, text_t id, const char *issuer,
			       char out[UUID_TEXT_SIZE]);
/* By a printed number, with "/" where we print "-" or the other way round. */
must_use enum err axis_find_number(struct axis_finder *f, text_t printed, const char *issuer,
				   char out[UUID_TEXT_SIZE]);

#endif
