/* See zap.h. */
#include "daemon/links/zap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

enum { FRAMES_MAX = 8, FRAME_BYTES_MAX = 255, LOG_EVERY_MS = 1000 };

struct zap {
	void *socket;
	bool (*allowed)(void *ctx, const uint8_t public_key[32], struct committee_id *out);
	void *ctx;
	int64_t next_log_ms;
	unsigned unlogged; /* refusals since the last line */
};

struct frame {
	size_t len_bytes;
	uint8_t data[FRAME_BYTES_MAX];
};

enum err zap_open(void *zmq,
		  bool (*allowed)(void *ctx, const uint8_t public_key[32],
				  struct committee_id *out),
		  void *ctx, struct zap **out)
{
	struct zap *z = calloc(1, sizeof *z);
	int zero = 0;

	*out = NULL;
	if (z == NULL)
		return ERR_NO_MEMORY;
	z->allowed = allowed;
	z->ctx = ctx;
	z->socket = zmq_socket(zmq, ZMQ_ROUTER);
	if (z->socket == NULL || zmq_setsockopt(z->socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
	    zmq_bind(z->socket, "inproc://zeromq.zap.01") != 0) {
		log_event(LOG_ERROR, "zap-failed", "error=\"%s\"", zmq_strerror(zmq_errno()));
		zap_close(z);
		return ERR_NETWORK;
	}
	*out = z;
	return ERR_OK;
}

void zap_close(struct zap *z)
{
	if (z == NULL)
		return;
	if (z->socket != NULL)
		zmq_close(z->socket);
	free(z);
}

void *zap_socket(struct zap *z)
{
	return z->socket;
}

/* All frames of one request; the ones past the bounds are dropped and make the request bad. False:
 * none waits. */
static bool receive(struct zap *z, struct frame *frames, unsigned *count, bool *bad)
{
	zmq_msg_t part;
	bool more = true;

	*count = 0;
	*bad = false;
	while (more) {
		size_t len;

		zmq_msg_init(&part);
		if (zmq_msg_recv(&part, z->socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&part);
			return false;
		}
		len = zmq_msg_size(&part);
		if (*count == FRAMES_MAX + 1 || len > FRAME_BYTES_MAX) {
			*bad = true;
		} else {
			frames[*count].len_bytes = len;
			memcpy(frames[*count].data, zmq_msg_data(&part), len);
			(*count)++;
		}
		more = zmq_msg_more(&part) != 0;
		zmq_msg_close(&part);
	}
	return true;
}

static bool is_text(const struct frame *f, const char *text)
{
	return f->len_bytes == strlen(text) && memcmp(f->data, text, f->len_bytes) == 0;
}

static void answer(struct zap *z, const struct frame *route, const struct frame *request_id,
		   const char *status, const char *user)
{
	const struct {
		const void *data;
		size_t len_bytes;
	} parts[] = {
		{ route->data, route->len_bytes },
		{ "", 0 },
		{ "1.0", 3 },
		{ request_id->data, request_id->len_bytes },
		{ status, strlen(status) },
		{ "", 0 },
		{ user, strlen(user) },
		{ "", 0 },
	};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		int flags =
		    ZMQ_DONTWAIT | (i + 1 < sizeof parts / sizeof parts[0] ? ZMQ_SNDMORE : 0);

		if (zmq_send(z->socket, parts[i].data, parts[i].len_bytes, flags) < 0)
			return; /* without an answer libzmq lets nobody in */
	}
}

/* Once a second: whoever can reach the port must not fill the log. */
static void log_refusal(struct zap *z, const char *quoted_address)
{
	int64_t now_ms = clock_now().mono_ms;

	if (now_ms < z->next_log_ms) {
		z->unlogged++;
		return;
	}
	log_event(LOG_WARNING, "stranger-refused", "address=%s untold=%u", quoted_address,
		  z->unlogged);
	z->next_log_ms = now_ms + LOG_EVERY_MS;
	z->unlogged = 0;
}

/* route, "", version, request id, domain, address, identity, mechanism, credentials */
static void serve(struct zap *z, const struct frame *f, unsigned count, bool bad)
{
	struct committee_id who = { "" };
	char user[COMMITTEE_ID_MAX + 2 + 2 * ZAP_TAG_BYTES];
	char address[FRAME_BYTES_MAX + 1], quoted[FRAME_BYTES_MAX + 8];

	if (count < 5 || f[1].len_bytes != 0)
		return;
	if (!bad && count == 9 && is_text(&f[2], "1.0") && is_text(&f[4], ZAP_DOMAIN) &&
	    is_text(&f[7], "CURVE") && f[8].len_bytes == 32 &&
	    z->allowed(z->ctx, f[8].data, &who)) {
		int n = snprintf(user, sizeof user, "%s/", who.text);

		for (unsigned i = 0; i < ZAP_TAG_BYTES; i++)
			n += snprintf(user + n, sizeof user - (size_t)n, "%02x", f[8].data[i]);
		answer(z, &f[0], &f[3], "200", user);
		return;
	}
	address[0] = '\0';
	if (count > 5) {
		memcpy(address, f[5].data, f[5].len_bytes);
		address[f[5].len_bytes] = '\0';
	}
	log_refusal(z, log_quote(address, quoted, sizeof quoted));
	answer(z, &f[0], &f[3], "400", "");
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool zap_tag_parse(const char *hex, uint8_t tag[ZAP_TAG_BYTES])
{
	if (strlen(hex) != 2 * ZAP_TAG_BYTES)
		return false;
	for (unsigned i = 0; i < ZAP_TAG_BYTES; i++) {
		int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		tag[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void zap_service(struct zap *z)
{
	struct frame frames[FRAMES_MAX + 1];
	unsigned count;
	bool bad;

	while (receive(z, frames, &count, &bad))
		serve(z, frames, count, bad);
}
