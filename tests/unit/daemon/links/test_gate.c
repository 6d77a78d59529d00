/* The gate: what a connection holds, of real sockets; and that nobody is cut off for what is not
 * there any more. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/links/gate_bounds.h"
#include "daemon/links/gate_thread.h"

enum { LITTLE_BYTES = 300, STEP_BYTES = 64 * 1024 };

static const struct committee_id neighbour = { "thads" };

struct line {
	struct gate *gate;
	int ours, theirs;
};

static void connect_both(struct line *l)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof a;
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
	l->theirs = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(l->theirs, (struct sockaddr *)&a, sizeof a), 0);
	l->ours = accept(listener, NULL, NULL);
	assert_true(l->ours >= 0);
	close(listener);
}

static int set_up(void **state)
{
	static struct line l;

	/* no socket of ZeroMQ's is watched here */
	assert_int_equal(gate_open(NULL, &l.gate), ERR_OK);
	connect_both(&l);
	*state = &l;
	return 0;
}

static int tear_down(void **state)
{
	struct line *l = *state;

	gate_close(l->gate);
	if (l->ours >= 0)
		close(l->ours);
	close(l->theirs);
	return 0;
}

/* What the connection holds, looked at now. */
static uint64_t held(struct line *l)
{
	uint64_t bytes;

	pthread_mutex_lock(&l->gate->lock);
	gate_look(l->gate, l->ours);
	bytes = l->gate->all[l->ours].held;
	pthread_mutex_unlock(&l->gate->lock);
	return bytes;
}

static void test_more_that_waits_than_has_come_is_nothing_held(void **state)
{
	(void)state;
	assert_int_equal(gate_in_bytes(0, 0), 0);
	assert_int_equal(gate_in_bytes(1000, 400), 600);
	assert_int_equal(gate_in_bytes(1000, 1000), 0);
	assert_int_equal(gate_in_bytes(1000, 1300), 0); /* came between the two looks */
	assert_int_equal(gate_in_bytes(0, LITTLE_BYTES), 0);
	assert_int_equal(gate_in_bytes(5, -1), 5);
}

static void test_bytes_are_held_from_the_socket_on_until_they_are_heard(void **state)
{
	struct line *l = *state;
	uint8_t bytes[LITTLE_BYTES] = { 0 };
	struct gate_id id = gate_claim(l->gate, l->ours, neighbour);

	assert_true(id.serial > 0);
	assert_int_equal(send(l->theirs, bytes, sizeof bytes, 0), sizeof bytes);
	assert_int_equal(recv(l->ours, bytes, sizeof bytes, MSG_PEEK | MSG_WAITALL), sizeof bytes);
	assert_int_equal(held(l), 0); /* in the kernel: TCP's own bounds are for that */
	assert_int_equal(recv(l->ours, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
	assert_int_equal(held(l), LITTLE_BYTES);
	gate_heard(l->gate, l->ours, LITTLE_BYTES);
	assert_int_equal(held(l), 0);
}

static void test_connection_that_is_closed_counts_no_more(void **state)
{
	struct line *l = *state;
	uint8_t bytes[LITTLE_BYTES] = { 0 };
	struct gate_id id = gate_claim(l->gate, l->ours, neighbour);

	assert_int_equal(send(l->theirs, bytes, sizeof bytes, 0), sizeof bytes);
	assert_int_equal(recv(l->ours, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
	assert_int_equal(held(l), LITTLE_BYTES);
	assert_int_equal(gate_held_bytes(l->gate), LITTLE_BYTES);
	close(l->ours);
	held(l);
	assert_int_equal(gate_held_bytes(l->gate), 0);
	assert_int_equal(gate_unsent_bytes(l->gate, id), 0);
	l->ours = -1;
}

static void test_who_is_cut_off_counts_no_more(void **state)
{
	struct line *l = *state;
	uint8_t bytes[LITTLE_BYTES] = { 0 };
	struct gate_id id = gate_claim(l->gate, l->ours, neighbour);
	ssize_t n;

	assert_int_equal(send(l->theirs, bytes, sizeof bytes, 0), sizeof bytes);
	assert_int_equal(recv(l->ours, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
	assert_int_equal(held(l), LITTLE_BYTES);
	gate_cut(l->gate, id, 0);
	n = recv(l->theirs, bytes, sizeof bytes, 0); /* until the gate has ended it */
	assert_int_equal(n, 0);
	pthread_mutex_lock(&l->gate->lock); /* the thread has left the step that ended it */
	pthread_mutex_unlock(&l->gate->lock);
	assert_int_equal(gate_held_bytes(l->gate), 0);
}

static void report(struct line *l, uint16_t event)
{
	pthread_mutex_lock(&l->gate->lock);
	gate_event(l->gate, event, l->ours);
	pthread_mutex_unlock(&l->gate->lock);
}

/* A neighbour that comes back at once gets the number of the connection that it had, before the
 * monitor has reported that one's end. */
static void
test_an_end_that_is_reported_late_is_not_that_of_the_next_of_its_number(void **state)
{
	struct line *l = *state, next;
	struct gate_id id;
	int number = l->ours;

	gate_claim(l->gate, number, neighbour);
	connect_both(&next);
	assert_int_equal(dup2(next.ours, number), number); /* the first is closed */
	close(next.ours);
	id = gate_claim(l->gate, number, neighbour);
	report(l, EVENT_DISCONNECTED);
	report(l, EVENT_ACCEPTED);
	gate_sent(l->gate, id, LITTLE_BYTES);
	/* it is known, and who it is */
	assert_true(gate_unsent_bytes(l->gate, id) >= LITTLE_BYTES);
	assert_true(l->gate->all[number].claimed);
	close(number);
	report(l, EVENT_DISCONNECTED);
	assert_int_equal(gate_unsent_bytes(l->gate, id), 0);
	l->ours = -1;
	close(next.theirs);
}

/* So many bytes come and are read from the socket, as libzmq does, without coming out of it. */
static void bring(struct line *l, size_t len_bytes)
{
	static uint8_t bytes[STEP_BYTES];

	for (size_t done = 0; done < len_bytes; done += sizeof bytes) {
		assert_int_equal(send(l->theirs, bytes, sizeof bytes, 0), sizeof bytes);
		assert_int_equal(recv(l->ours, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
	}
}

/* Until the gate's thread has seen what came; then as the control thread does when it has asked all
 * sockets. */
static void ask_all(struct line *l)
{
	pthread_mutex_lock(&l->gate->lock);
	gate_look(l->gate, l->ours);
	gate_judge(l->gate, l->ours);
	pthread_mutex_unlock(&l->gate->lock);
	if (gate_asks(l->gate))
		gate_found_empty(l->gate);
}

static void test_message_without_end_is_reported_at_the_first_megabyte(void **state)
{
	struct line *l = *state;
	struct gate_id id = gate_claim(l->gate, l->ours, neighbour);
	struct gate_report r;

	bring(l, UNFINISHED_BYTES / 2);
	ask_all(l);
	assert_false(gate_next(l->gate, &r));
	bring(l, UNFINISHED_BYTES);
	ask_all(l);
	assert_true(gate_next(l->gate, &r));
	assert_int_equal(r.id.serial, id.serial);
	assert_int_equal(r.why, ERR_BUSY);
}

/* However much has come: all of it has come out, but for one frame that is on its way. */
static void test_who_is_slowly_read_is_not_blamed(void **state)
{
	struct line *l = *state;
	struct gate_report r;
	size_t heard = 0;

	gate_claim(l->gate, l->ours, neighbour);
	bring(l, 8 * UNFINISHED_BYTES);
	for (; heard + FRAME_MAX_BYTES < 8 * UNFINISHED_BYTES; heard += STEP_BYTES)
		gate_heard(l->gate, l->ours, STEP_BYTES);
	ask_all(l);
	assert_false(gate_next(l->gate, &r));
}

/* A socket that was found empty before the question says nothing about what came after. */
static void test_question_that_is_under_way_marks_nobody(void **state)
{
	struct line *l = *state;
	struct gate_report r;

	gate_claim(l->gate, l->ours, neighbour);
	l->gate->ask = ASK_TAKEN;
	bring(l, 2 * UNFINISHED_BYTES);
	pthread_mutex_lock(&l->gate->lock);
	gate_look(l->gate, l->ours);
	gate_judge(l->gate, l->ours);
	pthread_mutex_unlock(&l->gate->lock);
	gate_found_empty(l->gate);
	assert_false(gate_next(l->gate, &r));
}

/* While nobody asks, because the control thread waits for the disk, full queues of the largest
 * frames are no fault, and much more is. */
static void test_full_queues_are_no_fault_and_more_is(void **state)
{
	struct line *l = *state, other;
	struct gate_report r;
	size_t queue_bytes = (size_t)LINK_QUEUE_FRAMES_MOST * FRAME_MAX_BYTES;

	connect_both(&other);
	other.gate = l->gate;
	l->gate->ask = ASK_TAKEN;
	gate_claim(l->gate, l->ours, neighbour);
	gate_claim(l->gate, other.ours, neighbour);
	bring(l, queue_bytes);
	bring(&other, queue_bytes);
	held(l);
	held(&other);
	pthread_mutex_lock(&l->gate->lock);
	gate_judge(l->gate, l->ours);
	gate_judge(l->gate, other.ours);
	pthread_mutex_unlock(&l->gate->lock);
	assert_false(gate_next(l->gate, &r));
	/* the last step passes the bound: from then on it may be ended */
	bring(&other, HELD_NEIGHBOUR_BYTES - 2 * queue_bytes + 1);
	held(&other);
	pthread_mutex_lock(&l->gate->lock);
	gate_judge(l->gate, other.ours);
	pthread_mutex_unlock(&l->gate->lock);
	/* each holds less than is allowed; both together more */
	assert_true(gate_next(l->gate, &r));
	close(other.ours);
	close(other.theirs);
}

static void test_queues_of_many_neighbours_are_shorter(void **state)
{
	(void)state;
	assert_int_equal(gate_queue_frames(0), LINK_QUEUE_FRAMES_MOST);
	assert_int_equal(gate_queue_frames(6), LINK_QUEUE_FRAMES_MOST);
	assert_true(gate_queue_frames(20) < LINK_QUEUE_FRAMES_MOST);
	assert_true((20 + 1) * gate_queue_frames(20) * FRAME_MAX_BYTES <= LINK_QUEUES_BYTES);
	assert_int_equal(gate_queue_frames(LINKS_MAX), LINK_QUEUE_FRAMES_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_that_waits_than_has_come_is_nothing_held),
		cmocka_unit_test_setup_teardown(
			test_bytes_are_held_from_the_socket_on_until_they_are_heard, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_connection_that_is_closed_counts_no_more,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_who_is_cut_off_counts_no_more, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			test_an_end_that_is_reported_late_is_not_that_of_the_next_of_its_number,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_message_without_end_is_reported_at_the_first_megabyte, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_who_is_slowly_read_is_not_blamed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_question_that_is_under_way_marks_nobody,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_queues_are_no_fault_and_more_is, set_up,
						tear_down),
		cmocka_unit_test(test_queues_of_many_neighbours_are_shorter),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
