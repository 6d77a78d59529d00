/* A document of vanthu.h, out of a reply of the daemon. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_DOCUMENT_H
#define VANTHU_TOOLS_CLIENT_VANTHU_DOCUMENT_H

#include <stdbool.h>

#include "tools/client/connection.h"
#include "tools/client/uuid.h"
#include "tools/client/vanthu.h"

/* A view, or a line of a list; what it has is that reply's, unpacked from the heap. */
struct vanthu_document {
	Vanthu__V1__Reply *reply;
	const Vanthu__V1__DocumentLine *line;
	const Vanthu__V1__DocumentView *view; /* NULL: of a list */
	char id[UUID_TEXT_SIZE];
	char reply_id[UUID_TEXT_SIZE];
};

/* Fills *d with the client's last reply, a view or a line, copied. False: no memory. */
bool vanthu_document_init(struct vanthu_document *d, const struct client *c);
/* Frees what *d has, not *d. */
void vanthu_document_clear(struct vanthu_document *d);

/* Asks for the view of a document, named as in a Ref; the caller holds the lock. *reply, which has
 * a view with a line, is the client's until its next call. Blocks as long as the connection's
 * timeout. What goes wrong is the last fault, and its code is returned. */
int vanthu_ask_view(vanthu *v, const char *name, Vanthu__V1__Reply **reply);

#endif
