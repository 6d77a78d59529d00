/* Keys of records: their byte order is the order of what they mean, and what is not a key does not
 * parse. */
#include "routing/state/record.h"

#include <string.h>

#include "routing/state/lookup.h"
#include "tests/unit/support/fixture.h"

static int order(struct key a, struct key b)
{
	size_t n = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
	int c = memcmp(a.bytes, b.bytes, n);

	return c != 0 ? c : (int)a.len_bytes - (int)b.len_bytes;
}

static void test_numbers_sort_as_they_count(void **state)
{
	static const uint64_t n[] = { 0,	  1,	     2,		 255,
				      256,	  65535,     1ULL << 32, (1ULL << 63) - 1,
				      1ULL << 63, UINT64_MAX };
	static const int64_t due[] = { INT64_MIN, -1000, -1, 0, 1, 1750000000000, INT64_MAX };

	(void)state;
	for (size_t i = 1; i < COUNT_OF(n); i++) {
		assert_true(order(key_number(n[i - 1]), key_number(n[i])) < 0);
		assert_true(order(key_serial(ROLE_IN, (struct serial){ n[i - 1] }),
				  key_serial(ROLE_IN, (struct serial){ n[i] })) < 0);
		assert_true(order(key_seq(fixture_id("a"), LANE_URGENT, n[i - 1]),
				  key_seq(fixture_id("a"), LANE_URGENT, n[i])) < 0);
	}
	for (size_t i = 1; i < COUNT_OF(due); i++)
		assert_true(
		    order(key_sweep(due[i - 1], SWEEP_CONTENT, ROLE_OUT, (struct serial){ 9 }),
			  key_sweep(due[i], SWEEP_EXPIRE, ROLE_OUT, (struct serial){ 1 })) < 0);
}

static void test_neighbour_whose_name_begins_another_has_a_prefix_of_its_own(void **state)
{
	struct key xa = key_neighbour(fixture_id("xa")),
		   of_xa1 = key_seq(fixture_id("xa-1"), LANE_FACTS, 1);

	(void)state;
	assert_false(key_has_prefix(&of_xa1, &xa));
	of_xa1 = key_subordinate(fixture_id("xa-1"), fixture_id("b"));
	assert_false(key_has_prefix(&of_xa1, &xa));
	of_xa1 = key_seq(fixture_id("xa"), LANE_FACTS, 1);
	assert_true(key_has_prefix(&of_xa1, &xa));
	assert_false(key_has_prefix(&xa, &of_xa1));
}

static void test_every_key_reads_back(void **state)
{
	struct committee_id longest = fixture_id("01234567890123456789012345678901"), id, id2;
	struct key k = key_receipt(ROLE_RELAY, (struct serial){ 1ULL << 40 }, longest);
	struct serial serial;
	enum role role;
	enum lane lane;
	struct target_key counter, parsed;
	enum sweep kind;
	uint64_t n;
	int64_t due;

	(void)state;
	assert_true(key_parse_receipt(&k, &role, &serial, &id));
	assert_true(role == ROLE_RELAY && serial.n == 1ULL << 40);
	assert_string_equal(id.text, longest.text);
	k = key_seq(longest, LANE_NORMAL, 0x0102030405060700);
	assert_true(key_parse_seq(&k, &id, &lane, &n));
	assert_true(lane == LANE_NORMAL && n == 0x0102030405060700);
	assert_string_equal(id.text, longest.text);
	k = key_link(fixture_id("x"), LANE_FACTS);
	assert_true(key_parse_link(&k, &id, &lane));
	assert_true(lane == LANE_FACTS);
	k = key_sweep(-5, SWEEP_EXPIRE, ROLE_OUT, (struct serial){ 3 });
	assert_true(key_parse_sweep(&k, &due, &kind, &role, &serial));
	assert_true(due == -5 && kind == SWEEP_EXPIRE && role == ROLE_OUT && serial.n == 3);
	k = key_subordinate(fixture_id("tinh"), fixture_id("xa"));
	assert_true(key_parse_subordinate(&k, &id, &id2));
	assert_string_equal(id.text, "tinh");
	assert_string_equal(id2.text, "xa");
	k = key_number(77);
	assert_true(key_parse_number(&k, &n));
	assert_int_equal(n, 77);
	counter = (struct target_key){ .month = month_make(2026, 11),
				       .direction = DIRECTION_OUT,
				       .since = 1ULL << 40,
				       .type = 0xfedcba98 };
	k = key_counter(&counter);
	assert_true(key_parse_counter(&k, &parsed));
	assert_true(parsed.month.n == counter.month.n && parsed.direction == DIRECTION_OUT &&
		    parsed.since == counter.since && parsed.type == counter.type);
	k = key_counter_month(counter.month, DIRECTION_OUT); /* of format 7 and before */
	assert_false(key_parse_counter(&k, &parsed));
	k = key_paper(paper_serial(month_make(2026, 11), DIRECTION_IN, 70000));
	assert_true(key_parse_paper(&k, &serial));
	assert_int_equal((uint32_t)serial.n, 70000);
}

static void test_paper_lies_together_by_month_and_direction(void **state)
{
	struct month november = month_make(2026, 11), december = month_make(2026, 12);
	struct key in = key_paper_cell(november, DIRECTION_IN), k;

	(void)state;
	k = key_paper(paper_serial(november, DIRECTION_IN, UINT32_MAX));
	assert_true(key_has_prefix(&k, &in));
	assert_true(order(k, key_paper(paper_serial(november, DIRECTION_OUT, 0))) < 0);
	k = key_paper(paper_serial(november, DIRECTION_OUT, 1));
	assert_false(key_has_prefix(&k, &in));
	k = key_paper(paper_serial(december, DIRECTION_IN, 1));
	assert_false(key_has_prefix(&k, &in));
	assert_true(
	    order(key_counter_month(november, DIRECTION_OUT),
		  key_counter_month(december, DIRECTION_IN)) < 0);
}

static void test_keys_of_another_shape_do_not_parse(void **state)
{
	struct key good = key_seq(fixture_id("xa"), LANE_URGENT, 5), k;
	struct committee_id id, id2;
	struct serial serial;
	enum role role;
	enum sweep kind;
	enum lane lane;
	uint64_t n;
	int64_t due;

	(void)state;
	for (uint8_t len = 0; len < good.len_bytes; len++) {
		k = good;
		k.len_bytes = len;
		assert_false(key_parse_seq(&k, &id, &lane, &n));
	}
	k = key_link(fixture_id("xa"), LANE_FACTS);
	k.bytes[k.len_bytes - 1] = LANE_NONE;
	assert_false(key_parse_link(&k, &id, &lane));
	k.bytes[k.len_bytes - 1] = LANE_COUNT;
	assert_false(key_parse_link(&k, &id, &lane));
	k = key_serial((enum role)'x', (struct serial){ 1 });
	assert_false(key_parse_serial(&k, &role, &serial));
	k = key_serial(ROLE_IN, (struct serial){ 1 });
	assert_false(key_parse_receipt(&k, &role, &serial, &id)); /* nobody's receipt */
	assert_false(key_parse_sweep(&k, &due, &kind, &role, &serial));
	assert_false(key_parse_number(&k, &n));
	k = key_neighbour(fixture_id("tinh"));
	assert_false(key_parse_subordinate(&k, &id, &id2)); /* a prefix, no row */
	memset(&k, 'a', sizeof k);
	k.len_bytes = 60; /* an id that is too long */
	k.bytes[50] = 0;
	assert_false(key_parse_subordinate(&k, &id, &id2));
}

/* due ‖ role ‖ serial: what is to be done was guessed from the role. */
static struct key sweep_of_format_3(int64_t due_ms, enum role role, uint64_t n)
{
	struct key k = key_sweep(due_ms, SWEEP_EXPIRE, role, (struct serial){ n });

	memmove(k.bytes + 8, k.bytes + 9, 9);
	k.len_bytes--;
	return k;
}

static void test_sweep_keys_of_format_3_get_the_kind_that_their_role_meant(void **state)
{
	struct key old = sweep_of_format_3(-5, ROLE_OUT, 3), k;
	struct serial serial;
	enum sweep kind;
	enum role role;
	int64_t due;

	(void)state;
	assert_false(key_parse_sweep(&old, &due, &kind, &role, &serial));
	assert_true(key_sweep_of_format_3(&old, &k));
	assert_true(key_parse_sweep(&k, &due, &kind, &role, &serial));
	assert_true(due == -5 && kind == SWEEP_EXPIRE && role == ROLE_OUT && serial.n == 3);
	old = sweep_of_format_3(1LL << 40, ROLE_RELAY, UINT64_MAX);
	assert_true(key_sweep_of_format_3(&old, &k));
	assert_true(key_parse_sweep(&k, &due, &kind, &role, &serial));
	assert_true(due == 1LL << 40 && kind == SWEEP_CONTENT && role == ROLE_RELAY &&
		    serial.n == UINT64_MAX);
	assert_false(key_sweep_of_format_3(&k, &old)); /* it has one */
	old = sweep_of_format_3(1, ROLE_IN, 1);
	assert_false(key_sweep_of_format_3(&old, &k)); /* none was ever written */
	old.len_bytes--;
	assert_false(key_sweep_of_format_3(&old, &k));
	k = key_sweep(1, SWEEP_CONTENT, ROLE_RELAY, (struct serial){ 1 });
	k.bytes[8] = SWEEP_NONE;
	assert_false(key_parse_sweep(&k, &due, &kind, &role, &serial));
}

static void test_keys_that_are_the_same_but_for_length_differ(void **state)
{
	struct key a = key_committee(fixture_id("xa")), b = key_committee(fixture_id("xa1"));

	(void)state;
	assert_false(key_equal(&a, &b));
	assert_true(key_equal(&a, &a));
	assert_true(order(a, b) < 0);
}

static void test_families_have_names_of_their_own(void **state)
{
	(void)state;
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		assert_non_null(family_name((enum family)f));
		for (int g = FAMILY_NONE; g < f; g++)
			assert_string_not_equal(family_name((enum family)f),
						family_name((enum family)g));
	}
	assert_string_equal(family_name(FAMILY_COUNT), "none");
	/* Numbers are part of the store's format. */
	assert_int_equal(FAMILY_META, 1);
	assert_int_equal(FAMILY_STREAM, 9);
	assert_int_equal(FAMILY_ACT, 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_sort_as_they_count),
		cmocka_unit_test(test_neighbour_whose_name_begins_another_has_a_prefix_of_its_own),
		cmocka_unit_test(test_every_key_reads_back),
		cmocka_unit_test(test_paper_lies_together_by_month_and_direction),
		cmocka_unit_test(test_keys_of_another_shape_do_not_parse),
		cmocka_unit_test(test_sweep_keys_of_format_3_get_the_kind_that_their_role_meant),
		cmocka_unit_test(test_keys_that_are_the_same_but_for_length_differ),
		cmocka_unit_test(test_families_have_names_of_their_own),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
