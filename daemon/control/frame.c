/* See frame.h. */
#include "daemon/control/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/base/clock.h"
#include "daemon/control/client.h"

enum {
	REQUESTS_A_TURN = 64,
	INBOX_RESERVE = 1024,
	OUT_KEPT_BYTES = 4096,
	PENDING_OPERATE_MAX = 2048, /* requests under way in the core from operators */
	CLIENT_PENDING_MAX = 2048,  /* of one client */
	CLIENT_JOBS_MAX = 512,
};

static size_t frame_size(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

bool control_has_frame(const struct client *c)
{
	return c->in_len >= 4 && c->in_len - 4 >= frame_size(c->in);
}

/* While a listing is sent, workers are busy with this client or the core is overloaded, requests
 * wait in the socket. */
bool control_may_read(const struct client *c)
{
	const struct control *control = c->control;

	return (control_task_traits(c) & TASK_ALONE) == 0 && c->jobs < CLIENT_JOBS_MAX &&
	       c->pending < CLIENT_PENDING_MAX &&
	       control->pending_count < PENDING_REPLIES_MAX - 1 &&
	       (c->socket == SOCKET_OFFICE || control->pending_operate < PENDING_OPERATE_MAX) &&
	       control_out_waiting(c) < OUT_PAUSE_BYTES &&
	       inbox_room(control->parts.inbox) > INBOX_RESERVE && !control_waits(c);
}

static void release_buffer(struct client *c)
{
	if (c->in_len > 0)
		return;
	free(c->in);
	c->in = NULL;
	c->in_capacity = 0;
	share_charge_end(&c->in_charge);
}

bool control_take_frames(struct client *c, bool first,
			 bool (*take)(struct client *c, struct blob bytes))
{
	size_t at = 0;
	unsigned taken = 0;

	while (!c->closing && taken < REQUESTS_A_TURN && control_may_read(c) &&
	       c->in_len - at >= 4 &&
	       ((taken == 0 && first) || clock_now().mono_ms < c->control->turn_end_ms)) {
		size_t size = frame_size(c->in + at);

		if (size > CONTROL_MESSAGE_MAX_BYTES) {
			control_say_error(c, 0, ERR_TOO_LARGE, "");
			return false;
		}
		if (c->in_len - at - 4 < size || !take(c, (struct blob){ c->in + at + 4, size }))
			break;
		at += 4 + size;
		taken++;
		c->active_ms = c->frame_ms = c->control->now_ms;
	}
	if (at > 0 && c->in_len > at)
		memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	release_buffer(c);
	return true;
}

/* Room for the frame that has begun, or for whatever comes. */
static bool make_room(struct client *c, size_t *size)
{
	uint8_t *larger;

	*size = c->in_len >= 4 ? frame_size(c->in) + 4 : 0;
	if (*size <= CONTROL_IN_BYTES || *size > CONTROL_MESSAGE_MAX_BYTES + 4)
		*size = CONTROL_IN_BYTES;
	if (*size <= c->in_capacity)
		return true;
	if (*size > CONTROL_IN_BYTES && !shares_room(c->account, SHARE_REQUEST, *size)) {
		control_wait(c);
		return true;
	}
	larger = realloc(c->in, *size);
	if (larger == NULL)
		return false;
	c->in = larger;
	c->in_capacity = *size;
	if (*size > CONTROL_IN_BYTES)
		share_charge_set(&c->in_charge, c->account, *size);
	c->frame_ms = c->control->now_ms;
	return true;
}

bool control_read_some(struct client *c, bool *more)
{
	size_t size;
	ssize_t n;

	*more = false;
	if (control_has_frame(c))
		return true; /* what is here comes first */
	if (!make_room(c, &size))
		return false;
	if (c->in_capacity < size || c->in_len == size)
		return true;
	if (c->in_len == 0)
		c->frame_ms = c->control->now_ms;
	n = recv(c->fd, c->in + c->in_len, size - c->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		release_buffer(c);
		return true;
	}
	if (n <= 0)
		return false;
	c->in_len += (size_t)n;
	*more = c->in_len == CONTROL_IN_BYTES;
	c->touched = ++c->control->touches;
	return true;
}

bool control_write_some(struct client *c)
{
	while (c->out_sent < c->out_len) {
		ssize_t n =
			send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->out_sent += (size_t)n;
		c->active_ms = c->control->now_ms;
		c->touched = ++c->control->touches;
	}
	c->out_sent = c->out_len = 0;
	if (c->out_capacity > OUT_KEPT_BYTES) {
		/* A long answer's room is not kept by a client that waits. */
		free(c->out);
		c->out = NULL;
		c->out_capacity = 0;
		share_charge_end(&c->out_charge);
	}
	return true;
}
