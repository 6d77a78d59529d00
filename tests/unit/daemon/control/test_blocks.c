/* Months of registers: what is read past has none of them, whatever is written meanwhile. */
#include "daemon/control/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/desk.h"

enum { LINES = 3 * BLOCK_LINES + 40, QUESTIONS = 40, DAY_MS = 24 * 3600 * 1000 };

struct books {
	struct desk *d;
	struct blocks *blocks;
	uint64_t random;
};

static uint64_t draw(struct books *b, uint64_t below)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return (b->random >> 11) % below;
}

static void put_line(struct books *b, struct line_key at, int64_t at_ms)
{
	struct record r = { .family = FAMILY_LINE,
			    .u.line = { .kind = at.addition == 0 ? LINE_ENTRY : LINE_ADDITION,
					.at_ms = at_ms,
					.person = "",
					.note = "" } };

	plan_put(b->d->s->plan, key_line(at), &r);
}

static void commit(struct books *b)
{
	struct station *s = b->d->s;

	assert_ok(s->store->ops->commit(s->store, s->plan));
	control_follow(b->d->control, s->plan);
	station_clear(s);
}

/* Numbers ascend as days do, but for some whose clock was wrong; two years, and two books. */
static void put_lines(struct books *b)
{
	for (uint32_t i = 1; i <= LINES; i++) {
		struct line_key at = { .book = BOOK_OUT, .year = 2025, .number = i };
		int64_t at_ms = FIXTURE_NOW_MS + (int64_t)i * DAY_MS / 12;

		if (i > BLOCK_LINES && draw(b, 400) == 0)
			at_ms -= 90LL * DAY_MS;
		put_line(b, at, at_ms);
		if (draw(b, 20) == 0) {
			at.addition = 1;
			put_line(b, at, at_ms + 60LL * DAY_MS);
			at.addition = 0;
		}
		at.year = 2024;
		put_line(b, at, FIXTURE_NOW_MS - 300LL * DAY_MS);
		at.book = BOOK_IN;
		put_line(b, at, FIXTURE_NOW_MS);
		if (i % 8 == 0)
			commit(b);
	}
	commit(b);
}

static uint8_t *answer(struct books *b, Vanthu__V1__RegisterQuery *query, size_t *len)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	struct desk *d = b->d;
	bool more = true;
	uint8_t *out;

	request.what_case = VANTHU__V1__REQUEST__WHAT_REGISTER;
	request.register_ = query;
	d->at = d->got_len = 0;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more != 0;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	*len = d->got_len;
	out = malloc(*len);
	assert_non_null(out);
	memcpy(out, d->got, *len);
	return out;
}

static void compare(struct books *b, Vanthu__V1__RegisterQuery *query)
{
	size_t with_len, without_len;
	uint8_t *with, *without;

	b->d->control->blocks = NULL;
	without = answer(b, query, &without_len);
	b->d->control->blocks = b->blocks;
	with = answer(b, query, &with_len);
	assert_int_equal(with_len, without_len);
	assert_memory_equal(with, without, with_len);
	free(with);
	free(without);
}

static void compare_many(struct books *b)
{
	for (unsigned i = 0; i < QUESTIONS; i++) {
		Vanthu__V1__RegisterQuery query = VANTHU__V1__REGISTER_QUERY__INIT;
		struct month from =
			month_make(2024 + (unsigned)draw(b, 2), 1 + (unsigned)draw(b, 12));

		query.book =
			draw(b, 4) == 0 ? VANTHU__V1__BOOK__BOOK_IN : VANTHU__V1__BOOK__BOOK_OUT;
		query.from_month = from.n;
		query.to_month = from.n + (uint32_t)draw(b, 3);
		if (draw(b, 4) == 0) {
			query.after_year = 2025;
			query.after_number = 1 + (uint32_t)draw(b, LINES);
		}
		compare(b, &query);
	}
}

static int set_up(void **state)
{
	struct fixture *f = fixture_new();
	struct books *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->d = desk_new(f, station_new(f, "huyen-a"), SOCKET_OFFICE);
	b->blocks = b->d->control->blocks;
	b->random = 0x9e3779b97f4a7c15u;
	assert_non_null(b->blocks);
	put_lines(b);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct books *b = *state;

	b->d->control->blocks = b->blocks;
	desk_free(b->d);
	free(b);
	return 0;
}

static void test_each_period_has_the_lines_that_it_has_without(void **state)
{
	const struct line_key last = { .book = BOOK_OUT, .year = 2025, .number = LINES };
	struct books *b = *state;
	struct block block;

	compare_many(b);
	assert_true(blocks_find(
		b->blocks,
		(struct line_key){ .book = BOOK_OUT, .year = 2025, .number = BLOCK_LINES + 1 },
		&block));
	/* the last one may grow */
	assert_false(blocks_find(b->blocks, last, &block));
	compare_many(b);
}

static void test_block_into_which_a_line_is_written_is_read_again(void **state)
{
	struct books *b = *state;
	struct block block;

	compare_many(b);
	for (unsigned i = 0; i < 12; i++) {
		struct line_key at = { .book = BOOK_OUT,
				       .year = 2025,
				       .number = 1 + (uint32_t)draw(b, LINES) };

		put_line(b, at, FIXTURE_NOW_MS + (int64_t)draw(b, 200) * DAY_MS);
		commit(b);
		assert_false(blocks_find(b->blocks, at, &block));
		compare_many(b);
	}
}

static void test_line_that_cannot_be_read_is_shown_in_each_period_of_its_year(void **state)
{
	struct books *b = *state;
	struct line_key at = { .book = BOOK_OUT, .year = 2025, .number = BLOCK_LINES + 9 };
	struct key key = key_line(at);
	struct block block;

	assert_ok(memory_disk_spoil(b->d->s->disk, FAMILY_LINE, &key));
	compare_many(b);
	compare_many(b);
	assert_false(blocks_find(b->blocks, at, &block));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_period_has_the_lines_that_it_has_without,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_block_into_which_a_line_is_written_is_read_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_line_that_cannot_be_read_is_shown_in_each_period_of_its_year, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
