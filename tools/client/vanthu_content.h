/* Contents of vanthu.h, saved or read: what its two functions rest on; nothing for others. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_CONTENT_H
#define VANTHU_TOOLS_CLIENT_VANTHU_CONTENT_H

#include "tools/client/save.h"
#include "tools/client/vanthu.h"

/* Names that are saved under fit the room that vanthu_save is given for them. */
_Static_assert((int)VANTHU_FILE_NAME_SIZE == (int)FILE_NAME_SIZE, "vanthu_save");

#endif
