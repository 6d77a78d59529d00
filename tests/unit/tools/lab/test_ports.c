/* Ports of a lab: what is held is not chosen, and nothing from where outgoing connections get
 * theirs. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lab/ports.h"

static int hold(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void test_a_range_with_a_held_port_is_passed_over(void **state)
{
	unsigned first = ports_find(7, 12345), second;
	int fd;

	(void)state;
	assert_true(first != 0);
	fd = hold(first + 3);
	assert_false(ports_free(first + 3));
	second = ports_find(7, 12345);
	assert_true(second != 0);
	assert_true(second + 6 < first + 3 || second > first + 3);
	close(fd);
}

static void test_ports_are_outside_the_range_of_outgoing_connections(void **state)
{
	unsigned low = 0, high = 0;
	FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u %u", &low, &high), 2);
	fclose(f);
	for (uint64_t seed = 0; seed < 2000; seed += 37) {
		unsigned first = ports_find(7, seed);

		assert_true(first >= 1024 && first + 6 <= 65535);
		/* Where outgoing connections have all ports there is no such range. */
		assert_true(first + 6 < low || first > high || (low < 10007 && high > 65528));
	}
}

static void test_more_ports_than_there_are_is_none(void **state)
{
	(void)state;
	assert_int_equal(ports_find(0, 1), 0);
	assert_int_equal(ports_find(60000, 1), 0);
	assert_int_equal(ports_find(UINT32_MAX, 1), 0);
	assert_false(ports_free(0));
	assert_false(ports_free(65536));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_range_with_a_held_port_is_passed_over),
		cmocka_unit_test(test_ports_are_outside_the_range_of_outgoing_connections),
		cmocka_unit_test(test_more_ports_than_there_are_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
