/* The store's interface, run over the memory store and LMDB alike, and what only LMDB can get
 * wrong: reopening, owners, damage. */
#include "daemon/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/memory.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 16 << 20, WALK_MAX = 256 };

struct corner {
	bool lmdb;
	char folder[64];
	struct memory_disk *disk;
	struct store *store;
	struct lookup lookup;
	struct plan *plan;
	struct arena *arena;
};

static enum err open_lmdb(const char *folder, uint64_t map_bytes, struct store **out)
{
	struct store_lmdb_config config = { .directory = folder,
					    .map_bytes = map_bytes,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	return store_lmdb_open(&config, out);
}

static void open_corner(struct corner *p)
{
	if (p->lmdb)
		assert_ok(open_lmdb(p->folder, MAP_BYTES, &p->store));
	else
		assert_ok(store_memory_open(p->disk, &p->store));
	p->lookup = p->store->ops->lookup(p->store);
	p->plan = plan_new(p->lookup);
	assert_non_null(p->plan);
}

static void close_corner(struct corner *p)
{
	plan_destroy(p->plan);
	p->store->ops->close(p->store);
}

static struct corner *corner_new(bool lmdb)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	p->lmdb = lmdb;
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	p->disk = memory_disk_new();
	p->arena = arena_new(64 << 20);
	assert_true(p->disk != NULL && p->arena != NULL);
	open_corner(p);
	return p;
}

static int set_up_memory(void **state)
{
	*state = corner_new(false);
	return 0;
}

static int set_up_lmdb(void **state)
{
	*state = corner_new(true);
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	close_corner(p);
	memory_disk_destroy(p->disk);
	arena_destroy(p->arena);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static struct record note(uint64_t n)
{
	return (struct record){ .family = FAMILY_META, .u.note = { .number = n } };
}

static enum err commit(struct corner *p)
{
	enum err e = p->store->ops->commit(p->store, p->plan);

	plan_clear(p->plan);
	return e;
}

static void put(struct corner *p, struct key key, uint64_t n)
{
	struct record r = note(n);

	plan_put(p->plan, key, &r);
}

static enum err get(struct corner *p, struct key key, uint64_t *n)
{
	struct record r;
	enum err e = p->lookup.get(p->lookup.ctx, p->arena, FAMILY_META, &key, &r);

	*n = e == ERR_OK ? r.u.note.number : 0;
	return e;
}

static void test_committed_is_there_after_reopening_and_uncommitted_is_not(void **state)
{
	struct corner *p = *state;
	uint64_t n;

	put(p, key_name("a"), 1);
	put(p, key_name("b"), 2);
	assert_ok(commit(p));
	put(p, key_name("c"), 3);
	assert_int_equal(get(p, key_name("c"), &n), ERR_NOT_FOUND);
	plan_erase(p->plan, FAMILY_META, key_name("b"));
	close_corner(p);
	open_corner(p);
	assert_ok(get(p, key_name("a"), &n));
	assert_int_equal(n, 1);
	assert_ok(get(p, key_name("b"), &n));
	assert_int_equal(get(p, key_name("c"), &n), ERR_NOT_FOUND);
}

static void test_put_replaces_erase_removes_and_erasing_nothing_is_fine(void **state)
{
	struct corner *p = *state;
	uint64_t n;

	put(p, key_name("a"), 1);
	assert_ok(commit(p));
	put(p, key_name("a"), 2);
	plan_erase(p->plan, FAMILY_META, key_name("never"));
	assert_ok(commit(p));
	assert_ok(get(p, key_name("a"), &n));
	assert_int_equal(n, 2);
	plan_erase(p->plan, FAMILY_META, key_name("a"));
	assert_ok(commit(p));
	assert_int_equal(get(p, key_name("a"), &n), ERR_NOT_FOUND);
	assert_ok(commit(p)); /* an empty plan */
}

static void test_families_do_not_see_each_other(void **state)
{
	struct corner *p = *state;
	struct record r = { .family = FAMILY_FILE };
	struct key k = key_name("same");
	uint64_t n;

	plan_put(p->plan, k, &r);
	assert_ok(commit(p));
	assert_int_equal(get(p, k, &n), ERR_NOT_FOUND);
	assert_ok(p->lookup.get(p->lookup.ctx, p->arena, FAMILY_FILE, &k, &r));
}

/* Walks a prefix and writes the numbers found, as "1 2 3". */
static void walk(struct corner *p, struct lookup from, bool up, struct scan scan, char *out)
{
	struct record r;
	size_t used = 0;
	enum err e;

	out[0] = '\0';
	while ((e = (up ? from.next : from.last)(from.ctx, p->arena, FAMILY_COUNTER, &scan, &r)) ==
	       ERR_OK)
		used += (size_t)snprintf(out + used, WALK_MAX - used, "%s%d", used == 0 ? "" : " ",
					 (int)r.u.counter.count.digital);
	assert_int_equal(e, ERR_NOT_FOUND);
}

static void counter(struct corner *p, const char *name, uint64_t n)
{
	struct record r = { .family = FAMILY_COUNTER, .u.counter.count = { .digital = n } };

	plan_put(p->plan, key_name(name), &r);
}

static void check_walks(struct corner *p, struct lookup from)
{
	struct key highest = { .len_bytes = 2, .bytes = { 0xff, 0xff } };
	char text[WALK_MAX];

	walk(p, from, true, scan_of(key_name("b")), text);
	assert_string_equal(text, "2 3 4 5");
	walk(p, from, false, scan_of(key_name("b")), text);
	assert_string_equal(text, "5 4 3 2");
	walk(p, from, true, scan_from(key_name("b"), key_name("b1")), text);
	assert_string_equal(text, "4 5");
	walk(p, from, false, scan_from(key_name("b"), key_name("b1")), text);
	assert_string_equal(text, "2");
	/* from where nothing is */
	walk(p, from, true, scan_from(key_name("b"), key_name("b15")), text);
	assert_string_equal(text, "4 5");
	walk(p, from, true, scan_of(key_name("bb")), text);
	assert_string_equal(text, "");
	walk(p, from, false, scan_of(key_name("c0")), text);
	assert_string_equal(text, "");
	walk(p, from, true, scan_of((struct key){ .len_bytes = 0 }), text);
	assert_string_equal(text, "1 2 3 4 5 6 7");
	walk(p, from, false, scan_of((struct key){ .len_bytes = 0 }), text);
	assert_string_equal(text, "7 6 5 4 3 2 1");
	walk(p, from, false, scan_of(highest), text);
	assert_string_equal(text, "7");
	walk(p, from, true, scan_of(highest), text);
	assert_string_equal(text, "7");
}

static void test_walks_go_both_ways_through_a_prefix_and_no_further(void **state)
{
	struct corner *p = *state;
	struct record r = { .family = FAMILY_COUNTER, .u.counter.count = { .digital = 7 } };

	counter(p, "a", 1);
	counter(p, "b", 2);
	counter(p, "b1", 3);
	counter(p, "b2", 4);
	counter(p, "b22", 5);
	counter(p, "c", 6);
	plan_put(p->plan, (struct key){ .len_bytes = 3, .bytes = { 0xff, 0xff, 0xff } }, &r);
	check_walks(p, plan_lookup(p->plan)); /* all planned */
	assert_ok(commit(p));
	check_walks(p, p->lookup);            /* all stored */
	/* Half and half: what is stored is replaced, erased and come between by the plan. */
	plan_erase(p->plan, FAMILY_COUNTER, key_name("b1"));
	counter(p, "b2", 99);
	counter(p, "x", 50);
	assert_ok(commit(p));
	counter(p, "b1", 3);
	counter(p, "b2", 4);
	plan_erase(p->plan, FAMILY_COUNTER, key_name("x"));
	check_walks(p, plan_lookup(p->plan));
}

static void test_walk_of_an_empty_family_ends_at_once(void **state)
{
	struct corner *p = *state;
	struct scan scan = scan_of(key_name("a"));
	struct record r;

	assert_int_equal(p->lookup.next(p->lookup.ctx, p->arena, FAMILY_ACT, &scan, &r),
			 ERR_NOT_FOUND);
	assert_int_equal(p->lookup.last(p->lookup.ctx, p->arena, FAMILY_ACT, &scan, &r),
			 ERR_NOT_FOUND);
}

static void test_listing_sees_one_state(void **state)
{
	struct corner *p = *state;
	uint64_t n;

	put(p, key_name("a"), 1);
	assert_ok(commit(p));
	assert_ok(p->store->ops->read_begin(p->store));
	put(p, key_name("a"), 2);
	assert_ok(commit(p));
	assert_ok(get(p, key_name("a"), &n));
	assert_int_equal(n, 1);
	p->store->ops->read_end(p->store);
	assert_ok(get(p, key_name("a"), &n));
	assert_int_equal(n, 2);
}

static void test_figures_and_room_are_reported(void **state)
{
	struct corner *p = *state;
	struct store_figures figures;
	struct store_room room;

	counter(p, "a", 1);
	counter(p, "b", 1);
	assert_ok(commit(p));
	p->store->ops->figures(p->store, &figures);
	assert_true(figures.damaged == 0 && figures.commits == 1);
	assert_ok(p->store->ops->room(p->store, &room));
	assert_true(room.submissions && room.documents && room.facts);
	p->store->ops->idle(p->store);
}

/* ---- memory only ---- */

static void test_commit_that_fails_loses_all_or_has_landed(void **state)
{
	struct corner *p = *state;
	uint64_t n;

	memory_disk_fail(p->disk, 2, ERR_STORE, false);
	put(p, key_name("a"), 1);
	assert_ok(commit(p));
	put(p, key_name("b"), 2);
	assert_int_equal(commit(p), ERR_STORE);
	assert_int_equal(get(p, key_name("b"), &n), ERR_NOT_FOUND);
	memory_disk_fail(p->disk, 1, ERR_DISK_FULL, true);
	put(p, key_name("c"), 3);
	assert_int_equal(commit(p), ERR_DISK_FULL);
	assert_ok(get(p, key_name("c"), &n));
	put(p, key_name("d"), 4);
	assert_ok(commit(p));
}

/* ---- LMDB only ---- */

static void test_second_owner_is_turned_away(void **state)
{
	struct corner *p = *state;
	struct store *second = (struct store *)(uintptr_t)1;
	uint64_t n;

	assert_int_equal(open_lmdb(p->folder, MAP_BYTES, &second), ERR_STORE_BUSY);
	assert_null(second);
	put(p, key_name("a"), 1); /* and the first works on */
	assert_ok(commit(p));
	assert_ok(get(p, key_name("a"), &n));
}

/* Writes a counter's value, past the checksum, into the store's file. The stored is closed
 * meanwhile. */
static void write_raw(struct corner *p, struct key key, struct blob value)
{
	char path[128];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val k, v = { value.len_bytes, (void *)(uintptr_t)value.data };
	struct stored_key stored;

	close_corner(p);
	snprintf(path, sizeof path, "%s/store", p->folder);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_BYTES), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOTLS, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	lmdb_encode_key(FAMILY_COUNTER, &key, &stored);
	k = (MDB_val){ stored.len_bytes, stored.bytes };
	assert_int_equal(mdb_dbi_open(txn, "links", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	open_corner(p);
}

static unsigned quarantined(const struct corner *p)
{
	char path[128];
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof path, "%s/quarantine", p->folder);
	d = opendir(path);
	for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		n += strncmp(e->d_name, "counter-", 8) == 0;
	if (d != NULL)
		closedir(d);
	return n;
}

static void test_damaged_value_is_set_aside_and_the_others_are_served(void **state)
{
	struct corner *p = *state;
	struct store_figures figures;
	struct key k = key_name("b");
	struct record r;
	char text[WALK_MAX];

	counter(p, "a", 1);
	counter(p, "b", 2);
	counter(p, "c", 3);
	assert_ok(commit(p));
	write_raw(p, k, fixture_blob("\x01this is no value"));
	assert_int_equal(p->lookup.get(p->lookup.ctx, p->arena, FAMILY_COUNTER, &k, &r),
			 ERR_DAMAGED);
	assert_int_equal(quarantined(p), 1);
	walk(p, p->lookup, true, scan_of((struct key){ .len_bytes = 0 }), text);
	assert_string_equal(text, "1 3");
	walk(p, p->lookup, false, scan_of((struct key){ .len_bytes = 0 }), text);
	assert_string_equal(text, "3 1");
	assert_int_equal(quarantined(p), 1); /* one copy, however often it is met */
	p->store->ops->figures(p->store, &figures);
	assert_true(figures.damaged > 0);
	/* never deleted */
	assert_int_equal(p->lookup.get(p->lookup.ctx, p->arena, FAMILY_COUNTER, &k, &r),
			 ERR_DAMAGED);
	counter(p, "b", 9);
	assert_ok(commit(p));
	walk(p, p->lookup, true, scan_of((struct key){ .len_bytes = 0 }), text);
	assert_string_equal(text, "1 9 3");
}

static void test_damaged_last_value_of_a_prefix_ends_the_walk_in_order(void **state)
{
	struct corner *p = *state;
	char text[WALK_MAX];

	counter(p, "a1", 1);
	counter(p, "a2", 2);
	counter(p, "b", 3);
	assert_ok(commit(p));
	write_raw(p, key_name("a2"), fixture_blob("xxxxxxxxx"));
	walk(p, p->lookup, true, scan_of(key_name("a")), text);
	assert_string_equal(text, "1");
	walk(p, p->lookup, false, scan_of(key_name("a")), text);
	assert_string_equal(text, "1");
}

static void test_store_of_a_newer_format_is_refused_whole(void **state)
{
	struct corner *p = *state;
	struct store *again;

	put(p, key_name("format"), 1000);
	assert_ok(commit(p));
	p->store->ops->close(p->store);
	assert_int_equal(open_lmdb(p->folder, MAP_BYTES, &again), ERR_STORE_VERSION);
	p->lmdb = false; /* something for the tear-down to close */
	assert_ok(store_memory_open(p->disk, &p->store));
}

static void test_folder_that_cannot_be_made_or_holds_rubbish_is_an_error(void **state)
{
	struct corner *p = *state;
	struct store *s;
	char path[160], sub[96];
	FILE *f;

	assert_int_equal(open_lmdb("/proc/nowhere/x", MAP_BYTES, &s), ERR_STORE);
	snprintf(sub, sizeof sub, "%s/other", p->folder);
	assert_ok(open_lmdb(sub, MAP_BYTES, &s));
	s->ops->close(s);
	snprintf(path, sizeof path, "%s/store/data.mdb", sub);
	f = fopen(path, "r+e");
	assert_non_null(f);
	for (unsigned i = 0; i < 16384; i++)
		assert_int_not_equal(fputc('x', f), EOF);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(open_lmdb(sub, MAP_BYTES, &s), ERR_STORE_DAMAGED);
	assert_null(s);
}

#define MEMORY(name) { "memory: " #name, name, set_up_memory, tear_down, NULL }
#define LMDB(name) { "lmdb: " #name, name, set_up_lmdb, tear_down, NULL }
#define BOTH(name) MEMORY(name), LMDB(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_committed_is_there_after_reopening_and_uncommitted_is_not),
		BOTH(test_put_replaces_erase_removes_and_erasing_nothing_is_fine),
		BOTH(test_families_do_not_see_each_other),
		BOTH(test_walks_go_both_ways_through_a_prefix_and_no_further),
		BOTH(test_walk_of_an_empty_family_ends_at_once),
		LMDB(test_listing_sees_one_state),
		BOTH(test_figures_and_room_are_reported),
		MEMORY(test_commit_that_fails_loses_all_or_has_landed),
		LMDB(test_second_owner_is_turned_away),
		LMDB(test_damaged_value_is_set_aside_and_the_others_are_served),
		LMDB(test_damaged_last_value_of_a_prefix_ends_the_walk_in_order),
		LMDB(test_store_of_a_newer_format_is_refused_whole),
		LMDB(test_folder_that_cannot_be_made_or_holds_rubbish_is_an_error),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
