/* What came in twice: found when the second one is accepted, within a turn too, on paper or not;
 * what does not stand any more is none; a store from before the index gets it, a bounded number of
 * records a tick. */
#include <string.h>

#include "proto/body.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "tests/unit/support/paper.h"

static void receive_of(struct stage *g, const char *origin, unsigned id, const char *number,
		       const char *date)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, origin, id, to);
	struct part part = { .name = "vb.pdf",
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = number,
				      .type_code = "CV",
				      .type_name = "Công văn",
				      .issued_on = date,
				      .subject = "Về việc thử",
				      .business = 1,
				      .parts = &part,
				      .part_count = 1 };

	assert_ok(document_body_pack(g->f->arena, &body, &d.body));
	fixture_seal(g->f, origin, &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static void receive(struct stage *g, unsigned id, const char *number, const char *date)
{
	receive_of(g, "tinh", id, number, date);
}

static struct event act_on(struct stage *g, unsigned id, enum office_status next)
{
	struct record r = station_get(g->s, FAMILY_IDENT,
				      key_ident(fixture_doc_id(id), fixture_id("tinh")));

	return (struct event){ .type = EVENT_OFFICE,
			       .u.office = { .reply = { 7 },
					     .uid = 1000,
					     .role = r.u.ident.role,
					     .serial = r.u.ident.serial,
					     .next = next,
					     .note = next == OFFICE_RETURNED ? "nhầm" : "",
					     .to = "",
					     .due_on = "",
					     .person = "" } };
}

/* How many others it is told of. */
static uint32_t act(struct stage *g, unsigned id, enum office_status next)
{
	struct event e = act_on(g, id, next);
	struct act_reply a;

	station_clear(g->s);
	station_take(g->s, &e);
	a = station_act(g->s, ACT_REPLY, 0)->u.reply;
	assert_int_equal(a.result, ERR_OK);
	assert_int_equal(a.warning_count > 0, a.same_count > 0);
	station_commit(g->s);
	return a.same_count;
}

static uint32_t accept(struct stage *g, unsigned id)
{
	return act(g, id, OFFICE_ACCEPTED);
}

static void test_the_second_that_is_accepted_is_told_of_the_first(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, "05-CV/ĐU", "2025-03-01");
	receive(g, 2, "5 -cv/đu", "2025-04-01");
	receive(g, 3, "5-CV/ĐU", "2025-07-01"); /* the next term of the issuer */
	receive(g, 4, "5-CV/ĐU", "");		/* the day it was signed: 2025-06-15 */
	assert_int_equal(accept(g, 1), 0);
	assert_int_equal(accept(g, 2), 1);
	assert_int_equal(accept(g, 3), 0);
	assert_int_equal(accept(g, 4), 2);
	assert_int_equal(accept(g, 4), 2); /* again: the same answer */
	/* Returned, it is none; accepted after all, it is one again. */
	assert_int_equal(act(g, 1, OFFICE_RETURNED), 0);
	assert_int_equal(accept(g, 2), 1);
	assert_int_equal(accept(g, 1), 2);
}

static void test_a_state_number_is_new_each_year_and_a_term_ends(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, "5/BNV-VP", "2024-12-31");
	receive(g, 2, "5/BNV-VP", "2025-01-01");
	receive(g, 3, "05/bnv-vp", "2025-06-01");
	receive(g, 4, "6-CV/ĐU", "2018-01-01"); /* two terms before */
	receive(g, 5, "6-CV/ĐU", "2025-01-01");
	receive(g, 6, "", "2025-01-01");
	receive(g, 7, "", "2025-01-01");
	for (unsigned id = 1; id <= 7; id++)
		assert_int_equal(accept(g, id), id == 3 ? 1 : 0);
}

/* Two clerks, nothing committed in between. */
static void test_of_two_in_one_turn_the_second_is_told(void **state)
{
	struct stage *g = *state;
	struct event a, b;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, "5-CV/ĐU", "2025-03-01");
	receive(g, 2, "5-CV/ĐU", "2025-03-01");
	a = act_on(g, 1, OFFICE_ACCEPTED);
	b = act_on(g, 2, OFFICE_ACCEPTED);
	station_clear(g->s);
	station_take(g->s, &a);
	station_take(g->s, &b);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.same_count, 0);
	assert_int_equal(station_act(g->s, ACT_REPLY, 1)->u.reply.same_count, 1);
	station_commit(g->s);
}

static uint32_t on_paper(struct stage *g, unsigned id, const char *party, bool write)
{
	struct event e = paper_entry(id, DIRECTION_IN, "5-CV/ĐU", "2025-05-01");
	struct act_reply a;

	e.u.paper.paper.party = party;
	e.u.paper.dry_run = !write;
	e.u.paper.again = true; /* the same number, date and party are refused otherwise */
	a = paper_answer(g, &e);
	assert_int_equal(a.result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
	return a.same_count;
}

static void test_paper_is_compared_by_what_the_clerk_wrote(void **state)
{
	struct stage *g = *state;
	struct event e;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, "5-CV/ĐU", "2025-03-01");
	assert_int_equal(on_paper(g, 10, "tinh", false), 0); /* not in the register */
	assert_int_equal(accept(g, 1), 0);
	assert_int_equal(on_paper(g, 10, "tinh", false), 1);
	assert_int_equal(on_paper(g, 10, "", false), 1); /* the number alone speaks */
	assert_int_equal(on_paper(g, 10, "Đảng ủy khác", false), 0);
	assert_int_equal(on_paper(g, 10, "TINH", true), 1);
	assert_int_equal(on_paper(g, 11, "tinh", false), 2);
	assert_int_equal(accept(g, 1), 1);
	/* Strict, it is refused, and leaves nothing. */
	e = paper_entry(12, DIRECTION_IN, "5-CV/ĐU", "2025-05-02");
	e.u.paper.paper.party = "tinh";
	e.u.paper.strict = true;
	assert_int_equal(paper_answer(g, &e).result, ERR_SAME_NUMBER);
	assert_true(plan_is_empty(g->s->plan));
	/* Of a secret one not even the number is compared. */
	e.u.paper.strict = false;
	e.u.paper.paper.secrecy = SECRECY_MAT;
	assert_int_equal(paper_answer(g, &e).same_count, 0);
	e = paper_cancel(10, "nhập nhầm");
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	assert_int_equal(accept(g, 1), 0);
}

static uint32_t indexed(struct stage *g)
{
	struct scan scan = scan_of((struct key){ 1, { 'i' } });
	struct record r;
	uint32_t n = 0;

	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_NUMBER, &scan, &r) == ERR_OK)
		n++;
	return n;
}

/* `note`: what the store says of its index; 0: nothing. */
static void forget_index(struct stage *g, uint64_t note)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = note } };
	struct scan scan = scan_of((struct key){ 1, { 'i' } });
	struct record none;

	station_clear(g->s);
	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_NUMBER, &scan, &none) ==
	       ERR_OK)
		plan_erase(g->s->plan, FAMILY_NUMBER, scan.at);
	if (note == 0)
		plan_erase(g->s->plan, FAMILY_META, key_name("numbers"));
	else
		plan_put(g->s->plan, key_name("numbers"), &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
}

static void test_an_old_store_is_indexed_by_and_by(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK };

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, "5-CV/ĐU", "2025-03-01");
	receive(g, 2, "5-CV/ĐU", "2025-03-01");
	receive(g, 3, "7-CV/ĐU", "2025-03-01"); /* not accepted */
	accept(g, 1);
	accept(g, 2);
	paper_add(g, 4, DIRECTION_IN, "5-CV/ĐU", "2025-05-01");
	assert_int_equal(indexed(g), 3);
	for (uint64_t note = 0; note < 2; note++) {
		forget_index(g, note);
		assert_int_equal(indexed(g), 0);
		station_clear(g->s);
		station_take(g->s, &tick);
		station_commit(g->s);
		assert_int_equal(indexed(g), 3);
		assert_int_equal(
			station_get(g->s, FAMILY_META, key_name("numbers")).u.note.number, 2);
	}
	neighbour_up(g->s, &g->tinh);
	assert_int_equal(accept(g, 2), 1);
}

static void test_an_id_that_came_is_not_given_again(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e = submission_of(&u, 1, 1);

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, "5-CV/ĐU", "2025-03-01");
	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_CONFLICT);
	assert_true(plan_is_empty(g->s->plan));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_second_that_is_accepted_is_told_of_the_first),
		TEST(test_a_state_number_is_new_each_year_and_a_term_ends),
		TEST(test_of_two_in_one_turn_the_second_is_told),
		TEST(test_paper_is_compared_by_what_the_clerk_wrote),
		TEST(test_an_old_store_is_indexed_by_and_by),
		TEST(test_an_id_that_came_is_not_given_again),
	};

	return cmocka_run_group_tests_name("same_number", tests, NULL, NULL);
}
