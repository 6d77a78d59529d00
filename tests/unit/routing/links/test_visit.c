/* Visits: whom a committee asks whose neighbour stays away, who may ask us, and that nothing but
 * the directory is said. */
#include "tests/unit/support/fixture.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/committee_id.h"

static void tick(struct station *s)
{
	struct event e = { .type = EVENT_TICK };

	s->now.mono_ms += 1000;
	s->now.wall_ms += 1000;
	station_take(s, &e);
	station_commit(s);
}

/* Ticks until the next visit, at most so many; "" when there is none. */
static struct committee_id next_visit(struct station *s, unsigned ticks)
{
	for (unsigned i = 0; i < ticks; i++) {
		const struct act *a;

		station_clear(s);
		tick(s);
		a = station_act(s, ACT_VISIT, 0);
		if (a != NULL)
			return a->neighbour;
	}
	return (struct committee_id){ "" };
}

static void happens(struct station *s, enum event_type type, const char *who, enum party party)
{
	struct event e = { .type = type,
			   .u.link = { .neighbour = fixture_id(who), .party = party } };

	station_take(s, &e);
	station_commit(s);
}

static void says(struct station *s, const char *who, enum party party, const struct message *m)
{
	struct event e = { .type = EVENT_MESSAGE,
			   .u.message = {
			       .neighbour = fixture_id(who), .party = party, .message = *m } };

	station_take(s, &e);
	station_commit(s);
}

static struct message hello_of(const char *who, uint64_t version, bool answer)
{
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = fixture_id(who),
					.purpose = PURPOSE_DIRECTORY,
					.directory_version = version,
					.answer = answer };
	return m;
}

static bool ended(const struct station *s, const char *who)
{
	const struct act *a = station_act(s, ACT_VISIT_END, 0);

	return a != NULL && id_equal(a->neighbour, fixture_id(who));
}

/* ---- whom we ask ---- */

static void test_committee_whose_superior_stays_away_asks_its_relatives_in_turn(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "xa-a1");

	(void)state;
	assert_string_equal(next_visit(s, 4).text, ""); /* a moment's silence is nothing yet */
	assert_string_equal(next_visit(s, 8).text, "tinh"); /* above the superior first */
	/* it may know us where it does not let us in */
	assert_string_equal(next_visit(s, 8).text, "huyen-a");
	assert_string_equal(next_visit(s, 8).text, "huyen-b"); /* xa-a2 has no address */
	assert_string_equal(next_visit(s, 12).text, "tinh");
	station_free(s);
	fixture_free(f);
}

static void test_nobody_is_asked_while_all_neighbours_are_there(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "xa-a1");
	struct neighbour superior = neighbour_of("huyen-a");
	struct message ping = { .type = MESSAGE_PING };

	(void)state;
	neighbour_up(s, &superior);
	for (unsigned i = 0; i < 30; i++) {
		assert_string_equal(next_visit(s, 1).text, "");
		neighbour_says(s, &superior, &ping);
	}
	happens(s, EVENT_DISCONNECTED, "huyen-a", PARTY_NEIGHBOUR);
	assert_string_equal(next_visit(s, 4).text, "");
	assert_string_equal(next_visit(s, 8).text, "tinh");
	station_free(s);
	fixture_free(f);
}

static void test_top_asks_a_subordinate_that_stays_away(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "tinh");
	struct neighbour b = neighbour_of("huyen-b");
	struct message ping = { .type = MESSAGE_PING };
	struct committee_id asked = { "" };

	(void)state;
	neighbour_up(s, &b);
	for (unsigned i = 0; i < 12 && id_empty(asked); i++) {
		asked = next_visit(s, 1);
		neighbour_says(s, &b, &ping);
	}
	assert_string_equal(asked.text, "huyen-a");
	station_free(s);
	fixture_free(f);
}

static void test_pauses_grow_when_nobody_knows_more(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "xa-a1");
	unsigned hour[2] = { 0, 0 };

	(void)state;
	for (unsigned h = 0; h < 2; h++) {
		for (unsigned i = 0; i < 3600; i++) {
			station_clear(s);
			tick(s);
			hour[h] += station_acts(s, ACT_VISIT);
		}
	}
	assert_true(hour[0] > hour[1]);
	assert_in_range(hour[1], 5, 12); /* one in five to ten minutes */
	station_free(s);
	fixture_free(f);
}

static void test_host_with_a_newer_directory_is_asked_and_another_is_left(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "xa-a1");
	struct message hello;

	(void)state;
	assert_string_equal(next_visit(s, 12).text, "tinh");
	happens(s, EVENT_CONNECTED, "tinh", PARTY_HOST);
	assert_int_equal(station_said(s, "tinh", MESSAGE_HELLO, 0)->u.hello.purpose,
			 PURPOSE_DIRECTORY);
	hello = hello_of("tinh", 1, true);
	says(s, "tinh", PARTY_HOST, &hello);
	assert_true(ended(s, "tinh")); /* it knows what we know */
	assert_string_equal(next_visit(s, 8).text, "huyen-a");
	happens(s, EVENT_CONNECTED, "huyen-a", PARTY_HOST);
	hello = hello_of("huyen-a", 3, true);
	says(s, "huyen-a", PARTY_HOST, &hello);
	assert_true(
	    station_said(s, "huyen-a", MESSAGE_DIRECTORY_WANTED, 0)->u.directory_wanted.have == 1);
	assert_true(core_asks(s->core, fixture_id("huyen-a"), PARTY_HOST));
	assert_false(core_asks(s->core, fixture_id("huyen-a"), PARTY_NEIGHBOUR));
	/* It goes away in the middle: the next. */
	happens(s, EVENT_DISCONNECTED, "huyen-a", PARTY_HOST);
	assert_false(core_asks(s->core, fixture_id("huyen-a"), PARTY_HOST));
	assert_string_equal(next_visit(s, 8).text, "huyen-b");
	station_free(s);
	fixture_free(f);
}

/* ---- who asks us ---- */

static void test_visitor_is_told_and_asked_by_versions(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of("xa-b1", 9, false),
		       wanted = { .type = MESSAGE_DIRECTORY_WANTED };

	happens(g->s, EVENT_CONNECTED, "xa-b1", PARTY_VISITOR);
	says(g->s, "xa-b1", PARTY_VISITOR, &hello);
	assert_true(station_said(g->s, "xa-b1", MESSAGE_HELLO, 0)->u.hello.answer);
	/* it has the newer one */
	assert_non_null(station_said(g->s, "xa-b1", MESSAGE_DIRECTORY_WANTED, 0));
	says(g->s, "xa-b1", PARTY_VISITOR, &wanted);
	assert_true(station_said(g->s, "xa-b1", MESSAGE_DIRECTORY_PART, 0)->u.directory_part.last);
	assert_int_equal(station_act(g->s, ACT_SEND, 0)->party, PARTY_VISITOR);
}

static void test_visitor_that_says_anything_else_is_sent_away(void **state)
{
	struct stage *g = *state;
	static const enum message_type types[] = { MESSAGE_SUBSCRIBE, MESSAGE_ACKNOWLEDGE,
						   MESSAGE_CREDIT,    MESSAGE_BYE,
						   MESSAGE_COMPLETE,  MESSAGE_PINNED,
						   MESSAGE_OPEN_BULK, MESSAGE_HELLO_WANTED,
						   MESSAGE_FETCH };

	for (unsigned i = 0; i < COUNT_OF(types); i++) {
		struct message m = { .type = types[i] };
		struct message hello = hello_of("xa-b1", 1, false);
		struct link_view v;

		happens(g->s, EVENT_CONNECTED, "xa-b1", PARTY_VISITOR);
		says(g->s, "xa-b1", PARTY_VISITOR, &m);
		assert_true(ended(g->s, "xa-b1"));
		station_clear(g->s);
		says(g->s, "xa-b1", PARTY_VISITOR, &hello); /* of nobody who is here */
		assert_int_equal(station_acts(g->s, ACT_SEND), 0);
		assert_false(core_link_find(g->s->core, fixture_id("xa-b1"), &v));
		station_clear(g->s);
	}
}

static void test_neighbour_that_visits_is_no_link_by_that(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of("xa-a1", 1, false), liar = hello_of("xa-a2", 1, false),
		       control = hello_of("xa-a1", 1, false);
	struct link_view v;

	happens(g->s, EVENT_CONNECTED, "xa-a1", PARTY_VISITOR);
	says(g->s, "xa-a1", PARTY_VISITOR, &hello);
	assert_true(core_link_find(g->s->core, fixture_id("xa-a1"), &v));
	assert_false(v.up);
	says(g->s, "xa-a1", PARTY_VISITOR, &liar); /* another's name */
	assert_true(ended(g->s, "xa-a1"));
	station_clear(g->s);
	happens(g->s, EVENT_CONNECTED, "xa-a1", PARTY_VISITOR);
	control.u.hello.purpose = PURPOSE_CONTROL;
	says(g->s, "xa-a1", PARTY_VISITOR, &control);
	assert_true(ended(g->s, "xa-a1"));
}

static void test_visitor_that_does_not_read_gets_a_bounded_number_of_parts(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of("xa-b1", 0, false),
		       wanted = { .type = MESSAGE_DIRECTORY_WANTED },
		       pong = { .type = MESSAGE_PONG };

	happens(g->s, EVENT_CONNECTED, "xa-b1", PARTY_VISITOR);
	says(g->s, "xa-b1", PARTY_VISITOR, &hello);
	for (unsigned i = 0; i < 100; i++)
		says(g->s, "xa-b1", PARTY_VISITOR, &wanted);
	assert_non_null(station_said(g->s, "xa-b1", MESSAGE_DIRECTORY_PART, VISIT_PARTS - 1));
	assert_null(station_said(g->s, "xa-b1", MESSAGE_DIRECTORY_PART, VISIT_PARTS));
	assert_null(station_said(g->s, "xa-b1", MESSAGE_PING, 1));
	pong.u.ping.token = 1; /* made up */
	says(g->s, "xa-b1", PARTY_VISITOR, &pong);
	says(g->s, "xa-b1", PARTY_VISITOR, &wanted);
	assert_null(station_said(g->s, "xa-b1", MESSAGE_DIRECTORY_PART, VISIT_PARTS));
	pong.u.ping.token = station_said(g->s, "xa-b1", MESSAGE_PING, 0)->u.ping.token;
	says(g->s, "xa-b1", PARTY_VISITOR, &pong);
	says(g->s, "xa-b1", PARTY_VISITOR, &wanted);
	assert_non_null(station_said(g->s, "xa-b1", MESSAGE_DIRECTORY_PART, VISIT_PARTS));
}

static void test_no_more_visitors_than_places_and_idle_ones_go(void **state)
{
	struct stage *g = *state;
	char name[32];

	for (unsigned i = 0; i <= VISITORS_MAX; i++) {
		snprintf(name, sizeof name, "khach-%u", i);
		happens(g->s, EVENT_CONNECTED, name, PARTY_VISITOR);
	}
	assert_int_equal(station_acts(g->s, ACT_VISIT_END), 1);
	assert_true(ended(g->s, name));
	station_clear(g->s);
	for (unsigned i = 0; i < 4; i++)
		tick(g->s); /* none of them has said Hello */
	assert_int_equal(station_acts(g->s, ACT_VISIT_END), VISITORS_MAX);
	station_clear(g->s);
	happens(g->s, EVENT_CONNECTED, name, PARTY_VISITOR);
	assert_int_equal(station_acts(g->s, ACT_VISIT_END), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_committee_whose_superior_stays_away_asks_its_relatives_in_turn),
		cmocka_unit_test(test_nobody_is_asked_while_all_neighbours_are_there),
		cmocka_unit_test(test_top_asks_a_subordinate_that_stays_away),
		cmocka_unit_test(test_pauses_grow_when_nobody_knows_more),
		cmocka_unit_test(test_host_with_a_newer_directory_is_asked_and_another_is_left),
		TEST(test_visitor_is_told_and_asked_by_versions),
		TEST(test_visitor_that_says_anything_else_is_sent_away),
		TEST(test_neighbour_that_visits_is_no_link_by_that),
		TEST(test_visitor_that_does_not_read_gets_a_bounded_number_of_parts),
		TEST(test_no_more_visitors_than_places_and_idle_ones_go),
	};

	return cmocka_run_group_tests_name("visit", tests, NULL, NULL);
}
