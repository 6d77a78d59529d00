/* One lane's sequence, chain and credit: the edges where a publisher may, and where a subscriber
 * says stop. */
#include "routing/state/stream.h"

#include "proto/digest.h"
#include "tests/unit/support/fixture.h"

static const struct stream_id mine = {{ 1, 2, 3 }}, other = {{ 1, 2, 4 }};

static struct stream_in subscriber(void)
{
	return (struct stream_in){ .id = mine,
				   .have = 10,
				   .known = true,
				   .open = true,
				   .credit_seq = 14,
				   .credit_bytes = 1000 };
}

static void test_next_one_is_taken_and_each_wrong_place_has_its_name(void **state)
{
	struct stream_in s = subscriber();

	(void)state;
	assert_int_equal(stream_check(&s, mine, 11, 100), ERR_OK);
	assert_int_equal(stream_check(&s, mine, 10, 100), ERR_EXISTS);
	assert_int_equal(stream_check(&s, mine, 0, 100), ERR_EXISTS);
	assert_int_equal(stream_check(&s, mine, 12, 100), ERR_GAP);
	assert_int_equal(stream_check(&s, mine, UINT64_MAX, 100), ERR_GAP);
	assert_int_equal(stream_check(&s, other, 11, 100), ERR_CHAIN);
	s.open = false;
	assert_int_equal(stream_check(&s, mine, 11, 100), ERR_CHAIN);
}

static void test_more_than_the_credit_is_a_violation(void **state)
{
	struct stream_in s = subscriber();

	(void)state;
	s.have = 14;
	assert_int_equal(stream_check(&s, mine, 15, 1), ERR_CREDIT);
	s = subscriber();
	s.got_bytes = 1001;
	assert_int_equal(stream_check(&s, mine, 11, 1), ERR_CREDIT);
	s.got_bytes = 1000; /* one may pass the bound */
	assert_int_equal(stream_check(&s, mine, 11, 60000), ERR_OK);
}

static void test_publisher_stops_at_messages_bytes_and_end(void **state)
{
	struct stream_out s = { .id = mine,
				.acked = 5,
				.sent = 6,
				.last = 9,
				.subscribed = true,
				.credit_seq = 8,
				.credit_bytes = 100,
				.sent_bytes = 90 };

	(void)state;
	assert_true(stream_may_send(&s, 10));
	assert_false(stream_may_send(&s, 11));
	/* nothing under way: an envelope larger than the window passes, or the lane would stand
	 * still */
	s.sent = 5;
	assert_true(stream_may_send(&s, 60000));
	s.sent = 8;
	assert_false(stream_may_send(&s, 1));
	s.credit_seq = 20;
	assert_true(stream_may_send(&s, 1));
	s.sent = 9;
	assert_false(stream_may_send(&s, 1));
	s.sent = 6;
	s.subscribed = false;
	assert_false(stream_may_send(&s, 1));
}

static void test_what_a_publisher_may_send_a_subscriber_takes(void **state)
{
	/* Sizes that fill windows badly; every send that the one side allows must pass the
	 * other. */
	static const uint64_t sizes[] = { 1, 999, 1000, 1001, 65536, 2, 500, 501, 1 };
	struct stream_out out = {
		.id = mine, .last = 500, .subscribed = true, .credit_seq = 4, .credit_bytes = 1000
	};
	struct stream_in in = {
		.id = mine, .known = true, .open = true, .credit_seq = 4, .credit_bytes = 1000
	};

	(void)state;
	for (unsigned step = 0; step < 2000 && out.sent < out.last; step++) {
		uint64_t size = sizes[out.sent % COUNT_OF(sizes)];

		if (stream_may_send(&out, size)) {
			stream_note_sent(&out, size);
			assert_int_equal(stream_check(&in, mine, out.sent, size), ERR_OK);
			in.have = out.sent;
			in.got_bytes += size;
			continue;
		}
		if (stream_credit_due(&in, 4, 1000)) {
			in.credit_seq = out.credit_seq = in.have + 4;
			in.credit_bytes = out.credit_bytes = in.got_bytes + 1000;
		}
		out.acked = in.have;
	}
	assert_int_equal(out.sent, out.last);
}

static void test_credit_is_due_at_half_a_window(void **state)
{
	struct stream_in s = { .have = 0, .credit_seq = 100, .credit_bytes = 1000 };

	(void)state;
	assert_false(stream_credit_due(&s, 100, 1000));
	s.have = 50;
	assert_false(stream_credit_due(&s, 100, 1000));
	s.have = 51;
	assert_true(stream_credit_due(&s, 100, 1000));
	s.have = 0;
	s.got_bytes = 501;
	assert_true(stream_credit_due(&s, 100, 1000));
}

static void test_chain_starts_from_stream_and_base(void **state)
{
	struct digest a = stream_chain_start(mine, 0), b = stream_chain_start(mine, 1),
		      c = stream_chain_start(other, 0);

	(void)state;
	assert_memory_equal(a.bytes, mine.bytes, 16);
	assert_int_equal(b.bytes[23], 1);
	assert_int_equal(b.bytes[16], 0);
	for (int i = 24; i < 32; i++)
		assert_int_equal(b.bytes[i], 0);
	assert_false(digest_equal(&a, &b));
	assert_false(digest_equal(&a, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_one_is_taken_and_each_wrong_place_has_its_name),
		cmocka_unit_test(test_more_than_the_credit_is_a_violation),
		cmocka_unit_test(test_publisher_stops_at_messages_bytes_and_end),
		cmocka_unit_test(test_what_a_publisher_may_send_a_subscriber_takes),
		cmocka_unit_test(test_credit_is_due_at_half_a_window),
		cmocka_unit_test(test_chain_starts_from_stream_and_base),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
