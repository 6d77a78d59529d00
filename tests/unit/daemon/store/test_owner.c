/* Whose store it is, and whether it is still there: what people and other processes do to the files
 * of a store that is open. */
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/store.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 16 << 20, PATH_BYTES = 256, NAME_BYTES = 64 };

struct corner {
	char root[NAME_BYTES], folder[NAME_BYTES + 16]; /* the data folder */
	struct store *store;
	struct plan *plan;
	struct arena *arena;
};

static enum err open_store(const char *folder, struct store **out)
{
	struct store_lmdb_config config = { .directory = folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	return store_lmdb_open(&config, out);
}

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->root, sizeof p->root, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	snprintf(p->folder, sizeof p->folder, "%s/data", p->root);
	assert_ok(open_store(p->folder, &p->store));
	p->plan = plan_new(p->store->ops->lookup(p->store));
	p->arena = arena_new(1 << 20);
	assert_true(p->plan != NULL && p->arena != NULL);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	plan_destroy(p->plan);
	p->store->ops->close(p->store);
	arena_destroy(p->arena);
	fs_remove_tree(p->root);
	free(p);
	return 0;
}

static const char *in_root(const struct corner *p, const char *name, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%s/%s", p->root, name);
	return out;
}

static void delete(const struct corner *p, const char *name)
{
	char path[PATH_BYTES];

	assert_int_equal(unlink(in_root(p, name, path)), 0);
}

static void move(const struct corner *p, const char *from, const char *to)
{
	char a[PATH_BYTES], b[PATH_BYTES];

	assert_int_equal(rename(in_root(p, from, a), in_root(p, to, b)), 0);
}

static enum err put(struct store *s, struct plan *plan, const char *name, uint64_t n)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = n } };
	enum err e;

	plan_put(plan, key_name(name), &r);
	e = s->ops->commit(s, plan);
	plan_clear(plan);
	return e;
}

static enum err commit(struct corner *p, const char *name, uint64_t n)
{
	return put(p->store, p->plan, name, n);
}

static uint64_t stored(struct corner *p, const char *name)
{
	struct lookup l = p->store->ops->lookup(p->store);
	struct key key = key_name(name);
	struct record r;

	return l.get(l.ctx, p->arena, FAMILY_META, &key, &r) == ERR_OK ? r.u.note.number : 0;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What another process gets that opens this data folder. */
static enum err open_elsewhere(const char *folder)
{
	static const enum err answers[] = { ERR_OK, ERR_STORE_BUSY, ERR_STORE };
	struct store *s;
	pid_t pid = fork();

	if (pid == 0) {
		enum err e = open_store(folder, &s);

		for (int i = 0; i < 3; i++) {
			if (answers[i] == e)
				_exit(i);
		}
		_exit(9);
	}
	assert_true(pid > 0);
	return answers[wait_for(pid) % 3];
}

static MDB_env *raw_open(const char *store)
{
	MDB_env *env = NULL;

	if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 200) != 0 ||
	    mdb_env_set_mapsize(env, MAP_BYTES) != 0 ||
	    mdb_env_open(env, store, MDB_NOTLS, 0600) != 0)
		return NULL;
	return env;
}

/* Another process writes one transaction into the environment, and asks for no lock of ours. */
static void write_elsewhere(const struct corner *p)
{
	char store[PATH_BYTES];
	pid_t pid = fork();

	in_root(p, "data/store", store);
	if (pid == 0) {
		MDB_val key = { 1, (void *)(uintptr_t)"x" }, value = { 1, (void *)(uintptr_t)"y" };
		MDB_env *env = raw_open(store);
		MDB_txn *txn;
		MDB_dbi dbi;

		_exit(env != NULL && mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
			      mdb_dbi_open(txn, "strange", MDB_CREATE, &dbi) == 0 &&
			      mdb_put(txn, dbi, &key, &value, 0) == 0 && mdb_txn_commit(txn) == 0
			  ? 0
			  : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(wait_for(pid), 0);
}

static void link_all(const char *from, const char *to)
{
	static const char *const names[] = { "data.mdb", "lock.mdb", "owner.lock" };
	char a[PATH_BYTES], b[PATH_BYTES];

	assert_ok(fs_mkdir(to, true));
	snprintf(b, sizeof b, "%s/store", to);
	assert_ok(fs_mkdir(b, true));
	for (int i = 0; i < 3; i++) {
		snprintf(a, sizeof a, "%s/store/%s", from, names[i]);
		snprintf(b, sizeof b, "%s/store/%s", to, names[i]);
		assert_int_equal(link(a, b), 0);
	}
}

/* ---- one owner ---- */

static void test_second_owner_is_refused_though_every_lock_file_was_deleted(void **state)
{
	struct corner *p = *state;

	assert_int_equal(open_elsewhere(p->folder), ERR_STORE_BUSY);
	delete(p, "data/store/owner.lock");
	assert_int_equal(open_elsewhere(p->folder), ERR_STORE_BUSY);
	delete(p, "data/store/lock.mdb");
	assert_int_equal(open_elsewhere(p->folder), ERR_STORE_BUSY);
	assert_ok(commit(p, "a", 1));
	assert_int_equal(stored(p, "a"), 1);
}

static void test_owner_lock_that_was_deleted_is_recreated_for_older_daemons(void **state)
{
	struct corner *p = *state;
	char path[PATH_BYTES];
	int fd;

	delete(p, "data/store/owner.lock");
	p->store->ops->idle(p->store);
	fd = open(in_root(p, "data/store/owner.lock", path), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	close(fd);
}

static void test_second_owner_by_another_name_of_the_same_files_is_refused(void **state)
{
	struct corner *p = *state;
	char other[PATH_BYTES], link_name[PATH_BYTES];

	link_all(p->folder, in_root(p, "linked", other));
	assert_int_equal(open_elsewhere(other), ERR_STORE_BUSY);
	assert_int_equal(symlink(p->folder, in_root(p, "symbolic", link_name)), 0);
	assert_int_equal(open_elsewhere(link_name), ERR_STORE_BUSY);
	move(p, "data", "moved");
	assert_int_equal(open_elsewhere(in_root(p, "moved", other)), ERR_STORE_BUSY);
}

static void test_older_daemon_whose_owner_lock_was_deleted_is_found(void **state)
{
	struct corner *p = *state;
	int ready[2], go[2];
	char store[PATH_BYTES], c = 0;
	struct store *s;
	pid_t pid;

	p->store->ops->close(p->store);
	delete(p, "data/store/owner.lock");
	assert_int_equal(pipe(ready) | pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		bool good = raw_open(in_root(p, "data/store", store)) != NULL;

		close(go[1]);
		/* until the other end is closed */
		_exit(good && write(ready[1], "r", 1) == 1 && read(go[0], &c, 1) == 0 ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(open_store(p->folder, &s), ERR_STORE_BUSY);
	close(go[0]);
	close(go[1]);
	assert_int_equal(wait_for(pid), 0);
	close(ready[0]);
	close(ready[1]);
	assert_ok(open_store(p->folder, &p->store)); /* gone: free again */
}

/* ---- nobody else's transaction ---- */

static void test_foreign_transaction_stops_the_next_commit_before_it_writes(void **state)
{
	struct corner *p = *state;

	assert_ok(commit(p, "a", 1));
	assert_ok(p->store->ops->check(p->store));
	write_elsewhere(p);
	assert_int_equal(p->store->ops->check(p->store), ERR_STORE_FOREIGN);
	assert_int_equal(commit(p, "a", 2), ERR_STORE_FOREIGN);
	assert_int_equal(stored(p, "a"), 1);
}

static void test_foreign_transaction_under_a_lock_file_of_its_own_is_found_too(void **state)
{
	struct corner *p = *state;

	assert_ok(commit(p, "a", 1));
	delete(p, "data/store/lock.mdb");
	write_elsewhere(p);
	assert_int_equal(commit(p, "a", 2), ERR_STORE_FOREIGN);
}

static void test_older_copy_written_over_the_data_is_found(void **state)
{
	struct corner *p = *state;
	struct blob old;
	struct arena *a = arena_new(64 << 20);
	char path[PATH_BYTES];
	int fd;

	assert_non_null(a);
	assert_ok(commit(p, "a", 1));
	assert_ok(fs_read(a, in_root(p, "data/store/data.mdb", path), 32 << 20, &old));
	assert_ok(commit(p, "a", 2));
	assert_ok(commit(p, "a", 3));
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, old.data, old.len_bytes, 0), (ssize_t)old.len_bytes);
	close(fd);
	assert_int_equal(commit(p, "a", 4), ERR_STORE_FOREIGN);
	arena_destroy(a);
}

static void test_commits_of_our_own_and_empty_ones_go_on(void **state)
{
	struct corner *p = *state;

	for (uint64_t i = 1; i < 20; i++) {
		assert_ok(commit(p, "a", i));
		/* changes nothing: LMDB gives no number to it */
		plan_erase(p->plan, FAMILY_META, key_name("never"));
		assert_ok(p->store->ops->commit(p->store, p->plan));
		plan_clear(p->plan);
		assert_ok(p->store->ops->check(p->store));
	}
	assert_int_equal(stored(p, "a"), 19);
}

/* ---- still there ---- */

static void expect_gone(struct corner *p)
{
	assert_int_equal(p->store->ops->check(p->store), ERR_STORE_GONE);
	assert_int_equal(commit(p, "a", 2), ERR_STORE_GONE);
	assert_int_equal(stored(p, "a"), 1); /* what was there can still be read */
}

static void test_nothing_is_committed_into_data_that_was_deleted(void **state)
{
	struct corner *p = *state;

	assert_ok(commit(p, "a", 1));
	delete(p, "data/store/data.mdb");
	expect_gone(p);
}

static void test_nothing_is_committed_into_a_folder_that_was_deleted_moved_or_replaced(void **state)
{
	struct corner *p = *state;
	char data[PATH_BYTES];

	assert_ok(commit(p, "a", 1));
	move(p, "data/store", "data/store.old");
	expect_gone(p);
	move(p, "data/store.old", "data/store");
	assert_ok(p->store->ops->check(p->store));
	move(p, "data", "data.old");
	expect_gone(p);
	/* A copy at its path has the same bytes and is another store. */
	assert_ok(fs_mkdir(in_root(p, "data", data), true));
	assert_ok(fs_mkdir(in_root(p, "data/store", data), true));
	assert_ok(fs_write_new(in_root(p, "data/store/data.mdb", data),
			       (struct blob){ (const uint8_t *)"x", 1 }, true));
	expect_gone(p);
	fs_remove_tree(in_root(p, "data", data));
	fs_remove_tree(in_root(p, "data.old", data));
	expect_gone(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_second_owner_is_refused_though_every_lock_file_was_deleted, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_owner_lock_that_was_deleted_is_recreated_for_older_daemons, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_second_owner_by_another_name_of_the_same_files_is_refused, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_older_daemon_whose_owner_lock_was_deleted_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_foreign_transaction_stops_the_next_commit_before_it_writes, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_foreign_transaction_under_a_lock_file_of_its_own_is_found_too, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_older_copy_written_over_the_data_is_found,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_commits_of_our_own_and_empty_ones_go_on,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_nothing_is_committed_into_data_that_was_deleted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_nothing_is_committed_into_a_folder_that_was_deleted_moved_or_replaced,
			set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
