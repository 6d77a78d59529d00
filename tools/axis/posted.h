/* What a system has sent to the gateway as its axis (served.h), so that the same file is the same
 * message whenever it comes again:
 *
 *   in/ID.json      a file that was done: ID is made of the system's name and the file's SHA-256
 *   keys/HASH.json  which one was sent under a senderDocId
 *
 * It is written after the act. An end between the two does the act again, when the system sends
 * again as it must without an answer: a document has the id of its file, and a status that is said
 * twice changes nothing. */
#ifndef VANTHU_TOOLS_AXIS_POSTED_H
#define VANTHU_TOOLS_AXIS_POSTED_H

#include "tools/axis/adapter.h"

enum { POSTED_ID_SIZE = 33, POSTED_KEY_MAX = 512 };

struct posted {
	const char *gateway_folder, *system; /* borrowed */
	int lock;
};

/* One caller at a time: waits some seconds for it, then ERR_BUSY. ERR_FILE. posted_close in any
 * case. */
must_use enum err posted_open(struct posted *p);
void posted_close(struct posted *p);
void posted_id(const struct posted *p, const char *sha256, char out[POSTED_ID_SIZE]);
/* Entries are the caller's. ERR_NOT_FOUND. */
must_use enum err posted_find(const struct posted *p, const char *id, json_t **entry);
/* By its senderDocId; also without posted_open. */
must_use enum err posted_find_key(const struct posted *p, const char *key, json_t **entry);
/* Which file this senderDocId is of: ERR_AXIS_KEY when it is another one's. */
must_use enum err posted_check_key(const struct posted *p, const char *key, const char *id);
/* It is done; `entry` is taken, `key` may be "". */
must_use enum err posted_note(const struct posted *p, const char *id, const char *key,
			      json_t *entry);

#endif
