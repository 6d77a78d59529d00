/* See control.h: turns of the local sockets. */
#include "daemon/control/control.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/control/admission.h"
#include "daemon/control/blocks.h"
#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/frame.h"
#include "daemon/control/listen.h"
#include "daemon/control/requests.h"
#include "daemon/control/target.h"

/* Some requests walk through all that is stored (a document by the ending of its id): for the
 * office's, and for all the others' together, so long a turn, or links would fall silent. */
enum {
	REQUESTS_A_TURN_MS = 20,
	READS_A_TURN = 16, /* of a client, CONTROL_IN_BYTES each */
};

enum err control_open(const struct control_parts *parts, struct control **out)
{
	struct control *c = calloc(1, sizeof *c);
	enum err e;

	*out = NULL;
	if (c == NULL)
		return ERR_NO_MEMORY;
	c->parts = *parts;
	c->spare_bytes = UINT64_MAX;
	c->spare_why = ERR_DISK_FULL;
	for (int d = 0; d < SOCKET_COUNT; d++)
		c->listeners[d] = -1;
	c->arena = arena_new(REPLY_ARENA_BYTES);
	c->shares = shares_new();
	c->now_ms = clock_now().mono_ms;
	c->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	c->blocks = blocks_new();
	if (parts->runner.run != NULL)
		c->catalogue =
			catalogue_new(parts->store, parts->runner, parts->config->data, FOLIO_SPAN);
	e = c->arena == NULL || c->shares == NULL ? ERR_NO_MEMORY : ERR_OK;
	if (e == ERR_OK)
		e = control_listen_all(c);
	if (e != ERR_OK) {
		control_close(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

void control_close(struct control *c)
{
	if (c == NULL)
		return;
	while (c->client_count > 0) {
		struct client *client = c->clients[--c->client_count];

		control_drop(client);
		control_free_client(client);
	}
	for (int d = 0; d < SOCKET_COUNT; d++) {
		if (c->listeners[d] >= 0)
			close(c->listeners[d]);
		if (c->paths[d][0] != '\0')
			unlink(c->paths[d]);
	}
	if (c->spare_fd >= 0)
		close(c->spare_fd);
	shares_release(c->shares);
	catalogue_free(c->catalogue);
	blocks_free(c->blocks);
	arena_destroy(c->arena);
	free(c);
}

/* ---- turns ---- */

unsigned control_poll(struct control *c, zmq_pollitem_t *items, unsigned max)
{
	unsigned n = 0;

	for (int d = 0; d < SOCKET_COUNT && n < max; d++)
		items[n++] = (zmq_pollitem_t){ .fd = c->listeners[d], .events = ZMQ_POLLIN };
	for (unsigned i = 0; i < c->client_count; i++) {
		struct client *client = c->clients[i];
		short events = (short)((control_may_read(client) ? ZMQ_POLLIN : 0) |
				       (control_out_waiting(client) > 0 ? ZMQ_POLLOUT : 0));

		client->poll_index = -1;
		/* A closed client would be reported by poll without end while it waits its turn. */
		if (client->closing || n == max || (client->hung && events == 0))
			continue;
		client->poll_index = (int)n;
		items[n++] = (zmq_pollitem_t){ .fd = client->fd,
					       .events = events == 0 ? ZMQ_POLLERR : events };
	}
	return n;
}

void control_set_spare(struct control *c, uint64_t spare_bytes, enum err why)
{
	c->spare_bytes = spare_bytes;
	c->spare_why = why;
}

unsigned control_jobs(const struct control *c)
{
	return c->jobs;
}

uint64_t control_held_bytes(const struct control *c)
{
	return admission_held_bytes(c);
}

void control_tick(struct control *c, int64_t mono_ms)
{
	c->now_ms = mono_ms;
	admission_tick(c);
	catalogue_tick(c->catalogue, c->spare_bytes);
}

void control_follow(struct control *c, const struct plan *p)
{
	catalogue_follow(c->catalogue, p);
	blocks_follow(c->blocks, p);
}

static bool is_busy(const struct client *c)
{
	if (c->closing)
		return false;
	if (c->waits && !control_waits(c))
		return true;
	return (control_may_read(c) && (control_has_frame(c) || c->hung)) || control_tasks_ready(c);
}

bool control_busy(const struct control *c)
{
	for (unsigned i = 0; i < c->client_count; i++) {
		if (is_busy(c->clients[i]))
			return true;
	}
	return false;
}

/* What is in the socket, as far as a turn goes: a turn for each buffer that it fills would be one
 * for every other submission. The last requests of a client that closes are still answered: into a
 * closed socket, at worst. False: it has to go. */
static bool take_requests(struct client *c, bool readable, bool first)
{
	bool alive = true, more = true;

	for (unsigned i = 0; i < READS_A_TURN && alive && more; i++) {
		more = false;
		if (readable)
			alive = control_read_some(c, &more);
		if (c->in_len > 0 && !control_take_frames(c, first, requests_take))
			alive = false;
		more = more && !c->closing && !control_has_frame(c) && control_may_read(c);
	}
	return alive;
}

static void service_client(struct client *c, short revents, bool first)
{
	bool alive;

	if (!control_waits(c))
		c->waits = false;
	if ((revents & ZMQ_POLLERR) != 0)
		c->hung = true;
	alive = take_requests(
		c, (revents & (ZMQ_POLLIN | ZMQ_POLLERR)) != 0 || (c->hung && control_may_read(c)),
		first);
	if (!c->closing)
		control_tasks_go_on(c, NULL);
	if (control_out_waiting(c) > 0 && !control_write_some(c))
		alive = false;
	if (!alive)
		control_drop(c);
}

/* Clients of some sockets, each turn from another one on: the time for requests may be over before
 * the last. */
static void service_sockets(struct control *c, enum local_socket from, enum local_socket to,
			    const zmq_pollitem_t *items, unsigned count)
{
	bool first = true;

	c->turn_end_ms = clock_now().mono_ms + REQUESTS_A_TURN_MS;
	for (unsigned k = 0; k < c->client_count; k++) {
		struct client *client = c->clients[(c->first + k) % c->client_count];
		int at = client->poll_index;

		if (client->closing || client->socket < from || client->socket > to)
			continue;
		service_client(client, at >= 0 && (unsigned)at < count ? items[at].revents : 0,
			       first);
		first = false;
	}
}

void control_service(struct control *c, const zmq_pollitem_t *items, unsigned count)
{
	control_reap(c);
	c->first++;
	service_sockets(c, SOCKET_OFFICE, SOCKET_OFFICE, items, count);
	service_sockets(c, SOCKET_OPERATE, SOCKET_READ, items, count);
	for (int d = 0; d < SOCKET_COUNT && (unsigned)d < count; d++) {
		if ((items[d].revents & ZMQ_POLLIN) != 0)
			control_accept(c, (enum local_socket)d);
	}
	catalogue_go_on(c->catalogue);
	control_reap(c);
}

void control_reply(struct control *control, const struct act_reply *a)
{
	if (a->recount != NULL)
		control_recount_log(a->recount);
	control_answered(control, a);
}
