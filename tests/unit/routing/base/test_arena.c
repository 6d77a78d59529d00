/* The arena: its budget is what bounds hostile input, so the edges of the budget matter most. */
#include "routing/base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

static void test_allocation_past_the_budget_fails(void **state)
{
	struct arena *a = arena_new(1000);

	(void)state;
	assert_null(arena_alloc(a, 1001));
	assert_non_null(arena_alloc(a, 600));
	assert_null(arena_alloc(a, 600));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_non_null(arena_alloc(a, 100)); /* a refusal leaves the rest usable */
	arena_destroy(a);
}

static void test_endless_small_allocations_end_at_the_budget(void **state)
{
	struct arena *a = arena_new(1 << 20);
	size_t n = 0;

	(void)state;
	while (arena_alloc(a, 0) != NULL) {
		n++;
		assert_true(n <= 1 << 20);
	}
	assert_true(n > 1000);
	arena_destroy(a);
}

static void test_array_whose_size_overflows_is_refused(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	assert_null(arena_array(a, SIZE_MAX / 2, 3));
	assert_null(arena_array(a, SIZE_MAX, SIZE_MAX));
	assert_non_null(arena_array(a, 0, 8));
	assert_non_null(arena_array(a, 8, 0));
	arena_destroy(a);
}

static void test_memory_is_zeroed_aligned_and_distinct_also_after_reset(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (int round = 0; round < 2; round++) {
		uint8_t *before = NULL;

		for (size_t size = 0; size < 2000; size += 37) {
			uint8_t *p = arena_alloc(a, size);

			assert_non_null(p);
			assert_ptr_not_equal(p, before);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, size);
			before = p;
		}
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_destroy(a);
}

static void test_reset_gives_the_whole_budget_back(void **state)
{
	struct arena *a = arena_new(100000);

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_non_null(arena_alloc(a, 60000));
		assert_null(arena_alloc(a, 60000));
		arena_reset(a);
	}
	arena_reset(a);
	arena_destroy(a);
}

static void test_text_is_terminated_and_blob_of_nothing_is_empty(void **state)
{
	struct arena *a = arena_new(64);
	struct blob b;

	(void)state;
	assert_string_equal(arena_text(a, "abcdef", 3), "abc");
	assert_string_equal(arena_text(a, NULL, 0), "");
	b = arena_blob(a, (struct blob){ NULL, 0 });
	assert_null(b.data);
	assert_null(
	    arena_text(a, "0123456789012345678901234567890123456789012345678901234567890123", 64));
	b = arena_blob(
	    a, fixture_blob("012345678901234567890123456789012345678901234567890123456789012345"));
	assert_null(b.data);
	assert_int_equal(b.len_bytes, 0);
	arena_destroy(a);
}

static void test_destroy_of_nothing_and_of_an_unused_arena_is_fine(void **state)
{
	(void)state;
	arena_destroy(NULL);
	arena_destroy(arena_new(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocation_past_the_budget_fails),
		cmocka_unit_test(test_endless_small_allocations_end_at_the_budget),
		cmocka_unit_test(test_array_whose_size_overflows_is_refused),
		cmocka_unit_test(test_memory_is_zeroed_aligned_and_distinct_also_after_reset),
		cmocka_unit_test(test_reset_gives_the_whole_budget_back),
		cmocka_unit_test(test_text_is_terminated_and_blob_of_nothing_is_empty),
		cmocka_unit_test(test_destroy_of_nothing_and_of_an_unused_arena_is_fine),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
