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

/* Another version, all at once. */
static void install(struct stage *g, uint64_t version, const char *table)
{
	struct event e = { .type = EVENT_DIRECTORY };
	struct directory d;

	g->f->competence = fixture_blob(table);
	d = fixture_directory(g->f, version);
	e.u.directory = (struct ev_directory){ .head = &d.head,
					       .entries = d.entries,
					       .entry_count = d.entry_count };
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
}

static void comes_signed(struct stage *g, unsigned id, uint64_t version, int64_t signed_at_ms)
{
	struct draft d = fixture_document(g->f, "xa-b1", id, to_us);

	d.head.directory_version = version;
	d.head.signed_at_ms = signed_at_ms;
	fixture_seal(g->f, "xa-b1", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
}

static bool was_refused(const struct stage *g)
{
	const struct draft *d = &g->s->plan->drafts[0];

	return d->head.kind == KIND_REFUSAL && d->fact.reason == ERR_COMPETENCE;
}

static const char plans_too[] = "base  KH  Kế hoạch  may  Rule 8\n";

static void test_what_was_issued_under_the_version_before_is_not_refused(void **state)
{
	struct stage *g = *state;

	install(g, 2, plans_too); /* the first forbids, this allows */
	comes_signed(g, 1, 2, FIXTURE_NOW_MS);
	assert_false(was_refused(g));
	comes_signed(g, 2, 1, FIXTURE_NOW_MS);
	assert_true(was_refused(g));
	install(g, 3, no_plans);
	comes_signed(g, 3, 2, FIXTURE_NOW_MS);
	assert_false(was_refused(g));
}

static void test_an_old_version_is_no_way_out(void **state)
{
	struct stage *g = *state;

	install(g, 2, "");
	install(g, 3, no_plans);
	comes_signed(g, 1, 2, FIXTURE_NOW_MS); /* it may not have had the third yet */
	assert_false(was_refused(g));
	g->s->now.wall_ms += MANDATE_GRACE_MS + 1000;
	comes_signed(g, 2, 2, g->s->now.wall_ms);
	assert_true(was_refused(g));
	comes_signed(g, 3, 2, FIXTURE_NOW_MS); /* under way for so long */
	assert_false(was_refused(g));
	g->s->now.wall_ms += 91LL * 24 * 3600 * 1000; /* and nothing is for ever */
	comes_signed(g, 4, 2, FIXTURE_NOW_MS);
	assert_true(was_refused(g));
}

static void test_a_version_that_is_not_here_is_judged_by_those_around_it(void **state)
{
	struct stage *g = *state;

	install(g, 3, no_plans); /* and 1 forbids */
	comes_signed(g, 1, 2, FIXTURE_NOW_MS);
	assert_true(was_refused(g));
	install(g, 5, plans_too);
	comes_signed(g, 2, 4, FIXTURE_NOW_MS);
	assert_false(was_refused(g));
}

static void test_another_change_of_the_entry_changes_nothing(void **state)
{
	struct stage *g = *state;
	unsigned xa = fixture_index(g->f, "xa-b1");

	g->f->entries[xa].name = "Khác";
	g->f->entries[xa].changed_in = 2;
	fixture_repack(g->f, xa);
	install(g, 2, no_plans);
	comes_signed(g, 1, 1, FIXTURE_NOW_MS);
	assert_true(was_refused(g));
}

static void test_the_level_is_that_of_the_version(void **state)
{
	static const struct level_since levels[] = { { 0, "" }, { 2, "base" }, { 4, "chi-bo" } };
	struct stage *g = *state;
	unsigned xa = fixture_index(g->f, "xa-b1");

	g->f->entries[xa].level = "chi-bo";
	g->f->entries[xa].levels = levels;
	g->f->entries[xa].level_count = 3;
	g->f->entries[xa].changed_in = 4;
	fixture_repack(g->f, xa);
	for (uint64_t version = 2; version <= 4; version++)
		install(g, version, no_plans);
	for (unsigned version = 1; version <= 4; version++) {
		comes_signed(g, version, version, FIXTURE_NOW_MS);
		assert_int_equal(was_refused(g), version == 2 || version == 3);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_submission_is_refused_with_its_rule),
		TEST(test_the_first_hop_refuses_for_all_beyond_it),
		TEST(test_a_recipient_further_on_refuses_for_itself),
		TEST(test_no_version_is_judged_by_the_one_in_force),
		TEST(test_what_was_issued_under_the_version_before_is_not_refused),
		TEST(test_an_old_version_is_no_way_out),
		TEST(test_a_version_that_is_not_here_is_judged_by_those_around_it),
		TEST(test_another_change_of_the_entry_changes_nothing),
		TEST(test_the_level_is_that_of_the_version),
	};

	return cmocka_run_group_tests_name("mandate", tests, NULL, NULL);
}
