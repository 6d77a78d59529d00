/* What is due as a client reads it: state and lateness by the daemon's clock and days off, only
 * what somebody is in charge of or works on, of a unit, and what has no deadline only on demand. */
#include "daemon/control/due.h"

#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "tests/unit/support/desk.h"

enum { LATE = 1, HELD, OTHERS, MANY_DAYS, COUNT = 4 };

static struct tables tables;
static struct arena *arena;

/* Arrives today, a Sunday: 2025-06-15. */
static void receive(struct stage *g, unsigned id, const char *due_on)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);
	struct part part = { .name = "vb.pdf",
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = "31-KH/ĐU",
				      .type_code = "KH",
				      .subject = "Kế hoạch",
				      .business = 1,
				      .due_on = due_on,
				      .parts = &part,
				      .part_count = 1 };

	assert_ok(document_body_pack(g->f->arena, &body, &d.body));
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static void act(struct stage *g, unsigned serial, enum office_status next, const char *to,
		const char *with)
{
	const text_t also[] = { with };
	struct event e = { .type = EVENT_OFFICE,
			   .u.office = { .reply = { 7 },
					 .role = ROLE_IN,
					 .serial = { serial },
					 .next = next,
					 .to = to,
					 .with = also,
					 .with_count = with[0] == '\0' ? 0 : 1,
					 .due_on = "",
					 .note = "",
					 .person = "" } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

static int set_up(void **state)
{
	static const char office[] = "Nguyễn Văn An  -  Văn phòng\nLê Thị Bình  -  Tổ chức\n";
	static const char days_off[] = "2025-06-16  off\n";
	struct stage g = { .f = fixture_new(), .tinh = neighbour_of("tinh") };
	struct desk *d;
	uint32_t line;

	g.s = station_new(g.f, "huyen-a");
	neighbour_up(g.s, &g.tinh);
	receive(&g, LATE, "2025-06-11"); /* a Wednesday: Thursday, Friday, today is Sunday */
	receive(&g, HELD, "2025-07-31");
	receive(&g, OTHERS, "2025-06-14");
	receive(&g, MANY_DAYS, "");
	act(&g, LATE, OFFICE_ACCEPTED, "", "");
	act(&g, LATE, OFFICE_ASSIGNED, "Nguyễn Văn An", "");
	act(&g, HELD, OFFICE_ACCEPTED, "", "");
	act(&g, OTHERS, OFFICE_ACCEPTED, "", "");
	act(&g, OTHERS, OFFICE_ASSIGNED, "Lê Thị Bình", "Nguyễn Văn An");
	arena = arena_new(1 << 20);
	assert_non_null(arena);
	assert_ok(persons_parse(fixture_blob(office), arena, &tables.persons, &line));
	assert_ok(working_days_parse(fixture_blob(days_off), arena, &tables.days, &line));
	d = desk_new(g.f, g.s, SOCKET_OFFICE);
	d->control->parts.tables = &tables;
	d->config.soon_days = 2;
	d->config.urgent_ms = 2 * 3600 * 1000;
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	arena_destroy(arena);
	return 0;
}

struct seen {
	unsigned lines;
	uint32_t error;
	bool has[COUNT + 1];
	Vanthu__V1__DueState state[COUNT + 1];
	int32_t late_days[COUNT + 1];
	char unit[COUNT + 1][64], on[COUNT + 1][DATE_MAX + 1];
};

static void add(struct seen *t, const Vanthu__V1__DueLine *l)
{
	unsigned id = 0;

	for (unsigned i = 1; i <= COUNT; i++) {
		struct doc_id each = fixture_doc_id(i);

		if (l->id.len == sizeof each.bytes &&
		    memcmp(l->id.data, each.bytes, sizeof each.bytes) == 0)
			id = i;
	}
	assert_true(id != 0 && !t->has[id]);
	t->lines++;
	t->has[id] = true;
	t->state[id] = l->state;
	t->late_days[id] = l->late_days;
	snprintf(t->unit[id], sizeof t->unit[id], "%s", l->unit);
	snprintf(t->on[id], sizeof t->on[id], "%s", l->due_on);
	assert_string_equal(l->from, "tinh");
	assert_string_equal(l->symbol, "31-KH/ĐU");
	assert_true(l->now_ms == FIXTURE_NOW_MS);
}

static struct seen ask(struct desk *d, Vanthu__V1__DueQuery query)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	struct seen t = { .lines = 0 };
	bool more = true;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DUE;
	request.due = &query;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_DUE)
			add(&t, r->due);
		t.error = r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : 0;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	return t;
}

static char *text(const char *t)
{
	return (char *)(uintptr_t)t;
}

static void test_state_and_lateness_are_those_of_today_in_working_days(void **state)
{
	Vanthu__V1__DueQuery query = VANTHU__V1__DUE_QUERY__INIT;
	struct seen t = ask(*state, query);

	assert_int_equal(t.lines, 3); /* HELD is due later */
	assert_int_equal(t.state[LATE], VANTHU__V1__DUE_STATE__DUE_STATE_OVERDUE);
	assert_int_equal(t.late_days[LATE], 2);
	assert_string_equal(t.on[LATE], "2025-06-11");
	assert_string_equal(t.unit[LATE], "Văn phòng");
	assert_int_equal(t.state[OTHERS], VANTHU__V1__DUE_STATE__DUE_STATE_OVERDUE);
	assert_int_equal(t.late_days[OTHERS], 0);
	/* to be registered: Monday is off */
	assert_int_equal(t.state[MANY_DAYS], VANTHU__V1__DUE_STATE__DUE_STATE_SOON);
	assert_string_equal(t.on[MANY_DAYS], "2025-06-17");
	query.all = true;
	t = ask(*state, query);
	assert_int_equal(t.lines, 4);
	assert_string_equal(t.on[HELD], "2025-07-31");
	query.all = false;
	query.soon_days = 60;
	assert_int_equal(ask(*state, query).lines, 4);
}

static void test_only_what_somebody_or_a_unit_has_to_do(void **state)
{
	Vanthu__V1__DueQuery query = VANTHU__V1__DUE_QUERY__INIT;
	struct seen t;

	query.person = text("nguyen van an"); /* in charge, and with another */
	t = ask(*state, query);
	assert_true(t.lines == 2 && t.has[LATE] && t.has[OTHERS]);
	query.person = text("Lê Thị Bình");
	t = ask(*state, query);
	assert_true(t.lines == 1 && t.has[OTHERS]);
	query.person = text("");
	query.unit = text("van phong");
	t = ask(*state, query);
	assert_true(t.lines == 1 && t.has[LATE]);
	query.unit = text("Văn thư");
	assert_int_equal(ask(*state, query).error, ERR_PERSON_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_state_and_lateness_are_those_of_today_in_working_days, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_only_what_somebody_or_a_unit_has_to_do, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("due", tests, NULL, NULL);
}
