/* What the office has still to do, and what others have with what it sent: who is in the index, who
 * leaves it, and what is told of it, once. */
#include "routing/documents/open_work.h"

#include <string.h>

#include "routing/core.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static void receive(struct stage *g, unsigned id)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);

	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static struct key key_of(struct stage *g, unsigned id, const char *origin)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id(origin)));

	return key_serial(r.u.ident.role, r.u.ident.serial);
}

static void act(struct stage *g, enum office_status next)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), fixture_id("tinh")));
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .role = r.u.ident.role,
					 .serial = r.u.ident.serial,
					 .next = next,
					 .note = "",
					 .to = "",
					 .due_on = "",
					 .person = "" } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

/* So many days later, a tick. */
static void wait_days(struct stage *g, unsigned days)
{
	struct event tick = { .type = EVENT_TICK };

	g->s->now.wall_ms += (int64_t)days * DAY_MS;
	g->s->now.mono_ms += (int64_t)days * DAY_MS;
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
}

static void test_received_work_is_in_the_index_until_it_is_done(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	receive(g, 2);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 2);
	act(g, OFFICE_ACCEPTED);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 2);
	act(g, OFFICE_FINISHED);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 1);
	assert_false(station_has(g->s, FAMILY_OPEN, key_of(g, 1, "tinh")));
	act(g, OFFICE_PROCESSING); /* it goes on after all */
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 2);
}

static void test_what_is_overdue_is_told_once_also_across_a_restart(void **state)
{
	struct stage *g = *state;
	const struct act_notify *n;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	wait_days(g, 0);
	assert_null(station_notice(g->s, NOTICE_OVERDUE));
	wait_days(g, 14);
	n = station_notice(g->s, NOTICE_OVERDUE);
	assert_non_null(n);
	assert_int_equal(n->due_reason, DEADLINE_REGISTER);
	assert_string_equal(n->committee.text, "tinh");
	wait_days(g, 1);
	assert_null(station_notice(g->s, NOTICE_OVERDUE));
	station_restart(g->s);
	wait_days(g, 1);
	assert_null(station_notice(g->s, NOTICE_OVERDUE));
}

/* ---- what we sent ---- */

static struct document_ref send_with_day(struct stage *g, unsigned days)
{
	static char due_on[DATE_MAX + 1];
	struct submission u;
	struct event *e = submission_of(&u, 1, 1);
	struct record r;

	date_of_ms(g->s->now.wall_ms + (int64_t)days * DAY_MS, due_on);
	u.recipients[0] = (struct recipient){ .committee = fixture_id("tinh") };
	e->u.submit.summary.due_on = due_on;
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));
	return (struct document_ref){ .origin = g->s->self,
				      .id = fixture_doc_id(1),
				      .digest = r.u.ident.digest };
}

static void status_arrives(struct stage *g, struct document_ref ref, const char *code, uint32_t n)
{
	static unsigned id = 100;
	struct fact f = { .kind = KIND_STATUS,
			  .at_ms = FIXTURE_NOW_MS,
			  .document = ref,
			  .note = "ghi chú",
			  .status = { .n = n } };
	struct draft d;

	memcpy(f.code, code, sizeof f.code);
	d = fixture_fact(g->f, "tinh", g->s->self.text, id++, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static void test_what_we_sent_with_a_day_is_open_until_its_recipient_is_done(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;

	neighbour_up(g->s, &g->tinh);
	ref = send_with_day(g, 10);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 1);
	status_arrives(g, ref, "06", 2); /* before what it follows */
	status_arrives(g, ref, "03", 1);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 0);
	status_arrives(g, ref, "05", 3); /* it goes on after all */
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 1);
	status_arrives(g, ref, "05", 3); /* again */
	status_arrives(g, ref, "06", 4);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 0);
}

static void test_who_has_not_done_it_is_told_as_configured(void **state)
{
	struct stage *g = *state;
	struct deadline_rules rules = { .urgent_ms = 1000, .soon_days = 2 };

	neighbour_up(g->s, &g->tinh);
	(void)send_with_day(g, 10);
	core_set_deadlines(g->s->core, &rules);
	wait_days(g, 9);
	assert_null(station_notice(g->s, NOTICE_SENT_DUE)); /* off */
	rules.remind_down_days = 5;
	core_set_deadlines(g->s->core, &rules);
	wait_days(g, 0);
	assert_null(station_notice(g->s, NOTICE_SENT_DUE)); /* tinh is above */
	rules.remind_up_days = 5;
	core_set_deadlines(g->s->core, &rules);
	wait_days(g, 0);
	assert_string_equal(station_notice(g->s, NOTICE_SENT_DUE)->committee.text, "tinh");
	wait_days(g, 0);
	assert_null(station_notice(g->s, NOTICE_SENT_DUE));
	wait_days(g, 3);
	assert_non_null(station_notice(g->s, NOTICE_SENT_OVERDUE));
	wait_days(g, 1);
	assert_null(station_notice(g->s, NOTICE_SENT_OVERDUE));
}

static void test_a_store_from_before_gets_the_index_by_itself(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;

	neighbour_up(g->s, &g->tinh);
	receive(g, 2);
	ref = send_with_day(g, 10);
	status_arrives(g, ref, "03", 1);
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_OPEN, key_of(g, 2, "tinh"));
	plan_erase(g->s->plan, FAMILY_OPEN, key_of(g, 1, g->s->self.text));
	plan_erase(g->s->plan, FAMILY_META, key_name("open-work"));
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 0);
	station_restart(g->s);
	wait_days(g, 0);
	wait_days(g, 0);
	assert_int_equal(station_count(g->s, FAMILY_OPEN), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
		TEST(received_work_is_in_the_index_until_it_is_done),
		TEST(what_is_overdue_is_told_once_also_across_a_restart),
		TEST(what_we_sent_with_a_day_is_open_until_its_recipient_is_done),
		TEST(who_has_not_done_it_is_told_as_configured),
		TEST(a_store_from_before_gets_the_index_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
