/* What waits, a line a document and link, whatever rows it takes; facts of a link in one line. */
#include <string.h>

#include "tests/unit/support/desk.h"

enum { LINES_MAX = 16 };

/* One more row of the n-th document that was sent, for tinh, behind the others, naming two
 * committees. */
static void add_row(struct station *s, uint64_t serial, uint64_t seq, enum lane lane)
{
	static const struct committee_id targets[] = { { "huyen-b" }, { "xa-b1" } };
	struct record row = { .family = FAMILY_STREAM }, route = { .family = FAMILY_ROUTE };
	struct key key = key_serial(ROLE_OUT, (struct serial){ serial });
	struct publication all[8];

	row.u.stream = (struct rec_stream){ .role = ROLE_OUT,
					    .serial = { serial },
					    .targets = targets,
					    .target_count = 2,
					    .size_bytes = 500,
					    .queued_at_ms = FIXTURE_NOW_MS };
	plan_put(s->plan, key_seq(fixture_id("tinh"), lane, seq), &row);
	route = station_get(s, FAMILY_ROUTE, key);
	assert_true(route.u.route.count < COUNT_OF(all));
	memcpy(all, route.u.route.publications, route.u.route.count * sizeof *all);
	all[route.u.route.count++] = (struct publication){ fixture_id("tinh"), lane, seq };
	route.u.route.publications = all;
	plan_put(s->plan, key, &route);
	assert_ok(s->store->ops->commit(s->store, s->plan));
	station_clear(s);
}

/* Two documents to tinh; the rows: first, second, first again. One to xa-a1. */
static int set_up(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "huyen-a");
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };

	for (unsigned i = 0; i < 3; i++) {
		struct event *e = submission_of(&u, 1 + i, 1);

		u.recipients[0].committee = fixture_id(i < 2 ? "tinh" : "xa-a1");
		e->u.submit.summary.number = i == 0 ? "1-CV/X" : i == 1 ? "2-CV/X" : "3-CV/X";
		station_take(s, e);
		station_commit(s);
		station_clear(s);
	}
	add_row(s, 1, 3, LANE_NORMAL);
	*state = desk_new(f, s, SOCKET_READ);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* The core has read its streams again: what was added to the store counts from here on. */
static void restart(struct desk *d)
{
	station_restart(d->s);
	d->control->parts.core = d->s->core;
}

struct lines {
	Vanthu__V1__Reply *each[LINES_MAX];
	unsigned count;
};

static void ask(struct desk *d, const char *neighbour, struct lines *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Neighbour name = VANTHU__V1__NEIGHBOUR__INIT;
	bool more = true;

	out->count = 0;
	name.committee = (char *)(uintptr_t)neighbour;
	request.what_case = VANTHU__V1__REQUEST__WHAT_QUEUE_LIST;
	request.queue_list = &name;
	desk_ask(d, &request);
	while (more) {
		assert_true(out->count < LINES_MAX);
		out->each[out->count] = desk_reply(d);
		more = out->each[out->count++]->more;
	}
}

static void release(struct lines *l)
{
	while (l->count > 0)
		vanthu__v1__reply__free_unpacked(l->each[--l->count], NULL);
}

static void expect(const struct lines *l, unsigned n, const char *number, uint64_t items,
		   uint64_t recipients)
{
	const Vanthu__V1__QueueItem *q = l->each[n]->queued;

	assert_int_equal(l->each[n]->what_case, VANTHU__V1__REPLY__WHAT_QUEUED);
	assert_string_equal(q->number, number);
	assert_int_equal(q->items, items);
	assert_int_equal(q->recipients, recipients);
	assert_string_equal(q->origin, "huyen-a");
	assert_false(q->by_group);
}

static void test_document_in_several_rows_is_one_line_with_all_its_names(void **state)
{
	struct desk *d = *state;
	struct lines l;

	restart(d);
	ask(d, "tinh", &l);
	assert_int_equal(l.count, 3);
	expect(&l, 0, "1-CV/X", 2, 3);
	expect(&l, 1, "2-CV/X", 1, 1);
	assert_int_equal(l.each[2]->what_case, VANTHU__V1__REPLY__WHAT_DONE);
	release(&l);
	ask(d, "", &l);
	assert_int_equal(l.count, 4);
	release(&l);
	ask(d, "xa-a1", &l);
	assert_int_equal(l.count, 2);
	expect(&l, 0, "3-CV/X", 1, 1);
	release(&l);
}

static void test_what_is_acknowledged_is_not_counted_any_more(void **state)
{
	struct desk *d = *state;
	struct record out =
	    station_get(d->s, FAMILY_LINKOUT, key_link(fixture_id("tinh"), LANE_NORMAL));
	struct lines l;

	out.u.linkout.acked = 1;
	plan_put(d->s->plan, key_link(fixture_id("tinh"), LANE_NORMAL), &out);
	assert_ok(d->s->store->ops->commit(d->s->store, d->s->plan));
	restart(d);
	ask(d, "tinh", &l);
	assert_int_equal(l.count, 3);
	expect(&l, 0, "2-CV/X", 1, 1);
	expect(&l, 1, "1-CV/X", 1, 2); /* its second row is the first that waits */
	release(&l);
}

static void test_position_that_another_document_took_counts_for_that_one_alone(void **state)
{
	struct desk *d = *state;
	struct lines l;

	add_row(d->s, 1, 4, LANE_NORMAL);
	/* at the same position, as after a stream that started again */
	add_row(d->s, 2, 4, LANE_NORMAL);
	restart(d);
	ask(d, "tinh", &l);
	assert_int_equal(l.count, 3);
	expect(&l, 0, "1-CV/X", 2, 3);
	expect(&l, 1, "2-CV/X", 2, 3);
	release(&l);
}

static void test_receipts_of_a_link_are_one_line(void **state)
{
	struct record fact = { .family = FAMILY_STREAM, .u.stream = { .role = ROLE_NONE } };
	struct desk *d = *state;
	struct lines l;

	for (unsigned seq = 1; seq <= 3; seq++) {
		fact.u.stream.queued_at_ms = FIXTURE_NOW_MS + seq;
		plan_put(d->s->plan, key_seq(fixture_id("xa-a2"), LANE_FACTS, seq), &fact);
	}
	assert_ok(d->s->store->ops->commit(d->s->store, d->s->plan));
	restart(d);
	ask(d, "xa-a2", &l);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.each[0]->queued->lane, "facts");
	assert_int_equal(l.each[0]->queued->items, 3);
	assert_int_equal(l.each[0]->queued->id.len, 0);
	assert_int_equal(l.each[0]->queued->queued_at_ms, FIXTURE_NOW_MS + 1);
	release(&l);
}

static void test_nobody_and_no_name_are_answered(void **state)
{
	struct desk *d = *state;
	struct lines l;

	ask(d, "xa-b1", &l); /* no neighbour */
	assert_int_equal(l.each[0]->error->code, ERR_NOT_FOUND);
	release(&l);
	ask(d, "Not An Id", &l);
	assert_int_equal(l.each[0]->error->code, ERR_BAD_ID);
	release(&l);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_document_in_several_rows_is_one_line_with_all_its_names),
		TEST(test_what_is_acknowledged_is_not_counted_any_more),
		TEST(test_position_that_another_document_took_counts_for_that_one_alone),
		TEST(test_receipts_of_a_link_are_one_line),
		TEST(test_nobody_and_no_name_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
