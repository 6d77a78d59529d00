/* The id that an edXML file's document gets. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_ID_H
#define VANTHU_TOOLS_COMMAND_EDXML_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/client/client.h"
#include "tools/command/edxml_show.h"

/* The id that a document gets when it is imported, unless it is one of ours that comes back. The
 * same document is the same, whoever imports it again, and also when its system has written the
 * file anew: the times of TraceHeader, the order of its fields, and how it is packed do not
 * count. */
void edxml_id_of(const struct edxml_file *f, char out[UUID_TEXT_SIZE]);

/* What the n-th part has, read to its end; false where it cannot be. Blocks. */
must_use bool edxml_id_part(const struct edxml_file *f, uint32_t n, struct digest *out,
			    uint64_t *size_bytes);

#endif
