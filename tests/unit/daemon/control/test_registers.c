/* The registers as clients of the office socket read them: columns from the records, additions with
 * their line, and the secret books for those alone who may read them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "routing/rules/rules.h"
#include "tests/unit/support/desk.h"
#include "tests/unit/support/paper.h"

enum { LINES_MAX = 16, OTHER_UID = 54321 };

struct book_read {
	unsigned count;
	Vanthu__V1__Reply *replies[LINES_MAX];
	uint32_t error;
};

static const Vanthu__V1__RegisterLine *line(const struct book_read *b, unsigned i)
{
	assert_true(i < b->count);
	return b->replies[i]->register_;
}

static struct book_read read_book(struct desk *d, Vanthu__V1__Book book, bool secret,
				  struct month from, struct month to)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__RegisterQuery query = VANTHU__V1__REGISTER_QUERY__INIT;
	struct book_read out = { .count = 0 };
	bool more = true;

	query.book = book;
	query.secret = secret;
	query.from_month = from.n;
	query.to_month = to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_REGISTER;
	request.register_ = &query;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_REGISTER) {
			assert_true(out.count < LINES_MAX);
			out.replies[out.count++] = r;
			continue;
		}
		out.error = r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : 0;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	return out;
}

static struct book_read this_year(struct desk *d, Vanthu__V1__Book book, bool secret)
{
	return read_book(d, book, secret, (struct month){ 0 }, (struct month){ 0 });
}

static void release(struct book_read *b)
{
	for (unsigned i = 0; i < b->count; i++)
		vanthu__v1__reply__free_unpacked(b->replies[i], NULL);
}

/* ---- what the office has done ---- */

static void receive(struct stage *g, unsigned id)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);

	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static void act(struct stage *g, unsigned id, enum office_status next, text_t note, text_t to)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id("tinh")));
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .uid = 1000,
					 .role = r.u.ident.role,
					 .serial = r.u.ident.serial,
					 .next = next,
					 .note = note,
					 .to = to,
					 .due_on = next == OFFICE_ASSIGNED ? "2025-07-01" : "",
					 .person = "Nguyễn Thị Văn Thư" } };

	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
}

static void submit(struct stage *g, unsigned id)
{
	struct submission u = { .recipients = { { .committee = fixture_id("xa-a1") },
						{ .committee = fixture_id("tinh") } } };

	station_clear(g->s);
	station_take(g->s, submission_of(&u, id, 2));
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

static void add_secret(struct stage *g, unsigned id)
{
	struct event e = paper_entry(id, DIRECTION_IN, "09-CV/TU", "2025-06-10");

	e.u.paper.paper.secrecy = SECRECY_MAT;
	e.u.paper.paper.subject = "";
	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

static int set_up(void **state)
{
	struct stage g = { .f = fixture_new(), .tinh = neighbour_of("tinh") };
	struct event cancel = paper_cancel(21, "nhập nhầm");

	g.s = station_new(g.f, "huyen-a");
	neighbour_up(g.s, &g.tinh);
	for (unsigned id = 1; id <= 3; id++)
		receive(&g, id);
	act(&g, 1, OFFICE_ACCEPTED, "", "");
	paper_add(&g, 20, DIRECTION_IN, "05-CV/ĐUK", "2025-06-02");
	act(&g, 2, OFFICE_ACCEPTED, "", "");
	act(&g, 2, OFFICE_RETURNED, "gửi nhầm nơi nhận", "");
	act(&g, 1, OFFICE_ASSIGNED, "trình ký", "Phòng Tổng hợp");
	add_secret(&g, 22);
	submit(&g, 30);
	paper_add(&g, 21, DIRECTION_OUT, "06-BC/ĐU", "2025-06-03");
	assert_int_equal(paper_answer(&g, &cancel).result, ERR_OK);
	station_commit(g.s);
	station_clear(g.s);
	*state = desk_new(g.f, g.s, SOCKET_OFFICE);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* ---- the tests ---- */

static void test_incoming_lines_ascend_without_gap_and_additions_follow_theirs(void **state)
{
	struct book_read b = this_year(*state, VANTHU__V1__BOOK__BOOK_IN, false);

	assert_int_equal(b.error, 0);
	assert_int_equal(b.count, 4);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(line(&b, i)->number, i + 1);
		assert_int_equal(line(&b, i)->addition, 0);
		assert_int_equal(line(&b, i)->year, 2025);
	}
	assert_string_equal(line(&b, 0)->from, "tinh");
	assert_string_not_equal(line(&b, 0)->from_name, "");
	assert_string_equal(line(&b, 0)->moved_on, "2025-06-15");
	assert_true(line(&b, 1)->paper);
	assert_string_equal(line(&b, 1)->symbol, "05-CV/ĐUK");
	assert_string_equal(line(&b, 1)->from, "Đảng ủy Khối");
	assert_string_equal(line(&b, 1)->moved_on, "2025-06-02");
	assert_string_equal(line(&b, 1)->date, "");
	assert_int_equal(line(&b, 3)->number, 3);
	assert_int_equal(line(&b, 3)->addition, 1);
	assert_string_equal(line(&b, 3)->code, "02");
	assert_string_equal(line(&b, 3)->note, "gửi nhầm nơi nhận");
	release(&b);
}

static void test_followup_says_who_is_in_charge_and_until_when(void **state)
{
	struct book_read b = this_year(*state, VANTHU__V1__BOOK__BOOK_FOLLOWUP, false);

	assert_int_equal(b.count, 4);
	assert_non_null(line(&b, 0)->work);
	assert_string_equal(line(&b, 0)->work->code, "04");
	assert_string_equal(line(&b, 0)->work->to, "Phòng Tổng hợp");
	assert_string_equal(line(&b, 0)->work->due_on, "2025-07-01");
	assert_string_equal(line(&b, 0)->assigned_by, "Nguyễn Thị Văn Thư");
	assert_true(line(&b, 0)->assigned_at_ms > 0);
	assert_null(line(&b, 1)->work); /* on paper */
	release(&b);
}

static void test_outgoing_lines_say_to_whom_and_a_cancelled_entry_stays(void **state)
{
	struct book_read b = this_year(*state, VANTHU__V1__BOOK__BOOK_OUT, false);

	assert_int_equal(b.count, 3);
	assert_int_equal(line(&b, 0)->n_to, 2);
	assert_int_equal(line(&b, 0)->n_to_names, 2);
	assert_int_equal(line(&b, 0)->copies, 2);
	assert_int_equal(line(&b, 0)->delivered, 0);
	assert_int_equal(line(&b, 0)->delivered_at_ms, 0);
	assert_string_equal(line(&b, 1)->date, "2025-06-03");
	assert_int_equal(line(&b, 2)->number, 2);
	assert_int_equal(line(&b, 2)->kind,
			 VANTHU__V1__REGISTER_LINE_KIND__REGISTER_LINE_KIND_VOID);
	assert_string_equal(line(&b, 2)->note, "nhập nhầm");
	release(&b);
}

static void test_a_period_shows_what_was_entered_in_it(void **state)
{
	const struct month may = month_make(2025, 5);
	struct book_read b = read_book(*state, VANTHU__V1__BOOK__BOOK_IN, false, JUNE, JUNE);

	assert_int_equal(b.count, 4);
	release(&b);
	b = read_book(*state, VANTHU__V1__BOOK__BOOK_IN, false, may, may);
	assert_int_equal(b.count, 0);
	assert_int_equal(b.error, 0);
	b = read_book(*state, VANTHU__V1__BOOK__BOOK_IN, false, (struct month){ 0 },
		      (struct month){ UINT16_MAX });
	assert_int_equal(b.count, 4);
	release(&b);
	b = read_book(*state, VANTHU__V1__BOOK__BOOK_IN, false, JUNE, may);
	assert_int_equal(b.error, ERR_BAD_DATE);
	b = this_year(*state, VANTHU__V1__BOOK__BOOK_UNSPECIFIED, false);
	assert_int_equal(b.error, ERR_USAGE);
}

static void test_secret_book_has_numbers_of_its_own(void **state)
{
	struct book_read b = this_year(*state, VANTHU__V1__BOOK__BOOK_IN, true);

	assert_int_equal(b.count, 1);
	assert_int_equal(line(&b, 0)->number, 1);
	assert_int_equal(line(&b, 0)->secrecy, SECRECY_MAT);
	assert_string_equal(line(&b, 0)->symbol, "09-CV/TU");
	release(&b);
	b = this_year(*state, VANTHU__V1__BOOK__BOOK_OUT, true);
	assert_int_equal(b.count, 0);
	assert_int_equal(b.error, 0);
}

static void test_secret_book_is_refused_to_who_is_not_in_its_group(void **state)
{
	static const Vanthu__V1__Book books[] = { VANTHU__V1__BOOK__BOOK_OUT,
						  VANTHU__V1__BOOK__BOOK_IN,
						  VANTHU__V1__BOOK__BOOK_FOLLOWUP };
	struct desk *d = *state;
	struct book_read b;

	d->control->clients[0]->uid = OTHER_UID;
	for (unsigned i = 0; i < COUNT_OF(books); i++) {
		b = this_year(d, books[i], true);
		assert_int_equal(b.error, ERR_PERMISSION);
		assert_int_equal(b.count, 0);
	}
	b = this_year(d, VANTHU__V1__BOOK__BOOK_IN, false);
	assert_int_equal(b.count, 4);
	release(&b);
	d->control->secret_gid = getegid() + 1;
	b = this_year(d, VANTHU__V1__BOOK__BOOK_IN, true);
	assert_int_equal(b.error, ERR_PERMISSION);
	d->control->secret_gid = getegid();
	b = this_year(d, VANTHU__V1__BOOK__BOOK_IN, true);
	assert_int_equal(b.error, 0);
	assert_int_equal(b.count, 1);
	release(&b);
}

/* A store in which one line cannot be read: a walk that asks for damage is told its key. */
static struct {
	const struct store_ops *whole;
	struct store_ops ops;
	struct store *store;
	struct key key;
} spoilt;

static enum err next_spoilt(void *ctx, struct arena *a, enum family family, struct scan *scan,
			    struct record *out)
{
	struct lookup l = spoilt.whole->lookup(spoilt.store);
	enum err e = l.next(l.ctx, a, family, scan, out);

	(void)ctx;
	if (e != ERR_OK || family != FAMILY_LINE || !key_equal(&scan->at, &spoilt.key))
		return e;
	assert_true(scan->report_damage);
	return ERR_DAMAGED;
}

static struct lookup lookup_spoilt(struct store *store)
{
	struct lookup l = spoilt.whole->lookup(store);

	l.next = next_spoilt;
	return l;
}

static void test_line_that_cannot_be_read_keeps_its_number(void **state)
{
	struct desk *d = *state;
	struct book_read b;

	spoilt.store = d->s->store;
	spoilt.whole = d->s->store->ops;
	spoilt.ops = *spoilt.whole;
	spoilt.ops.lookup = lookup_spoilt;
	spoilt.key = key_line((struct line_key){ BOOK_IN, 2025, 0, 3 });
	d->s->store->ops = &spoilt.ops;
	b = this_year(d, VANTHU__V1__BOOK__BOOK_IN, false);
	d->s->store->ops = spoilt.whole;
	assert_int_equal(b.count, 4);
	assert_int_equal(line(&b, 2)->number, 3);
	assert_int_equal(line(&b, 2)->kind,
			 VANTHU__V1__REGISTER_LINE_KIND__REGISTER_LINE_KIND_DAMAGED);
	assert_int_equal(line(&b, 2)->id.len, 0);
	assert_int_equal(line(&b, 3)->addition, 1);
	release(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_incoming_lines_ascend_without_gap_and_additions_follow_theirs),
		TEST(test_followup_says_who_is_in_charge_and_until_when),
		TEST(test_outgoing_lines_say_to_whom_and_a_cancelled_entry_stays),
		TEST(test_a_period_shows_what_was_entered_in_it),
		TEST(test_line_that_cannot_be_read_keeps_its_number),
		TEST(test_secret_book_has_numbers_of_its_own),
		TEST(test_secret_book_is_refused_to_who_is_not_in_its_group),
	};

	return cmocka_run_group_tests_name("registers", tests, NULL, NULL);
}
