/* The local sockets: who comes in by which door, frames, and the switch over requests. See control.h and control_internal.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/control_internal.h"
#include "daemon/log.h"
#include "proto/prescan.h"

enum { REQUESTS_A_TURN = 64, REQUESTS_A_TURN_MS = 20, READ_BYTES = 256 * 1024, INBOX_RESERVE = 1024 };

enum err control_open(const struct control_parts *parts, struct control **out)
{
	struct control *c = calloc(1, sizeof *c);
	enum err e;

	*out = NULL;
	if (c == NULL)
		return ERR_NO_MEMORY;
	c->parts = *parts;
	c->spare_bytes = UINT64_MAX;
	for (int d = 0; d < DOOR_COUNT; d++)
		c->listeners[d] = -1;
	c->arena = arena_new(REPLY_ARENA_BYTES);
	e = c->arena == NULL ? ERR_NO_MEMORY : ERR_OK;
	if (e == ERR_OK)
		e = control_listen(c, DOOR_OFFICE, "office.sock", parts->config->office_group);
	if (e == ERR_OK)
		e = control_listen(c, DOOR_OPERATE, "operate.sock", parts->config->operate_group);
	if (e == ERR_OK)
		e = control_listen(c, DOOR_READ, "read.sock", parts->config->read_group);
	if (e != ERR_OK) {
		control_close(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

/* ---- clients ---- */

static void free_client(struct client *c)
{
	struct control *control = c->control;

	for (unsigned i = 0; i < control->client_count; i++) {
		if (control->clients[i] == c) {
			control->clients[i] = control->clients[--control->client_count];
			break;
		}
	}
	free(c->in);
	free(c->out);
	free(c);
}

/* Nobody waits any more for what this client asked; what its jobs still do is let go of when they are back. */
static void drop_client(struct client *c)
{
	struct control *control = c->control;

	if (!c->closing) {
		c->closing = true;
		close(c->fd);
		for (unsigned i = 0; i < PENDING_REPLIES_MAX; i++) {
			if (control->pending[i].client == c)
				control->pending[i].client = NULL;
		}
		control_uploads_drop(c);
		control_downloads_drop(c);
		control_listing_drop(c);
		control_import_drop(c);
	}
	if (c->jobs == 0)
		free_client(c);
}

void control_close(struct control *c)
{
	if (c == NULL)
		return;
	while (c->client_count > 0) {
		c->clients[0]->jobs = 0;
		drop_client(c->clients[0]);
	}
	for (int d = 0; d < DOOR_COUNT; d++) {
		if (c->listeners[d] >= 0)
			close(c->listeners[d]);
		if (c->paths[d][0] != '\0')
			unlink(c->paths[d]);
	}
	arena_destroy(c->arena);
	free(c);
}

void control_run(struct client *c, struct job *j)
{
	c->jobs++;
	c->control->jobs++;
	c->control->parts.runner.run(c->control->parts.runner.ctx, j);
}

void control_run_here(struct client *c, struct job *j)
{
	c->jobs++;
	c->control->jobs++;
	j->work(j);
	j->done(j);
}

bool control_job_back(struct client *c)
{
	c->jobs--;
	c->control->jobs--;
	return c->closing;
}

unsigned control_jobs(const struct control *c)
{
	return c->jobs;
}

struct lookup control_lookup(const struct client *c)
{
	return c->control->parts.store->ops->lookup(c->control->parts.store);
}

static void accept_client(struct control *control, enum door door)
{
	struct ucred peer = { .uid = 0 };
	socklen_t len = sizeof peer;
	struct client *c;
	int fd = accept4(control->listeners[door], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	c = control->client_count < CONTROL_CLIENTS_MAX ? calloc(1, sizeof *c) : NULL;
	if (c == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
		log_event(LOG_WARNING, "client-refused", "clients=%u", control->client_count);
		free(c);
		close(fd);
		return;
	}
	*c = (struct client){ .control = control, .fd = fd, .door = door, .uid = peer.uid, .poll_index = -1 };
	control->clients[control->client_count++] = c;
}

/* ---- requests ---- */

static bool door_allows(enum door door, Vanthu__V1__Request__WhatCase what)
{
	if (what >= VANTHU__V1__REQUEST__WHAT_STATUS)
		return true;
	if (what >= VANTHU__V1__REQUEST__WHAT_PING)
		return door == DOOR_OPERATE;
	if (what == VANTHU__V1__REQUEST__WHAT_DATA)
		return door != DOOR_READ;
	return door == DOOR_OFFICE;
}

/* What all three sockets answer. */
static void serve_read(struct client *c, const Vanthu__V1__Request *m)
{
	uint64_t id = m->id;

	switch (m->what_case) {
	case VANTHU__V1__REQUEST__WHAT_STATUS:
		control_status(c, id);
		return;
	case VANTHU__V1__REQUEST__WHAT_LINKS:
		control_links(c, id);
		return;
	case VANTHU__V1__REQUEST__WHAT_QUEUE:
		control_queue(c, id);
		return;
	case VANTHU__V1__REQUEST__WHAT_QUEUE_LIST:
		control_queue_list(c, id, m->queue_list);
		return;
	case VANTHU__V1__REQUEST__WHAT_TRACE:
		control_trace(c, id, m->trace);
		return;
	case VANTHU__V1__REQUEST__WHAT_COMMITTEES:
		control_committees(c, id, m->committees);
		return;
	case VANTHU__V1__REQUEST__WHAT_DIRECTORY:
		control_directory(c, id);
		return;
	case VANTHU__V1__REQUEST__WHAT_KEYS:
		control_keys(c, id);
		return;
	case VANTHU__V1__REQUEST__WHAT_FIGURES:
		control_figures(c, id);
		return;
	case VANTHU__V1__REQUEST__WHAT_TARGET:
		control_target(c, id, m->target);
		return;
	default:
		control_say_error(c, id, ERR_UNSUPPORTED, "");
		return;
	}
}

static void serve(struct client *c, const Vanthu__V1__Request *m, struct blob bytes)
{
	uint64_t id = m->id;

	switch (m->what_case) {
	case VANTHU__V1__REQUEST__WHAT_SUBMIT:
		control_submit(c, id, m->submit, bytes);
		return;
	case VANTHU__V1__REQUEST__WHAT_DATA:
		if (!control_import_data(c, id, m->data))
			control_data(c, id, m->data);
		return;
	case VANTHU__V1__REQUEST__WHAT_LIST:
		control_list(c, id, m->list);
		return;
	case VANTHU__V1__REQUEST__WHAT_SHOW:
		control_show(c, id, m->show);
		return;
	case VANTHU__V1__REQUEST__WHAT_CONTENT:
		control_content(c, id, m->content);
		return;
	case VANTHU__V1__REQUEST__WHAT_CREDIT:
		control_content_credit(c, id, m->credit);
		return;
	case VANTHU__V1__REQUEST__WHAT_VERIFY:
		control_verify(c, id, m->verify);
		return;
	case VANTHU__V1__REQUEST__WHAT_EVIDENCE:
		control_evidence(c, id, m->evidence);
		return;
	case VANTHU__V1__REQUEST__WHAT_PAPER_ADD:
		control_paper_add(c, id, m->paper_add);
		return;
	case VANTHU__V1__REQUEST__WHAT_PAPER_CANCEL:
		control_paper_cancel(c, id, m->paper_cancel);
		return;
	case VANTHU__V1__REQUEST__WHAT_PAPERS:
		control_papers(c, id, m->papers);
		return;
	case VANTHU__V1__REQUEST__WHAT_PING:
		control_ping(c, id, m->ping);
		return;
	case VANTHU__V1__REQUEST__WHAT_IMPORT:
		control_import(c, id, m->import);
		return;
	case VANTHU__V1__REQUEST__WHAT_RECOUNT:
		control_recount(c, id, m->recount);
		return;
	default:
		serve_read(c, m);
		return;
	}
}

static void take_request(struct client *c, struct blob bytes)
{
	const Vanthu__V1__Request *m;
	enum err e;

	arena_reset(c->control->arena);
	m = unpack(c->control->arena, &vanthu__v1__request__descriptor, bytes, &e);
	if (m == NULL)
		control_say_error(c, 0, e, "");
	else if (!door_allows(c->door, m->what_case))
		control_say_error(c, m->id, ERR_PERMISSION, "");
	else
		serve(c, m, bytes);
}

static size_t frame_size(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* While a listing is told, workers are busy with this client or the core is overloaded, requests wait in the socket. */
static bool may_read(const struct client *c)
{
	return c->listing == NULL && c->jobs < CLIENT_JOBS_MAX && c->held_bytes < HELD_BYTES_MAX &&
	       control_out_waiting(c) < 2 * OUT_PAUSE_BYTES && inbox_room(c->control->parts.inbox) > INBOX_RESERVE;
}

/* Some requests walk through all that is stored (a document by the ending of its id): few of those a turn, or links would fall silent. */
static bool take_frames(struct client *c)
{
	const int64_t end_ms = clock_now().mono_ms + REQUESTS_A_TURN_MS;
	size_t at = 0;
	unsigned taken = 0;

	while (!c->closing && taken < REQUESTS_A_TURN && may_read(c) && c->in_len - at >= 4 && (taken == 0 || clock_now().mono_ms < end_ms)) {
		size_t size = frame_size(c->in + at);

		if (size > CONTROL_MESSAGE_MAX_BYTES)
			return false;
		if (c->in_len - at - 4 < size)
			break;
		take_request(c, (struct blob){ c->in + at + 4, size });
		at += 4 + size;
		taken++;
	}
	if (at > 0)
		memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	return true;
}

static bool has_frame(const struct client *c)
{
	return c->in_len >= 4 && c->in_len - 4 >= frame_size(c->in);
}

static bool read_some(struct client *c)
{
	size_t room = READ_BYTES;
	ssize_t n;

	if (has_frame(c))
		return true; /* what is here comes first */
	if (c->in_len >= 4 && frame_size(c->in) <= CONTROL_MESSAGE_MAX_BYTES && frame_size(c->in) + 4 - c->in_len > room)
		room = frame_size(c->in) + 4 - c->in_len;
	if (!control_reserve(&c->in, &c->in_capacity, c->in_len + room))
		return false;
	n = recv(c->fd, c->in + c->in_len, c->in_capacity - c->in_len, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->in_len += (size_t)n;
	return n > 0;
}

static bool write_some(struct client *c)
{
	while (c->out_sent < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->out_sent += (size_t)n;
	}
	if (c->out_capacity > 4 * READ_BYTES) {
		/* A long answer's room is not kept by a client that waits. */
		free(c->out);
		c->out = NULL;
		c->out_capacity = 0;
	}
	c->out_sent = c->out_len = 0;
	return true;
}

unsigned control_poll(struct control *c, zmq_pollitem_t *items, unsigned max)
{
	unsigned n = 0;

	for (int d = 0; d < DOOR_COUNT && n < max; d++)
		items[n++] = (zmq_pollitem_t){ .fd = c->listeners[d], .events = ZMQ_POLLIN };
	for (unsigned i = 0; i < c->client_count; i++) {
		struct client *client = c->clients[i];
		short events = (short)((may_read(client) ? ZMQ_POLLIN : 0) | (control_out_waiting(client) > 0 ? ZMQ_POLLOUT : 0));

		client->poll_index = -1;
		if (client->closing || n == max)
			continue;
		client->poll_index = (int)n;
		items[n++] = (zmq_pollitem_t){ .fd = client->fd, .events = events == 0 ? ZMQ_POLLERR : events };
	}
	return n;
}

void control_set_spare(struct control *c, uint64_t spare_bytes)
{
	c->spare_bytes = spare_bytes;
}

bool control_busy(const struct control *c)
{
	for (unsigned i = 0; i < c->client_count; i++) {
		const struct client *client = c->clients[i];

		if (!client->closing && ((may_read(client) && has_frame(client)) ||
					 (client->listing != NULL && control_out_waiting(client) < OUT_PAUSE_BYTES)))
			return true;
	}
	return false;
}

static void service_client(struct client *c, short revents)
{
	bool alive = true;

	if ((revents & ZMQ_POLLIN) != 0 || (revents & ZMQ_POLLERR) != 0)
		alive = read_some(c);
	/* The last requests of a client that hangs up are still answered: into a closed socket, at worst. */
	if (c->in_len > 0 && !take_frames(c))
		alive = false;
	control_listing_go_on(c);
	control_downloads_go_on(c);
	if (control_out_waiting(c) > 0 && !write_some(c))
		alive = false;
	if (!alive)
		drop_client(c);
}

void control_service(struct control *c, const zmq_pollitem_t *items, unsigned count)
{
	for (unsigned i = c->client_count; i-- > 0;) {
		struct client *client = c->clients[i];
		int at = client->poll_index;

		if (client->closing) {
			if (client->jobs == 0)
				free_client(client);
			continue;
		}
		service_client(client, at >= 0 && (unsigned)at < count ? items[at].revents : 0);
	}
	for (int d = 0; d < DOOR_COUNT && (unsigned)d < count; d++) {
		if ((items[d].revents & ZMQ_POLLIN) != 0)
			accept_client(c, (enum door)d);
	}
}
