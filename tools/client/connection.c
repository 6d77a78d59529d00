/* See tools/client/connection.h. */
#include "tools/client/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/pb.h"
#include "tools/client/uuid.h"
#include "tools/output/output.h"

enum { ARENA_BYTES = 64 << 20, TELL_MS = 2000, CHOICES_MAX = 8, LAST_WORD_BYTES = 512 };

struct client {
	struct cli *cli;
	char path[CONFIG_PATH_MAX + 32];
	int timeout_ms;
	int fd;
	uint64_t last_id;
	struct arena *arena;
	uint8_t *buffer;
	const char *about;
	/* the system call that did not succeed, and its errno (0: the daemon hung up) */
	const char *failed;
	int error;
};

static const char *socket_name(enum client_door door)
{
	return door == CLIENT_OFFICE	? "office.sock"
	       : door == CLIENT_OPERATE ? "operate.sock"
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

enum err client_connect(const struct config *config, enum client_door door, int timeout_ms,
			struct client **out)
{
	struct client *c = calloc(1, sizeof *c);
	enum err e;

	*out = NULL;
	if (c == NULL)
		return ERR_NO_MEMORY;
	c->fd = -1;
	c->timeout_ms = timeout_ms;
	c->arena = arena_new(ARENA_BYTES);
	c->buffer = malloc(CONTROL_MESSAGE_MAX_BYTES + 4);
	if (c->arena == NULL || c->buffer == NULL)
		e = ERR_NO_MEMORY;
	else if (!config_socket(config, socket_name(door), c->path, sizeof c->path))
		e = ERR_CONFIG;
	else
		e = connect_to(c->path, timeout_ms, &c->fd);
	if (e != ERR_OK) {
		client_close(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

/* ---- for who asked with -v ---- */

/* Which daemon it is, on a connection of its own: one that hangs must not hold up what was asked
 * for long. */
static void tell_daemon(struct cli *cli, const struct config *config, enum client_door door)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof peer;
	Vanthu__V1__Reply *reply = NULL;
	struct client *c = NULL;
	enum err e =
	    client_connect(config, door, cli->timeout_ms < TELL_MS ? cli->timeout_ms : TELL_MS, &c);

	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	if (e == ERR_OK && getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		peer.pid = 0;
	if (e == ERR_OK)
		e = client_send(c, &request);
	if (e == ERR_OK)
		e = client_next(c, &reply);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_STATUS) {
		json_t *since = json_time(reply->status->up_since_ms);
		char text[64];

		output_format(cli, since, FORMAT_TIME, true, text, sizeof text);
		cli_detail(cli, _("daemon: vanthud %s, process %d, up since %s"),
			   reply->status->version, (int)peer.pid, text);
		json_decref(since);
	} else {
		cli_detail(cli, _("daemon: process %d does not say who it is: VT-%d %s"),
			   (int)peer.pid, (int)(e == ERR_OK ? ERR_FORMAT : e),
			   _(err_text(e == ERR_OK ? ERR_FORMAT : e)));
	}
	client_close(c);
}

/* Why there is no connection: whose socket it is, if it is one, and what the system said. */
static void tell_socket(struct cli *cli, const char *path, int error)
{
	struct stat st;

	if (stat(path, &st) == 0)
		cli_detail(
		    cli,
		    _("the socket is of user %u, group %u, mode %04o; this is user %u, group %u"),
		    (unsigned)st.st_uid, (unsigned)st.st_gid, (unsigned)(st.st_mode & 07777),
		    (unsigned)geteuid(), (unsigned)getegid());
	if (error != 0)
		cli_detail_errno(cli, path, error);
}

/* Nobody listens, nothing is there, one may not, or too many are before us: four things, and four
 * to do. */
static void fail_to_connect(struct cli *cli, enum err e, const struct config *config,
			    const char *path, int error)
{
	char message[CONFIG_PATH_MAX + 256];
	const char *id = config->committee.text;

	if (e == ERR_UNREACHABLE && error == ENOENT && access(config->run, F_OK) != 0) {
		snprintf(message, sizeof message,
			 _("%s: no daemon answers: its folder %s is not there"), id, config->run);
		cli_fail_text(cli, e, message,
			      _("start it, also where it runs already: vanthud makes the folder "
				"when it starts"));
	} else if (e == ERR_UNREACHABLE && error == ENOENT) {
		snprintf(message, sizeof message, _("%s: no daemon answers: %s is not there"), id,
			 path);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else if (e == ERR_PERMISSION) {
		snprintf(message, sizeof message, _("%s: this user may not use %s"), id, path);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else if (e == ERR_BUSY) {
		snprintf(message, sizeof message,
			 _("%s: the daemon takes no connection on %s: it hangs, or more come than "
			   "it takes"),
			 id, path);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else {
		cli_fail(cli, e, id);
	}
}

enum err client_open(struct cli *cli, enum client_door door, struct client **out)
{
	struct config *config = malloc(sizeof *config);
	char path[CONFIG_PATH_MAX + 32];
	enum err e = config == NULL ? ERR_NO_MEMORY : cli_config(cli, config);
	int error;

	*out = NULL;
	if (e == ERR_OK) {
		bool known = config_socket(config, socket_name(door), path, sizeof path);

		if (known)
			cli_detail(cli, _("socket: %s"), path);
		errno = 0;
		e = client_connect(config, door, cli->timeout_ms, out);
		error = errno;
		if (e != ERR_OK)
			fail_to_connect(cli, e, config, path, error);
		else
			(*out)->cli = cli;
		if (cli->verbose > 0 && e == ERR_OK)
			tell_daemon(cli, config, door);
		else if (cli->verbose > 0 && known)
			tell_socket(cli, path, error);
	}
	free(config);
	return e;
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

struct cli *client_cli(struct client *c)
{
	return c->cli;
}

static enum err failure(struct client *c, const char *call, int error)
{
	c->failed = call;
	c->error = error;
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
	size = vanthu__v1__request__get_packed_size(request);
	if (size > CONTROL_MESSAGE_MAX_BYTES)
		return ERR_TOO_LARGE;
	for (unsigned i = 0; i < 4; i++)
		c->buffer[i] = (uint8_t)(size >> (8 * (3 - i)));
	vanthu__v1__request__pack(request, c->buffer + 4);
	return send_all(c, c->buffer, size + 4);
}

/* Has the daemon given the place of a connection that asked nothing for a while to somebody else?
 * Its word for that has no request's number. */
static bool sent_away(struct client *c)
{
	uint8_t bytes[LAST_WORD_BYTES];
	ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
	const Vanthu__V1__Reply *r;
	struct arena *a; /* of its own: the request may have texts of the last reply */
	bool yes;
	size_t size;
	enum err e;

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

/* Once: a second refusal is told. */
static enum err come_again(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	return connect_to(c->path, c->timeout_ms, &c->fd);
}

enum err client_send(struct client *c, Vanthu__V1__Request *request)
{
	enum err e = sent_away(c) ? come_again(c) : ERR_OK;

	if (e != ERR_OK)
		return failure(c, "connect", errno);
	return client_send_more(c, request, ++c->last_id);
}

static enum err receive_all(struct client *c, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(c->fd, bytes, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failure(c, "recv", n == 0 ? 0 : errno);
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

enum err client_next(struct client *c, Vanthu__V1__Reply **reply)
{
	uint8_t head[4];
	size_t size;
	enum err e = receive_all(c, head, sizeof head);

	*reply = NULL;
	if (e != ERR_OK)
		return e;
	size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (size > CONTROL_MESSAGE_MAX_BYTES)
		return ERR_FORMAT;
	e = receive_all(c, c->buffer, size);
	if (e != ERR_OK)
		return e;
	arena_reset(c->arena);
	*reply = pb_unpack(c->arena, &vanthu__v1__reply__descriptor,
			   (struct blob){ c->buffer, size }, &e);
	return e;
}

void client_about(struct client *c, const char *what)
{
	c->about = what;
}

/* A document or an entry on paper by its whole id, as a choice; with its id only where this door
 * tells no more. */
static json_t *describe(struct client *c, const char *id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery papers = VANTHU__V1__PAPER_QUERY__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *r;
	json_t *out = json_pack("{s:s}", "id", id);
	const char *date = "", *from = "", *number = "";

	ref.text = (char *)(uintptr_t)id;
	papers.ref = &ref;
	request.what_case = strcmp(c->cli->command->name, "paper") == 0
				? VANTHU__V1__REQUEST__WHAT_PAPERS
				: VANTHU__V1__REQUEST__WHAT_SHOW;
	if (request.what_case == VANTHU__V1__REQUEST__WHAT_PAPERS)
		request.papers = &papers;
	else
		request.show = &ref;
	if (client_send(c, &request) != ERR_OK)
		return out;
	do {
		if (client_next(c, &r) != ERR_OK)
			return out;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_VIEW) {
			date = r->view->line->issued_on;
			from = r->view->line->from;
			number = r->view->line->number;
		} else if (r->what_case == VANTHU__V1__REPLY__WHAT_PAPER) {
			date = r->paper->date;
			from = r->paper->party;
			number = r->paper->number;
		} else {
			continue;
		}
		json_object_set_new(out, "date", json_string(date));
		json_object_set_new(out, "from", json_string(from));
		json_object_set_new(out, "number", json_string(number));
	} while (r->more);
	return out;
}

/* 32 digits as a UUID. */
static void dashed(const char *digits, char out[UUID_TEXT_SIZE])
{
	snprintf(out, UUID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%s", digits, digits + 8, digits + 12,
		 digits + 16, digits + 20);
}

/* One line each, so that a person can tell them apart. */
static enum err fail_ambiguous(struct client *c, enum err e, const Vanthu__V1__ControlError *error)
{
	char ids[CHOICES_MAX][UUID_TEXT_SIZE], message[512];
	json_t *choices = json_array();
	size_t count = 0;

	for (; count < error->n_choices && count < CHOICES_MAX &&
	       strlen(error->choices[count]) == 2 * sizeof(struct doc_id);
	     count++)
		dashed(error->choices[count], ids[count]);
	c->cli->more_choices = error->choice_count > count ? error->choice_count - count : 0;
	snprintf(message, sizeof message, "%s: %s", error->about, _(err_text(e)));
	/* From here on the reply is gone. */
	for (size_t i = 0; i < count; i++)
		json_array_append_new(choices, describe(c, ids[i]));
	c->cli->choices = choices;
	cli_fail_text(c->cli, e, message, _(err_fix(e)));
	c->cli->choices = NULL;
	json_decref(choices);
	return e;
}

enum err client_fail(struct client *c, enum err e, const Vanthu__V1__Reply *reply)
{
	const Vanthu__V1__ControlError *error;
	Vanthu__V1__Reply *last = NULL;
	char why[256] = "";

	/* It may have said why before it hung up. */
	if (e == ERR_UNREACHABLE && c->fd >= 0 && client_next(c, &last) == ERR_OK &&
	    last->what_case == VANTHU__V1__REPLY__WHAT_ERROR) {
		reply = last;
		e = ERR_OK;
	}
	if (e != ERR_OK || reply == NULL || reply->what_case != VANTHU__V1__REPLY__WHAT_ERROR) {
		e = e == ERR_OK ? ERR_FORMAT : e;
		cli_fail(c->cli, e, c->about);
		if (e == ERR_TIMEOUT)
			cli_detail(c->cli,
				   _("the daemon holds the connection, and nothing came for %d ms"),
				   c->cli->timeout_ms);
		else if (c->failed != NULL && c->error != 0)
			cli_detail_errno(c->cli, c->failed, c->error);
		else if (c->failed != NULL)
			cli_detail(c->cli, "%s",
				   _("the daemon closed the connection: it ended, or did not take "
				     "what was said"));
		return e;
	}
	error = reply->error;
	e = err_known(error->code) && error->code != 0 ? (enum err)error->code : ERR_SYSTEM;
	if (error->n_choices > 0)
		return fail_ambiguous(c, e, error);
	if (error->clock != NULL)
		clocks_why(error->clock, why, sizeof why);
	cli_fail(c->cli, e,
		 why[0] != '\0'		   ? why
		 : error->about[0] == '\0' ? c->about
					   : error->about);
	return e;
}

enum err client_call(struct client *c, Vanthu__V1__Request *request,
		     Vanthu__V1__Reply__WhatCase wanted, Vanthu__V1__Reply **reply)
{
	enum err e = client_send(c, request);

	if (e == ERR_OK)
		e = client_next(c, reply);
	if (e == ERR_OK && (*reply)->what_case == wanted)
		return ERR_OK;
	return client_fail(c, e, e == ERR_OK ? *reply : NULL);
}

enum err client_row(struct client *c, Vanthu__V1__Reply__WhatCase wanted, Vanthu__V1__Reply **reply)
{
	enum err e = client_next(c, reply);

	if (e == ERR_OK && (*reply)->what_case == wanted)
		return ERR_OK;
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_DONE)
		return ERR_NOT_FOUND;
	return client_fail(c, e, e == ERR_OK ? *reply : NULL);
}
