/* Which documents a token may see: its scopes, the committees that it is bound to, and those that
 * it handed in itself. */
#ifndef VANTHU_TOOLS_GATEWAY_PERMIT_H
#define VANTHU_TOOLS_GATEWAY_PERMIT_H

#include "tools/client/client.h"

struct exchange;

/* The document that {id} names, if the token may see it; `part` of it to *out (NULL: none is
 * wanted), its id as text to `id`. ERR_NOT_FOUND: there is none, or it is not for this token; else
 * as the daemon says, *fault has it. Blocks. */
must_use enum err permit_view(struct exchange *x, struct client *c, struct client_fault *fault,
			      uint32_t part, struct content_part *out, char id[UUID_TEXT_SIZE]);
/* Does it see every document there is? */
bool permit_all(const struct exchange *x);
/* The same of a row that the command line does: false, it has been refused. Costs nothing for
 * tokens that may see all. */
bool permit_document(struct exchange *x);
/* May a document be sent that refers to the one which this field names, if it is given: one of the
 * token's committees, where it is bound to some; `seen`: one that it could read, for it is changed
 * with that. False: it has been refused. Blocks. */
bool permit_reference(struct exchange *x, const char *name, bool seen);
/* May the document of this name be read: ERR_NOT_FOUND as permit_view says it; nothing is answered.
 * Costs nothing for tokens that may see all. Blocks. */
must_use enum err permit_named(struct exchange *x, const char *which);
/* May a list be given: false, it has been refused. A token bound to committees names one of these
 * in `from` or `to`. */
bool permit_list(struct exchange *x);
/* May what goes to the recipients of a document (a recall, a reminder) go: a token bound to
 * committees names them in `to`, and all are its. False, it has been refused. */
bool permit_recipients(struct exchange *x);

#endif
