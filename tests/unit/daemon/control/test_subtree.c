/* What is asked of figures below, where a subordinate has reported as much as a report may say. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"
#include "routing/target/target.h"
#include "tests/unit/support/desk.h"

enum { MONTHS = 24, ROWS = 900 };

static int set_up(void **state)
{
	static struct tenure places[2];
	struct fixture *f = fixture_new();
	unsigned at = fixture_index(f, "xa-a1");
	struct station *s;

	/* It has moved, so that each place is looked up anew. */
	places[0] = (struct tenure){ .superior = fixture_id("huyen-a") };
	places[1] = (struct tenure){ .since = ROWS, .superior = fixture_id("huyen-a") };
	f->entries[at].places = places;
	f->entries[at].place_count = 2;
	fixture_repack(f, at);
	s = station_new(f, "huyen-a");
	*state = desk_new(f, s, SOCKET_READ);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* Each month as full as an envelope can make it. */
static void report_all_of(struct station *s, const char *who)
{
	struct report_row *rows = calloc(ROWS, sizeof *rows);
	char(*codes)[TYPE_CODE_MAX + 1] = calloc(ROWS, sizeof *codes);

	for (unsigned i = 0; i < ROWS; i++) {
		snprintf(codes[i], sizeof codes[i], "T%u", i);
		rows[i] = (struct report_row){ .type_code = codes[i],
					       .type_name = "",
					       .count = { .digital = 1 } };
	}
	station_clear(s);
	for (unsigned m = 0; m < MONTHS; m++) {
		struct month month = { (uint16_t)(2024 * 12 + m) };
		struct record r = { .family = FAMILY_FIGURES };

		for (unsigned i = 0; i < ROWS; i++) {
			rows[i].at = (struct target_key){ .month = month,
							  .direction = DIRECTION_IN,
							  .since = i };
		}
		r.u.figures.figures = (struct report){
			.from = month, .to = month, .rows = rows, .row_count = ROWS
		};
		plan_put(s->plan, key_figures(fixture_id(who), month), &r);
		station_commit(s);
		station_clear(s);
	}
	free(rows);
	free(codes);
}

static void test_as_much_as_a_report_may_say_is_summed(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__SubtreeQuery query = VANTHU__V1__SUBTREE_QUERY__INIT;
	uint64_t digital = 0;
	bool more = true;

	report_all_of(d->s, "xa-a1");
	query.from_month = 2024 * 12;
	query.to_month = 2025 * 12 + 11;
	query.by_committee = true;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBTREE;
	request.subtree = &query;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		assert_true(r->error == NULL || r->what_case != VANTHU__V1__REPLY__WHAT_ERROR ||
			    r->error->code == ERR_NOT_FOUND);
		if (r->what_case == VANTHU__V1__REPLY__WHAT_SUBTREE &&
		    r->subtree->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_SUM)
			digital += r->subtree->sum->figures->digital;
		more = r->more;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	assert_int_equal(digital, (uint64_t)MONTHS * ROWS);
}

/* Half an hour of a day in Vietnam, n times. */
static int64_t time_of(const char *date, int64_t half_hours)
{
	struct day day;

	assert_true(date_day(date, &day));
	return day_begin_ms(day) + half_hours * 30 * 60000;
}

/* One that says all of the months, and nothing was counted. */
static void report_until(struct desk *d, struct month from, struct month to, int64_t as_of_ms)
{
	struct record r = { .family = FAMILY_REPORT };
	struct key key = key_committee(fixture_id("xa-a1"));

	station_clear(d->s);
	r.u.report.envelope = (struct blob){ (const uint8_t *)"x", 1 };
	r.u.report.summary = (struct report){ .from = from, .to = to, .as_of_ms = as_of_ms };
	r.u.report.taken_at_ms = as_of_ms;
	plan_put(d->s->plan, key, &r);
	for (uint16_t m = from.n; m <= to.n; m++) {
		struct record month = { .family = FAMILY_FIGURES };

		month.u.figures.figures =
			(struct report){ .from = { m }, .to = { m }, .as_of_ms = as_of_ms };
		plan_put(d->s->plan, key_figures(fixture_id("xa-a1"), (struct month){ m }), &month);
	}
	station_commit(d->s);
	station_clear(d->s);
}

static Vanthu__V1__ReportStand stand_in(struct desk *d, struct month month, uint32_t *first)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__SubtreeQuery query = VANTHU__V1__SUBTREE_QUERY__INIT;
	Vanthu__V1__ReportStand stand = VANTHU__V1__REPORT_STAND__REPORT_STAND_UNSPECIFIED;
	bool more = true;

	query.from_month = query.to_month = month.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBTREE;
	request.subtree = &query;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		if (r->what_case == VANTHU__V1__REPLY__WHAT_SUBTREE &&
		    r->subtree->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_REPORTER &&
		    strcmp(r->subtree->reporter->committee, "xa-a1") == 0) {
			stand = r->subtree->reporter->stand;
			*first = r->subtree->reporter->first_month;
		}
		more = r->more;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	return stand;
}

static void test_new_month_is_not_reported_before_its_first_report_is_due(void **state)
{
	struct month june = month_make(2025, 6), july = month_make(2025, 7);
	struct desk *d = *state;
	uint32_t first = 0;

	report_until(d, month_make(2024, 1), june, time_of("2025-06-30", 1) + 60000);
	d->s->now.wall_ms = time_of("2025-07-01", 0) + 600000;
	assert_int_equal(stand_in(d, july, &first), VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING);
	assert_int_equal(stand_in(d, june, &first), VANTHU__V1__REPORT_STAND__REPORT_STAND_THERE);
	assert_int_equal(first, month_make(2024, 1).n);
	/* and once it has come, nothing counted is 0 */
	report_until(d, month_make(2024, 1), july, time_of("2025-07-01", 1) + 60000);
	d->s->now.wall_ms = time_of("2025-07-01", 2);
	assert_int_equal(stand_in(d, july, &first), VANTHU__V1__REPORT_STAND__REPORT_STAND_THERE);
}

static void test_report_with_all_days_of_the_period_is_not_late(void **state)
{
	struct month june = month_make(2025, 6), july = month_make(2025, 7);
	struct desk *d = *state;
	uint32_t first = 0;

	report_until(d, june, july, time_of("2025-07-05", 1));
	d->s->now.wall_ms = time_of("2025-08-10", 20);
	assert_int_equal(stand_in(d, june, &first), VANTHU__V1__REPORT_STAND__REPORT_STAND_THERE);
	assert_int_equal(stand_in(d, july, &first), VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE);
	assert_int_equal(first, june.n);
}

/* ---- what others make up ---- */

enum { LINES_MAX = 32 };

struct told {
	Vanthu__V1__Reply *replies[LINES_MAX];
	const Vanthu__V1__SubtreeSum *sums[LINES_MAX];
	const Vanthu__V1__Misplaced *misplaced[LINES_MAX];
	unsigned count, sum_count, misplaced_count;
};

static void ask(struct desk *d, bool by_type, struct told *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__SubtreeQuery query = VANTHU__V1__SUBTREE_QUERY__INIT;
	bool more = true;

	*out = (struct told){ .count = 0 };
	query.from_month = 2024 * 12;
	query.to_month = 2025 * 12 + 11;
	query.by_committee = !by_type;
	query.by_type = by_type;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBTREE;
	request.subtree = &query;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		assert_true(out->count < LINES_MAX);
		out->replies[out->count++] = r;
		more = r->more;
		if (r->what_case != VANTHU__V1__REPLY__WHAT_SUBTREE)
			continue;
		if (r->subtree->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_SUM)
			out->sums[out->sum_count++] = r->subtree->sum;
		if (r->subtree->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_MISPLACED)
			out->misplaced[out->misplaced_count++] = r->subtree->misplaced;
	}
}

static void forget(struct told *t)
{
	for (unsigned i = 0; i < t->count; i++)
		vanthu__v1__reply__free_unpacked(t->replies[i], NULL);
}

/* Rows of one month, as a report brought them. */
static void report(struct station *s, const char *who, unsigned month, struct report_row *rows,
		   uint32_t count)
{
	struct record r = { .family = FAMILY_FIGURES };
	struct month m = { (uint16_t)month };

	for (uint32_t i = 0; i < count; i++) {
		rows[i].at.month = m;
		rows[i].at.direction = DIRECTION_IN;
		rows[i].type_name = rows[i].type_name == NULL ? "" : rows[i].type_name;
		rows[i].type_code = rows[i].type_code == NULL ? "" : rows[i].type_code;
	}
	r.u.figures.figures =
		(struct report){ .from = m, .to = m, .rows = rows, .row_count = count };
	station_clear(s);
	plan_put(s->plan, key_figures(fixture_id(who), m), &r);
	station_commit(s);
}

static uint64_t of_type(const struct told *t, const char *code, const char *name)
{
	for (unsigned i = 0; i < t->sum_count; i++) {
		if (strcmp(t->sums[i]->type_code, code) == 0 &&
		    strcmp(t->sums[i]->type_name, name) == 0)
			return t->sums[i]->figures->digital;
	}
	return 0;
}

static void test_report_names_no_known_type_anew(void **state)
{
	struct desk *d = *state;
	struct report_row honest[] = { { .type_code = "KH",
					 .type_name = "Kế hoạch",
					 .count = { .digital = 100 } },
				       { .type_code = "Q562789", .count = { .digital = 10 } } },
			  hostile[] = { { .type_code = "KH",
					  .type_name = "Đơn xin nghỉ",
					  .count = { .digital = 1 } },
					{ .type_code = "FQKLAJIY",
					  .type_name = "Kế hoạch giả",
					  .count = { .digital = 2 } },
					{ .type_code = "Q779192",
					  .type_name = "Loại khác",
					  .count = { .digital = 3 } } };
	struct told t;

	assert_int_equal(series_type("FQKLAJIY", ""), series_type("KH", ""));
	assert_int_equal(series_type("Q562789", ""), series_type("Q779192", ""));
	report(d->s, "xa-a2", 2025 * 12 + 2, honest, 2);
	report(d->s, "xa-a1", 2025 * 12 + 1, hostile, 3);
	ask(d, true, &t);
	assert_int_equal(t.sum_count, 4);
	assert_int_equal(of_type(&t, "KH", "Kế hoạch"), 101);
	assert_int_equal(of_type(&t, "FQKLAJIY", "Kế hoạch giả"), 2);
	assert_int_equal(of_type(&t, "Q562789", ""), 10);
	assert_int_equal(of_type(&t, "Q779192", "Loại khác"), 3);
	forget(&t);
}

/* xa-a1 has left our subtree for huyen-b, by a directory of June 2025, and has reported to us; it
 * stood below us since then. */
static void put_move(struct station *s, uint64_t since)
{
	static struct tenure places[2];
	struct fixture *f = s->fixture;
	unsigned at = fixture_index(f, "xa-a1");
	struct record head = { .family = FAMILY_DIRECTORY }, row = { .family = FAMILY_COMMITTEE },
		      known = { .family = FAMILY_REPORT };

	places[0] = (struct tenure){ .since = since, .superior = fixture_id("huyen-a") };
	places[1] = (struct tenure){ .since = ROWS, .superior = fixture_id("huyen-b") };
	f->entries[at].places = places;
	f->entries[at].superior = places[1].superior;
	fixture_repack(f, at);
	row.u.committee = f->entries[at];
	head.u.directory = fixture_directory(f, ROWS).head;
	known.u.report.envelope = fixture_blob("signed");
	station_clear(s);
	plan_put(s->plan, key_number(ROWS), &head);
	plan_put(s->plan, key_committee(row.u.committee.id), &row);
	plan_put(s->plan, key_committee(row.u.committee.id), &known);
	station_commit(s);
}

static uint64_t misplaced(const struct told *t, unsigned month, Vanthu__V1__MisplacedWhy why)
{
	for (unsigned i = 0; i < t->misplaced_count; i++) {
		if (t->misplaced[i]->month == month && t->misplaced[i]->why == why) {
			assert_string_equal(t->misplaced[i]->committee, "xa-a1");
			return t->misplaced[i]->documents;
		}
	}
	return 0;
}

static void test_figures_of_where_a_committee_does_not_stand_are_named_and_not_summed(void **state)
{
	struct desk *d = *state;
	struct report_row rows[2];
	uint64_t digital = 0;
	struct told t;

	put_move(d->s, 0);
	/* before it left, in the month after, and months later: of its former place and its new */
	for (unsigned month = 2025 * 12 + 4; month <= 2025 * 12 + 8; month++) {
		rows[0] = (struct report_row){ .count = { .digital = 1 } };
		rows[1] = (struct report_row){ .at = { .since = ROWS }, .count = { .digital = 8 } };
		report(d->s, "xa-a1", month, rows, 2);
	}
	ask(d, false, &t);
	for (unsigned i = 0; i < t.sum_count; i++)
		digital += t.sums[i]->figures->digital;
	assert_int_equal(digital, 3); /* of its new place huyen-b has them */
	assert_int_equal(t.misplaced_count, 2);
	assert_int_equal(misplaced(&t, 2025 * 12 + 7, VANTHU__V1__MISPLACED_WHY__MISPLACED_LEFT),
			 1);
	assert_int_equal(misplaced(&t, 2025 * 12 + 8, VANTHU__V1__MISPLACED_WHY__MISPLACED_LEFT),
			 1);
	forget(&t);
}

static void test_figures_of_before_a_committee_was_are_named_and_not_summed(void **state)
{
	static struct tenure joined = { .since = 7 };
	struct desk *d = *state;
	struct fixture *f = d->s->fixture;
	unsigned at = fixture_index(f, "xa-a1");
	struct record r = { .family = FAMILY_COMMITTEE };
	struct report_row rows[] = { { .count = { .digital = 1 } },
				     { .at = { .since = 3 },
				       .count = { .digital = 2, .secret = 4 } },
				     { .at = { .since = 7 }, .count = { .digital = 8 } } };
	struct told t;

	joined.superior = fixture_id("huyen-a");
	f->entries[at].places = &joined;
	f->entries[at].place_count = 1;
	fixture_repack(f, at);
	r.u.committee = f->entries[at];
	station_clear(d->s);
	plan_put(d->s->plan, key_committee(r.u.committee.id), &r);
	station_commit(d->s);
	report(d->s, "xa-a1", 2025 * 12 + 3, rows, 3);
	ask(d, false, &t);
	assert_int_equal(t.sum_count, 1);
	assert_int_equal(t.sums[0]->figures->digital, 9); /* 0: where it stands first */
	assert_int_equal(t.misplaced_count, 1);
	assert_int_equal(misplaced(&t, 2025 * 12 + 3, VANTHU__V1__MISPLACED_WHY__MISPLACED_NEVER),
			 6);
	forget(&t);
}

/* A move takes no figures of earlier months with it, those of before any directory neither. */
static void test_figures_of_before_a_committee_was_stay_where_it_stood_first(void **state)
{
	struct desk *d = *state;
	struct report_row rows[2];
	struct told t;

	put_move(d->s, 7);
	rows[0] = (struct report_row){ .count = { .digital = 1 } };
	rows[1] = (struct report_row){ .at = { .since = ROWS }, .count = { .digital = 8 } };
	report(d->s, "xa-a1", 2025 * 12 + 3, rows, 2);
	ask(d, false, &t);
	assert_int_equal(t.sum_count, 1);
	assert_int_equal(t.sums[0]->figures->digital, 1);
	assert_int_equal(t.misplaced_count, 0);
	forget(&t);
	/* and months later they are no more of there than others */
	report(d->s, "xa-a1", 2025 * 12 + 8, rows, 1);
	ask(d, false, &t);
	assert_int_equal(t.sums[0]->figures->digital, 1);
	assert_int_equal(misplaced(&t, 2025 * 12 + 8, VANTHU__V1__MISPLACED_WHY__MISPLACED_LEFT),
			 1);
	forget(&t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_as_much_as_a_report_may_say_is_summed),
		TEST(test_new_month_is_not_reported_before_its_first_report_is_due),
		TEST(test_report_with_all_days_of_the_period_is_not_late),
		TEST(test_report_names_no_known_type_anew),
		TEST(test_figures_of_where_a_committee_does_not_stand_are_named_and_not_summed),
		TEST(test_figures_of_before_a_committee_was_are_named_and_not_summed),
		TEST(test_figures_of_before_a_committee_was_stay_where_it_stood_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
