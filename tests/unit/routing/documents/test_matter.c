/* The index of a matter: written with the document and with the status, made for a store that had
 * none; and what is warned of when one answers. */
#include <string.h>

#include "proto/body.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

static void receive(struct stage *g, unsigned id, unsigned answered)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);
	struct part part = { .name = "vb.pdf",
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = "31-KH/ĐU",
				      .type_code = "KH",
				      .subject = "Kế hoạch",
				      .business = 1,
				      .parts = &part,
				      .part_count = 1 };

	if (answered != 0)
		body.reply_to = (struct document_ref){ .origin = g->s->self,
						       .id = fixture_doc_id(answered) };
	assert_ok(document_body_pack(g->f->arena, &body, &d.body));
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static struct act_reply send(struct stage *g, unsigned id, unsigned answered)
{
	struct submission u;
	struct document_ref reply_to = { .id = fixture_doc_id(answered) };
	struct event *e = submission_of(&u, id, 1);

	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	if (answered != 0)
		e->u.submit.summary.reply_to = &reply_to;
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static struct doc_key key_of(struct stage *g, unsigned id, const char *origin)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id(origin)));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

static bool has(struct stage *g, enum matter_link link, unsigned of, struct doc_key doc)
{
	struct doc_id id = fixture_doc_id(of);

	return station_has(g->s, FAMILY_NUMBER, matter_key(link, &id, doc.role, doc.serial));
}

static void office(struct stage *g, unsigned id, enum office_status next, unsigned answer)
{
	struct doc_key key = key_of(g, id, "tinh");
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .uid = 1000,
					 .role = key.role,
					 .serial = key.serial,
					 .next = next,
					 .note = next == OFFICE_RETURNED ? "nhầm" : "",
					 .to = "",
					 .due_on = "",
					 .person = "" } };

	if (answer != 0)
		e.u.office.answer = fixture_doc_id(answer);
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
}

static void test_both_ways_are_indexed_with_the_document(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, 0);
	send(g, 2, 1);
	receive(g, 3, 2);
	assert_true(has(g, MATTER_ANSWERED, 1, key_of(g, 2, "huyen-a")));
	assert_true(has(g, MATTER_ANSWERED, 2, key_of(g, 3, "tinh")));
}

static void test_what_it_was_finished_with_goes_when_it_goes_on(void **state)
{
	struct stage *g = *state;
	static const struct doc_id none;
	struct doc_key doc;
	struct rec_work work;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, 0);
	office(g, 1, OFFICE_ACCEPTED, 0);
	send(g, 2, 0);
	office(g, 1, OFFICE_FINISHED, 2);
	doc = key_of(g, 1, "tinh");
	assert_true(has(g, MATTER_FINISHED, 2, doc));
	office(g, 1, OFFICE_PROCESSING, 0);
	work = station_get(g->s, FAMILY_WORK, key_serial(doc.role, doc.serial)).u.work;
	assert_memory_equal(&work.answer, &none, sizeof none);
	assert_int_equal(work.finished_at_ms, 0);
	/* its history still says so */
	assert_true(has(g, MATTER_FINISHED, 2, doc));
}

/* Read a bounded number of records a tick, once. */
static void test_a_store_without_an_index_gets_one(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK };
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;

	neighbour_up(g->s, &g->tinh);
	send(g, 2, 0);
	for (unsigned id = 10; id < 60; id++)
		receive(g, id, id == 59 ? 2 : 0);
	office(g, 10, OFFICE_ACCEPTED, 0);
	office(g, 10, OFFICE_FINISHED, 2);
	station_clear(g->s);
	while (g->s->lookup.next(g->s->lookup.ctx, g->f->arena, FAMILY_NUMBER, &scan, &r) == ERR_OK)
		plan_erase(g->s->plan, FAMILY_NUMBER, scan.at);
	plan_erase(g->s->plan, FAMILY_META, key_name("matters"));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
	for (unsigned i = 0; i < 3; i++) {
		station_clear(g->s);
		station_take(g->s, &tick);
		station_commit(g->s);
		assert_int_equal(station_has(g->s, FAMILY_META, key_name("matters")), i > 0);
	}
	assert_true(has(g, MATTER_ANSWERED, 2, key_of(g, 59, "tinh")));
	assert_true(has(g, MATTER_FINISHED, 2, key_of(g, 10, "tinh")));
}

static bool warns(const struct act_reply *a)
{
	for (uint32_t i = 0; i < a->warning_count; i++) {
		if (a->warnings[i] == ERR_ANSWERED_STATE)
			return true;
	}
	return false;
}

static void test_an_answer_to_what_is_not_in_hand_is_warned_of(void **state)
{
	struct stage *g = *state;
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1, 0);
	a = send(g, 2, 1);
	assert_true(warns(&a)); /* it has not been accepted */
	office(g, 1, OFFICE_ACCEPTED, 0);
	a = send(g, 3, 1);
	assert_false(warns(&a));
	office(g, 1, OFFICE_RETURNED, 0);
	a = send(g, 4, 1);
	assert_true(warns(&a));
	a = send(g, 5, 2); /* ours: there is nothing to accept */
	assert_false(warns(&a));
	a = send(g, 6, 99); /* neither: it is told of, for a program may have mistyped it */
	assert_false(warns(&a));
	assert_int_equal(a.warning_count, 1);
	assert_int_equal(a.warnings[0], ERR_ANSWERED_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_ways_are_indexed_with_the_document),
		TEST(test_what_it_was_finished_with_goes_when_it_goes_on),
		TEST(test_a_store_without_an_index_gets_one),
		TEST(test_an_answer_to_what_is_not_in_hand_is_warned_of),
	};

	return cmocka_run_group_tests_name("matter", tests, NULL, NULL);
}
