/* What a store meets that none of ours leaves behind: pages that go wrong under it, records of no
 * family, a format that cannot be read, readers that died, folders with strange names. Damage is
 * said and named; nothing else stands still because of it. */
#include <dirent.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/ledger.h"
#include "daemon/store/lmdb.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/lmdb_survey.h"
#include "proto/crc32c.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum {
	MAP_BYTES = 64 << 20,
	PAGE = 4096,
	LONG_BYTES = 20000, /* in pages of its own */
	NOTES = 2000,	    /* so many that the tree has a page above the others */
	PAGE_BRANCH = 1,
	PAGE_OVERFLOW = 4,
	FLAGS_AT = 10, /* in the head of a page, and where its list of keys ends */
	LOWER_AT = 12,
	HEAD_BYTES = 16,
};

struct corner {
	char folder[64];
	struct store *store;
	struct plan *plan;
	struct arena *arena;
};

static enum err open_folder(const char *folder, struct store **out)
{
	struct store_lmdb_config config = { .directory = folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	return store_lmdb_open(&config, out);
}

static void open_store(struct corner *p)
{
	assert_ok(open_folder(p->folder, &p->store));
	p->plan = plan_new(p->store->ops->lookup(p->store));
	assert_non_null(p->plan);
}

static void close_store(struct corner *p)
{
	plan_destroy(p->plan);
	if (p->store != NULL)
		p->store->ops->close(p->store);
	p->store = NULL;
	p->plan = NULL;
}

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	p->arena = arena_new(1 << 20);
	assert_non_null(p->arena);
	open_store(p);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	close_store(p);
	arena_destroy(p->arena);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static void note(struct corner *p, const char *name, struct blob bytes)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = 7, .bytes = bytes } };

	plan_put(p->plan, key_name(name), &r);
}

static enum err commit(struct corner *p)
{
	enum err e = p->store->ops->commit(p->store, p->plan);

	plan_clear(p->plan);
	return e;
}

static enum err get(struct corner *p, const char *name)
{
	struct lookup l = p->store->ops->lookup(p->store);
	struct key key = key_name(name);
	struct record r;
	enum err e = l.get(l.ctx, p->arena, FAMILY_META, &key, &r);

	arena_reset(p->arena);
	return e;
}

static struct store_figures figures(struct corner *p)
{
	struct store_figures f;

	p->store->ops->figures(p->store, &f);
	return f;
}

/* ---- pages of data.mdb, behind the back of whoever has it open ---- */

static void file_of(const struct corner *p, char path[128])
{
	snprintf(path, 128, "%s/store/data.mdb", p->folder);
}

/* In each page that has these flags. Returns how many there were. */
static unsigned spoil_pages(const struct corner *p, unsigned flags, size_t at, uint16_t value)
{
	char path[128];
	struct stat file;
	unsigned n = 0;
	int fd;

	file_of(p, path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &file) != 0)
		return 0;
	for (off_t page = 2 * PAGE; page < file.st_size; page += PAGE) {
		uint16_t found;

		if (pread(fd, &found, sizeof found, page + FLAGS_AT) != sizeof found ||
		    found != flags)
			continue;
		n += pwrite(fd, &value, sizeof value, page + (off_t)at) == sizeof value;
	}
	close(fd);
	return n;
}

/* A change by another program, which keeps the sums as they are, or leaves those of before. */
static void change(struct corner *p, const char *database, MDB_val key, MDB_val value, bool sums)
{
	uint8_t bytes[LEDGER_BYTES_MAX];
	MDB_val held = { LEDGER_NAME_BYTES, (void *)(uintptr_t)LEDGER_NAME }, v;
	struct ledger ledger;
	char path[128];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi, list;

	close_store(p);
	snprintf(path, sizeof path, "%s/store", p->folder);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_BYTES), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOTLS, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, database, 0, &dbi), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, &list), 0);
	if (value.mv_data == NULL)
		assert_int_equal(mdb_del(txn, dbi, &key, NULL), 0);
	else
		assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	if (sums) {
		assert_int_equal(mdb_get(txn, list, &held, &v), 0);
		assert_true(ledger_decode((struct blob){ v.mv_data, v.mv_size }, &ledger));
		ledger.commit = mdb_txn_id(txn);
		v = (MDB_val){ ledger_encode(&ledger, bytes), bytes };
		assert_int_equal(mdb_put(txn, list, &held, &v, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

#define VALUE(text) ((MDB_val){ sizeof(text) - 1, (void *)(uintptr_t)(text) })

static void test_a_page_that_goes_wrong_under_the_store_is_said_by_the_next_survey(void **state)
{
	static uint8_t bytes[LONG_BYTES];
	struct corner *p = *state;

	note(p, "long", (struct blob){ bytes, sizeof bytes });
	assert_ok(commit(p));
	assert_ok(p->store->ops->survey(p->store, NULL));
	assert_ok(figures(p).unsound);
	assert_true(spoil_pages(p, PAGE_OVERFLOW, FLAGS_AT, 0) > 0);
	assert_ok(p->store->ops->survey(p->store, NULL));
	assert_true(figures(p).survey.faults > 0);
	assert_int_equal(figures(p).unsound, ERR_STORE_DAMAGED);
	assert_false(p->store->ops->accept(p->store)); /* that is no loss that could be accepted */
}

static void test_a_record_that_is_gone_makes_the_store_unsound(void **state)
{
	struct corner *p = *state;

	note(p, "a", fixture_blob("a"));
	note(p, "b", fixture_blob("b"));
	assert_ok(commit(p));
	change(p, "meta", VALUE("a"), (MDB_val){ 0, NULL }, true);
	open_store(p);
	assert_int_equal(figures(p).survey.missing, 1);
	assert_int_equal(figures(p).unsound, ERR_RECORDS_MISSING);
	assert_true(p->store->ops->accept(p->store));
	note(p, "c", fixture_blob("c"));
	assert_ok(commit(p));
	assert_ok(figures(p).unsound);
}

static void test_a_damaged_note_of_the_format_is_written_anew(void **state)
{
	struct corner *p = *state;

	note(p, "a", fixture_blob("a"));
	assert_ok(commit(p));
	change(p, "meta", VALUE("format"), VALUE("\x01no!"), true);
	open_store(p); /* its sums say that this build's format wrote it */
	assert_ok(get(p, "format"));
	assert_ok(get(p, "a"));
	/* one without sums of its last commit may be of any */
	change(p, "meta", VALUE("format"), VALUE("\x01no!"), false);
	assert_int_equal(open_folder(p->folder, &p->store), ERR_DAMAGED);
	assert_null(p->store);
}

/* Files in quarantine whose names begin so. */
static unsigned quarantined(const struct corner *p, const char *begin)
{
	char path[128];
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof path, "%s/quarantine", p->folder);
	d = opendir(path);
	for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		n += strncmp(e->d_name, begin, strlen(begin)) == 0;
	if (d != NULL)
		closedir(d);
	return n;
}

static void test_a_record_of_no_family_is_set_aside_and_passed_over(void **state)
{
	struct corner *p = *state;

	note(p, "a", fixture_blob("a"));
	assert_ok(commit(p));
	change(p, "links", VALUE("\xf0whose"), VALUE("something"), true);
	open_store(p);
	assert_int_equal(figures(p).survey.damaged, 1);
	assert_int_equal(figures(p).unsound, ERR_DAMAGED);
	assert_int_equal(quarantined(p, "none-"), 1);
	assert_ok(get(p, "a"));
	note(p, "b", fixture_blob("b"));
	assert_ok(commit(p));
}

/* At a start only the sums of a large store are read; one without them is walked through. */
static void test_a_large_store_that_another_wrote_to_is_walked_before_it_is_believed(void **state)
{
	static uint8_t bytes[LONG_BYTES];
	struct corner *p = *state;
	char path[128];

	note(p, "long", (struct blob){ bytes, sizeof bytes });
	assert_ok(commit(p));
	change(p, "links", VALUE("\xf0whose"), VALUE("something"), false);
	file_of(p, path);
	assert_int_equal(truncate(path, 300 << 20), 0); /* a hole: nothing is in it */
	open_store(p);
	assert_ok(get(p, "a") == ERR_NOT_FOUND ? ERR_OK : ERR_STORE);
	change(p, "links", VALUE("\xf1whose"), VALUE("something"), false);
	assert_int_equal(truncate(path, 300 << 20), 0);
	assert_true(spoil_pages(p, PAGE_OVERFLOW, FLAGS_AT, 0) > 0);
	assert_int_equal(open_folder(p->folder, &p->store), ERR_STORE_DAMAGED);
	assert_null(p->store);
}

static void test_sums_that_are_not_whole_are_none(void **state)
{
	uint8_t bytes[LEDGER_BYTES_MAX + 16] = { 0 };
	struct ledger l = { .commit = 9 }, back;
	size_t len = ledger_encode(&l, bytes);

	(void)state;
	assert_true(ledger_decode((struct blob){ bytes, len }, &back));
	assert_int_equal(back.commit, 9);
	assert_false(ledger_decode((struct blob){ bytes, LEDGER_HEAD_BYTES - 1 }, &back));
	for (size_t bit = 0; bit < len * 8; bit += 7) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(ledger_decode((struct blob){ bytes, len }, &back));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* of a later build, with a family more, and its checksum right */
	bytes[14]++;
	for (unsigned i = 0; i < 4; i++)
		bytes[1 + i] = (uint8_t)(crc32c(0, (struct blob){ bytes + 5, len + 16 - 5 }) >>
					 (24 - 8 * i));
	assert_false(ledger_decode((struct blob){ bytes, len + 16 }, &back));
}

static void test_what_was_looked_for_in_vain_before_the_first_commit_is_known(void **state)
{
	struct corner *p = *state;
	struct key key, wanted = key_name("nowhere"), later = key_name("later");
	enum family family;

	assert_int_equal(get(p, "nowhere"), ERR_NOT_FOUND);
	assert_true(p->store->ops->missed(p->store, &family, &key));
	assert_int_equal(family, FAMILY_META);
	assert_true(key_equal(&key, &wanted));
	note(p, "a", fixture_blob("a"));
	assert_ok(commit(p));
	assert_int_equal(get(p, "later"), ERR_NOT_FOUND); /* a start is over */
	assert_true(p->store->ops->missed(p->store, &family, &key));
	assert_false(key_equal(&key, &later));
}

static void test_a_record_larger_than_any_is_not_committed_and_harms_nothing(void **state)
{
	size_t len = 257 << 20;
	struct corner *p = *state;
	uint8_t *bytes = calloc(1, len);

	assert_non_null(bytes);
	note(p, "a", fixture_blob("a"));
	note(p, "huge", (struct blob){ bytes, len });
	assert_int_equal(commit(p), ERR_NO_MEMORY);
	assert_int_equal(get(p, "a"), ERR_NOT_FOUND);
	free(bytes);
	note(p, "b", fixture_blob("b"));
	assert_ok(commit(p));
	assert_ok(get(p, "b"));
}

/* ---- folders ---- */

static void test_a_folder_may_have_any_name_that_is_not_too_long(void **state)
{
	struct corner *p = *state;
	struct store *s = (struct store *)(uintptr_t)1;
	char path[1200];

	/* the kernel writes its name otherwise where it lists what is mapped */
	snprintf(path, sizeof path, "%s/a\nb", p->folder);
	assert_ok(open_folder(path, &s));
	s->ops->idle(s);
	s->ops->close(s);
	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	assert_int_equal(open_folder(path, &s), ERR_STORE);
	assert_null(s);
}

/* ---- readers ---- */

/* In a process that has the store open beside ours, as `mdb_stat` does. */
static int beside(const struct corner *p, int (*what)(MDB_env *env))
{
	char path[128];
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		MDB_env *env;

		snprintf(path, sizeof path, "%s/store", p->folder);
		if (mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, MAP_BYTES) != 0 ||
		    mdb_env_open(env, path, MDB_NOTLS | MDB_RDONLY, 0600) != 0)
			_exit(99);
		_exit(what(env));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int read_and_die(MDB_env *env)
{
	MDB_txn *txn;

	return mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
}

static int count_dead(MDB_env *env)
{
	int dead = 0;

	return mdb_reader_check(env, &dead) == 0 ? dead : 98;
}

static void test_a_reader_that_died_holds_no_pages(void **state)
{
	struct corner *p = *state;

	assert_int_equal(beside(p, read_and_die), 0);
	assert_int_equal(beside(p, count_dead), 1);
	assert_int_equal(beside(p, read_and_die), 0);
	p->store->ops->idle(p->store);
	assert_int_equal(beside(p, count_dead), 0);
}

/* ---- what LMDB cannot go on with ---- */

/* gcc's, in a build that counts statements: a process that aborts ends without its handlers. */
extern void __gcov_dump(void) __attribute__((weak));

enum { ABORTED = 86 };

static void on_abort(int number)
{
	(void)number;
	if (__gcov_dump != NULL)
		__gcov_dump();
	_exit(ABORTED);
}

/* A page that leads to others, with fewer keys than any has: found by LMDB itself. */
static void read_without_keys(struct corner *p)
{
	for (unsigned i = 0; i < NOTES; i++) {
		char name[32];

		snprintf(name, sizeof name, "note %u", i);
		note(p, name, fixture_blob("something that takes some room in its page"));
		if (i % 100 == 99 && commit(p) != ERR_OK)
			_exit(1);
	}
	if (spoil_pages(p, PAGE_BRANCH, LOWER_AT, HEAD_BYTES + 2) == 0)
		_exit(2);
	(void)get(p, "note 1000");
	_exit(3);
}

static void test_a_structure_that_lmdb_gives_up_on_is_named_with_what_to_do(void **state)
{
	struct corner *p = *state;
	char said[4096] = "";
	int out[2], status;
	size_t at = 0;
	ssize_t n;
	pid_t child;

	close_store(p);
	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(out[1], STDERR_FILENO);
		signal(SIGABRT, on_abort);
		open_store(p);
		read_without_keys(p);
	}
	close(out[1]);
	while ((n = read(out[0], said + at, sizeof said - 1 - at)) > 0)
		at += (size_t)n;
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ABORTED);
	assert_non_null(strstr(said, "event=store-structure-damaged error=VT-4040"));
	assert_non_null(strstr(said, err_fix(ERR_STORE_DAMAGED)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_page_that_goes_wrong_under_the_store_is_said_by_the_next_survey),
		TEST(test_a_record_that_is_gone_makes_the_store_unsound),
		TEST(test_a_damaged_note_of_the_format_is_written_anew),
		TEST(test_a_record_of_no_family_is_set_aside_and_passed_over),
		TEST(test_a_large_store_that_another_wrote_to_is_walked_before_it_is_believed),
		cmocka_unit_test(test_sums_that_are_not_whole_are_none),
		TEST(test_what_was_looked_for_in_vain_before_the_first_commit_is_known),
		TEST(test_a_record_larger_than_any_is_not_committed_and_harms_nothing),
		TEST(test_a_folder_may_have_any_name_that_is_not_too_long),
		TEST(test_a_reader_that_died_holds_no_pages),
		TEST(test_a_structure_that_lmdb_gives_up_on_is_named_with_what_to_do),
	};

	return cmocka_run_group_tests_name("store_disorder", tests, NULL, NULL);
}
