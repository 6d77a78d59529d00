/* Who may issue what: judged where it is submitted, at the first hop and at a recipient further on;
 * by the table of the directory that the document names. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

static const char no_plans[] = "base  KH  Kế hoạch  may-not  Rule 7\n";

static const char *const to_us[] = { "huyen-a", NULL };
static const char *const to_us_and_below[] = { "huyen-a", "xa-a1", NULL };

static void give_level(struct fixture *f, const char *who)
{
	f->entries[fixture_index(f, who)].level = "base";
	fixture_repack(f, fixture_index(f, who));
}

/* huyen-a, its superior and a committee elsewhere in the tree are judged. */
static int set_up(void **state)
{
	struct stage *g = calloc(1, sizeof *g);

	assert_non_null(g);
	g->f = fixture_new();
	g->f->competence = fixture_blob(no_plans);
	give_level(g->f, "huyen-a");
	give_level(g->f, "tinh");
	give_level(g->f, "xa-b1");
	g->s = station_new(g->f, "huyen-a");
	g->tinh = neighbour_of("tinh");
	neighbour_up(g->s, &g->tinh);
	*state = g;
	return 0;
}

static void comes(struct stage *g, const char *origin, unsigned id, const char *const *to,
		  uint64_t version)
{
	struct draft d = fixture_document(g->f, origin, id, to);

	d.head.directory_version = version;
	fixture_seal(g->f, origin, &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
}

static void expect_refusal(struct stage *g, const char *to)
{
	const struct draft *d = &g->s->plan->drafts[0];

	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(d->head.kind, KIND_REFUSAL);
	assert_int_equal(d->fact.reason, ERR_COMPETENCE);
	assert_string_equal(d->fact.rule, "Rule 7");
	assert_string_equal(d->head.recipients[0].committee.text, to);
}

static void test_a_submission_is_refused_with_its_rule(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	const struct act *a;

	submission_of(&u, 1, 1)->u.submit.summary.type_code = "KH";
	station_take(g->s, &u.event);
	a = station_act(g->s, ACT_REPLY, 0);
	assert_int_equal(a->u.reply.result, ERR_COMPETENCE);
	assert_string_equal(a->u.reply.about, "Rule 7");
	assert_true(plan_is_empty(g->s->plan));
}

static void test_the_first_hop_refuses_for_all_beyond_it(void **state)
{
	struct stage *g = *state;

	comes(g, "tinh", 1, to_us_and_below, 1);
	expect_refusal(g, "tinh");
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
}

static void test_a_recipient_further_on_refuses_for_itself(void **state)
{
	struct stage *g = *state;
	struct record r;

	comes(g, "xa-b1", 1, to_us, 1);
	expect_refusal(g, "xa-b1");
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
	station_clear(g->s);
	comes(g, "xa-b1", 2, to_us_and_below, 1);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
	r = station_get(g->s, FAMILY_RECEIPT,
			key_receipt(ROLE_RELAY, (struct serial){ 1 }, g->s->self));
	assert_int_equal(r.u.receipt.reason, ERR_COMPETENCE);
	assert_string_equal(r.u.receipt.rule, "Rule 7");
}

static void test_no_version_is_judged_by_the_one_in_force(void **state)
{
	struct stage *g = *state;

	comes(g, "xa-b1", 1, to_us, 0);
	expect_refusal(g, "xa-b1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_submission_is_refused_with_its_rule),
		TEST(test_the_first_hop_refuses_for_all_beyond_it),
		TEST(test_a_recipient_further_on_refuses_for_itself),
		TEST(test_no_version_is_judged_by_the_one_in_force),
	};

	return cmocka_run_group_tests_name("mandate", tests, NULL, NULL);
}
