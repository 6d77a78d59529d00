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

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_superiors_are_found_and_cached_ones_are_the_same),
		TEST(test_next_hop_goes_down_up_and_across),
		TEST(test_below_and_on_the_way_are_told),
		TEST(test_subordinates_come_in_order_without_the_retired),
		TEST(test_circle_in_the_rows_ends_and_forgetting_sees_new_rows),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
