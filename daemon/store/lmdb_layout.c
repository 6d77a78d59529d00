/* Where records lie in LMDB. A commit writes every page that it touches, one request to the disk
 * each, twice synced: so what one document needs at one time lies on one page, and the small
 * records of links share theirs.
 *
 *     documents   role ‖ serial ‖ family ‖ rest    DOCUMENT, STATE, ENVELOPE, RELAY, ROUTE, RECEIPT
 *     links       family ‖ key                     STREAM, LINKIN, LINKOUT, FETCH, COUNTER
 *     FAMILY      key                              every other family, by its name
 *
 * Checksums are over the record's own key, wherever it lies. */
#include "daemon/store/lmdb_layout.h"

#include <string.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_error.h"

/* LMDB needs their room twice over for a while */
enum { MOVED_AT_ONCE = 1000, MOVED_BYTES_AT_ONCE = 1 << 20 };

enum layout lmdb_layout(enum family f)
{
	switch (f) {
	case FAMILY_DOCUMENT:
	case FAMILY_STATE:
	case FAMILY_ENVELOPE:
	case FAMILY_RELAY:
	case FAMILY_ROUTE:
	case FAMILY_RECEIPT:
		return LAYOUT_DOCUMENTS;
	case FAMILY_STREAM:
	case FAMILY_LINKIN:
	case FAMILY_LINKOUT:
	case FAMILY_FETCH:
	case FAMILY_COUNTER:
		return LAYOUT_LINKS;
	default:
		return LAYOUT_ALONE;
	}
}

static const char *database_name(enum family f)
{
	enum layout l = lmdb_layout(f);

	return l == LAYOUT_DOCUMENTS ? "documents" : l == LAYOUT_LINKS ? "links" : family_name(f);
}

void lmdb_encode_key(enum family f, const struct key *key, struct stored_key *out)
{
	enum layout l = lmdb_layout(f);
	size_t before = l == LAYOUT_LINKS ? 0
			: l == LAYOUT_DOCUMENTS && key->len_bytes >= SERIAL_KEY_BYTES
			    ? SERIAL_KEY_BYTES
			    : key->len_bytes;
	bool named = l == LAYOUT_LINKS || before == SERIAL_KEY_BYTES;

	memcpy(out->bytes, key->bytes, before);
	if (l == LAYOUT_ALONE || !named) {
		out->len_bytes = before;
		return;
	}
	out->bytes[before] = (uint8_t)f;
	memcpy(out->bytes + before + 1, key->bytes + before, key->len_bytes - before);
	out->len_bytes = (size_t)key->len_bytes + 1;
}

enum family lmdb_family_at(enum family f, const MDB_val *stored)
{
	const uint8_t *bytes = stored->mv_data;
	size_t at = lmdb_layout(f) == LAYOUT_DOCUMENTS ? SERIAL_KEY_BYTES : 0;

	if (lmdb_layout(f) == LAYOUT_ALONE)
		return f;
	return stored->mv_size > at ? (enum family)bytes[at] : FAMILY_NONE;
}

bool lmdb_key_at(enum family f, const MDB_val *stored, struct key *out)
{
	const uint8_t *bytes = stored->mv_data;
	size_t named = lmdb_layout(f) == LAYOUT_ALONE ? 0 : 1,
	       before = lmdb_layout(f) == LAYOUT_DOCUMENTS ? SERIAL_KEY_BYTES : 0;

	if (stored->mv_size < before + named || stored->mv_size - named > KEY_MAX_BYTES)
		return false;
	out->len_bytes = (uint8_t)(stored->mv_size - named);
	memcpy(out->bytes, bytes, before);
	memcpy(out->bytes + before, bytes + before + named, out->len_bytes - before);
	return true;
}

enum err lmdb_open_databases(struct lmdb_store *s)
{
	MDB_txn *txn;
	enum err e = lmdb_error(mdb_txn_begin(s->env, NULL, 0, &txn), "mdb_txn_begin");

	if (e != ERR_OK)
		return e;
	for (int f = FAMILY_META; e == ERR_OK && f < FAMILY_COUNT; f++)
		e = lmdb_error(
		    mdb_dbi_open(txn, database_name((enum family)f), MDB_CREATE, &s->dbis[f]),
		    "mdb_dbi_open");
	if (e != ERR_OK) {
		mdb_txn_abort(txn);
		return e;
	}
	return lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit");
}

/* ---- from format 1, where every family was alone ---- */

/* Some records from the old place to the new one, in one transaction; *left is false when the old
 * place is empty and gone. */
static enum err move_some(struct lmdb_store *s, enum family f, MDB_dbi old, bool *left)
{
	MDB_val key, value;
	size_t bytes = 0;
	MDB_cursor *cursor;
	MDB_txn *txn;
	int code = mdb_txn_begin(s->env, NULL, 0, &txn);

	if (code != MDB_SUCCESS)
		return lmdb_error(code, "mdb_txn_begin");
	code = mdb_cursor_open(txn, old, &cursor);
	if (code != MDB_SUCCESS)
		goto failed;
	code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	for (unsigned n = 0;
	     code == MDB_SUCCESS && n < MOVED_AT_ONCE && bytes < MOVED_BYTES_AT_ONCE; n++) {
		struct key k = { .len_bytes = (uint8_t)key.mv_size };
		struct stored_key p;
		MDB_val to;

		bytes += value.mv_size;
		if (key.mv_size <= KEY_MAX_BYTES) {
			memcpy(k.bytes, key.mv_data, key.mv_size);
			lmdb_encode_key(f, &k, &p);
			to = (MDB_val){ .mv_size = p.len_bytes, .mv_data = p.bytes };
			code = mdb_put(txn, s->dbis[f], &to, &value, 0);
		}
		if (code == MDB_SUCCESS)
			code = mdb_cursor_del(cursor, 0);
		if (code == MDB_SUCCESS)
			code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	}
	mdb_cursor_close(cursor);
	*left = code != MDB_NOTFOUND;
	if (code == MDB_NOTFOUND)
		code = mdb_drop(txn, old, 1);
	if (code == MDB_SUCCESS)
		return lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit");
failed:
	mdb_txn_abort(txn);
	return lmdb_error(code, "move");
}

static enum err open_old(struct lmdb_store *s, enum family f, MDB_dbi *out)
{
	MDB_txn *txn;
	int code = mdb_txn_begin(s->env, NULL, 0, &txn);

	if (code != MDB_SUCCESS)
		return lmdb_error(code, "mdb_txn_begin");
	code = mdb_dbi_open(txn, family_name(f), 0, out);
	if (code == MDB_SUCCESS)
		return lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit");
	mdb_txn_abort(txn);
	return lmdb_error(code, "mdb_dbi_open");
}

enum err lmdb_move_in(struct lmdb_store *s)
{
	enum err e = ERR_OK;

	for (int f = FAMILY_META; e == ERR_OK && f < FAMILY_COUNT; f++) {
		bool left = true;
		MDB_dbi old;

		if (lmdb_layout((enum family)f) == LAYOUT_ALONE)
			continue;
		e = open_old(s, (enum family)f, &old);
		if (e == ERR_NOT_FOUND) {
			e = ERR_OK;
			continue;
		}
		if (e == ERR_OK)
			log_event(LOG_INFO, "store-moved", "family=%s",
				  family_name((enum family)f));
		while (e == ERR_OK && left)
			e = move_some(s, (enum family)f, old, &left);
	}
	return e;
}
