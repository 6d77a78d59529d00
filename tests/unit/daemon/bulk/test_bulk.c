/* Attachments between two neighbours: what arrives and in which messages, and what a neighbour may
 * not ask for. */
#include <stdlib.h>
#include <string.h>

#include "proto/wire_decode.h"
#include "tests/unit/support/bulk_pair.h"

static void test_file_arrives_whole_within_the_window_and_is_reported_once(void **state)
{
	struct pair *p = *state;
	uint8_t *out = malloc(SIZE);
	size_t got;

	bulk_wake(p->rx.bulk, p->tx.id, p->now);
	assert_int_equal(p->rx.opened, 1); /* a connection is wanted, and asked for once */
	bulk_wake(p->rx.bulk, p->tx.id, p->now);
	assert_int_equal(p->rx.opened, 1);
	assert_int_equal(bulk_waiting(p->rx.bulk, p->tx.id), 1);
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_true(p->rx.fetched.seq == 1 && p->rx.fetched.role == ROLE_IN &&
		    p->rx.fetched.serial.n == 1);
	assert_ok(p->rx.files->ops->read(p->rx.files, &p->item.sha256, 0, out, SIZE, &got));
	assert_int_equal(got, SIZE);
	assert_memory_equal(out, p->content, SIZE);
	assert_true(p->most_under_way <= 8);
	assert_int_equal(p->chunks_at_most, CHUNKS_A_MESSAGE);
	assert_int_equal(p->rx.violations + p->tx.violations, 0);
	free(out);
}

static void test_small_file_comes_without_its_leaves_and_in_one_job(void **state)
{
	struct pair *p = *state;
	uint8_t out[SMALL];
	unsigned jobs = 0;
	size_t got;

	pair_connect(p);
	while (pair_deliver(&p->tx, &p->rx) || pair_deliver(&p->rx, &p->tx) ||
	       pair_run_job(&p->tx) || (pair_run_job(&p->rx) && ++jobs > 0))
		;
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_int_equal(p->leaves_asked, 0);
	assert_int_equal(jobs, 2); /* is it here? – and all the rest */
	assert_ok(p->rx.files->ops->read(p->rx.files, &p->item.sha256, 0, out, SMALL, &got));
	assert_int_equal(got, SMALL);
	assert_memory_equal(out, p->content, SMALL);
}

static void test_large_file_comes_with_its_leaves(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->leaves_asked, 1);
}

static void test_each_link_has_its_own_window_within_bounds(void **state)
{
	struct pair *p = *state;

	bulk_set_window(p->rx.bulk, fixture_id("xa-a1"), 64 * CHUNK_BYTES); /* another link's */
	bulk_set_window(p->rx.bulk, p->tx.id, 3 * CHUNK_BYTES);
	bulk_wake(p->rx.bulk, p->tx.id, p->now);
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_int_equal(p->most_under_way, 2); /* two chunks and one */
}

static void one_at_once(struct msg_fetch *f)
{
	f->at_once = 1;
}

static void many_at_once(struct msg_fetch *f)
{
	f->at_once = UINT32_MAX;
}

/* As a neighbour asks that knows only one chunk a message, and one that would take more than a
 * frame does. */
static void arrives_in_messages_of(struct pair *p, void (*ask)(struct msg_fetch *f),
				   unsigned chunks)
{
	p->ask = ask;
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
	assert_int_equal(p->chunks_at_most, chunks);
}

static void test_neighbour_that_takes_one_chunk_a_message_gets_one(void **state)
{
	arrives_in_messages_of(*state, one_at_once, 1);
}

static void test_neighbour_that_would_take_more_gets_what_a_frame_holds(void **state)
{
	arrives_in_messages_of(*state, many_at_once, CHUNKS_A_MESSAGE);
}

static uint32_t asked_first, asked_most;

/* As builds of before 2026-11-25 00:40 serve: one chunk a message, and who asks for more than eight
 * is cut off. */
static void counted_of_one(struct msg_fetch *f)
{
	asked_most = f->count > asked_most ? f->count : asked_most;
	one_at_once(f);
}

static void counted(struct msg_fetch *f)
{
	if (asked_first == 0 && f->what == FETCH_BYTES)
		asked_first = f->count;
	asked_most = f->count > asked_most ? f->count : asked_most;
}

/* Room for a whole request, and not for all of the file before anything comes. */
static void window_of_one_request(struct pair *p)
{
	bulk_set_window(p->rx.bulk, p->tx.id, PIECES_PER_FETCH * CHUNK_BYTES);
}

static void test_neighbour_that_sends_one_chunk_a_message_is_asked_for_eight_at_most(void **state)
{
	asked_most = 0;
	window_of_one_request(*state);
	arrives_in_messages_of(*state, counted_of_one, 1);
	assert_int_equal(asked_most, 8);
}

static void test_neighbour_that_sends_two_is_asked_for_more_from_then_on(void **state)
{
	asked_first = asked_most = 0;
	window_of_one_request(*state);
	arrives_in_messages_of(*state, counted, CHUNKS_A_MESSAGE);
	assert_int_equal(asked_first, 8);
	assert_int_equal(asked_most, PIECES_PER_FETCH);
}

static void test_window_of_nothing_is_still_two_chunks(void **state)
{
	struct pair *p = *state;

	bulk_set_window(p->rx.bulk, p->tx.id, 0);
	bulk_wake(p->rx.bulk, p->tx.id, p->now);
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->most_under_way, 1); /* in one message */
}

static void test_nothing_to_fetch_opens_no_connection(void **state)
{
	struct pair *p = *state;

	bulk_wake(p->tx.bulk, p->rx.id, p->now);
	assert_int_equal(p->tx.opened, 0);
}

static uint32_t refused(struct pair *p, struct msg_fetch fetch)
{
	struct message m = { .type = MESSAGE_FETCH, .u.fetch = fetch }, answer;

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	while (pair_run_job(&p->tx))
		;
	assert_int_equal(p->rx.count, 1);
	assert_ok(wire_decode(p->arena, p->rx.inbox[p->rx.first], &answer));
	p->rx.count = 0;
	return answer.type == MESSAGE_UNAVAILABLE ? answer.u.unavailable.reason : 0;
}

static void test_only_what_was_published_on_this_link_is_served(void **state)
{
	struct pair *p = *state;
	struct msg_fetch good = { LANE_NORMAL, pair_stream, 1, 0, FETCH_BYTES, 0, 1, 1, false },
			 f = good;

	assert_int_equal(refused(p, good), 0);
	f.seq = 2;
	assert_int_equal(refused(p, f), ERR_NOT_ENTITLED);
	assert_int_equal(p->tx.faults + p->rx.faults, 1);
	f = good;
	f.lane = LANE_URGENT;
	assert_int_not_equal(refused(p, f), 0);
	f = good;
	f.item = 1;
	assert_int_equal(refused(p, f), ERR_NOT_ENTITLED);
	f = good;
	f.stream.bytes[0]++;
	assert_int_equal(refused(p, f), ERR_CHAIN);
	f = good;
	f.first = 1000; /* beyond its end */
	assert_int_equal(refused(p, f), ERR_NOT_FOUND);
	/* so far that its bytes have no number: as many of chunks, or of pieces of leaves, are 0 */
	f.first = 1ULL << 61;
	assert_int_equal(refused(p, f), ERR_NOT_FOUND);
	f.what = FETCH_LEAVES;
	f.first = 1ULL << 54;
	assert_int_equal(refused(p, f), ERR_NOT_FOUND);
	assert_ok(p->tx.files->ops->drop(p->tx.files, &p->item.sha256));
	assert_int_equal(refused(p, good), ERR_NOT_FOUND);
}

/* A daemon that stops returns jobs that were never begun. */
static void test_request_that_no_worker_began_sends_nothing(void **state)
{
	struct pair *p = *state;
	struct msg_fetch good = { LANE_NORMAL, pair_stream, 1, 0, FETCH_BYTES, 0, 1, 1, false };
	struct message m = { .type = MESSAGE_FETCH, .u.fetch = good };
	struct job *j;

	assert_int_equal(refused(p, good), 0); /* one that was served before it */
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	j = p->tx.jobs;
	assert_non_null(j);
	p->tx.jobs = NULL;
	p->tx.last = &p->tx.jobs;
	j->done(j);
	assert_int_equal(p->rx.count, 0);
	assert_int_equal(bulk_jobs(p->tx.bulk), 0);
}

/* What waits is requests; content is read no further than what a line has in hand. */
static void test_neighbour_that_asks_and_does_not_read_costs_a_bounded_amount(void **state)
{
	enum { REQUESTS = 60, FRAMES = 8, PAGES = SERVE_FLIGHT_BYTES / (16 * CHUNK_BYTES) };
	struct pair *p = *state;
	struct message m = { .type = MESSAGE_FETCH,
			     .u.fetch = { LANE_NORMAL, pair_stream, 1, 0, FETCH_BYTES, 0, 16, 2,
					  false } };

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	p->slow = true;
	for (unsigned i = 0; i < REQUESTS; i++)
		bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	while (pair_run_job(&p->tx))
		;
	assert_int_equal(p->rx.count, PAGES * FRAMES);
	assert_int_equal(p->tx.violations, 0);
	assert_true(bulk_deadline_ms(p->tx.bulk) <= p->now.mono_ms + 50);
	pair_drain(p);
	p->rx.first = p->rx.count = 0;
	bulk_tick(p->tx.bulk, p->now);
	while (pair_run_job(&p->tx))
		;
	/* as much again, and no more, for as long as it does not read */
	assert_int_equal(p->rx.count, PAGES * FRAMES);
	p->rx.first = p->rx.count = 0;
}

static void test_request_for_too_much_at_once_is_a_violation(void **state)
{
	struct pair *p = *state;
	struct message m = { .type = MESSAGE_FETCH,
			     .u.fetch = { LANE_NORMAL, pair_stream, 1, 0, FETCH_BYTES, 0, 4096, 1,
					  false } };

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	assert_int_equal(p->tx.violations, 1);
	m.type = MESSAGE_PING;
	bulk_message(p->tx.bulk, p->rx.id, &m, p->now);
	assert_int_equal(p->tx.violations, 2);
}

static void test_digest_that_the_content_cannot_have_is_reported_for_good(void **state)
{
	struct pair *p = *state;
	struct manifest_item lie = p->item;
	struct record d = { .family = FAMILY_DOCUMENT,
			    .u.document = { .origin = { "tinh" },
					    .urgency = URGENCY_THUONG,
					    .secrecy = SECRECY_THUONG,
					    .manifest = &lie,
					    .manifest_count = 1,
					    .summary = { .number = "", .type_code = "",
					    	     .subject = "", .issued_on = "",
					    	     .due_on = "", .type_name = "",
					    	     .signer_name = "", .files = "",
					    	     .signer_competence = "" } } };

	lie.sha256.bytes[0] ^= 1;
	pair_put(&p->rx, key_serial(ROLE_IN, pair_serial), d);
	pair_connect(p);
	pair_run(p);
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_DIGEST);
	/* the chunks were those of the signed root: not the neighbour's fault */
	assert_int_equal(p->rx.violations, 0);
}

static void test_lost_connection_starts_over_and_full_queue_goes_on(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	for (unsigned i = 0; i < 6; i++) {
		pair_run_job(&p->rx);
		pair_deliver(&p->tx, &p->rx);
		pair_run_job(&p->tx);
		pair_deliver(&p->rx, &p->tx);
	}
	bulk_disconnected(p->rx.bulk, p->tx.id);
	bulk_disconnected(p->tx.bulk, p->rx.id);
	p->rx.count = p->tx.count = 0;
	pair_run(p);
	assert_int_equal(p->rx.reported, 0);
	p->now.mono_ms += 5000;
	pair_connect(p);
	p->busy = true;
	pair_run(p);
	p->busy = false;
	for (unsigned i = 0; i < 200 && p->rx.reported == 0; i++) {
		p->now.mono_ms += 50;
		bulk_tick(p->rx.bulk, p->now);
		bulk_tick(p->tx.bulk, p->now);
		pair_run(p);
	}
	assert_int_equal(p->rx.reported, 1);
	assert_int_equal(p->rx.fetched.result, ERR_OK);
}

static void test_idle_connection_is_closed(void **state)
{
	struct pair *p = *state;

	bulk_connected(p->tx.bulk, p->rx.id, p->now);
	p->now.mono_ms += 30000;
	bulk_tick(p->tx.bulk, p->now);
	assert_int_equal(p->tx.closed, 0);
	p->now.mono_ms += 1;
	bulk_tick(p->tx.bulk, p->now);
	assert_int_equal(p->tx.closed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file_arrives_whole_within_the_window_and_is_reported_once),
		cmocka_unit_test_setup_teardown(
			test_small_file_comes_without_its_leaves_and_in_one_job,
			pair_set_up_small, pair_tear_down),
		TEST(test_large_file_comes_with_its_leaves),
		TEST(test_each_link_has_its_own_window_within_bounds),
		TEST(test_window_of_nothing_is_still_two_chunks),
		TEST(test_nothing_to_fetch_opens_no_connection),
		TEST(test_neighbour_that_takes_one_chunk_a_message_gets_one),
		TEST(test_neighbour_that_would_take_more_gets_what_a_frame_holds),
		TEST(test_neighbour_that_sends_one_chunk_a_message_is_asked_for_eight_at_most),
		TEST(test_neighbour_that_sends_two_is_asked_for_more_from_then_on),
		TEST(test_only_what_was_published_on_this_link_is_served),
		TEST(test_request_that_no_worker_began_sends_nothing),
		TEST(test_neighbour_that_asks_and_does_not_read_costs_a_bounded_amount),
		TEST(test_request_for_too_much_at_once_is_a_violation),
		TEST(test_digest_that_the_content_cannot_have_is_reported_for_good),
		TEST(test_lost_connection_starts_over_and_full_queue_goes_on),
		TEST(test_idle_connection_is_closed),
	};

	return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
