/* Reports packed and read: what comes back, what is too much, and bytes that somebody made up. */
#include "proto/report.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/target/reported.h"
#include "routing/target/target.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/sweep.h"

enum { TRIES = 20000 };

static struct doc_id ids[REPORT_IDS_MAX + 1];

static const struct report_row rows[] = {
	{ .at = { { 2025 * 12 + 4 }, DIRECTION_IN, 3, 77 },
	  .type_code = "KH",
	  .type_name = "Kế hoạch",
	  .count = { 9, 8, 0, 0, 5, 0, 0, 3, 2, 1, 1 } },
	{ .at = { { 2025 * 12 + 5 }, DIRECTION_OUT, 0, 0 },
	  .type_code = "",
	  .type_name = "",
	  .count = { .digital = UINT64_MAX } },
	/* as it is read from below: no number of its type */
	{ .at = { { 2025 * 12 + 5 }, DIRECTION_OUT, 1, 0 },
	  .type_code = "KH",
	  .type_name = "Kế hoạch" },
};

static struct report sample(struct report_exchange *x, struct declaration *d, text_t *excluded)
{
	*x = (struct report_exchange){ { "tinh" }, DIRECTION_OUT, ids, 3 };
	*d = (struct declaration){ "Máy được bảo vệ", 3, 4, "2025-06-30", "Trần B", 12345 };
	*excluded = "GM";
	return (struct report){ .from = { 2025 * 12 + 4 },
				.to = { 2025 * 12 + 5 },
				.as_of_ms = 1750000000000,
				.rows = rows,
				.row_count = COUNT_OF(rows),
				.exchanged_since_ms = 1740000000000,
				.exchanged_before_ms = 1749999999999,
				.exchanges = x,
				.exchange_count = 1,
				.declared = d,
				.declared_count = 1,
				.excluded = excluded,
				.excluded_count = 1 };
}

static void test_report_comes_back_as_it_was(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct report_exchange x;
	struct declaration d;
	text_t excluded;
	struct report r = sample(&x, &d, &excluded), back;
	struct blob bytes, again;

	(void)state;
	assert_ok(report_pack(a, &r, &bytes));
	assert_ok(report_unpack(a, bytes, &back));
	assert_true(back.from.n == r.from.n && back.to.n == r.to.n && !back.asks);
	assert_int_equal(back.exchanged_before_ms, r.exchanged_before_ms);
	assert_int_equal(back.row_count, r.row_count);
	for (uint32_t i = 0; i < r.row_count; i++) {
		assert_string_equal(back.rows[i].type_code, rows[i].type_code);
		assert_string_equal(back.rows[i].type_name, rows[i].type_name);
		assert_memory_equal(&back.rows[i].count, &rows[i].count, sizeof rows[i].count);
		assert_int_equal(back.rows[i].at.since, rows[i].at.since);
	}
	assert_memory_equal(back.exchanges[0].ids, ids, 3 * sizeof *ids);
	assert_string_equal(back.declared[0].person, "Trần B");
	assert_string_equal(back.excluded[0], "GM");
	/* and what was read is packed as it was */
	assert_ok(report_pack(a, &back, &again));
	assert_int_equal(again.len_bytes, bytes.len_bytes);
	assert_memory_equal(again.data, bytes.data, bytes.len_bytes);
	arena_destroy(a);
}

static enum err unpack_of(struct arena *a, const struct report *r)
{
	struct blob bytes;
	struct report back;

	assert_ok(report_pack(a, r, &bytes));
	return report_unpack(a, bytes, &back);
}

static enum err there_and_back(void *ctx, struct arena *a)
{
	struct report back;
	struct blob bytes;
	enum err e = report_pack(a, ctx, &bytes);

	return e == ERR_OK ? report_unpack(a, bytes, &back) : e;
}

static void test_arena_of_any_size_is_enough_or_said_to_be_too_small(void **state)
{
	struct report_exchange x;
	struct declaration d;
	text_t excluded;
	struct report r = sample(&x, &d, &excluded);

	(void)state;
	sweep_memory(there_and_back, &r);
}

static void test_more_than_the_limits_is_no_report(void **state)
{
	struct report_row *many = calloc(REPORT_ROWS_MAX + 1, sizeof *many);
	struct report_exchange exchanges[REPORT_EXCHANGES_MAX + 1];
	struct declaration declared[DECLARED_MAX + 1];
	struct arena *a = arena_new(1 << 24);
	struct report_exchange x;
	struct declaration d;
	text_t excluded;
	struct report r = sample(&x, &d, &excluded);

	(void)state;
	assert_ok(unpack_of(a, &r));
	x.id_count = REPORT_IDS_MAX;
	assert_ok(unpack_of(a, &r));
	x.id_count++;
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	x.id_count = 2;
	x.ids = ids + 1;
	ids[1] = ids[2]; /* twice the same */
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	ids[1] = fixture_doc_id(2);
	x.ids = ids;
	for (unsigned i = 0; i <= REPORT_ROWS_MAX; i++)
		many[i] = rows[0];
	r.rows = many;
	r.row_count = REPORT_ROWS_MAX;
	assert_ok(unpack_of(a, &r));
	r.row_count++;
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	r = sample(&x, &d, &excluded);
	for (unsigned i = 0; i <= REPORT_EXCHANGES_MAX; i++)
		exchanges[i] = x;
	r.exchanges = exchanges;
	r.exchange_count = REPORT_EXCHANGES_MAX;
	assert_ok(unpack_of(a, &r));
	r.exchange_count++;
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	r = sample(&x, &d, &excluded);
	for (unsigned i = 0; i <= DECLARED_MAX; i++)
		declared[i] = d;
	r.declared = declared;
	r.declared_count = DECLARED_MAX + 1;
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	r.declared_count = 1;
	declared[0].as_of = "30.06.2025";
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	r = sample(&x, &d, &excluded);
	r.to.n = r.from.n; /* a row lies outside */
	assert_int_equal(unpack_of(a, &r), ERR_FORMAT);
	free(many);
	arena_destroy(a);
}

/* Whatever bytes somebody signs: a report or an error, and what is a report can be stored. */
static void test_bytes_that_somebody_made_up_are_read_or_refused(void **state)
{
	struct arena *a = arena_new(1 << 22), *kept = arena_new(1 << 20);
	struct report_exchange x;
	struct declaration d;
	text_t excluded;
	struct report r = sample(&x, &d, &excluded), back;
	unsigned read = 0;
	uint32_t random = 1;
	struct blob good;
	uint8_t *bytes;

	(void)state;
	assert_ok(report_pack(kept, &r, &good));
	bytes = arena_alloc(kept, good.len_bytes);
	for (unsigned i = 0; i < TRIES; i++) {
		size_t len = good.len_bytes;

		memcpy(bytes, good.data, len);
		for (unsigned n = 0; n <= i % 4; n++) {
			random = random * 1664525u + 1013904223u;
			bytes[random / 3 % len] = (uint8_t)(random >> 24);
		}
		if (i % 7 == 0)
			len = random % len;
		if (report_unpack(a, (struct blob){ bytes, len }, &back) == ERR_OK) {
			struct record stored = { .family = FAMILY_REPORT,
						 .u.report.summary = back };
			struct blob packed;

			read++;
			(void)!reported_check(&back, FIXTURE_NOW_MS);
			assert_ok(report_record_encode(a, &stored, &packed));
			assert_ok(report_record_decode(a, packed, &stored));
		}
		arena_reset(a);
	}
	assert_true(read > TRIES / 100 && read < TRIES);
	arena_destroy(a);
	arena_destroy(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_comes_back_as_it_was),
		cmocka_unit_test(test_arena_of_any_size_is_enough_or_said_to_be_too_small),
		cmocka_unit_test(test_more_than_the_limits_is_no_report),
		cmocka_unit_test(test_bytes_that_somebody_made_up_are_read_or_refused),
	};

	for (unsigned i = 0; i <= REPORT_IDS_MAX; i++)
		ids[i] = fixture_doc_id(1 + i);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
