/* Ranges and entity tags (RFC 9110 §8.8.3, §13.1.2, §14.1.2). */
#include "tools/gateway/part.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static void test_ranges(void **state)
{
	static const struct {
		const char *range;
		uint64_t size;
		enum part_range want;
		uint64_t from, length;
	} rows[] = {
		{ "bytes=0-499", 10000, PART_RANGE, 0, 500 },
		{ "bytes=500-999", 10000, PART_RANGE, 500, 500 },
		{ "bytes=-500", 10000, PART_RANGE, 9500, 500 },
		{ "bytes=9500-", 10000, PART_RANGE, 9500, 500 },
		{ "bytes=0-0", 10000, PART_RANGE, 0, 1 },
		{ "bytes=-1", 10000, PART_RANGE, 9999, 1 },
		{ "bytes=-20000", 10000, PART_RANGE, 0, 10000 },
		{ "bytes=9999-9999", 10000, PART_RANGE, 9999, 1 },
		{ "bytes=9999-99999", 10000, PART_RANGE, 9999, 1 },
		{ "bytes=0-18446744073709551615", 10000, PART_RANGE, 0, 10000 },
		{ "bytes=0-99999999999999999999999", 10000, PART_RANGE, 0, 10000 },
		{ "bytes=-99999999999999999999999", 10000, PART_RANGE, 0, 10000 },
		{ "BYTES=1-2", 10, PART_RANGE, 1, 2 },
		{ "bytes= 1-2", 10, PART_RANGE, 1, 2 },
		/* none of it is there */
		{ "bytes=10000-", 10000, PART_BEYOND, 0, 0 },
		{ "bytes=10000-10001", 10000, PART_BEYOND, 0, 0 },
		{ "bytes=-0", 10000, PART_BEYOND, 0, 0 },
		{ "bytes=0-", 0, PART_BEYOND, 0, 0 },
		{ "bytes=-1", 0, PART_BEYOND, 0, 0 },
		{ "bytes=18446744073709551616-", 10000, PART_BEYOND, 0, 0 },
		/* not understood, and all of it then */
		{ NULL, 10, PART_ALL, 0, 0 },
		{ "", 10, PART_ALL, 0, 0 },
		{ "bytes", 10, PART_ALL, 0, 0 },
		{ "bytes=", 10, PART_ALL, 0, 0 },
		{ "bytes=-", 10, PART_ALL, 0, 0 },
		{ "bytes=--1", 10, PART_ALL, 0, 0 },
		{ "bytes=2-1", 10, PART_ALL, 0, 0 },
		{ "bytes=1-2-3", 10, PART_ALL, 0, 0 },
		{ "bytes=1", 10, PART_ALL, 0, 0 },
		{ "bytes=+1-2", 10, PART_ALL, 0, 0 },
		{ "bytes=1 -2", 10, PART_ALL, 0, 0 },
		{ "bytes=0x1-2", 10, PART_ALL, 0, 0 },
		{ "bytes=1-2,4-5", 10, PART_ALL, 0, 0 },
		{ "bytes=0-1,0-1,0-1,0-1,0-1,0-1,0-1", 10, PART_ALL, 0, 0 },
		{ "lines=1-2", 10, PART_ALL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t from = 0, length = 0;
		enum part_range kind = part_range(rows[i].range, rows[i].size, &from, &length);

		if (kind != rows[i].want || from != rows[i].from || length != rows[i].length)
			fail_msg("%s of %llu: %d, %llu of %llu", rows[i].range,
				 (unsigned long long)rows[i].size, (int)kind,
				 (unsigned long long)length, (unsigned long long)from);
	}
}

static void test_entity_tags(void **state)
{
	static const struct {
		const char *tags;
		bool want;
	} rows[] = {
		{ "\"x\"", true },
		{ "\"a\", \"x\"", true },
		{ "\"a\",\"x\" , \"b\"", true },
		{ "W/\"x\"", true },
		{ "*", true },
		{ " * ", true },
		{ NULL, false },
		{ "", false },
		{ ",", false },
		{ "x", false },
		{ "\"X\"", false },
		{ "\"x", false },
		{ "\"xx\"", false },
		{ "\"**\"", false },
		{ "w/\"x\"", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (part_tag_among(rows[i].tags, "\"x\"") != rows[i].want)
			fail_msg("%s", rows[i].tags);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_entity_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
