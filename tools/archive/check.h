/* Is what lies in an archive what was signed, and all of it? Needs no daemon: the archive, and the
 * root certificate of the registry. */
#ifndef VANTHU_TOOLS_ARCHIVE_CHECK_H
#define VANTHU_TOOLS_ARCHIVE_CHECK_H

#include "tools/archive/folder.h"

enum { ARCHIVE_FAULT_SIZE = 1536 };

enum archive_fault_kind {
	ARCHIVE_WHOLE = 0,
	ARCHIVE_LIST,	  /* the archive's list, or a line of it */
	ARCHIVE_UNLISTED, /* a document that the list does not have */
	ARCHIVE_ABSENT,	  /* a file that a list has is not there */
	ARCHIVE_CHANGED,  /* a file is not what its list says */
	ARCHIVE_STRANGE,  /* a file that its document's list does not have */
	ARCHIVE_EVIDENCE  /* the proofs do not hold, or not for these files */
};

struct archive_fault {
	enum archive_fault_kind kind;
	enum err why;		       /* of ARCHIVE_EVIDENCE; else ERR_OK */
	char what[ARCHIVE_FAULT_SIZE]; /* a path within the archive */
};

struct archive_sum {
	uint64_t documents, files, size_bytes;
	struct digest evidence; /* of the last document's */
};

struct archive_check {
	const char *folder;
	struct blob root_pem;
	int64_t wall_ms;
	/* hears each fault, lent; the check goes on with the next document */
	void (*fault)(void *ctx, const struct archive_fault *f);
	void *ctx;
	struct arena *arena; /* is emptied for each document; of some 100 MiB */
	struct archive_sum sum;
	bool marked; /* the list has the file that says whose the archive is */
};

/* One document, `path` within the archive. *whole: it has no fault, and sum counts it. ERR_FILE
 * (errno), ERR_NO_MEMORY: it could not be read, which says nothing. */
must_use enum err archive_check_document(struct archive_check *c, const char *path, bool *whole);
/* All of it. ERR_ARCHIVE_FOLDER, else as above. */
must_use enum err archive_check_all(struct archive_check *c);

#endif
