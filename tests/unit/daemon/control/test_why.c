/* `why` names exactly what the counters count against the share: month by month, each once, the
 * newest first, in pages, and more than it remembers at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "daemon/tables/tables.h"
#include "routing/rules/rules.h"
#include "tests/unit/support/desk.h"
#include "tests/unit/support/paper.h"

enum { NAMED_MAX = 8192, ALL_MONTHS = UINT16_MAX - 1 };

struct named {
	Vanthu__V1__WhySum sum;
	unsigned count, in, out, paper;
	struct doc_id ids[NAMED_MAX];
	/* of the last one */
	Vanthu__V1__WhyReason reasons[8];
	uint32_t codes[8];
	unsigned reason_count;
};

/* ---- a station with a little of everything ---- */

static void fact_arrives(struct stage *g, const char *signer, enum kind kind, unsigned of,
			 struct digest digest)
{
	static unsigned id = 500;
	struct fact f = { .kind = kind,
			  .document = { g->s->self, fixture_doc_id(of), digest },
			  .at_ms = FIXTURE_NOW_MS,
			  .reason = kind == KIND_REFUSAL ? ERR_DIGEST : 0,
			  .note = "" };
	struct draft d = fixture_fact(g->f, signer, g->s->self.text, id++, &f);

	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static struct digest send_out(struct stage *g, unsigned id, const char *first, const char *second)
{
	struct submission u = { .recipients = { { .committee = fixture_id(first) } } };
	struct digest digest;

	if (second != NULL)
		u.recipients[1].committee = fixture_id(second);
	station_take(g->s, submission_of(&u, id, second == NULL ? 1 : 2));
	station_commit(g->s);
	digest = g->s->plan->drafts[0].digest;
	station_clear(g->s);
	return digest;
}

static void receive(struct stage *g, unsigned id)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);

	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static void work(struct stage *g, unsigned id, enum office_status next, const char *due_on)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id("tinh")));
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .uid = 1000,
					 .role = r.u.ident.role,
					 .serial = r.u.ident.serial,
					 .next = next,
					 .note = next == OFFICE_RETURNED ? "not ours" : "",
					 .to = next == OFFICE_ASSIGNED ? "Nguyễn Văn A" : "",
					 .due_on = due_on,
					 .person = "" } };

	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

static void papers(struct stage *g)
{
	static const char *const days[] = { "2024-12-31", "2025-01-01", "2025-01-31", "2025-02-28",
					    "2025-05-31", "2025-06-01", "2025-06-15" };
	struct event e;
	char number[16];

	for (unsigned i = 0; i < COUNT_OF(days); i++) {
		snprintf(number, sizeof number, "%u-CV/X", i + 1);
		paper_add(g, 100 + i, i % 2 == 0 ? DIRECTION_IN : DIRECTION_OUT, number, days[i]);
	}
	e = paper_entry(120, DIRECTION_IN, "20-GM/X", "2025-06-10");
	e.u.paper.paper.type_code = "GM";
	e.u.paper.paper.type_name = "Giấy mời";
	station_take(g->s, &e);
	e = paper_entry(121, DIRECTION_OUT, "21-CV/X", "2025-06-10");
	e.u.paper.paper.secrecy = SECRECY_MAT;
	e.u.paper.paper.subject = "";
	e.u.paper.paper.party = "";
	station_take(g->s, &e);
	e = paper_cancel(100, "twice");
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
}

static int64_t ten_days_later(void *ctx)
{
	(void)ctx;
	return FIXTURE_NOW_MS + 10 * 86400000LL;
}

static int set_up(void **state)
{
	static struct tables tables; /* Saturdays and Sundays, nothing else */
	struct fixture *f = fixture_new();
	struct stage g = { .f = f, .s = station_new(f, "huyen-a"), .tinh = neighbour_of("tinh") };
	struct digest refused, delivered;
	struct desk *d;

	neighbour_up(g.s, &g.tinh);
	send_out(&g, 1, "tinh", "xa-a1");
	delivered = send_out(&g, 2, "tinh", NULL);
	fact_arrives(&g, "tinh", KIND_RECEIPT, 2, delivered);
	refused = send_out(&g, 3, "xa-b1", "tinh");
	fact_arrives(&g, "xa-b1", KIND_REFUSAL, 3, refused);
	fact_arrives(&g, "tinh", KIND_RECEIPT, 3, refused);
	for (unsigned id = 11; id <= 16; id++)
		receive(&g, id);
	work(&g, 12, OFFICE_ACCEPTED, "");
	work(&g, 13, OFFICE_ACCEPTED, "");
	work(&g, 13, OFFICE_ASSIGNED, "2025-06-15");
	work(&g, 14, OFFICE_ACCEPTED, "");
	work(&g, 14, OFFICE_ASSIGNED, "2025-07-02");
	work(&g, 15, OFFICE_ACCEPTED, "");
	work(&g, 15, OFFICE_FINISHED, "");
	work(&g, 16, OFFICE_RETURNED, "");
	papers(&g);
	d = desk_new(f, g.s, SOCKET_OFFICE);
	d->control->parts.tables = &tables;
	d->control->parts.wall_ms = ten_days_later;
	assert_true(target_exclude_parse("gm", &d->config.excluded));
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* ---- asking ---- */

static void note(struct named *n, const Vanthu__V1__WhyDocument *w)
{
	assert_true(n->count < NAMED_MAX);
	assert_int_equal(w->id.len, sizeof n->ids[0].bytes);
	memcpy(n->ids[n->count++].bytes, w->id.data, w->id.len);
	n->paper += w->paper != 0;
	n->in += w->direction == VANTHU__V1__DIRECTION__DIRECTION_IN;
	n->out += w->direction == VANTHU__V1__DIRECTION__DIRECTION_OUT;
	assert_true(w->n_causes > 0 && w->n_causes < COUNT_OF(n->reasons));
	n->reason_count = (unsigned)w->n_causes;
	for (size_t i = 0; i < w->n_causes; i++) {
		n->reasons[i] = w->causes[i]->reason;
		n->codes[i] = w->causes[i]->code;
	}
}

static struct named *ask(struct desk *d, Vanthu__V1__WhyQuery query)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	struct named *n = calloc(1, sizeof *n);
	int64_t before_ms = INT64_MAX;

	assert_non_null(n);
	request.what_case = VANTHU__V1__REQUEST__WHAT_WHY;
	request.why = &query;
	desk_ask(d, &request);
	for (;;) {
		Vanthu__V1__Reply *r = desk_reply(d);
		bool more = r->what_case == VANTHU__V1__REPLY__WHAT_WHY;

		if (more && r->why->what_case == VANTHU__V1__WHY_LINE__WHAT_SUM) {
			n->sum = *r->why->sum; /* has no texts */
			assert_int_equal(n->count, 0);
		} else if (more) {
			assert_true(r->why->document->at_ms <= before_ms);
			before_ms = r->why->document->at_ms;
			note(n, r->why->document);
		} else {
			assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_DONE);
		}
		vanthu__v1__reply__free_unpacked(r, NULL);
		if (!more)
			return n;
	}
}

static Vanthu__V1__WhyQuery months(uint32_t from, uint32_t to)
{
	Vanthu__V1__WhyQuery q = VANTHU__V1__WHY_QUERY__INIT;

	q.from_month = from;
	q.to_month = to;
	return q;
}

static bool has(const struct named *n, unsigned id)
{
	struct doc_id wanted = fixture_doc_id(id);
	unsigned times = 0;

	for (unsigned i = 0; i < n->count; i++)
		times += memcmp(n->ids[i].bytes, wanted.bytes, sizeof wanted.bytes) == 0;
	assert_true(times <= 1);
	return times == 1;
}

/* By the counters: what is against the share of a period. */
static Vanthu__V1__TargetRow counted(struct desk *d, uint32_t from, uint32_t to,
				     Vanthu__V1__Direction direction)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__TargetRow sum = VANTHU__V1__TARGET_ROW__INIT;
	Vanthu__V1__Reply *r;

	query.from_month = from;
	query.to_month = to;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	desk_ask(d, &request);
	r = desk_reply(d);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_TARGET);
	for (size_t i = 0; i < r->target->n_rows; i++) {
		const Vanthu__V1__TargetRow *row = r->target->rows[i];

		if (row->direction != direction)
			continue;
		sum.paper += row->paper;
		sum.pending += row->pending;
		sum.digital += row->digital - row->processed - row->returned - row->recalled;
		sum.secret += row->secret;
	}
	vanthu__v1__reply__free_unpacked(r, NULL);
	return sum;
}

static void expect_as_counted(struct desk *d, uint32_t from, uint32_t to)
{
	Vanthu__V1__TargetRow out = counted(d, from, to, VANTHU__V1__DIRECTION__DIRECTION_OUT),
			      in = counted(d, from, to, VANTHU__V1__DIRECTION__DIRECTION_IN);
	struct named *n = ask(d, months(from, to));

	assert_int_equal(n->sum.pending, out.pending);
	assert_int_equal(n->sum.paper_out, out.paper);
	assert_int_equal(n->sum.paper_in, in.paper);
	assert_int_equal(n->sum.unprocessed, in.digital);
	assert_int_equal(n->sum.secret, out.secret + in.secret);
	assert_int_equal(n->out, out.pending + out.paper);
	assert_int_equal(n->in, in.digital + in.paper);
	assert_int_equal(n->count, n->in + n->out);
	assert_int_equal(n->sum.damaged, 0);
	for (unsigned i = 0; i < n->count; i++) {
		for (unsigned k = 0; k < i; k++)
			assert_memory_not_equal(n->ids[i].bytes, n->ids[k].bytes,
						sizeof n->ids[i].bytes);
	}
	free(n);
}

static void test_what_is_named_equals_the_counters_in_each_month_and_over_all(void **state)
{
	struct desk *d = *state;
	uint32_t first = month_make(2024, 11).n, last = month_make(2025, 7).n;

	for (uint32_t from = first; from <= last; from++) {
		for (uint32_t to = from; to <= last; to++)
			expect_as_counted(d, from, to);
	}
	expect_as_counted(d, 1, ALL_MONTHS);
}

static void test_each_says_why(void **state)
{
	struct desk *d = *state;
	struct named *n = ask(d, months(1, ALL_MONTHS));
	static const unsigned there[] = { 1, 3, 11, 13, 14, 101, 106 },
			      not_there[] = { 2, 12, 15, 16, 100, 120, 121 };

	for (unsigned i = 0; i < COUNT_OF(there); i++)
		assert_true(has(n, there[i]));
	for (unsigned i = 0; i < COUNT_OF(not_there); i++)
		assert_false(has(n, not_there[i]));
	assert_int_equal(n->sum.excluded, 1);
	assert_int_equal(n->sum.secret, 1);
	free(n);
}

static struct named *with_reason(struct desk *d, Vanthu__V1__WhyReason reason)
{
	Vanthu__V1__WhyQuery q = months(1, ALL_MONTHS);

	q.reason = reason;
	return ask(d, q);
}

static void expect_only(struct desk *d, Vanthu__V1__WhyReason reason, unsigned id, unsigned reasons)
{
	struct named *n = with_reason(d, reason);
	bool said = false;

	assert_int_equal(n->count, 1);
	assert_true(has(n, id));
	assert_int_equal(n->reason_count, reasons);
	for (unsigned i = 0; i < n->reason_count; i++)
		said = said || n->reasons[i] == reason;
	assert_true(said);
	free(n);
}

static void test_one_reason_alone(void **state)
{
	struct desk *d = *state;
	struct named *n;

	/* xa-a1 has never been seen; tinh is up */
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_LINK_DOWN, 1, 2);
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_WAITING, 1, 2);
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_REFUSED, 3, 1);
	/* not registered in time either */
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_NEW, 11, 2);
	n = with_reason(d, VANTHU__V1__WHY_REASON__WHY_REASON_OVERDUE);
	assert_true(n->count == 2 && has(n, 11) && has(n, 13));
	free(n);
	n = with_reason(d, VANTHU__V1__WHY_REASON__WHY_REASON_REFUSED);
	assert_int_equal(n->codes[0], ERR_DIGEST);
	free(n);
	n = with_reason(d, VANTHU__V1__WHY_REASON__WHY_REASON_IN_HAND);
	assert_true(n->count == 2 && has(n, 13) && has(n, 14));
	free(n);
	n = with_reason(d, VANTHU__V1__WHY_REASON__WHY_REASON_PAPER);
	assert_true(n->count == 6 && n->paper == 6);
	/* the sum is of all, whatever is told */
	assert_int_equal(n->sum.pending, 2);
	free(n);
	n = with_reason(d, VANTHU__V1__WHY_REASON__WHY_REASON_EXPIRED);
	assert_int_equal(n->count, 0);
	free(n);
}

/* As another part of the core would have written it. */
static struct key rewrite(struct desk *d, unsigned id, const char *origin, struct record *r,
			  enum family family)
{
	struct record ident =
		station_get(d->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id(origin)));
	struct key key = key_serial(ident.u.ident.role, ident.u.ident.serial);

	if (r->family == FAMILY_NONE)
		*r = station_get(d->s, family, key);
	else
		plan_put(d->s->plan, key, r);
	return key;
}

static void test_expired_replaced_and_who_cannot_be_reached(void **state)
{
	struct desk *d = *state;
	struct record expired = { .family = FAMILY_NONE },
		      replaced = { .family = FAMILY_WORK,
				   .u.work = { .stand = { .replaced = true },
					       .replaced_by = fixture_doc_id(99),
					       .to = "",
					       .due_on = "",
					       .note = "",
					       .person = "",
					       .recall_reason = "" } },
		      gone = { .family = FAMILY_NONE };
	struct recipient to = { .committee = fixture_id("xa-cu") }; /* has ended */

	rewrite(d, 1, "huyen-a", &expired, FAMILY_STATE);
	rewrite(d, 3, "huyen-a", &gone, FAMILY_DOCUMENT);
	expired.u.state.expired = true;
	gone.u.document.recipients = &to;
	gone.u.document.recipients_len = 1;
	rewrite(d, 1, "huyen-a", &expired, FAMILY_STATE);
	rewrite(d, 3, "huyen-a", &gone, FAMILY_DOCUMENT);
	rewrite(d, 11, "tinh", &replaced, FAMILY_WORK);
	assert_ok(d->s->store->ops->commit(d->s->store, d->s->plan));
	station_clear(d->s);
	expect_as_counted(d, 1, ALL_MONTHS);
	/* by neighbour, so that each says what to do: tinh and xa-a1 */
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_EXPIRED, 1, 2);
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_NO_ROUTE, 3, 2);
	expect_only(d, VANTHU__V1__WHY_REASON__WHY_REASON_REPLACED, 11, 1);
}

static void test_pages_follow_each_other(void **state)
{
	struct desk *d = *state;
	struct named *all = ask(d, months(1, ALL_MONTHS)), *page;
	unsigned seen = 0;

	for (unsigned at = 0; at <= all->count; at += 3) {
		Vanthu__V1__WhyQuery q = months(1, ALL_MONTHS);

		q.skip = at;
		q.most = 3;
		page = ask(d, q);
		assert_true(page->count <= 3);
		for (unsigned i = 0; i < page->count; i++, seen++)
			assert_memory_equal(page->ids[i].bytes, all->ids[at + i].bytes,
					    sizeof page->ids[i].bytes);
		free(page);
	}
	assert_int_equal(seen, all->count);
	free(all);
}

static void test_direction_alone(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__WhyQuery q = months(1, ALL_MONTHS);
	struct named *n;

	q.direction = VANTHU__V1__DIRECTION__DIRECTION_IN;
	n = ask(d, q);
	assert_true(n->out == 0 && n->in == 6);
	assert_true(n->sum.pending == 0 && n->sum.paper_out == 0 && n->sum.secret == 0);
	free(n);
}

/* Twice over what is remembered at a time, in one month. */
static void test_more_than_is_remembered_is_told_in_order_and_once(void **state)
{
	enum { ENTRIES = 5000, A_COMMIT = 100 };
	struct desk *d = *state;
	Vanthu__V1__WhyQuery q = months(1, ALL_MONTHS);
	struct named *n, *page;
	char number[16], day[16];

	for (unsigned i = 0; i < ENTRIES; i++) {
		struct event e;

		snprintf(number, sizeof number, "%u-TB/X", i);
		snprintf(day, sizeof day, "2025-03-%02u", 1 + i % 31);
		e = paper_entry(1000 + i, i % 2 == 0 ? DIRECTION_IN : DIRECTION_OUT, number, day);
		station_take(d->s, &e);
		if (i % A_COMMIT != A_COMMIT - 1)
			continue;
		station_commit(d->s);
		station_clear(d->s);
	}
	expect_as_counted(d, 1, ALL_MONTHS);
	n = ask(d, q);
	q.skip = n->count - 2;
	q.most = 10;
	page = ask(d, q);
	assert_int_equal(page->count, 2);
	assert_memory_equal(page->ids[1].bytes, n->ids[n->count - 1].bytes,
			    sizeof page->ids[1].bytes);
	free(page);
	free(n);
}

static void test_record_that_cannot_be_read_is_said(void **state)
{
	struct desk *d = *state;
	struct record r = station_get(d->s, FAMILY_IDENT,
				      key_ident(fixture_doc_id(1), fixture_id("huyen-a")));
	struct key key = key_serial(r.u.ident.role, r.u.ident.serial);
	struct named *n;

	assert_ok(memory_disk_spoil(d->s->disk, FAMILY_DOCUMENT, &key));
	n = ask(d, months(1, ALL_MONTHS));
	assert_int_equal(n->sum.damaged, 1);
	assert_false(has(n, 1));
	free(n);
}

static void expect_error(struct desk *d, const char *committee, enum err e)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__WhyQuery q = VANTHU__V1__WHY_QUERY__INIT;
	Vanthu__V1__Reply *r;

	q.committee = (char *)(uintptr_t)committee;
	request.what_case = VANTHU__V1__REQUEST__WHAT_WHY;
	request.why = &q;
	desk_ask(d, &request);
	r = desk_reply(d);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_ERROR);
	assert_int_equal(r->error->code, e);
	vanthu__v1__reply__free_unpacked(r, NULL);
}

static void put_report(struct desk *d, const char *who, const struct report_unfit *unfit,
		       uint32_t count)
{
	struct record r = { .family = FAMILY_REPORT,
			    .u.report = { .unfit = unfit,
					  .unfit_count = count,
					  .unfit_all = count,
					  .checked_at_ms = FIXTURE_NOW_MS } };

	plan_put(d->s->plan, key_committee(fixture_id(who)), &r);
	assert_ok(d->s->store->ops->commit(d->s->store, d->s->plan));
	station_clear(d->s);
}

static void test_documents_that_do_not_fit_the_report_of_one_below_are_named(void **state)
{
	struct report_unfit unfit[] = {
		{ UNFIT_NOT_COUNTED, DIRECTION_OUT, fixture_doc_id(1) },
		{ UNFIT_NOT_OURS, DIRECTION_IN, fixture_doc_id(777) },
	};
	Vanthu__V1__WhyQuery q = VANTHU__V1__WHY_QUERY__INIT;
	struct desk *d = *state;
	struct named *n;

	put_report(d, "xa-a1", unfit, COUNT_OF(unfit));
	q.committee = (char *)(uintptr_t) "xa-a1";
	n = ask(d, q);
	assert_int_equal(n->count, 2);
	assert_true(has(n, 1) && has(n, 777));
	assert_int_equal(n->reasons[0], VANTHU__V1__WHY_REASON__WHY_REASON_NOT_OURS);
	free(n);
	q.committee = (char *)(uintptr_t) "xa-a2"; /* nothing is known of it */
	n = ask(d, q);
	assert_int_equal(n->count, 0);
	free(n);
	expect_error(d, "xa-b1", ERR_NOT_ENTITLED);
	expect_error(d, "tinh", ERR_NOT_ENTITLED);
	expect_error(d, "nobody", ERR_NOT_ENTITLED);
	expect_error(d, "Not an id", ERR_BAD_ID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_named_equals_the_counters_in_each_month_and_over_all),
		TEST(test_each_says_why),
		TEST(test_one_reason_alone),
		TEST(test_expired_replaced_and_who_cannot_be_reached),
		TEST(test_pages_follow_each_other),
		TEST(test_direction_alone),
		TEST(test_more_than_is_remembered_is_told_in_order_and_once),
		TEST(test_record_that_cannot_be_read_is_said),
		TEST(test_documents_that_do_not_fit_the_report_of_one_below_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
