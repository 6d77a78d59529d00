/* A document out of the daemon into an archive. */
#ifndef VANTHU_TOOLS_ARCHIVE_WRITE_H
#define VANTHU_TOOLS_ARCHIVE_WRITE_H

#include "tools/archive/folder.h"
#include "tools/client/client.h"

struct archive_order {
	struct client *client; /* of the office socket */
	const char *folder;    /* of the archive */
	const char *path;      /* of the document within it: archive_document_path */
	const char *id;
	struct blob about;   /* document.json */
	struct arena *arena; /* of some 256 MiB; what is written stays in it until the call's end */
};

/* Writes it; what lay there and was not whole goes first. ERR_FILE: *error is the errno, about a
 * file of the archive; with another *fault says what the daemon said, where fault->err is not
 * ERR_OK. Blocks. */
must_use enum err archive_write_document(const struct archive_order *o, struct client_fault *fault,
					 int *error);

#endif
