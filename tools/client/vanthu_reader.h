/* Parts read by pull, of vanthu.h; nothing for others. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_READER_H
#define VANTHU_TOOLS_CLIENT_VANTHU_READER_H

#include "tools/client/content.h"
#include "tools/client/vanthu.h"

#endif
