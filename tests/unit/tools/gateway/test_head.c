/* Heads as a library leaves them: NULs where its separators were. */
#include "tools/gateway/head.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

/* What libmicrohttpd 0.9 does to a head: lines end at CR LF or LF, names at the colon, values at
 * the line's end. True: it would have gone on, and it was exact. */
static bool is_exact(const char *raw, size_t len)
{
	static char b[1024];
	char *at = b, *end = b + len, *method, *target, *version;
	struct request_head h;
	size_t target_len;

	assert_true(len < sizeof b);
	memcpy(b, raw, len);
	b[len] = '\0';
	for (char *c = b; c < end; c++) {
		if (*c == '\r' && c[1] == '\n')
			c[0] = c[1] = '\0';
		else if (*c == '\n')
			c[0] = '\0';
	}
	method = at;
	target = memchr(at, ' ', len);
	*target++ = '\0';
	target += strspn(target, " ");
	version = memchr(target, ' ', (size_t)(end - target));
	*version++ = '\0';
	target_len = strlen(target);
	h = head_begin(method, target, target_len, version);
	for (at = version + strlen(version); at < end; at += strlen(at)) {
		char *value;

		while (at < end && *at == '\0')
			at++;
		value = at == end ? NULL : strchr(at, ':');
		if (value == NULL)
			break;
		*value++ = '\0';
		value += strspn(value, " \t");
		head_field(&h, at, value);
		at = value;
	}
	return head_end(&h, len);
}

#define EXACT(text) is_exact(text, sizeof(text) - 1)

static void test_heads_of_clients_are_exact(void **state)
{
	(void)state;
	assert_true(EXACT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_true(EXACT("GET /x?y=z HTTP/1.1\r\nHost:a\r\nX: \t y z \r\nY:\r\n\r\n"));
}

static void test_two_readings_are_none(void **state)
{
	(void)state;
	/* ends of lines */
	assert_false(EXACT("GET / HTTP/1.1\nHost: a\n\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\r\n\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"));
	/* NULs */
	assert_false(EXACT("GET /\0x HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_false(EXACT("GET / HTTP/1.1\0\r\nHost: a\r\n\r\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: \0a\r\nX: y\r\n\r\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\r\n\0X: y\r\n\r\n"));
	/* folded lines, fields without a name, blanks */
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"));
	assert_false(EXACT("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"));
	assert_false(EXACT("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads_of_clients_are_exact),
		cmocka_unit_test(test_two_readings_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
