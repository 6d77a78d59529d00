/* See conn.h. Frames: length as 4 bytes big-endian, then the packed message
 * (proto/control.proto). */
#include "tests/bench/conn.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "proto/pb.h"
#include "routing/base/limits.h"

enum { HEAD_BYTES = 4, READ_BYTES = 256 * 1024, WAIT_MS = 60 * 1000, ARENA_BYTES = 16 << 20 };

struct buffer {
	uint8_t *bytes;
	size_t begin, end, capacity;
};

struct conn {
	int fd;
	struct buffer out, in;
	struct arena *arena; /* one reply */
};

void bench_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

double bench_now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct conn *conn_open(const char *folder, const char *socket_name)
{
	struct conn *c = calloc(1, sizeof *c);
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (c == NULL || (c->arena = arena_new(ARENA_BYTES)) == NULL)
		bench_fail("no memory");
	if ((size_t)snprintf(at.sun_path, sizeof at.sun_path, "%s/run/%s", folder, socket_name) >=
	    sizeof at.sun_path)
		bench_fail("%s: too long for a socket's address", folder);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof at) != 0)
		bench_fail("%s: %s", at.sun_path, strerror(errno));
	return c;
}

void conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	arena_destroy(c->arena);
	free(c->out.bytes);
	free(c->in.bytes);
	free(c);
}

int conn_fd(const struct conn *c)
{
	return c->fd;
}

/* Room for so many bytes behind the end. */
static void reserve(struct buffer *b, size_t need)
{
	if (b->begin > 0 && (b->begin == b->end || b->end + need > b->capacity)) {
		memmove(b->bytes, b->bytes + b->begin, b->end - b->begin);
		b->end -= b->begin;
		b->begin = 0;
	}
	if (b->end + need <= b->capacity)
		return;
	b->capacity = (b->end + need) * 2;
	b->bytes = realloc(b->bytes, b->capacity);
	if (b->bytes == NULL)
		bench_fail("no memory");
}

void conn_say(struct conn *c, const Vanthu__V1__Request *request)
{
	size_t size = vanthu__v1__request__get_packed_size(request);

	if (size > CONTROL_MESSAGE_MAX_BYTES)
		bench_fail("a request of %zu bytes is too large for the socket", size);
	reserve(&c->out, HEAD_BYTES + size);
	for (unsigned i = 0; i < HEAD_BYTES; i++)
		c->out.bytes[c->out.end + i] = (uint8_t)(size >> (8 * (HEAD_BYTES - 1 - i)));
	c->out.end +=
	    HEAD_BYTES + vanthu__v1__request__pack(request, c->out.bytes + c->out.end + HEAD_BYTES);
}

size_t conn_waiting(const struct conn *c)
{
	return c->out.end - c->out.begin;
}

void conn_send(struct conn *c)
{
	while (conn_waiting(c) > 0) {
		ssize_t n = send(c->fd, c->out.bytes + c->out.begin, conn_waiting(c),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			bench_fail("the daemon hung up: %s", strerror(errno));
		c->out.begin += (size_t)n;
	}
}

static const Vanthu__V1__Reply *whole_reply(struct conn *c)
{
	const uint8_t *p = c->in.bytes + c->in.begin;
	size_t have = c->in.end - c->in.begin, size;
	const Vanthu__V1__Reply *r;
	enum err e;

	if (have < HEAD_BYTES)
		return NULL;
	size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (size > CONTROL_MESSAGE_MAX_BYTES)
		bench_fail("a reply of %zu bytes", size);
	if (have - HEAD_BYTES < size)
		return NULL;
	arena_reset(c->arena);
	r = pb_unpack(c->arena, &vanthu__v1__reply__descriptor,
		      (struct blob){ p + HEAD_BYTES, size }, &e);
	if (r == NULL)
		bench_fail("a reply that is none: VT-%d", (int)e);
	c->in.begin += HEAD_BYTES + size;
	return r;
}

const Vanthu__V1__Reply *conn_hear(struct conn *c)
{
	const Vanthu__V1__Reply *r = whole_reply(c);
	ssize_t n;

	if (r != NULL)
		return r;
	reserve(&c->in, READ_BYTES);
	n = recv(c->fd, c->in.bytes + c->in.end, READ_BYTES, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		bench_fail("the daemon hung up");
	if (n < 0)
		return NULL;
	c->in.end += (size_t)n;
	return whole_reply(c);
}

const Vanthu__V1__Reply *conn_wait(struct conn *c)
{
	double end = bench_now_s() + WAIT_MS / 1000.0;

	while (bench_now_s() < end) {
		struct pollfd p = { .fd = c->fd,
				    .events =
					(short)(POLLIN | (conn_waiting(c) > 0 ? POLLOUT : 0)) };
		const Vanthu__V1__Reply *r = conn_hear(c);

		if (r != NULL)
			return r;
		conn_send(c);
		if (poll(&p, 1, 1000) < 0 && errno != EINTR)
			bench_fail("poll: %s", strerror(errno));
	}
	bench_fail("no answer within %d s", WAIT_MS / 1000);
}

const Vanthu__V1__Reply *conn_ask(struct conn *c, const Vanthu__V1__Request *request)
{
	conn_say(c, request);
	return conn_wait(c);
}
