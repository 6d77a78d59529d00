/* Reminders: of what, to whom and how often; decided where the document is accepted, so that two
 * commands at once send one. */
#include "routing/documents/reminders.h"

#include <string.h>

#include "routing/core.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

/* 2 March 2026 is a Monday; the clock stands in its morning. */
enum { DAY_MS = 24 * 3600 * 1000, DUE = 1 };
static const int64_t monday_ms = 1772416800000;

static void at_day(struct stage *g, unsigned days)
{
	g->s->now.wall_ms = monday_ms + (int64_t)days * DAY_MS;
}

/* tinh is above us, xa-a1 below; due on that Monday, sent on the Friday before. */
static void send_due(struct stage *g, const char *const *to, uint32_t count)
{
	struct submission u;
	struct event *e = submission_of(&u, DUE, count);

	g->s->now.wall_ms = monday_ms - 3 * (int64_t)DAY_MS;
	for (uint32_t i = 0; i < count; i++)
		u.recipients[i] = (struct recipient){ .committee = fixture_id(to[i]) };
	e->u.submit.summary.due_on = "2026-03-02";
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
}

static void fact_arrives(struct stage *g, enum kind kind, const char *code, uint32_t n)
{
	static unsigned id = 100;
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(DUE), g->s->self));
	struct fact f = { .kind = kind,
			  .at_ms = g->s->now.wall_ms,
			  .document = { g->s->self, fixture_doc_id(DUE), r.u.ident.digest },
			  .note = "",
			  .status = { .n = n } };
	struct draft d;

	if (kind == KIND_STATUS)
		memcpy(f.code, code, sizeof f.code);
	d = fixture_fact(g->f, "tinh", g->s->self.text, id++, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

/* A reminder under that id; what it is answered with, and what about. */
static struct act_reply remind(struct stage *g, unsigned id, const char *whom, const char *also)
{
	struct submission u;
	struct document_ref of = { .origin = g->s->self, .id = fixture_doc_id(DUE) };
	struct event *e = submission_of(&u, id, also == NULL ? 1 : 2);

	u.recipients[0] = (struct recipient){ .committee = fixture_id(whom) };
	if (also != NULL)
		u.recipients[1] = (struct recipient){ .committee = fixture_id(also) };
	e->u.submit.summary.reply_to = &of;
	e->u.submit.summary.reminds = whom;
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static void assert_answer(struct stage *g, unsigned id, enum err wanted)
{
	assert_int_equal(remind(g, id, "tinh", NULL).result, wanted);
}

static const struct deadline_rules every_three = { .remind_every_days = 3 };

static void set_up_late(struct stage *g)
{
	static const char *const to[] = { "tinh" };
	neighbour_up(g->s, &g->tinh);
	send_due(g, to, 1);
	core_set_deadlines(g->s->core, &every_three);
	fact_arrives(g, KIND_RECEIPT, "", 0);
}

static void test_who_is_late_is_reminded_once_in_so_many_working_days(void **state)
{
	struct stage *g = *state;
	struct act_reply r;

	set_up_late(g);
	assert_answer(g, 20, ERR_REMIND_NOTHING); /* its day has not passed */
	at_day(g, 1);
	assert_answer(g, 21, ERR_OK);
	r = remind(g, 22, "tinh", NULL); /* another command on the same day */
	assert_int_equal(r.result, ERR_REMINDED);
	assert_string_equal(r.about, "2026-03-06");
	at_day(g, 3);
	assert_answer(g, 23, ERR_REMINDED);
	station_restart(g->s); /* it stands in the documents themselves */
	core_set_deadlines(g->s->core, &every_three);
	assert_answer(g, 24, ERR_REMINDED);
	at_day(g, 4);
	assert_answer(g, 25, ERR_OK);
	at_day(g, 6); /* Sunday */
	assert_answer(g, 26, ERR_REMINDED);
}

static void test_the_same_submission_again_gets_its_first_answer(void **state)
{
	struct stage *g = *state;
	struct act_reply r;

	set_up_late(g);
	at_day(g, 1);
	assert_answer(g, 21, ERR_OK);
	r = remind(g, 21, "tinh", NULL);
	assert_int_equal(r.result, ERR_OK);
	assert_true(r.repeated);
}

static void test_who_is_done_or_has_it_not_is_not_reminded(void **state)
{
	struct stage *g = *state;
	static const char *const to[] = { "tinh" };

	neighbour_up(g->s, &g->tinh);
	send_due(g, to, 1);
	at_day(g, 1);
	assert_answer(g, 20, ERR_REMIND_NOTHING); /* no receipt */
	fact_arrives(g, KIND_RECEIPT, "", 0);
	fact_arrives(g, KIND_STATUS, "03", 1);
	fact_arrives(g, KIND_STATUS, "06", 2);
	assert_answer(g, 21, ERR_REMIND_NOTHING);
	fact_arrives(g, KIND_STATUS, "05", 3); /* it goes on after all */
	assert_answer(g, 22, ERR_OK);
	at_day(g, 5);
	fact_arrives(g, KIND_STATUS, "02", 4);
	assert_answer(g, 23, ERR_REMIND_NOTHING);
}

static void test_before_its_day_as_configured_and_right_after_it_again(void **state)
{
	struct stage *g = *state;
	struct deadline_rules rules = { .remind_every_days = 5, .remind_down_days = 5 };

	set_up_late(g);
	core_set_deadlines(g->s->core, &rules);
	assert_answer(g, 20, ERR_REMIND_NOTHING); /* tinh is above */
	rules.remind_up_days = 1;
	core_set_deadlines(g->s->core, &rules);
	assert_answer(g, 21, ERR_OK);
	at_day(g, 0);
	assert_answer(g, 22, ERR_REMINDED);
	at_day(g, 1); /* it is late now */
	assert_answer(g, 23, ERR_OK);
	at_day(g, 2);
	assert_answer(g, 24, ERR_REMINDED);
}

static void test_what_is_no_reminder_of_ours_is_refused(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct document_ref of = { .origin = fixture_id("tinh"), .id = fixture_doc_id(DUE) };
	struct event *e = submission_of(&u, 30, 1);

	set_up_late(g);
	at_day(g, 1);
	assert_int_equal(remind(g, 31, "xa-a1", NULL).result, ERR_REMINDER);   /* not sent there */
	assert_int_equal(remind(g, 32, "tinh", "xa-a1").result, ERR_REMINDER); /* no superior */
	u.recipients[0] = (struct recipient){ .committee = fixture_id("tinh") };
	e->u.submit.summary.reminds = "tinh";
	for (unsigned i = 0; i < 3; i++) {
		e->u.submit.summary.reply_to = i == 0 ? NULL : &of; /* of others */
		if (i == 2) {
			of.origin = g->s->self;
			e->u.submit.summary.due_on = "2026-04-01"; /* it asks for nothing itself */
		}
		station_clear(g->s);
		station_take(g->s, e);
		assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_REMINDER);
	}
}

static struct remind_answer judge(struct stage *g, const char *whom, uint32_t superior_days)
{
	struct record ident = station_get(g->s, FAMILY_IDENT,
					  key_ident(fixture_doc_id(DUE), g->s->self)),
		      r = station_get(g->s, FAMILY_DOCUMENT,
				      key_serial(ROLE_OUT, ident.u.ident.serial));
	const struct deadline_rules rules = { .remind_superior_days = superior_days };
	struct tree_view tree = { .tree = tree_new(),
				  .lookup = g->s->lookup,
				  .arena = g->f->arena };
	struct remind_question q = { .tree = &tree,
				     .rules = &rules,
				     .self = g->s->self,
				     .key = { ROLE_OUT, ident.u.ident.serial },
				     .document = &r.u.document,
				     .whom = fixture_id(whom),
				     .wall_ms = g->s->now.wall_ms };
	struct remind_answer out;

	assert_non_null(tree.tree);
	assert_ok(reminders_judge(&q, &out));
	tree_destroy(tree.tree);
	return out;
}

static void test_the_superior_gets_a_copy_but_nobody_above_us(void **state)
{
	struct stage *g = *state;
	static const char *const to[] = { "tinh", "xa-a1", "huyen-b" };

	neighbour_up(g->s, &g->tinh);
	send_due(g, to, 3);
	at_day(g, 3);
	assert_int_equal(judge(g, "huyen-b", 3).late_days, 3);
	assert_string_equal(judge(g, "huyen-b", 3).superior.text, "tinh");
	assert_string_equal(judge(g, "huyen-b", 4).superior.text, ""); /* not so late yet */
	assert_string_equal(judge(g, "huyen-b", 0).superior.text, ""); /* off */
	assert_string_equal(judge(g, "xa-a1", 1).superior.text, "");   /* that is us */
	assert_string_equal(judge(g, "tinh", 1).superior.text, "");    /* above us */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
		TEST(who_is_late_is_reminded_once_in_so_many_working_days),
		TEST(the_same_submission_again_gets_its_first_answer),
		TEST(who_is_done_or_has_it_not_is_not_reminded),
		TEST(before_its_day_as_configured_and_right_after_it_again),
		TEST(what_is_no_reminder_of_ours_is_refused),
		TEST(the_superior_gets_a_copy_but_nobody_above_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
