/* Heads of histories: a neighbour that heard of one finds out what was written anew, and so does
 * whose it is; what is honest raises nothing. */
#include "routing/links/heads.h"

#include <string.h>

#include "proto/digest.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/links/links.h"
#include "routing/state/history.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

static struct link *link_of(struct stage *g)
{
	return link_find(g->s->core, g->tinh.id);
}

static enum err alarm_of(struct stage *g)
{
	struct link_view v;

	assert_true(core_link_find(g->s->core, g->tinh.id, &v));
	return v.store_alarm;
}

static void tick(struct stage *g, int64_t later_ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(g->s);
	g->s->now.mono_ms += later_ms;
	g->s->now.mono_us += later_ms * 1000;
	g->s->now.wall_ms += later_ms;
	station_take(g->s, &e);
}

static struct msg_ping pinged(struct stage *g)
{
	struct msg_ping m;

	tick(g, PING_INTERVAL_MS);
	m = station_said(g->s, "tinh", MESSAGE_PING, 0)->u.ping;
	station_commit(g->s);
	station_clear(g->s);
	return m;
}

static struct history_head head_of(unsigned id, uint64_t line, unsigned chain)
{
	return (struct history_head){ { (uint8_t)id }, line, true, { { (uint8_t)chain } } };
}

/* The neighbour pings: what it is answered. */
static struct msg_ping answered(struct stage *g, const struct msg_ping *p)
{
	struct message m = { .type = MESSAGE_PING, .u.ping = *p };
	struct msg_ping out;

	station_clear(g->s);
	m.u.ping.token = 9;
	neighbour_says(g->s, &g->tinh, &m);
	out = station_said(g->s, "tinh", MESSAGE_PONG, 0)->u.ping;
	station_commit(g->s);
	station_clear(g->s);
	return out;
}

static void hears(struct stage *g, struct history_head head, uint32_t alarm, uint64_t settled)
{
	answered(g,
		 &(struct msg_ping){ .head = head, .head_alarm = alarm, .head_settled = settled });
}

/* The neighbour answers a Ping with its chain at a line. */
static void is_told(struct stage *g, struct history_head at)
{
	struct msg_ping p = pinged(g);
	struct message m = { .type = MESSAGE_PONG, .u.ping = { .token = p.token, .at = at } };

	neighbour_says(g->s, &g->tinh, &m);
	station_commit(g->s);
	station_clear(g->s);
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
	station_clear(g->s);
	return result;
}

static void submit(struct stage *g, unsigned id)
{
	struct submission u;

	station_clear(g->s);
	memset(&u, 0, sizeof u);
	u.recipients[0].committee = fixture_id("tinh");
	station_take(g->s, submission_of(&u, id, 1));
	station_commit(g->s);
	station_clear(g->s);
}

static void test_each_ping_says_our_head_and_asks_after_what_is_held_in_turn(void **state)
{
	struct stage *g = *state;
	struct msg_ping m;

	submit(g, 1);
	m = pinged(g);
	assert_int_equal(m.head.line, g->s->core->history.next - 1);
	assert_memory_equal(m.head.chain.bytes, g->s->core->history.chain.bytes, 32);
	assert_memory_equal(m.head.id, g->s->core->history.id, 16);
	assert_int_equal(m.held.line, 0);
	hears(g, head_of(1, 10, 1), 0, 0);
	hears(g, head_of(1, 20, 2), 0, 0);
	hears(g, head_of(1, 15, 9), 0, 0); /* a late one */
	assert_int_equal(link_of(g)->heads.count, 2);
	assert_int_equal(pinged(g).held.line, 10);
	assert_int_equal(pinged(g).held.line, 20);
	assert_int_equal(pinged(g).held.line, 10);
	assert_int_equal(alarm_of(g), ERR_OK);
}

static void test_what_is_held_is_bounded_and_spread_over_all(void **state)
{
	struct stage *g = *state;
	const struct peer_heads *h;

	for (unsigned line = 1; line <= 800; line++)
		hears(g, head_of(1, line, line), 0, 0);
	h = &link_of(g)->heads;
	assert_int_equal(h->count, HEADS_KEPT);
	assert_int_equal(h->held[0].line, 1);
	assert_int_equal(h->held[HEADS_KEPT - 1].line, 800);
	for (unsigned i = 1; i < h->count; i++)
		assert_true(h->held[i].line > h->held[i - 1].line &&
			    h->held[i].line - h->held[i - 1].line <= 400);
}

static void test_who_asks_is_told_our_chain_at_that_line(void **state)
{
	struct stage *g = *state;
	struct history_head held;
	struct msg_ping said;

	submit(g, 1);
	held = pinged(g).head;
	submit(g, 2);
	said = answered(g, &(struct msg_ping){ .held = held });
	assert_int_equal(said.at.line, held.line);
	assert_true(said.at.has_chain);
	assert_memory_equal(said.at.chain.bytes, held.chain.bytes, 32);
	assert_memory_equal(said.at.id, held.id, 16);
	assert_int_equal(said.head.line, held.line + 1);
	assert_int_equal(alarm_of(g), ERR_OK);
	held.id[0] ^= 1; /* of another chain: no more than an answer */
	held.chain.bytes[0] ^= 1;
	assert_true(answered(g, &(struct msg_ping){ .held = held }).at.has_chain);
	assert_int_equal(alarm_of(g), ERR_OK);
}

static void test_history_of_ours_that_was_written_anew_is_found_out_and_stays_known(void **state)
{
	struct stage *g = *state;
	struct history_head held;
	struct stand_view own;

	submit(g, 1);
	held = pinged(g).head;
	station_restart(g->s);
	neighbour_up(g->s, &g->tinh);
	held.chain.bytes[7] ^= 1;
	answered(g, &(struct msg_ping){ .held = held });
	assert_int_equal(alarm_of(g), ERR_REWRITTEN);
	core_stand(g->s->core, &own);
	assert_int_equal(own.alarm, ERR_OK); /* the office goes on */
	station_restart(g->s);
	assert_int_equal(alarm_of(g), ERR_REWRITTEN);
	neighbour_up(g->s, &g->tinh);
	assert_int_equal(resumed(g, ""), ERR_OK);
	assert_int_equal(alarm_of(g), ERR_OK);
	assert_int_equal(resumed(g, ""), ERR_BAD_STATE);
	/* it goes on under another id, and says that it was settled */
	answered(g, &(struct msg_ping){ .held = held });
	assert_int_equal(alarm_of(g), ERR_OK);
	assert_int_equal(pinged(g).head_settled, 1);
	assert_memory_not_equal(pinged(g).head.id, held.id, 16);
}

static void test_line_that_is_gone_from_the_midst_is_found_out(void **state)
{
	struct stage *g = *state;
	struct history_head held;

	submit(g, 1);
	held = pinged(g).head;
	submit(g, 2);
	station_restart(g->s);
	neighbour_up(g->s, &g->tinh);
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_HISTORY, key_number(held.line));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	assert_false(answered(g, &(struct msg_ping){ .held = held }).at.has_chain);
	assert_int_equal(alarm_of(g), ERR_REWRITTEN);
}

static void test_line_that_cannot_be_read_shows_nothing(void **state)
{
	struct stage *g = *state;
	struct history_head held;
	struct key key;

	submit(g, 1);
	held = pinged(g).head;
	submit(g, 2);
	station_restart(g->s);
	neighbour_up(g->s, &g->tinh);
	key = key_number(held.line);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_HISTORY, &key));
	held.chain.bytes[0] ^= 1;
	assert_false(answered(g, &(struct msg_ping){ .held = held }).at.has_chain);
	assert_int_equal(alarm_of(g), ERR_OK);
}

/* Fewer lines than a neighbour has heard of, or another where this process has written itself. */
static void test_store_with_less_than_was_heard_is_behind(void **state)
{
	struct stage *g = *state;
	struct history_head held;
	struct stand_view own;
	struct msg_ping said;

	held = pinged(g).head;
	held.line += 5;
	said = answered(g, &(struct msg_ping){ .held = held });
	core_stand(g->s->core, &own);
	assert_int_equal(own.alarm, ERR_BEHIND);
	assert_memory_not_equal(said.at.id, held.id, 16);
	assert_int_equal(said.head_alarm, ERR_BEHIND);
	assert_int_equal(link_of(g)->heads.ours, ERR_OK);
}

static void test_store_whose_first_lines_of_this_start_are_others_is_behind(void **state)
{
	struct stage *g = *state;
	struct history_head held;
	struct stand_view own;

	submit(g, 1);
	held = pinged(g).head;
	held.chain.bytes[3] ^= 1;
	answered(g, &(struct msg_ping){ .held = held });
	core_stand(g->s->core, &own);
	assert_int_equal(own.alarm, ERR_BEHIND);
	assert_int_equal(link_of(g)->heads.ours, ERR_OK);
}

static void test_answer_that_differs_shows_that_the_neighbours_was_written_anew(void **state)
{
	struct stage *g = *state;

	hears(g, head_of(1, 10, 1), 0, 0);
	is_told(g, head_of(1, 10, 1));
	is_told(g, head_of(1, 11, 7)); /* of a line that was not asked after */
	is_told(g, (struct history_head){ { 1 }, 10, false, { { 0 } } });
	is_told(g, head_of(2, 10, 7)); /* it has begun anew, and says so with its head */
	assert_int_equal(alarm_of(g), ERR_OK);
	is_told(g, head_of(1, 10, 7));
	assert_int_equal(alarm_of(g), ERR_PEER_REWRITTEN);
	assert_int_equal(
		station_get(g->s, FAMILY_HISTORY, key_number(g->s->core->history.next - 1)).family,
		FAMILY_HISTORY);
	station_restart(g->s);
	assert_int_equal(alarm_of(g), ERR_PEER_REWRITTEN);
	neighbour_up(g->s, &g->tinh);
	hears(g, head_of(1, 30, 3), 0, 0); /* evidence stays as it was */
	assert_int_equal(link_of(g)->heads.held[0].line, 10);
	assert_int_equal(link_of(g)->heads.count, 1);
	assert_int_equal(resumed(g, "tinh"), ERR_OK);
	assert_int_equal(alarm_of(g), ERR_OK);
	hears(g, head_of(1, 30, 3), 0, 0);
	assert_int_equal(link_of(g)->heads.held[0].line, 30);
	assert_int_equal(link_of(g)->heads.before.line, 10);
	assert_int_equal(resumed(g, "tinh"), ERR_BAD_STATE);
}

static void test_another_id_is_taken_with_its_word_alone(void **state)
{
	struct stage *g = *state;

	hears(g, head_of(1, 10, 1), 0, 0);
	hears(g, head_of(2, 8, 2), ERR_BEHIND, 0);
	assert_int_equal(alarm_of(g), ERR_OK);
	assert_int_equal(link_of(g)->heads.before.line, 10);
	assert_int_equal(link_of(g)->heads.held[0].line, 8);
	hears(g, head_of(1, 11, 1), 0, 0); /* a late one */
	assert_int_equal(alarm_of(g), ERR_OK);
	hears(g, head_of(3, 9, 3), 0, 1);
	assert_int_equal(alarm_of(g), ERR_OK);
	assert_int_equal(link_of(g)->heads.before.line, 8);
	hears(g, head_of(4, 12, 4), 0, 1);
	assert_int_equal(alarm_of(g), ERR_PEER_REWRITTEN);
}

static void test_store_that_says_later_that_it_is_behind_has_explained_it(void **state)
{
	struct stage *g = *state;

	hears(g, head_of(1, 10, 1), 0, 0);
	is_told(g, head_of(1, 10, 7));
	assert_int_equal(alarm_of(g), ERR_PEER_REWRITTEN);
	hears(g, head_of(2, 12, 2), 0, 5); /* settled there alone: not for who found it out */
	assert_int_equal(alarm_of(g), ERR_PEER_REWRITTEN);
	hears(g, head_of(2, 12, 2), ERR_BEHIND, 0);
	assert_int_equal(alarm_of(g), ERR_OK);
	assert_int_equal(link_of(g)->heads.before.line, 10);
	assert_int_equal(link_of(g)->heads.held[0].line, 12);
}

static void test_own_store_that_is_behind_explains_what_a_neighbour_holds(void **state)
{
	struct stage *g = *state;
	struct history_head held;

	submit(g, 1);
	held = pinged(g).head;
	station_restart(g->s);
	neighbour_up(g->s, &g->tinh);
	held.chain.bytes[7] ^= 1;
	answered(g, &(struct msg_ping){ .held = held });
	assert_int_equal(link_of(g)->heads.ours, ERR_REWRITTEN);
	held = pinged(g).head;
	held.line += 5;
	answered(g, &(struct msg_ping){ .held = held });
	assert_int_equal(link_of(g)->heads.ours, ERR_OK);
	assert_int_equal(alarm_of(g), ERR_BEHIND);
}

static void test_what_is_held_goes_to_the_disk_beside_other_writes(void **state)
{
	struct stage *g = *state;

	hears(g, head_of(1, 10, 1), 0, 0);
	submit(g, 1);
	station_restart(g->s);
	assert_int_equal(link_of(g)->heads.count, 0);
	neighbour_up(g->s, &g->tinh);
	hears(g, head_of(1, 10, 1), 0, 0);
	g->s->now.mono_ms += 61 * 1000;
	submit(g, 2);
	station_restart(g->s);
	assert_int_equal(link_of(g)->heads.count, 1);
	assert_int_equal(link_of(g)->heads.held[0].line, 10);
}

static void test_neighbour_of_an_older_build_is_asked_nothing(void **state)
{
	struct stage *g = *state;
	struct msg_ping said = answered(g, &(struct msg_ping){ .wall_ms = FIXTURE_NOW_MS });

	assert_int_equal(said.at.line, 0);
	assert_int_equal(link_of(g)->heads.count, 0);
	assert_int_equal(pinged(g).held.line, 0);
	assert_int_equal(alarm_of(g), ERR_OK);
}

static int set_up(void **state)
{
	int code = stage_set_up(state);
	struct stage *g = *state;

	if (code == 0)
		neighbour_up(g->s, &g->tinh);
	return code;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_ping_says_our_head_and_asks_after_what_is_held_in_turn),
		TEST(test_what_is_held_is_bounded_and_spread_over_all),
		TEST(test_who_asks_is_told_our_chain_at_that_line),
		TEST(test_history_of_ours_that_was_written_anew_is_found_out_and_stays_known),
		TEST(test_line_that_is_gone_from_the_midst_is_found_out),
		TEST(test_line_that_cannot_be_read_shows_nothing),
		TEST(test_store_with_less_than_was_heard_is_behind),
		TEST(test_store_whose_first_lines_of_this_start_are_others_is_behind),
		TEST(test_answer_that_differs_shows_that_the_neighbours_was_written_anew),
		TEST(test_another_id_is_taken_with_its_word_alone),
		TEST(test_store_that_says_later_that_it_is_behind_has_explained_it),
		TEST(test_own_store_that_is_behind_explains_what_a_neighbour_holds),
		TEST(test_what_is_held_goes_to_the_disk_beside_other_writes),
		TEST(test_neighbour_of_an_older_build_is_asked_nothing),
	};

	return cmocka_run_group_tests_name("heads", tests, NULL, NULL);
}
