/* A directory that comes in stages: what is in force at each of them, whatever crashes, and how
 * much a turn does. */
#include "tests/unit/support/fixture.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "routing/base/committee_id.h"
#include "routing/state/staged.h"

enum { MANY = 700 };

/* Version 2 of the fixture's tree with this many more committees below huyen-b, and huyen-a's name
 * changed. */
static struct directory grown(struct fixture *f, uint32_t more)
{
	struct rec_committee *entries =
	    arena_array(f->arena, FIXTURE_COMMITTEES + more, sizeof *entries);
	struct tenure *places = arena_array(f->arena, more, sizeof *places);
	struct directory d = { .entries = entries, .entry_count = FIXTURE_COMMITTEES + more };
	struct digest previous = fixture_directory(f, 1).head.digest;
	struct rec_committee before = f->entries[0];

	assert_non_null(entries);
	assert_non_null(places);
	f->entries[0].name = "Đảng ủy mới";
	f->entries[0].changed_in = 2;
	fixture_repack(f, 0);
	memcpy(entries, f->entries, sizeof f->entries);
	for (uint32_t i = 0; i < more; i++) {
		struct rec_committee *c = &entries[FIXTURE_COMMITTEES + i];
		char *id = arena_alloc(f->arena, 16);

		snprintf(id, 16, "xb-%06u", i);
		places[i] = (struct tenure){ .since = 2, .superior = fixture_id("huyen-b") };
		*c = (struct rec_committee){ .id = fixture_id(id),
					     .superior = fixture_id("huyen-b"),
					     .name = id,
					     .symbol = "CB",
					     .endpoint = "",
					     .term_name = "",
					     .term_from = "",
					     .changed_in = 2,
					     .places = &places[i],
					     .place_count = 1 };
		assert_ok(directory_entry_pack(f->arena, c, &c->entry));
	}
	assert_ok(directory_sign(
		f->registry, f->arena, entries, d.entry_count,
		&(struct directory_issue){
			2, &previous, FIXTURE_NOW_MS, FIXTURE_NOW_MS + 1000000,
			{ NULL, 0 }, { NULL, 0 } },
		&d.head));
	f->entries[0] = before;
	return d;
}

static struct event piece(const struct directory *d, uint32_t from, uint32_t count)
{
	struct event e = { .type = EVENT_DIRECTORY };

	e.u.directory = (struct ev_directory){ .head = &d->head,
					       .entries = d->entries + from,
					       .entry_count = count,
					       .staged = from,
					       .more = from + count < d->entry_count,
					       .token = 5 };
	return e;
}

static enum err result_of(struct station *s)
{
	const struct act *a = station_act(s, ACT_INSTALLED, 0);

	assert_non_null(a);
	assert_int_equal(a->u.installed.token, 5);
	return a->u.installed.result;
}

static enum err stage_piece(struct station *s, const struct directory *d, uint32_t from,
			    uint32_t count)
{
	struct event e = piece(d, from, count);
	enum err result;

	station_clear(s);
	station_take(s, &e);
	result = result_of(s);
	station_commit(s);
	return result;
}

static void tick(struct station *s)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(s);
	s->now.mono_ms += 1;
	station_take(s, &e);
	station_commit(s);
}

/* The rows in force are those of this directory, all and no others; read through the store, as
 * everybody does. */
static void holds(struct station *s, const struct rec_committee *entries, uint32_t count)
{
	struct lookup l = s->store->ops->lookup(s->store);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(1 << 20);
	struct record r;

	for (uint32_t i = 0; i < count; i++) {
		struct key key = key_committee(entries[i].id);

		arena_reset(a);
		assert_ok(l.next(l.ctx, a, FAMILY_COMMITTEE, &scan, &r));
		assert_int_equal(r.family, FAMILY_COMMITTEE);
		assert_int_equal(r.u.committee.entry.len_bytes, entries[i].entry.len_bytes);
		assert_memory_equal(r.u.committee.entry.data, entries[i].entry.data,
				    entries[i].entry.len_bytes);
		assert_ok(l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r));
		assert_memory_equal(r.u.committee.entry.data, entries[i].entry.data,
				    entries[i].entry.len_bytes);
	}
	assert_int_equal(l.next(l.ctx, a, FAMILY_COMMITTEE, &scan, &r), ERR_NOT_FOUND);
	scan = scan_of((struct key){ .len_bytes = 0 });
	for (uint32_t i = count; i-- > 0;) {
		arena_reset(a);
		assert_ok(l.last(l.ctx, a, FAMILY_COMMITTEE, &scan, &r));
		assert_string_equal(r.u.committee.id.text, entries[i].id.text);
	}
	arena_destroy(a);
}

static void settle(struct station *s)
{
	for (unsigned ticks = 0; core_directory_unsettled(s->core); ticks++) {
		assert_true(ticks < MANY);
		tick(s);
	}
}

/* ---- what is in force ---- */

static void test_nothing_of_it_is_in_force_before_the_last_piece_and_all_of_it_after(void **state)
{
	struct stage *g = *state;
	struct rec_committee old[FIXTURE_COMMITTEES];
	struct directory d;

	memcpy(old, g->f->entries, sizeof old);
	d = grown(g->f, 3);
	assert_ok(stage_piece(g->s, &d, 0, 4));
	holds(g->s, old, FIXTURE_COMMITTEES);
	assert_ok(stage_piece(g->s, &d, 4, 4));
	holds(g->s, old, FIXTURE_COMMITTEES);
	assert_true(core_directory_version(g->s->core) == 1);
	assert_ok(stage_piece(g->s, &d, 8, 2));
	assert_true(core_directory_version(g->s->core) == 2);
	assert_int_equal(station_acts(g->s, ACT_DIRECTORY), 1);
	assert_true(core_directory_settling(g->s->core) == 2);
	holds(g->s, d.entries, d.entry_count);
	settle(g->s);
	holds(g->s, d.entries, d.entry_count);
	assert_int_equal(station_count(g->s, FAMILY_STAGED), 0);
	assert_false(station_has(g->s, FAMILY_META, key_name(STAGED_NOTE)));
}

static void test_crash_at_any_turn_leaves_one_version_whole(void **state)
{
	struct stage *g = *state;
	struct rec_committee old[FIXTURE_COMMITTEES];
	struct directory d;
	unsigned turn = 0;

	memcpy(old, g->f->entries, sizeof old);
	d = grown(g->f, 4);
	for (bool through = false; !through; turn++) {
		struct fixture *f = g->f;
		struct station *s = station_of(f, "huyen-a", 2);
		unsigned left = turn;

		assert_true(turn < 100);
		for (uint32_t at = 0; at < d.entry_count && left > 0; at += 2, left--)
			assert_ok(stage_piece(s, &d, at,
					      d.entry_count - at < 2 ? d.entry_count - at : 2));
		for (; core_directory_settling(s->core) != 0 && left > 0; left--)
			tick(s);
		through = left > 0;
		station_clear(s);
		station_restart(s);
		if (core_directory_version(s->core) == 1) {
			holds(s, old, FIXTURE_COMMITTEES);
			settle(s);
			assert_int_equal(station_count(s, FAMILY_STAGED), 0);
			holds(s, old, FIXTURE_COMMITTEES);
			for (uint32_t at = 0; at < d.entry_count; at += 2) /* it begins again */
				assert_ok(stage_piece(
				    s, &d, at, d.entry_count - at < 2 ? d.entry_count - at : 2));
		}
		holds(s, d.entries, d.entry_count);
		settle(s);
		holds(s, d.entries, d.entry_count);
		assert_int_equal(station_count(s, FAMILY_STAGED), 0);
		station_free(s);
	}
	assert_true(turn > 10);
}

static void test_no_other_begins_while_one_settles_or_is_swept(void **state)
{
	struct stage *g = *state;
	struct station *s = station_of(g->f, "huyen-a", 2);
	struct directory d = grown(g->f, 5), head = { .head = fixture_directory(g->f, 3).head };
	struct event e = piece(&head, 0, 0);

	assert_ok(stage_piece(s, &d, 0, 11));
	/* from the beginning: what is there goes first */
	assert_int_equal(stage_piece(s, &d, 0, 4), ERR_BUSY);
	tick(s);
	assert_int_equal(stage_piece(s, &d, 0, 4), ERR_BUSY);
	settle(s);
	assert_ok(stage_piece(s, &d, 0, 4));
	assert_ok(stage_piece(s, &d, 4, 8));
	memset(&head.head.previous, 0, sizeof head.head.previous);
	station_clear(s);
	station_take(s, &e);
	assert_int_equal(result_of(s), ERR_BUSY);
	station_commit(s);
	settle(s);
	station_clear(s);
	station_take(s, &e);
	assert_ok(result_of(s));
	station_commit(s);
	assert_true(core_directory_version(s->core) == 3);
	station_free(s);
}

static void test_piece_that_does_not_follow_ends_it(void **state)
{
	struct stage *g = *state;
	struct directory d = grown(g->f, 5);

	assert_int_equal(stage_piece(g->s, &d, 4, 4), ERR_GAP);
	assert_ok(stage_piece(g->s, &d, 0, 4));
	assert_int_equal(stage_piece(g->s, &d, 5, 4), ERR_GAP);
	settle(g->s);
	assert_int_equal(station_count(g->s, FAMILY_STAGED), 0);
	assert_true(core_directory_version(g->s->core) == 1);
}

/* ---- how much a turn does ---- */

static void test_each_turn_writes_a_bounded_number_of_rows(void **state)
{
	struct stage *g = *state;
	struct directory d = grown(g->f, MANY);
	const uint32_t at_once = 50;

	for (uint32_t at = 0; at < d.entry_count; at += at_once) {
		assert_ok(stage_piece(g->s, &d, at,
				      d.entry_count - at < at_once ? d.entry_count - at : at_once));
		assert_true(g->s->plan->write_count <= at_once * 6 + 64);
	}
	assert_true(core_directory_version(g->s->core) == 2);
	while (core_directory_unsettled(g->s->core)) {
		tick(g->s);
		assert_true(g->s->plan->write_count <= DIRECTORY_STAGE_ROWS * 3 + 64);
	}
	holds(g->s, d.entries, d.entry_count);
}

/* ---- what stands beside ---- */

static void test_key_that_changes_hands_is_both_until_the_switch(void **state)
{
	struct stage *g = *state;
	struct digest key_id = g->f->entries[3].keys[0].key_id;
	struct record r;
	struct directory d;

	g->f->entries[4].keys = g->f->entries[3].keys;
	g->f->entries[3].key_count = 0;
	g->f->entries[3].changed_in = g->f->entries[4].changed_in = 2;
	fixture_repack(g->f, 3);
	fixture_repack(g->f, 4);
	d = fixture_directory(g->f, 2);
	assert_ok(stage_piece(g->s, &d, 0, 5));
	r = station_get(g->s, FAMILY_KEY, key_digest(key_id));
	assert_string_equal(r.u.key.committee.text, "xa-a2");
	assert_string_equal(r.u.key.also.text, "xa-a1");
	assert_ok(stage_piece(g->s, &d, 5, 2));
	settle(g->s);
	holds(g->s, d.entries, d.entry_count);
}

static void test_changes_are_known_by_their_version(void **state)
{
	struct stage *g = *state;
	struct directory d;

	for (unsigned i = 0; i < 3; i++)
		tick(g->s);
	assert_int_equal(station_count(g->s, FAMILY_CHANGED), FIXTURE_COMMITTEES);
	d = grown(g->f, 2);
	assert_ok(stage_piece(g->s, &d, 0, 4));
	assert_ok(stage_piece(g->s, &d, 4, 5));
	settle(g->s);
	assert_int_equal(station_count(g->s, FAMILY_CHANGED), FIXTURE_COMMITTEES + 2);
	assert_true(station_has(g->s, FAMILY_CHANGED, key_version(2, fixture_id("huyen-a"))));
	assert_false(station_has(g->s, FAMILY_CHANGED, key_version(1, fixture_id("huyen-a"))));
}

static void test_staged_row_that_is_damaged_never_brings_the_old_one_back(void **state)
{
	struct stage *g = *state;
	struct directory d = grown(g->f, 2);
	struct key key = key_version(2, fixture_id("huyen-a"));

	assert_ok(stage_piece(g->s, &d, 0, 4));
	assert_ok(stage_piece(g->s, &d, 4, 5));
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_STAGED, &key));
	settle(g->s);
	assert_false(station_has(g->s, FAMILY_COMMITTEE, key_committee(fixture_id("huyen-a"))));
	holds(g->s, d.entries + 1, d.entry_count - 1);
}

static void test_more_subordinates_than_links_are_told_and_the_others_have_theirs(void **state)
{
	struct stage *g = *state;
	struct directory d = grown(g->f, LINKS_MAX + 10);
	struct station *s = station_new(g->f, "huyen-b");
	const struct act_notify *n;

	for (uint32_t at = 0; at < d.entry_count; at += 256) {
		station_clear(s);
		assert_ok(
		    stage_piece(s, &d, at, d.entry_count - at < 256 ? d.entry_count - at : 256));
	}
	assert_int_equal(core_directory_version(s->core), 2);
	assert_int_equal(core_link_count(s->core), LINKS_MAX);
	/* the superior has a link too */
	assert_in_range(core_unlinked(s->core), 11, 11 + FIXTURE_COMMITTEES);
	tick(s);
	n = station_notice(s, NOTICE_DIRECTORY);
	assert_non_null(n);
	assert_int_equal(n->reason, ERR_LINKS_FULL);
	station_clear(s);
	tick(s);
	assert_null(station_notice(s, NOTICE_DIRECTORY)); /* once a day */
	station_restart(s);
	assert_true(core_unlinked(s->core) > 10);
	station_free(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_of_it_is_in_force_before_the_last_piece_and_all_of_it_after),
		TEST(test_crash_at_any_turn_leaves_one_version_whole),
		TEST(test_no_other_begins_while_one_settles_or_is_swept),
		TEST(test_piece_that_does_not_follow_ends_it),
		TEST(test_each_turn_writes_a_bounded_number_of_rows),
		TEST(test_key_that_changes_hands_is_both_until_the_switch),
		TEST(test_changes_are_known_by_their_version),
		TEST(test_staged_row_that_is_damaged_never_brings_the_old_one_back),
		TEST(test_more_subordinates_than_links_are_told_and_the_others_have_theirs),
	};

	return cmocka_run_group_tests_name("install", tests, NULL, NULL);
}
