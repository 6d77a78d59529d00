/* Whom a head addresses, over a stored directory: each once, those of a group first. */
#include "routing/documents/recipients.h"

#include <stdio.h>
#include <string.h>

#include "routing/state/tree.h"
#include "tests/unit/support/fixture.h"

#define GROUP(g) { .group = (g) }
#define NAME(id) { .committee = { id } }

struct question {
	struct tree *tree;
	struct tree_view view;
	struct addressed to;
};

static struct question ask(struct stage *g, const struct recipient *recipients, uint32_t count)
{
	struct question q = { .tree = tree_new(),
			      .to = { .origin = { "tinh" },
				      .version = 1,
				      .recipients = recipients,
				      .count = count } };

	q.view = (struct tree_view){ .tree = q.tree,
				     .lookup = g->s->lookup,
				     .arena = g->f->arena };
	return q;
}

static void expect(const struct recipient_list *list, const char *const *ids, uint32_t count)
{
	assert_int_equal(list->count, count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t place = UINT32_MAX;

		assert_string_equal(list->ids[i].text, ids[i]);
		assert_true(recipients_find(list, fixture_id(ids[i]), &place));
		assert_int_equal(place, i);
	}
}

static void test_a_subtree_comes_level_by_level_and_who_is_named_beside_it_once(void **state)
{
	static const struct recipient to[] = { NAME("xa-b1"), NAME("nowhere"),
					       GROUP(GROUP_SUBORDINATES), GROUP(GROUP_SUBTREE),
					       NAME("nowhere") };
	static const char *const ids[] = { "huyen-a", "huyen-b", "xa-a1",
					   "xa-a2",   "xa-b1",   "nowhere" };
	struct question q = ask(*state, to, COUNT_OF(to));
	struct recipient_list list;
	uint32_t place;

	assert_ok(recipients_expand(&q.view, &q.to, 0, &list));
	expect(&list, ids, COUNT_OF(ids));
	assert_int_equal(list.direct, 2);
	assert_false(recipients_find(&list, fixture_id("tinh"), &place));
	assert_false(recipients_find(&list, fixture_id("xa-cu"), &place)); /* has ended */
	tree_destroy(q.tree);
}

static void test_subordinates_are_those_right_below_and_names_keep_their_order(void **state)
{
	static const struct recipient to[] = { NAME("xa-b1"), GROUP(GROUP_SUBORDINATES),
					       NAME("huyen-b"), NAME("xa-a1") };
	static const char *const ids[] = { "huyen-a", "huyen-b", "xa-b1", "xa-a1" };
	struct question q = ask(*state, to, COUNT_OF(to));
	struct recipient_list list;

	assert_ok(recipients_expand(&q.view, &q.to, 0, &list));
	expect(&list, ids, COUNT_OF(ids));
	assert_int_equal(list.direct, 2);
	assert_ok(recipients_below(&q.view, 1, fixture_id("huyen-a"), &list));
	expect(&list, (const char *const[]){ "xa-a1", "xa-a2" }, 2);
	assert_ok(recipients_below(&q.view, 1, fixture_id("xa-a1"), &list));
	assert_int_equal(list.count, 0);
	tree_destroy(q.tree);
}

static void test_a_list_that_would_grow_past_its_bound_is_refused(void **state)
{
	static const struct recipient to[] = { GROUP(GROUP_SUBTREE), NAME("xa-b1") },
				      one_more[] = { GROUP(GROUP_SUBTREE), NAME("nowhere") };
	struct question q = ask(*state, to, COUNT_OF(to));
	struct recipient_list list;

	assert_ok(recipients_expand(&q.view, &q.to, 5, &list));
	assert_int_equal(recipients_expand(&q.view, &q.to, 4, &list), ERR_TOO_MANY_RECIPIENTS);
	q.to.recipients = one_more;
	assert_int_equal(recipients_expand(&q.view, &q.to, 5, &list), ERR_TOO_MANY_RECIPIENTS);
	tree_destroy(q.tree);
}

static void test_many_names_are_found_again_wherever_they_stand(void **state)
{
	enum { MANY = 1000 };
	struct stage *g = *state;
	struct recipient *to = arena_array(g->f->arena, 2 * MANY, sizeof *to);
	struct question q = ask(g, to, 2 * MANY);
	struct recipient_list list;

	for (unsigned i = 0; i < 2 * MANY; i++)
		snprintf(to[i].committee.text, sizeof to[i].committee.text, "xa-%u", i % MANY);
	assert_ok(recipients_expand(&q.view, &q.to, 0, &list));
	assert_int_equal(list.count, MANY);
	assert_int_equal(list.direct, 0);
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t place = UINT32_MAX;

		assert_true(recipients_find(&list, to[i].committee, &place));
		assert_int_equal(place, i);
	}
	tree_destroy(q.tree);
}

static void test_whoever_is_in_the_list_is_contained_and_nobody_else(void **state)
{
	static const char *const all[] = { "tinh",  "huyen-a", "huyen-b", "xa-a1",
					   "xa-a2", "xa-b1",   "xa-cu",   "nowhere" };
	static const struct recipient lists[][2] = {
		{ GROUP(GROUP_SUBTREE), GROUP(GROUP_SUBORDINATES) },
		{ GROUP(GROUP_SUBORDINATES), NAME("xa-b1") },
		{ NAME("xa-a1"), NAME("nowhere") },
		/* named after a group that cannot have it */
		{ GROUP(GROUP_SUBTREE), NAME("nowhere") },
		{ GROUP(GROUP_SUBORDINATES), NAME("nowhere") },
	};

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		struct question q = ask(*state, lists[i], 2);
		struct recipient_list list;

		assert_ok(recipients_expand(&q.view, &q.to, 0, &list));
		for (size_t k = 0; k < COUNT_OF(all); k++) {
			uint32_t place;
			bool contains;

			assert_ok(
			    recipients_contain(&q.view, &q.to, fixture_id(all[k]), &contains));
			assert_int_equal(contains,
					 recipients_find(&list, fixture_id(all[k]), &place));
		}
		tree_destroy(q.tree);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_subtree_comes_level_by_level_and_who_is_named_beside_it_once),
		TEST(test_subordinates_are_those_right_below_and_names_keep_their_order),
		TEST(test_a_list_that_would_grow_past_its_bound_is_refused),
		TEST(test_many_names_are_found_again_wherever_they_stand),
		TEST(test_whoever_is_in_the_list_is_contained_and_nobody_else),
	};

	return cmocka_run_group_tests_name("recipients", tests, NULL, NULL);
}
