/* Who is too slow, and who makes room. */
#include "tools/gateway/deadlines.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"

static void test_a_head_and_the_wait_before_it_have_their_time(void **state)
{
	(void)state;
	assert_false(deadline_over(DEADLINE_HEAD, 1000, 0, 1000 + DEADLINE_HEAD_MS));
	assert_true(deadline_over(DEADLINE_HEAD, 1000, 0, 1001 + DEADLINE_HEAD_MS));
	/* a byte now and then does not help */
	assert_true(deadline_over(DEADLINE_HEAD, 1000, 1 << 20, 1001 + DEADLINE_HEAD_MS));
	assert_false(deadline_over(DEADLINE_IDLE, 1000, 0, 1000 + DEADLINE_IDLE_MS));
	assert_true(deadline_over(DEADLINE_IDLE, 1000, 0, 1001 + DEADLINE_IDLE_MS));
}

static void test_a_body_must_keep_its_rate(void **state)
{
	const int64_t minute = 60000;

	(void)state;
	assert_false(deadline_over(DEADLINE_MOVING, 0, 0, DEADLINE_GRACE_MS));
	assert_true(deadline_over(DEADLINE_MOVING, 0, 0, DEADLINE_GRACE_MS + 1));
	assert_true(deadline_over(DEADLINE_MOVING, 0, 60, minute)); /* a byte a second */
	assert_true(deadline_over(DEADLINE_STRANGER, 0, 60, minute));
	assert_false(deadline_over(DEADLINE_MOVING, 0, 60 * DEADLINE_BYTES_S, minute));
	assert_false(deadline_over(DEADLINE_MOVING, 0, UINT64_C(1) << 30, 24 * 60 * minute));
	assert_true(deadline_over(DEADLINE_MOVING, 0, UINT64_C(1) << 30, 48 * 60 * minute));
}

static void test_who_waits_for_us_has_all_time(void **state)
{
	(void)state;
	assert_false(deadline_over(DEADLINE_WORK, 0, 0, INT64_MAX));
	assert_false(deadline_over(DEADLINE_ENDED, 0, 0, INT64_MAX));
}

/* A pair of sockets: one is watched, at the other is seen whether it was shut down. */
struct pair {
	int fds[2];
	struct deadline *watched;
};

static void begin(struct deadlines *d, struct pair *p, enum deadline_phase phase)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, p->fds), 0);
	p->watched = deadline_new(d, p->fds[0]);
	assert_non_null(p->watched);
	deadline_phase(p->watched, phase);
}

static bool is_shut(const struct pair *p)
{
	char c;

	return recv(p->fds[1], &c, 1, MSG_DONTWAIT) == 0;
}

static void end(struct pair *p)
{
	deadline_free(p->watched);
	close(p->fds[0]);
	close(p->fds[1]);
}

static void test_who_waits_longest_makes_room_and_who_works_does_not(void **state)
{
	enum { MORE = 40 }; /* of those that are shut down none has ended yet */
	static struct pair pairs[DEADLINES_MANY + MORE];
	struct deadlines *d = deadlines_start();
	unsigned shut = 0;

	(void)state;
	assert_non_null(d);
	for (unsigned i = 0; i < DEADLINES_MANY; i++)
		begin(d, &pairs[i],
		      i < 3	   ? (i % 2 == 0 ? DEADLINE_MOVING : DEADLINE_WORK)
		      : i % 2 == 0 ? DEADLINE_HEAD
				   : DEADLINE_STRANGER);
	for (unsigned i = 0; i < DEADLINES_MANY; i++)
		assert_false(is_shut(&pairs[i]));
	for (unsigned i = 0; i < MORE; i++)
		begin(d, &pairs[DEADLINES_MANY + i], DEADLINE_HEAD);
	/* those that came first; of one millisecond any */
	for (unsigned i = 0; i < DEADLINES_MANY + MORE; i++) {
		if (is_shut(&pairs[i])) {
			shut++;
			/* what its thread says meanwhile does not bring it back */
			deadline_phase(pairs[i].watched, DEADLINE_IDLE);
		}
		assert_false(i < 3 && is_shut(&pairs[i]));
	}
	assert_int_equal(shut, MORE);
	assert_false(is_shut(&pairs[DEADLINES_MANY + MORE - 1]));
	for (unsigned i = 0; i < DEADLINES_MANY + MORE; i++)
		end(&pairs[i]);
	/* Those that are gone count no more. */
	begin(d, &pairs[0], DEADLINE_HEAD);
	begin(d, &pairs[1], DEADLINE_HEAD);
	assert_false(is_shut(&pairs[0]));
	end(&pairs[0]);
	end(&pairs[1]);
	deadlines_stop(d);
	deadline_free(NULL);
	deadline_phase(NULL, DEADLINE_WORK);
	deadline_moved(NULL, 1);
	deadlines_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_head_and_the_wait_before_it_have_their_time),
		cmocka_unit_test(test_a_body_must_keep_its_rate),
		cmocka_unit_test(test_who_waits_for_us_has_all_time),
		cmocka_unit_test(test_who_waits_longest_makes_room_and_who_works_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
