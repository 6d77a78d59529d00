/* Is a backup what its manifest says? */
#ifndef VANTHU_DAEMON_BACKUP_VERIFY_H
#define VANTHU_DAEMON_BACKUP_VERIFY_H

#include "daemon/backup/contents.h"
#include "daemon/store/store.h"

enum backup_fault {
	BACKUP_FAULT_MANIFEST, /* damaged: nothing else of the backup is looked at */
	BACKUP_FAULT_STORE,    /* data.mdb is not what the manifest says: its records neither */
	BACKUP_FAULT_RECORD,   /* its checksum is wrong, or it cannot be decoded */
	BACKUP_FAULT_HIDDEN,   /* fewer records are found than the store says that it has */
	BACKUP_FAULT_UNLISTED, /* a record names a content that the manifest does not have */
	BACKUP_FAULT_CONTENT,  /* its bytes are not what its name says */
	BACKUP_FAULT_ABSENT,   /* it is not there */
};

struct backup_check {
	enum err (*open_copy)(const char *path, struct store **out);
	/* each fault, with the name of what it is in; may be NULL */
	void (*fault)(void *ctx, enum backup_fault kind, const char *what);
	struct backup_watch watch; /* of all that is read; .copied NULL: nobody's */
	void *ctx;
	/* what was found */
	struct backup_manifest manifest;
	uint64_t records, faults;
};

/* The manifest, data.mdb by its digest, and each of its records. ERR_BACKUP_DAMAGED: there were
 * faults. A store that was damaged already when it was copied may end the process. */
must_use enum err backup_verify_store(struct backup_place *p, const char *name,
				      struct backup_check *c);
/* That, and every content by its digest. */
must_use enum err backup_verify(struct backup_place *p, const char *name, struct backup_check *c);
/* Notes a fault. */
void backup_verify_fault(struct backup_check *c, enum backup_fault kind, const char *what);

#endif
