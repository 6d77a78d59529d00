/* See tools/client/connection.h. */
#include "tools/client/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/pb.h"
#include "routing/base/limits.h"
#include "tools/client/uuid.h"

enum { ARENA_BYTES = 64 << 20, LAST_WORD_BYTES = 512, AHEAD_BYTES = 64 * 1024 };

struct client {
	char path[CONFIG_PATH_MAX + 32];
	int timeout_ms;
	int fd;
	uint64_t last_id;
	struct arena *arena;
	uint8_t *buffer;
	size_t received_bytes; /* of the last reply, in the buffer */
	/* what came behind it: a long list is many replies, and a call for each takes its time */
	uint8_t ahead[AHEAD_BYTES];
	size_t ahead_at, ahead_end;
	/* the system call that did not succeed, and its errno (0: the daemon hung up) */
	const char *failed;
	int error;
	/* replies to an earlier request may still come on it: the next one gets a new connection */
	bool stale;
	bool no_secret; /* said with each request */
};

static const char *socket_name(enum client_socket_kind kind)
{
	return kind == CLIENT_OFFICE	? "office.sock"
	       : kind == CLIENT_OPERATE ? "operate.sock"
					: "read.sock";
}

static enum err connect_to(const char *path, int timeout_ms, int *fd)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval t = { .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };

	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return ERR_SYSTEM;
	/* Before the connection: a daemon that accepts nobody must not hold us up either. */
	if (setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t) != 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t) != 0)
		return ERR_SYSTEM;
	if (connect(*fd, (struct sockaddr *)&a, sizeof a) == 0)
		return ERR_OK;
	if (errno == EACCES || errno == EPERM)
		return ERR_PERMISSION;
	/* it lives, and has not taken those before us */
	return errno == EAGAIN ? ERR_BUSY : ERR_UNREACHABLE;
}

bool client_socket(const struct config *config, enum client_socket_kind kind, char *out,
		   size_t size_bytes)
{
	return config_socket(config, socket_name(kind), out, size_bytes);
}

enum err client_connect_path(const char *path, int timeout_ms, int *error, struct client **out)
{
	struct client *c = calloc(1, sizeof *c);
	enum err e = ERR_OK;

	*out = NULL;
	*error = 0;
	if (c == NULL)
		return ERR_NO_MEMORY;
	c->fd = -1;
	c->timeout_ms = timeout_ms;
	c->arena = arena_new(ARENA_BYTES);
	c->buffer = malloc(CONTROL_MESSAGE_MAX_BYTES + 4);
	if (c->arena == NULL || c->buffer == NULL) {
		e = ERR_NO_MEMORY;
	} else if (strlen(path) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
		e = ERR_CONFIG;
	} else {
		snprintf(c->path, sizeof c->path, "%s", path);
		errno = 0;
		e = connect_to(c->path, timeout_ms, &c->fd);
		*error = e == ERR_OK ? 0 : errno;
	}
	if (e != ERR_OK) {
		client_close(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

enum err client_connect(const struct config *config, enum client_socket_kind kind, int timeout_ms,
			struct client **out)
{
	char path[CONFIG_PATH_MAX + 32];
	int error;

	*out = NULL;
	return client_socket(config, kind, path, sizeof path)
		       ? client_connect_path(path, timeout_ms, &error, out)
		       : ERR_CONFIG;
}

enum err client_connect_beside(const struct client *c, int *error, struct client **out)
{
	enum err e = client_connect_path(c->path, c->timeout_ms, error, out);

	if (e == ERR_OK)
		(*out)->no_secret = c->no_secret;
	return e;
}

void client_hide_secret(struct client *c, bool hide)
{
	c->stale = c->stale || (c->no_secret && !hide);
	c->no_secret = hide;
}

void client_close(struct client *c)
{
	if (c == NULL)
		return;
	if (c->fd >= 0)
		close(c->fd);
	arena_destroy(c->arena);
	free(c->buffer);
	free(c);
}

static enum err failure(struct client *c, const char *call, int error)
{
	c->failed = call;
	c->error = error;
	c->stale = true;
	return error == EAGAIN || error == EWOULDBLOCK ? ERR_TIMEOUT : ERR_UNREACHABLE;
}

static enum err send_all(struct client *c, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failure(c, "send", errno);
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

enum err client_send_more(struct client *c, Vanthu__V1__Request *request, uint64_t id)
{
	size_t size;

	request->id = id;
	request->no_secret = c->no_secret;
	size = vanthu__v1__request__get_packed_size(request);
	if (size > CONTROL_MESSAGE_MAX_BYTES)
		return ERR_TOO_LARGE;
	for (unsigned i = 0; i < 4; i++)
		c->buffer[i] = (uint8_t)(size >> (8 * (3 - i)));
	vanthu__v1__request__pack(request, c->buffer + 4);
	return send_all(c, c->buffer, size + 4);
}

static size_t copy_ahead(const struct client *c, uint8_t *bytes, size_t len)
{
	size_t n = c->ahead_end - c->ahead_at;

	n = n < len ? n : len;
	memcpy(bytes, c->ahead + c->ahead_at, n);
	return n;
}

/* Has the daemon closed the connection, idle for a while, so that another client can connect? Its
 * reply that says so has no request's number. */
static bool sent_away(struct client *c)
{
	uint8_t bytes[LAST_WORD_BYTES];
	ssize_t n;
	const Vanthu__V1__Reply *r;
	struct arena *a; /* of its own: the request may have texts of the last reply */
	bool yes;
	size_t size;
	enum err e;

	if (c->ahead_at < c->ahead_end)
		n = (ssize_t)copy_ahead(c, bytes, sizeof bytes);
	else
		n = recv(c->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
	if (n < 4)
		return n == 0;
	size = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	if (size > (size_t)n - 4)
		return false;
	a = arena_new(ARENA_BYTES);
	r = a == NULL ? NULL
		      : pb_unpack(a, &vanthu__v1__reply__descriptor,
				  (struct blob){ bytes + 4, size }, &e);
	yes = r != NULL && r->id == 0 && r->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	      (r->error->code == ERR_PLACES || r->error->code == ERR_IDLE);
	arena_destroy(a);
	return yes;
}

/* Reconnects once: a second refusal is returned. */
static enum err come_again(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->ahead_at = c->ahead_end = 0;
	c->stale = false;
	return connect_to(c->path, c->timeout_ms, &c->fd);
}

enum err client_send(struct client *c, Vanthu__V1__Request *request)
{
	enum err e;

	c->failed = NULL;
	c->error = 0;
	e = c->stale || sent_away(c) ? come_again(c) : ERR_OK;

	if (e != ERR_OK)
		return failure(c, "connect", errno);
	return client_send_more(c, request, ++c->last_id);
}

static enum err receive_all(struct client *c, uint8_t *bytes, size_t len)
{
	for (;;) {
		size_t some = copy_ahead(c, bytes, len);
		ssize_t n;

		c->ahead_at += some;
		bytes += some;
		len -= some;
		if (len == 0)
			return ERR_OK;
		n = recv(c->fd, c->ahead, sizeof c->ahead, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failure(c, "recv", n == 0 ? 0 : errno);
		c->ahead_at = 0;
		c->ahead_end = (size_t)n;
	}
}

/* One frame; its bytes stay in the buffer, and what it says in the arena. */
static enum err receive_frame(struct client *c, Vanthu__V1__Reply **reply)
{
	uint8_t head[4];
	size_t size;
	enum err e = receive_all(c, head, sizeof head);

	if (e != ERR_OK)
		return e;
	size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (size > CONTROL_MESSAGE_MAX_BYTES)
		e = ERR_FORMAT;
	if (e == ERR_OK)
		e = receive_all(c, c->buffer, size);
	arena_reset(c->arena);
	c->received_bytes = e == ERR_OK ? size : 0;
	if (e == ERR_OK)
		*reply = pb_unpack(c->arena, &vanthu__v1__reply__descriptor,
				(struct blob){ c->buffer, size }, &e);
	c->stale = c->stale || e != ERR_OK;
	return e;
}

enum err client_next(struct client *c, Vanthu__V1__Reply **reply)
{
	enum err e;

	/* What still comes to a request that was ended by its error: an error for each piece that
	 * was already sent. */
	do {
		*reply = NULL;
		e = receive_frame(c, reply);
	} while (e == ERR_OK && (*reply)->id != 0 && (*reply)->id != c->last_id);
	return e;
}

struct blob client_packed(const struct client *c)
{
	return (struct blob){ c->buffer, c->received_bytes };
}

void client_abandon(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->ahead_at = c->ahead_end = 0;
	c->stale = true;
}

int client_peer(const struct client *c)
{
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof peer;

	return getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 ? (int)peer.pid : 0;
}

/* ---- faults ---- */

static void about(struct client_fault *f, const char *text)
{
	snprintf(f->about, sizeof f->about, "%s", text);
}

/* A person or a target that is not in the list: names, and no ids, are what may be meant. */
static bool read_nearest(const Vanthu__V1__ControlError *error, struct client_fault *out)
{
	size_t used = 0;

	if (out->err != ERR_PERSON_UNKNOWN && out->err != ERR_PERSON_ENDED &&
	    out->err != ERR_PERSON_SEVERAL && out->err != ERR_PERSON_SIGNS &&
	    out->err != ERR_TARGET_UNKNOWN)
		return false;
	for (size_t i = 0; i < error->n_choices && used < sizeof out->nearest; i++)
		used += (size_t)snprintf(out->nearest + used, sizeof out->nearest - used, "%s%s",
					 i == 0 ? "" : ", ", error->choices[i]);
	return true;
}

static void read_error(const Vanthu__V1__ControlError *error, struct client_fault *out)
{
	out->err = err_known(error->code) && error->code != 0 ? (enum err)error->code : ERR_SYSTEM;
	about(out, error->about);
	if (read_nearest(error, out))
		return;
	for (; out->choice_count < error->n_choices && out->choice_count < CLIENT_CHOICES_MAX &&
	       uuid_parse(error->choices[out->choice_count], &out->choices[out->choice_count]) ==
		   ERR_OK;
	     out->choice_count++)
		;
	out->ambiguous = error->n_choices > 0;
	if (error->choice_count > out->choice_count)
		out->more_choices = error->choice_count - out->choice_count;
	if (error->clock == NULL)
		return;
	out->has_clock = true;
	out->clock = *error->clock;
	out->clock.base.n_unknown_fields = 0;
	out->clock.base.unknown_fields = NULL;
}

void client_fault(struct client *c, enum err e, const Vanthu__V1__Reply *reply,
		  struct client_fault *out)
{
	Vanthu__V1__Reply *last = NULL;

	*out = (struct client_fault){ .err = e == ERR_OK ? ERR_FORMAT : e };
	/* It may have said why before it hung up. */
	if (e == ERR_UNREACHABLE && c->fd >= 0 && client_next(c, &last) == ERR_OK &&
	    last->what_case == VANTHU__V1__REPLY__WHAT_ERROR) {
		reply = last;
		e = ERR_OK;
	}
	if (e == ERR_OK && reply != NULL && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR) {
		read_error(reply->error, out);
		return;
	}
	out->call = c->failed;
	out->error = c->error;
}

void client_fault_file(struct client_fault *out, enum err e, const char *path, int error)
{
	*out = (struct client_fault){ .err = e, .file = true, .error = error };
	about(out, path);
}
