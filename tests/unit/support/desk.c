/* See desk.h. */
#include "tests/unit/support/desk.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/base/files.h"

enum { TURNS_MAX = 100000, READ_BYTES = 65536 };

static int64_t now_ms(void *ctx)
{
	const struct station *s = ctx;

	return s->now.wall_ms;
}

static bool no_key(void *ctx, const uint8_t public_key[32])
{
	(void)ctx;
	(void)public_key;
	return false;
}

struct desk *desk_new(struct fixture *f, struct station *s, enum local_socket which)
{
	static const char *const names[SOCKET_COUNT] = { "office", "operate", "read" };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct control_parts parts = { .wall_ms = now_ms, .key_in_use = no_key };
	zmq_pollitem_t items[SOCKET_COUNT];
	struct desk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	d->f = f;
	d->s = s;
	snprintf(d->folder, sizeof d->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(d->folder));
	snprintf(d->config.run, sizeof d->config.run, "%s", d->folder);
	d->inbox = inbox_new();
	parts.config = &d->config;
	parts.ctx = s;
	parts.core = s->core;
	parts.store = s->store;
	parts.inbox = d->inbox;
	assert_ok(control_open(&parts, &d->control));
	d->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", d->folder, names[which]);
	assert_int_equal(connect(d->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(control_poll(d->control, items, SOCKET_COUNT), SOCKET_COUNT);
	items[which].revents = ZMQ_POLLIN;
	control_service(d->control, items, SOCKET_COUNT);
	assert_int_equal(d->control->client_count, 1);
	return d;
}

void desk_free(struct desk *d)
{
	if (d->fd >= 0)
		close(d->fd);
	control_close(d->control);
	inbox_destroy(d->inbox);
	fs_remove_tree(d->folder);
	station_free(d->s);
	fixture_free(d->f);
	free(d->got);
	free(d);
}

void desk_ask(struct desk *d, Vanthu__V1__Request *request)
{
	uint8_t frame[256] = { 0 };
	size_t size = vanthu__v1__request__get_packed_size(request);

	assert_true(size < sizeof frame - 4 && size < 256);
	frame[3] = (uint8_t)size;
	vanthu__v1__request__pack(request, frame + 4);
	assert_int_equal(send(d->fd, frame, size + 4, 0), (ssize_t)size + 4);
}

/* As zmq_poll does: what poll calls an error or the end is reported asked or not. */
static void poll_one(zmq_pollitem_t *item)
{
	struct pollfd p = { .fd = item->fd };

	p.events = (short)(((item->events & ZMQ_POLLIN) != 0 ? POLLIN : 0) |
			   ((item->events & ZMQ_POLLOUT) != 0 ? POLLOUT : 0));
	assert_true(poll(&p, 1, 0) >= 0);
	item->revents = (short)(((p.revents & POLLIN) != 0 ? ZMQ_POLLIN : 0) |
				((p.revents & POLLOUT) != 0 ? ZMQ_POLLOUT : 0) |
				((p.revents & ~(POLLIN | POLLOUT)) != 0 ? ZMQ_POLLERR : 0));
}

void desk_turn(struct desk *d)
{
	zmq_pollitem_t items[SOCKET_COUNT + 1];
	unsigned n = control_poll(d->control, items, SOCKET_COUNT + 1);

	for (unsigned i = 0; i < n; i++)
		poll_one(&items[i]);
	control_service(d->control, items, n);
	if (d->control->client_count > 0 &&
	    control_out_waiting(d->control->clients[0]) > d->most_waiting)
		d->most_waiting = control_out_waiting(d->control->clients[0]);
}

static void read_some(struct desk *d)
{
	ssize_t n;

	assert_true(control_reserve(&d->got, &d->got_capacity, d->got_len + READ_BYTES));
	n = recv(d->fd, d->got + d->got_len, READ_BYTES, MSG_DONTWAIT);
	d->got_len += n > 0 ? (size_t)n : 0;
}

/* The next whole reply; NULL: not here yet. */
static Vanthu__V1__Reply *next_reply(struct desk *d)
{
	const uint8_t *p = d->got + d->at;
	Vanthu__V1__Reply *r;
	size_t size;

	if (d->got_len - d->at < 4)
		return NULL;
	size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (d->got_len - d->at < 4 + size)
		return NULL;
	r = vanthu__v1__reply__unpack(NULL, size, p + 4);
	assert_non_null(r);
	d->at += 4 + size;
	return r;
}

Vanthu__V1__Reply *desk_reply(struct desk *d)
{
	Vanthu__V1__Reply *r;

	for (unsigned i = 0; (r = next_reply(d)) == NULL; i++) {
		assert_true(i < TURNS_MAX);
		desk_turn(d);
		read_some(d);
	}
	return r;
}
