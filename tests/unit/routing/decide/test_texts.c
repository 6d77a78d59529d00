/* Documents whose texts nobody sees as they are: a matter of the office that they are for, not of
 * who passes them on. */
#include "proto/body.h"
#include "tests/unit/support/fixture.h"

static const char *const to_us[] = { "huyen-a", NULL };
static const char *const to_xa_a1[] = { "xa-a1", NULL };

static void publish(struct stage *g, const struct draft *d)
{
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, d);
}

/* A document of xa-b1 with texts of our choice, sealed. */
static struct draft with_texts(struct stage *g, unsigned id, const char *const *to,
			       const char *subject, const char *part_name)
{
	struct part part = { .name = part_name,
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = "31-KH/ĐU",
				      .type_code = "KH",
				      .subject = subject,
				      .business = 1,
				      .parts = &part,
				      .part_count = 1 };
	struct draft d = fixture_document(g->f, "xa-b1", id, to);

	assert_ok(document_body_pack(g->f->arena, &body, &d.body));
	fixture_seal(g->f, "xa-b1", &d);
	return d;
}

static void test_a_text_that_nobody_sees_is_refused_by_the_office_that_it_is_for(void **state)
{
	static const struct {
		const char *subject, *name;
	} bad[] = { { "a\x07", "a.pdf" },
		    { "x\xe2\x80\xae"
		      "fdp",
		      "a.pdf" },
		    { "a", "x\xe2\x80\xae"
			   "fdp.exe" },
		    { "a", "a\n.pdf" } };
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		d = with_texts(g, i + 1, to_us, bad[i].subject, bad[i].name);
		publish(g, &d);
		assert_int_equal(g->s->plan->draft_count, 1);
		assert_int_equal(g->s->plan->drafts[0].fact.reason, ERR_FIELD);
		assert_string_equal(g->s->plan->drafts[0].head.recipients[0].committee.text,
				    "xa-b1");
		assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_FIELD);
		station_commit(g->s);
		assert_int_equal(
		    station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge.have, i + 1);
		assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
		station_clear(g->s);
	}
}

static void test_a_text_that_nobody_sees_is_passed_on_unread(void **state)
{
	struct stage *g = *state;
	struct draft d = with_texts(g, 1, to_xa_a1, "a\x07", "a.pdf");

	neighbour_up(g->s, &g->tinh);
	publish(g, &d);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(g->s->plan->drafts[0].head.kind, KIND_RELAY);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
}

/* For us and for one beyond us: refused by us for ourselves only, once, and the same words when it
 * comes again. */
static void test_a_text_that_nobody_sees_is_refused_for_us_and_passed_on_to_the_others(void **state)
{
	static const char *const both[] = { "huyen-a", "xa-a1", NULL };
	struct stage *g = *state;
	struct draft d = with_texts(g, 1, both, "a\x07", "a.pdf");
	const struct draft *refusal = NULL, *relay = NULL;
	uint64_t facts;

	neighbour_up(g->s, &g->tinh);
	publish(g, &d);
	for (uint32_t i = 0; i < g->s->plan->draft_count; i++) {
		if (g->s->plan->drafts[i].head.kind == KIND_REFUSAL)
			refusal = &g->s->plan->drafts[i];
		if (g->s->plan->drafts[i].head.kind == KIND_RELAY)
			relay = &g->s->plan->drafts[i];
	}
	assert_int_equal(g->s->plan->draft_count, 2);
	assert_non_null(relay);
	assert_non_null(refusal);
	assert_int_equal(refusal->fact.reason, ERR_FIELD);
	assert_int_equal(refusal->fact.target_count, 1);
	assert_string_equal(refusal->fact.targets[0].text, "huyen-a");
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_FIELD);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_STATE), 1); /* as what passes through */
	facts = station_count(g->s, FAMILY_STREAM);
	station_clear(g->s);
	publish(g, &d);
	assert_int_equal(g->s->plan->draft_count, 0);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), facts + 1); /* the stored refusal */
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_text_that_nobody_sees_is_refused_by_the_office_that_it_is_for),
		TEST(test_a_text_that_nobody_sees_is_passed_on_unread),
		TEST(test_a_text_that_nobody_sees_is_refused_for_us_and_passed_on_to_the_others),
	};

	return cmocka_run_group_tests_name("decide_texts", tests, NULL, NULL);
}
