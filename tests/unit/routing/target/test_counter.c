/* The counters of the digital share follow each document, and are told once a turn. */
#include <string.h>

#include "tests/unit/support/paper.h"

static void fact_arrives(struct stage *g, const char *signer, enum kind kind, struct digest digest,
			 unsigned id)
{
	struct fact f = { .kind = kind,
			  .document = { g->s->self, fixture_doc_id(1), digest },
			  .at_ms = FIXTURE_NOW_MS,
			  .reason = kind == KIND_REFUSAL ? ERR_DIGEST : 0,
			  .note = "" };
	struct draft d = fixture_fact(g->f, signer, g->s->self.text, id, &f);

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static void test_sent_document_is_pending_then_digital_and_a_refusal_holds_it_back(void **state)
{
	struct submission u = { .recipients = { { .committee = { "xa-b1" } },
						{ .committee = { "tinh" } } } };
	struct stage *g = *state;
	struct digest digest;

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, submission_of(&u, 1, 2));
	station_commit(g->s);
	digest = g->s->plan->drafts[0].digest;
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 1 });
	fact_arrives(g, "xa-b1", KIND_REFUSAL, digest, 101);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 1 });
	fact_arrives(g, "tinh", KIND_RECEIPT, digest, 102);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 1, .refused = 1 });
	fact_arrives(g, "tinh", KIND_RECEIPT, digest, 103); /* twice is once */
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 1, .refused = 1 });
	paper_expect_equal(g);
	fact_arrives(g, "xa-b1", KIND_RECEIPT, digest, 104); /* thought better of it */
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .digital = 1 });
	paper_expect_equal(g);
}

static void test_receipt_in_a_later_month_counts_where_the_document_was_sent(void **state)
{
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };
	struct stage *g = *state;
	struct digest digest;

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, submission_of(&u, 1, 1));
	station_commit(g->s);
	digest = g->s->plan->drafts[0].digest;
	g->s->now.wall_ms += 30LL * 86400000;
	fact_arrives(g, "tinh", KIND_RECEIPT, digest, 101);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .digital = 1, .slow = 1 });
	paper_expect(g, month_make(2025, 7), DIRECTION_OUT, (struct target_count){ .digital = 0 });
	paper_expect_equal(g);
}

static void test_arrived_document_counts_once_and_one_in_passing_not(void **state)
{
	struct stage *g = *state;
	struct draft ours = fixture_document(g->f, "tinh", 1,
					     (const char *const[]){ "huyen-a", NULL }),
		     other =
			 fixture_document(g->f, "tinh", 2, (const char *const[]){ "xa-a1", NULL });

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &ours);
	fixture_seal(g->f, "tinh", &other);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &ours);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &other);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &ours); /* again */
	station_commit(g->s);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .digital = 1 });
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .digital = 0 });
	paper_expect_equal(g);
}

/* ---- live events ---- */

static void test_one_live_event_a_turn_tells_the_sum_of_this_year(void **state)
{
	struct event a = paper_entry(1, DIRECTION_IN, "1-CV/X", "2025-01-31"),
		     b = paper_entry(2, DIRECTION_OUT, "2-CV/X", "2025-06-14"),
		     c = paper_entry(3, DIRECTION_OUT, "3-CV/X", "2024-12-31");
	struct stage *g = *state;
	unsigned told = 0;

	station_take(g->s, &a);
	station_take(g->s, &b);
	station_take(g->s, &c);
	station_commit(g->s);
	for (unsigned i = 0; station_act(g->s, ACT_NOTIFY, i) != NULL; i++)
		told += station_act(g->s, ACT_NOTIFY, i)->u.notify.what == NOTICE_TARGET;
	assert_int_equal(told, 1);
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->target.paper, 2);
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->january.n, month_make(2025, 1).n);
	station_clear(g->s);
	station_take(g->s, &(struct event){ .type = EVENT_TICK });
	station_commit(g->s);
	/* a turn that counts nothing says nothing */
	assert_null(station_notice(g->s, NOTICE_TARGET));
	station_clear(g->s);
	g->s->now.wall_ms += 200LL * 86400000; /* 2026-01-01 */
	a = paper_entry(4, DIRECTION_IN, "4-CV/X", "2026-01-01");
	station_take(g->s, &a);
	station_commit(g->s);
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->target.paper, 1);
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->january.n, month_make(2026, 1).n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sent_document_is_pending_then_digital_and_a_refusal_holds_it_back),
		TEST(test_receipt_in_a_later_month_counts_where_the_document_was_sent),
		TEST(test_arrived_document_counts_once_and_one_in_passing_not),
		TEST(test_one_live_event_a_turn_tells_the_sum_of_this_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
