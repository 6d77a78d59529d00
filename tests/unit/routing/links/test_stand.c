/* A store that went back in time, one identity on two machines: what shows it, what it stops, what
 * ends it; and what must not be taken for it. */
#include "tests/unit/support/fixture.h"

#include <string.h>

#include "routing/base/committee_id.h"

static struct store_mark mark_of(const char *store, uint64_t starts, const char *run)
{
	struct store_mark m = { .any = true, .starts = starts };

	memcpy(m.store, fixture_digest(store).bytes, sizeof m.store);
	memcpy(m.run, fixture_digest(run).bytes, sizeof m.run);
	return m;
}

/* A Hello of the superior's, which says of its store what `store` is. */
static struct message hello_of(const struct stage *g, struct store_mark store)
{
	struct message m = { .type = MESSAGE_HELLO };
	struct msg_hello *h = &m.u.hello;

	*h = (struct msg_hello){ .protocol_min = 1,
				 .protocol_max = 1,
				 .committee = g->tinh.id,
				 .purpose = PURPOSE_CONTROL,
				 .directory_version = 1,
				 .has_streams = true,
				 .answer = true,
				 .says_store = true,
				 .store = store };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		h->streams[lane].stream = g->tinh.streams[lane];
		h->streams[lane].last = g->tinh.seq[lane];
	}
	return m;
}

static void comes(struct stage *g, const struct message *hello)
{
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = g->tinh.id } };

	station_take(g->s, &e);
	neighbour_says(g->s, &g->tinh, hello);
	station_commit(g->s);
}

/* What this station says of its own store in its Hello. */
static struct store_mark own_mark(struct stage *g)
{
	struct event e = { .type = EVENT_CONNECTED, .u.link = { .neighbour = g->tinh.id } };
	struct store_mark m;

	station_clear(g->s);
	station_take(g->s, &e);
	m = station_said(g->s, "tinh", MESSAGE_HELLO, 0)->u.hello.store;
	station_commit(g->s);
	station_clear(g->s);
	return m;
}

static enum err own_alarm(const struct stage *g)
{
	struct stand_view v;

	core_stand(g->s->core, &v);
	return v.alarm;
}

static enum err its_alarm(const struct stage *g)
{
	struct link_view v;

	assert_true(core_link_find(g->s->core, g->tinh.id, &v));
	return v.store_alarm;
}

static enum err submitted(struct stage *g, unsigned id)
{
	struct submission u;
	enum err result;

	station_clear(g->s);
	memset(&u, 0, sizeof u);
	u.recipients[0].committee = fixture_id("tinh");
	station_take(g->s, submission_of(&u, id, 1));
	result = station_act(g->s, ACT_REPLY, 0)->u.reply.result;
	station_commit(g->s);
	station_clear(g->s);
	return result;
}

static enum err resumed(struct stage *g, const char *neighbour)
{
	struct event e = { .type = EVENT_OPERATE };
	enum err result;

	station_clear(g->s);
	e.u.operate = (struct ev_operate){ .reply = { 9 },
					   .uid = 7,
					   .operation = OPERATION_RESUME,
					   .neighbour = fixture_id(neighbour) };
	station_take(g->s, &e);
	result = station_act(g->s, ACT_REPLY, 0)->u.reply.result;
	station_commit(g->s);
	return result;
}

static void
test_neighbour_with_more_of_our_stream_than_we_stops_the_office_until_resumed(
	void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 1, "x")),
		       subscribe = { .type = MESSAGE_SUBSCRIBE,
				     .u.subscribe = { .lane = LANE_NORMAL, .have = 40 } };

	comes(g, &hello);
	assert_int_equal(submitted(g, 1), ERR_OK);
	neighbour_subscribe(g->s, &g->tinh, LANE_NORMAL, 0);
	assert_int_equal(own_alarm(g), ERR_OK);
	subscribe.u.subscribe.stream =
	    station_get(g->s, FAMILY_LINKOUT, key_link(g->tinh.id, LANE_NORMAL)).u.linkout.stream;
	neighbour_says(g->s, &g->tinh, &subscribe);
	station_commit(g->s);
	assert_int_equal(own_alarm(g), ERR_BEHIND);
	assert_int_equal(submitted(g, 2), ERR_BEHIND);
	station_restart(g->s);
	assert_int_equal(own_alarm(g), ERR_BEHIND);
	assert_int_equal(submitted(g, 2), ERR_BEHIND);
	assert_int_equal(resumed(g, ""), ERR_OK);
	assert_int_equal(own_alarm(g), ERR_OK);
	assert_int_equal(submitted(g, 2), ERR_OK);
	assert_int_equal(resumed(g, ""), ERR_BAD_STATE);
	assert_int_equal(station_count(g->s, FAMILY_ACT), 3); /* two sent, one resumed */
	station_restart(g->s);
	assert_int_equal(own_alarm(g), ERR_OK);
}

static void test_acknowledgement_of_more_than_we_have_shows_it_too(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 1, "x"));

	comes(g, &hello);
	station_restart(g->s);
	station_clear(g->s);
	hello.u.hello.acked[LANE_FACTS] = 3;
	hello.u.hello.streams[LANE_FACTS].last = 3;
	neighbour_says(g->s, &g->tinh, &hello);
	station_commit(g->s);
	assert_int_equal(own_alarm(g), ERR_BEHIND);
	assert_int_equal(station_notice(g->s, NOTICE_STORE)->reason, ERR_BEHIND);
	/* told at once, though nothing is to be answered */
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_HELLO, 0)->u.hello.store_alarm,
			 ERR_BEHIND);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_SUBSCRIBE, 0));
}

static void test_late_hello_of_a_stream_that_was_replaced_shows_nothing(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 1, "x")), late;

	comes(g, &hello);
	late = hello;
	late.u.hello.acked[LANE_FACTS] = 3;
	late.u.hello.streams[LANE_FACTS].last = 3;
	memcpy(hello.u.hello.streams[LANE_FACTS].stream.bytes, fixture_digest("another").bytes,
	       sizeof hello.u.hello.streams[LANE_FACTS].stream.bytes);
	neighbour_says(g->s, &g->tinh, &hello);
	neighbour_says(g->s, &g->tinh, &late);
	neighbour_says(g->s, &g->tinh, &late);
	station_commit(g->s);
	assert_int_equal(own_alarm(g), ERR_OK);
}

static void test_neighbours_own_word_is_kept_until_its_operator_has_settled_it(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 1, "x"));

	hello.u.hello.store_alarm = ERR_BEHIND;
	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	assert_int_equal(own_alarm(g), ERR_OK);
	assert_int_equal(submitted(g, 1), ERR_OK); /* its trouble is not ours */
	hello.u.hello.store_alarm = 0; /* a word of before that */
	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	station_restart(g->s);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	hello.u.hello.store_settled = 1;
	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_OK);
	hello.u.hello.store_alarm = ERR_TWICE;
	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_PEER_TWICE);
	assert_int_equal(resumed(g, "tinh"), ERR_OK); /* or ours has looked */
	assert_int_equal(its_alarm(g), ERR_OK);
	assert_int_equal(resumed(g, "xa-a1"), ERR_BAD_STATE);
	assert_int_equal(resumed(g, "xa-b1"), ERR_NOT_FOUND);
}

static void test_same_start_of_two_processes_is_known_at_the_neighbour_and_told(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 4, "x")),
		       other = hello_of(g, mark_of("a", 4, "y"));

	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_OK);
	station_clear(g->s);
	other.u.hello.answer = false;
	comes(g, &other);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_HELLO, 1)->u.hello.seen_alarm,
			 ERR_BEHIND);
	/* The first one is still there: no copy that was put back, but two. Once alone it may have
	 * been on its way since before that one died. */
	comes(g, &hello);
	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	comes(g, &other);
	comes(g, &hello);
	assert_int_equal(its_alarm(g), ERR_PEER_TWICE);
}

/* What it says besides is of before, too. */
static void test_late_hello_of_a_process_that_died_changes_nothing(void **state)
{
	struct stage *g = *state;
	struct message old = hello_of(g, mark_of("a", 4, "x")),
		       now = hello_of(g, mark_of("a", 4, "y"));

	now.u.hello.store_alarm = ERR_BEHIND;
	comes(g, &old);
	comes(g, &now);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	now.u.hello.store_alarm = 0;
	now.u.hello.store_settled = 1;
	comes(g, &now);
	assert_int_equal(its_alarm(g), ERR_OK);
	old.u.hello.store_alarm = ERR_TWICE;
	old.u.hello.seen_alarm = ERR_TWICE;
	comes(g, &old);
	assert_int_equal(its_alarm(g), ERR_OK);
	assert_int_equal(own_alarm(g), ERR_OK);
	/* nor is it told of as what was seen last */
	comes(g, &now);
	assert_int_equal(its_alarm(g), ERR_OK);
}

static void test_later_start_of_our_store_means_a_copy_or_a_second_daemon(void **state)
{
	struct stage *g = *state;
	struct store_mark mine = own_mark(g);
	struct message hello = hello_of(g, mark_of("a", 1, "x"));

	/* A copy put back: this process was never seen, a later start was. */
	hello.u.hello.seen = mine;
	hello.u.hello.seen.starts = mine.starts + 7;
	comes(g, &hello);
	assert_int_equal(own_alarm(g), ERR_BEHIND);
	assert_int_equal(resumed(g, ""), ERR_OK);
	/* so that it is the latest now, and no alarm comes again */
	assert_true(own_mark(g).starts > mine.starts + 7);
	mine = own_mark(g);
	hello.u.hello.seen = mine;
	comes(g, &hello);
	assert_int_equal(own_alarm(g), ERR_OK);
	/* This process was seen, and then a later one: both run. */
	hello.u.hello.seen.starts = mine.starts + 1;
	hello.u.hello.seen.run[0] ^= 1;
	comes(g, &hello);
	assert_int_equal(own_alarm(g), ERR_TWICE);
	assert_int_equal(submitted(g, 1), ERR_TWICE);
}

static void test_second_copy_learns_it_from_the_neighbour(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 1, "x"));

	hello.u.hello.seen = own_mark(g);
	hello.u.hello.seen_alarm = ERR_TWICE;
	comes(g, &hello);
	assert_int_equal(own_alarm(g), ERR_TWICE);
	assert_int_equal(resumed(g, ""), ERR_OK);
	comes(g, &hello); /* it has not heard yet that this is settled */
	assert_int_equal(own_alarm(g), ERR_OK);
}

static void test_restart_and_folder_carried_elsewhere_are_no_alarm(void **state)
{
	struct stage *g = *state;
	struct store_mark mine;
	struct message hello;
	static const struct {
		const char *store, *run;
		uint64_t starts;
	} course[] = { { "a", "x", 1 }, { "a", "y", 2 }, { "a", "z", 9 } };

	for (unsigned i = 0; i < COUNT_OF(course); i++) {
		hello = hello_of(g, mark_of(course[i].store, course[i].starts, course[i].run));
		comes(g, &hello);
		comes(g, &hello); /* and a connection more of the same process */
		assert_int_equal(its_alarm(g), ERR_OK);
	}
	/* A word of long ago about us, from before two starts of ours. */
	mine = own_mark(g);
	station_restart(g->s);
	station_restart(g->s);
	hello.u.hello.seen = mine;
	comes(g, &hello);
	assert_int_equal(own_alarm(g), ERR_OK);
	assert_true(own_mark(g).starts == mine.starts + 2);
}

/* An empty disk has nothing of what was acknowledged from it: the oldest copy there is. */
static void test_neighbours_new_store_is_behind_until_its_operator_knows(void **state)
{
	struct stage *g = *state;
	struct message a = hello_of(g, mark_of("a", 3, "x")), b = hello_of(g, mark_of("b", 1, "y"));

	comes(g, &a);
	station_clear(g->s);
	b.u.hello.answer = false;
	comes(g, &b);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_HELLO, 1)->u.hello.seen_alarm,
			 ERR_BEHIND);
	b.u.hello.store_settled = 1;
	comes(g, &b);
	assert_int_equal(its_alarm(g), ERR_OK);
	/* Who hears of it only then has nothing to tell. */
	b.u.hello.store = mark_of("c", 1, "z");
	comes(g, &b);
	assert_int_equal(its_alarm(g), ERR_OK);
}

static void test_own_new_store_stops_the_office_until_an_operator_says_so(void **state)
{
	struct stage *g = *state;
	struct message hello = hello_of(g, mark_of("a", 1, "x"));

	hello.u.hello.seen = mark_of("lost", 99, "q");
	comes(g, &hello);
	assert_int_equal(own_alarm(g), ERR_BEHIND);
	assert_int_equal(submitted(g, 1), ERR_BEHIND);
	assert_int_equal(resumed(g, ""), ERR_OK);
	comes(g, &hello); /* a neighbour that was away meanwhile */
	assert_int_equal(own_alarm(g), ERR_OK);
	assert_int_equal(submitted(g, 2), ERR_OK);
}

static void test_store_that_was_replaced_and_comes_back_means_two(void **state)
{
	struct stage *g = *state;
	struct message a = hello_of(g, mark_of("a", 3, "x")), b = hello_of(g, mark_of("b", 1, "y"));

	comes(g, &a);
	comes(g, &b);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	comes(g, &a);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND); /* perhaps on its way since before */
	comes(g, &b);
	comes(g, &a);
	assert_int_equal(its_alarm(g), ERR_PEER_TWICE);
}

static void test_older_build_is_taken_at_its_word(void **state)
{
	struct stage *g = *state;
	struct neighbour behind = g->tinh;
	struct draft d =
	    fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
	assert_int_equal(its_alarm(g), ERR_OK);
	memset(behind.seq, 0, sizeof behind.seq);
	memcpy(behind.streams, g->tinh.streams, sizeof behind.streams);
	neighbour_up(g->s, &behind);
	assert_int_equal(its_alarm(g), ERR_PEER_BEHIND);
	assert_int_equal(own_alarm(g), ERR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_neighbour_with_more_of_our_stream_than_we_stops_the_office_until_resumed),
		TEST(test_acknowledgement_of_more_than_we_have_shows_it_too),
		TEST(test_late_hello_of_a_stream_that_was_replaced_shows_nothing),
		TEST(test_neighbours_own_word_is_kept_until_its_operator_has_settled_it),
		TEST(test_same_start_of_two_processes_is_known_at_the_neighbour_and_told),
		TEST(test_late_hello_of_a_process_that_died_changes_nothing),
		TEST(test_later_start_of_our_store_means_a_copy_or_a_second_daemon),
		TEST(test_second_copy_learns_it_from_the_neighbour),
		TEST(test_restart_and_folder_carried_elsewhere_are_no_alarm),
		TEST(test_neighbours_new_store_is_behind_until_its_operator_knows),
		TEST(test_own_new_store_stops_the_office_until_an_operator_says_so),
		TEST(test_store_that_was_replaced_and_comes_back_means_two),
		TEST(test_older_build_is_taken_at_its_word),
	};

	return cmocka_run_group_tests_name("stand", tests, NULL, NULL);
}
