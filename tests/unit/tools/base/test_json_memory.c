/* Memory of JSON values: what is handed out is whole and apart, and what is freed is used again. */
#include "tools/base/json_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/output/output.h"

enum { MOST_BYTES = 1200, BLOCKS = 400 };

static void test_blocks_of_all_sizes_are_apart_and_aligned(void **state)
{
	static uint8_t *blocks[MOST_BYTES];

	(void)state;
	for (size_t size = 0; size < MOST_BYTES; size++) {
		blocks[size] = json_memory_alloc(size);
		assert_non_null(blocks[size]);
		assert_int_equal((uintptr_t)blocks[size] % sizeof(void *), 0);
		memset(blocks[size], (int)(size % 251), size);
	}
	for (size_t size = 0; size < MOST_BYTES; size++) {
		for (size_t i = 0; i < size; i++)
			assert_int_equal(blocks[size][i], size % 251);
		json_memory_free(blocks[size]);
	}
	json_memory_free(NULL);
}

static void test_what_is_freed_is_used_again(void **state)
{
	void *first[BLOCKS], *second;
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++)
		first[i] = json_memory_alloc(40);
	for (unsigned i = 0; i < BLOCKS; i++)
		json_memory_free(first[i]);
	second = json_memory_alloc(33);
	for (unsigned i = 0; i < BLOCKS; i++)
		found += first[i] == second;
	assert_int_equal(found, 1);
	json_memory_free(second);
}

static void test_sizes_that_no_memory_has_are_refused(void **state)
{
	(void)state;
	assert_null(json_memory_alloc(SIZE_MAX));
	assert_null(json_memory_alloc(SIZE_MAX - 7));
}

static void test_values_live_in_it(void **state)
{
	json_t *list, *again;
	char *text;

	(void)state;
	json_memory_begin();
	list = json_array();
	for (int i = 0; i < BLOCKS; i++)
		json_array_append_new(list, json_pack("{s:i, s:s}", "number", i, "subject",
						      "Về việc chuyển đổi số"));
	text = json_dumps(list, JSON_COMPACT);
	assert_non_null(text);
	again = json_loads(text, 0, NULL);
	assert_true(json_equal(list, again));
	json_memory_free(text);
	json_decref(again);
	json_decref(list);
}

/* What jansson would leave out without a word. */
static void test_values_without_memory_end_the_process_with_its_error(void **state)
{
	json_malloc_t alloc;
	json_free_t release;
	int status;
	pid_t pid;

	(void)state;
	json_memory_begin();
	json_get_alloc_funcs(&alloc, &release);
	pid = fork();
	if (pid == 0) {
		alloc(SIZE_MAX);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), err_exit_code(ERR_NO_MEMORY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_of_all_sizes_are_apart_and_aligned),
		cmocka_unit_test(test_what_is_freed_is_used_again),
		cmocka_unit_test(test_sizes_that_no_memory_has_are_refused),
		cmocka_unit_test(test_values_live_in_it),
		cmocka_unit_test(test_values_without_memory_end_the_process_with_its_error),
	};

	return cmocka_run_group_tests_name("json_memory", tests, NULL, NULL);
}
