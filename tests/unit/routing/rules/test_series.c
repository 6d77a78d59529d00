/* The keys of numbers, byte for byte: stores have them. And the keys of counters, which share
 * their parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/rules/series.h"

#define TERM	       "2025-08-08"
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static void to_hex(const struct key *k, char out[2 * KEY_MAX_BYTES + 1])
{
	out[0] = '\0';
	for (unsigned i = 0; i < k->len_bytes; i++)
		snprintf(out + (size_t)2 * i, 3, "%02x", k->bytes[i]);
}

static void test_keys_of_numbers_stay_byte_for_byte(void **state)
{
	static const struct {
		struct numbered n;
		const char *hex;
	} rows[] = {
		{ { "31-KH/ĐU", "KH", "Kế hoạch", NULL, "2026-03-01" },
		  "6e74323032352d30382d30383f3cf4a6000000000000001f2d6b682f64047500" },
		{ { "031 - kh/đu", "KH", "", NULL, "2026-03-01" },
		  "6e74323032352d30382d30383f3cf4a6000000000000001f2d6b682f64047500" },
		{ { "31-KH/ĐU", "KH", "Kế hoạch", NULL, "2025-08-07" },
		  "6e74000000000000000000003f3cf4a6000000000000001f2d6b682f64047500" },
		{ { "5-QĐ/ĐU", "QĐ", "Quyết định", NULL, "2026-03-01" },
		  "6e74323032352d30382d3038fd44c4c600000000000000052d7164042f64047500" },
		{ { "5-QĐ/ĐU", "QĐ", "Quy định", NULL, "2026-03-01" },
		  "6e74323032352d30382d303850efaac700000000000000052d7164042f64047500" },
		{ { "5-QyĐ/ĐU", "QyĐ", "Quy định", NULL, "2026-03-01" },
		  "6e74323032352d30382d3038a15aa99f00000000000000052d717964042f64047500" },
		{ { "15/QĐ-BNV", "QĐ", "Quyết định", NULL, "2026-03-01" },
		  "6e7932303236fd44c4c6000000000000000f2f7164042d626e7600" },
		{ { "05/BNV-VP", "CV", "Công văn", NULL, "2026-03-01" },
		  "6e793230323649297cac00000000000000052f626e762d767000" },
		{ { "7", "", "Thư công", NULL, "2026-03-01" },
		  "6e7932303236907e966e000000000000000700" },
		{ { "5-QĐ/ĐU", "QĐ", "", NULL, "2026-03-01" }, "" },
		{ { "", "KH", "", NULL, "2026-03-01" }, "" },
		{ { "1-KH/ĐU", "KH", "", NULL, "2026" }, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char hex[2 * KEY_MAX_BYTES + 1];
		struct key k;

		if (!series_key(&rows[i].n, TERM, &k))
			k.len_bytes = 0;
		to_hex(&k, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void test_keys_of_counters_stay_byte_for_byte(void **state)
{
	static const struct {
		bool party;
		const char *organisation, *hex;
	} rows[] = {
		{ true, "ĐU", "6374323032352d30382d30383f3cf4a664047500" },
		{ true, "đu ", "6374323032352d30382d30383f3cf4a664047500" },
		{ false, "BTP", "6379323032363f3cf4a662747000" },
		{ true, "", "" },
	};
	const struct numbered n = { "", "KH", "Kế hoạch", NULL, "2026-03-01" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char hex[2 * KEY_MAX_BYTES + 1];
		struct key k;
		bool has = series_counter(&n, rows[i].party, rows[i].organisation, TERM, &k);

		to_hex(&k, hex);
		assert_string_equal(hex, rows[i].hex);
		assert_int_equal(has, rows[i].hex[0] != '\0');
	}
}

static void test_keys_of_received_ones_stay_byte_for_byte(void **state)
{
	static const struct {
		struct numbered n;
		const char *hex;
	} rows[] = {
		{ { "031 - kh/đu", "KH", "", NULL, "2026-03-01" },
		  "69743f3cf4a6000000000000001f2d6b682f64047500" },
		{ { "15/QĐ-BNV", "QĐ", "Quyết định", NULL, "2026-03-01" }, "" },
		{ { "5-QĐ/ĐU", "QĐ", "", NULL, "2026-03-01" }, "" },
	};
	struct key k, one;
	struct serial serial;
	enum role role;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char hex[2 * KEY_MAX_BYTES + 1];

		if (!series_received(&rows[i].n, &k))
			k.len_bytes = 0;
		to_hex(&k, hex);
		if (rows[i].hex[0] != '\0' || rows[i].n.type_name[0] == '\0')
			assert_string_equal(hex, rows[i].hex);
	}
	assert_true(series_received(&rows[1].n, &k)); /* a year */
	assert_memory_equal(k.bytes, "iy2026", 6);
	one = series_received_one(&k, ROLE_IN, "bo", (struct serial){ 258 });
	assert_true(series_parse_received(&one, &role, &serial));
	assert_int_equal(role, ROLE_IN);
	assert_int_equal(serial.n, 258);
	assert_false(series_parse(&one, &role, &serial));
	assert_false(series_parse_received(&k, &role, &serial));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_of_numbers_stay_byte_for_byte),
		cmocka_unit_test(test_keys_of_counters_stay_byte_for_byte),
		cmocka_unit_test(test_keys_of_received_ones_stay_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
