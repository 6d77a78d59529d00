/* What is asked of figures below, where a subordinate has reported as much as a report may say. */

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/support/desk.h"

enum { MONTHS = 24, ROWS = 900 };

static int set_up(void **state)
{
	static struct tenure places[2];
	struct fixture *f = fixture_new();
	unsigned at = fixture_index(f, "xa-a1");
	struct station *s;

	/* It has moved, so that each place is looked up anew. */
	places[0] = (struct tenure){ .superior = fixture_id("huyen-a") };
	places[1] = (struct tenure){ .since = ROWS, .superior = fixture_id("huyen-a") };
	f->entries[at].places = places;
	f->entries[at].place_count = 2;
	fixture_repack(f, at);
	s = station_new(f, "huyen-a");
	*state = desk_new(f, s, SOCKET_READ);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* Each month as full as an envelope can make it. */
static void report_all_of(struct station *s, const char *who)
{
	struct report_row *rows = calloc(ROWS, sizeof *rows);
	char(*codes)[TYPE_CODE_MAX + 1] = calloc(ROWS, sizeof *codes);

	for (unsigned i = 0; i < ROWS; i++) {
		snprintf(codes[i], sizeof codes[i], "T%u", i);
		rows[i] = (struct report_row){ .type_code = codes[i],
					       .type_name = "",
					       .count = { .digital = 1 } };
	}
	station_clear(s);
	for (unsigned m = 0; m < MONTHS; m++) {
		struct month month = { (uint16_t)(2024 * 12 + m) };
		struct record r = { .family = FAMILY_FIGURES };

		for (unsigned i = 0; i < ROWS; i++) {
			rows[i].at = (struct target_key){ .month = month,
							  .direction = DIRECTION_IN,
							  .since = i };
		}
		r.u.figures.figures = (struct report){
			.from = month, .to = month, .rows = rows, .row_count = ROWS
		};
		plan_put(s->plan, key_figures(fixture_id(who), month), &r);
		station_commit(s);
		station_clear(s);
	}
	free(rows);
	free(codes);
}

static void test_as_much_as_a_report_may_say_is_summed(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__SubtreeQuery query = VANTHU__V1__SUBTREE_QUERY__INIT;
	uint64_t digital = 0;
	bool more = true;

	report_all_of(d->s, "xa-a1");
	query.from_month = 2024 * 12;
	query.to_month = 2025 * 12 + 11;
	query.by_committee = true;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBTREE;
	request.subtree = &query;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		assert_true(r->error == NULL || r->what_case != VANTHU__V1__REPLY__WHAT_ERROR ||
			    r->error->code == ERR_NOT_FOUND);
		if (r->what_case == VANTHU__V1__REPLY__WHAT_SUBTREE &&
		    r->subtree->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_SUM)
			digital += r->subtree->sum->figures->digital;
		more = r->more;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	assert_int_equal(digital, (uint64_t)MONTHS * ROWS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_as_much_as_a_report_may_say_is_summed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
