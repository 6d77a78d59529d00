/* Documents exchanged with others: which are found, of whom and in which direction, and what ends
 * it. */
#include "routing/target/exchange.h"

#include <string.h>

#include "routing/base/types.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "tests/unit/support/shelf.h"

#define DAY_MS (24 * HOUR_MS)
#define SINCE_MS (FIXTURE_NOW_MS - 30 * DAY_MS)

enum { MANY = 600, OLD = 300 };

struct exchanged {
	unsigned serial;
	const char *with;
	enum role role;
	int64_t taken_at_ms, signed_at_ms, receipt_at_ms; /* 0: none */
	enum kind answer;
};

static struct key put_one(struct stage *g, const struct exchanged *x)
{
	bool out = x->role == ROLE_OUT;
	struct serial serial = { 1000 + x->serial };
	struct committee_id who = out ? fixture_id(x->with) : g->s->self;
	struct record d = { .family = FAMILY_DOCUMENT }, r = { .family = FAMILY_RECEIPT };
	struct key key = key_receipt(x->role, serial, who);

	d.u.document = (struct rec_document){ .id = fixture_doc_id(x->serial),
					      .origin = out ? g->s->self : fixture_id(x->with),
					      .mine = true,
					      .urgency = URGENCY_THUONG,
					      .secrecy = SECRECY_THUONG,
					      .taken_at_ms = x->taken_at_ms,
					      .signed_at_ms = x->signed_at_ms };
	plan_put(g->s->plan, key_serial(x->role, serial), &d);
	if (x->receipt_at_ms == 0)
		return key;
	r.u.receipt = (struct rec_receipt){ .envelope = { .bytes = fixture_blob("signed") },
					    .at_ms = x->receipt_at_ms,
					    .kind = x->answer };
	plan_put(g->s->plan, key, &r);
	return key;
}

static void commit(struct stage *g)
{
	station_commit(g->s);
	station_clear(g->s);
}

/* To its end, a few records a step; how many steps that took. */
static unsigned run(struct stage *g, struct exchange_scan *s, uint32_t records)
{
	struct turn_view t = turn_view_of(g->s->core, g->s->now, g->s->plan);
	unsigned steps = 0;
	bool done = false;

	for (; !done; steps++)
		assert_ok(exchange_step(&t, s, records, &done));
	return steps;
}

static void test_documents_of_the_time_with_receipts_are_found(void **state)
{
	static const struct exchanged list[] = {
		{ 1, "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1, KIND_RECEIPT },
		{ 2, "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS - 1, FIXTURE_NOW_MS - 1, KIND_RECEIPT },
		{ 3, "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS, KIND_RECEIPT },
		{ 4, "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1, KIND_REFUSAL },
		{ 5, "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS, 0, KIND_RECEIPT },
		{ 6, "xa-b1", ROLE_OUT, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1, KIND_RECEIPT },
		{ 7, "xa-a1", ROLE_IN, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1, KIND_RECEIPT },
		{ 8, "xa-b1", ROLE_IN, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1, KIND_RECEIPT },
		{ 9, "xa-a2", ROLE_IN, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1, KIND_RECEIPT },
	};
	struct committee_id with[] = { fixture_id("xa-a2"), fixture_id("xa-a1") };
	struct exchange_scan s = { .active = false };
	struct stage *g = *state;

	for (size_t i = 0; i < COUNT_OF(list); i++)
		put_one(g, &list[i]);
	commit(g);
	for (uint32_t records = 1; records < 20; records += 9) {
		exchange_begin(&s, with, 2, SINCE_MS, FIXTURE_NOW_MS, EXCHANGE_FOUND_MAX);
		run(g, &s, records);
		assert_int_equal(s.count, 3);
		assert_false(s.cut);
		/* by whom, direction, id */
		assert_true(s.found[0].with == 0 && s.found[0].direction == DIRECTION_IN);
		assert_true(s.found[1].with == 1 && s.found[1].direction == DIRECTION_IN);
		assert_true(s.found[2].with == 1 && s.found[2].direction == DIRECTION_OUT);
		for (unsigned i = 0; i < 3; i++) {
			struct doc_id id = fixture_doc_id(i == 0 ? 9 : i == 1 ? 7 : 1);

			assert_memory_equal(&s.found[i].id, &id, sizeof id);
		}
		memory_drop_exchange(&s);
	}
}

/* One document was taken while the clock was years behind: those before it are found all the
 * same. Where many in a row are too old, the rest is not read. */
static void test_one_that_seems_old_ends_nothing_and_many_do(void **state)
{
	struct exchanged x = { 1,	 "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1,
			       KIND_RECEIPT };
	struct committee_id with = fixture_id("xa-a1");
	struct exchange_scan s = { .active = false };
	struct stage *g = *state;
	unsigned steps;

	put_one(g, &x);
	x.serial = 2;
	x.taken_at_ms = 1000;
	put_one(g, &x);
	commit(g);
	exchange_begin(&s, &with, 1, SINCE_MS, FIXTURE_NOW_MS, EXCHANGE_FOUND_MAX);
	run(g, &s, 16);
	assert_int_equal(s.count, 2);
	memory_drop_exchange(&s);
	for (unsigned i = 0; i < OLD; i++) {
		x.serial = 3 + i;
		x.signed_at_ms = 1000;
		put_one(g, &x);
	}
	commit(g);
	exchange_begin(&s, &with, 1, SINCE_MS, FIXTURE_NOW_MS, EXCHANGE_FOUND_MAX);
	steps = run(g, &s, 1);
	assert_int_equal(s.count, 0);
	assert_true(steps < OLD);
	memory_drop_exchange(&s);
}

/* The newest are kept, and of one moment all or none; a document more does not make it start
 * anew. */
static void test_more_than_fit_raise_the_time_from_which_on_they_are_named(void **state)
{
	struct exchanged x = { .with = "xa-a1", .role = ROLE_OUT, .answer = KIND_RECEIPT };
	struct committee_id with = fixture_id("xa-a1");
	struct exchange_scan s = { .active = false };
	struct stage *g = *state;

	for (unsigned i = 0; i < MANY; i++) {
		x.serial = i;
		x.taken_at_ms = x.signed_at_ms = SINCE_MS + i / 4 * 4;
		x.receipt_at_ms = SINCE_MS + i + 1;
		put_one(g, &x);
	}
	commit(g);
	exchange_begin(&s, &with, 1, SINCE_MS, FIXTURE_NOW_MS, 101);
	assert_true(run(g, &s, 50) >= MANY / 50);
	assert_true(s.cut);
	assert_int_equal(s.count, 100);
	for (uint32_t i = 0; i < s.count; i++)
		assert_true(s.found[i].signed_at_ms >= s.since_ms);
	assert_int_equal(s.since_ms, SINCE_MS + MANY - 104 + 1);
	memory_drop_exchange(&s);
	/* all of one moment, and too many */
	exchange_begin(&s, &with, 1, SINCE_MS, FIXTURE_NOW_MS, 2);
	run(g, &s, 50);
	assert_true(s.cut && s.count == 0);
	memory_drop_exchange(&s);
}

static void test_damaged_receipt_is_left_out(void **state)
{
	struct exchanged x = { 1,	 "xa-a1", ROLE_OUT, SINCE_MS, SINCE_MS, FIXTURE_NOW_MS - 1,
			       KIND_RECEIPT };
	struct committee_id with = fixture_id("xa-a1");
	struct exchange_scan s = { .active = false };
	struct stage *g = *state;
	struct key key = put_one(g, &x);

	x.serial = 2;
	put_one(g, &x);
	commit(g);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_RECEIPT, &key));
	exchange_begin(&s, &with, 1, SINCE_MS, FIXTURE_NOW_MS, EXCHANGE_FOUND_MAX);
	run(g, &s, 16);
	assert_int_equal(s.count, 1);
	memory_drop_exchange(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_documents_of_the_time_with_receipts_are_found),
		TEST(test_one_that_seems_old_ends_nothing_and_many_do),
		TEST(test_more_than_fit_raise_the_time_from_which_on_they_are_named),
		TEST(test_damaged_receipt_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
