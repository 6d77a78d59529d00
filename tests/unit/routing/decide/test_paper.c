/* Documents on paper: registered once, cancelled with a reason, and what is none refused. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/support/paper.h"

static void test_entry_is_stored_counted_logged_and_told(void **state)
{
	struct stage *g = *state;
	struct event e = paper_entry(1, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	struct act_reply r = paper_answer(g, &e);
	struct record paper;

	assert_int_equal(r.result, ERR_OK);
	assert_memory_equal(&r.id, &e.u.paper.id, sizeof r.id);
	station_commit(g->s);
	assert_non_null(station_notice(g->s, NOTICE_PAPER));
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->target.paper, 1);
	paper = station_get(g->s, FAMILY_PAPER, key_paper(paper_serial(JUNE, DIRECTION_IN, 1)));
	assert_string_equal(paper.u.paper.number, "12-CV/ĐUK");
	assert_string_equal(paper.u.paper.subject, "Về việc thử");
	assert_true(paper.u.paper.uid == 1000 && paper.u.paper.added_at_ms == FIXTURE_NOW_MS);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
	assert_string_equal(
	    station_get(g->s, FAMILY_ACT, key_number(station_count(g->s, FAMILY_ACT))).u.act.verb,
	    "paper-add");
}

static void test_repeated_entry_counts_once_and_another_under_its_id_is_a_conflict(void **state)
{
	struct stage *g = *state;
	struct event e = paper_entry(1, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	struct act_reply r;

	paper_add(g, 1, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	r = paper_answer(g, &e);
	assert_true(r.result == ERR_OK && r.repeated && plan_is_empty(g->s->plan));
	e.u.paper.paper.subject = "Về việc khác";
	assert_int_equal(paper_answer(g, &e).result, ERR_CONFLICT);
	assert_true(plan_is_empty(g->s->plan));
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
}

static void test_same_document_twice_is_refused_unless_the_clerk_insists(void **state)
{
	struct stage *g = *state;
	struct event twice = paper_entry(2, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14"),
		     other = paper_entry(3, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");

	paper_add(g, 1, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	assert_int_equal(paper_answer(g, &twice).result, ERR_REGISTERED);
	assert_true(plan_is_empty(g->s->plan));
	other.u.paper.paper.party = "Tỉnh ủy"; /* the same number of another office */
	assert_int_equal(paper_answer(g, &other).result, ERR_OK);
	station_commit(g->s);
	twice.u.paper.paper.number = "012-cv/ĐUK ";
	twice.u.paper.paper.party = "TỈNH UỶ "; /* both spelt otherwise */
	assert_int_equal(paper_answer(g, &twice).result, ERR_REGISTERED);
	assert_true(plan_is_empty(g->s->plan));
	paper_add(g, 4, DIRECTION_OUT, "12-CV/ĐUK", "2025-06-14"); /* the other way */
	paper_add(g, 5, DIRECTION_IN, "12-CV/ĐUK", "2025-06-13");
	twice.u.paper.again = true;
	assert_int_equal(paper_answer(g, &twice).result, ERR_OK);
	station_commit(g->s);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 4 });
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .paper = 1 });
}

/* An entry of before, then a new one: is it told? */
struct pair {
	const char *first, *first_party, *number, *date, *party;
	enum direction direction;
	enum secrecy secrecy;
	bool told;
};

static void expect_pair(struct stage *g, unsigned n, const struct pair *row)
{
	struct event old = paper_entry(1000 + 2 * n, row->direction, row->number, row->first),
		     young = old;
	struct act_reply r;

	old.u.paper.paper.party = row->first_party;
	old.u.paper.again = true;
	assert_int_equal(paper_answer(g, &old).result, ERR_OK);
	station_commit(g->s);
	young.u.paper.id = fixture_doc_id(1001 + 2 * n);
	young.u.paper.paper.party = row->party;
	young.u.paper.paper.date = row->date;
	young.u.paper.paper.secrecy = row->secrecy;
	r = paper_answer(g, &young);
	if (r.result != ERR_OK || (r.alike != NULL) != row->told)
		fail_msg("row %u: VT-%d, %s", n, (int)r.result,
			 r.alike != NULL ? "told" : "not told");
	if (r.alike != NULL)
		assert_true(strcmp(r.alike->date, row->first) == 0 &&
			    memcmp(&r.alike->id, &old.u.paper.id, sizeof old.u.paper.id) == 0);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_same_number_with_another_date_is_taken_and_told(void **state)
{
	struct stage *g = *state;
	const struct pair rows[] = {
		{ "2025-06-13", "Khối", "1-CV/X", "2025-06-14", "Khối", DIRECTION_IN,
		  SECRECY_THUONG, true },
		{ "2025-01-02", "Khối", "2-CV/X", "2025-06-14", "Khối", DIRECTION_IN,
		  SECRECY_THUONG, true },
		/* the year mistyped */
		{ "2025-06-14", "Khối", "3-CV/X", "2024-06-30", "Khối", DIRECTION_IN,
		  SECRECY_THUONG, true },
		/* another term, maybe */
		{ "2025-06-14", "Khối", "4-CV/X", "2023-06-14", "Khối", DIRECTION_IN,
		  SECRECY_THUONG, false },
		/* another issuer */
		{ "2025-06-13", "Khối", "5-CV/X", "2025-06-14", "Tỉnh ủy", DIRECTION_IN,
		  SECRECY_THUONG, false },
		{ "2025-06-13", "", "6-CV/X", "2025-06-14", "Tỉnh ủy", DIRECTION_IN, SECRECY_THUONG,
		  true },
		{ "2025-06-13", "Khối", "7-CV/X", "2025-06-14", "", DIRECTION_IN, SECRECY_THUONG,
		  true },
		/* One that we issued, to one more. */
		{ "2025-06-14", "Khối", "8-CV/X", "2025-06-14", "Tỉnh ủy", DIRECTION_OUT,
		  SECRECY_THUONG, true },
		/* A state office's number is given once a year. */
		{ "2025-01-02", "Bộ", "9/QĐ-BNV", "2025-06-14", "Bộ", DIRECTION_IN, SECRECY_THUONG,
		  true },
		{ "2024-12-31", "Bộ", "10/QĐ-BNV", "2025-01-02", "Bộ", DIRECTION_IN, SECRECY_THUONG,
		  false },
		/* Secret documents have a series of their own. */
		{ "2025-06-13", "", "11-CV/X", "2025-06-14", "", DIRECTION_IN, SECRECY_MAT, false },
	};

	for (unsigned n = 0; n < COUNT_OF(rows); n++)
		expect_pair(g, n, &rows[n]);
	paper_expect_equal(g);
}

static void test_our_own_numbers_begin_anew_with_our_term(void **state)
{
	struct stage *g = *state; /* its term is from 2025-07-01 */
	const struct pair rows[] = {
		{ "2025-06-30", "", "1-CV/X", "2025-07-01", "", DIRECTION_OUT, SECRECY_THUONG,
		  false },
		{ "2025-07-01", "", "2-CV/X", "2025-07-02", "", DIRECTION_OUT, SECRECY_THUONG,
		  true },
		/* of others' terms we know nothing */
		{ "2025-06-30", "", "3-CV/X", "2025-07-01", "", DIRECTION_IN, SECRECY_THUONG,
		  true },
	};

	g->s->now.wall_ms += 40LL * 86400 * 1000;
	for (unsigned n = 0; n < COUNT_OF(rows); n++)
		expect_pair(g, n, &rows[n]);
}

static void test_cancelled_or_insisted_upon_is_not_told(void **state)
{
	struct stage *g = *state;
	struct event end = paper_cancel(1, "nhập nhầm"),
		     right = paper_entry(2, DIRECTION_IN, "1-CV/X", "2025-06-14"),
		     another = paper_entry(3, DIRECTION_IN, "1-CV/X", "2025-06-12");

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-13");
	assert_int_equal(paper_answer(g, &end).result, ERR_OK);
	station_commit(g->s);
	assert_null(paper_answer(g, &right).alike);
	station_commit(g->s);
	another.u.paper.dry_run = true;
	assert_non_null(paper_answer(g, &another).alike);
	another.u.paper.again = true;
	assert_null(paper_answer(g, &another).alike);
}

static void test_same_document_in_one_turn_is_seen_through_the_plan(void **state)
{
	struct stage *g = *state;
	struct event a = paper_entry(1, DIRECTION_IN, "1-CV/X", "2025-06-14"),
		     b = paper_entry(2, DIRECTION_IN, "1-CV/X", "2025-06-14"),
		     c = paper_entry(3, DIRECTION_IN, "2-CV/X", "2025-06-14");

	station_take(g->s, &a);
	station_take(g->s, &b);
	station_take(g->s, &c);
	assert_int_equal(station_act(g->s, ACT_REPLY, 1)->u.reply.result, ERR_REGISTERED);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_PAPER), 2);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 2 });
}

static void test_secret_document_leaves_only_that_it_exists(void **state)
{
	struct stage *g = *state;
	struct event e = paper_entry(1, DIRECTION_OUT, "7-NQ/ĐU", "2025-06-14");
	struct record r;

	e.u.paper.paper.secrecy = SECRECY_MAT;
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	/* live events are for whoever may see figures */
	assert_null(station_notice(g->s, NOTICE_PAPER));
	r = station_get(g->s, FAMILY_PAPER, key_paper(paper_serial(JUNE, DIRECTION_OUT, 1)));
	assert_string_equal(r.u.paper.subject, "");
	assert_string_equal(r.u.paper.party, "");
	assert_string_equal(r.u.paper.number, "7-NQ/ĐU");
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .secret = 1 });
	assert_true(paper_answer(g, &e).repeated);
	paper_expect_equal(g);
}

static void test_number_of_a_secret_document_is_free_in_the_other_book(void **state)
{
	struct stage *g = *state;
	struct event secret = paper_entry(1, DIRECTION_OUT, "01-NQ/ĐU", "2025-06-14"),
		     open = paper_entry(2, DIRECTION_OUT, "", "2025-06-14");

	secret.u.paper.paper.secrecy = SECRECY_MAT;
	assert_int_equal(paper_answer(g, &secret).result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
	/* nobody said whom it went to, as nothing says it of the secret one */
	open.u.paper.paper.party = "";
	open.u.paper.paper.number = "1-NQ/ĐU";
	assert_int_equal(paper_answer(g, &open).result, ERR_OK);
	station_commit(g->s);
	open.u.paper.id = fixture_doc_id(3);
	assert_int_equal(paper_answer(g, &open).result, ERR_REGISTERED);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .secret = 1, .paper = 1 });
}

static void test_what_is_no_entry_is_refused_and_writes_nothing(void **state)
{
	static char longest[SUBJECT_MAX + 2];
	struct stage *g = *state;
	struct event e = paper_entry(1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	struct {
		const char *number, *subject, *date, *type;
		enum direction direction;
		enum secrecy secrecy;
		enum err why;
	} rows[] = {
		{ "", "s", "2025-06-14", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FIELD },
		{ "1", "", "2025-06-14", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FIELD },
		{ "1", longest, "2025-06-14", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FIELD },
		{ longest, "s", "2025-06-14", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FIELD },
		{ " \t", "s", "2025-06-14", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FIELD },
		{ "1", "  ", "2025-06-14", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FIELD },
		{ "1", "s", "2025-06-31", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_BAD_DATE },
		/* has not come yet */
		{ "1", "s", "2025-06-16", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_FUTURE },
		{ "1", "s", "", "CV", DIRECTION_IN, SECRECY_THUONG, ERR_BAD_DATE },
		{ "1", "s", "2025-06-14", "CV", DIRECTION_NONE, SECRECY_THUONG, ERR_FORMAT },
		{ "1", "s", "2025-06-14", "CV", (enum direction)3, SECRECY_THUONG, ERR_FORMAT },
		{ "1", "s", "2025-06-14", "CV", DIRECTION_IN, SECRECY_NONE, ERR_FORMAT },
		{ "1", "s", "2025-06-14", "CV", DIRECTION_IN, (enum secrecy)5, ERR_FORMAT },
	};

	memset(longest, 'x', sizeof longest - 1);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct rec_paper *p = &e.u.paper.paper;

		p->number = rows[i].number;
		p->subject = rows[i].subject;
		p->date = rows[i].date;
		p->type_code = rows[i].type;
		p->direction = rows[i].direction;
		p->secrecy = rows[i].secrecy;
		if (paper_answer(g, &e).result != rows[i].why)
			fail_msg("row %d: VT-%d", (int)i,
				 (int)station_act(g->s, ACT_REPLY, 0)->u.reply.result);
		assert_true(plan_is_empty(g->s->plan));
	}
	e = paper_entry(1, DIRECTION_IN, "1-CV/X", "2025-06-15"); /* today, in Vietnam */
	e.u.paper.dry_run = true;
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	assert_true(plan_is_empty(g->s->plan));
	e.u.paper.dry_run = false;
	core_set_room(g->s->core,
		      (struct core_room){ false, true, true, ERR_DISK_FULL, 0, ERR_OK });
	assert_int_equal(paper_answer(g, &e).result, ERR_DISK_FULL);
}

static void test_cancelled_entry_stays_with_its_reason_and_counts_no_more(void **state)
{
	struct stage *g = *state;
	struct event no_reason = paper_cancel(1, ""), good = paper_cancel(1, "nhập nhầm"),
		     unknown = paper_cancel(9, "x"),
		     late = paper_entry(1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	struct record r;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	assert_int_equal(paper_answer(g, &no_reason).result, ERR_FIELD);
	assert_int_equal(paper_answer(g, &unknown).result, ERR_NOT_FOUND);
	good.u.paper.dry_run = true;
	assert_int_equal(paper_answer(g, &good).result, ERR_OK);
	assert_true(plan_is_empty(g->s->plan));
	good.u.paper.dry_run = false;
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
	assert_int_equal(paper_answer(g, &good).result, ERR_OK);
	station_commit(g->s);
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->target.paper, 0);
	r = station_get(g->s, FAMILY_PAPER, key_paper(paper_serial(JUNE, DIRECTION_IN, 1)));
	assert_string_equal(r.u.paper.reason, "nhập nhầm");
	assert_string_equal(r.u.paper.number, "1-CV/X");
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 0 });
	assert_true(paper_answer(g, &good).repeated); /* not subtracted twice */
	assert_true(plan_is_empty(g->s->plan));
	/* who repeats it must not believe that it counts */
	assert_int_equal(paper_answer(g, &late).result, ERR_ENTRY_CANCELLED);
	late.u.paper.paper.subject = "Về việc khác";
	assert_int_equal(paper_answer(g, &late).result, ERR_CONFLICT);
	assert_true(plan_is_empty(g->s->plan));
	paper_add(g, 2, DIRECTION_IN, "1-CV/X", "2025-06-14"); /* the right entry may follow */
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
	paper_expect_equal(g);
}

static void test_id_of_a_digital_document_is_no_paper(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };
	struct event e = paper_entry(1, DIRECTION_OUT, "1-CV/X", "2025-06-14"),
		     c = paper_cancel(1, "x");

	station_take(g->s, submission_of(&u, 1, 1));
	station_commit(g->s);
	assert_int_equal(paper_answer(g, &e).result, ERR_CONFLICT);
	assert_int_equal(paper_answer(g, &c).result, ERR_NOT_FOUND);
	paper_add(g, 2, DIRECTION_OUT, "1-CV/X", "2025-06-14");
	submission_of(&u, 2, 1);
	assert_int_equal(paper_answer(g, &u.event).result, ERR_CONFLICT);
}

/* ---- much paper, and damaged paper ---- */

static void test_slips_are_told_and_strict_writes_nothing(void **state)
{
	struct stage *g = *state;
	struct event e = paper_entry(1, DIRECTION_IN, "12-BC/ĐUK", "2025-06-14");
	struct act_reply r = paper_answer(g, &e);

	assert_true(r.result == ERR_OK && r.warning_count == 1 && r.warnings[0] == ERR_NUMBER_TYPE);
	e.u.paper.strict = true;
	assert_int_equal(paper_answer(g, &e).result, ERR_NUMBER_TYPE);
	assert_true(plan_is_empty(g->s->plan));
	e.u.paper.paper.number = "12-CV/ĐUK"; /* nothing to warn of */
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	/* Told again with a repeated request; our own number is asked about only of what went
	 * out. */
	e = paper_entry(2, DIRECTION_OUT, "7-BC/KHÁC", "2025-06-14");
	paper_add(g, 2, DIRECTION_OUT, "7-BC/KHÁC", "2025-06-14");
	r = paper_answer(g, &e);
	assert_true(r.result == ERR_OK && r.repeated && r.warning_count == 2 &&
		    r.warnings[1] == ERR_FOREIGN_SYMBOL);
}

static void test_entry_is_found_among_many_and_numbered_after_the_last(void **state)
{
	struct stage *g = *state;
	struct event old = paper_entry(5000, DIRECTION_IN, "0-CV/X", "2025-06-14"),
		     young = paper_entry(5001, DIRECTION_IN, "1-CV/X", "2025-06-14"),
		     next = paper_entry(5002, DIRECTION_IN, "9999-CV/X", "2025-06-14");
	/* the plan holds them until it is committed */
	static char numbers[PAPER_ALIKE_MAX + 1][16];

	for (unsigned i = 0; i < PAPER_ALIKE_MAX + 1; i++) {
		struct event e;

		snprintf(numbers[i], sizeof numbers[i], "%u-CV/X", i);
		e = paper_entry(100 + i, DIRECTION_IN, numbers[i], "2025-06-14");
		e.u.paper.again = true;
		station_take(g->s, &e);
		if (i % 100 == 0 || i == PAPER_ALIKE_MAX) {
			station_commit(g->s);
			station_clear(g->s);
		}
	}
	assert_int_equal(paper_answer(g, &young).result, ERR_REGISTERED);
	assert_int_equal(paper_answer(g, &old).result, ERR_REGISTERED);
	assert_int_equal(paper_answer(g, &next).result, ERR_OK);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_PAPER), PAPER_ALIKE_MAX + 2);
	assert_true(station_has(g->s, FAMILY_PAPER,
				key_paper(paper_serial(JUNE, DIRECTION_IN, PAPER_ALIKE_MAX + 2))));
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = PAPER_ALIKE_MAX + 2 });
}

static struct lookup stored;
static struct key damaged_key;

static enum err damaged_get(void *ctx, struct arena *arena, enum family family,
			    const struct key *key, struct record *out)
{
	return family == FAMILY_PAPER && key_equal(key, &damaged_key)
		   ? ERR_DAMAGED
		   : stored.get(ctx, arena, family, key, out);
}

static enum err damaged_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			     struct record *out)
{
	enum err e = stored.last(ctx, arena, family, scan, out);

	return e == ERR_OK && family == FAMILY_PAPER && key_equal(&scan->at, &damaged_key)
		   ? stored.last(ctx, arena, family, scan, out)
		   : e;
}

static void test_damaged_entry_keeps_its_number_and_stops_nobody(void **state)
{
	struct stage *g = *state;
	struct event again = paper_entry(2, DIRECTION_IN, "2-CV/X", "2025-06-14"),
		     end = paper_cancel(2, "x"),
		     next = paper_entry(3, DIRECTION_IN, "3-CV/X", "2025-06-14");

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 2, DIRECTION_IN, "2-CV/X", "2025-06-14");
	damaged_key = key_paper(paper_serial(JUNE, DIRECTION_IN, 2));
	stored = g->s->plan->base;
	g->s->plan->base.get = damaged_get;
	g->s->plan->base.last = damaged_last;
	assert_int_equal(paper_answer(g, &again).result, ERR_DAMAGED);
	assert_int_equal(paper_answer(g, &end).result, ERR_DAMAGED);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(paper_answer(g, &next).result, ERR_OK);
	station_commit(g->s);
	g->s->plan->base = stored;
	/* not written over */
	assert_string_equal(station_get(g->s, FAMILY_PAPER, damaged_key).u.paper.number, "2-CV/X");
	assert_string_equal(
	    station_get(g->s, FAMILY_PAPER, key_paper(paper_serial(JUNE, DIRECTION_IN, 3)))
		.u.paper.number,
	    "3-CV/X");
	paper_expect_equal(g);
}

/* ---- corrections ---- */

static struct event paper_change(unsigned id, const char *number, const char *date,
				 const char *subject)
{
	struct event e = paper_entry(id, DIRECTION_NONE, number, date);

	e.u.paper.action = PAPER_CHANGE;
	e.u.paper.reason = "gõ nhầm";
	e.u.paper.paper.type_code = e.u.paper.paper.type_name = e.u.paper.paper.party = "";
	e.u.paper.paper.subject = subject;
	return e;
}

static struct act_reply change(struct stage *g, struct event e)
{
	struct act_reply r = paper_answer(g, &e);

	station_commit(g->s);
	station_clear(g->s);
	return r;
}

static void test_correction_is_an_addition_and_moves_the_counters(void **state)
{
	struct stage *g = *state;
	const struct month may = { (uint16_t)(JUNE.n - 1) };
	struct key first = key_paper(paper_serial(JUNE, DIRECTION_IN, 1)),
		   second = key_paper(paper_serial(may, DIRECTION_IN, 1));
	struct event again = paper_entry(1, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	struct record old, now, line;

	paper_add(g, 1, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	assert_int_equal(change(g, paper_change(1, "", "2025-05-14", "")).result, ERR_OK);
	old = station_get(g->s, FAMILY_PAPER, first);
	now = station_get(g->s, FAMILY_PAPER, second);
	assert_string_equal(old.u.paper.date, "2025-06-14");
	assert_true(old.u.paper.next.n == paper_serial(may, DIRECTION_IN, 1).n);
	assert_string_equal(now.u.paper.date, "2025-05-14");
	assert_string_equal(now.u.paper.why, "gõ nhầm");
	assert_true(now.u.paper.previous.n == paper_serial(JUNE, DIRECTION_IN, 1).n);
	line = station_get(g->s, FAMILY_LINE,
			   key_line((struct line_key){ BOOK_IN, old.u.paper.line.year, 1, 1 }));
	assert_true(line.u.line.kind == LINE_ADDITION && line.u.line.status == OFFICE_NONE);
	assert_string_equal(line.u.line.note, "gõ nhầm");
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 0 });
	paper_expect(g, may, DIRECTION_IN, (struct target_count){ .paper = 1 });
	paper_expect_equal(g);
	/* nothing new, and the registration once more */
	assert_true(change(g, paper_change(1, "", "2025-05-14", "")).repeated);
	assert_true(paper_answer(g, &again).result == ERR_OK);
	assert_true(station_act(g->s, ACT_REPLY, 0)->u.reply.repeated);
	again = paper_entry(2, DIRECTION_IN, "12-CV/ĐUK", "2025-06-14");
	assert_int_equal(paper_answer(g, &again).result, ERR_OK); /* free again */
}

static void test_correction_of_what_is_cancelled_secret_or_there_already_is_refused(void **state)
{
	struct stage *g = *state;
	struct event secret = paper_entry(2, DIRECTION_IN, "2-CV/X", "2025-06-14"),
		     end = paper_cancel(1, "nhập nhầm");

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 3, DIRECTION_IN, "3-CV/X", "2025-06-14");
	secret.u.paper.paper.secrecy = SECRECY_MAT;
	assert_int_equal(change(g, secret).result, ERR_OK);
	assert_int_equal(change(g, paper_change(1, "3-CV/X", "", "")).result, ERR_REGISTERED);
	assert_int_equal(change(g, paper_change(1, "", "2099-01-01", "")).result, ERR_FUTURE);
	assert_int_equal(change(g, paper_change(2, "", "", "Lộ")).result, ERR_CHANGE_SECRET);
	assert_int_equal(change(g, paper_change(2, "4-CV/X", "", "")).result, ERR_OK);
	assert_int_equal(change(g, paper_change(9, "4-CV/X", "", "")).result, ERR_NOT_FOUND);
	assert_int_equal(change(g, end).result, ERR_OK);
	assert_int_equal(change(g, paper_change(1, "", "", "Khác")).result, ERR_CHANGE_CANCELLED);
	paper_expect_equal(g);
}

static void test_day_of_what_came_in_is_not_after_its_coming_and_can_be_corrected(void **state)
{
	struct stage *g = *state;
	struct event e = paper_entry(1, DIRECTION_IN, "12/QĐ-BTP", "2025-01-06"),
		     again = paper_entry(2, DIRECTION_IN, "12/QĐ-BTP", "2024-12-31"),
		     out = paper_entry(3, DIRECTION_OUT, "12-CV/X", "2025-01-06"), to;

	e.u.paper.paper.issued_on = "2025-01-07";
	assert_int_equal(paper_answer(g, &e).result, ERR_ISSUED_LATER);
	e.u.paper.paper.issued_on = "2025-02-30";
	assert_int_equal(paper_answer(g, &e).result, ERR_BAD_DATE);
	e.u.paper.paper.issued_on = "2025-01-06";
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	assert_true(paper_answer(g, &e).repeated);
	out.u.paper.paper.issued_on = "2025-01-06";
	assert_int_equal(paper_answer(g, &out).result, ERR_FIELD);
	/* A number of the State's is that of its year, not of that in which it came. */
	assert_int_equal(paper_answer(g, &again).same_count, 0);
	to = paper_change(1, "", "", "");
	to.u.paper.paper.issued_on = "2024-12-31";
	assert_int_equal(change(g, to).result, ERR_OK);
	assert_true(change(g, to).repeated);
	station_clear(g->s);
	assert_int_equal(paper_answer(g, &again).same_count, 1);
}

/* ---- void numbers ---- */

static struct event paper_void(unsigned id, enum direction direction, const char *number)
{
	struct event e = paper_entry(id, direction, number, "2025-06-14");

	e.u.paper.action = PAPER_VOID;
	e.u.paper.reason = "không ban hành";
	return e;
}

static void test_void_number_has_a_line_counts_nowhere_and_is_used(void **state)
{
	struct stage *g = *state;
	struct record paper, line;
	struct act_reply r;

	paper_add(g, 1, DIRECTION_OUT, "1-CV/BTP", "2025-06-14");
	paper_add(g, 2, DIRECTION_OUT, "4-CV/BTP", "2025-06-14");
	assert_int_equal(change(g, paper_void(3, DIRECTION_OUT, "2-CV/BTP")).result, ERR_OK);
	paper = station_get(g->s, FAMILY_PAPER, key_paper(paper_serial(JUNE, DIRECTION_OUT, 3)));
	assert_true(paper.u.paper.not_issued && paper.u.paper.cancelled_at_ms != 0);
	line = station_get(g->s, FAMILY_LINE,
			   key_line((struct line_key){ BOOK_OUT, paper.u.paper.line.year, 0, 3 }));
	assert_true(line.u.line.kind == LINE_VOID && line.u.line.role == ROLE_PAPER);
	assert_int_equal(change(g, paper_void(3, DIRECTION_OUT, "2-CV/BTP")).result, ERR_OK);
	assert_int_equal(change(g, paper_void(3, DIRECTION_OUT, "3-CV/BTP")).result, ERR_CONFLICT);
	assert_int_equal(change(g, paper_void(4, DIRECTION_OUT, "2-CV/BTP")).result,
			 ERR_NUMBER_USED);
	assert_int_equal(change(g, paper_void(5, DIRECTION_OUT, "1-CV/BTP")).result,
			 ERR_NUMBER_USED);
	assert_int_equal(change(g, paper_cancel(1, "nhập nhầm")).result, ERR_OK);
	assert_int_equal(change(g, paper_void(5, DIRECTION_OUT, "1-CV/BTP")).result,
			 ERR_NUMBER_USED);
	assert_int_equal(change(g, paper_void(5, DIRECTION_OUT, "một")).result, ERR_FIELD);
	/* the series goes on behind the last one */
	assert_int_equal(change(g, paper_void(6, DIRECTION_OUT, "9-CV/BTP")).result, ERR_OK);
	r = change(g, paper_void(7, DIRECTION_OUT, "11-CV/BTP"));
	assert_int_equal(r.gap, 1);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .paper = 1 });
	paper_expect_equal(g);
}

static void test_void_arrival_number_is_the_next_one(void **state)
{
	struct stage *g = *state;
	struct event e = paper_void(4, DIRECTION_IN, "2");

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	assert_int_equal(change(g, paper_void(2, DIRECTION_IN, "1")).result, ERR_NUMBER_USED);
	assert_int_equal(change(g, paper_void(2, DIRECTION_IN, "3")).result, ERR_NUMBER_AHEAD);
	assert_int_equal(change(g, paper_void(2, DIRECTION_IN, "0")).result, ERR_FIELD);
	assert_int_equal(change(g, paper_void(2, DIRECTION_IN, "x")).result, ERR_FIELD);
	assert_int_equal(change(g, e).result, ERR_OK);
	assert_true(change(g, e).repeated);
	e.u.paper.reason = "lý do khác";
	assert_int_equal(change(g, e).result, ERR_NUMBER_USED);
	paper_add(g, 5, DIRECTION_IN, "2-CV/X", "2025-06-14");
	assert_int_equal(
	    station_get(g->s, FAMILY_PAPER, key_paper(paper_serial(JUNE, DIRECTION_IN, 2)))
		.u.paper.line.number,
	    3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_entry_is_stored_counted_logged_and_told),
		TEST(test_repeated_entry_counts_once_and_another_under_its_id_is_a_conflict),
		TEST(test_same_document_twice_is_refused_unless_the_clerk_insists),
		TEST(test_same_number_with_another_date_is_taken_and_told),
		TEST(test_our_own_numbers_begin_anew_with_our_term),
		TEST(test_cancelled_or_insisted_upon_is_not_told),
		TEST(test_same_document_in_one_turn_is_seen_through_the_plan),
		TEST(test_secret_document_leaves_only_that_it_exists),
		TEST(test_number_of_a_secret_document_is_free_in_the_other_book),
		TEST(test_what_is_no_entry_is_refused_and_writes_nothing),
		TEST(test_cancelled_entry_stays_with_its_reason_and_counts_no_more),
		TEST(test_id_of_a_digital_document_is_no_paper),
		TEST(test_slips_are_told_and_strict_writes_nothing),
		TEST(test_entry_is_found_among_many_and_numbered_after_the_last),
		TEST(test_correction_is_an_addition_and_moves_the_counters),
		TEST(test_correction_of_what_is_cancelled_secret_or_there_already_is_refused),
		TEST(test_day_of_what_came_in_is_not_after_its_coming_and_can_be_corrected),
		TEST(test_void_number_has_a_line_counts_nowhere_and_is_used),
		TEST(test_void_arrival_number_is_the_next_one),
		TEST(test_damaged_entry_keeps_its_number_and_stops_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
