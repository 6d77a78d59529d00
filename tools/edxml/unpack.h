/* Files that were packed as ZIP without their names saying so (docs/DOMAIN.md §17): found by their
 * bytes and unpacked, within bounds. Names inside an archive are compared and never used. */
#ifndef VANTHU_TOOLS_EDXML_UNPACK_H
#define VANTHU_TOOLS_EDXML_UNPACK_H

#include "tools/edxml/message.h"

enum {
	UNPACK_RATIO_MAX = 200,	     /* times what is packed, and */
	UNPACK_FREE_BYTES = 1 << 20, /* so much more in any case */
};

/* Whether a file that begins with these bytes (4 are enough) and has this name may be one that is
 * packed: a ZIP whose name is none of a format that is a ZIP itself (docx, zip, odt …). */
bool unpack_wanted(const char *name, const uint8_t *bytes, size_t len_bytes);

/* Unpacks the only entry of the archive into `to`, both descriptors of ordinary files that stay the
 * caller's. *unpacked is false, and nothing written, where it is none, has several entries, or the
 * entry has another ending than the name: then it is left as it is. Blocks.
 *   ERR_EDXML_ZIP  it is damaged, larger than may be (UNPACK_RATIO_MAX, max_bytes), or its entry's
 *                  name leads out of a folder
 *   ERR_FILE       `to` cannot be written (errno) */
must_use enum err unpack_file(int from, const char *name, int to, uint64_t max_bytes,
			      bool *unpacked);

#endif
