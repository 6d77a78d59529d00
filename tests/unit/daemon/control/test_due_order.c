/* What is due comes in the order of a clerk and is what a walk over all gives, byte for byte: over
 * random documents, while the catalogue is whole, while some have changed since, and not in order
 * while too much is missing. */
#include "daemon/control/due_order.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/stacks.h"

enum { CHANGES = 12 };

enum { LINES_MAX = 4 * STACKS_DOCUMENTS };

/* A line as it was sent, and what it is sorted by. */
struct due_seen {
	Vanthu__V1__DueState state;
	int64_t due_at_ms, arrived_at_ms;
	uint8_t id[16];
	uint8_t bytes[512];
	size_t len;
};

struct due_list {
	struct due_seen lines[LINES_MAX];
	unsigned count, in_order;
};

static int compare_due(const void *a, const void *b)
{
	const struct due_seen *x = a, *y = b;

	if (x->state != y->state)
		return x->state > y->state ? -1 : 1;
	if (x->due_at_ms != y->due_at_ms)
		return x->due_at_ms < y->due_at_ms ? -1 : 1;
	if (x->arrived_at_ms != y->arrived_at_ms)
		return x->arrived_at_ms < y->arrived_at_ms ? -1 : 1;
	return memcmp(x->id, y->id, sizeof x->id);
}

static void note_due(struct due_list *list, Vanthu__V1__DueLine *line)
{
	struct due_seen *s = &list->lines[list->count++];

	assert_true(list->count < LINES_MAX && line->id.len == sizeof s->id);
	*s = (struct due_seen){ .state = line->state,
				.due_at_ms = line->due_at_ms,
				.arrived_at_ms = line->arrived_at_ms };
	memcpy(s->id, line->id.data, sizeof s->id);
	list->in_order += line->in_order != 0;
	line->in_order = false; /* the others say the same */
	s->len = vanthu__v1__due_line__get_packed_size(line);
	assert_true(s->len <= sizeof s->bytes);
	vanthu__v1__due_line__pack(line, s->bytes);
}

static void ask_due(struct stacks *k, Vanthu__V1__DueQuery *query, struct due_list *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	bool more = true;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DUE;
	request.due = query;
	k->d->at = k->d->got_len = out->count = out->in_order = 0;
	desk_ask(k->d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(k->d);

		more = r->more != 0;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_DUE)
			note_due(out, r->due);
		else
			assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_DONE);
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
}

/* In order and as they came they are the same; how many. */
static unsigned compare_due_lists(struct stacks *k, bool all, bool sent, bool ordered)
{
	static struct due_list with, without;
	Vanthu__V1__DueQuery query = VANTHU__V1__DUE_QUERY__INIT;

	query.all = all;
	query.sent = sent;
	ask_due(k, &query, &without);
	assert_int_equal(without.in_order, 0);
	query.in_order = true;
	k->d->control->catalogue = k->catalogue;
	ask_due(k, &query, &with);
	k->d->control->catalogue = NULL;
	assert_int_equal(with.in_order, ordered ? with.count : 0);
	assert_int_equal(with.count, without.count);
	qsort(without.lines, without.count, sizeof without.lines[0], compare_due);
	if (!ordered)
		qsort(with.lines, with.count, sizeof with.lines[0], compare_due);
	for (unsigned i = 0; i < with.count; i++) {
		assert_int_equal(with.lines[i].len, without.lines[i].len);
		assert_memory_equal(with.lines[i].bytes, without.lines[i].bytes, with.lines[i].len);
	}
	return with.count;
}

static void compare_all_due(struct stacks *k, bool ordered)
{
	unsigned all = compare_due_lists(k, true, false, ordered);

	assert_in_range(all, STACKS_DOCUMENTS / 8, STACKS_DOCUMENTS);
	assert_in_range(compare_due_lists(k, false, false, ordered), STACKS_DOCUMENTS / 16,
			all - 1);
	compare_due_lists(k, false, true, ordered);
	assert_true(compare_due_lists(k, true, true, ordered) > 0);
}

static void test_what_is_due_comes_in_order_and_is_the_same(void **state)
{
	struct stacks *k = stacks_new(18);

	(void)state;
	stacks_put(k, STACKS_DOCUMENTS);
	/* nothing is placed without reading: as they came */
	compare_all_due(k, false);
	stacks_make(k);
	compare_all_due(k, true);
	for (unsigned i = 0; i < CHANGES; i++)
		stacks_change(k);
	compare_all_due(k, true);
	stacks_put(k, STACKS_SPAN / 2);
	compare_all_due(k, true);
	stacks_end(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_due_comes_in_order_and_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
