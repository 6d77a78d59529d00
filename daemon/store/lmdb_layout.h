/* Where a family's records lie in LMDB: which database, which key. */
#ifndef VANTHU_DAEMON_STORE_LMDB_LAYOUT_H
#define VANTHU_DAEMON_STORE_LMDB_LAYOUT_H

#include "daemon/store/lmdb_env.h"

/* role ‖ serial, with which all keys of a document's records begin */
enum { SERIAL_KEY_BYTES = 9 };
enum layout { LAYOUT_NONE = 0, LAYOUT_ALONE, LAYOUT_DOCUMENTS, LAYOUT_LINKS };
struct stored_key {
	size_t len_bytes;
	uint8_t bytes[KEY_MAX_BYTES + 1];
};

enum layout lmdb_layout(enum family f);
/* Where a key of this family lies in its database, or what all keys with this prefix begin with
 * there. A prefix shorter than role ‖ serial takes in the documents' other families too. */
void lmdb_encode_key(enum family f, const struct key *key, struct stored_key *out);
/* Whose key this is, in the database of f. */
enum family lmdb_family_at(enum family f, const MDB_val *stored);
/* The key of a record of family f, from its stored form. False: the stored key has no such
 * shape. */
bool lmdb_key_at(enum family f, const MDB_val *stored, struct key *out);
must_use enum err lmdb_open_databases(struct lmdb_store *s);
/* The same where nothing may be written: says of which families there is no database. */
must_use enum err lmdb_find_databases(struct lmdb_store *s, bool absent[FAMILY_COUNT]);
/* Moves records that an older format kept in databases of their own to their present database, a
 * bounded number a transaction; resumes after a crash. */
must_use enum err lmdb_move_in(struct lmdb_store *s);

#endif
