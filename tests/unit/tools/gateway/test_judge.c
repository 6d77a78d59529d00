/* For whom a request is, and whose page asks. */
#include "tools/gateway/judge.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

static bool host(const char *listen, const char *hosts, const char *given)
{
	static struct config c;

	snprintf(c.gateway_listen, sizeof c.gateway_listen, "%s", listen);
	snprintf(c.gateway_hosts, sizeof c.gateway_hosts, "%s", hosts);
	return judge_host(&c, given);
}

static void test_hosts(void **state)
{
	static const struct {
		const char *listen, *hosts, *given;
		bool want;
	} rows[] = {
		{ "127.0.0.1:8080", "", "127.0.0.1:8080", true },
		{ "127.0.0.1:8080", "", "localhost:8080", true },
		{ "127.0.0.1:8080", "", "LOCALHOST:8080", true },
		{ "[::1]:8080", "", "[::1]:8080", true },
		{ "[::1]:8080", "", "localhost:8080", true },
		{ "localhost:8080", "", "localhost:8080", true },
		/* another's name that leads here: DNS rebinding */
		{ "127.0.0.1:8080", "", "evil.example:8080", false },
		{ "127.0.0.1:8080", "", "127.0.0.1.evil.example:8080", false },
		{ "127.0.0.1:8080", "", "localhost.evil.example:8080", false },
		{ "127.0.0.1:8080", "", "localhost:8081", false },
		{ "127.0.0.1:8080", "", "localhost", false },
		{ "127.0.0.1:8080", "", "127.0.0.1", false },
		{ "127.0.0.1:8080", "", "127.0.0.1:80800", false },
		{ "127.0.0.1:8080", "", "127.0.0.2:8080", false },
		{ "127.0.0.1:8080", "", "0.0.0.0:8080", false },
		{ "127.0.0.1:8080", "", "user@127.0.0.1:8080", false },
		{ "127.0.0.1:8080", "", "", false },
		{ "127.0.0.1:8080", "", ":8080", false },
		{ "127.0.0.1:8080", "", "[", false },
		{ "10.1.2.3:443", "", "localhost:443", false },
		{ "10.1.2.3:443", "", "10.1.2.3:443", true },
		/* the port that every client leaves out */
		{ "10.1.2.3:443", "", "10.1.2.3", true },
		{ "10.1.2.3:8443", "", "10.1.2.3", false },
		/* names */
		{ "10.1.2.3:443", "a.vn, b.vn", "a.vn", true },
		{ "10.1.2.3:443", "a.vn, b.vn", "B.VN:8443", true },
		{ "10.1.2.3:443", "a.vn,b.vn", "b.vn", true },
		{ "10.1.2.3:443", "a.vn, b.vn", "c.vn", false },
		{ "10.1.2.3:443", "a.vn, b.vn", "a.vn, b.vn", false },
		{ "10.1.2.3:443", "a.vn, b.vn", "a.vn:x", false },
		{ "10.1.2.3:443", "a.vn, b.vn", "a.vn:", false },
		{ "10.1.2.3:443", "a.vn, b.vn", "a.vn:1@evil.example", false },
		{ "10.1.2.3:443", "a.vn, b.vn", "a.vn.", false },
		{ "10.1.2.3:443", "a.vn, b.vn", "xa.vn", false },
		{ "10.1.2.3:443", " , ", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (host(rows[i].listen, rows[i].hosts, rows[i].given) != rows[i].want)
			fail_msg("%s (%s): %s", rows[i].listen, rows[i].hosts, rows[i].given);
	}
}

static void test_origins(void **state)
{
	(void)state;
	assert_true(judge_origin("http://127.0.0.1:8080", "127.0.0.1:8080", false));
	assert_false(judge_origin("https://127.0.0.1:8080", "127.0.0.1:8080", false));
	assert_true(judge_origin("https://A.vn", "a.vn", true));
	assert_false(judge_origin("http://a.vn", "a.vn", true)); /* who changes plain pages */
	assert_false(judge_origin("null", "a.vn", true));
	assert_false(judge_origin("", "a.vn", true));
	assert_false(judge_origin("https://evil.example", "a.vn", true));
	assert_false(judge_origin("https://evil.example/?://a.vn", "a.vn", true));
	assert_false(judge_origin("https://a.vn.evil.example", "a.vn", true));
	assert_false(judge_origin("https://a.vn:8443", "a.vn", true));
	assert_false(judge_origin("x://a.vn", "a.vn", true));
	assert_false(judge_origin("a.vn", "a.vn", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
