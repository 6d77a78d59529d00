/* Where events may go: addresses as a connection sees them, and URLs as people write them. */
#include "tools/webhook/target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "tests/unit/support/fixture.h"

static bool allowed(const char *networks, const char *text, bool tls)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
	struct sockaddr_storage address = { 0 };
	struct config_networks allow;

	assert_true(config_networks_parse(networks, &allow));
	if (inet_pton(AF_INET, text, &in4.sin_addr) == 1)
		memcpy(&address, &in4, sizeof in4);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(&address, &in6, sizeof in6);
	else
		fail_msg("%s", text);
	return webhook_target_allowed(&allow, (const struct sockaddr *)&address, tls);
}

static const char *const inner[] = {
	/* unspecified, "this" network */
	"0.0.0.0",
	"0.0.0.1",
	"0.255.255.255",
	"::",
	/* loopback */
	"127.0.0.1",
	"127.0.0.53",
	"127.1.2.3",
	"127.255.255.255",
	"::1",
	/* private, and the ends of its ranges */
	"10.0.0.0",
	"10.255.255.255",
	"172.16.0.0",
	"172.20.30.40",
	"172.31.255.255",
	"192.168.0.0",
	"192.168.255.255",
	/* link-local, where clouds keep their keys */
	"169.254.0.0",
	"169.254.169.254",
	"169.254.255.255",
	"fe80::1",
	"fe80::5efe:7f00:1",
	"febf:ffff::1",
	/* shared */
	"100.64.0.0",
	"100.100.100.200",
	"100.127.255.255",
	/* unique local, site-local */
	"fc00::1",
	"fd00:ec2::254",
	"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	"fec0::1",
	/* multicast and broadcast, reserved */
	"224.0.0.1",
	"239.255.255.255",
	"240.0.0.1",
	"255.255.255.255",
	"ff02::1",
	"ff0e::1",
	"4000::1",
	"8000::1",
	"e000::1",
	/* protocol assignments, documentation, benchmarks, old relays */
	"192.0.0.1",
	"192.0.0.170",
	"192.0.2.1",
	"198.51.100.7",
	"203.0.113.9",
	"198.18.0.1",
	"198.19.255.255",
	"192.88.99.1",
	"2001:db8::1",
	"2001:2::1",
	"2001:10::1",
	"3fff::1",
	"100::1",
	/* IPv4 in IPv6, whatever it is */
	"::ffff:127.0.0.1",
	"::ffff:10.0.0.1",
	"::ffff:8.8.8.8",
	"::127.0.0.1",
	"::8.8.8.8",
	"64:ff9b::7f00:1",
	"64:ff9b::808:808",
	"64:ff9b:1::a00:1",
	"2002:7f00:1::1",
	"2002:808:808::1",
	"2001::1",
	"2001:0:5ef5:79fd::1",
};

static const char *const outer[] = {
	"1.1.1.1",	   "8.8.8.8",	      "9.255.255.255",	 "11.0.0.0",
	"100.63.255.255",  "100.128.0.0",     "126.255.255.255", "128.0.0.0",
	"169.253.255.255", "169.255.0.0",     "172.15.255.255",	 "172.32.0.0",
	"192.0.1.1",	   "192.167.255.255", "192.169.0.0",	 "198.17.255.255",
	"198.20.0.0",	   "223.255.255.255", "103.1.208.1",	 "2001:4860::8888",
	"2400:cb00::1",	   "2606:4700::1111", "2a00:1450::1",	 "2001:200::1",
	"2003::1",	   "3ffe::1",
};

static void test_inner_addresses_are_refused_unless_named(void **state)
{
	(void)state;
	assert_true(COUNT_OF(inner) >= 60);
	for (size_t i = 0; i < COUNT_OF(inner); i++) {
		assert_false(allowed("", inner[i], true));
		assert_false(allowed("", inner[i], false));
	}
	assert_false(allowed("10.1.0.0/16", "10.2.0.1", true));
	assert_true(allowed("10.1.0.0/16", "10.1.255.255", true));
	assert_true(allowed("10.1.0.0/16", "10.1.255.255", false));
	assert_true(allowed("fd00::/8, ::1", "::1", false));
	assert_true(allowed("fd00::/8, ::1", "fd12::1", false));
	assert_false(allowed("fd00::/8, ::1", "::2", true));
	assert_false(allowed("::/0", "fe80::1", true) != allowed("::/0", "127.0.0.1", true));
}

static void test_outer_addresses_are_taken_with_tls_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(outer); i++) {
		if (!allowed("", outer[i], true))
			fail_msg("%s", outer[i]);
		assert_false(allowed("", outer[i], false));
		assert_false(allowed("127.0.0.1", outer[i], false));
	}
}

static void test_other_families_are_refused(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct config_networks all;

	(void)state;
	assert_true(config_networks_parse("0.0.0.0/0 ::/0", &all));
	assert_false(webhook_target_allowed(&all, (const struct sockaddr *)&local, true));
}

static void test_networks_are_read_whole_or_not_at_all(void **state)
{
	static const char *const wrong[] = { "10.0.0.1/8",  "10.0.0.0/33",  "10.0.0.0/",
					     "10.0.0.0/-1", "10.0.0",	    "::1/129",
					     "fd00::1/8",   "localhost",    "10.0.0.0/8/8",
					     "0x7f.0.0.1",  "10.0.0.0/08x", "1.2.3.4:80" };
	struct config_networks n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(config_networks_parse(wrong[i], &n));
	assert_true(config_networks_parse(" 10.0.0.0/8,::1 , 1.2.3.4\t", &n));
	assert_int_equal(n.count, 3);
	assert_true(config_networks_parse("", &n));
	assert_int_equal(n.count, 0);
}

static const struct {
	const char *url;
	enum err e;
} urls[] = {
	{ "https://hooks.moj.gov.vn/vanthu", ERR_OK },
	{ "https://hooks.moj.gov.vn", ERR_OK },
	{ "https://hooks.moj.gov.vn:8443/a/b?c=d&e=%20", ERR_OK },
	{ "https://hooks.moj.gov.vn./", ERR_OK },
	{ "https://8.8.8.8/x", ERR_OK },
	{ "https://[2a00:1450::1]/x", ERR_OK },
	{ "https://a_b.example/", ERR_OK },
	{ "http://intern.example/", ERR_WEBHOOK_TARGET },
	{ "http://8.8.8.8/", ERR_WEBHOOK_TARGET },
	{ "https://127.0.0.1/", ERR_WEBHOOK_TARGET },
	{ "https://[::1]:8443/", ERR_WEBHOOK_TARGET },
	{ "https://[::ffff:127.0.0.1]/", ERR_WEBHOOK_TARGET },
	{ "https://169.254.169.254/latest/meta-data", ERR_WEBHOOK_TARGET },
	/* spellings that only some resolvers take for an address */
	{ "https://127.1/", ERR_WEBHOOK_URL },
	{ "https://2130706433/", ERR_WEBHOOK_URL },
	{ "https://0x7f000001/", ERR_WEBHOOK_URL },
	{ "https://0177.0.0.1/", ERR_WEBHOOK_URL },
	{ "https://127.0.0.1./", ERR_WEBHOOK_URL },
	{ "https://127.0.0.0x1/", ERR_WEBHOOK_URL },
	{ "https://[::1%25lo]/", ERR_WEBHOOK_URL },
	{ "https://[127.0.0.1]/", ERR_WEBHOOK_URL },
	{ "https://[::1/", ERR_WEBHOOK_URL },
	{ "https://::1/", ERR_WEBHOOK_URL },
	/* what hides the host */
	{ "https://8.8.8.8@127.0.0.1/", ERR_WEBHOOK_URL },
	{ "https://user:pass@hooks.example/", ERR_WEBHOOK_URL },
	{ "https://hooks.example\\@127.0.0.1/", ERR_WEBHOOK_URL },
	{ "https://hooks.example#@127.0.0.1/", ERR_WEBHOOK_URL },
	{ "https://hooks.example/#part", ERR_WEBHOOK_URL },
	{ "https://hooks%2eexample/", ERR_WEBHOOK_URL },
	{ "https://hooks.example:0/", ERR_WEBHOOK_URL },
	{ "https://hooks.example:65536/", ERR_WEBHOOK_URL },
	{ "https://hooks.example:/", ERR_WEBHOOK_URL },
	{ "https://hooks.example:80:81/", ERR_WEBHOOK_URL },
	{ "https://hooks..example/", ERR_WEBHOOK_URL },
	{ "https://.example/", ERR_WEBHOOK_URL },
	{ "https://-a.example/", ERR_WEBHOOK_URL },
	{ "https://a-.example/", ERR_WEBHOOK_URL },
	{ "https://ví-dụ.vn/", ERR_WEBHOOK_URL },
	{ "https:///path", ERR_WEBHOOK_URL },
	{ "https://", ERR_WEBHOOK_URL },
	{ "https:hooks.example", ERR_WEBHOOK_URL },
	{ "HTTPS://hooks.example/", ERR_WEBHOOK_URL },
	{ "ftp://hooks.example/", ERR_WEBHOOK_URL },
	{ "file:///etc/passwd", ERR_WEBHOOK_URL },
	{ "gopher://hooks.example/", ERR_WEBHOOK_URL },
	{ "hooks.example", ERR_WEBHOOK_URL },
	{ "https://hooks.example/a b", ERR_WEBHOOK_URL },
	{ "https://hooks.example/\r\nX-Header: 1", ERR_WEBHOOK_URL },
	{ " https://hooks.example/", ERR_WEBHOOK_URL },
	{ "", ERR_WEBHOOK_URL },
};

static void test_urls(void **state)
{
	struct config_networks none, some;
	char longest[WEBHOOK_URL_MAX + 2] = "https://hooks.example/";

	(void)state;
	assert_true(config_networks_parse("", &none));
	assert_true(config_networks_parse("127.0.0.1", &some));
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		if (webhook_target_check(&none, urls[i].url) != urls[i].e)
			fail_msg("%s", urls[i].url);
	}
	assert_int_equal(webhook_target_check(&some, "http://127.0.0.1:8080/x"), ERR_OK);
	assert_int_equal(webhook_target_check(&some, "http://intern.example/"), ERR_OK);
	assert_int_equal(webhook_target_check(&some, "http://127.0.0.2/"), ERR_WEBHOOK_TARGET);
	memset(longest + strlen(longest), 'a', WEBHOOK_URL_MAX - strlen(longest));
	assert_int_equal(webhook_target_check(&none, longest), ERR_OK);
	longest[WEBHOOK_URL_MAX] = 'a';
	assert_int_equal(webhook_target_check(&none, longest), ERR_WEBHOOK_URL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner_addresses_are_refused_unless_named),
		cmocka_unit_test(test_outer_addresses_are_taken_with_tls_alone),
		cmocka_unit_test(test_other_families_are_refused),
		cmocka_unit_test(test_networks_are_read_whole_or_not_at_all),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests_name("webhook_target", tests, NULL, NULL);
}
