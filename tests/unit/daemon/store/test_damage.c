/* Walks that want to know of damaged records, over LMDB and through the plan; what else a store
 * does with damage is in test_store.c. */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/ledger.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/lmdb_survey.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 16 << 20, WALK_MAX = 64 };

struct corner {
	char folder[64];
	struct store *store;
	struct plan *plan;
	struct arena *arena;
};

static void open_store(struct corner *p)
{
	struct store_lmdb_config config = { .directory = p->folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	assert_ok(store_lmdb_open(&config, &p->store));
	p->plan = plan_new(p->store->ops->lookup(p->store));
	assert_non_null(p->plan);
}

static void close_store(struct corner *p)
{
	plan_destroy(p->plan);
	p->store->ops->close(p->store);
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

static void counter(struct corner *p, const char *name, uint64_t n)
{
	struct record r = { .family = FAMILY_COUNTER, .u.counter.count = { .digital = n } };

	plan_put(p->plan, key_name(name), &r);
}

/* A to D, counters of 1 to 4, of which some are damaged: written past the checksum while the store
 * is closed. */
static void fill(struct corner *p, const char *damaged)
{
	const char *const names[] = { "a", "b", "c", "d" };
	char path[128];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	for (unsigned i = 0; i < 4; i++)
		counter(p, names[i], i + 1);
	assert_ok(p->store->ops->commit(p->store, p->plan));
	close_store(p);
	snprintf(path, sizeof path, "%s/store", p->folder);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_BYTES), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOTLS, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "links", 0, &dbi), 0);
	for (; *damaged != '\0'; damaged++) {
		struct key key = key_name((const char[]){ *damaged, '\0' });
		char rubbish[] = "\x01no!";
		MDB_val k, v = { sizeof rubbish, rubbish };
		struct stored_key stored;

		lmdb_encode_key(FAMILY_COUNTER, &key, &stored);
		k = (MDB_val){ stored.len_bytes, stored.bytes };
		assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	open_store(p);
}

/* Through the plan, in one direction: each figure, or x and the name of what is damaged. */
static void expect_walk(struct corner *p, bool up, const char *expected)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct lookup l = plan_lookup(p->plan);
	char text[WALK_MAX] = "";
	struct record r;
	size_t n = 0;
	enum err e;

	scan.report_damage = true;
	while ((e = (up ? l.next : l.last)(l.ctx, p->arena, FAMILY_COUNTER, &scan, &r)) == ERR_OK ||
	       e == ERR_DAMAGED) {
		n += (size_t)(e == ERR_OK
				  ? snprintf(text + n, sizeof text - n, "%d ",
					     (int)r.u.counter.count.digital)
				  : snprintf(text + n, sizeof text - n, "x%c ", scan.at.bytes[0]));
		assert_true(n < sizeof text - 8);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_string_equal(text, expected);
}

static void test_walk_that_wants_to_know_stops_at_each_damage_and_goes_on_behind_it(void **state)
{
	struct corner *p = *state;

	fill(p, "bd");
	expect_walk(p, true, "1 xb 3 xd ");
	expect_walk(p, false, "xd 3 xb 1 ");
}

static void test_what_the_turn_writes_or_erases_is_damaged_no_more(void **state)
{
	struct corner *p = *state;

	fill(p, "bd");
	counter(p, "b", 9);
	plan_erase(p->plan, FAMILY_COUNTER, key_name("d"));
	counter(p, "e", 5);
	expect_walk(p, true, "1 9 3 5 ");
	expect_walk(p, false, "5 3 9 1 ");
}

static void test_nothing_but_damage_is_reported_to_its_end(void **state)
{
	struct corner *p = *state;

	fill(p, "abcd");
	expect_walk(p, true, "xa xb xc xd ");
	expect_walk(p, false, "xd xc xb xa ");
}

/* ---- what is gone ---- */

/* The store is closed, and something is done to its counters as a disk does it: the sums of the
 * commit stay what they were. */
static void behind_its_back(struct corner *p, void (*act)(MDB_txn *txn, MDB_dbi dbi, void *ctx),
			    void *ctx)
{
	uint8_t bytes[LEDGER_BYTES_MAX];
	struct ledger sums;
	char path[128];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi, list;
	MDB_val v, held = { LEDGER_NAME_BYTES, (void *)(uintptr_t)LEDGER_NAME };

	close_store(p);
	snprintf(path, sizeof path, "%s/store", p->folder);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_BYTES), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOTLS, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "links", 0, &dbi), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, &list), 0);
	act(txn, dbi, ctx);
	assert_int_equal(mdb_get(txn, list, &held, &v), 0);
	assert_true(ledger_decode((struct blob){ v.mv_data, v.mv_size }, &sums));
	sums.commit = mdb_txn_id(txn);
	v = (MDB_val){ ledger_encode(&sums, bytes), bytes };
	assert_int_equal(mdb_put(txn, list, &held, &v, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	open_store(p);
}

static void erase_one(MDB_txn *txn, MDB_dbi dbi, void *ctx)
{
	struct key key = key_name(ctx);
	struct stored_key stored;
	MDB_val k;

	lmdb_encode_key(FAMILY_COUNTER, &key, &stored);
	k = (MDB_val){ stored.len_bytes, stored.bytes };
	assert_int_equal(mdb_del(txn, dbi, &k, NULL), 0);
}

/* The record is not there any more, and the sums of the commit say that it is. */
static void lose(struct corner *p, const char *name)
{
	behind_its_back(p, erase_one, (void *)(uintptr_t)name);
}

/* A name, and the byte of its value that changes: 1 to 4 are its checksum. */
struct spoilt {
	const char *name;
	size_t byte;
};

static void spoil_one(MDB_txn *txn, MDB_dbi dbi, void *ctx)
{
	const struct spoilt *s = ctx;
	struct key key = key_name(s->name);
	struct stored_key stored;
	uint8_t bytes[256];
	MDB_val k, v;

	lmdb_encode_key(FAMILY_COUNTER, &key, &stored);
	k = (MDB_val){ stored.len_bytes, stored.bytes };
	assert_int_equal(mdb_get(txn, dbi, &k, &v), 0);
	assert_true(s->byte < v.mv_size && v.mv_size <= sizeof bytes);
	memcpy(bytes, v.mv_data, v.mv_size);
	bytes[s->byte] ^= 1;
	v.mv_data = bytes;
	assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
}

static void spoil(struct corner *p, const char *name, size_t byte)
{
	struct spoilt s = { name, byte };

	behind_its_back(p, spoil_one, &s);
}

static uint64_t missing(struct corner *p)
{
	struct store_figures f;

	assert_ok(p->store->ops->survey(p->store, NULL));
	p->store->ops->figures(p->store, &f);
	assert_int_equal(f.survey.differing != 0, f.survey.missing != 0);
	return f.survey.missing;
}

static void commit_one(struct corner *p, const char *name)
{
	plan_clear(p->plan);
	counter(p, name, 1);
	assert_ok(p->store->ops->commit(p->store, p->plan));
}

static void test_a_loss_is_said_until_somebody_accepts_it(void **state)
{
	struct corner *p = *state;

	fill(p, "");
	assert_int_equal(missing(p), 0);
	assert_false(p->store->ops->accept(p->store)); /* nothing is missing */
	lose(p, "b");
	assert_int_equal(missing(p), 1);
	commit_one(p, "e");
	assert_int_equal(missing(p), 1);
	assert_true(p->store->ops->accept(p->store));
	commit_one(p, "f");
	assert_int_equal(missing(p), 0);
	close_store(p);
	open_store(p);
	assert_int_equal(missing(p), 0);
	/* the next loss is another one */
	lose(p, "c");
	assert_int_equal(missing(p), 1);
}

static void test_a_loss_accepted_and_not_committed_is_said_again(void **state)
{
	struct corner *p = *state;

	fill(p, "");
	lose(p, "b");
	assert_true(p->store->ops->accept(p->store));
	close_store(p);
	open_store(p);
	assert_int_equal(missing(p), 1);
}

/* ---- what is damaged, until something is written over it ---- */

static struct store_damage listed[STORE_DAMAGES_MAX];

static struct store_figures figures(struct corner *p)
{
	struct store_figures f;

	p->store->ops->figures(p->store, &f);
	assert_int_equal(f.listed, p->store->ops->damages(p->store, listed));
	return f;
}

static bool is_listed(struct corner *p, const char *name)
{
	struct key key = key_name(name);
	uint32_t count = p->store->ops->damages(p->store, listed);
	bool found = false;

	for (uint32_t i = 0; i < count; i++)
		found = found ||
			(listed[i].family == FAMILY_COUNTER && key_equal(&listed[i].key, &key));
	return found;
}

static void test_what_is_written_over_or_erased_is_whole_for_the_sums_too(void **state)
{
	struct corner *p = *state;

	fill(p, "");
	spoil(p, "a", 2); /* in its checksum, of which the sums are made */
	spoil(p, "b", 6);
	spoil(p, "d", 3);
	assert_int_equal(figures(p).damaged, 3);
	assert_true(is_listed(p, "a") && is_listed(p, "b") && is_listed(p, "d"));
	commit_one(p, "a");
	assert_int_equal(figures(p).damaged, 2);
	assert_true(!is_listed(p, "a") && is_listed(p, "b") && is_listed(p, "d"));
	plan_clear(p->plan);
	counter(p, "b", 2);
	plan_erase(p->plan, FAMILY_COUNTER, key_name("d"));
	assert_ok(p->store->ops->commit(p->store, p->plan));
	assert_int_equal(figures(p).damaged, 0);
	assert_int_equal(figures(p).survey.damaged_in, 0);
	assert_int_equal(missing(p), 0);
	close_store(p);
	open_store(p);
	assert_int_equal(missing(p), 0);
	assert_int_equal(figures(p).damaged, 0);
}

/* What is missing besides is told as before: nobody has accepted it. */
static void test_a_loss_beside_damage_stays_one(void **state)
{
	struct corner *p = *state;

	fill(p, "");
	lose(p, "c");
	spoil(p, "a", 2);
	commit_one(p, "a");
	assert_int_equal(figures(p).damaged, 0);
	assert_int_equal(missing(p), 1);
}

static void test_what_did_not_land_is_damaged_still(void **state)
{
	static uint8_t much[MAP_BYTES];
	struct record r = { .family = FAMILY_META, .u.note.bytes = { much, sizeof much } };
	struct corner *p = *state;

	fill(p, "");
	spoil(p, "b", 2);
	plan_clear(p->plan);
	counter(p, "b", 2);
	for (unsigned i = 0; i < 80; i++) /* more than there is room for above the map, too */
		plan_put(p->plan, key_name((const char[]){ 'n', (char)('0' + i), '\0' }), &r);
	assert_int_not_equal(p->store->ops->commit(p->store, p->plan), ERR_OK);
	assert_true(is_listed(p, "b"));
	assert_int_equal(figures(p).damaged, 1);
	commit_one(p, "b");
	assert_int_equal(figures(p).damaged, 0);
	assert_int_equal(missing(p), 0);
}

static void spoil_all(MDB_txn *txn, MDB_dbi dbi, void *ctx)
{
	char name[16];
	struct spoilt s = { name, 2 };

	for (unsigned i = 0; i < *(unsigned *)ctx; i++) {
		snprintf(name, sizeof name, "n%u", i);
		spoil_one(txn, dbi, &s);
	}
}

static void test_of_very_many_so_many_are_listed_and_the_rest_by_the_next_survey(void **state)
{
	struct corner *p = *state;
	unsigned count = STORE_DAMAGES_MAX + 30;
	char name[16];

	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof name, "n%u", i);
		counter(p, name, i + 1);
	}
	assert_ok(p->store->ops->commit(p->store, p->plan));
	behind_its_back(p, spoil_all, &count);
	assert_int_equal(figures(p).damaged, count);
	assert_int_equal(figures(p).listed, STORE_DAMAGES_MAX);
	plan_clear(p->plan);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof name, "n%u", i);
		counter(p, name, i + 1);
	}
	assert_ok(p->store->ops->commit(p->store, p->plan));
	assert_int_equal(figures(p).listed, 0);
	assert_int_equal(figures(p).damaged, 30);
	assert_int_equal(missing(p), 0);
	assert_int_equal(figures(p).damaged, 0);
}

static void test_what_a_reader_meets_that_is_listed_counts_once(void **state)
{
	struct corner *p = *state;
	struct lookup l;
	struct record r;
	struct key key = key_name("b");

	fill(p, "");
	spoil(p, "b", 2);
	l = p->store->ops->lookup(p->store);
	assert_int_equal(l.get(l.ctx, p->arena, FAMILY_COUNTER, &key, &r), ERR_DAMAGED);
	assert_false(figures(p).unlisted);
	assert_int_equal(figures(p).damaged, 1);
}

static void commit_accepted(struct corner *p, const char *name)
{
	struct record r = { .family = FAMILY_ACCEPTED, .u.accepted.uid = 1000 };
	struct key key = key_name(name), accepted;

	assert_true(key_accepted(FAMILY_COUNTER, &key, &accepted));
	plan_clear(p->plan);
	plan_put(p->plan, accepted, &r);
	assert_ok(p->store->ops->commit(p->store, p->plan));
}

static enum err reads(struct corner *p, const char *name)
{
	struct lookup l = p->store->ops->lookup(p->store);
	struct key key = key_name(name);
	struct record r;

	return l.get(l.ctx, p->arena, FAMILY_COUNTER, &key, &r);
}

static void test_what_is_accepted_as_lost_is_counted_and_listed_no_more(void **state)
{
	struct corner *p = *state;

	fill(p, "");
	spoil(p, "a", 2);
	spoil(p, "b", 6);
	commit_accepted(p, "a");
	assert_int_equal(figures(p).damaged, 1);
	assert_int_equal(figures(p).accepted, 1);
	assert_true(!is_listed(p, "a") && is_listed(p, "b"));
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(reads(p, "a"), ERR_DAMAGED);
		assert_false(figures(p).unlisted);
		assert_int_equal(missing(p), 0); /* by a survey, and by that of a start */
		assert_int_equal(figures(p).damaged, 1);
		assert_int_equal(figures(p).accepted, 1);
		close_store(p);
		open_store(p);
	}
	commit_one(p, "b");
	assert_int_equal(figures(p).damaged, 0);
	assert_int_equal(figures(p).survey.damaged_in, 0);
}

static void test_what_is_written_over_after_it_was_accepted_is_whole_for_the_sums_too(void **state)
{
	struct corner *p = *state;

	fill(p, "");
	spoil(p, "a", 2); /* in its checksum, of which the sums are made */
	commit_accepted(p, "a");
	close_store(p);
	open_store(p);
	commit_one(p, "a");
	assert_ok(reads(p, "a"));
	assert_int_equal(missing(p), 0);
	assert_int_equal(figures(p).accepted, 0);
}

static bool copied(struct corner *p, const char *name, enum family family, struct key key)
{
	enum family f;
	struct key k;

	return p->store->ops->copied(p->store, name, &f, &k) && f == family && key_equal(&k, &key);
}

static void test_the_name_of_a_copy_says_of_which_record_it_is(void **state)
{
	struct corner *p = *state;
	struct key key = key_serial(ROLE_OUT, (struct serial){ 1 });
	enum family f;

	assert_true(copied(p, "document-6f000000000000000103", FAMILY_DOCUMENT, key));
	assert_true(copied(p, "act-0000000000000002", FAMILY_ACT, key_number(2)));
	assert_true(copied(p, "counter-1461", FAMILY_COUNTER, key_name("a")));
	/* of another family by its key, half a byte, no family, no key */
	assert_false(p->store->ops->copied(p->store, "document-6f000000000000000104", &f, &key));
	assert_false(p->store->ops->copied(p->store, "act-000", &f, &key));
	assert_false(p->store->ops->copied(p->store, "nothing-00", &f, &key));
	assert_false(p->store->ops->copied(p->store, "act", &f, &key));
	assert_false(p->store->ops->copied(p->store, "act-0g", &f, &key));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_walk_that_wants_to_know_stops_at_each_damage_and_goes_on_behind_it),
		TEST(test_what_the_turn_writes_or_erases_is_damaged_no_more),
		TEST(test_nothing_but_damage_is_reported_to_its_end),
		TEST(test_a_loss_is_said_until_somebody_accepts_it),
		TEST(test_a_loss_accepted_and_not_committed_is_said_again),
		TEST(test_what_is_written_over_or_erased_is_whole_for_the_sums_too),
		TEST(test_a_loss_beside_damage_stays_one),
		TEST(test_what_did_not_land_is_damaged_still),
		TEST(test_of_very_many_so_many_are_listed_and_the_rest_by_the_next_survey),
		TEST(test_what_a_reader_meets_that_is_listed_counts_once),
		TEST(test_what_is_accepted_as_lost_is_counted_and_listed_no_more),
		TEST(test_what_is_written_over_after_it_was_accepted_is_whole_for_the_sums_too),
		TEST(test_the_name_of_a_copy_says_of_which_record_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
