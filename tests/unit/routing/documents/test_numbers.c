/* Two documents of ours under one number: told to the second, refused when asked for, counted, on
 * paper as well; however the number is spelt, and whoever was first. */
#include <string.h>

#include "routing/documents/numbers.h"
#include "routing/documents/term.h"
#include "routing/rules/series.h"
#include "tests/unit/support/paper.h"

static struct act_reply answer_to(struct stage *g, const struct event *e)
{
	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static struct event *numbered(struct submission *u, unsigned id, const char *number,
			      const char *type, const char *date)
{
	struct event *e = submission_of(u, id, 1);

	u->recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	e->u.submit.submission.bytes[0] = (uint8_t)id;
	e->u.submit.summary.number = number;
	e->u.submit.summary.type_code = type;
	e->u.submit.summary.issued_on = date;
	return e;
}

static bool warns(const struct act_reply *a, enum err code)
{
	for (uint32_t i = 0; i < a->warning_count; i++) {
		if (a->warnings[i] == (uint32_t)code)
			return true;
	}
	return false;
}

static bool is_document(const struct doc_id *id, unsigned n)
{
	struct doc_id wanted = fixture_doc_id(n);

	return memcmp(id, &wanted, sizeof wanted) == 0;
}

/* How many others it is told of. */
static uint32_t send(struct stage *g, unsigned id, const char *number, const char *type,
		     const char *date)
{
	struct submission u;
	struct act_reply a = answer_to(g, numbered(&u, id, number, type, date));

	assert_int_equal(a.result, ERR_OK);
	assert_int_equal(warns(&a, ERR_SAME_NUMBER), a.same_count > 0);
	station_commit(g->s);
	return a.same_count;
}

static uint64_t shared(struct stage *g)
{
	struct scan scan = scan_of(series_shared_all());
	struct record r;
	uint64_t n = 0;

	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_NUMBER, &scan, &r) == ERR_OK)
		n++;
	return n;
}

static void test_the_second_and_the_third_under_a_number_are_told(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct act_reply a;

	assert_int_equal(send(g, 1, "01-BC/ĐU", "BC", "2026-09-01"), 0);
	assert_int_equal(shared(g), 0);
	assert_int_equal(send(g, 2, "1-bc/ðu", "BC", "2026-09-20"), 1); /* spelt otherwise */
	assert_int_equal(shared(g), 2);
	a = answer_to(g, numbered(&u, 3, "01 - BC/ĐU", "BC", "2026-09-21"));
	assert_int_equal(a.same_count, 2);
	assert_true(is_document(&a.same, 2));
	station_commit(g->s);
	assert_int_equal(shared(g), 3);
	/* Repeated, it gets the same answer and no second number. */
	a = answer_to(g, numbered(&u, 3, "01 - BC/ĐU", "BC", "2026-09-21"));
	assert_true(a.repeated && a.same_count == 2);
	station_commit(g->s);
	assert_int_equal(shared(g), 3);
}

static void test_another_type_year_term_or_series_is_another_number(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e;

	assert_int_equal(send(g, 1, "5-CV/ĐU", "CV", "2025-08-01"), 0);
	assert_int_equal(send(g, 2, "5-CV/ĐU", "BC", "2025-08-01"), 0);
	/* the term before: it began on 01/07/2025 */
	assert_int_equal(send(g, 3, "5-CV/ĐU", "CV", "2025-06-30"), 0);
	/* a Party number runs through the years of a term */
	assert_int_equal(send(g, 4, "5-CV/ĐU", "CV", "2026-08-01"), 1);
	assert_int_equal(send(g, 5, "5/BC-ĐU", "BC", "2025-08-01"), 0);
	/* one of the State begins anew each year */
	assert_int_equal(send(g, 6, "5/BC-ĐU", "BC", "2026-08-01"), 0);
	assert_int_equal(send(g, 7, "5/BC-ĐU", "BC", "2026-12-31"), 1);
	assert_int_equal(send(g, 8, "", "CV", "2026-08-01"), 0);
	/* without a number there is none to share */
	assert_int_equal(send(g, 9, "", "CV", "2026-08-01"), 0);
	/* QĐ stands for two types: only the name tells. */
	e = numbered(&u, 10, "6-QĐ/ĐU", "QĐ", "2026-08-01");
	e->u.submit.type_name = "Quyết định";
	assert_int_equal(answer_to(g, e).same_count, 0);
	station_commit(g->s);
	e = numbered(&u, 11, "6-QĐ/ĐU", "QĐ", "2026-08-01");
	e->u.submit.type_name = "Quy định";
	assert_int_equal(answer_to(g, e).same_count, 0);
	station_commit(g->s);
	e = numbered(&u, 12, "6-QĐ/ĐU", "QĐ", "2026-08-01");
	e->u.submit.type_name = "quyết  định";
	assert_int_equal(answer_to(g, e).same_count, 1);
}

/* Two clerks at once: both submissions in one turn, nothing committed in between. */
static void test_of_two_in_one_turn_the_second_is_told(void **state)
{
	struct stage *g = *state;
	struct submission a, b;

	station_clear(g->s);
	station_take(g->s, numbered(&a, 1, "7-CV/ĐU", "CV", ""));
	station_take(g->s, numbered(&b, 2, "7-CV/ĐU", "CV", ""));
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.same_count, 0);
	assert_int_equal(station_act(g->s, ACT_REPLY, 1)->u.reply.same_count, 1);
	station_commit(g->s);
	assert_int_equal(shared(g), 2);
}

static void test_strict_is_refused_and_nothing_changes(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e;
	struct act_reply a;

	send(g, 1, "7-CV/ĐU", "CV", "");
	e = numbered(&u, 2, "7-CV/ĐU", "CV", "");
	e->u.submit.strict = true;
	assert_int_equal(answer_to(g, e).result, ERR_SAME_NUMBER);
	assert_true(plan_is_empty(g->s->plan));
	e->u.submit.dry_run = true;
	assert_int_equal(answer_to(g, e).result, ERR_SAME_NUMBER);
	/* A dry run says what the real one would, and leaves the number free. */
	e->u.submit.strict = false;
	a = answer_to(g, e);
	assert_true(a.result == ERR_OK && warns(&a, ERR_SAME_NUMBER));
	assert_true(plan_is_empty(g->s->plan));
	e = numbered(&u, 3, "8-CV/ĐU", "CV", "");
	e->u.submit.strict = true;
	assert_int_equal(answer_to(g, e).result, ERR_OK);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 2);
	/* Strict about all that is told: the number here is of another type. */
	e = numbered(&u, 4, "9-CV/ĐU", "BC", "");
	e->u.submit.strict = true;
	assert_int_equal(answer_to(g, e).result, ERR_NUMBER_TYPE);
}

static void test_paper_and_digital_have_one_series(void **state)
{
	struct stage *g = *state;
	struct event e = paper_entry(2, DIRECTION_OUT, "3-CV/ĐU", "2025-05-01");
	struct act_reply a;

	send(g, 1, "3-CV/ĐU", "CV", "2025-05-01");
	a = paper_answer(g, &e);
	assert_true(a.result == ERR_OK && warns(&a, ERR_SAME_NUMBER) && a.same_count == 1);
	assert_true(is_document(&a.same, 1));
	station_commit(g->s);
	assert_int_equal(shared(g), 2);
	assert_int_equal(send(g, 3, "3-CV/ĐU", "CV", "2025-05-03"), 2);
	assert_int_equal(shared(g), 3);
	/* Cancelled, the entry has no number any more. */
	e = paper_cancel(2, "nhập nhầm");
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	assert_int_equal(shared(g), 2);
	e = paper_entry(4, DIRECTION_OUT, "4-CV/ĐU", "2025-05-01");
	assert_int_equal(paper_answer(g, &e).same_count, 0);
	station_commit(g->s);
	assert_int_equal(send(g, 5, "4-CV/ĐU", "CV", ""), 1);
	e = paper_cancel(4, "nhập nhầm");
	paper_answer(g, &e);
	station_commit(g->s);
	assert_int_equal(shared(g), 2); /* the other is alone again */
	/* What came on paper is others' numbering, and secret documents have a series of their
	 * own. */
	paper_add(g, 6, DIRECTION_IN, "4-CV/ĐU", "2025-05-01");
	e = paper_entry(7, DIRECTION_OUT, "4-CV/ĐU", "2025-05-02");
	e.u.paper.paper.secrecy = SECRECY_MAT;
	assert_int_equal(paper_answer(g, &e).same_count, 0);
}

/* A store from before there was an index: read a bounded number of records a tick, whatever is sent
 * meanwhile, and once. */
static void test_an_old_store_is_indexed_by_and_by(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK };
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;

	send(g, 1, "3-CV/ĐU", "CV", "");
	send(g, 2, "3-CV/ĐU", "CV", "");
	send(g, 3, "9-CV/ĐU", "CV", "");
	paper_add(g, 4, DIRECTION_OUT, "9-CV/ĐU", "2025-05-01");
	station_clear(g->s);
	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_NUMBER, &scan, &r) == ERR_OK)
		plan_erase(g->s->plan, FAMILY_NUMBER, scan.at);
	plan_erase(g->s->plan, FAMILY_META, key_name("numbers"));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	assert_int_equal(station_count(g->s, FAMILY_NUMBER), 0);
	station_restart(g->s);
	send(g, 5, "9-CV/ĐU", "CV", ""); /* before it has been read */
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_META, key_name("numbers")));
	assert_int_equal(shared(g), 5);
	assert_int_equal(station_count(g->s, FAMILY_NUMBER), 5 + 5 + 1); /* and one by its number */
	assert_int_equal(send(g, 6, "3-CV/ĐU", "CV", ""), 2);
	station_clear(g->s);
	station_restart(g->s);
	station_clear(g->s);
	station_take(g->s, &tick);
	assert_true(plan_is_empty(g->s->plan)); /* not again */
}

/* Of a store that knows all numbers, and has no index of entries on paper, these alone are read. */
static void test_a_store_that_knows_its_numbers_learns_of_its_entries(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK },
		     again = paper_entry(3, DIRECTION_OUT, "9-CV/ĐU", "2025-05-01");
	struct scan scan = scan_of((struct key){ 1, { 'p' } });
	struct record r;

	paper_add(g, 1, DIRECTION_OUT, "9-CV/ĐU", "2025-05-01");
	send(g, 2, "3-CV/ĐU", "CV", "");
	station_clear(g->s);
	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_NUMBER, &scan, &r) == ERR_OK)
		plan_erase(g->s->plan, FAMILY_NUMBER, scan.at);
	plan_erase(g->s->plan, FAMILY_META, key_name("papers"));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
	assert_int_equal(paper_answer(g, &again).result, ERR_BUSY); /* not known yet */
	send(g, 4, "4-CV/ĐU", "CV", "");
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_META, key_name("papers")));
	assert_int_equal(paper_answer(g, &again).result, ERR_REGISTERED);
	station_clear(g->s);
	station_take(g->s, &tick);
	assert_true(plan_is_empty(g->s->plan));
}

/* Our own entry is read once an event; what the same event writes of it is seen all the same. */
static void test_a_term_that_the_same_event_changes_is_the_new_one(void **state)
{
	struct stage *g = *state;
	struct turn_view t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	struct key self = key_committee(g->s->self);
	struct record r = station_get(g->s, FAMILY_COMMITTEE, self);
	struct number_term term;

	assert_int_equal(term_of(&t, "2031-06-01", &term), ERR_OK);
	assert_string_not_equal(term.from, "2031-02-03");
	r.u.committee.term_name = "2030-2035";
	r.u.committee.term_from = "2031-02-03";
	core_put(&t, self, &r);
	assert_int_equal(term_of(&t, "2031-06-01", &term), ERR_OK);
	assert_string_equal(term.from, "2031-02-03");
	assert_string_equal(term.key, "2031-02-03");
	core_erase(&t, FAMILY_COMMITTEE, self);
	assert_int_equal(term_of(&t, "2031-06-01", &term), ERR_OK);
	assert_string_equal(term.from, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_second_and_the_third_under_a_number_are_told),
		TEST(test_another_type_year_term_or_series_is_another_number),
		TEST(test_of_two_in_one_turn_the_second_is_told),
		TEST(test_strict_is_refused_and_nothing_changes),
		TEST(test_paper_and_digital_have_one_series),
		TEST(test_an_old_store_is_indexed_by_and_by),
		TEST(test_a_store_that_knows_its_numbers_learns_of_its_entries),
		TEST(test_a_term_that_the_same_event_changes_is_the_new_one),
	};

	return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
