/* The issuer asks for a document of its own back: whom, how often, and what its books say of it. */
#include <string.h>

#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

static struct document_ref send_one(struct stage *g)
{
	struct submission u;
	struct event *e = submission_of(&u, 1, 2);
	struct record r;

	u.recipients[0] = (struct recipient){ .committee = fixture_id("tinh") };
	u.recipients[1] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));
	return (struct document_ref){ g->s->self, fixture_doc_id(1), r.u.ident.digest };
}

static struct doc_key key_of(struct stage *g)
{
	struct record r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

/* Of one, or with NULL of all. */
static struct act_reply ask(struct stage *g, const char *whom, const char *reason, bool dry_run)
{
	struct doc_key key = key_of(g);
	struct committee_id asked = fixture_id(whom == NULL ? "tinh" : whom);
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .role = key.role,
					 .serial = key.serial,
					 .next = OFFICE_RECALL_ASKED,
					 .note = reason,
					 .to = "",
					 .due_on = "",
					 .person = "",
					 .asked = &asked,
					 .asked_count = whom != NULL,
					 .dry_run = dry_run } };

	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	station_commit(g->s);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static void says(struct stage *g, const char *office, struct document_ref ref, const char *code,
		 uint32_t n)
{
	static unsigned id = 100;
	struct fact f = { .kind = KIND_STATUS,
			  .at_ms = FIXTURE_NOW_MS,
			  .document = ref,
			  .note = "đã rõ",
			  .status = { .n = n } };
	struct draft d;

	memcpy(f.code, code, sizeof f.code);
	d = fixture_fact(g->f, office, g->s->self.text, id++, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static struct rec_line addition(struct stage *g, uint16_t n)
{
	struct doc_key key = key_of(g);
	struct line_key at = station_get(g->s, FAMILY_DOCUMENT, key_serial(key.role, key.serial))
				     .u.document.line;

	at.book = BOOK_OUT;
	at.addition = n;
	return station_get(g->s, FAMILY_LINE, key_line(at)).u.line;
}

static void test_all_are_asked_once_and_the_same_again_is_a_repetition(void **state)
{
	struct stage *g = *state;
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	send_one(g);
	a = ask(g, NULL, "sai", true);
	assert_true(a.result == ERR_OK && a.number == 2);
	assert_true(plan_is_empty(g->s->plan)); /* it was a dry run */
	a = ask(g, NULL, "sai", false);
	assert_true(a.result == ERR_OK && a.number == 2 && !a.repeated);
	assert_int_equal(station_count(g->s, FAMILY_TOLD), 2);
	a = ask(g, NULL, "sai", false);
	assert_true(a.result == ERR_OK && a.number == 0 && a.repeated);
	assert_int_equal(addition(g, 1).status, OFFICE_RECALL_ASKED);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 2);
}

static void test_an_answer_is_an_addition_with_the_name_of_who_gave_it(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	assert_int_equal(ask(g, "tinh", "sai", false).number, 1);
	says(g, "tinh", ref, "16", 1);
	assert_int_equal(addition(g, 2).status, OFFICE_RECALL_DECLINED);
	assert_string_equal(addition(g, 2).office.text, "tinh");
	assert_string_equal(addition(g, 2).note, "đã rõ");
	says(g, "tinh", ref, "16", 1); /* the same status again */
	assert_int_equal(station_count(g->s, FAMILY_LINE), 3);
	a = ask(g, "tinh", "lần hai", false); /* who declined may be asked again */
	assert_true(a.result == ERR_OK && a.number == 1);
	says(g, "tinh", ref, "15", 2);
	assert_int_equal(addition(g, 4).status, OFFICE_RECALL_AGREED);
	assert_int_equal(ask(g, "tinh", "lần ba", false).result, ERR_RECALLED);
	station_restart(g->s);
	assert_string_equal(addition(g, 4).office.text, "tinh");
}

static void test_what_may_not_be_asked_writes_nothing(void **state)
{
	struct stage *g = *state;
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	send_one(g);
	a = ask(g, "huyen-b", "sai", false);
	assert_int_equal(a.result, ERR_NOT_RECIPIENT);
	assert_string_equal(a.at.text, "huyen-b");
	assert_int_equal(ask(g, NULL, "", false).result, ERR_FIELD);
	assert_int_equal(station_count(g->s, FAMILY_TOLD), 0);
	assert_int_equal(station_count(g->s, FAMILY_STATUS), 0);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_are_asked_once_and_the_same_again_is_a_repetition),
		TEST(an_answer_is_an_addition_with_the_name_of_who_gave_it),
		TEST(what_may_not_be_asked_writes_nothing),
	};

	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
