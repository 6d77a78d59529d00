/* What an office does with what it received, and what the issuer hears of it. */
#include <string.h>

#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

static void receive(struct stage *g, unsigned id)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);

	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static struct doc_key key_of(struct stage *g, unsigned id, const char *origin)
{
	struct record r =
	    station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id(origin)));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

static struct ev_office act_of(struct stage *g, unsigned id, enum office_status next)
{
	struct doc_key key = key_of(g, id, "tinh");

	return (struct ev_office){ .reply = { 7 },
				   .uid = 1000,
				   .role = key.role,
				   .serial = key.serial,
				   .next = next,
				   .note = "",
				   .to = "",
				   .due_on = "",
				   .person = "" };
}

/* Decided and committed; the reply points into the plan until the next act. */
static struct act_reply take(struct stage *g, const struct ev_office *a)
{
	struct event e = { .type = EVENT_OFFICE, .u.office = *a };

	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	station_commit(g->s);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static struct act_reply simple(struct stage *g, unsigned id, enum office_status next,
			       const char *note)
{
	struct ev_office a = act_of(g, id, next);

	a.note = note;
	return take(g, &a);
}

static struct rec_work work_of(struct stage *g, unsigned id)
{
	struct doc_key key = key_of(g, id, "tinh");

	return station_get(g->s, FAMILY_WORK, key_serial(key.role, key.serial)).u.work;
}

static struct rec_line line_at(struct stage *g, enum book book, uint32_t number, uint16_t addition)
{
	struct line_key at = { book, work_of(g, 1).line.year, addition, number };

	return station_get(g->s, FAMILY_LINE, key_line(at)).u.line;
}

static void test_accepted_documents_get_the_numbers_of_the_register_in_order(void **state)
{
	struct stage *g = *state;
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	for (unsigned id = 1; id <= 3; id++)
		receive(g, id);
	for (unsigned id = 3; id >= 1; id--) {
		a = simple(g, id, OFFICE_ACCEPTED, "");
		assert_int_equal(a.result, ERR_OK);
		assert_int_equal(a.work->line.number, 4 - id);
		assert_int_equal(a.work->line.book, BOOK_IN);
	}
	assert_true(line_at(g, BOOK_IN, 2, 0).serial.n == key_of(g, 2, "tinh").serial.n);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 3);
}

static void test_a_restart_goes_on_with_the_next_number(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	receive(g, 2);
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").work->line.number, 1);
	station_restart(g->s);
	assert_int_equal(simple(g, 2, OFFICE_ACCEPTED, "").work->line.number, 2);
}

static void test_two_in_one_turn_get_two_numbers(void **state)
{
	struct stage *g = *state;
	struct event first = { .type = EVENT_OFFICE }, second = first;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	receive(g, 2);
	first.u.office = act_of(g, 1, OFFICE_ACCEPTED);
	second.u.office = act_of(g, 2, OFFICE_ACCEPTED);
	station_clear(g->s);
	station_take(g->s, &first);
	station_take(g->s, &second);
	station_take(g->s, &second); /* its client asks again */
	station_commit(g->s);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.work->line.number, 1);
	assert_int_equal(station_act(g->s, ACT_REPLY, 1)->u.reply.work->line.number, 2);
	assert_true(station_act(g->s, ACT_REPLY, 2)->u.reply.repeated);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 2);
}

static void test_each_act_is_a_signed_status_to_the_issuer(void **state)
{
	struct stage *g = *state;
	struct ev_office a;
	struct rec_status s;
	struct record fact;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").result, ERR_OK);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(g->s->plan->drafts[0].head.kind, KIND_STATUS);
	assert_string_equal(g->s->plan->drafts[0].head.recipients[0].committee.text, "tinh");
	assert_string_equal(g->s->plan->drafts[0].fact.code, "03");
	assert_int_equal(g->s->plan->drafts[0].fact.status.arrival, 1);
	a = act_of(g, 1, OFFICE_ASSIGNED);
	a.to = "Nguyễn Văn An";
	a.due_on = "2031-01-31";
	a.note = "tham mưu trả lời";
	assert_int_equal(take(g, &a).result, ERR_OK);
	s = station_get(g->s, FAMILY_STATUS,
			key_status(ROLE_IN, key_of(g, 1, "tinh").serial, g->s->self, 2))
		.u.status;
	assert_string_equal(s.code, "04");
	assert_int_equal(s.status.n, 2);
	assert_string_equal(s.status.due_on, "2031-01-31");
	assert_true(s.envelope.bytes.len_bytes > 0); /* as it was signed */
	/* the receipt is 1 in the lane of facts */
	fact = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_FACTS, 3));
	assert_int_equal(fact.u.stream.fact.bytes.len_bytes, s.envelope.bytes.len_bytes);
	assert_string_equal(work_of(g, 1).to, "Nguyễn Văn An");
}

static void test_what_the_status_forbids_is_refused_with_the_status(void **state)
{
	struct stage *g = *state;
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	a = simple(g, 1, OFFICE_FINISHED, "");
	assert_int_equal(a.result, ERR_BAD_STATE);
	assert_int_equal(a.work->stand.work, OFFICE_NONE);
	assert_string_equal(a.about, "01");
	assert_true(plan_is_empty(g->s->plan));
	a = simple(g, 1, OFFICE_RETURNED, "");
	assert_int_equal(a.result, ERR_FIELD); /* no reason */
	assert_null(a.about);                  /* which is about no status */
	assert_int_equal(simple(g, 1, OFFICE_RETURNED, "gửi nhầm đơn vị").result, ERR_OK);
	assert_true(simple(g, 1, OFFICE_RETURNED, "gửi nhầm đơn vị").repeated);
	assert_int_equal(simple(g, 1, OFFICE_RETURNED, "lý do khác").result, ERR_BAD_STATE);
	assert_int_equal(simple(g, 1, OFFICE_ASSIGNED, "").result, ERR_BAD_STATE);
	assert_int_equal(simple(g, 1, OFFICE_RECALL_AGREED, "").result, ERR_NOT_ASKED);
	assert_int_equal(simple(g, 1, OFFICE_RECALL_ASKED, "").result, ERR_NOT_ISSUER);
	assert_int_equal(station_count(g->s, FAMILY_LINE), 0); /* nothing registered */
}

static void test_a_return_by_mistake_is_undone_by_what_follows(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").work->line.number, 1);
	assert_int_equal(simple(g, 1, OFFICE_RETURNED, "sai thẩm quyền").result, ERR_OK);
	assert_int_equal(line_at(g, BOOK_IN, 1, 1).status, OFFICE_RETURNED);
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").work->line.number, 1); /* keeps it */
	assert_int_equal(line_at(g, BOOK_IN, 1, 2).status, OFFICE_ACCEPTED);
	assert_int_equal(line_at(g, BOOK_IN, 1, 0).kind, LINE_ENTRY);
	assert_int_equal(work_of(g, 1).n, 3); /* nothing is erased */
}

static void test_what_is_not_ours_to_work_on_is_refused(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct event *e;
	struct ev_office a;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	a = act_of(g, 1, OFFICE_ACCEPTED);
	a.serial.n += 9;
	assert_int_equal(take(g, &a).result, ERR_NOT_FOUND);
	e = submission_of(&u, 5, 1);
	u.recipients[0] = (struct recipient){ .committee = fixture_id("tinh") };
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	a.role = ROLE_OUT;
	a.serial = key_of(g, 5, g->s->self.text).serial;
	assert_int_equal(take(g, &a).result, ERR_OWN_DOCUMENT);
	a.role = ROLE_RELAY;
	assert_int_equal(take(g, &a).result, ERR_NOT_RECIPIENT);
}

static void test_a_dry_run_writes_nothing_and_bad_days_are_refused(void **state)
{
	struct stage *g = *state;
	struct ev_office a;
	struct act_reply reply;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	a = act_of(g, 1, OFFICE_ACCEPTED);
	a.dry_run = true;
	reply = take(g, &a);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(reply.work->stand.work, OFFICE_ACCEPTED); /* as it would be */
	assert_int_equal(reply.work->line.number, 1);
	assert_true(plan_is_empty(g->s->plan));
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").result, ERR_OK);
	a = act_of(g, 1, OFFICE_ASSIGNED);
	assert_int_equal(take(g, &a).result, ERR_FIELD); /* to whom? */
	a.to = "Văn phòng";
	a.due_on = "2001-01-01";
	assert_int_equal(take(g, &a).result, ERR_DUE_PAST);
	a.due_on = "31/01/2031";
	assert_int_equal(take(g, &a).result, ERR_BAD_DATE);
	assert_true(plan_is_empty(g->s->plan));
}

/* ---- the issuer's side: we are the issuer now ---- */

static struct document_ref send_one(struct stage *g)
{
	struct submission u;
	struct event *e = submission_of(&u, 1, 1);
	struct record r;

	u.recipients[0] = (struct recipient){ .committee = fixture_id("tinh") };
	station_clear(g->s);
	station_take(g->s, e);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));
	return (struct document_ref){ .origin = g->s->self,
				      .id = fixture_doc_id(1),
				      .digest = r.u.ident.digest };
}

static void status_arrives(struct stage *g, const char *signer, struct document_ref ref,
			   const char *code, uint32_t n)
{
	static unsigned id = 100;
	struct fact f = { .kind = KIND_STATUS,
			  .at_ms = FIXTURE_NOW_MS,
			  .document = ref,
			  .note = "ghi chú",
			  .status = { .n = n } };
	struct draft d;

	memcpy(f.code, code, sizeof f.code);
	d = fixture_fact(g->f, signer, g->s->self.text, id++, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static bool has_status(struct stage *g, enum role role, const char *office, uint32_t n)
{
	struct doc_key key = role == ROLE_OUT ? key_of(g, 1, g->s->self.text)
					      : key_of(g, 1, "tinh");

	return station_has(g->s, FAMILY_STATUS,
			   key_status(key.role, key.serial, fixture_id(office), n));
}

static void test_statuses_of_a_recipient_are_kept_in_any_order_and_once(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	status_arrives(g, "tinh", ref, "05", 3);
	assert_int_equal(station_notice(g->s, NOTICE_STATUS)->reason, OFFICE_PROCESSING);
	status_arrives(g, "tinh", ref, "03", 1);
	status_arrives(g, "tinh", ref, "05", 3); /* again */
	assert_null(station_notice(g->s, NOTICE_STATUS));
	assert_int_equal(station_count(g->s, FAMILY_STATUS), 2);
	assert_true(has_status(g, ROLE_OUT, "tinh", 1) && has_status(g, ROLE_OUT, "tinh", 3));
	status_arrives(g, "tinh", ref, "14", 4); /* unknown, and kept */
	assert_true(has_status(g, ROLE_OUT, "tinh", 4));
	status_arrives(g, "tinh", ref, "06", 0); /* without a number: after the last */
	assert_true(has_status(g, ROLE_OUT, "tinh", 5));
}

static void refused(struct stage *g, enum err why)
{
	assert_non_null(station_notice(g->s, NOTICE_REFUSED));
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, why);
	assert_int_equal(station_count(g->s, FAMILY_STATUS), 0);
}

static void test_who_may_not_give_a_status_is_counted(void **state)
{
	struct stage *g = *state;
	struct document_ref ref, wrong;
	struct link_view before, after;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	assert_true(core_link_find(g->s->core, fixture_id("tinh"), &before));
	status_arrives(g, "huyen-b", ref, "03", 1); /* no recipient */
	refused(g, ERR_NOT_ADDRESSED);
	status_arrives(g, "tinh", ref, "13", 1); /* only the issuer asks for a recall */
	refused(g, ERR_NOT_ENTITLED);
	wrong = ref;
	wrong.digest.bytes[0] ^= 1;
	status_arrives(g, "tinh", wrong, "03", 1);
	refused(g, ERR_DIGEST);
	wrong = ref;
	wrong.id = fixture_doc_id(9);
	status_arrives(g, "tinh", wrong, "03", 1);
	refused(g, ERR_NOT_FOUND);
	status_arrives(g, "tinh", ref, "03", STATUSES_MAX + 1);
	refused(g, ERR_BUSY);
	assert_true(core_link_find(g->s->core, fixture_id("tinh"), &after));
	assert_true(after.violations - before.violations == 5);
}

static void test_a_recall_is_asked_by_the_issuer_alone_and_answered(void **state)
{
	struct stage *g = *state;
	struct document_ref ref = { .origin = { "tinh" }, .id = fixture_doc_id(1) };
	struct act_reply a;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	ref.digest = station_get(g->s, FAMILY_IDENT, key_ident(ref.id, ref.origin)).u.ident.digest;
	status_arrives(g, "huyen-b", ref, "13", 1);
	refused(g, ERR_NOT_ENTITLED);
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").result, ERR_OK);
	status_arrives(g, "tinh", ref, "13", 1);
	assert_int_equal(work_of(g, 1).stand.recall, OFFICE_RECALL_ASKED);
	assert_string_equal(work_of(g, 1).recall_reason, "ghi chú");
	assert_int_equal(simple(g, 1, OFFICE_RECALL_DECLINED, "").result, ERR_FIELD);
	a = simple(g, 1, OFFICE_RECALL_AGREED, "");
	assert_int_equal(a.result, ERR_OK);
	assert_int_equal(a.work->stand.recall, OFFICE_RECALL_AGREED);
	assert_int_equal(line_at(g, BOOK_IN, 1, 1).status, OFFICE_RECALL_AGREED);
	assert_int_equal(simple(g, 1, OFFICE_FINISHED, "").result, ERR_RECALLED);
}

/* As after a status that had no route, and a crash since. */
static void test_what_waits_for_a_route_goes_out_after_a_start(void **state)
{
	struct stage *g = *state;
	struct record told = { .family = FAMILY_TOLD, .u.told = { .unsent = 1 } };
	struct event tick = { .type = EVENT_TICK };
	uint64_t before;
	struct doc_key key;

	neighbour_up(g->s, &g->tinh);
	receive(g, 1);
	key = key_of(g, 1, "tinh");
	assert_int_equal(simple(g, 1, OFFICE_ACCEPTED, "").result, ERR_OK);
	before = station_count(g->s, FAMILY_STREAM);
	station_clear(g->s);
	plan_put(g->s->plan, key_receipt(key.role, key.serial, fixture_id("tinh")), &told);
	station_commit(g->s);
	station_restart(g->s);
	station_clear(g->s);
	station_take(g->s, &tick);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_TOLD), 0);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
		TEST(accepted_documents_get_the_numbers_of_the_register_in_order),
		TEST(a_restart_goes_on_with_the_next_number),
		TEST(two_in_one_turn_get_two_numbers),
		TEST(each_act_is_a_signed_status_to_the_issuer),
		TEST(what_the_status_forbids_is_refused_with_the_status),
		TEST(a_return_by_mistake_is_undone_by_what_follows),
		TEST(what_is_not_ours_to_work_on_is_refused),
		TEST(a_dry_run_writes_nothing_and_bad_days_are_refused),
		TEST(statuses_of_a_recipient_are_kept_in_any_order_and_once),
		TEST(who_may_not_give_a_status_is_counted),
		TEST(a_recall_is_asked_by_the_issuer_alone_and_answered),
		TEST(what_waits_for_a_route_goes_out_after_a_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
