/* A committee whose clock or key is wrong signs nothing new, says why, and goes on by itself. */
#include <string.h>

#include "routing/base/committee_id.h"
#include "tests/unit/support/fixture.h"

enum { HOUR_MS = 3600 * 1000 };

static struct message hello_of(const struct neighbour *n, int64_t wall_ms, bool answer)
{
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = n->id,
					.purpose = PURPOSE_CONTROL,
					.directory_version = 1,
					.has_streams = true,
					.answer = answer,
					.wall_ms = wall_ms };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		m.u.hello.streams[lane].stream = n->streams[lane];
	return m;
}

/* The link comes up, with the clocks as they are: the superior answers our Hello. */
static void up_at(struct station *s, struct neighbour *n, int64_t wall_ms)
{
	struct event e = { .type = EVENT_CONNECTED, .u.link.neighbour = n->id };
	struct message m = hello_of(n, wall_ms, true);

	station_take(s, &e);
	neighbour_says(s, n, &m);
}

/* It answers the last ping that it was sent. */
static void pong_at(struct station *s, struct neighbour *n, int64_t wall_ms)
{
	struct message m = { .type = MESSAGE_PONG };
	const struct message *ping = NULL, *next;

	for (unsigned i = 0; (next = station_said(s, n->id.text, MESSAGE_PING, i)) != NULL; i++)
		ping = next;
	assert_non_null(ping);
	m.u.ping = (struct msg_ping){ .token = ping->u.ping.token,
				      .directory_version = 1,
				      .wall_ms = wall_ms };
	neighbour_says(s, n, &m);
}

static enum err submit(struct station *s, unsigned id, bool dry)
{
	static struct submission u;
	struct event *e;

	u = (struct submission){ .recipients = { { .committee = { "xa-a1" } } } };
	e = submission_of(&u, id, 1);
	e->u.submit.dry_run = dry;
	station_clear(s);
	station_take(s, e);
	return station_act(s, ACT_REPLY, 0)->u.reply.result;
}

static void tick(struct station *s, int64_t mono_ms, int64_t wall_ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(s);
	s->now.mono_ms += mono_ms;
	s->now.mono_us += mono_ms * 1000;
	s->now.wall_ms += wall_ms;
	station_take(s, &e);
}

static void test_clock_that_differs_is_told_once_at_hello_and_once_when_right(void **state)
{
	struct stage *g = *state;
	struct link_view v;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS + 4 * 60000);
	assert_int_equal(station_notice(g->s, NOTICE_CLOCK)->reason, ERR_CLOCK_NEIGHBOUR);
	assert_int_equal(station_notice(g->s, NOTICE_CLOCK)->clock_ahead_ms, 4 * 60000);
	assert_true(core_link_find(g->s->core, g->tinh.id, &v));
	assert_true(v.clock_known && v.clock_ahead_ms == 4 * 60000 &&
		    v.clock_measured_ms == FIXTURE_NOW_MS);
	for (int i = 0; i < 20; i++) {
		tick(g->s, 5000, 5000);
		/* around the bound */
		pong_at(g->s, &g->tinh, g->s->now.wall_ms + 59000 + 100 * (i % 3) * 10);
		if (i > 0)
			assert_null(station_notice(g->s, NOTICE_CLOCK));
	}
	tick(g->s, 5000, 5000);
	pong_at(g->s, &g->tinh, g->s->now.wall_ms + 54000);
	assert_int_equal(station_notice(g->s, NOTICE_CLOCK)->reason, ERR_OK);
	tick(g->s, 5000, 5000);
	pong_at(g->s, &g->tinh, g->s->now.wall_ms);
	assert_null(station_notice(g->s, NOTICE_CLOCK));
}

/* We stood still for ten minutes, and the answer lay in our socket: it is of before. */
static void test_late_answer_to_an_earlier_hello_is_no_clock_that_is_behind(void **state)
{
	struct event e = { .type = EVENT_CONNECTED };
	struct stage *g = *state;
	struct message m = hello_of(&g->tinh, FIXTURE_NOW_MS, true);

	e.u.link.neighbour = g->tinh.id;
	station_take(g->s, &e);
	tick(g->s, 600000, 600000);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_HELLO, 0));
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(submit(g->s, 1, false), ERR_OK);
	station_commit(g->s);
	/* the ping that follows measures */
	tick(g->s, 5000, 5000);
	pong_at(g->s, &g->tinh, g->s->now.wall_ms - HOUR_MS);
	assert_int_equal(submit(g->s, 2, false), ERR_CLOCK_WRONG);
}

static void test_clock_that_jumps_to_and_fro_fills_no_log(void **state)
{
	struct stage *g = *state;
	unsigned told = 0;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	for (int i = 0; i < 1000; i++) {
		struct event ping = { .type = EVENT_OPERATE,
				      .u.operate = { .reply = { 7 },
						     .operation = OPERATION_LINK_PING,
						     .neighbour = { "tinh" } } };

		station_clear(g->s);
		station_take(g->s, &ping);
		pong_at(g->s, &g->tinh, FIXTURE_NOW_MS + (i % 2) * HOUR_MS);
		told += station_notice(g->s, NOTICE_CLOCK) != NULL;
	}
	assert_int_equal(told, 1);
}

static void test_submission_by_a_wrong_clock_is_refused_until_it_is_right(void **state)
{
	struct stage *g = *state;
	struct clock_view v;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS - 7LL * HOUR_MS); /* ours is 7 hours ahead */
	assert_int_equal(submit(g->s, 1, false), ERR_CLOCK_WRONG);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(submit(g->s, 1, true), ERR_CLOCK_WRONG);
	core_clock(g->s->core, &v);
	assert_true(v.refusing == ERR_CLOCK_WRONG && v.verdict == CLOCK_WRONG &&
		    v.ahead_ms == -7LL * HOUR_MS);
	g->s->now.wall_ms -= 7LL * HOUR_MS; /* mended: at once, before anybody has said anything */
	assert_int_equal(submit(g->s, 1, false), ERR_OK);
	station_commit(g->s);
	g->s->now.wall_ms += 7LL * HOUR_MS; /* and wrong again: what was accepted stays accepted */
	assert_int_equal(submit(g->s, 1, false), ERR_OK);
	assert_true(station_act(g->s, ACT_REPLY, 0)->u.reply.repeated);
	assert_int_equal(submit(g->s, 2, false), ERR_CLOCK_WRONG);
}

static void test_that_it_signs_nothing_is_told_once_and_that_it_does_again(void **state)
{
	struct message alive = { .type = MESSAGE_PING,
				 .u.ping = { .token = 1, .directory_version = 1 } };
	struct stage *g = *state;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	tick(g->s, 1000, 1000 + 7LL * HOUR_MS);
	assert_non_null(station_notice(g->s, NOTICE_CLOCK));
	for (unsigned i = 0, own = 0; i < 30; i++) {
		own = 0;
		for (unsigned n = 0; n < g->s->plan->act_count; n++)
			own += g->s->plan->acts[n].type == ACT_NOTIFY &&
			       id_equal(g->s->plan->acts[n].u.notify.committee, g->s->self) &&
			       g->s->plan->acts[n].u.notify.reason == ERR_CLOCK_WRONG;
		assert_int_equal(own, i == 0);
		neighbour_says(g->s, &g->tinh, &alive);
		tick(g->s, 1000, 1000);
	}
	tick(g->s, 1000, 1000 - 7LL * HOUR_MS);
	assert_int_equal(station_notice(g->s, NOTICE_CLOCK)->reason, ERR_OK);
}

static void test_two_that_have_only_each_other_both_stop_and_both_go_on(void **state)
{
	struct stage *g = *state;
	struct station *xa = station_new(g->f, "xa-a1"); /* its only neighbour is huyen-a */
	struct neighbour huyen = neighbour_of("huyen-a");

	xa->now.wall_ms += HOUR_MS;
	up_at(xa, &huyen, FIXTURE_NOW_MS);
	assert_int_equal(submit(xa, 1, false), ERR_CLOCK_WRONG);
	xa->now.wall_ms -= HOUR_MS;
	/* itself: it gets as far as that */
	assert_int_equal(submit(xa, 1, false), ERR_UNKNOWN_RECIPIENT);
	station_free(xa);
}

static void test_subordinate_that_lies_stops_nobody(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");

	up_at(g->s, &xa, FIXTURE_NOW_MS + HOUR_MS);
	assert_int_equal(submit(g->s, 1, false), ERR_OK); /* the superior has not spoken */
	station_commit(g->s);
	station_clear(g->s);
	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	assert_int_equal(submit(g->s, 2, false), ERR_OK);
}

static void test_clock_of_a_link_that_went_down_says_nothing(void **state)
{
	struct stage *g = *state;
	struct event gone = { .type = EVENT_DISCONNECTED, .u.link = { .neighbour = { "tinh" } } };
	struct link_view v;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS + HOUR_MS);
	assert_int_equal(submit(g->s, 1, false), ERR_CLOCK_WRONG);
	station_take(g->s, &gone);
	assert_int_equal(submit(g->s, 1, false), ERR_OK);
	assert_true(core_link_find(g->s->core, g->tinh.id, &v));
	/* shown all the same, with when it was measured */
	assert_true(v.clock_known && v.clock_ahead_ms == HOUR_MS);
}

/* ---- what comes ---- */

static struct event document_from(struct stage *g, unsigned id, const char *to)
{
	struct draft d = fixture_document(g->f, "tinh", id, (const char *const[]){ to, NULL });

	fixture_seal(g->f, "tinh", &d);
	return neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
}

static void
test_document_stays_with_its_publisher_while_nothing_is_signed_then_comes(void **state)
{
	struct stage *g = *state;
	struct event first;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	station_commit(g->s);
	first = document_from(g, 1, "huyen-a");
	station_clear(g->s);
	g->s->now.wall_ms += HOUR_MS; /* under way when the clock was set wrong */
	station_take(g->s, &first);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(g->s->plan->draft_count, 0);
	for (int i = 0; i < 5; i++) {
		tick(g->s, 5000, 5000);
		/* asking for it again and again would only carry it to and fro */
		assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
		pong_at(g->s, &g->tinh, g->s->now.wall_ms - HOUR_MS);
	}
	tick(g->s, 1000, 1000 - HOUR_MS);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
	station_clear(g->s);
	station_take(g->s, &first);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(g->s->plan->drafts[0].fact.kind, KIND_RECEIPT);
	station_commit(g->s);
}

static void test_only_facts_are_subscribed_at_a_hello_by_a_wrong_clock(void **state)
{
	struct stage *g = *state;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS + HOUR_MS);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0)->u.subscribe.lane,
			 LANE_FACTS);
	assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 1));
	tick(g->s, 1000, 1000);
	assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
	tick(g->s, 1000, 1000 + HOUR_MS);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 1));
}

static void test_document_whose_files_came_is_completed_when_it_may_be_receipted(void **state)
{
	struct stage *g = *state;
	struct draft d =
	    fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct manifest_item file = fixture_file_item(10);
	struct event e, fetched = { .type = EVENT_FETCHED };
	struct record r;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	d.head.manifest = &file;
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_take(g->s, &e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 1));
	fetched.u.fetched = (struct ev_fetched){ g->tinh.id,	 LANE_NORMAL,	   1,
						 r.u.fetch.role, r.u.fetch.serial, ERR_OK };
	station_clear(g->s);
	g->s->now.wall_ms += HOUR_MS;
	station_take(g->s, &fetched);
	assert_true(plan_is_empty(g->s->plan));
	assert_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	g->s->now.wall_ms -= HOUR_MS;
	station_take(g->s, &fetched);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	station_commit(g->s);
}

static void test_fact_of_others_passes_whatever_our_clock_says(void **state)
{
	struct stage *g = *state;
	struct fact fact = { .kind = KIND_RECEIPT,
			     .at_ms = FIXTURE_NOW_MS,
			     .from = fixture_id("tinh"),
			     .note = "",
			     .document = { .origin = fixture_id("xa-a1"),
					   .id = fixture_doc_id(9) } };
	struct draft d = fixture_fact(g->f, "tinh", "xa-a1", 5, &fact);
	struct event e;

	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_FACTS, &d, NULL);
	station_clear(g->s);
	g->s->now.wall_ms += HOUR_MS;
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->draft_count, 0);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_FACTS, 1)));
}

static void test_publisher_sees_why_its_documents_wait(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct link_view v;

	assert_int_equal(submit(g->s, 1, false), ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
	up_at(g->s, &xa, FIXTURE_NOW_MS + HOUR_MS);
	assert_true(core_link_find(g->s->core, xa.id, &v));
	assert_int_equal(v.waits_for, ERR_CLOCK_NEIGHBOUR);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 0);
	assert_true(core_link_find(g->s->core, xa.id, &v));
	assert_int_equal(v.waits_for, ERR_OK); /* it takes them all the same */
}

/* ---- keys ---- */

static void test_key_that_is_not_valid_at_our_clock_signs_nothing(void **state)
{
	static const struct {
		struct signer_validity key;
		enum err result;
	} rows[] = {
		{ { true, FIXTURE_NOW_MS, 0, 0 }, ERR_OK },
		/* from later: the clock is at 2020, or that of who made it was ahead */
		{ { true, FIXTURE_NOW_MS + 1, 0, 0 }, ERR_OWN_KEY },
		{ { true, FIXTURE_NOW_MS - 9, FIXTURE_NOW_MS, 0 }, ERR_OK },
		{ { true, FIXTURE_NOW_MS - 9, FIXTURE_NOW_MS - 1, 0 }, ERR_OWN_KEY },
		{ { true, FIXTURE_NOW_MS - 9, 0, FIXTURE_NOW_MS + 1 }, ERR_OK },
		{ { true, FIXTURE_NOW_MS - 9, 0, FIXTURE_NOW_MS }, ERR_OWN_KEY },
		{ { false, 0, 0, 0 }, ERR_OWN_KEY_UNKNOWN },
	};
	struct stage *g = *state;

	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		core_set_signer(g->s->core, &rows[i].key);
		assert_int_equal(submit(g->s, i + 1, true), rows[i].result);
		assert_int_equal(submit(g->s, i + 1, false), rows[i].result);
		assert_int_equal(g->s->plan->draft_count, rows[i].result == ERR_OK);
		station_commit(g->s);
	}
}

static void test_receipts_wait_for_the_key_too(void **state)
{
	struct stage *g = *state;
	struct signer_validity later = { true, FIXTURE_NOW_MS + 5000, 0, 0 };
	struct event e;

	core_set_signer(g->s->core, &later);
	up_at(g->s, &g->tinh, FIXTURE_NOW_MS);
	assert_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 1));
	station_commit(g->s);
	e = document_from(g, 1, "huyen-a");
	tick(g->s, 5000, 5000);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 1));
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->draft_count, 1);
	station_commit(g->s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_clock_that_differs_is_told_once_at_hello_and_once_when_right),
		TEST(test_late_answer_to_an_earlier_hello_is_no_clock_that_is_behind),
		TEST(test_clock_that_jumps_to_and_fro_fills_no_log),
		TEST(test_submission_by_a_wrong_clock_is_refused_until_it_is_right),
		TEST(test_that_it_signs_nothing_is_told_once_and_that_it_does_again),
		TEST(test_two_that_have_only_each_other_both_stop_and_both_go_on),
		TEST(test_subordinate_that_lies_stops_nobody),
		TEST(test_clock_of_a_link_that_went_down_says_nothing),
		TEST(test_document_stays_with_its_publisher_while_nothing_is_signed_then_comes),
		TEST(test_only_facts_are_subscribed_at_a_hello_by_a_wrong_clock),
		TEST(test_document_whose_files_came_is_completed_when_it_may_be_receipted),
		TEST(test_fact_of_others_passes_whatever_our_clock_says),
		TEST(test_publisher_sees_why_its_documents_wait),
		TEST(test_key_that_is_not_valid_at_our_clock_signs_nothing),
		TEST(test_receipts_wait_for_the_key_too),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
