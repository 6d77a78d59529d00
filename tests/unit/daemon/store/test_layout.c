/* Where LMDB's records lie: what shares a database with other families is found as if it were alone
 * (compared with the memory store, step by step), and stores of formats 1 and 3 move in, also when
 * that was cut off. */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/memory.h"
#include "proto/record_codec.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 64 << 20, ROUNDS = 60, OLD_SERIALS = 2500 };

static const enum family shared[] = { FAMILY_STATE,   FAMILY_ROUTE,  FAMILY_RECEIPT,
				      FAMILY_LINKIN,  FAMILY_LINE,   FAMILY_OPEN,
				      FAMILY_COUNTER, FAMILY_SERIES, FAMILY_SWEEP };
static const char *const recipients[] = { "btp", "thads", "xa-1" };
static const uint64_t serials[] = { 0,	    1,	     0xfe,	     0xff,	0x100,
				    0xffff, 0x10000, UINT64_MAX - 1, UINT64_MAX };

struct corner {
	char folder[64];
	struct store *lmdb, *memory;
	struct memory_disk *disk;
	struct plan *plans[2];
	struct arena *arena;
	uint64_t random;
};

static void open_lmdb(struct corner *p)
{
	struct store_lmdb_config config = { .directory = p->folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	assert_ok(store_lmdb_open(&config, &p->lmdb));
}

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-layout-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	p->disk = memory_disk_new();
	p->arena = arena_new(64 << 20);
	p->random = 88172645463325252ULL;
	open_lmdb(p);
	assert_ok(store_memory_open(p->disk, &p->memory));
	p->plans[0] = plan_new(p->lmdb->ops->lookup(p->lmdb));
	p->plans[1] = plan_new(p->memory->ops->lookup(p->memory));
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	plan_destroy(p->plans[0]);
	plan_destroy(p->plans[1]);
	p->lmdb->ops->close(p->lmdb);
	p->memory->ops->close(p->memory);
	memory_disk_destroy(p->disk);
	arena_destroy(p->arena);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static unsigned pick(struct corner *p, unsigned below)
{
	p->random ^= p->random << 13; /* Marsaglia's xorshift: the same walk in every run */
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (unsigned)((p->random >> 33) % below);
}

static struct record record_of(enum family f, uint64_t n)
{
	struct record r = { .family = f };

	if (f == FAMILY_STATE)
		r.u.state.delivered = n;
	else if (f == FAMILY_RECEIPT)
		r.u.receipt = (struct rec_receipt){ .envelope = { 0, fixture_blob("r") },
						    .at_ms = (int64_t)n,
						    .kind = KIND_RECEIPT };
	else if (f == FAMILY_LINKIN)
		r.u.linkin.have = n;
	else if (f == FAMILY_COUNTER)
		r.u.counter.count.digital = n;
	else if (f == FAMILY_SERIES)
		r.u.series.last = n;
	else if (f == FAMILY_META)
		r.u.note.number = n;
	return r;
}

static struct key key_of(struct corner *p, enum family f)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	enum role role = roles[pick(p, 3)];
	struct serial serial = { serials[pick(p, COUNT_OF(serials))] };

	if (f == FAMILY_RECEIPT)
		return key_receipt(role, serial, fixture_id(recipients[pick(p, 3)]));
	if (f == FAMILY_STATE || f == FAMILY_ROUTE)
		return key_serial(role, serial);
	return f == FAMILY_LINKIN
		   ? key_link(fixture_id(recipients[pick(p, 3)]), LANE_FACTS + pick(p, 3))
		   : key_number(serial.n);
}

static void change(struct corner *p)
{
	enum family f = shared[pick(p, COUNT_OF(shared))];
	struct key key = key_of(p, f);
	struct record r = record_of(f, pick(p, 1000000));
	bool erase = pick(p, 3) == 0;

	for (int i = 0; i < 2; i++) {
		if (erase)
			plan_erase(p->plans[i], f, key);
		else
			plan_put(p->plans[i], key, &r);
	}
}

static void commit_both(struct corner *p)
{
	assert_ok(p->lmdb->ops->commit(p->lmdb, p->plans[0]));
	assert_ok(p->memory->ops->commit(p->memory, p->plans[1]));
	plan_clear(p->plans[0]);
	plan_clear(p->plans[1]);
}

/* One walk in both, to its end: the same keys, the same values. */
static unsigned walk_both(struct corner *p, enum family f, struct scan scan, bool up)
{
	struct lookup a = p->lmdb->ops->lookup(p->lmdb), b = p->memory->ops->lookup(p->memory);
	struct scan other = scan;

	for (unsigned n = 0;; n++) {
		struct record x = { .family = f }, y = { .family = f };
		struct blob packed[2];
		enum err e, same;

		arena_reset(p->arena);
		e = (up ? a.next : a.last)(a.ctx, p->arena, f, &scan, &x);
		same = (up ? b.next : b.last)(b.ctx, p->arena, f, &other, &y);
		assert_int_equal(e, same);
		if (e != ERR_OK)
			return n;
		assert_true(key_equal(&scan.at, &other.at));
		assert_ok(record_encode(p->arena, &scan.at, &x, &packed[0]));
		assert_ok(record_encode(p->arena, &scan.at, &y, &packed[1]));
		assert_int_equal(packed[0].len_bytes, packed[1].len_bytes);
		assert_memory_equal(packed[0].data, packed[1].data, packed[0].len_bytes);
	}
}

static void compare(struct corner *p, enum family f)
{
	struct key middle = key_of(p, f), prefixes[3] = { { .len_bytes = 0 }, middle, middle };

	prefixes[1].len_bytes = 1;
	prefixes[2].len_bytes =
	    middle.len_bytes < SERIAL_KEY_BYTES ? middle.len_bytes : SERIAL_KEY_BYTES;
	for (unsigned i = 0; i < 3; i++) {
		unsigned up = walk_both(p, f, scan_of(prefixes[i]), true);

		assert_int_equal(walk_both(p, f, scan_of(prefixes[i]), false), up);
		walk_both(p, f, scan_from(prefixes[i], middle), true);
		walk_both(p, f, scan_from(prefixes[i], middle), false);
	}
}

static void test_families_that_share_a_database_are_walked_as_if_alone(void **state)
{
	struct corner *p = *state;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned n = pick(p, 12); n > 0; n--)
			change(p);
		commit_both(p);
		for (size_t i = 0; i < COUNT_OF(shared); i++)
			compare(p, shared[i]);
	}
	/* the walks were worth it */
	assert_true(walk_both(p, FAMILY_STATE, scan_of((struct key){ .len_bytes = 0 }), true) > 5);
}

/* ---- format 1 ---- */

static MDB_env *open_raw(const struct corner *p)
{
	char path[128];
	MDB_env *env;

	snprintf(path, sizeof path, "%s/store", p->folder);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 64), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_BYTES), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOTLS, 0600), 0);
	return env;
}

static void put_old(struct corner *p, MDB_txn *txn, struct key key, struct record r)
{
	MDB_val k = { key.len_bytes, key.bytes }, v;
	struct blob value;
	MDB_dbi dbi;

	arena_reset(p->arena);
	assert_ok(record_encode(p->arena, &key, &r, &value));
	v = (MDB_val){ value.len_bytes, (void *)(uintptr_t)value.data };
	assert_int_equal(mdb_dbi_open(txn, family_name(r.family), MDB_CREATE, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
}

/* States from `first` on and a counter where format 1 had them, and the number of that format. */
static void write_old(struct corner *p, uint64_t first, uint64_t format)
{
	MDB_env *env;
	MDB_txn *txn;

	p->lmdb->ops->close(p->lmdb);
	env = open_raw(p);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	for (uint64_t n = first; n < OLD_SERIALS; n++)
		put_old(p, txn, key_serial(ROLE_IN, (struct serial){ n }),
			record_of(FAMILY_STATE, n + 7));
	put_old(p, txn, key_number(5), record_of(FAMILY_COUNTER, 55));
	put_old(p, txn, key_name("format"), record_of(FAMILY_META, format));
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void expect_all(struct corner *p)
{
	struct lookup l = p->lmdb->ops->lookup(p->lmdb);
	struct scan scan = scan_of(key_role(ROLE_IN));
	struct key k = key_number(5), format = key_name("format");
	struct record r;

	for (uint64_t n = 0; n < OLD_SERIALS; n++) {
		arena_reset(p->arena);
		assert_ok(l.next(l.ctx, p->arena, FAMILY_STATE, &scan, &r));
		assert_int_equal(r.u.state.delivered, n + 7);
	}
	assert_int_equal(l.next(l.ctx, p->arena, FAMILY_STATE, &scan, &r), ERR_NOT_FOUND);
	assert_ok(l.get(l.ctx, p->arena, FAMILY_COUNTER, &k, &r));
	assert_int_equal(r.u.counter.count.digital, 55);
	assert_ok(l.get(l.ctx, p->arena, FAMILY_META, &format, &r));
	assert_int_equal(r.u.note.number, 8);
}

/* An older daemon passed statuses over: they are asked for (routing/reconcile/unheard.h). */
static bool has_note(struct corner *p)
{
	struct lookup l = p->lmdb->ops->lookup(p->lmdb);
	struct key k = key_name(UNHEARD_NOTE);
	struct record r;
	enum err e;

	arena_reset(p->arena);
	e = l.get(l.ctx, p->arena, FAMILY_META, &k, &r);
	return e == ERR_OK && r.u.note.number == 1;
}

static void test_only_a_store_of_an_older_format_has_statuses_to_ask_for(void **state)
{
	struct corner *p = *state;

	assert_false(has_note(p)); /* a new one */
	write_old(p, 0, 7);
	open_lmdb(p);
	assert_true(has_note(p));
	write_old(p, 0, 8);
	open_lmdb(p);
	assert_true(has_note(p)); /* of its first start here */
}

static bool has_database(struct corner *p, const char *name)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	int code;

	p->lmdb->ops->close(p->lmdb);
	env = open_raw(p);
	assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
	code = mdb_dbi_open(txn, name, 0, &dbi);
	mdb_txn_abort(txn);
	mdb_env_close(env);
	open_lmdb(p);
	return code == 0;
}

static void test_store_of_format_1_moves_in(void **state)
{
	struct corner *p = *state;

	write_old(p, 0, 1);
	open_lmdb(p);
	expect_all(p);
	assert_false(has_database(p, "state"));
	assert_true(has_database(p, "documents"));
	expect_all(p);
}

/* A crash left some records where they belong and the others where they were. */
static void test_store_that_was_moving_when_it_ended_goes_on(void **state)
{
	struct corner *p = *state;

	for (uint64_t n = 0; n < 1000; n++) {
		struct record r = record_of(FAMILY_STATE, n + 7);

		plan_put(p->plans[0], key_serial(ROLE_IN, (struct serial){ n }), &r);
	}
	assert_ok(p->lmdb->ops->commit(p->lmdb, p->plans[0]));
	plan_clear(p->plans[0]);
	write_old(p, 1000, 2);
	open_lmdb(p);
	expect_all(p);
	assert_false(has_database(p, "state"));
}

/* ---- format 3 ---- */

enum { OLD_SWEEPS = 2500 };

static int64_t due_of(uint64_t n)
{
	return (int64_t)n * 1000 - 5000;
}

static enum role role_of(uint64_t n)
{
	return n % 2 == 0 ? ROLE_OUT : ROLE_RELAY;
}

/* due ‖ role ‖ serial, of those from `first` on, and one that has no such shape. */
static void write_old_sweeps(struct corner *p, uint64_t first)
{
	MDB_env *env;
	MDB_txn *txn;

	p->lmdb->ops->close(p->lmdb);
	env = open_raw(p);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	for (uint64_t n = first; n < OLD_SWEEPS; n++) {
		struct key k =
		    key_sweep(due_of(n), SWEEP_EXPIRE, role_of(n), (struct serial){ n });

		memmove(k.bytes + 8, k.bytes + 9, 9);
		k.len_bytes--;
		put_old(p, txn, k, record_of(FAMILY_SWEEP, n));
	}
	put_old(p, txn, key_number(7), record_of(FAMILY_SWEEP, 7));
	put_old(p, txn, key_name("format"), record_of(FAMILY_META, 3));
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void expect_all_sweeps(struct corner *p)
{
	struct lookup l = p->lmdb->ops->lookup(p->lmdb);
	struct key format = key_name("format");
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;

	scan.report_damage = true;
	for (uint64_t n = 0; n < OLD_SWEEPS; n++) {
		struct key expected =
		    key_sweep(due_of(n), role_of(n) == ROLE_OUT ? SWEEP_EXPIRE : SWEEP_CONTENT,
			      role_of(n), (struct serial){ n });

		arena_reset(p->arena);
		assert_ok(l.next(l.ctx, p->arena, FAMILY_SWEEP, &scan, &r));
		assert_true(key_equal(&scan.at, &expected));
	}
	assert_int_equal(l.next(l.ctx, p->arena, FAMILY_SWEEP, &scan, &r), ERR_NOT_FOUND);
	assert_ok(l.get(l.ctx, p->arena, FAMILY_META, &format, &r));
	assert_int_equal(r.u.note.number, 8);
}

static void test_sweeps_of_format_3_get_their_kind(void **state)
{
	struct corner *p = *state;

	write_old_sweeps(p, 0);
	open_lmdb(p);
	expect_all_sweeps(p);
	assert_false(has_database(p, "sweep"));
	expect_all_sweeps(p);
}

static void test_sweeps_that_were_moving_when_it_ended_go_on(void **state)
{
	struct corner *p = *state;

	for (uint64_t n = 0; n < 1000; n++) {
		struct record r = { .family = FAMILY_SWEEP };

		plan_put(p->plans[0],
			 key_sweep(due_of(n),
				   role_of(n) == ROLE_OUT ? SWEEP_EXPIRE : SWEEP_CONTENT,
				   role_of(n), (struct serial){ n }),
			 &r);
	}
	assert_ok(p->lmdb->ops->commit(p->lmdb, p->plans[0]));
	plan_clear(p->plans[0]);
	write_old_sweeps(p, 1000);
	open_lmdb(p);
	expect_all_sweeps(p);
	assert_false(has_database(p, "sweep"));
}

/* ---- format 6 ---- */

/* family ‖ key, whatever the family. */
static void put_in_links(struct corner *p, MDB_txn *txn, struct key key, struct record r)
{
	uint8_t stored[KEY_MAX_BYTES + 1] = { (uint8_t)r.family };
	struct blob bytes;
	MDB_val k = { .mv_size = key.len_bytes + 1u, .mv_data = stored }, v;
	MDB_dbi dbi;

	memcpy(stored + 1, key.bytes, key.len_bytes);
	assert_ok(record_encode(p->arena, &key, &r, &bytes));
	v = (MDB_val){ .mv_size = bytes.len_bytes, .mv_data = (void *)(uintptr_t)bytes.data };
	assert_int_equal(mdb_dbi_open(txn, "links", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
}

static void write_format_6(struct corner *p)
{
	MDB_env *env;
	MDB_txn *txn;

	p->lmdb->ops->close(p->lmdb);
	env = open_raw(p);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	for (uint64_t n = 0; n < OLD_SERIALS; n++) {
		put_in_links(p, txn, key_number(n),
			     (struct record){ .family = FAMILY_LINE,
					      .u.line = { .kind = LINE_ENTRY,
							  .role = ROLE_IN,
							  .serial = { n + 3 },
							  .person = "",
							  .note = "" } });
		put_in_links(p, txn, key_serial(ROLE_IN, (struct serial){ n }),
			     (struct record){ .family = FAMILY_OPEN });
	}
	put_in_links(p, txn, key_number(5), record_of(FAMILY_SERIES, 55));
	put_old(p, txn, key_name("format"), record_of(FAMILY_META, 6));
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	open_lmdb(p);
}

static void test_lines_and_open_work_of_format_6_move(void **state)
{
	struct scan lines = scan_of((struct key){ .len_bytes = 0 }), open = lines, series = lines;
	struct corner *p = *state;
	struct lookup l;
	struct record r;

	write_format_6(p);
	l = p->lmdb->ops->lookup(p->lmdb);
	for (uint64_t n = 0; n < OLD_SERIALS; n++) {
		struct key line = key_number(n), at = key_serial(ROLE_IN, (struct serial){ n });

		arena_reset(p->arena);
		assert_ok(l.next(l.ctx, p->arena, FAMILY_LINE, &lines, &r));
		assert_true(key_equal(&lines.at, &line));
		assert_int_equal(r.u.line.serial.n, n + 3);
		assert_ok(l.next(l.ctx, p->arena, FAMILY_OPEN, &open, &r));
		assert_true(key_equal(&open.at, &at));
	}
	assert_int_equal(l.next(l.ctx, p->arena, FAMILY_LINE, &lines, &r), ERR_NOT_FOUND);
	assert_int_equal(l.next(l.ctx, p->arena, FAMILY_OPEN, &open, &r), ERR_NOT_FOUND);
	assert_ok(l.next(l.ctx, p->arena, FAMILY_SERIES, &series, &r));
	assert_int_equal(r.u.series.last, 55);
}

/* What no record of ours has for a key is not moved, and nothing else stays behind for it. */
static void test_a_key_that_is_too_long_is_left_behind(void **state)
{
	struct corner *p = *state;
	uint8_t longest[KEY_MAX_BYTES + 1];
	MDB_val key = { sizeof longest, longest }, value = { 5, (void *)(uintptr_t) "value" };
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	memset(longest, 'k', sizeof longest);
	write_old(p, 0, 1);
	env = open_raw(p);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "state", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	open_lmdb(p);
	expect_all(p);
	assert_false(has_database(p, "state"));
}

static void test_a_stored_key_that_is_cut_off_is_of_no_family_and_no_record(void **state)
{
	uint8_t bytes[KEY_MAX_BYTES + 2] = { 0 };
	const MDB_val none = { 0, bytes }, serial = { SERIAL_KEY_BYTES, bytes },
		      longest = { sizeof bytes, bytes };
	struct key key;

	(void)state;
	assert_int_equal(lmdb_family_at(FAMILY_LINKIN, &none), FAMILY_NONE);
	assert_int_equal(lmdb_family_at(FAMILY_STATE, &serial), FAMILY_NONE);
	assert_int_equal(lmdb_family_at(FAMILY_META, &none), FAMILY_META);
	assert_false(lmdb_key_at(FAMILY_LINKIN, &none, &key));
	assert_false(lmdb_key_at(FAMILY_STATE, &serial, &key));
	assert_false(lmdb_key_at(FAMILY_LINKIN, &longest, &key));
	assert_true(lmdb_key_at(FAMILY_META, &none, &key));
}

static void test_each_family_lies_somewhere(void **state)
{
	(void)state;
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++)
		assert_int_not_equal(lmdb_layout((enum family)f), LAYOUT_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_families_that_share_a_database_are_walked_as_if_alone),
		TEST(test_store_of_format_1_moves_in),
		TEST(test_only_a_store_of_an_older_format_has_statuses_to_ask_for),
		TEST(test_store_that_was_moving_when_it_ended_goes_on),
		TEST(test_sweeps_of_format_3_get_their_kind),
		TEST(test_sweeps_that_were_moving_when_it_ended_go_on),
		TEST(test_lines_and_open_work_of_format_6_move),
		TEST(test_a_key_that_is_too_long_is_left_behind),
		cmocka_unit_test(test_a_stored_key_that_is_cut_off_is_of_no_family_and_no_record),
		cmocka_unit_test(test_each_family_lies_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
