/* How much room a store says there is, and that what was decided by it always fits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/store.h"
#include "routing/state/plan_cost.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 16 << 20 };

struct corner {
	char folder[64];
	struct store *store;
	struct lookup lookup;
	struct plan *plan;
	struct arena *arena;
};

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);
	struct store_lmdb_config config = { .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	config.directory = p->folder;
	assert_ok(store_lmdb_open(&config, &p->store));
	p->lookup = p->store->ops->lookup(p->store);
	p->plan = plan_new(p->lookup);
	p->arena = arena_new(64 << 20);
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
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static enum err commit(struct corner *p)
{
	enum err e = p->store->ops->commit(p->store, p->plan);

	plan_clear(p->plan);
	return e;
}

static enum err get(struct corner *p, struct key key, uint64_t *n)
{
	struct record r;
	enum err e = p->lookup.get(p->lookup.ctx, p->arena, FAMILY_META, &key, &r);

	*n = e == ERR_OK ? r.u.note.number : 0;
	return e;
}

static void test_full_map_is_seen_coming_and_cuts_nothing_off(void **state)
{
	struct corner *p = *state;
	static uint8_t large[60000];
	struct store_room room = { .facts = true };
	enum err e = ERR_OK;
	uint64_t n = 0, committed = 0, beyond = 0;

	/* On to far beyond what is taken: a plan that was begun before is never cut off. */
	while (e == ERR_OK && beyond < 50) {
		struct record r = { .family = FAMILY_META,
				    .u.note = { .number = committed,
						.bytes = { large, sizeof large } } };

		plan_put(p->plan, key_number(committed), &r);
		e = commit(p);
		committed += e == ERR_OK;
		if (e == ERR_OK)
			assert_ok(p->store->ops->room(p->store, &room));
		beyond += !room.facts;
		assert_true(room.submissions || room.why == ERR_MAP_FULL);
		/* one after the other */
		assert_true((room.documents || !room.submissions) &&
			    (room.facts || !room.documents));
	}
	assert_ok(e);
	assert_true(committed * sizeof large > MAP_BYTES);
	assert_false(room.submissions || room.documents || room.facts);
	for (uint64_t i = 0; i < committed; i += 50) {
		arena_reset(p->arena);
		assert_ok(get(p, key_number(i), &n));
		assert_int_equal(n, i);
	}
	assert_int_equal(get(p, key_number(committed), &n), ERR_NOT_FOUND);
}

static void test_reserve_larger_than_the_map_leaves_room_in_it(void **state)
{
	struct corner *p = *state;
	struct store_room room;

	p->store->ops->set_reserve(p->store, 256 << 20, 64 << 20);
	assert_ok(p->store->ops->room(p->store, &room));
	assert_true(room.disk_free_bytes < (320ULL << 20) ||
		    (room.submissions && room.documents && room.facts));
	assert_true(room.left_bytes > 0 && room.left_bytes < MAP_BYTES);
	/* of the disk, which is short then, not the map */
	p->store->ops->set_reserve(p->store, 1ULL << 60, 1 << 20);
	assert_ok(p->store->ops->room(p->store, &room));
	assert_true(!room.submissions && !room.documents && room.why == ERR_DISK_FULL);
}

/* Others use the same disk: looked at again until there is less than a fetch asks for. */
static void test_where_files_wait_for_room_documents_do_and_it_is_reported(void **state)
{
	struct corner *p = *state;
	struct store_room room;

	for (unsigned i = 0; i < 1000; i++) {
		p->store->ops->set_reserve(p->store, 1 << 20, 4096);
		assert_ok(p->store->ops->room(p->store, &room));
		p->store->ops->set_reserve(p->store, room.disk_free_bytes - (256 << 10), 4096);
		assert_ok(p->store->ops->room(p->store, &room));
		if (room.spare_bytes > 0 && room.spare_bytes < PIECES_PER_FETCH * CHUNK_BYTES) {
			assert_true(!room.submissions && !room.documents && room.facts &&
				    room.why == ERR_DISK_FULL);
			return;
		}
	}
	fail_msg("the disk was never still");
}

/* Others use the same disk: of what is free there only what is held counts, once it is little. */
static void test_on_a_disk_that_is_nearly_full_only_held_blocks_count(void **state)
{
	enum { LITTLE_BYTES = 128 << 20, HELD_BYTES = 4 << 20 };
	struct corner *p = *state;
	struct store_room room;

	assert_ok(p->store->ops->room(p->store, &room));
	assert_true(room.left_bytes > HELD_BYTES);
	assert_true(room.disk_free_bytes > 2ULL * LITTLE_BYTES);
	p->store->ops->set_reserve(p->store, room.disk_free_bytes - LITTLE_BYTES, 4096);
	assert_ok(p->store->ops->room(p->store, &room));
	assert_true(room.left_bytes > 0 && room.left_bytes <= HELD_BYTES);
	assert_true(room.left_facts_bytes <= HELD_BYTES);
	assert_int_equal(room.left_why, ERR_DISK_FULL);
}

/* The bound that decisions go by: the file never grows by more. */
static void test_plan_costs_no_more_than_it_says(void **state)
{
	static uint8_t bytes[70000];
	struct corner *p = *state;
	struct store_room before, after;
	uint64_t key = 0;

	for (unsigned round = 0; round < 60; round++) {
		unsigned count = 1 + round * 7 % 40;
		size_t size = (size_t)round * 977 % (round % 3 == 0 ? sizeof bytes : 900);
		uint64_t cost;

		for (unsigned i = 0; i < count; i++) {
			struct record r = { .family = FAMILY_META,
					    .u.note = { .number = i, .bytes = { bytes, size } } };

			/* all over the tree, so that every page is another */
			key = key * 6364136223846793005u + 1442695040888963407u;
			plan_put(p->plan, key_number(key), &r);
		}
		cost = plan_cost_bytes(p->plan);
		assert_ok(p->store->ops->room(p->store, &before));
		assert_ok(commit(p));
		assert_ok(p->store->ops->room(p->store, &after));
		/* Some pages beside are the tables' own roots and the free list. */
		assert_true(after.map_used_bytes <= before.map_used_bytes + cost + 24 * 4096);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full_map_is_seen_coming_and_cuts_nothing_off,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reserve_larger_than_the_map_leaves_room_in_it,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_where_files_wait_for_room_documents_do_and_it_is_reported, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_on_a_disk_that_is_nearly_full_only_held_blocks_count, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_plan_costs_no_more_than_it_says, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
