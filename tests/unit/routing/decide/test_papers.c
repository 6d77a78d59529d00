/* Many entries on paper at once: as if each came by itself, or all of them or none. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/support/paper.h"

enum { LINES = 6 };

/* Three to be numbered, one that comes twice, one that is wrong or right. */
static struct event import_of(struct ev_paper lines[LINES], bool bad)
{
	static const char *const numbers[LINES] = { "1/ĐU-VP", "", "", "3-BC/ĐU", "", "5/ĐU-VP" };

	for (unsigned i = 0; i < LINES; i++) {
		struct event e =
			paper_entry(40 + (i == 4 ? 2 : i), DIRECTION_OUT, numbers[i], "2025-06-14");

		lines[i] = e.u.paper;
		lines[i].reply.n = 0;
		lines[i].import = true;
		lines[i].number_template = numbers[i][0] == '\0' ? "auto/ĐU-VP" : "";
	}
	lines[5].paper.date = bad ? "2199-01-01" : "2025-06-14";
	return (struct event){ .type = EVENT_PAPERS,
			       .u.papers = { .reply = { 7 }, .lines = lines, .count = LINES } };
}

static const struct act_reply *lines_of(struct stage *g, const struct event *e)
{
	const struct act *a;

	station_clear(g->s);
	station_take(g->s, e);
	a = &g->s->plan->acts[g->s->plan->act_count - 1];
	assert_int_equal(a->type, ACT_REPLY);
	assert_int_equal(a->u.reply.to.n, 7);
	assert_int_equal(a->u.reply.line_count, LINES);
	return a->u.reply.lines;
}

static void test_lines_are_answered_one_by_one(void **state)
{
	struct stage *g = *state;
	struct ev_paper lines[LINES];
	struct event e = import_of(lines, true);
	const struct act_reply *r = lines_of(g, &e);

	assert_string_equal(r[1].doc_number, "02/ĐU-VP");
	assert_string_equal(r[2].doc_number, "03/ĐU-VP");
	assert_true(r[4].repeated);
	assert_string_equal(r[4].doc_number, "03/ĐU-VP");
	assert_int_equal(r[5].result, ERR_FUTURE);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_PAPER), 4);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .paper = 4 });
	paper_expect_equal(g);
}

static void test_together_or_not_at_all(void **state)
{
	struct stage *g = *state;
	struct event before = paper_entry(1, DIRECTION_OUT, "7/ĐU-VP", "2025-06-14");
	struct ev_paper lines[LINES];
	struct event e = import_of(lines, true);
	uint32_t lines_before;

	/* an event of the same turn stays as it was planned */
	before.u.paper.reply.n = 8;
	station_clear(g->s);
	station_take(g->s, &before);
	lines_before = g->s->plan->write_count;
	e.u.papers.together = true;
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->write_count, lines_before);
	assert_false(g->s->plan->acts[g->s->plan->act_count - 1].u.reply.registered);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_PAPER), 1);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 1);
	e = import_of(lines, false);
	e.u.papers.together = e.u.papers.dry_run = true;
	assert_string_equal(lines_of(g, &e)[1].doc_number, "08/ĐU-VP");
	assert_true(plan_is_empty(g->s->plan));
	e.u.papers.dry_run = false;
	assert_string_equal(lines_of(g, &e)[1].doc_number, "08/ĐU-VP");
	assert_true(g->s->plan->acts[g->s->plan->act_count - 1].u.reply.registered);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_PAPER), 6);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 6);
	paper_expect_equal(g);
}

static void test_one_that_stands_there_is_told_and_another_subject_is_refused(void **state)
{
	struct stage *g = *state;
	struct ev_paper lines[LINES];
	struct event e = import_of(lines, false);
	const struct act_reply *r;

	paper_add(g, 1, DIRECTION_OUT, "1/ĐU-VP", "2025-06-14");
	r = lines_of(g, &e);
	assert_true(r[0].result == ERR_OK && r[0].repeated);
	lines[0].paper.subject = "Khác";
	assert_int_equal(lines_of(g, &e)[0].result, ERR_REGISTERED);
	lines[1].fault = ERR_FIELD; /* found before it came here */
	assert_int_equal(lines_of(g, &e)[1].result, ERR_FIELD);
}

static void test_without_room_the_rest_is_refused(void **state)
{
	struct stage *g = *state;
	struct ev_paper lines[LINES];
	struct event e = import_of(lines, false);
	const struct act_reply *r;

	core_set_room(g->s->core,
		      (struct core_room){ true, true, true, ERR_OK, 300 * 1024, ERR_MAP_FULL });
	r = lines_of(g, &e);
	assert_int_equal(r[0].result, ERR_OK);
	assert_int_equal(r[5].result, ERR_MAP_FULL);
	e.u.papers.together = true;
	core_set_room(g->s->core,
		      (struct core_room){ true, true, true, ERR_OK, 300 * 1024, ERR_DISK_FULL });
	r = lines_of(g, &e);
	assert_int_equal(r[5].result, ERR_DISK_FULL);
	assert_true(plan_is_empty(g->s->plan));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines_are_answered_one_by_one),
		TEST(test_together_or_not_at_all),
		TEST(test_one_that_stands_there_is_told_and_another_subject_is_refused),
		TEST(test_without_room_the_rest_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
