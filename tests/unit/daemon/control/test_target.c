/* What `target` says of counters that cannot be read, and that a request to read changes
 * nothing. */

#include "daemon/store/memory.h"
#include "tests/unit/support/desk.h"
#include "tests/unit/support/paper.h"

static int set_up(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "huyen-a");

	for (unsigned i = 1; i <= 2; i++) {
		struct event e = paper_entry(i, DIRECTION_IN, i == 1 ? "1-CV/X" : "2-CV/X",
					     i == 1 ? "2025-05-14" : "2025-06-14");

		station_take(s, &e);
		station_commit(s);
		station_clear(s);
	}
	*state = desk_new(f, s, SOCKET_READ);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

static Vanthu__V1__Reply *ask(struct desk *d)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *r;

	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query; /* this year */
	desk_ask(d, &request);
	r = desk_reply(d);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_TARGET);
	return r;
}

static void test_counters_that_can_be_read_are_summed(void **state)
{
	Vanthu__V1__Reply *r = ask(*state);

	assert_int_equal(r->target->paper, 2);
	assert_int_equal(r->target->n_rows, 2);
	assert_false(r->target->recounting);
	vanthu__v1__reply__free_unpacked(r, NULL);
}

static void test_headline_says_what_it_is_made_of(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__Reply *r = ask(d);

	assert_int_equal(r->target->headline, VANTHU__V1__HEADLINE__HEADLINE_EXCHANGED);
	assert_int_equal(r->target->headline_all, 2);
	vanthu__v1__reply__free_unpacked(r, NULL);
	snprintf(d->config.headline, sizeof d->config.headline, "processed");
	r = ask(d);
	assert_int_equal(r->target->headline, VANTHU__V1__HEADLINE__HEADLINE_PROCESSED);
	/* received and to be processed: each of the two is counted in both shares */
	assert_int_equal(r->target->headline_of, 0);
	assert_int_equal(r->target->headline_all, 4);
	assert_int_equal(r->target->counted, 2);
	vanthu__v1__reply__free_unpacked(r, NULL);
}

static void test_damaged_counter_is_said_to_be_recounted_and_nothing_is_begun(void **state)
{
	struct desk *d = *state;
	struct key june = paper_counter(d->s, JUNE, DIRECTION_IN);
	Vanthu__V1__Reply *r;

	assert_ok(memory_disk_spoil(d->s->disk, FAMILY_COUNTER, &june));
	for (unsigned i = 0; i < 2; i++) {
		r = ask(d);
		assert_int_equal(r->target->paper, 1); /* what can be read */
		assert_int_equal(r->target->n_rows, 1);
		assert_true(r->target->recounting);
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	assert_int_equal(inbox_count(d->inbox), 0);
	/* by its own tick, the core */
	for (unsigned i = 0; i < 3; i++) {
		station_take(d->s, &(struct event){ .type = EVENT_TICK });
		station_commit(d->s);
		station_clear(d->s);
	}
	r = ask(d);
	assert_int_equal(r->target->paper, 2);
	assert_false(r->target->recounting);
	vanthu__v1__reply__free_unpacked(r, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_counters_that_can_be_read_are_summed),
		TEST(test_headline_says_what_it_is_made_of),
		TEST(test_damaged_counter_is_said_to_be_recounted_and_nothing_is_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
