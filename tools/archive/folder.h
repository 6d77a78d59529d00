/* The folder of an archive: whose it is, one who writes at a time, and its list of documents. */
#ifndef VANTHU_TOOLS_ARCHIVE_FOLDER_H
#define VANTHU_TOOLS_ARCHIVE_FOLDER_H

#include <stdbool.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/err.h"
#include "routing/base/limits.h"

enum {
	ARCHIVE_SUMS_MAX_BYTES = 4 << 20, /* of one document's list */
	ARCHIVE_LIST_MAX_BYTES = 1 << 30, /* of that of an archive */
	ARCHIVE_PATH_SIZE = 256,	  /* of a document, within the folder */
};

/* Of the lists, and of the file that says whose it is. */
extern const char archive_sums_name[], archive_mark_name[];

/* Opens an archive for writing, and makes one of a folder that is empty or not there. *lock is the
 * caller's, to be closed: until then nobody else writes there. ERR_ARCHIVE_FOLDER: something else
 * lies in it, or it is another committee's; ERR_BUSY: another writes; ERR_FILE (errno). */
must_use enum err archive_open(const char *path, struct committee_id self, int *lock);
/* Whose archive a folder is, for who reads. ERR_ARCHIVE_FOLDER, ERR_FILE (errno). */
must_use enum err archive_read(const char *path, struct committee_id *out);

/* Where a document lies in it: "sent/ID", "received/ISSUER/ID". `id` as uuid_print. */
void archive_document_path(bool received, const char *issuer, const char *id,
			   char out[ARCHIVE_PATH_SIZE]);

/* Each folder that lies where documents do, whole or not, in no order; `path` is within the archive
 * and lent. The first error of `take` ends it and is returned. ERR_FILE (errno). */
must_use enum err archive_each(const char *folder, enum err (*take)(void *ctx, const char *path),
			       void *ctx);
/* Writes the list of all whole documents that lie there. *count: how many. ERR_FILE (errno),
 * ERR_NO_MEMORY. */
must_use enum err archive_write_list(const char *folder, uint64_t *count);

#endif
