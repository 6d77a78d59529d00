/* A damaged record that an operator accepts as lost: who may, of what, and what is kept of it. */
#include "routing/reconcile/accept.h"

#include <string.h>

#include "tests/unit/support/paper.h"

#define DAY_MS (24LL * 3600 * 1000)

static struct act_reply answer_to(struct stage *g, const struct event *e)
{
	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static struct event accepts(enum family family, struct key key, bool knowing)
{
	return (struct event){ .type = EVENT_ACCEPT,
			       .u.accept = { .reply = { 7 },
					     .uid = 1000,
					     .family = family,
					     .key = key,
					     .copy = "copy-1",
					     .reason = "đĩa hỏng",
					     .knowing = knowing } };
}

static enum err accept(struct stage *g, enum family family, struct key key, bool knowing)
{
	struct event e = accepts(family, key, knowing);
	struct act_reply a = answer_to(g, &e);

	assert_int_equal(a.to.n, 7);
	assert_string_equal(a.about, "copy-1");
	if (a.result != ERR_OK)
		assert_true(plan_is_empty(g->s->plan));
	else
		station_commit(g->s);
	return a.result;
}

static struct key last_of(struct stage *g, enum family family)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;

	scan.report_damage = true;
	(void)!g->s->lookup.last(g->s->lookup.ctx, g->f->arena, family, &scan, &r);
	return scan.at;
}

static struct key spoil_last(struct stage *g, enum family family)
{
	struct key key = last_of(g, family);

	assert_ok(memory_disk_spoil(g->s->disk, family, &key));
	core_set_unsound(g->s->core, ERR_DAMAGED);
	return key;
}

static enum err stands(struct stage *g, enum family family, struct key key)
{
	struct record r;

	return g->s->lookup.get(g->s->lookup.ctx, g->f->arena, family, &key, &r);
}

static void
test_an_entry_that_nobody_else_has_is_accepted_once_and_stays_where_it_lies(void **state)
{
	struct stage *g = *state;
	uint64_t acts;
	struct key key, accepted;
	struct record r;

	paper_add(g, 1, DIRECTION_OUT, "9-CV/ĐU", "2025-06-02");
	key = spoil_last(g, FAMILY_PAPER);
	acts = station_count(g->s, FAMILY_ACT);
	assert_int_equal(memory_disk_damaged(g->s->disk), 1);
	assert_int_equal(accept(g, FAMILY_PAPER, key, false), ERR_OK);
	assert_true(key_accepted(FAMILY_PAPER, &key, &accepted));
	r = station_get(g->s, FAMILY_ACCEPTED, accepted);
	assert_int_equal(r.u.accepted.uid, 1000);
	assert_int_equal(r.u.accepted.at_ms, g->s->now.wall_ms);
	assert_string_equal(r.u.accepted.reason, "đĩa hỏng");
	assert_int_equal(stands(g, FAMILY_PAPER, key), ERR_DAMAGED);
	assert_int_equal(memory_disk_damaged(g->s->disk), 0); /* and no alarm */
	assert_int_equal(core_accepted(g->s->core), 1);
	assert_int_equal(station_count(g->s, FAMILY_ACT), acts + 1);
	r = station_get(g->s, FAMILY_ACT, last_of(g, FAMILY_ACT));
	assert_string_equal(r.u.act.verb, "quarantine-accept");
	assert_string_equal(r.u.act.subject, "copy-1");
	assert_int_equal(r.u.act.uid, 1000);
	/* once more: it is so */
	assert_int_equal(accept(g, FAMILY_PAPER, key, false), ERR_OK);
	assert_int_equal(station_count(g->s, FAMILY_ACCEPTED), 1);
	assert_int_equal(station_count(g->s, FAMILY_ACT), acts + 1);
	station_restart(g->s);
	assert_int_equal(core_accepted(g->s->core), 1);
}

static void test_what_reads_right_or_is_not_there_is_not_accepted(void **state)
{
	struct stage *g = *state;
	struct key key;

	paper_add(g, 1, DIRECTION_OUT, "9-CV/ĐU", "2025-06-02");
	key = last_of(g, FAMILY_PAPER);
	assert_int_equal(accept(g, FAMILY_PAPER, key, true), ERR_BAD_STATE);
	key.bytes[key.len_bytes - 1]++;
	assert_int_equal(accept(g, FAMILY_PAPER, key, true), ERR_NOT_FOUND);
	assert_int_equal(station_count(g->s, FAMILY_ACCEPTED), 0);
}

static void test_what_may_come_again_is_accepted_only_by_who_says_that_he_knows(void **state)
{
	static const enum family families[] = { FAMILY_DOCUMENT, FAMILY_ENVELOPE, FAMILY_STATE,
						FAMILY_LINE };
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-b1" } } } };

	station_take(g->s, submission_of(&u, 1, 1));
	station_commit(g->s);
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		struct key key = spoil_last(g, families[i]);

		assert_int_equal(accept(g, families[i], key, false), ERR_NOT_YET);
		assert_int_equal(accept(g, families[i], key, true), ERR_OK);
	}
}

static void test_each_family_says_who_else_has_it(void **state)
{
	struct line_key line = { .book = BOOK_OUT, .year = 2025, .number = 1 };
	struct key key = key_line(line), relay = key_serial(ROLE_RELAY, (struct serial){ 1 });

	(void)state;
	assert_int_equal(accept_hope(FAMILY_LINE, &key), HOPE_HERE);
	line.addition = 1;
	key = key_line(line);
	assert_int_equal(accept_hope(FAMILY_LINE, &key), HOPE_NONE);
	assert_int_equal(accept_hope(FAMILY_RELAY, &relay), HOPE_HERE);
	relay = key_receipt(ROLE_OUT, (struct serial){ 1 }, fixture_id("tinh"));
	assert_int_equal(accept_hope(FAMILY_RELAY, &relay), HOPE_NONE);
	assert_int_equal(accept_hope(FAMILY_RECEIPT, &relay), HOPE_THERE);
	assert_int_equal(accept_hope(FAMILY_HISTORY, &relay), HOPE_NONE);
	assert_int_equal(accept_hope(FAMILY_SERIES, &relay), HOPE_HERE);
}

static void test_a_copy_that_is_dropped_is_an_act(void **state)
{
	struct stage *g = *state;
	const struct event e = { .type = EVENT_OPERATE,
				 .u.operate = { .reply = { 7 },
						.uid = 1000,
						.operation = OPERATION_DROP_COPY,
						.copy = "state-6f00" } };
	struct record r;

	assert_string_equal(answer_to(g, &e).about, "state-6f00");
	station_commit(g->s);
	r = station_get(g->s, FAMILY_ACT, last_of(g, FAMILY_ACT));
	assert_string_equal(r.u.act.verb, "quarantine-drop");
	assert_string_equal(r.u.act.subject, "state-6f00");
}

/* ---- the last number of a series ---- */

static void number(struct stage *g, unsigned id, const char *gets)
{
	struct event e = paper_entry(id, DIRECTION_OUT, "", "2025-07-21");
	struct act_reply a;

	e.u.paper.paper.type_code = "KH";
	e.u.paper.paper.type_name = "Kế hoạch";
	e.u.paper.number_template = "auto";
	a = answer_to(g, &e);
	assert_int_equal(a.result, gets == NULL ? ERR_NO_NUMBER : ERR_OK);
	if (gets == NULL)
		return;
	assert_string_equal(a.doc_number, gets);
	station_commit(g->s);
}

/* As the daemon tells of it; then ticks until nothing is looked for any more. */
static void told_of_series(struct stage *g, struct key key)
{
	const struct event damaged = { .type = EVENT_DAMAGED,
				       .u.damaged = { .family = FAMILY_SERIES, .key = key } },
			   tick = { .type = EVENT_TICK };

	station_clear(g->s);
	station_take(g->s, &damaged);
	station_commit(g->s);
	for (unsigned i = 0; i < 8; i++) {
		station_clear(g->s);
		station_take(g->s, &tick);
		station_commit(g->s);
	}
	station_clear(g->s);
}

static void test_the_last_number_of_a_series_is_made_again_from_the_lines(void **state)
{
	struct stage *g = *state;
	struct event cancel = paper_cancel(3, "nhầm");
	struct key key;

	g->s->now.wall_ms += 60 * DAY_MS; /* no day of issue lies in the future */
	number(g, 1, "01-KH/ĐU");
	number(g, 2, "02-KH/ĐU");
	number(g, 3, "03-KH/ĐU");
	/* no index has it any more, and its number was given all the same */
	assert_int_equal(answer_to(g, &cancel).result, ERR_OK);
	station_commit(g->s);
	key = spoil_last(g, FAMILY_SERIES);
	number(g, 4, NULL);
	told_of_series(g, key);
	assert_int_equal(station_get(g->s, FAMILY_SERIES, key).u.series.last, 3);
	number(g, 4, "04-KH/ĐU");
}

static void test_a_line_that_cannot_be_read_holds_it_up_until_that_is_accepted(void **state)
{
	struct stage *g = *state;
	struct key key, paper;

	g->s->now.wall_ms += 60 * DAY_MS;
	number(g, 1, "01-KH/ĐU");
	number(g, 2, "02-KH/ĐU");
	paper = spoil_last(g, FAMILY_PAPER);
	number(g, 3, "03-KH/ĐU");
	key = spoil_last(g, FAMILY_SERIES);
	told_of_series(g, key);
	assert_int_equal(stands(g, FAMILY_SERIES, key), ERR_DAMAGED);
	assert_int_equal(accept(g, FAMILY_PAPER, paper, false), ERR_OK);
	told_of_series(g, key);
	/* it may have had the last one: that is left out */
	assert_int_equal(station_get(g->s, FAMILY_SERIES, key).u.series.last, 4);
	number(g, 4, "05-KH/ĐU");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_entry_that_nobody_else_has_is_accepted_once_and_stays_where_it_lies),
		TEST(test_what_reads_right_or_is_not_there_is_not_accepted),
		TEST(test_what_may_come_again_is_accepted_only_by_who_says_that_he_knows),
		TEST(test_each_family_says_who_else_has_it),
		TEST(test_a_copy_that_is_dropped_is_an_act),
		TEST(test_the_last_number_of_a_series_is_made_again_from_the_lines),
		TEST(test_a_line_that_cannot_be_read_holds_it_up_until_that_is_accepted),
	};

	return cmocka_run_group_tests_name("reconcile_accept", tests, NULL, NULL);
}
