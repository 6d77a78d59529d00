/* Documents to distribution lists: whom they mean, what is kept of them, and what is refused. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

#include "routing/rules/rules.h"

static const char signed_lists[] = "Khối xã  xa-a1, xa-b1, tinh\nTổ một  tinh\n";
static const char office_lists[] = "Tổ một  xa-a1\nTa  huyen-a\nCũ  xa-a1, nobody-here\n"
				   "Khối hai  xa-a1, xa-b1\n";

struct desk_of_lists {
	struct stage g; /* first */
	struct distributions office;
	struct submission u;
	text_t names[2];
};

static int set_up(void **state)
{
	struct desk_of_lists *d = calloc(1, sizeof *d);
	uint32_t line;

	assert_non_null(d);
	d->g.f = fixture_new();
	d->g.f->lists = fixture_blob(signed_lists);
	d->g.s = station_new(d->g.f, "huyen-a");
	assert_ok(distributions_parse(fixture_blob(office_lists), d->g.f->arena, &d->office,
				      &line));
	*state = d;
	return 0;
}

/* To `first` beside the lists, when it is named. */
static const struct act_reply *submit(struct desk_of_lists *d, unsigned id, const char *first,
				      uint32_t count)
{
	struct ev_submit *e;

	if (first != NULL)
		d->u.recipients[0] = (struct recipient){ .committee = fixture_id(first) };
	e = &submission_of(&d->u, id, first == NULL ? 0 : 1)->u.submit;
	e->lists = (struct named_lists){ d->names, count, &d->office };
	station_clear(d->g.s);
	station_take(d->g.s, &d->u.event);
	return &station_act(d->g.s, ACT_REPLY, 0)->u.reply;
}

static void test_members_become_recipients_behind_those_named(void **state)
{
	struct desk_of_lists *d = *state;
	const struct act_reply *a;
	struct record r;

	d->names[0] = "khoi hai";
	d->names[1] = "Khối xã";
	a = submit(d, 1, "xa-b1", 2);
	assert_int_equal(a->result, ERR_OK);
	assert_int_equal(a->recipient_count, 3);
	assert_string_equal(a->recipients[0].text, "xa-b1");
	assert_string_equal(a->recipients[1].text, "xa-a1");
	assert_string_equal(a->recipients[2].text, "tinh");
	assert_string_equal(a->lists, "Khối hai\nKhối xã");
	station_commit(d->g.s);
	r = station_get(d->g.s, FAMILY_DOCUMENT, key_serial(ROLE_OUT, (struct serial){ 1 }));
	assert_int_equal(r.u.document.recipients_len, 3);
	assert_int_equal(r.u.document.listed, 2);
	assert_string_equal(r.u.document.lists, "Khối hai\nKhối xã");
}

static void test_a_repetition_has_the_first_answer(void **state)
{
	struct desk_of_lists *d = *state;
	const struct act_reply *a;

	d->names[0] = "Khối hai";
	assert_int_equal(submit(d, 1, NULL, 1)->result, ERR_OK);
	station_commit(d->g.s);
	d->office.count = 0; /* the list is gone */
	a = submit(d, 1, NULL, 1);
	assert_int_equal(a->result, ERR_OK);
	assert_true(a->repeated);
	assert_int_equal(a->recipient_count, 2);
	assert_string_equal(a->lists, "Khối hai");
	assert_int_equal(submit(d, 2, NULL, 1)->result, ERR_LIST_UNKNOWN);
}

static void test_what_is_refused_names_the_list(void **state)
{
	static const struct {
		const char *name;
		enum err e;
		const char *about;
	} rows[] = {
		{ "không có", ERR_LIST_UNKNOWN, "không có" },
		{ "Tổ một", ERR_LIST_SEVERAL, "Tổ một" },
		{ "ta", ERR_LIST_EMPTY, "Ta" },
		{ "cu", ERR_LIST_MEMBER, "nobody-here (Cũ)" },
	};
	struct desk_of_lists *d = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct act_reply *a;

		d->names[0] = rows[i].name;
		a = submit(d, 1, "xa-a1", 1);
		assert_int_equal(a->result, rows[i].e);
		assert_string_equal(a->about, rows[i].about);
		assert_true(plan_is_empty(d->g.s->plan));
	}
}

static void test_who_has_ended_is_no_member(void **state)
{
	struct desk_of_lists *d = *state;

	d->g.f->entries[fixture_index(d->g.f, "xa-b1")].retired = true;
	fixture_repack(d->g.f, fixture_index(d->g.f, "xa-b1"));
	station_free(d->g.s);
	d->g.s = station_new(d->g.f, "huyen-a");
	d->names[0] = "Khối xã";
	assert_int_equal(submit(d, 1, NULL, 1)->result, ERR_LIST_RETIRED);
	assert_string_equal(submit(d, 1, NULL, 1)->about, "xa-b1 (Khối xã)");
}

static void test_more_than_there_may_be(void **state)
{
	struct desk_of_lists *d = *state;
	struct recipient *many = calloc(RECIPIENTS_MAX, sizeof *many);

	assert_non_null(many);
	for (unsigned i = 0; i < RECIPIENTS_MAX; i++)
		many[i].group = GROUP_SUBTREE; /* one, named often */
	d->names[0] = "Khối hai";
	(void)submission_of(&d->u, 1, 1);
	d->u.event.u.submit.recipients = many;
	d->u.event.u.submit.recipient_count = RECIPIENTS_MAX;
	d->u.event.u.submit.lists = (struct named_lists){ d->names, 1, &d->office };
	station_take(d->g.s, &d->u.event);
	assert_int_equal(station_act(d->g.s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_clear(d->g.s);
	d->u.event.u.submit.id = fixture_doc_id(2);
	d->u.event.u.submit.lists.count = LISTS_NAMED_MAX + 1;
	station_take(d->g.s, &d->u.event);
	assert_int_equal(station_act(d->g.s, ACT_REPLY, 0)->u.reply.result,
			 ERR_TOO_MANY_RECIPIENTS);
	free(many);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_members_become_recipients_behind_those_named),
		TEST(test_a_repetition_has_the_first_answer),
		TEST(test_what_is_refused_names_the_list),
		TEST(test_who_has_ended_is_no_member),
		TEST(test_more_than_there_may_be),
	};

	return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
