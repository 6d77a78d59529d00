/* Crowds at the local sockets: many clients with bad manners, counted in slots and bytes, and one
 * with good manners that is served. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/support/desk.h"

enum { CROWD_MAX = 400, TURNS = 400 };

struct crowd {
	struct desk *d;
	int fds[CROWD_MAX];
	unsigned count;
};

static void turn(struct desk *d)
{
	static zmq_pollitem_t items[CONTROL_CLIENTS_MAX + SOCKET_COUNT];
	unsigned n = control_poll(d->control, items, CONTROL_CLIENTS_MAX + SOCKET_COUNT);

	for (unsigned i = 0; i < n; i++) {
		struct pollfd p = {
			.fd = items[i].fd,
			.events = (short)(((items[i].events & ZMQ_POLLIN) != 0 ? POLLIN : 0) |
					  ((items[i].events & ZMQ_POLLOUT) != 0 ? POLLOUT : 0))
		};

		assert_true(poll(&p, 1, 0) >= 0);
		items[i].revents =
		    (short)(((p.revents & POLLIN) != 0 ? ZMQ_POLLIN : 0) |
			    ((p.revents & POLLOUT) != 0 ? ZMQ_POLLOUT : 0) |
			    ((p.revents & (POLLERR | POLLHUP)) != 0 ? ZMQ_POLLERR : 0));
	}
	control_service(d->control, items, n);
	assert_true(control_held_bytes(d->control) <= CONTROL_HELD_MAX_BYTES);
}

static int come(struct desk *d, enum local_socket which)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", d->control->paths[which]);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void crowd_come(struct crowd *w, enum local_socket which, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		assert_true(w->count < CROWD_MAX);
		w->fds[w->count++] = come(w->d, which);
		if (i % 32 == 31)
			turn(w->d);
	}
	turn(w->d);
	turn(w->d);
}

static void crowd_go(struct crowd *w)
{
	while (w->count > 0)
		close(w->fds[--w->count]);
	for (unsigned i = 0; i < 4; i++)
		turn(w->d);
}

static size_t pack(Vanthu__V1__Request *r, uint8_t *out, size_t size)
{
	size_t n = vanthu__v1__request__get_packed_size(r);

	assert_true(n + 4 <= size);
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(n >> (8 * (3 - i)));
	vanthu__v1__request__pack(r, out + 4);
	return n + 4;
}

static size_t pack_trace(const char *text, uint8_t *out, size_t size)
{
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;

	r.id = 7;
	r.what_case = VANTHU__V1__REQUEST__WHAT_TRACE;
	r.trace = &ref;
	ref.text = (char *)(uintptr_t)text;
	return pack(&r, out, size);
}

/* What this client is sent next: its code; 0 when nothing comes, UINT32_MAX when the connection is
 * closed without a word. */
static uint32_t next_code(struct desk *d, int fd, unsigned turns)
{
	uint8_t bytes[1024];
	ssize_t n = -1;

	for (unsigned i = 0; i < turns && (n = recv(fd, bytes, sizeof bytes, 0)) < 0; i++)
		turn(d);
	if (n >= 4) {
		Vanthu__V1__Reply *r =
		    vanthu__v1__reply__unpack(NULL, (size_t)bytes[2] << 8 | bytes[3], bytes + 4);
		uint32_t code =
		    r != NULL && r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : 0;

		assert_non_null(r);
		vanthu__v1__reply__free_unpacked(r, NULL);
		return code;
	}
	return n == 0 ? UINT32_MAX : 0;
}

/* Somebody with good manners asks for a document that is not there. */
static void assert_served(struct desk *d, enum local_socket which)
{
	uint8_t frame[256];
	size_t n = pack_trace("aaaaaa", frame, sizeof frame);
	int fd = come(d, which);

	turn(d);
	assert_int_equal(send(fd, frame, n, MSG_NOSIGNAL), (ssize_t)n);
	assert_int_equal(next_code(d, fd, TURNS), ERR_NOT_FOUND);
	close(fd);
	turn(d);
}

static int set_up(void **state)
{
	struct fixture *f = fixture_new();
	struct crowd *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->d = desk_new(f, station_new(f, "huyen-a"), SOCKET_READ);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct crowd *w = *state;

	crowd_go(w);
	assert_int_equal(shares_bytes(w->d->control->shares), 0);
	desk_free(w->d);
	free(w);
	return 0;
}

static void test_idle_crowds_at_all_sockets_shut_nobody_out(void **state)
{
	struct crowd *w = *state;

	for (int d = SOCKET_COUNT - 1; d >= 0; d--) {
		crowd_come(w, (enum local_socket)d, 130);
		for (enum local_socket at = SOCKET_OFFICE; at < SOCKET_COUNT; at++)
			assert_served(w->d, at);
	}
	assert_true(w->d->control->client_count <= CONTROL_CLIENTS_MAX);
}

static void test_who_gives_its_slot_to_another_is_sent_why(void **state)
{
	struct crowd *w = *state;

	crowd_come(w, SOCKET_READ, CONTROL_READ_SLOTS_UID + 1);
	/* The desk's own client came first. */
	assert_int_equal(next_code(w->d, w->d->fd, 3), ERR_PLACES);
	assert_int_equal(next_code(w->d, w->fds[0], 3), ERR_PLACES);
	assert_int_equal(next_code(w->d, w->fds[1], 3), 0);
	assert_int_equal(w->d->control->client_count, CONTROL_READ_SLOTS_UID);
}

static void test_thousand_knocks_are_one_line_of_the_log(void **state)
{
	struct crowd *w = *state;
	int64_t now = w->d->control->now_ms;
	char text[4096];
	FILE *log = tmpfile();
	int was = dup(STDERR_FILENO);
	size_t n, lines = 0;

	crowd_come(w, SOCKET_READ, CONTROL_READ_SLOTS_UID);
	assert_true(log != NULL && dup2(fileno(log), STDERR_FILENO) >= 0);
	for (unsigned i = 0; i < 1000; i++) {
		close(come(w->d, SOCKET_READ));
		turn(w->d);
		if (i % 100 == 0)
			control_tick(w->d->control, now += 1000);
	}
	dup2(was, STDERR_FILENO);
	close(was);
	rewind(log);
	n = fread(text, 1, sizeof text, log);
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	fclose(log);
	assert_in_range(lines, 1, 2);
}

/* The whole frame is announced, a part comes. */
static void send_half(int fd, size_t announced, size_t part)
{
	uint8_t *bytes = calloc(1, part + 4);

	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(announced >> (8 * (3 - i)));
	assert_true(send(fd, bytes, part + 4, MSG_NOSIGNAL) > 0);
	free(bytes);
}

static void test_half_sent_frames_are_bounded_and_give_way(void **state)
{
	struct crowd *w = *state;
	int64_t now = w->d->control->now_ms;

	crowd_come(w, SOCKET_READ, 50);
	crowd_come(w, SOCKET_OFFICE, 180);
	for (unsigned i = 0; i < w->count; i++)
		send_half(w->fds[i], CONTROL_MESSAGE_MAX_BYTES, 100000);
	for (unsigned i = 0; i < 20; i++)
		turn(w->d);
	/* some have begun, … */
	assert_true(shares_bytes(w->d->control->shares) > CONTROL_MESSAGE_MAX_BYTES);
	/* … the others wait */
	assert_true(shares_bytes(w->d->control->shares) <= CONTROL_SHARED_BYTES);
	for (enum local_socket at = SOCKET_OFFICE; at < SOCKET_COUNT; at++)
		assert_served(w->d, at);
	/* Others wait for their bytes: these have a few seconds only. */
	for (unsigned i = 0; i < 6; i++) {
		turn(w->d);
		control_tick(w->d->control, now += 1000);
	}
	turn(w->d);
	assert_true(w->d->control->client_count < 231);
	/* And in the end each of them has had its time. */
	for (unsigned i = 0; i < 200 && w->d->control->client_count > 1; i++) {
		turn(w->d);
		control_tick(w->d->control, now += CONTROL_HALF_MS);
	}
	turn(w->d);
	assert_true(w->d->control->client_count <= 1);
	assert_int_equal(shares_bytes(w->d->control->shares), 0);
}

static void test_replies_that_nobody_reads_are_bounded_and_given_up(void **state)
{
	static uint8_t requests[200 * 1024];
	struct crowd *w = *state;
	int64_t now = w->d->control->now_ms;
	char name[300];
	size_t size = 0;

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	while (size + 400 < sizeof requests)
		size += pack_trace(name, requests + size, sizeof requests - size);
	crowd_come(w, SOCKET_READ, 90);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < w->count; i++) {
			/* Cut anywhere: what the daemon gets is a frame too large at worst. */
			if (send(w->fds[i], requests, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
				assert_true(errno == EAGAIN || errno == EPIPE);
		}
		turn(w->d);
	}
	for (unsigned i = 0; i < TURNS; i++)
		turn(w->d);
	assert_true(shares_bytes(w->d->control->shares) <= CONTROL_READ_BYTES);
	for (enum local_socket at = SOCKET_OFFICE; at < SOCKET_COUNT; at++)
		assert_served(w->d, at);
	control_tick(w->d->control, now + CONTROL_UNREAD_MS + 1000);
	turn(w->d);
	assert_int_equal(shares_bytes(w->d->control->shares), 0);
}

static void test_name_of_a_mebibyte_is_not_sent_back_whole(void **state)
{
	struct crowd *w = *state;
	size_t size = CONTROL_MESSAGE_MAX_BYTES;
	uint8_t *frame = malloc(size + 4);
	char *name = malloc(size);
	ssize_t n;
	int fd;

	memset(name, 'x', size);
	name[size - 64] = '\0';
	size = pack_trace(name, frame, size + 4);
	fd = come(w->d, SOCKET_READ);
	for (size_t at = 0; at<size; at += n> 0 ? (size_t)n : 0) {
		turn(w->d);
		n = send(fd, frame + at, size - at, MSG_NOSIGNAL);
	}
	assert_int_equal(next_code(w->d, fd, TURNS), ERR_NOT_FOUND); /* in less than a KiB */
	close(fd);
	free(frame);
	free(name);
}

static void test_frame_that_is_too_large_is_answered(void **state)
{
	static const uint8_t head[4] = { 0, 0x10, 0, 1 };
	struct crowd *w = *state;
	int fd = come(w->d, SOCKET_READ);

	assert_int_equal(send(fd, head, sizeof head, 0), 4);
	assert_int_equal(next_code(w->d, fd, TURNS), ERR_TOO_LARGE);
	assert_int_equal(next_code(w->d, fd, 2), UINT32_MAX);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_idle_crowds_at_all_sockets_shut_nobody_out),
		TEST(test_who_gives_its_slot_to_another_is_sent_why),
		TEST(test_thousand_knocks_are_one_line_of_the_log),
		TEST(test_half_sent_frames_are_bounded_and_give_way),
		TEST(test_replies_that_nobody_reads_are_bounded_and_given_up),
		TEST(test_name_of_a_mebibyte_is_not_sent_back_whole),
		TEST(test_frame_that_is_too_large_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
