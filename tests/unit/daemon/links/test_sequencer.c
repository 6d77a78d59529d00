/* Frames of links keep their order for each neighbour, whether a worker opens them or, when one
 * comes alone, the control thread itself. */
#include "daemon/links/sequencer.h"

#include <stdlib.h>

#include "proto/wire_encode.h"
#include "tests/unit/support/fixture.h"

enum { SENT_MAX = 8 };

struct corner {
	struct inbox *inbox;
	struct sequencer *s;
	struct arena *arena;
	struct job *sent[SENT_MAX];
	unsigned count, violations;
};

static void send_out(void *ctx, struct job *j)
{
	struct corner *p = ctx;

	assert_true(p->count < SENT_MAX);
	p->sent[p->count++] = j;
}

static void violation(void *ctx, struct committee_id neighbour, enum err why)
{
	(void)neighbour;
	(void)why;
	((struct corner *)ctx)->violations++;
}

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);
	struct sequencer_parts parts = { .violation = violation, .ctx = p };

	p->inbox = inbox_new();
	p->arena = arena_new(1 << 20);
	parts.inbox = p->inbox;
	parts.runner = (struct job_runner){ .ctx = p, .run = send_out };
	p->s = sequencer_new(&parts);
	assert_true(p->inbox != NULL && p->arena != NULL && p->s != NULL);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	inbox_destroy(p->inbox);
	sequencer_destroy(p->s);
	arena_destroy(p->arena);
	free(p);
	return 0;
}

/* No item of it is an envelope: opening it ends in a violation, which shows when it was opened and
 * in which order. */
static void publish(struct corner *p, size_t bytes)
{
	static uint8_t frame[FRAME_MAX_BYTES] = { 'V', 'T', PROTOCOL_MAX, MESSAGE_PUBLISH, 0xff };

	sequencer_frame(p->s, fixture_id("btp"), (struct blob){ frame, bytes }, FIXTURE_NOW_MS);
}

static void ping(struct corner *p, uint64_t token)
{
	struct message m = { .type = MESSAGE_PING, .u.ping.token = token };
	struct blob frame;

	assert_ok(wire_encode(p->arena, &m, &frame));
	sequencer_frame(p->s, fixture_id("btp"), frame, FIXTURE_NOW_MS);
}

static void work(struct corner *p, unsigned n)
{
	p->sent[n]->work(p->sent[n]);
	p->sent[n]->done(p->sent[n]);
}

static void expect_ping(struct corner *p, uint64_t token)
{
	struct queued q;

	assert_int_equal(inbox_take(p->inbox, &q, 1), 1);
	assert_int_equal(q.event.u.message.message.u.ping.token, token);
	q.release(q.owner);
}

static void test_small_frame_that_comes_alone_needs_no_worker(void **state)
{
	struct corner *p = *state;

	publish(p, 200);
	assert_int_equal(p->count, 0);
	sequencer_flush(p->s);
	assert_int_equal(p->violations, 1);
	assert_int_equal(sequencer_waiting(p->s), 0);
	publish(p, 200); /* in the next turn */
	assert_int_equal(p->count, 0);
}

static void test_second_frame_of_a_turn_and_a_large_one_go_to_workers(void **state)
{
	struct corner *p = *state;

	publish(p, 200);
	publish(p, 200);
	assert_int_equal(p->count, 1);
	sequencer_flush(p->s);
	assert_int_equal(p->violations, 1);
	work(p, 0);
	sequencer_flush(p->s);
	assert_int_equal(p->violations, 2);
	publish(p, FRAME_MAX_BYTES);
	assert_int_equal(p->count, 2);
	work(p, 1);
}

static void test_chunk_on_the_control_connection_is_a_violation(void **state)
{
	struct corner *p = *state;
	struct message m = { .type = MESSAGE_CHUNK };
	struct blob frame;

	m.u.chunk =
	    (struct msg_chunk){ LANE_NORMAL, 1, 0, FETCH_BYTES, 0, { (const uint8_t *)"data", 4 } };
	assert_ok(wire_encode(p->arena, &m, &frame));
	sequencer_frame(p->s, fixture_id("btp"), frame, FIXTURE_NOW_MS);
	sequencer_flush(p->s);
	assert_int_equal(p->violations, 1);
	assert_int_equal(inbox_count(p->inbox), 0);
}

static void test_nothing_passes_what_came_before_it(void **state)
{
	struct corner *p = *state;

	publish(p, FRAME_MAX_BYTES);
	ping(p, 1);
	publish(p, 200); /* small, and not alone */
	ping(p, 2);
	assert_int_equal(p->count, 2);
	sequencer_flush(p->s);
	assert_int_equal(inbox_count(p->inbox), 0);
	work(p, 1);
	sequencer_flush(p->s);
	assert_int_equal(inbox_count(p->inbox), 0);
	work(p, 0);
	sequencer_flush(p->s);
	assert_int_equal(p->violations, 2);
	expect_ping(p, 1);
	expect_ping(p, 2);
}

/* What waits is bounded by what it holds, not by how small it was: also while the turn that took it
 * is not over. */
static void test_opened_frames_count_until_they_are_released(void **state)
{
	struct corner *p = *state;
	struct blob entries[2] = { { calloc(1, 30000), 30000 }, { calloc(1, 30000), 30000 } };
	struct message m = { .type = MESSAGE_DIRECTORY_PART };
	struct queued all[512];
	unsigned sent = 0, taken;
	struct blob frame;

	m.u.directory_part = (struct msg_directory_part){ .head = { (const uint8_t *)"h", 1 },
							  .entries = entries,
							  .entry_count = 2 };
	assert_ok(wire_encode(p->arena, &m, &frame));
	for (; sequencer_room(p->s) && sent < 512; sent++)
		sequencer_frame(p->s, fixture_id("btp"), frame, FIXTURE_NOW_MS);
	assert_in_range(sent, 50, (16 << 20) / 60000);
	sequencer_flush(p->s);
	assert_int_equal(sequencer_waiting(p->s), 0);
	assert_false(sequencer_room(p->s)); /* they are in the inbox */
	taken = inbox_take(p->inbox, all, sent);
	assert_int_equal(taken, sent);
	assert_false(sequencer_room(p->s)); /* in a turn */
	for (unsigned i = 0; i < taken; i++)
		all[i].release(all[i].owner);
	assert_true(sequencer_room(p->s));
	for (unsigned i = 0; i < 2; i++)
		free((void *)(uintptr_t)entries[i].data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_small_frame_that_comes_alone_needs_no_worker),
		TEST(test_second_frame_of_a_turn_and_a_large_one_go_to_workers),
		TEST(test_chunk_on_the_control_connection_is_a_violation),
		TEST(test_nothing_passes_what_came_before_it),
		TEST(test_opened_frames_count_until_they_are_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
