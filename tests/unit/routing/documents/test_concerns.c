/* Documents that recall, update or replace an older one: in any order, at both ends. */
#include <string.h>

#include "proto/body.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

/* From tinh to us; `older` 0: it concerns none. */
static void receive_of(struct stage *g, unsigned id, enum business business, const char *origin,
		       unsigned older)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);
	struct part part = { .name = "vb.pdf",
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = id == 1 ? "1-KH/ĐU" : "2-KH/ĐU",
				      .type_code = "KH",
				      .subject = "Kế hoạch",
				      .business = business,
				      .parts = &part,
				      .part_count = 1 };

	if (older != 0)
		body.concerns = (struct document_ref){ .origin = fixture_id(origin),
						       .id = fixture_doc_id(older) };
	assert_ok(document_body_pack(g->f->arena, &body, &d.body));
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static void receive(struct stage *g, unsigned id, enum business business, unsigned older)
{
	receive_of(g, id, business, "tinh", older);
}

static struct doc_key key_of(struct stage *g, unsigned id)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id("tinh")));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

static struct rec_work work_of(struct stage *g, unsigned id)
{
	struct doc_key key = key_of(g, id);

	return station_get(g->s, FAMILY_WORK, key_serial(key.role, key.serial)).u.work;
}

static bool has_work(struct stage *g, unsigned id)
{
	struct doc_key key = key_of(g, id);

	return station_has(g->s, FAMILY_WORK, key_serial(key.role, key.serial));
}

static struct act_reply act(struct stage *g, unsigned id, enum office_status next)
{
	struct doc_key key = key_of(g, id);
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .uid = 1000,
					 .role = key.role,
					 .serial = key.serial,
					 .next = next,
					 .note = next == OFFICE_RECALL_DECLINED ? "không" : "",
					 .to = next == OFFICE_ASSIGNED ? "A" : "",
					 .due_on = "",
					 .person = "" } };

	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	station_commit(g->s);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static void expect_request(struct stage *g, unsigned older, enum business asks, unsigned by)
{
	struct rec_work w = work_of(g, older);
	struct doc_id id = fixture_doc_id(by);

	assert_int_equal(w.stand.recall, OFFICE_RECALL_ASKED);
	assert_int_equal(w.stand.asks, asks);
	assert_memory_equal(&w.request, &id, sizeof id);
}

static void test_a_replacement_asks_whichever_of_the_two_comes_first(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, BUSINESS_NEW, 0);
	receive(g, 2, BUSINESS_REPLACE, 1);
	expect_request(g, 1, BUSINESS_REPLACE, 2);
	receive(g, 4, BUSINESS_REPLACE, 3); /* its older one is still on its way */
	assert_false(has_work(g, 4));
	receive(g, 3, BUSINESS_NEW, 0);
	expect_request(g, 3, BUSINESS_REPLACE, 4);
	receive(g, 6, BUSINESS_REPLACE, 5); /* we never had that */
	assert_int_equal(act(g, 6, OFFICE_RECALL_AGREED).result, ERR_NOT_ASKED);
	assert_int_equal(act(g, 6, OFFICE_ACCEPTED).result, ERR_OK);
}

static void test_agreed_no_work_on_the_older_one_begins_and_it_can_be_ended(void **state)
{
	static const enum office_status begins[] = { OFFICE_ASSIGNED, OFFICE_PROCESSING };
	struct stage *g = *state;
	struct doc_key older;
	struct record r;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, BUSINESS_NEW, 0);
	assert_int_equal(act(g, 1, OFFICE_ACCEPTED).result, ERR_OK);
	receive(g, 2, BUSINESS_REPLACE, 1);
	assert_int_equal(act(g, 2, OFFICE_RECALL_AGREED).result, ERR_OK); /* by either name */
	assert_true(act(g, 1, OFFICE_RECALL_AGREED).repeated);
	assert_true(act(g, 2, OFFICE_RECALL_AGREED).repeated);
	for (size_t i = 0; i < COUNT_OF(begins); i++)
		assert_int_equal(act(g, 1, begins[i]).result, ERR_REPLACED);
	older = key_of(g, 1);
	r = station_get(g->s, FAMILY_STATUS,
			key_status(older.role, older.serial, g->s->self, 2));
	assert_string_equal(r.u.status.code, "15");
	assert_memory_equal(&r.u.status.status.request, fixture_doc_id(2).bytes, 16);
	assert_memory_equal(work_of(g, 1).replaced_by.bytes, fixture_doc_id(2).bytes, 16);
	r = station_get(g->s, FAMILY_LINE,
			key_line((struct line_key){ BOOK_IN, work_of(g, 1).line.year, 1, 1 }));
	assert_int_equal(r.u.line.business, BUSINESS_REPLACE);
	assert_string_equal(r.u.line.newer, "2-KH/ĐU");
	assert_int_equal(act(g, 1, OFFICE_FINISHED).result, ERR_OK);
	assert_int_equal(act(g, 2, OFFICE_ACCEPTED).result, ERR_OK);
}

static void test_an_update_stops_no_work_and_two_of_them_ask_in_turn(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, BUSINESS_NEW, 0);
	assert_int_equal(act(g, 1, OFFICE_ACCEPTED).result, ERR_OK);
	receive(g, 2, BUSINESS_UPDATE, 1);
	receive(g, 3, BUSINESS_UPDATE, 1);
	expect_request(g, 1, BUSINESS_UPDATE, 2); /* the older of the two */
	assert_int_equal(act(g, 1, OFFICE_ASSIGNED).result, ERR_OK);
	assert_int_equal(act(g, 2, OFFICE_RECALL_AGREED).result, ERR_OK);
	expect_request(g, 1, BUSINESS_UPDATE, 3);
	assert_int_equal(act(g, 1, OFFICE_PROCESSING).result, ERR_OK);
	receive(g, 4, BUSINESS_REPLACE, 1); /* goes before it */
	expect_request(g, 1, BUSINESS_REPLACE, 4);
	assert_int_equal(act(g, 4, OFFICE_RECALL_DECLINED).result, ERR_OK);
	expect_request(g, 1, BUSINESS_UPDATE, 3);
	assert_int_equal(act(g, 4, OFFICE_RECALL_AGREED).result, ERR_NOT_ASKED);
	assert_int_equal(act(g, 3, OFFICE_RECALL_DECLINED).result, ERR_OK);
	assert_int_equal(act(g, 1, OFFICE_FINISHED).result, ERR_OK);
}

static void test_a_document_that_recalls_freezes_like_a_status_13(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, BUSINESS_NEW, 0);
	receive(g, 2, BUSINESS_RECALL, 1);
	expect_request(g, 1, BUSINESS_RECALL, 2);
	assert_int_equal(act(g, 1, OFFICE_RECALL_AGREED).result, ERR_OK);
	assert_int_equal(act(g, 1, OFFICE_ACCEPTED).result, ERR_RECALLED);
	receive(g, 3, BUSINESS_REPLACE, 1); /* there is nothing left to replace */
	assert_int_equal(work_of(g, 1).stand.recall, OFFICE_RECALL_AGREED);
	assert_int_equal(act(g, 3, OFFICE_ACCEPTED).result, ERR_OK);
}

static void test_another_issuers_document_is_nobodys_to_replace(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, BUSINESS_NEW, 0);
	receive_of(g, 2, BUSINESS_REPLACE, "huyen-b", 1);
	assert_false(has_work(g, 1));
	receive(g, 3, BUSINESS_NEW, 1); /* it says nothing of what it does with it */
	assert_false(has_work(g, 1));
}

/* ---- ours ---- */

static struct act_reply send_of(struct stage *g, unsigned id, enum business business,
				const char *origin, unsigned older)
{
	static struct document_ref ref;
	struct submission u;
	struct event *e = submission_of(&u, id, 1);

	ref = (struct document_ref){ .origin = fixture_id(origin), .id = fixture_doc_id(older) };
	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	e->u.submit.summary.number = "7-KH/ĐU";
	e->u.submit.summary.business = business;
	if (older != 0)
		e->u.submit.summary.concerns = &ref;
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static void test_ours_may_concern_one_of_ours_that_stands(void **state)
{
	struct stage *g = *state;
	struct act_reply r;

	neighbour_up(g->s, &g->tinh);
	receive(g, 9, BUSINESS_NEW, 0);
	assert_int_equal(send_of(g, 1, BUSINESS_NEW, "huyen-a", 0).result, ERR_OK);
	assert_int_equal(send_of(g, 2, BUSINESS_REPLACE, "tinh", 9).result, ERR_NOT_ISSUER);
	assert_int_equal(send_of(g, 2, BUSINESS_REPLACE, "huyen-a", 8).result,
			 ERR_CONCERNS_UNKNOWN);
	assert_int_equal(send_of(g, 2, BUSINESS_REPLACE, "huyen-a", 2).result,
			 ERR_CONCERNS_UNKNOWN);
	assert_int_equal(send_of(g, 2, BUSINESS_REPLACE, "huyen-a", 1).result, ERR_OK);
	assert_true(send_of(g, 2, BUSINESS_REPLACE, "huyen-a", 1).repeated);
	r = send_of(g, 3, BUSINESS_UPDATE, "huyen-a", 1);
	assert_int_equal(r.result, ERR_REPLACED);
	assert_string_equal(r.about, "7-KH/ĐU");
	assert_int_equal(send_of(g, 3, BUSINESS_REPLACE, "huyen-a", 2).result, ERR_OK);
	assert_int_equal(send_of(g, 4, BUSINESS_RECALL, "huyen-a", 3).result, ERR_OK);
	assert_int_equal(send_of(g, 5, BUSINESS_UPDATE, "huyen-a", 3).result, ERR_RECALLED);
	/* and an addition to each older one */
	assert_int_equal(station_count(g->s, FAMILY_LINE), 4 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
		TEST(a_replacement_asks_whichever_of_the_two_comes_first),
		TEST(agreed_no_work_on_the_older_one_begins_and_it_can_be_ended),
		TEST(an_update_stops_no_work_and_two_of_them_ask_in_turn),
		TEST(a_document_that_recalls_freezes_like_a_status_13),
		TEST(another_issuers_document_is_nobodys_to_replace),
		TEST(ours_may_concern_one_of_ours_that_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
