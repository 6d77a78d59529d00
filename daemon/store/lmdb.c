/* The default store: LMDB, one synced transaction a plan. See store.h; reading is in
 * daemon/store/lmdb_read.c, where records lie in daemon/store/lmdb_layout.c. A failed commit leaves
 * open what is on disk (docs/TRAPS.md §2.1): nothing is tried again here, the process ends. */
#include "daemon/store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/store/lmdb_copy.h"
#include "daemon/store/lmdb_env.h"
#include "daemon/store/lmdb_error.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/lmdb_ledger.h"
#include "daemon/store/lmdb_map_fault.h"
#include "daemon/store/lmdb_owner.h"
#include "daemon/store/lmdb_read.h"
#include "daemon/store/lmdb_room.h"
#include "proto/record_codec.h"

/* Above store.map, in address space only: what one plan may cost at most, and the facts of a store
 * that is full. */
#define HEADROOM_BYTES (1ULL << 30)

enum { COMMIT_ARENA_BYTES = 256 << 20, FACTS_SHARE = 8, READERS_MAX = 64 };

/* ---- commit ---- */

static void over_damaged(struct lmdb_store *s, const struct write *w, struct ledger *sums)
{
	pthread_mutex_lock(&s->lock);
	lmdb_damage_write(s, w->record.family, &w->key, sums);
	pthread_mutex_unlock(&s->lock);
}

static void over_accepted(struct lmdb_store *s, const struct key *accepted, struct ledger *sums)
{
	enum family family;
	struct key key;

	if (!key_parse_accepted(accepted, &family, &key))
		return;
	pthread_mutex_lock(&s->lock);
	lmdb_damage_accept(s, family, &key, sums);
	pthread_mutex_unlock(&s->lock);
}

static void begin_damaged(struct lmdb_store *s)
{
	pthread_mutex_lock(&s->lock);
	s->has_damages = s->damages.count > 0;
	pthread_mutex_unlock(&s->lock);
}

static void end_damaged(struct lmdb_store *s, bool landed)
{
	if (!s->has_damages)
		return;
	pthread_mutex_lock(&s->lock);
	lmdb_damage_written(s, landed);
	pthread_mutex_unlock(&s->lock);
}

/* What is written over or erased is taken out of the sums; the descent to it warms the pages that
 * the write goes to next. */
static enum err write_one(struct lmdb_store *s, MDB_txn *txn, const struct write *w,
			  struct ledger *sums)
{
	MDB_dbi dbi = s->dbis[w->record.family];
	MDB_val key, value;
	struct stored_key stored;
	struct blob bytes;
	enum err e;
	int code;

	lmdb_encode_key(w->record.family, &w->key, &stored);
	key = (MDB_val){ .mv_size = stored.len_bytes, .mv_data = stored.bytes };
	code = mdb_get(txn, dbi, &key, &value);
	if (code == MDB_SUCCESS && s->has_damages)
		over_damaged(s, w, sums);
	if (code == MDB_SUCCESS)
		ledger_remove(sums, w->record.family, &w->key,
			      (struct blob){ value.mv_data, value.mv_size });
	else if (code != MDB_NOTFOUND)
		return lmdb_error(code, "mdb_get");
	if (w->erase)
		return code == MDB_NOTFOUND ? ERR_OK
					    : lmdb_error(mdb_del(txn, dbi, &key, NULL), "mdb_del");
	arena_reset(s->arena);
	e = record_encode(s->arena, &w->key, &w->record, &bytes);
	if (e != ERR_OK)
		return e;
	ledger_add(sums, w->record.family, &w->key, bytes);
	if (w->record.family == FAMILY_ACCEPTED && s->has_damages)
		over_accepted(s, &w->key, sums);
	value = (MDB_val){ .mv_size = bytes.len_bytes, .mv_data = (void *)(uintptr_t)bytes.data };
	return lmdb_error(mdb_put(txn, dbi, &key, &value, 0), "mdb_put");
}

static enum err commit(struct lmdb_store *s, const struct plan *p)
{
	struct ledger sums = s->ledger;
	bool accepts = p->write_count > 0 && lmdb_ledger_accepts(s, &sums);
	MDB_txn *txn = NULL;
	enum err e = lmdb_owner_check_path(s);

	if (e == ERR_OK)
		e = lmdb_error(mdb_txn_begin(s->env, NULL, 0, &txn), "mdb_txn_begin");
	if (e == ERR_OK)
		e = lmdb_owner_check_last(s, txn);
	for (uint32_t i = 0; e == ERR_OK && i < p->write_count; i++)
		e = write_one(s, txn, &p->writes[i], &sums);
	if (e == ERR_OK && p->write_count > 0)
		e = lmdb_ledger_put(s, txn, &sums);
	if (e != ERR_OK) {
		mdb_txn_abort(txn);
		return e;
	}
	__atomic_add_fetch(&s->commits, 1, __ATOMIC_RELAXED);
	e = lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit");
	if (e == ERR_OK)
		e = lmdb_owner_committed(s);
	/* Deleted between the check before and the commit: what was written is in no folder. */
	if (e == ERR_OK)
		e = lmdb_owner_check_path(s);
	if (e == ERR_OK) {
		s->ledger = sums;
		if (accepts)
			lmdb_ledger_accepted(s);
		staged_follow(&s->staged, p);
	}
	return e;
}

static enum err lmdb_commit(struct store *base, const struct plan *p)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	enum err e;

	pthread_mutex_lock(&s->committing);
	begin_damaged(s);
	e = commit(s, p);
	end_damaged(s, e == ERR_OK);
	pthread_mutex_unlock(&s->committing);
	return e;
}

static enum err lmdb_check(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	enum err e = lmdb_owner_check_path(s);

	if (e != ERR_OK || pthread_mutex_trylock(&s->committing) != 0)
		return e; /* whose transaction is the last is not known in the midst of one */
	e = lmdb_owner_check_last(s, NULL);
	pthread_mutex_unlock(&s->committing);
	return e;
}

static void lmdb_set_reserve(struct store *base, uint64_t reserve_bytes,
			     uint64_t submit_reserve_bytes)
{
	struct lmdb_store *s = (struct lmdb_store *)base;

	s->reserve_bytes = reserve_bytes;
	s->submit_reserve_bytes = submit_reserve_bytes;
}

/* ---- figures ---- */

/* Called with the lock. */
static enum err unsound(const struct lmdb_store *s)
{
	const uint64_t counters = 1ULL << FAMILY_COUNTER;

	if (s->survey.faults > 0)
		return ERR_STORE_DAMAGED;
	if ((s->survey.differing & ~counters) != 0)
		return ERR_RECORDS_MISSING;
	return ((s->damaged_in | s->survey.damaged_in) & ~counters) != 0 ? ERR_DAMAGED : ERR_OK;
}

static void lmdb_figures(struct store *base, struct store_figures *out)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	MDB_envinfo info;

	memset(out, 0, sizeof *out);
	out->commits = __atomic_load_n(&s->commits, __ATOMIC_RELAXED);
	pthread_mutex_lock(&s->lock);
	out->damaged = s->damaged;
	out->survey = s->survey;
	out->surveys = s->surveys;
	out->unlisted = s->unlisted;
	for (uint32_t i = 0; i < s->damages.count; i++)
		out->listed += !s->damages.items[i].whole;
	out->beyond = s->damages.beyond;
	out->accepted = s->damages.accepted;
	out->unsound = unsound(s);
	pthread_mutex_unlock(&s->lock);
	mdb_env_info(s->env, &info);
	out->readers = info.me_numreaders;
}

static bool lmdb_missed(struct store *base, enum family *family, struct key *key)
{
	struct lmdb_store *s = (struct lmdb_store *)base;

	pthread_mutex_lock(&s->lock);
	*family = s->missed_in;
	*key = s->missed;
	pthread_mutex_unlock(&s->lock);
	return *family != FAMILY_NONE;
}

/* LMDB reports where its map is only when an address was asked for; the kernel always does. NULL:
 * not found. */
static void *find_map(const struct lmdb_store *s)
{
	char file[LMDB_PATH_MAX], real[PATH_MAX], line[PATH_MAX + 128];
	void *found = NULL;
	FILE *maps;

	snprintf(file, sizeof file, "%s/data.mdb", s->directory);
	maps = realpath(file, real) == NULL ? NULL : fopen("/proc/self/maps", "re");
	while (maps != NULL && found == NULL && fgets(line, sizeof line, maps) != NULL) {
		const char *path = strchr(line, '/');

		if (path != NULL && strncmp(path, real, strlen(real)) == 0 &&
		    path[strlen(real)] == '\n')
			found = (void *)(uintptr_t)strtoull(line, NULL, 16);
	}
	if (maps != NULL)
		fclose(maps);
	return found;
}

static void lmdb_idle(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	MDB_envinfo info;
	MDB_stat stat;
	int dead = 0;

	lmdb_owner_keep_lock(s);
	mdb_reader_check(s->env, &dead);
	if (dead > 0)
		log_event(LOG_WARNING, "store-stale-readers", "count=%d", dead);
	/* Pages of the map count as resident though they are the page cache's: give them back.
	 * Readers fault them in again. */
	mdb_env_info(s->env, &info);
	mdb_env_stat(s->env, &stat);
	if (s->map == NULL)
		s->map = find_map(s);
	if (s->map != NULL)
		madvise(s->map, (info.me_last_pgno + 1) * stat.ms_psize, MADV_DONTNEED);
}

/* ---- open and close ---- */

static void lmdb_close(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;

	lmdb_readers_close(s);
	lmdb_map_fault_watch(NULL, NULL, 0, 0);
	if (s->env != NULL)
		mdb_env_close(s->env);
	lmdb_owner_release(s);
	lmdb_damages_free(&s->damages);
	arena_destroy(s->arena);
	pthread_mutex_destroy(&s->committing);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* The format's number stands in the store: a newer one is refused whole, not record by record. 3
 * has records that an older daemon would skip and so never handle: what is set aside, numbers,
 * entries in stages. In 4 the keys of SWEEP say what is to be done. In 5
 * there are registers, whose numbers an older daemon would not go on with. In 6 their lines and the
 * series of numbers lie elsewhere, in 7 the lines and the index of open work once more. In 8 the
 * target is counted by type and place, and all statuses of offices are known: what came to an
 * older daemon is asked for. An older one is raised before anything is moved, so that an
 * older daemon does not take half a store for a whole one. */
static enum err check_format(struct lmdb_store *s)
{
	struct write w = { .key = key_name("format"),
			   .record = { .family = FAMILY_META,
				       .u.note = { .number = FORMAT_VERSION } } };
	struct write unheard = { .key = key_name(UNHEARD_NOTE),
				 .record = { .family = FAMILY_META, .u.note = { .number = 1 } } };
	struct lookup lookup = lmdb_lookup(&s->base);
	struct record r;
	MDB_txn *txn;
	bool passed_over;
	enum err e;

	arena_reset(s->arena);
	e = lookup.get(lookup.ctx, s->arena, FAMILY_META, &w.key, &r);
	if (e == ERR_OK && r.u.note.number >= FORMAT_VERSION)
		return r.u.note.number > FORMAT_VERSION ? ERR_STORE_VERSION : ERR_OK;
	passed_over = e == ERR_OK && r.u.note.number < FORMAT_KNOWS_STATUSES;
	if (e == ERR_DAMAGED &&
	    s->sums_held) /* its last writer kept sums, as this format has them */
		log_event(LOG_WARNING, "store-format-written-anew", "format=%d", FORMAT_VERSION);
	else if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = lmdb_error(mdb_txn_begin(s->env, NULL, 0, &txn), "mdb_txn_begin");
	if (e != ERR_OK)
		return e;
	e = write_one(s, txn, &w, &s->ledger); /* who fails here does not open it */
	if (e == ERR_OK && passed_over)
		e = write_one(s, txn, &unheard, &s->ledger);
	if (e != ERR_OK) {
		mdb_txn_abort(txn);
		return e;
	}
	return lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit");
}

/* LMDB aborts after this. */
static void assertion_failed(MDB_env *env, const char *what)
{
	(void)env;
	log_event(LOG_ERROR, "store-structure-damaged", "error=VT-%d what=\"%s\" todo=\"%s\"",
		  (int)ERR_STORE_DAMAGED, what, err_fix(ERR_STORE_DAMAGED));
}

static void watch_map(struct lmdb_store *s)
{
	MDB_envinfo info;
	MDB_stat stat;

	mdb_env_info(s->env, &info);
	mdb_env_stat(s->env, &stat);
	s->map = find_map(s);
	lmdb_map_fault_watch(s->directory, s->map, info.me_mapsize, stat.ms_psize);
}

static enum err open_environment(struct lmdb_store *s, uint64_t map_bytes)
{
	enum err e = lmdb_error(mdb_env_create(&s->env), "mdb_env_create");
	int code;

	if (e == ERR_OK)
		e = lmdb_error(mdb_env_set_maxdbs(s->env, 2 * FAMILY_COUNT), "mdb_env_set_maxdbs");
	if (e == ERR_OK)
		e = lmdb_error(mdb_env_set_maxreaders(s->env, READERS_MAX),
			       "mdb_env_set_maxreaders");
	if (e == ERR_OK)
		e = lmdb_error(mdb_env_set_mapsize(s->env, map_bytes + HEADROOM_BYTES),
			       "mdb_env_set_mapsize");
	if (e == ERR_OK)
		e = lmdb_error(mdb_env_set_assert(s->env, assertion_failed), "mdb_env_set_assert");
	if (e != ERR_OK)
		return e;
	/* Default sync: durable when mdb_txn_commit returns. NORDAHEAD: random reads over a file
	 * larger than memory. */
	code = mdb_env_open(s->env, s->directory, MDB_NOTLS | MDB_NORDAHEAD, 0600);
	if (code == MDB_VERSION_MISMATCH || code == MDB_INVALID || code == MDB_CORRUPTED) {
		log_event(LOG_ERROR, "store-damaged", "code=%d", code);
		return ERR_STORE_DAMAGED;
	}
	e = lmdb_error(code, "mdb_env_open");
	if (e == ERR_OK)
		watch_map(s);
	return e == ERR_OK ? lmdb_open_databases(s) : e;
}

/* data/, data/store and what is in it are there after a power cut: always synced, for whoever made
 * them may not have come to it. */
static enum err sync_folders(const struct lmdb_store *s, const char *data)
{
	enum err e = folder_sync(s->directory);

	if (e == ERR_OK)
		e = folder_sync(data);
	if (e == ERR_OK)
		e = folder_sync_parent(data);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "folder-not-synced", "path=%s errno=%d", data, errno);
	return e == ERR_OK ? ERR_OK : ERR_STORE;
}

static enum err make_folders(struct lmdb_store *s, const char *data)
{
	if ((size_t)snprintf(s->directory, sizeof s->directory, "%s/store", data) >=
		    sizeof s->directory ||
	    (size_t)snprintf(s->quarantine, sizeof s->quarantine, "%s/quarantine", data) >=
		    sizeof s->quarantine)
		return ERR_STORE;
	if (folder_make(data) == ERR_OK && folder_make(s->directory) == ERR_OK)
		return ERR_OK;
	log_event(LOG_ERROR, "folder-not-made", "path=%s errno=%d", s->directory, errno);
	return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_STORE;
}

static enum err without_accepted(struct lmdb_store *s)
{
	MDB_txn *txn;
	enum err e = s->damages.count == 0 ? ERR_NOT_FOUND : lmdb_reader_take(s, &txn);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	lmdb_damages_open(s, txn);
	lmdb_reader_give(s, txn);
	return ERR_OK;
}

enum err store_lmdb_open(const struct store_lmdb_config *config, struct store **out)
{
	static const struct store_ops ops = {
		.commit = lmdb_commit,
		.check = lmdb_check,
		.lookup = lmdb_lookup,
		.read_begin = lmdb_read_begin,
		.read_end = lmdb_read_end,
		.room = lmdb_room,
		.set_reserve = lmdb_set_reserve,
		.figures = lmdb_figures,
		.copy = lmdb_copy,
		.missed = lmdb_missed,
		.survey = lmdb_ledger_survey,
		.damages = lmdb_damages,
		.copied = lmdb_copied,
		.accept = lmdb_ledger_accept,
		.idle = lmdb_idle,
		.close = lmdb_close,
	};
	struct lmdb_store *s = calloc(1, sizeof *s);
	enum err e;

	*out = NULL;
	if (s == NULL)
		return ERR_NO_MEMORY;
	s->base.ops = &ops;
	s->owner.folder_fd = s->owner.data_fd = s->owner.lock_fd = -1;
	s->map_bytes = config->map_bytes;
	s->staged.inner = lmdb_rows(s);
	s->reserve_bytes = config->reserve_bytes;
	s->submit_reserve_bytes = config->submit_reserve_bytes;
	pthread_mutex_init(&s->committing, NULL);
	pthread_mutex_init(&s->lock, NULL);
	s->arena = arena_new(COMMIT_ARENA_BYTES);
	e = s->arena == NULL ? ERR_NO_MEMORY : make_folders(s, config->directory);
	if (e == ERR_OK)
		e = lmdb_owner_take(s);
	if (e == ERR_OK)
		e = lmdb_ledger_look(s);
	if (e == ERR_OK)
		e = open_environment(s, config->map_bytes);
	if (e == ERR_OK)
		e = check_format(s);
	if (e == ERR_OK)
		e = without_accepted(s);
	if (e == ERR_OK)
		e = lmdb_move_in(s);
	if (e == ERR_OK)
		e = lmdb_ledger_settle(s);
	if (e == ERR_OK)
		e = sync_folders(s, config->directory);
	if (e == ERR_OK)
		e = staged_load(&s->staged, s->arena);
	if (e != ERR_OK) {
		lmdb_close(&s->base);
		return e;
	}
	lmdb_owner_opened(s);
	*out = &s->base;
	return ERR_OK;
}
