/* The queue before a turn: order, its bound, and that every event's memory is released exactly
 * once. */
#include "daemon/inbox.h"

#include "tests/unit/support/fixture.h"

static void released(void *owner)
{
	(*(unsigned *)owner)++;
}

static struct event tick(unsigned n)
{
	return (struct event){ .type = EVENT_OPERATE, .u.operate = { .uid = n } };
}

static void test_events_come_out_in_the_order_they_came_in_also_round_the_ring(void **state)
{
	struct inbox *i = inbox_new();
	unsigned in = 0, out = 0;
	struct queued q[100];

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		for (unsigned n = 0; n < 61; n++) {
			struct event e = tick(in++);

			assert_ok(inbox_push(i, &e, NULL, NULL));
		}
		for (unsigned n = inbox_take(i, q, 60); n > 0; n--)
			assert_int_equal(q[60 - n].event.u.operate.uid, out++);
		assert_int_equal(inbox_count(i), in - out);
	}
	inbox_destroy(i);
}

static void test_full_inbox_says_later_and_leaves_the_memory_with_the_caller(void **state)
{
	struct inbox *i = inbox_new();
	unsigned count = 0, room = inbox_room(i);
	struct event e = tick(1);
	struct queued q;

	(void)state;
	assert_true(room > CREDIT_MESSAGES); /* one busy lane alone does not fill it */
	for (unsigned n = 0; n < room; n++)
		assert_ok(inbox_push(i, &e, released, &count));
	assert_int_equal(inbox_room(i), 0);
	assert_int_equal(inbox_push(i, &e, released, &count), ERR_BUSY);
	assert_int_equal(count, 0);
	assert_int_equal(inbox_take(i, &q, 1), 1);
	assert_int_equal(inbox_room(i), 1);
	assert_ok(inbox_push(i, &e, released, &count));
	inbox_destroy(i);
	assert_int_equal(count, room); /* all but the one taken out */
}

static void test_taking_from_an_empty_inbox_gives_nothing(void **state)
{
	struct inbox *i = inbox_new();
	struct queued q;

	(void)state;
	assert_int_equal(inbox_take(i, &q, 1), 0);
	inbox_destroy(i);
	inbox_destroy(NULL);
}

static void test_inbox_hurries_while_an_urgent_document_is_in_it(void **state)
{
	static const struct event events[] = {
		{ .type = EVENT_PUBLISH, .u.publish.lane = LANE_NORMAL },
		{ .type = EVENT_PUBLISH, .u.publish.lane = LANE_FACTS },
		{ .type = EVENT_SUBMIT, .u.submit.urgency = URGENCY_THUONG },
		{ .type = EVENT_TICK },
		{ .type = EVENT_PUBLISH, .u.publish.lane = LANE_URGENT },
		{ .type = EVENT_SUBMIT, .u.submit.urgency = URGENCY_HOA_TOC },
		{ .type = EVENT_FETCHED, .u.fetched.lane = LANE_URGENT },
	};
	struct inbox *i = inbox_new();
	struct queued q;

	(void)state;
	for (size_t k = 0; k < COUNT_OF(events); k++) {
		assert_int_equal(inbox_push(i, &events[k], NULL, NULL), ERR_OK);
		assert_int_equal(inbox_hurries(i), k >= 4);
	}
	for (size_t k = 0; k < COUNT_OF(events); k++) {
		assert_true(inbox_hurries(i));
		assert_int_equal(inbox_take(i, &q, 1), 1);
	}
	assert_false(inbox_hurries(i));
	inbox_destroy(i);
}

static void test_inbox_is_patient_while_only_acknowledgements_are_in_it(void **state)
{
	static const struct event patient[] = {
		{ .type = EVENT_MESSAGE, .u.message.message.type = MESSAGE_ACKNOWLEDGE },
		{ .type = EVENT_MESSAGE, .u.message.message.type = MESSAGE_COMPLETE },
	};
	static const struct event others[] = {
		{ .type = EVENT_MESSAGE, .u.message.message.type = MESSAGE_CREDIT },
		{ .type = EVENT_MESSAGE, .u.message.message.type = MESSAGE_SUBSCRIBE },
		{ .type = EVENT_PUBLISH, .u.publish.lane = LANE_FACTS },
		{ .type = EVENT_TICK },
	};
	struct inbox *i = inbox_new();
	struct queued q;

	(void)state;
	assert_false(inbox_patient(i));
	for (size_t k = 0; k < COUNT_OF(patient); k++) {
		assert_ok(inbox_push(i, &patient[k], NULL, NULL));
		assert_true(inbox_patient(i));
	}
	for (size_t k = 0; k < COUNT_OF(others); k++) {
		assert_ok(inbox_push(i, &others[k], NULL, NULL));
		assert_false(inbox_patient(i));
	}
	while (inbox_take(i, &q, 1) == 1)
		assert_false(inbox_patient(i));
	assert_ok(inbox_push(i, &patient[0], NULL, NULL));
	assert_true(inbox_patient(i));
	inbox_destroy(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_events_come_out_in_the_order_they_came_in_also_round_the_ring),
		cmocka_unit_test(test_full_inbox_says_later_and_leaves_the_memory_with_the_caller),
		cmocka_unit_test(test_taking_from_an_empty_inbox_gives_nothing),
		cmocka_unit_test(test_inbox_hurries_while_an_urgent_document_is_in_it),
		cmocka_unit_test(test_inbox_is_patient_while_only_acknowledgements_are_in_it),
	};

	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
