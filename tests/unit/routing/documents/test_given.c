/* Automatic numbers: one series for paper and digital, none skipped, given twice or moved back,
 * whatever happens in between. */
#include <string.h>

#include "routing/rules/rules.h"
#include "tests/unit/support/paper.h"

#define DAY_MS (24LL * 3600 * 1000)

static struct act_reply answer_to(struct stage *g, const struct event *e)
{
	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static struct event *document(struct submission *u, unsigned id, const char *number,
			      const char *type, const char *date)
{
	struct event *e = submission_of(u, id, 1);

	u->recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	e->u.submit.submission.bytes[0] = (uint8_t)id;
	if (numbering_is_template(number))
		e->u.submit.number_template = number;
	else
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

/* Sends, and expects this number; returns how many it skips. */
static uint32_t expect(struct stage *g, unsigned id, const char *number, const char *type,
		       const char *date, const char *gets)
{
	struct submission u;
	struct act_reply a = answer_to(g, document(&u, id, number, type, date));
	uint32_t gap = a.gap;
	struct record r;

	assert_int_equal(a.result, ERR_OK);
	assert_string_equal(a.doc_number, gets);
	assert_int_equal(warns(&a, ERR_NUMBER_GAP), gap > 0);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), g->s->self));
	r = station_get(g->s, FAMILY_DOCUMENT, key_serial(ROLE_OUT, r.u.ident.serial));
	assert_string_equal(r.u.document.summary.number, gets);
	return gap;
}

static void give(struct stage *g, unsigned id, const char *template, const char *gets)
{
	assert_int_equal(expect(g, id, template, "KH", "2025-08-01", gets), 0);
}

/* On paper, of a day of the present term. */
static struct event entry(unsigned id, const char *number, const char *date)
{
	struct event e = paper_entry(id, DIRECTION_OUT, number, date);

	e.u.paper.paper.type_code = "KH";
	e.u.paper.paper.type_name = "Kế hoạch";
	if (numbering_is_template(number)) {
		e.u.paper.number_template = number;
		e.u.paper.paper.number = "";
	}
	return e;
}

static const char *enter(struct stage *g, const struct event *e)
{
	struct act_reply a = answer_to(g, e);

	assert_int_equal(a.result, ERR_OK);
	station_commit(g->s);
	return a.doc_number;
}

static void test_numbers_follow_each_other(void **state)
{
	struct stage *g = *state;

	give(g, 1, "auto", "01-KH/ĐU");
	give(g, 2, "Auto - kh/đu", "02-KH/ĐU");
	station_clear(g->s);
	station_restart(g->s);
	give(g, 3, "auto", "03-KH/ĐU");
	assert_int_equal(expect(g, 4, "auto", "BC", "2025-08-01", "01-BC/ĐU"), 0);
	assert_int_equal(expect(g, 5, "auto-KH/ĐH", "KH", "2025-08-01", "01-KH/ĐH"), 0);
	/* the same term: no new year */
	assert_int_equal(expect(g, 6, "auto", "KH", "2026-02-01", "04-KH/ĐU"), 0);
}

static void test_two_in_one_turn_get_two(void **state)
{
	struct stage *g = *state;
	struct submission a, b;

	station_clear(g->s);
	station_take(g->s, document(&a, 1, "auto", "KH", "2025-08-01"));
	station_take(g->s, document(&b, 2, "auto", "KH", "2025-08-01"));
	assert_string_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.doc_number, "01-KH/ĐU");
	assert_string_equal(station_act(g->s, ACT_REPLY, 1)->u.reply.doc_number, "02-KH/ĐU");
	station_commit(g->s);
	give(g, 3, "auto", "03-KH/ĐU");
}

static void test_a_number_by_hand_pushes_the_counter(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e;
	struct act_reply a;

	g->s->now.wall_ms += 60 * DAY_MS; /* no day of issue lies in the future */
	/* An office that begins with the system within a term skips nothing. */
	assert_int_equal(expect(g, 1, "31-KH/ĐU", "KH", "2025-08-01", "31-KH/ĐU"), 0);
	give(g, 2, "auto", "32-KH/ĐU");
	e = document(&u, 3, "36-KH/ĐU", "KH", "2025-08-01");
	e->u.submit.strict = true;
	assert_int_equal(answer_to(g, e).result, ERR_NUMBER_GAP);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(expect(g, 4, "36-KH/ĐU", "KH", "2025-08-01", "36-KH/ĐU"), 3);
	/* into the gap: nothing moves */
	assert_int_equal(expect(g, 5, "34-KH/ĐU", "KH", "2025-08-01", "34-KH/ĐU"), 0);
	give(g, 6, "auto", "37-KH/ĐU");
	a = answer_to(g, document(&u, 7, "36-KH/ĐU", "KH", "2025-08-01"));
	assert_true(warns(&a, ERR_SAME_NUMBER) && a.gap == 0);
	/* of no form that is counted */
	assert_int_equal(expect(g, 8, "38a-KH/ĐU", "KH", "2025-08-01", "38a-KH/ĐU"), 0);
	give(g, 9, "auto", "38-KH/ĐU");
}

static void test_a_dry_run_takes_none_and_a_repetition_gets_the_same(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e = document(&u, 1, "auto", "KH", "2025-08-01");
	struct act_reply a;

	e->u.submit.dry_run = true;
	assert_string_equal(answer_to(g, e).doc_number, "01-KH/ĐU");
	assert_true(plan_is_empty(g->s->plan));
	assert_string_equal(answer_to(g, e).doc_number, "01-KH/ĐU");
	give(g, 1, "auto", "01-KH/ĐU");
	give(g, 2, "auto", "02-KH/ĐU");
	e = document(&u, 1, "auto", "KH", "2025-08-01");
	a = answer_to(g, e);
	assert_true(a.result == ERR_OK && a.repeated);
	assert_string_equal(a.doc_number, "01-KH/ĐU");
	e->u.submit.submission.bytes[1] ^= 1;
	assert_int_equal(answer_to(g, e).result, ERR_CONFLICT);
	give(g, 3, "auto", "03-KH/ĐU");
}

static void test_a_term_begins_anew_and_a_state_number_each_year(void **state)
{
	struct stage *g = *state;
	struct rec_committee *own = &g->f->entries[fixture_index(g->f, "huyen-a")];
	struct record r = { .family = FAMILY_COMMITTEE };
	struct submission u;

	give(g, 1, "auto", "01-KH/ĐU");
	assert_int_equal(expect(g, 2, "auto/KH-ĐU", "KH", "2025-08-01", "01/KH-ĐU"), 0);
	assert_int_equal(expect(g, 3, "auto/KH-ĐU", "KH", "2025-08-02", "02/KH-ĐU"), 0);
	assert_int_equal(expect(g, 4, "auto/KH-ĐU", "KH", "2026-01-01", "01/KH-ĐU"), 0);
	assert_int_equal(expect(g, 5, "auto/KH-ĐU", "KH", "2025-12-31", "03/KH-ĐU"), 0);
	/* a công văn of the State is counted for the whole organisation */
	assert_int_equal(expect(g, 6, "auto/ĐU-VP", "CV", "2025-08-02", "01/ĐU-VP"), 0);
	assert_int_equal(expect(g, 7, "auto/ĐU-TC", "CV", "2025-08-02", "02/ĐU-TC"), 0);
	own->term_from = "2025-09-01";
	fixture_repack(g->f, fixture_index(g->f, "huyen-a"));
	r.u.committee = *own;
	station_clear(g->s);
	plan_put(g->s->plan, key_committee(g->s->self), &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	assert_int_equal(expect(g, 8, "auto", "KH", "2025-09-01", "01-KH/ĐU"), 0);
	/* The term before: nobody knows any more which numbers it gave. */
	assert_int_equal(answer_to(g, document(&u, 9, "auto", "KH", "2025-08-31")).result,
			 ERR_NO_NUMBER);
}

/* What the directory in force says of our term. */
static void set_term(struct stage *g, text_t name, text_t from)
{
	struct rec_committee *own = &g->f->entries[fixture_index(g->f, "huyen-a")];
	struct record r = { .family = FAMILY_COMMITTEE };

	own->term_name = name;
	own->term_from = from;
	fixture_repack(g->f, fixture_index(g->f, "huyen-a"));
	r.u.committee = *own;
	station_clear(g->s);
	plan_put(g->s->plan, key_committee(g->s->self), &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

static void tick(struct stage *g)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_a_corrected_date_of_the_term_goes_on_with_its_series(void **state)
{
	struct stage *g = *state; /* 2025-2030 from 2025-07-01 */
	struct submission u;
	struct act_reply a;

	tick(g);
	assert_int_equal(expect(g, 1, "auto", "KH", "2025-07-03", "01-KH/ĐU"), 0);
	/* by hand, of a day that is not known to be of the term yet */
	assert_int_equal(expect(g, 2, "2-KH/ĐU", "KH", "2025-06-20", "2-KH/ĐU"), 0);
	set_term(g, "2025-2030", "2025-07-05"); /* later */
	assert_int_equal(expect(g, 3, "auto", "KH", "2025-07-06", "02-KH/ĐU"), 0);
	assert_int_equal(expect(g, 4, "auto", "KH", "2025-07-02", "03-KH/ĐU"), 0);
	tick(g);
	assert_int_equal(expect(g, 5, "auto", "KH", "2025-07-06", "04-KH/ĐU"), 0);
	assert_int_equal(answer_to(g, document(&u, 6, "auto", "KH", "2025-06-25")).result,
			 ERR_NO_NUMBER);
	set_term(g, " 2025-2030", "2025-06-15"); /* earlier */
	assert_int_equal(answer_to(g, document(&u, 7, "auto", "KH", "2025-06-25")).result,
			 ERR_BUSY);
	tick(g);
	tick(g);
	assert_int_equal(expect(g, 8, "auto", "KH", "2025-06-25", "05-KH/ĐU"), 0);
	/* what was of no term stands with the others now */
	a = answer_to(g, document(&u, 9, "2-KH/ĐU", "KH", "2025-06-16"));
	assert_true(warns(&a, ERR_SAME_NUMBER));
	station_restart(g->s);
	assert_int_equal(expect(g, 10, "auto", "KH", "2025-07-06", "06-KH/ĐU"), 0);
	set_term(g, "2030-2035", "2025-09-01");
	tick(g);
	assert_int_equal(expect(g, 11, "auto", "KH", "2025-09-02", "01-KH/ĐU"), 0);
}

static void test_a_term_that_is_told_of_ahead_begins_on_its_day(void **state)
{
	struct stage *g = *state; /* 2025-2030 from 2025-07-01 */
	struct submission u;
	struct act_reply a;

	tick(g);
	assert_int_equal(expect(g, 1, "auto", "KH", "2025-07-03", "01-KH/ĐU"), 0);
	set_term(g, "2030-2035", "2025-09-01");
	assert_int_equal(expect(g, 2, "auto", "KH", "2025-07-04", "02-KH/ĐU"), 0);
	tick(g);
	station_restart(g->s);
	assert_int_equal(expect(g, 3, "auto", "KH", "2025-08-31", "03-KH/ĐU"), 0);
	assert_int_equal(expect(g, 4, "auto", "KH", "2025-09-01", "01-KH/ĐU"), 0);
	a = answer_to(g, document(&u, 5, "3-KH/ĐU", "KH", "2025-07-30"));
	assert_true(warns(&a, ERR_SAME_NUMBER));
	a = answer_to(g, document(&u, 8, "3-KH/ĐU", "KH", "2025-06-30"));
	assert_int_equal(a.result, ERR_OK);
	assert_false(warns(&a, ERR_SAME_NUMBER)); /* one before that */
	/* It has begun: the one before gives no numbers, and what it gave is known. */
	g->s->now.wall_ms += 100LL * 24 * 3600 * 1000;
	assert_int_equal(answer_to(g, document(&u, 6, "auto", "KH", "2025-08-31")).result,
			 ERR_NO_NUMBER);
	a = answer_to(g, document(&u, 6, "2-KH/ĐU", "KH", "2025-08-30"));
	assert_true(warns(&a, ERR_SAME_NUMBER));
	/* It began a day earlier: what is dated so stands in it alone. */
	set_term(g, "2030-2035", "2025-08-31");
	tick(g);
	tick(g);
	a = answer_to(g, document(&u, 7, "3-KH/ĐU", "KH", "2025-09-02"));
	assert_true(warns(&a, ERR_SAME_NUMBER) && a.same_count == 1);
	a = answer_to(g, document(&u, 9, "4-KH/ĐU", "KH", "2025-08-31"));
	assert_true(a.result == ERR_OK);
	a = answer_to(g, document(&u, 10, "4-KH/ĐU", "KH", "2025-08-30"));
	assert_int_equal(a.result, ERR_OK);
	assert_false(warns(&a, ERR_SAME_NUMBER));
}

static void test_a_first_term_that_is_told_of_ahead_begins_on_its_day(void **state)
{
	struct stage *g = *state;
	struct submission u;

	set_term(g, "", "");
	tick(g);
	assert_int_equal(expect(g, 1, "auto", "KH", "2025-07-03", "01-KH/ĐU"), 0);
	set_term(g, "2025-2030", "2025-09-01");
	tick(g);
	station_restart(g->s);
	assert_int_equal(expect(g, 2, "auto", "KH", "2025-08-31", "02-KH/ĐU"), 0);
	assert_int_equal(expect(g, 3, "auto", "KH", "2025-09-01", "01-KH/ĐU"), 0);
	g->s->now.wall_ms += 100LL * 24 * 3600 * 1000;
	assert_int_equal(answer_to(g, document(&u, 4, "auto", "KH", "2025-08-31")).result,
			 ERR_NO_NUMBER);
}

/* Days of a term that the directory tells of later: what the series of before gave on them is never
 * given again, whatever became of it, and the term's numbers begin with 01 all the same. */
static void test_what_was_given_before_a_term_was_told_of_is_left_out(void **state)
{
	struct stage *g = *state;
	struct event e;
	struct act_reply a;

	g->s->now.wall_ms += 100LL * DAY_MS;
	set_term(g, "", "");
	tick(g);
	assert_int_equal(expect(g, 1, "auto", "KH", "2025-07-20", "01-KH/ĐU"), 0);
	e = entry(2, "auto", "2025-09-01");
	assert_string_equal(enter(g, &e), "02-KH/ĐU");
	e = paper_cancel(2, "không ban hành");
	assert_int_equal(answer_to(g, &e).result, ERR_OK);
	station_commit(g->s);
	assert_int_equal(expect(g, 3, "auto", "KH", "2025-09-01", "03-KH/ĐU"), 0);
	e = entry(4, "auto", "2025-09-01");
	assert_string_equal(enter(g, &e), "04-KH/ĐU");
	station_restart(g->s); /* and the directory comes */
	set_term(g, "2025-2030", "2025-09-01");
	/* a correction that leaves the number does not count it anew */
	e = entry(4, "", "");
	e.u.paper.action = PAPER_CHANGE;
	e.u.paper.paper = (struct rec_paper){ .type_code = "",
					      .type_name = "",
					      .number = "",
					      .subject = "đã sửa",
					      .date = "",
					      .party = "" };
	e.u.paper.reason = "gõ nhầm";
	a = answer_to(g, &e);
	assert_true(a.result == ERR_OK && !a.repeated);
	station_commit(g->s);
	e = entry(5, "auto", "2025-09-01");
	assert_string_equal(enter(g, &e), "01-KH/ĐU");
	tick(g);
	station_restart(g->s);
	e = entry(6, "auto", "2025-09-01");
	a = answer_to(g, &e);
	assert_true(a.result == ERR_OK && a.gap == 0);
	assert_string_equal(a.doc_number, "05-KH/ĐU");
}

static void test_the_two_types_of_one_symbol_have_two_series(void **state)
{
	struct stage *g = *state;
	static const struct {
		const char *name, *gets;
	} sent[] = { { "Quyết định", "01-QĐ/ĐU" },
		     { "Quy định", "01-QĐ/ĐU" },
		     { "quyết  định", "02-QĐ/ĐU" } };
	struct submission u;
	struct event *e;

	for (unsigned i = 0; i < COUNT_OF(sent); i++) {
		e = document(&u, i + 1, "auto", "QĐ", "2025-08-01");
		e->u.submit.type_name = sent[i].name;
		assert_string_equal(answer_to(g, e).doc_number, sent[i].gets);
		station_commit(g->s);
	}
	/* which of the two? */
	assert_int_equal(answer_to(g, document(&u, 8, "auto", "QĐ", "2025-08-01")).result,
			 ERR_NO_NUMBER);
	assert_int_equal(answer_to(g, document(&u, 9, "auto-NQ/ĐU", "KH", "2025-08-01")).result,
			 ERR_NUMBER_TYPE);
	assert_int_equal(answer_to(g, document(&u, 9, "auto?", "KH", "2025-08-01")).result,
			 ERR_NO_NUMBER);
	assert_true(plan_is_empty(g->s->plan));
}

static void test_paper_and_digital_share_a_series(void **state)
{
	struct stage *g = *state;
	struct event e = entry(2, "auto", "2025-07-20");
	struct act_reply a;

	g->s->now.wall_ms += 60 * DAY_MS;
	give(g, 1, "auto", "01-KH/ĐU");
	assert_string_equal(enter(g, &e), "02-KH/ĐU");
	a = answer_to(g, &e); /* again */
	assert_true(a.result == ERR_OK && a.repeated);
	assert_string_equal(a.doc_number, "02-KH/ĐU");
	e.u.paper.number_template = "auto/KH-ĐU";
	assert_int_equal(answer_to(g, &e).result, ERR_CONFLICT);
	/* Cancelled, it keeps its number. */
	e = paper_cancel(2, "không ban hành");
	assert_int_equal(answer_to(g, &e).result, ERR_OK);
	station_commit(g->s);
	give(g, 3, "auto", "03-KH/ĐU");
	e = entry(4, "07-KH/ĐU", "2025-07-21");
	a = answer_to(g, &e);
	assert_true(warns(&a, ERR_NUMBER_GAP) && a.gap == 3);
	e.u.paper.strict = true;
	assert_int_equal(answer_to(g, &e).result, ERR_NUMBER_GAP);
	e.u.paper.strict = false;
	enter(g, &e);
	give(g, 5, "auto", "08-KH/ĐU");
	e = entry(6, "auto", "2025-07-21");
	e.u.paper.dry_run = true;
	assert_string_equal(answer_to(g, &e).doc_number, "09-KH/ĐU");
	assert_true(plan_is_empty(g->s->plan));
	/* Secret documents are numbered by themselves. */
	e = entry(7, "auto", "2025-07-21");
	e.u.paper.paper.secrecy = SECRECY_MAT;
	assert_string_equal(enter(g, &e), "01-KH/ĐU");
	give(g, 8, "auto", "09-KH/ĐU");
	e = entry(9, "auto", "2025-07-21");
	e.u.paper.paper.direction = DIRECTION_IN;
	assert_int_equal(answer_to(g, &e).result, ERR_NO_NUMBER);
}

/* A store from before there were counters: the index of numbers has the highest. */
static void test_a_store_without_counters_goes_on_where_it_was(void **state)
{
	struct stage *g = *state;
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct event tick = { .type = EVENT_TICK };
	struct submission u;
	struct record r;

	assert_int_equal(expect(g, 1, "12-KH/ĐU", "KH", "2025-08-01", "12-KH/ĐU"), 0);
	assert_int_equal(expect(g, 2, "40-KH/ĐH", "KH", "2025-08-01", "40-KH/ĐH"), 0);
	assert_int_equal(expect(g, 3, "9-KH/ĐU", "KH", "2025-08-01", "9-KH/ĐU"), 0);
	assert_int_equal(expect(g, 4, "5/ĐU-VP", "CV", "2025-08-01", "5/ĐU-VP"), 0);
	station_clear(g->s);
	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_SERIES, &scan, &r) == ERR_OK)
		plan_erase(g->s->plan, FAMILY_SERIES, scan.at);
	plan_erase(g->s->plan, FAMILY_META, key_name("numbers"));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	assert_int_equal(station_count(g->s, FAMILY_SERIES), 0);
	station_restart(g->s);
	/* The index is not whole yet. */
	assert_int_equal(answer_to(g, document(&u, 5, "auto", "KH", "2025-08-01")).result,
			 ERR_BUSY);
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
	/* One by hand below the last: what the index was asked for is kept. */
	assert_int_equal(expect(g, 9, "3-KH/ĐU", "KH", "2025-08-01", "3-KH/ĐU"), 0);
	assert_int_equal(station_count(g->s, FAMILY_SERIES), 1);
	give(g, 5, "auto", "13-KH/ĐU");
	assert_int_equal(expect(g, 6, "auto-KH/ĐH", "KH", "2025-08-01", "41-KH/ĐH"), 0);
	assert_int_equal(expect(g, 7, "auto/ĐU-TC", "CV", "2025-08-01", "06/ĐU-TC"), 0);
	assert_int_equal(expect(g, 8, "15-KH/ĐU", "KH", "2025-08-01", "15-KH/ĐU"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_numbers_follow_each_other),
		TEST(test_two_in_one_turn_get_two),
		TEST(test_a_number_by_hand_pushes_the_counter),
		TEST(test_a_dry_run_takes_none_and_a_repetition_gets_the_same),
		TEST(test_a_term_begins_anew_and_a_state_number_each_year),
		TEST(test_a_corrected_date_of_the_term_goes_on_with_its_series),
		TEST(test_a_term_that_is_told_of_ahead_begins_on_its_day),
		TEST(test_a_first_term_that_is_told_of_ahead_begins_on_its_day),
		TEST(test_what_was_given_before_a_term_was_told_of_is_left_out),
		TEST(test_the_two_types_of_one_symbol_have_two_series),
		TEST(test_paper_and_digital_share_a_series),
		TEST(test_a_store_without_counters_goes_on_where_it_was),
	};

	return cmocka_run_group_tests_name("given", tests, NULL, NULL);
}
