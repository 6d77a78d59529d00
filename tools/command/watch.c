/* watch: live events from the local PUB socket, one a line. What is missed is in the store: status,
 * inbox and outbox have it. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/control.pb-c.h"
#include "proto/pb.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_COUNT = 1, ARENA_BYTES = 1 << 20, WAIT_MS = 500 };

const struct command_option watch_options[] = {
	{ "count", OPT_COUNT, N_("N"), N_("stop after so many events"), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static json_t *json_event(const Vanthu__V1__LiveEvent *m)
{
	json_t *out =
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "event", m->what, "at",
		      json_time(m->at_ms), "id", json_uuid(m->id), "origin",
		      json_text_or_null(m->origin), "committee", json_text_or_null(m->committee),
		      "number", json_text_or_null(m->number), "reason", json_code(m->reason));

	if (m->target != NULL)
		json_object_set_new(out, "target", target_json(m->target));
	if (strcmp(m->what, "clock") == 0)
		json_object_set_new(out, "clock_ahead_ms",
				    json_integer((json_int_t)m->clock_ahead_ms));
	return out;
}

/* What a line says at its end: a number, or the share. */
static void describe(struct cli *cli, const Vanthu__V1__LiveEvent *m, const json_t *event,
		     char *out, size_t size)
{
	if (m->target != NULL)
		target_sentence(cli, json_object_get(event, "target"), out, size);
	else if (strcmp(m->what, "clock") == 0)
		clocks_words(m->clock_ahead_ms, out, size);
	else
		snprintf(out, size, "%s", m->number);
	text_one_line(out);
}

static void print_event(struct cli *cli, const Vanthu__V1__LiveEvent *m)
{
	json_t *event = json_event(m);
	char at[64], what[64], id[64], end[256];

	if (cli->json) {
		cli->renderer->object(cli, event, NULL);
	} else {
		output_format(cli, json_object_get(event, "at"), FORMAT_TIME, false, at, sizeof at);
		output_format(cli, json_object_get(event, "event"), FORMAT_STATE, false, what,
			      sizeof what);
		output_format(cli, json_object_get(event, "id"), FORMAT_ID, false, id, sizeof id);
		describe(cli, m, event, end, sizeof end);
		printf("%s  %s%*s  %-8s  %s%s%s\n", at, what,
		       text_width(what) < 16 ? 16 - text_width(what) : 0, "", id, m->committee,
		       end[0] == '\0' ? "" : "  ", end);
	}
	json_decref(event);
}

/* An event is printed when it has left stdout's buffer. False: it could not be written, as
 * cli_finish reports, or nobody reads any more, which is no fault. */
static bool deliver(struct cli *cli)
{
	bool good = fflush(stdout) == 0 && ferror(stdout) == 0;

	cli->reader_gone = !good && errno == EPIPE;
	return good;
}

/* Whether the other end of a pipe, or the terminal, has gone: `watch | head -1` should not wait for
 * the next event to see it. */
static bool is_read(struct cli *cli)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	cli->reader_gone = poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
	return !cli->reader_gone;
}

static bool receive(void *socket, uint8_t *bytes, size_t size, size_t *len)
{
	int n = zmq_recv(socket, bytes, size, 0);
	int more = 0;
	size_t option_size = sizeof more;

	if (n < 0)
		return false;
	zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option_size);
	if (more == 0)
		return false;
	n = zmq_recv(socket, bytes, size, 0);
	*len = n < 0 || (size_t)n > size ? 0 : (size_t)n;
	return *len > 0;
}

static void follow(struct cli *cli, void *socket, unsigned long count)
{
	struct arena *a = arena_new(ARENA_BYTES);
	uint8_t bytes[4096];
	unsigned long printed = 0;

	while (a != NULL && interrupted == 0 && (count == 0 || printed < count) && is_read(cli)) {
		const Vanthu__V1__LiveEvent *m;
		size_t len = 0;
		enum err e;

		if (!receive(socket, bytes, sizeof bytes, &len))
			continue; /* nothing within WAIT_MS, or a signal */
		arena_reset(a);
		m = pb_unpack(a, &vanthu__v1__live_event__descriptor, (struct blob){ bytes, len },
			      &e);
		if (m == NULL)
			continue;
		errno = 0;
		print_event(cli, m);
		if (!deliver(cli))
			break;
		printed++;
	}
	arena_destroy(a);
}

static int watch(struct cli *cli, const struct config *config, unsigned long count)
{
	char path[CONFIG_PATH_MAX + 32], endpoint[CONFIG_PATH_MAX + 64];
	void *zmq = zmq_ctx_new(), *socket = zmq == NULL ? NULL : zmq_socket(zmq, ZMQ_SUB);
	int wait_ms = WAIT_MS, zero = 0, code = 0;
	struct sigaction stop = { .sa_handler = interrupt };

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!config_socket(config, "events.sock", path, sizeof path))
		code = cli_fail(cli, ERR_CONFIG, config->run);
	snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
	if (code == 0 && (socket == NULL || zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) != 0 ||
			  zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms) != 0 ||
			  zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
			  zmq_connect(socket, endpoint) != 0))
		code = cli_fail(cli, ERR_UNREACHABLE, config->committee.text);
	if (code == 0)
		follow(cli, socket, count);
	if (socket != NULL)
		zmq_close(socket);
	if (zmq != NULL)
		zmq_ctx_term(zmq);
	return code;
}

int cmd_watch(struct cli *cli, int argc, char **argv)
{
	struct config *config = malloc(sizeof *config);
	unsigned long count = 0;
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?') {
			free(config);
			return err_exit_code(ERR_USAGE);
		}
		if (!cli_number(cli, 1, ULONG_MAX, &count)) {
			free(config);
			return err_exit_code(ERR_USAGE);
		}
	}
	code =
	    config == NULL ? err_exit_code(ERR_NO_MEMORY) : err_exit_code(cli_config(cli, config));
	if (code == 0)
		code = watch(cli, config, count);
	free(config);
	return code;
}
