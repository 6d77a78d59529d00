/* Where records lie in LMDB. A commit writes every page that it touches, one request to the disk
 * each, twice synced: so what one document needs at one time lies on one page, and the small
 * records of links share theirs.
 *
 *     documents   role ‖ serial ‖ family ‖ rest    DOCUMENT, STATE, ENVELOPE, RELAY, ROUTE, RECEIPT
 *     links       family ‖ key                     STREAM, LINKIN, LINKOUT, FETCH, COUNTER, TOLD,
 *                                                  EARLY, DROPPED;
 *                                                  LINE and SERIES since format 6
 *     due         key                              SWEEP, since its keys say a kind (format 4)
 *     FAMILY      key                              every other family, by its name
 *
 * In links LINE stands before all others (format 7), so that its end lies on the page where the
 * oldest items of STREAM are erased: behind them it is a page of its own in each commit.
 *
 * Checksums are over the record's own key, wherever it lies. */
#include "daemon/store/lmdb_layout.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_error.h"
#include "proto/record_codec.h"

/* LMDB needs their room twice over for a while */
enum { MOVED_AT_ONCE = 1000, MOVED_BYTES_AT_ONCE = 1 << 20 };
/* What stands for FAMILY_LINE in links; no family has this number. */
enum { LINE_FIRST = 0 };

/* Where each family lies. New families come at the end, so that one without a row does not
 * compile. */
static const struct {
	enum layout layout;
	const char *database; /* NULL: that of its name */
} families[] = {
	[FAMILY_META] = { LAYOUT_ALONE, NULL },
	[FAMILY_IDENT] = { LAYOUT_ALONE, NULL },
	[FAMILY_DOCUMENT] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_STATE] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_ENVELOPE] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_RELAY] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_ROUTE] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_RECEIPT] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_STREAM] = { LAYOUT_LINKS, "links" },
	[FAMILY_LINKIN] = { LAYOUT_LINKS, "links" },
	[FAMILY_LINKOUT] = { LAYOUT_LINKS, "links" },
	[FAMILY_FETCH] = { LAYOUT_LINKS, "links" },
	[FAMILY_FILE] = { LAYOUT_ALONE, NULL },
	[FAMILY_SWEEP] = { LAYOUT_ALONE, "due" },
	[FAMILY_COMMITTEE] = { LAYOUT_ALONE, NULL },
	[FAMILY_SUBORDINATE] = { LAYOUT_ALONE, NULL },
	[FAMILY_DIRECTORY] = { LAYOUT_ALONE, NULL },
	[FAMILY_KEY] = { LAYOUT_ALONE, NULL },
	[FAMILY_ACT] = { LAYOUT_ALONE, NULL },
	[FAMILY_COUNTER] = { LAYOUT_LINKS, "links" },
	[FAMILY_PAPER] = { LAYOUT_ALONE, NULL },
	[FAMILY_NUMBER] = { LAYOUT_ALONE, NULL },
	[FAMILY_ASIDE] = { LAYOUT_ALONE, NULL },
	[FAMILY_STAGED] = { LAYOUT_ALONE, NULL },
	[FAMILY_CHANGED] = { LAYOUT_ALONE, NULL },
	[FAMILY_WORK] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_STATUS] = { LAYOUT_DOCUMENTS, "documents" },
	[FAMILY_LINE] = { LAYOUT_LINKS, "links" },
	[FAMILY_SERIES] = { LAYOUT_LINKS, "links" },
	/* a few hundred at most, when it is kept: who receives would have two more levels of links
	 * to write */
	[FAMILY_OPEN] = { LAYOUT_ALONE, NULL },
	[FAMILY_TOLD] = { LAYOUT_LINKS, "links" },
	[FAMILY_EARLY] = { LAYOUT_LINKS, "links" },
	[FAMILY_DROPPED] = { LAYOUT_LINKS, "links" },
	[FAMILY_REPORT] = { LAYOUT_ALONE, NULL },
	[FAMILY_FIGURES] = { LAYOUT_ALONE, NULL },
	[FAMILY_DECLARED] = { LAYOUT_ALONE, NULL },
	/* Its records are long, and its keys only ascend: they fill pages of their own. */
	[FAMILY_FEED] = { LAYOUT_ALONE, NULL },
	[FAMILY_GONE] = { LAYOUT_LINKS, "links" },
	[FAMILY_HISTORY] = { LAYOUT_ALONE, NULL },
	[FAMILY_ACCEPTED] = { LAYOUT_LINKS, "links" },
};
_Static_assert(sizeof families / sizeof families[0] == FAMILY_COUNT, "a family without a layout");

enum layout lmdb_layout(enum family f)
{
	assert((unsigned)f < FAMILY_COUNT && families[f].layout != LAYOUT_NONE);
	return families[f].layout;
}

static const char *database_name(enum family f)
{
	return families[f].database == NULL ? family_name(f) : families[f].database;
}

void lmdb_encode_key(enum family f, const struct key *key, struct stored_key *out)
{
	enum layout l = lmdb_layout(f);
	uint8_t name = f == FAMILY_LINE ? LINE_FIRST : (uint8_t)f;
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
	out->bytes[before] = name;
	memcpy(out->bytes + before + 1, key->bytes + before, key->len_bytes - before);
	out->len_bytes = (size_t)key->len_bytes + 1;
}

enum family lmdb_family_at(enum family f, const MDB_val *stored)
{
	const uint8_t *bytes = stored->mv_data;
	size_t at = lmdb_layout(f) == LAYOUT_DOCUMENTS ? SERIAL_KEY_BYTES : 0;

	if (lmdb_layout(f) == LAYOUT_ALONE)
		return f;
	if (stored->mv_size <= at)
		return FAMILY_NONE;
	return bytes[at] == LINE_FIRST ? FAMILY_LINE : (enum family)bytes[at];
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

enum err lmdb_find_databases(struct lmdb_store *s, bool absent[FAMILY_COUNT])
{
	MDB_txn *txn;
	enum err e = lmdb_error(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");

	if (e != ERR_OK)
		return e;
	for (int f = FAMILY_META; e == ERR_OK && f < FAMILY_COUNT; f++) {
		int code = mdb_dbi_open(txn, database_name((enum family)f), 0, &s->dbis[f]);

		absent[f] = code == MDB_NOTFOUND;
		e = absent[f] ? ERR_OK : lmdb_error(code, "mdb_dbi_open");
	}
	if (e != ERR_OK) {
		mdb_txn_abort(txn);
		return e;
	}
	return lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit"); /* what was opened stays so */
}

/* ---- from formats 1, where every family was alone, 3, whose SWEEP said no kind, 5, where LINE and
 * SERIES were alone, and 6, where LINE and OPEN stood in links among the others ---- */

/* A record of the old database in the form of the new one: its key there, and its value.
 * ERR_NOT_FOUND: the record cannot be read, and is dropped. Borrows the value, or makes one in the
 * arena. */
static enum err carry_over(struct lmdb_store *s, enum family f, const MDB_val *old_key,
			   const MDB_val *old_value, struct key *key, MDB_val *value)
{
	const struct record sweep = { .family = FAMILY_SWEEP };
	struct key old = { .len_bytes = (uint8_t)old_key->mv_size };
	struct blob bytes;
	enum err e;

	if (old_key->mv_size > KEY_MAX_BYTES)
		return ERR_NOT_FOUND;
	memcpy(old.bytes, old_key->mv_data, old_key->mv_size);
	*key = old;
	*value = *old_value;
	if (f != FAMILY_SWEEP)
		return ERR_OK;
	if (!key_sweep_of_format_3(&old, key))
		return ERR_NOT_FOUND;
	arena_reset(s->arena);
	e = record_encode(s->arena, key, &sweep, &bytes);
	*value = (MDB_val){ .mv_size = bytes.len_bytes, .mv_data = (void *)(uintptr_t)bytes.data };
	return e;
}

/* One record from where it was to where it belongs. */
static int move_one(struct lmdb_store *s, MDB_txn *txn, enum family f, const MDB_val *old_key,
		    const MDB_val *old_value)
{
	struct stored_key p;
	struct key key;
	MDB_val to, value;
	enum err e = carry_over(s, f, old_key, old_value, &key, &value);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? MDB_SUCCESS : ENOMEM;
	lmdb_encode_key(f, &key, &p);
	to = (MDB_val){ .mv_size = p.len_bytes, .mv_data = p.bytes };
	return mdb_put(txn, s->dbis[f], &to, &value, 0);
}

/* Where records were: a database of their own, or links, with their family before the key. */
struct old_place {
	MDB_dbi dbi;
	bool shared;
};

/* The first record that is still there; MDB_NOTFOUND: none is. */
static int first_left(MDB_cursor *cursor, enum family f, const struct old_place *old, MDB_val *key,
		      MDB_val *value)
{
	const uint8_t name = (uint8_t)f;
	int code;

	if (!old->shared)
		return mdb_cursor_get(cursor, key, value, MDB_FIRST);
	*key = (MDB_val){ .mv_size = 1, .mv_data = (void *)(uintptr_t)&name };
	code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
	if (code == MDB_SUCCESS && *(const uint8_t *)key->mv_data != name)
		return MDB_NOTFOUND;
	if (code == MDB_SUCCESS)
		*key = (MDB_val){ .mv_size = key->mv_size - 1,
				  .mv_data = (uint8_t *)key->mv_data + 1 };
	return code;
}

/* Moves some records from where they were to where they belong, in one transaction; *left is false
 * when none is left, and a database of their own deleted. */
static enum err move_some(struct lmdb_store *s, enum family f, const struct old_place *old,
			  bool *left)
{
	MDB_val key, value;
	size_t bytes = 0;
	MDB_cursor *cursor;
	MDB_txn *txn;
	int code = mdb_txn_begin(s->env, NULL, 0, &txn);

	if (code != MDB_SUCCESS)
		return lmdb_error(code, "mdb_txn_begin");
	code = mdb_cursor_open(txn, old->dbi, &cursor);
	if (code != MDB_SUCCESS)
		goto failed;
	code = first_left(cursor, f, old, &key, &value);
	for (unsigned n = 0;
	     code == MDB_SUCCESS && n < MOVED_AT_ONCE && bytes < MOVED_BYTES_AT_ONCE; n++) {
		bytes += value.mv_size;
		code = move_one(s, txn, f, &key, &value);
		if (code == MDB_SUCCESS)
			code = mdb_cursor_del(cursor, 0);
		if (code == MDB_SUCCESS)
			code = first_left(cursor, f, old, &key, &value);
	}
	mdb_cursor_close(cursor);
	*left = code != MDB_NOTFOUND;
	if (code == MDB_NOTFOUND)
		code = old->shared ? MDB_SUCCESS : mdb_drop(txn, old->dbi, 1);
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

static enum err move_all(struct lmdb_store *s, enum family f, const struct old_place *old)
{
	bool left = true;
	enum err e = ERR_OK;

	while (e == ERR_OK && left)
		e = move_some(s, f, old, &left);
	return e;
}

enum err lmdb_move_in(struct lmdb_store *s)
{
	static const enum family were_in_links[] = { FAMILY_LINE, FAMILY_OPEN };
	const struct old_place links = { s->dbis[FAMILY_LINKIN], true };
	enum err e = ERR_OK;

	for (int f = FAMILY_META; e == ERR_OK && f < FAMILY_COUNT; f++) {
		struct old_place old = { .shared = false };

		if (families[f].database == NULL)
			continue;
		e = open_old(s, (enum family)f, &old.dbi);
		if (e == ERR_NOT_FOUND) {
			e = ERR_OK;
			continue;
		}
		if (e == ERR_OK)
			log_event(LOG_INFO, "store-moved", "family=%s",
				  family_name((enum family)f));
		if (e == ERR_OK)
			e = move_all(s, (enum family)f, &old);
	}
	for (size_t i = 0; e == ERR_OK && i < sizeof were_in_links / sizeof were_in_links[0]; i++)
		e = move_all(s, were_in_links[i], &links);
	return e;
}
