/* A whole edXML file with its parts as files in a folder: what commands and programs that hand
 * documents on need. Files that were packed under another name are unpacked. */
#ifndef VANTHU_TOOLS_EDXML_FOLDER_H
#define VANTHU_TOOLS_EDXML_FOLDER_H

#include "tools/base/file_name.h"
#include "tools/edxml/read.h"

struct edxml_loaded {
	struct edxml_message *message;
	struct digest sha256; /* of the file as it is */
	uint64_t size_bytes;
	/* of each part of the message its file below the folder ("2/name.pdf", by the name that
	 * people gave it, or the nearest that a file can have), and how large that is */
	char names[PARTS_MAX][FILE_NAME_SIZE + 8];
	uint64_t sizes[PARTS_MAX];
};

/* Reads the file that `from` is open at into a folder that is there and empty, also an open one;
 * both stay the caller's. *out is the caller's, NULL after a fault, which the outcome has. What
 * lies in the folder then is for the caller to remove. Blocks; nothing is synced. as
 * edxml_read_end, and ERR_EDXML_ZIP, ERR_FILE (errno) */
must_use enum err edxml_folder_load(int from, int folder, struct edxml_outcome *outcome,
				    struct edxml_loaded **out);
void edxml_folder_free(struct edxml_loaded *l); /* NULL is fine; files stay */

#endif
