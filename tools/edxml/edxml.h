/* edXML (QCVN 102:2016/BTTTT) both ways: files as the systems of the State write them to data, and
 * back. A library: it does no input or output but through what is given to it. */
#ifndef VANTHU_TOOLS_EDXML_EDXML_H
#define VANTHU_TOOLS_EDXML_EDXML_H

#include "tools/edxml/folder.h"
#include "tools/edxml/media.h"
#include "tools/edxml/message.h"
#include "tools/edxml/read.h"
#include "tools/edxml/rest.h"
#include "tools/edxml/slip.h"
#include "tools/edxml/unpack.h"
#include "tools/edxml/values.h"
#include "tools/edxml/write.h"

#endif
