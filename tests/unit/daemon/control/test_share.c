/* Places and bytes at the local sockets: what each socket has for itself, and each uid. */
#include <stdlib.h>

#include "daemon/control/share.h"
#include "tests/unit/support/fixture.h"

enum { CLERK = 1000, OTHER = 1001, CROWD = 2000 };

/* Takes all slots that may be had there, by so many uids. */
static unsigned fill(struct shares *s, enum local_socket socket, uint32_t uid, unsigned uids,
		     struct account **out, unsigned at)
{
	unsigned n = 0;

	for (unsigned u = 0; u < uids; u++) {
		while (shares_lack(s, socket, uid + u) == LACK_NONE) {
			out[at + n] = shares_enter(s, socket, uid + u);
			assert_non_null(out[at + n++]);
		}
	}
	return n;
}

static void test_each_socket_has_slots_that_no_other_can_take(void **state)
{
	static const enum local_socket orders[][SOCKET_COUNT] = {
		{ SOCKET_READ, SOCKET_OPERATE, SOCKET_OFFICE },
		{ SOCKET_OFFICE, SOCKET_OPERATE, SOCKET_READ },
		{ SOCKET_OPERATE, SOCKET_READ, SOCKET_OFFICE }
	};
	static const unsigned own[SOCKET_COUNT] = { [SOCKET_OFFICE] = CONTROL_CLIENTS_MAX -
								      CONTROL_OPERATE_SLOTS,
						    [SOCKET_OPERATE] = 0,
						    [SOCKET_READ] = CONTROL_READ_SLOTS_OWN };

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		struct account *all[CONTROL_CLIENTS_MAX] = { NULL };
		struct shares *s = shares_new();
		unsigned count = 0;

		for (int k = 0; k < SOCKET_COUNT; k++) {
			unsigned got = fill(s, orders[i][k], CROWD, 8, all, count);

			assert_true(got >= own[orders[i][k]]);
			count += got;
		}
		assert_int_equal(count, CONTROL_CLIENTS_MAX);
		while (count-- > 0)
			shares_leave(all[count]);
		shares_release(s);
	}
}

static void test_one_uid_leaves_slots_to_another(void **state)
{
	(void)state;
	for (enum local_socket d = SOCKET_OFFICE; d < SOCKET_COUNT; d++) {
		struct account *all[CONTROL_CLIENTS_MAX] = { NULL };
		struct shares *s = shares_new();
		unsigned count = fill(s, d, CLERK, 1, all, 0);

		assert_int_equal(count, shares_slots_uid_max(d));
		assert_int_equal(shares_lack(s, d, CLERK), LACK_UID);
		assert_int_equal(shares_lack(s, d, OTHER), LACK_NONE);
		assert_int_equal(shares_slots_of(s, d, CLERK), count);
		shares_leave(all[--count]);
		assert_int_equal(shares_lack(s, d, CLERK), LACK_NONE);
		while (count-- > 0)
			shares_leave(all[count]);
		shares_release(s);
	}
}

/* Charges piece by piece as long as there is room. */
static size_t fill_bytes(struct account *a, struct charge *c, enum share_use use, size_t piece)
{
	while (shares_room(a, use, piece))
		share_charge_set(c, a, c->bytes + piece);
	return c->bytes;
}

static void test_bytes_of_a_socket_that_allows_more_are_not_to_be_had(void **state)
{
	struct shares *s = shares_new();
	struct account *accounts[8];
	struct charge charges[8] = { { NULL, 0 } };
	size_t together = 0;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		/* Four uids that read, two that operate, then an office that finds its part
		 * untouched, and a second one. */
		enum local_socket d = i < 4 ? SOCKET_READ : i < 6 ? SOCKET_OPERATE : SOCKET_OFFICE;

		accounts[i] = shares_enter(s, d, CROWD + i);
		together += fill_bytes(accounts[i], &charges[i], SHARE_REPLY, 4096);
		if (i == 3)
			assert_in_range(together, CONTROL_READ_BYTES - 4096, CONTROL_READ_BYTES);
		if (i == 5)
			assert_in_range(together, CONTROL_OPERATE_BYTES - 4096,
					CONTROL_OPERATE_BYTES);
		if (i == 6)
			assert_in_range(charges[i].bytes,
					CONTROL_SHARED_BYTES - CONTROL_OPERATE_BYTES - 4096,
					CONTROL_OFFICE_BYTES_UID);
	}
	assert_true(together <= CONTROL_SHARED_BYTES && shares_bytes(s) == together);
	for (unsigned i = 0; i < 8; i++) {
		shares_leave(accounts[i]);
		share_charge_end(&charges[i]);
	}
	assert_int_equal(shares_bytes(s), 0);
	shares_release(s);
}

static void test_requests_leave_room_for_one_whole_reply(void **state)
{
	(void)state;
	for (enum local_socket d = SOCKET_OFFICE; d < SOCKET_COUNT; d++) {
		struct shares *s = shares_new();
		struct account *a = shares_enter(s, d, CLERK);
		struct charge c = { NULL, 0 }, reply = { NULL, 0 };

		/* one frame of any size at least */
		assert_true(shares_room(a, SHARE_REQUEST, CONTROL_MESSAGE_MAX_BYTES + 4));
		fill_bytes(a, &c, SHARE_REQUEST, 1000);
		assert_true(shares_room(a, SHARE_REPLY, CONTROL_MESSAGE_MAX_BYTES));
		share_charge_set(&reply, a, CONTROL_MESSAGE_MAX_BYTES);
		assert_false(shares_room(a, SHARE_REPLY, CONTROL_MESSAGE_MAX_BYTES));
		share_charge_end(&c);
		share_charge_end(&reply);
		shares_leave(a);
		shares_release(s);
	}
}

static void test_bytes_outlive_their_client_and_the_ledger_its_owner(void **state)
{
	struct shares *s = shares_new();
	struct account *a = shares_enter(s, SOCKET_OFFICE, CLERK);
	struct charge c = { NULL, 0 };
	uint64_t before = shares_freed(s);

	(void)state;
	share_charge_set(&c, a, 100);
	shares_leave(a);
	assert_int_equal(shares_slots_of(s, SOCKET_OFFICE, CLERK), 0);
	assert_int_equal(shares_bytes(s), 100);
	share_charge_set(&c, a, 40);
	assert_int_equal(shares_bytes(s), 40);
	assert_true(shares_freed(s) > before);
	shares_release(s);
	share_charge_end(&c); /* the sanitizer counts what is left */
	share_charge_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_socket_has_slots_that_no_other_can_take),
		cmocka_unit_test(test_one_uid_leaves_slots_to_another),
		cmocka_unit_test(test_bytes_of_a_socket_that_allows_more_are_not_to_be_had),
		cmocka_unit_test(test_requests_leave_room_for_one_whole_reply),
		cmocka_unit_test(test_bytes_outlive_their_client_and_the_ledger_its_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
