/* Each call that the store makes of LMDB and of the system fails once, the first, then the second,
 * …, from its opening to its closing: it ends in an error or goes on, what it said is on the disk
 * is there when it is opened again, and what it did not say is there whole or not at all. Linked
 * with these calls wrapped. */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/store.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 16 << 20, CALLS_MAX = 20000 };

static unsigned left; /* calls until one fails; 0: none does */
static bool failed;
static int with = EIO; /* how */

static bool fails(void)
{
	bool now = left == 1;

	left -= left > 0;
	failed = failed || now;
	return now;
}

#define WRAP(name, parameters, arguments)                                                          \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		return fails() ? with : __real_##name arguments;                                   \
	}

WRAP(mdb_env_create, (MDB_env * *env), (env))
WRAP(mdb_env_set_maxdbs, (MDB_env * env, MDB_dbi n), (env, n))
WRAP(mdb_env_open, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
	(env, path, flags, mode))
WRAP(mdb_txn_begin, (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **txn),
	(env, parent, flags, txn))
WRAP(mdb_txn_renew, (MDB_txn * txn), (txn))
WRAP(mdb_dbi_open, (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *dbi),
	(txn, name, flags, dbi))
WRAP(mdb_get, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
WRAP(mdb_put, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags),
	(txn, dbi, key, value, flags))
WRAP(mdb_del, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
WRAP(mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
WRAP(mdb_cursor_get, (MDB_cursor * cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op),
	(cursor, key, value, op))

/* LMDB ends a transaction whose commit fails. */
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails())
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return with;
}

int __real_fallocate(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate(int fd, int mode, off_t at, off_t len)
{
	if (!fails())
		return __real_fallocate(fd, mode, at, len);
	errno = with;
	return -1;
}

int __real_statvfs(const char *path, struct statvfs *out);
int __wrap_statvfs(const char *path, struct statvfs *out);
int __wrap_statvfs(const char *path, struct statvfs *out)
{
	if (!fails())
		return __real_statvfs(path, out);
	errno = with;
	return -1;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	if (!fails())
		return __real_fsync(fd);
	errno = with;
	return -1;
}

void *__real_calloc(size_t count, size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_calloc(size_t count, size_t n)
{
	return fails() ? NULL : __real_calloc(count, n);
}

static uint64_t map_bytes = MAP_BYTES;

static enum err open_store(const char *folder, struct store **out)
{
	struct store_lmdb_config config = { .directory = folder,
					    .map_bytes = map_bytes,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	return store_lmdb_open(&config, out);
}

enum { NOTES = 3 }; /* of a life; two lives share a folder */

/* Which notes were begun, and of which it was said that they are on the disk. */
struct life {
	char folder[64];
	unsigned begun;
	bool told[2 * NOTES];
};

static struct key key_of(unsigned n)
{
	char name[16];

	snprintf(name, sizeof name, "note-%u", n);
	return key_name(name);
}

static enum err commit_one(struct life *l, struct store *s, struct plan *plan)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = l->begun } };
	enum err e;

	plan_clear(plan);
	plan_put(plan, key_of(l->begun), &r);
	if (l->begun > 1)
		plan_erase(plan, FAMILY_META, key_name("nothing"));
	l->begun++;
	e = s->ops->commit(s, plan);
	l->told[l->begun - 1] = e == ERR_OK;
	return e;
}

static enum err read_some(struct store *s, struct arena *a)
{
	struct lookup look = s->ops->lookup(s);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct key first = key_of(0);
	struct record r;
	enum err e = s->ops->read_begin(s);

	if (e != ERR_OK)
		return e;
	e = look.get(look.ctx, a, FAMILY_META, &first, &r);
	while (e == ERR_OK)
		e = look.next(look.ctx, a, FAMILY_META, &scan, &r);
	scan = scan_of((struct key){ .len_bytes = 0 });
	if (e == ERR_NOT_FOUND)
		e = look.last(look.ctx, a, FAMILY_META, &scan, &r);
	s->ops->read_end(s);
	return e;
}

/* As a copy of it would be. */
static void read_copy(const struct life *l, struct arena *a)
{
	struct store_figures figures;
	struct lookup look;
	struct key first = key_of(0);
	struct record r;
	struct store *s;
	char path[96];
	enum err e;

	snprintf(path, sizeof path, "%s/store/data.mdb", l->folder);
	e = store_lmdb_copy_open(path, &s);
	if (e != ERR_OK) {
		assert_null(s);
		return;
	}
	look = s->ops->lookup(s);
	e = look.get(look.ctx, a, FAMILY_META, &first, &r);
	assert_true(e != ERR_NOT_FOUND || !l->told[0]);
	s->ops->figures(s, &figures);
	s->ops->close(s);
}

/* From opening to closing, as far as it comes; ends at its first error, as a daemon does. */
static void live(struct life *l, struct plan *plan, struct arena *a)
{
	struct store_room room;
	struct store_figures figures;
	struct store *s;
	enum err e = open_store(l->folder, &s);

	if (e != ERR_OK) {
		assert_null(s);
		return;
	}
	for (unsigned i = 0; e == ERR_OK && i < NOTES; i++) {
		e = s->ops->check(s);
		if (e == ERR_OK)
			e = s->ops->room(s, &room);
		if (e == ERR_OK)
			e = commit_one(l, s, plan);
		if (e == ERR_OK)
			e = read_some(s, a);
	}
	if (e == ERR_OK)
		e = s->ops->survey(s, NULL);
	if (e == ERR_OK) {
		s->ops->idle(s);
		s->ops->figures(s, &figures);
	}
	s->ops->close(s);
	if (e == ERR_OK)
		read_copy(l, a);
}

static void look_after(const struct life *l, struct arena *a)
{
	struct store *s;
	struct lookup look;

	assert_ok(open_store(l->folder, &s));
	look = s->ops->lookup(s);
	for (unsigned n = 0; n < l->begun; n++) {
		struct key key = key_of(n);
		struct record r;
		enum err e = look.get(look.ctx, a, FAMILY_META, &key, &r);

		assert_true(e == ERR_OK || (!l->told[n] && e == ERR_NOT_FOUND));
		assert_true(e != ERR_OK || r.u.note.number == n);
	}
	s->ops->close(s);
}

/* Twice over the same folder: the second life opens what the first one left. */
static void sweep(int how)
{
	struct arena *a = arena_new(1 << 20);
	struct plan *plan = plan_new((struct lookup){ .ctx = NULL });
	unsigned n = 1;

	assert_true(a != NULL && plan != NULL);
	with = how;
	for (failed = true; failed && n < CALLS_MAX; n++) {
		struct life l = { .begun = 0 };

		/* memory, where there is some: of a thousand stores each sync counts */
		snprintf(l.folder, sizeof l.folder, "%s/vanthu-unit-XXXXXX",
			 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		assert_non_null(mkdtemp(l.folder));
		failed = false;
		left = n;
		live(&l, plan, a);
		live(&l, plan, a);
		left = 0;
		look_after(&l, a);
		fs_remove_tree(l.folder);
		arena_reset(a);
	}
	assert_true(n > 100 && n < CALLS_MAX);
	plan_destroy(plan);
	arena_destroy(a);
}

static void test_what_was_said_is_there_whichever_call_fails_by_the_disk(void **state)
{
	(void)state;
	sweep(EIO);
}

static void test_what_was_said_is_there_whichever_call_finds_no_room(void **state)
{
	(void)state;
	sweep(ENOSPC);
}

static void test_what_was_said_is_there_whichever_call_finds_the_store_damaged(void **state)
{
	(void)state;
	sweep(MDB_CORRUPTED);
}

static void test_what_was_said_is_there_where_the_disk_gives_no_blocks_in_advance(void **state)
{
	(void)state;
	sweep(EOPNOTSUPP);
}

/* Then the list of free pages is read, too. */
static void test_what_was_said_is_there_when_most_of_the_map_is_used(void **state)
{
	(void)state;
	map_bytes = 64 << 10;
	sweep(EIO);
	map_bytes = MAP_BYTES;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_said_is_there_whichever_call_fails_by_the_disk),
		cmocka_unit_test(test_what_was_said_is_there_whichever_call_finds_no_room),
		cmocka_unit_test(
			test_what_was_said_is_there_whichever_call_finds_the_store_damaged),
		cmocka_unit_test(
			test_what_was_said_is_there_where_the_disk_gives_no_blocks_in_advance),
		cmocka_unit_test(test_what_was_said_is_there_when_most_of_the_map_is_used),
	};

	return cmocka_run_group_tests_name("store_fails", tests, NULL, NULL);
}
