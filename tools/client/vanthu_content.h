/* Contents of vanthu.h, saved or read: what its functions rest on. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_CONTENT_H
#define VANTHU_TOOLS_CLIENT_VANTHU_CONTENT_H

#include "tools/client/save.h"
#include "tools/client/uuid.h"
#include "tools/client/vanthu.h"

/* Names that are saved under fit the room that vanthu_save is given for them. */
_Static_assert((int)VANTHU_FILE_NAME_SIZE == (int)FILE_NAME_SIZE, "vanthu_save");

/* A part of a document, named as for vanthu_show. The document's whole id, too: its name may mean
 * another one by the time that the content is asked for. The lock is held. A code. */
int vanthu_find_part(vanthu *v, const char *name, size_t part, struct content_part *out,
		     char id[UUID_TEXT_SIZE]);

#endif
