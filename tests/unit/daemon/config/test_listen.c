/* Where the gateway may listen, which it asks at its start and others before. */
#include "daemon/config/listen.h"

#include <stdio.h>
#include <string.h>

#include "daemon/config/config.h"
#include "tests/unit/support/fixture.h"

static void test_what_is_this_machine_alone(void **state)
{
	static const char *const own[] = { "127.0.0.1:1", "127.1.2.3:80", "[::1]:80",
					   "localhost:80" };
	static const char *const beyond[] = { "0.0.0.0:80",	   "[::]:80",
					      "10.0.0.1:80",	   "127.example.org:80",
					      "127.0.0.1.evil:80", "localhost.evil:80",
					      "128.0.0.1:80",	   "[::2]:80",
					      "127.:80",	   "[::ffff:10.0.0.1]:80" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(own); i++)
		assert_true(listen_is_loopback(own[i]));
	for (size_t i = 0; i < COUNT_OF(beyond); i++) {
		if (listen_is_loopback(beyond[i]))
			fail_msg("%s", beyond[i]);
	}
}

static void test_beyond_this_machine_there_is_tls(void **state)
{
	static const struct {
		const char *listen, *certificate, *key, *client_ca;
		enum err want;
		const char *url;
	} rows[] = {
		{ "127.0.0.1:80", "", "", "", ERR_OK, "http://127.0.0.1:80" },
		{ "[::1]:8443", "c", "k", "", ERR_OK, "https://[::1]:8443" },
		{ "0.0.0.0:8443", "c", "k", "a", ERR_OK, "https://127.0.0.1:8443" },
		{ "[::]:8443", "c", "k", "", ERR_OK, "https://127.0.0.1:8443" },
		{ "10.0.0.1:443", "c", "k", "", ERR_OK, "https://10.0.0.1:443" },
		{ "0.0.0.0:80", "", "", "", ERR_GATEWAY_PLAIN, "http://127.0.0.1:80" },
		{ "office.example:80", "", "", "", ERR_GATEWAY_PLAIN, "http://office.example:80" },
		/* half of it is no TLS, wherever it listens */
		{ "127.0.0.1:80", "c", "", "", ERR_GATEWAY_TLS, "https://127.0.0.1:80" },
		{ "127.0.0.1:80", "", "k", "", ERR_GATEWAY_TLS, "http://127.0.0.1:80" },
		{ "127.0.0.1:80", "", "", "a", ERR_GATEWAY_TLS, "http://127.0.0.1:80" },
	};
	static struct config c;
	char url[64];
	const char *why;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(c.gateway_listen, sizeof c.gateway_listen, "%s", rows[i].listen);
		snprintf(c.gateway_certificate, sizeof c.gateway_certificate, "%s",
			 rows[i].certificate);
		snprintf(c.gateway_key, sizeof c.gateway_key, "%s", rows[i].key);
		snprintf(c.gateway_client_ca, sizeof c.gateway_client_ca, "%s", rows[i].client_ca);
		if (listen_check(&c, &why) != rows[i].want)
			fail_msg("%s, %zu", rows[i].listen, i);
		assert_int_equal(why != NULL, rows[i].want == ERR_GATEWAY_TLS);
		listen_url(&c, url, sizeof url);
		assert_string_equal(url, rows[i].url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_this_machine_alone),
		cmocka_unit_test(test_beyond_this_machine_there_is_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
