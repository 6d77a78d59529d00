/* Endpoints go to libzmq, which takes far more than one wants: everything but tcp://HOST:PORT must
 * stop here. */
#include "routing/base/endpoint.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static void test_names_and_addresses_with_a_port_are_taken(void **state)
{
	static const char *const good[] = { "tcp://127.0.0.1:1", "tcp://vanthu.tinh.example:65535",
					    "tcp://[::1]:7100", "tcp://[fe80::1]:80",
					    "tcp://h:7000" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (!endpoint_valid(good[i], false))
			fail_msg("%s is refused", good[i]);
	}
}

static void test_everything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"tcp://",
		"tcp:",
		"ipc:///tmp/x",
		"inproc://x",
		"udp://h:1",
		"tcp://h",
		"tcp://h:",
		"tcp://h:0",
		"tcp://h:65536",
		"tcp://h:1000000",
		"tcp://h:99999999999999999999",
		"tcp://h:80x",
		"tcp://h:-1",
		"tcp://h:+1",
		"tcp://h:*",
		"tcp://:80",
		"tcp://-h:80",
		"tcp://h;eth0:80",
		"tcp://eth0;h:80",
		"tcp://::1:80",
		"tcp://[::1:80",
		"tcp://[::1]80",
		"tcp://[]:80",
		"tcp://[fe80::1%eth0]:80",
		"tcp://h_x:80",
		"tcp://h x:80",
		"TCP://h:80",
		" tcp://h:80",
		"tcp://h:80 ",
		"tcp://h:80/",
		"tcp://xã:80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (endpoint_valid(bad[i], false) || endpoint_valid(bad[i], true))
			fail_msg("\"%s\" is taken", bad[i]);
	}
}

static void test_wildcard_is_for_binding_only(void **state)
{
	(void)state;
	assert_true(endpoint_valid("tcp://*:7100", true));
	assert_false(endpoint_valid("tcp://*:7100", false));
	assert_false(endpoint_valid("tcp://**:7100", true));
	assert_false(endpoint_valid("tcp://*x:7100", true));
}

static void test_length_is_bounded(void **state)
{
	char text[ENDPOINT_MAX + 2];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "tcp://", 6);
	memcpy(text + ENDPOINT_MAX - 2, ":1", 3);
	assert_int_equal(strlen(text), ENDPOINT_MAX);
	assert_true(endpoint_valid(text, false));
	memcpy(text + ENDPOINT_MAX - 2, ":11", 4);
	assert_false(endpoint_valid(text, false));
}

static void test_an_address_is_the_same_without_a_scheme(void **state)
{
	(void)state;
	assert_true(endpoint_address_valid("127.0.0.1:8080"));
	assert_true(endpoint_address_valid("[::1]:8080"));
	assert_true(endpoint_address_valid("vanthu.tinh.example:443"));
	assert_false(endpoint_address_valid("tcp://127.0.0.1:8080"));
	assert_false(endpoint_address_valid("*:8080"));
	assert_false(endpoint_address_valid("127.0.0.1"));
	assert_false(endpoint_address_valid("127.0.0.1:0"));
	assert_false(endpoint_address_valid("127.0.0.1:80/x"));
	assert_false(endpoint_address_valid(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_addresses_with_a_port_are_taken),
		cmocka_unit_test(test_everything_else_is_refused),
		cmocka_unit_test(test_wildcard_is_for_binding_only),
		cmocka_unit_test(test_length_is_bounded),
		cmocka_unit_test(test_an_address_is_the_same_without_a_scheme),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
