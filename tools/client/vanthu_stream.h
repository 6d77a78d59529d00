/* Drafts that are sent as streams, of vanthu.h; nothing for others. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_STREAM_H
#define VANTHU_TOOLS_CLIENT_VANTHU_STREAM_H

#include "tools/client/submission_stream.h"
#include "tools/client/vanthu.h"

#endif
