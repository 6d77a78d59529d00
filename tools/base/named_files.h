/* A folder of small files, each under a name of its own: tokens, accounts. A file is replaced
 * whole, mode 0600 in a folder of mode 0700; a process that ends at any point leaves the old one or
 * the new one. After ERR_FILE errno says why. All functions block on the disk. */
#ifndef VANTHU_TOOLS_BASE_NAMED_FILES_H
#define VANTHU_TOOLS_BASE_NAMED_FILES_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { NAMED_FILE_NAME_MAX = 32 };

/* Borrowed texts. */
struct named_files {
	const char *above; /* the gateway's folder: it is made where it is not there */
	const char *folder; /* the name of ours in it: "tokens" */
	size_t most_bytes; /* of a file */
};

/* [a-z0-9-]{1,32} */
bool named_files_is_name(const char *name);

/* Writes a new one, never over another. ERR_EXISTS, ERR_FILE, ERR_NO_MEMORY. */
must_use enum err named_files_add(const struct named_files *f, const char *name, struct blob text);
/* Replaces one that is there. ERR_NOT_FOUND, ERR_FILE, ERR_NO_MEMORY. */
must_use enum err named_files_replace(const struct named_files *f, const char *name,
				      struct blob text);
/* Into `out`, which has room for most_bytes. ERR_NOT_FOUND, ERR_FILE; ERR_FORMAT: it is larger, no
 * ordinary file, or one that others than its owner may write. */
must_use enum err named_files_read(const struct named_files *f, const char *name, uint8_t *out,
				   size_t *len);
/* Calls `each` for every name of a file, in no order, until it returns false. No folder yet: no
 * call. ERR_FILE. */
must_use enum err named_files_walk(const struct named_files *f,
				   bool (*each)(void *of, const char *name), void *of);

/* Holds the lock that the writers above take for themselves, for who reads, decides and writes by
 * named_files_put. The kernel releases it when the process ends. *lock is the caller's; -1 after
 * ERR_FILE. */
must_use enum err named_files_lock(const struct named_files *f, int *lock);
void named_files_unlock(int lock); /* errno stays; -1 is fine */
/* Under the lock. `fresh`: as named_files_add, else as named_files_replace. */
must_use enum err named_files_put(const struct named_files *f, const char *name, struct blob text,
				  bool fresh);

#endif
