/* Figures by type: each type once, however many there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/output/figures.h"

/* As many as a daemon merges at once: compared each with each they would take minutes. */
enum { TYPES = 30000, SUMS = 2 * TYPES };

struct made {
	Vanthu__V1__SubtreeSum sums[SUMS], *list[SUMS];
	Vanthu__V1__TargetRow rows[SUMS];
	char codes[TYPES][16];
};

/* Incoming ones of each type, then outgoing ones in the other order. */
static struct figures make(struct made *m)
{
	struct figures f = { .sums = m->list, .sum_count = SUMS };

	for (unsigned i = 0; i < SUMS; i++) {
		unsigned type = i < TYPES ? i : SUMS - 1 - i;

		snprintf(m->codes[type], sizeof m->codes[type], "%u", type * 7919 % 100003);
		vanthu__v1__subtree_sum__init(&m->sums[i]);
		vanthu__v1__target_row__init(&m->rows[i]);
		m->rows[i].direction =
			(Vanthu__V1__Direction)(i < TYPES ? DIRECTION_IN : DIRECTION_OUT);
		m->rows[i].digital = i < TYPES ? 1 + type : 2;
		m->sums[i].type_code = m->codes[type];
		m->sums[i].excluded = type == 5;
		m->sums[i].figures = &m->rows[i];
		m->list[i] = &m->sums[i];
	}
	return f;
}

static void test_each_type_is_once_in_the_order_of_the_sums(void **state)
{
	struct made *m = calloc(1, sizeof *m);
	struct figures f = make(m);
	size_t count;
	struct figures_type *types = figures_types(&f, &count);

	(void)state;
	assert_int_equal(count, TYPES);
	for (unsigned i = 0; i < TYPES; i++) {
		assert_string_equal(types[i].code, m->codes[i]);
		assert_int_equal(types[i].sides.in.digital, 1 + i);
		assert_int_equal(types[i].sides.out.digital, 2);
		assert_int_equal(types[i].excluded, i == 5);
	}
	free(types);
	free(m);
}

static void test_names_and_what_is_left_out_keep_types_apart(void **state)
{
	struct made *m = calloc(1, sizeof *m);
	struct figures f = make(m);
	size_t count;
	struct figures_type *types;

	(void)state;
	f.sum_count = 3;
	for (unsigned i = 0; i < 3; i++)
		snprintf(m->codes[i], sizeof m->codes[i], "KH");
	m->sums[1].type_name = (char *)"Kế hoạch";
	m->sums[2].excluded = true;
	types = figures_types(&f, &count);
	assert_int_equal(count, 3);
	free(types);
	f.sum_count = 0;
	types = figures_types(&f, &count);
	assert_int_equal(count, 0);
	free(types);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_type_is_once_in_the_order_of_the_sums),
		cmocka_unit_test(test_names_and_what_is_left_out_keep_types_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
