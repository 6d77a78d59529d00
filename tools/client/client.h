/* The client of a daemon's local sockets: what the command line, libvanthu (vanthu.h) and other
 * programs of this repository stand on. Prints nothing, reads no command line; faults are data. */
#ifndef VANTHU_TOOLS_CLIENT_CLIENT_H
#define VANTHU_TOOLS_CLIENT_CLIENT_H

#include "tools/client/connection.h"
#include "tools/client/content.h"
#include "tools/client/evidence.h"
#include "tools/client/evidence_read.h"
#include "tools/client/media_type.h"
#include "tools/client/save.h"
#include "tools/client/submission.h"
#include "tools/client/submission_stream.h"
#include "tools/client/types.h"
#include "tools/client/uuid.h"

#endif
