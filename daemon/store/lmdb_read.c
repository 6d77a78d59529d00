/* Reading from LMDB: short transactions, decoded copies, damage set aside. See store.h and
 * routing/state/lookup.h. */
#include "daemon/store/lmdb_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_error.h"
#include "daemon/store/lmdb_layout.h"
#include "proto/record_codec.h"

enum { NAMED_BYTES_MAX = 96 }; /* of a key, in the name of a copy */

/* ---- transactions ---- */

enum err lmdb_reader_take(struct lmdb_store *s, MDB_txn **out)
{
	MDB_txn *txn = NULL;
	int code;

	pthread_mutex_lock(&s->lock);
	if (s->held != NULL && pthread_equal(s->holder, pthread_self()))
		txn = s->held;
	else if (s->idle_count > 0)
		*out = s->idle[--s->idle_count];
	else
		*out = NULL;
	pthread_mutex_unlock(&s->lock);
	if (txn != NULL) {
		*out = txn;
		return ERR_OK;
	}
	if (*out == NULL)
		return lmdb_error(mdb_txn_begin(s->env, NULL, MDB_RDONLY, out), "mdb_txn_begin");
	code = mdb_txn_renew(*out);
	if (code != MDB_SUCCESS)
		mdb_txn_abort(*out);
	return lmdb_error(code, "mdb_txn_renew");
}

void lmdb_reader_give(struct lmdb_store *s, MDB_txn *txn)
{
	bool keep;

	pthread_mutex_lock(&s->lock);
	if (txn == s->held) {
		pthread_mutex_unlock(&s->lock);
		return;
	}
	keep = s->idle_count < LMDB_READERS_KEPT;
	if (keep) {
		mdb_txn_reset(txn);
		s->idle[s->idle_count++] = txn;
	}
	pthread_mutex_unlock(&s->lock);
	if (!keep)
		mdb_txn_abort(txn);
}

void lmdb_readers_close(struct lmdb_store *s)
{
	while (s->idle_count > 0)
		mdb_txn_abort(s->idle[--s->idle_count]);
	if (s->held != NULL)
		mdb_txn_abort(s->held);
	s->held = NULL;
}

enum err lmdb_read_begin(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	MDB_txn *txn;
	enum err e = lmdb_reader_take(s, &txn);

	if (e != ERR_OK)
		return e;
	pthread_mutex_lock(&s->lock);
	s->held = txn;
	s->holder = pthread_self();
	pthread_mutex_unlock(&s->lock);
	return ERR_OK;
}

void lmdb_read_end(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	MDB_txn *txn;

	pthread_mutex_lock(&s->lock);
	txn = s->held;
	s->held = NULL;
	pthread_mutex_unlock(&s->lock);
	if (txn != NULL)
		lmdb_reader_give(s, txn);
}

/* ---- damage ---- */

/* A value that does not fit its checksum is copied aside for an operator, never served and never
 * deleted. */
void lmdb_quarantine(struct lmdb_store *s, enum family family, const MDB_val *key,
		     const MDB_val *value)
{
	char path[LMDB_PATH_MAX + 2 * KEY_MAX_BYTES + 64];
	int n, fd;

	if (s->quarantine[0] == '\0')
		return; /* a copy, which nobody writes to */
	mkdir(s->quarantine, 0700);
	n = snprintf(path, sizeof path, "%s/%s-", s->quarantine, family_name(family));
	for (size_t i = 0; i < key->mv_size && i < NAMED_BYTES_MAX; i++)
		n += snprintf(path + n, sizeof path - (size_t)n, "%02x",
			      ((const uint8_t *)key->mv_data)[i]);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return; /* seen before, or no room: the value itself stays where it is */
	log_event(LOG_ERROR, "record-damaged", "family=%s copy=%s", family_name(family), path);
	if (write(fd, value->mv_data, value->mv_size) < 0)
		log_event(LOG_ERROR, "quarantine-failed", "errno=%d", errno);
	close(fd);
}

static enum family named(const char *name, size_t len)
{
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		const char *known = family_name((enum family)f);

		if (strlen(known) == len && memcmp(known, name, len) == 0)
			return (enum family)f;
	}
	return FAMILY_NONE;
}

/* A key that was too long for the name is one of those that are listed, and begin so. */
static bool find_listed(struct lmdb_store *s, enum family family, const struct stored_key *begin,
			struct key *key)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (uint32_t i = 0; i < s->damages.count && !found; i++) {
		const struct store_damage *at = &s->damages.items[i].at;
		struct stored_key stored;

		lmdb_encode_key(at->family, &at->key, &stored);
		found = at->family == family && stored.len_bytes >= begin->len_bytes &&
			memcmp(stored.bytes, begin->bytes, begin->len_bytes) == 0;
		if (found)
			*key = at->key;
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

bool lmdb_copied(struct store *base, const char *name, enum family *family, struct key *key)
{
	const char *dash = strchr(name, '-');
	struct stored_key stored = { .len_bytes = 0 };
	MDB_val bytes = { .mv_data = stored.bytes };
	unsigned byte;

	*family = dash == NULL ? FAMILY_NONE : named(name, (size_t)(dash - name));
	if (*family == FAMILY_NONE || strlen(dash + 1) > 2 * (size_t)NAMED_BYTES_MAX)
		return false;
	for (const char *at = dash + 1; *at != '\0'; at += 2) {
		if (strspn(at, "0123456789abcdef") < 2 || sscanf(at, "%2x", &byte) != 1)
			return false;
		stored.bytes[stored.len_bytes++] = (uint8_t)byte;
	}
	bytes.mv_size = stored.len_bytes;
	if (stored.len_bytes == NAMED_BYTES_MAX)
		return find_listed((struct lmdb_store *)base, *family, &stored, key);
	return lmdb_family_at(*family, &bytes) == *family && lmdb_key_at(*family, &bytes, key);
}

struct found {
	MDB_txn *txn;
	enum family family;
	MDB_val key, value; /* as stored */
};

/* Met by reading: counted, unless the last survey did, or it is accepted as lost. */
static void met(struct lmdb_store *s, const struct found *f)
{
	struct key known;
	bool named = lmdb_key_at(f->family, &f->key, &known);

	if (named && lmdb_damage_accepted(s, f->txn, f->family, &known))
		return;
	pthread_mutex_lock(&s->lock);
	if (!named || !lmdb_damage_listed(s, f->family, &known)) {
		s->damaged++;
		s->unlisted = true;
	}
	s->damaged_in |= 1ULL << f->family;
	pthread_mutex_unlock(&s->lock);
	lmdb_quarantine(s, f->family, &f->key, &f->value);
}

static enum err decode(struct lmdb_store *s, struct arena *a, const struct found *f,
		       struct key *key, struct record *out)
{
	enum err e;

	if (!lmdb_key_at(f->family, &f->key, key)) {
		met(s, f);
		return ERR_DAMAGED;
	}
	e = record_decode(a, f->family, key, (struct blob){ f->value.mv_data, f->value.mv_size },
			  out);
	if (e == ERR_DAMAGED)
		met(s, f);
	return e;
}

/* ---- lookups ---- */

/* A start that ends with what was looked for names it. */
static void note_missed(struct lmdb_store *s, enum family family, const struct key *key)
{
	pthread_mutex_lock(&s->lock);
	s->missed = *key;
	s->missed_in = family;
	pthread_mutex_unlock(&s->lock);
}

static enum err get(void *ctx, struct arena *arena, enum family family, const struct key *key,
		    struct record *out)
{
	struct lmdb_store *s = ctx;
	struct found f = { .family = family };
	struct stored_key stored;
	struct key found;
	MDB_txn *txn;
	enum err e = lmdb_reader_take(s, &txn);

	if (e != ERR_OK)
		return e;
	f.txn = txn;
	lmdb_encode_key(family, key, &stored);
	f.key = (MDB_val){ .mv_size = stored.len_bytes, .mv_data = stored.bytes };
	e = lmdb_error(mdb_get(txn, s->dbis[family], &f.key, &f.value), "mdb_get");
	if (e == ERR_OK)
		e = decode(s, arena, &f, &found, out);
	lmdb_reader_give(s, txn);
	if (e != ERR_OK && __atomic_load_n(&s->commits, __ATOMIC_RELAXED) == 0)
		note_missed(s, family, key);
	return e;
}

static bool in_prefix(const MDB_val *key, const struct stored_key *prefix)
{
	return key->mv_size >= prefix->len_bytes &&
	       memcmp(key->mv_data, prefix->bytes, prefix->len_bytes) == 0;
}

static bool is_key(const MDB_val *a, const struct stored_key *b)
{
	return a->mv_size == b->len_bytes && memcmp(a->mv_data, b->bytes, b->len_bytes) == 0;
}

/* The smallest key above all that begin with this one; false when there is none (all bytes 0xff, or
 * empty). */
static bool above(const struct stored_key *prefix, struct stored_key *out)
{
	*out = *prefix;
	while (out->len_bytes > 0 && out->bytes[out->len_bytes - 1] == 0xff)
		out->len_bytes--;
	if (out->len_bytes == 0)
		return false;
	out->bytes[out->len_bytes - 1]++;
	return true;
}

/* The first key that is not below this one. */
static int seek(MDB_cursor *cursor, struct found *f, const struct stored_key *stored)
{
	f->key = (MDB_val){ .mv_size = stored->len_bytes,
			    .mv_data = (void *)(uintptr_t)stored->bytes };
	return mdb_cursor_get(cursor, &f->key, &f->value,
			      stored->len_bytes == 0 ? MDB_FIRST : MDB_SET_RANGE);
}

/* The last key below this one. */
static int seek_below(MDB_cursor *cursor, struct found *f, const struct stored_key *stored)
{
	int code = seek(cursor, f, stored);

	if (code == MDB_NOTFOUND)
		return mdb_cursor_get(cursor, &f->key, &f->value, MDB_LAST);
	return code == MDB_SUCCESS ? mdb_cursor_get(cursor, &f->key, &f->value, MDB_PREV) : code;
}

static int begin_up(MDB_cursor *cursor, const struct scan *scan, struct found *f)
{
	struct stored_key at;
	int code;

	lmdb_encode_key(f->family, &scan->at, &at);
	code = seek(cursor, f, &at);
	if (code == MDB_SUCCESS && !scan->open && is_key(&f->key, &at))
		code = mdb_cursor_get(cursor, &f->key, &f->value, MDB_NEXT);
	return code;
}

static int begin_down(MDB_cursor *cursor, const struct scan *scan, const struct stored_key *prefix,
		      struct found *f)
{
	struct stored_key bound;

	if (!scan->open)
		lmdb_encode_key(f->family, &scan->at, &bound);
	else if (!above(prefix, &bound))
		return mdb_cursor_get(cursor, &f->key, &f->value, MDB_LAST);
	return seek_below(cursor, f, &bound);
}

/* From a record of another family to the nearest of ours: in the same document, or in the one
 * beyond it. */
static int pass_over(MDB_cursor *cursor, struct found *f, bool up)
{
	enum family other = lmdb_family_at(f->family, &f->key);
	struct stored_key to = { .len_bytes = SERIAL_KEY_BYTES };

	if (f->key.mv_size <= SERIAL_KEY_BYTES)
		/* none of ours has this shape */
		return mdb_cursor_get(cursor, &f->key, &f->value, up ? MDB_NEXT : MDB_PREV);
	memcpy(to.bytes, f->key.mv_data, SERIAL_KEY_BYTES);
	if (up && other > f->family)
		return above(&to, &to) ? seek(cursor, f, &to) : MDB_NOTFOUND;
	if (!up && other < f->family)
		return seek_below(cursor, f, &to);
	to.len_bytes = SERIAL_KEY_BYTES + 1;
	to.bytes[SERIAL_KEY_BYTES] = (uint8_t)(up ? f->family : f->family + 1);
	return up ? seek(cursor, f, &to) : seek_below(cursor, f, &to);
}

static enum err walk(struct lmdb_store *s, struct arena *arena, enum family family,
		     struct scan *scan, bool up, struct record *out)
{
	struct found f = { .family = family };
	struct stored_key prefix;
	bool reported = false;
	MDB_cursor *cursor;
	MDB_txn *txn;
	enum err e = lmdb_reader_take(s, &txn);
	int code;

	if (e != ERR_OK)
		return e;
	e = lmdb_error(mdb_cursor_open(txn, s->dbis[family], &cursor), "mdb_cursor_open");
	if (e != ERR_OK)
		goto out;
	f.txn = txn;
	lmdb_encode_key(family, &scan->prefix, &prefix);
	code = up ? begin_up(cursor, scan, &f) : begin_down(cursor, scan, &prefix, &f);
	e = ERR_DAMAGED;
	while (e == ERR_DAMAGED && !reported && code == MDB_SUCCESS && in_prefix(&f.key, &prefix)) {
		if (lmdb_family_at(family, &f.key) != family) {
			code = pass_over(cursor, &f, up);
			continue;
		}
		e = decode(s, arena, &f, &scan->at, out);
		scan->open = false;
		/* else it could not go on from there */
		reported = e == ERR_DAMAGED && scan->report_damage &&
			   lmdb_key_at(family, &f.key, &scan->at);
		if (e == ERR_DAMAGED && !reported)
			code = mdb_cursor_get(cursor, &f.key, &f.value, up ? MDB_NEXT : MDB_PREV);
	}
	if (e == ERR_DAMAGED && !reported)
		e = code == MDB_SUCCESS ? ERR_NOT_FOUND : lmdb_error(code, "mdb_cursor_get");
	mdb_cursor_close(cursor);
out:
	lmdb_reader_give(s, txn);
	return e;
}

static enum err next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
		     struct record *out)
{
	return walk(ctx, arena, family, scan, true, out);
}

static enum err last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
		     struct record *out)
{
	return walk(ctx, arena, family, scan, false, out);
}

struct lookup lmdb_rows(struct lmdb_store *s)
{
	return (struct lookup){ .ctx = s, .get = get, .next = next, .last = last };
}

struct lookup lmdb_lookup(struct store *base)
{
	return staged_lookup(&((struct lmdb_store *)base)->staged);
}
