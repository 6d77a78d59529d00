/* Questions about the tree over a stored directory: ways, paths, and rows that are missing. */
#include "routing/state/tree.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static struct tree_view view_of(struct stage *g, struct tree *t)
{
	return (struct tree_view){ .tree = t, .lookup = g->s->lookup, .arena = g->f->arena };
}

static void test_superiors_are_found_and_cached_ones_are_the_same(void **state)
{
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view v = view_of(g, t);
	struct committee_id up;
	bool retired;

	for (int round = 0; round < 2; round++) {
		assert_ok(tree_superior(&v, fixture_id("xa-b1"), &up, &retired));
		assert_string_equal(up.text, "huyen-b");
		assert_false(retired);
		assert_ok(tree_superior(&v, fixture_id("xa-cu"), &up, &retired));
		assert_true(retired);
		assert_ok(tree_superior(&v, fixture_id("tinh"), &up, NULL));
		assert_string_equal(up.text, "");
		assert_int_equal(tree_superior(&v, fixture_id("nowhere"), &up, NULL),
				 ERR_NOT_FOUND);
		assert_int_equal(tree_superior(&v, (struct committee_id){ "" }, &up, NULL),
				 ERR_NOT_FOUND);
	}
	tree_destroy(t);
	tree_destroy(NULL);
}

static void test_next_hop_goes_down_up_and_across(void **state)
{
	static const struct {
		const char *self, *target, *hop;
	} ways[] = { { "tinh", "xa-a1", "huyen-a" },  { "tinh", "huyen-b", "huyen-b" },
		     { "huyen-a", "xa-a1", "xa-a1" }, { "huyen-a", "tinh", "tinh" },
		     { "huyen-a", "xa-b1", "tinh" },  { "xa-a1", "xa-a2", "huyen-a" },
		     { "xa-a1", "tinh", "huyen-a" } };
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view v = view_of(g, t);
	struct committee_id hop;

	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		assert_ok(
		    tree_next_hop(&v, fixture_id(ways[i].self), fixture_id(ways[i].target), &hop));
		assert_string_equal(hop.text, ways[i].hop);
	}
	assert_int_equal(tree_next_hop(&v, fixture_id("tinh"), fixture_id("nowhere"), &hop),
			 ERR_NOT_FOUND);
	assert_int_equal(tree_next_hop(&v, fixture_id("nowhere"), fixture_id("tinh"), &hop),
			 ERR_NOT_FOUND);
	tree_destroy(t);
}

static void test_below_and_on_the_way_are_told(void **state)
{
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view v = view_of(g, t);
	bool yes;

	assert_ok(tree_is_below(&v, fixture_id("tinh"), fixture_id("xa-a1"), &yes));
	assert_true(yes);
	assert_ok(tree_is_below(&v, fixture_id("huyen-a"), fixture_id("xa-b1"), &yes));
	assert_false(yes);
	assert_ok(tree_is_below(&v, fixture_id("tinh"), fixture_id("tinh"), &yes));
	assert_false(yes);
	assert_int_equal(tree_is_below(&v, fixture_id("tinh"), fixture_id("nowhere"), &yes),
			 ERR_NOT_FOUND);
	assert_ok(
	    tree_on_path(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), fixture_id("tinh"), &yes));
	assert_true(yes);
	assert_ok(
	    tree_on_path(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), fixture_id("xa-b1"), &yes));
	assert_true(yes);
	assert_ok(
	    tree_on_path(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), fixture_id("xa-a1"), &yes));
	assert_true(yes);
	assert_ok(
	    tree_on_path(&v, fixture_id("xa-a1"), fixture_id("huyen-a"), fixture_id("tinh"), &yes));
	assert_false(yes);
	assert_ok(
	    tree_on_path(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), fixture_id("xa-a2"), &yes));
	assert_false(yes);
	tree_destroy(t);
}

static void test_subordinates_come_in_order_without_the_retired(void **state)
{
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view v = view_of(g, t);
	struct committee_id id = { "" };

	assert_ok(tree_next_subordinate(&v, fixture_id("huyen-b"), id, &id));
	assert_string_equal(id.text, "xa-b1");
	/* xa-cu has ended */
	assert_int_equal(tree_next_subordinate(&v, fixture_id("huyen-b"), id, &id), ERR_NOT_FOUND);
	id = (struct committee_id){ "" };
	assert_ok(tree_next_subordinate(&v, fixture_id("tinh"), id, &id));
	assert_string_equal(id.text, "huyen-a");
	assert_ok(tree_next_subordinate(&v, fixture_id("tinh"), id, &id));
	assert_string_equal(id.text, "huyen-b");
	assert_int_equal(tree_next_subordinate(&v, fixture_id("tinh"), id, &id), ERR_NOT_FOUND);
	id = (struct committee_id){ "" };
	assert_int_equal(tree_next_subordinate(&v, fixture_id("xa-a1"), id, &id), ERR_NOT_FOUND);
	tree_destroy(t);
}

static void test_circle_in_the_rows_ends_and_forgetting_sees_new_rows(void **state)
{
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view v = view_of(g, t);
	struct committee_id hop;
	struct record r = { .family = FAMILY_COMMITTEE };
	bool yes;

	assert_ok(tree_next_hop(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), &hop));
	/* tinh under huyen-a under tinh: no directory lets this in */
	g->f->entries[2].superior = fixture_id("huyen-a");
	fixture_repack(g->f, 2);
	r.u.committee = g->f->entries[2];
	plan_put(g->s->plan, key_committee(fixture_id("tinh")), &r);
	station_commit(g->s);
	/* still cached */
	assert_ok(tree_next_hop(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), &hop));
	tree_forget(t);
	assert_int_equal(tree_next_hop(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), &hop),
			 ERR_BAD_TREE);
	assert_int_equal(tree_is_below(&v, fixture_id("xa-a1"), fixture_id("xa-b1"), &yes),
			 ERR_BAD_TREE);
	tree_destroy(t);
}

/* xa-a1 moved to huyen-b in version 3, huyen-b was made in 2 and ended in 5. */
static void put_moves(struct stage *g)
{
	static struct tenure moved[] = { { .since = 0, .superior = { "huyen-a" } },
					 { .since = 3, .superior = { "huyen-b" } } };
	static struct tenure ended[] = { { .since = 2, .superior = { "tinh" } },
					 { .since = 5, .superior = { "tinh" }, .retired = true } };
	unsigned a1 = fixture_index(g->f, "xa-a1"), b = fixture_index(g->f, "huyen-b");
	struct record r = { .family = FAMILY_COMMITTEE };

	g->f->entries[a1].places = moved;
	g->f->entries[b].places = ended;
	g->f->entries[a1].place_count = g->f->entries[b].place_count = 2;
	g->f->entries[a1].superior = fixture_id("huyen-b");
	g->f->entries[b].retired = true;
	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++) {
		if (i != a1 && i != b)
			continue;
		fixture_repack(g->f, i);
		r.u.committee = g->f->entries[i];
		plan_put(g->s->plan, key_committee(g->f->entries[i].id), &r);
	}
	station_commit(g->s);
}

static void test_since_is_the_last_change_of_the_path_to_the_top(void **state)
{
	static const struct {
		const char *who;
		uint64_t version, since;
	} rows[] = {
		{ "tinh", 0, 0 },    { "huyen-a", 4, 0 }, { "xa-a1", 1, 0 }, { "xa-a1", 2, 0 },
		{ "xa-a1", 3, 3 },   { "xa-a1", 4, 3 },   { "xa-a1", 5, 5 }, { "xa-a1", 0, 5 },
		{ "huyen-b", 2, 2 }, { "xa-b1", 2, 2 },   { "xa-b1", 9, 5 },
	};
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view now = view_of(g, t);
	uint64_t since;

	put_moves(g);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct tree_view then = tree_at(&now, rows[i].version);

		assert_ok(tree_since(&then, fixture_id(rows[i].who), &since));
		assert_int_equal(since, rows[i].since);
	}
	/* who was not there yet, or under one who was not, stood nowhere */
	now.version = 1;
	assert_int_equal(tree_since(&now, fixture_id("huyen-b"), &since), ERR_NOT_FOUND);
	assert_int_equal(tree_since(&now, fixture_id("xa-b1"), &since), ERR_NOT_FOUND);
	assert_int_equal(tree_since(&now, fixture_id("nowhere"), &since), ERR_NOT_FOUND);
	tree_destroy(t);
}

/* An end is no move: what still comes of it came from where it stood. */
static void test_until_is_the_first_change_of_a_superior_on_the_path(void **state)
{
	static const struct {
		const char *who;
		uint64_t version, until;
	} rows[] = {
		{ "xa-a1", 1, 3 },   { "xa-a1", 2, 3 }, { "xa-a1", 3, 0 },   { "xa-a1", 4, 0 },
		{ "xa-a1", 0, 0 },   { "xa-a2", 1, 0 }, { "huyen-b", 2, 0 }, { "xa-b1", 2, 0 },
		{ "huyen-b", 9, 0 },
	};
	struct stage *g = *state;
	struct tree *t = tree_new();
	struct tree_view now = view_of(g, t);
	uint64_t until;

	put_moves(g);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct tree_view then = tree_at(&now, rows[i].version);

		assert_ok(tree_until(&then, fixture_id(rows[i].who), &until));
		assert_int_equal(until, rows[i].until);
	}
	now.version = 1;
	assert_int_equal(tree_until(&now, fixture_id("huyen-b"), &until), ERR_NOT_FOUND);
	assert_int_equal(tree_until(&now, fixture_id("nowhere"), &until), ERR_NOT_FOUND);
	tree_destroy(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_superiors_are_found_and_cached_ones_are_the_same),
		TEST(test_next_hop_goes_down_up_and_across),
		TEST(test_below_and_on_the_way_are_told),
		TEST(test_subordinates_come_in_order_without_the_retired),
		TEST(test_circle_in_the_rows_ends_and_forgetting_sees_new_rows),
		TEST(test_since_is_the_last_change_of_the_path_to_the_top),
		TEST(test_until_is_the_first_change_of_a_superior_on_the_path),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
