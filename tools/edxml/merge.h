/* What the manifest says of files and the files themselves become one list. */
#ifndef VANTHU_TOOLS_EDXML_MERGE_H
#define VANTHU_TOOLS_EDXML_MERGE_H

#include "tools/edxml/read.h"

/* Each listed file is found by its ContentId, with or without "cid:", or without one by its name.
 * ERR_EDXML_PART, with the fault noted: one is not there, or has no content. */
must_use enum err merge_parts(struct edxml_message *m, const struct edxml_part *listed,
			      uint32_t count, struct edxml_outcome *outcome);

/* A ContentId without "cid:". */
text_t merge_content_id(text_t id);

#endif
