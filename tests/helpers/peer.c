/* See peer.h. */
#include "tests/helpers/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "proto/seal.h"
#include "proto/signer_pem.h"
#include "proto/verifier.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"
#include "routing/state/stream.h"
#include "tools/base/files.h"

enum { ARENA_BYTES = 256 << 20, ANSWER_MS = 1500, GREET_TRIES = 60 };
/* For what must come, however busy the machine; and for what shows only that nobody is there. */
enum { WAIT_MS = 60000, ALIVE_MS = 15000 };

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "peer: %s\n", what);
	exit(2);
}

static int64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static struct blob read_file(struct peer *p, const char *name)
{
	const char *path = fs_join(p->arena, p->folder, name);
	struct blob bytes;

	need(path != NULL && fs_read(p->arena, path, 65536, &bytes) == ERR_OK, name);
	return bytes;
}

void peer_open(struct peer *p, const char *endpoint, const char *server_key_hex, const char *folder)
{
	const char *name = strrchr(folder, '/');

	memset(p, 0, sizeof *p);
	p->endpoint = endpoint;
	p->folder = folder;
	p->arena = arena_new(ARENA_BYTES);
	p->zmq = zmq_ctx_new();
	p->our_credit = 1000;
	need(p->arena != NULL && p->zmq != NULL && strlen(server_key_hex) == 64, "memory or key");
	snprintf(p->self.text, sizeof p->self.text, "%s", name == NULL ? folder : name + 1);
	for (size_t i = 0; i < sizeof p->server_key; i++) {
		char pair[3] = { server_key_hex[2 * i], server_key_hex[2 * i + 1], '\0' };

		p->server_key[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	need(signer_pem_open(read_file(p, "sign.key"), &p->signer) == ERR_OK, "sign.key");
}

void *peer_dial(struct peer *p)
{
	struct blob key = read_file(p, "link.key");
	char secret[41] = "", public[41];
	int ms = 3000, hwm = 100000, little = 1, little_bytes = 4096;
	void *s = zmq_socket(p->zmq, ZMQ_DEALER);

	need(key.len_bytes >= 40, "link.key");
	memcpy(secret, key.data, 40);
	need(s != NULL &&
		 (!p->deaf ||
		  (zmq_setsockopt(s, ZMQ_RCVHWM, &little, sizeof little) == 0 &&
		   zmq_setsockopt(s, ZMQ_RCVBUF, &little_bytes, sizeof little_bytes) == 0)),
	     "deaf");
	need(zmq_curve_public(public, secret) == 0 &&
		 zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, p->server_key, 32) == 0 &&
		 zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, secret, 41) == 0 &&
		 zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, public, 41) == 0 &&
		 zmq_setsockopt(s, ZMQ_LINGER, &ms, sizeof ms) == 0 &&
		 zmq_setsockopt(s, ZMQ_SNDHWM, &hwm, sizeof hwm) == 0 &&
		 zmq_setsockopt(s, ZMQ_SNDTIMEO, &ms, sizeof ms) == 0 &&
		 zmq_connect(s, p->endpoint) == 0,
	     "connect");
	return s;
}

void peer_close(struct peer *p)
{
	zmq_close(p->socket);
	zmq_ctx_term(p->zmq);
	signer_destroy(p->signer);
	arena_destroy(p->arena);
}

void peer_send(struct peer *p, const void *bytes, size_t len_bytes)
{
	need(zmq_send(p->socket, bytes, len_bytes, 0) >= 0, "send");
}

void peer_say(struct peer *p, const struct message *m)
{
	struct blob frame;

	need(wire_encode(p->arena, m, &frame) == ERR_OK, "encode");
	peer_send(p, frame.data, frame.len_bytes);
}

/* ---- hearing ---- */

static void take_hello(struct peer *p, const struct msg_hello *h)
{
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		struct message m = { .type = MESSAGE_SUBSCRIBE };
		bool all = p->our_credit == UINT64_MAX;

		p->in[lane] = (struct way_in){ h->streams[lane].stream, h->streams[lane].base,
					       h->streams[lane].last };
		m.u.subscribe = (struct msg_subscribe){
			.lane = lane,
			.stream = p->in[lane].id,
			.have = p->in[lane].base,
			.chain = stream_chain_start(p->in[lane].id, p->in[lane].base),
			.credit_seq = all ? UINT64_MAX : p->in[lane].base + p->our_credit,
			.credit_bytes = all ? UINT64_MAX : p->our_credit << 10
		};
		peer_say(p, &m);
	}
}

static void take_ping(struct peer *p, const struct msg_ping *ping)
{
	struct message pong = { .type = MESSAGE_PONG };

	pong.u.ping = *ping;
	peer_say(p, &pong);
}

static bool receive(struct peer *p, int timeout_ms, struct message *out)
{
	zmq_pollitem_t item = { .socket = p->socket, .events = ZMQ_POLLIN };
	zmq_msg_t frame;
	enum err e;

	if (zmq_poll(&item, 1, timeout_ms) <= 0)
		return false;
	zmq_msg_init(&frame);
	need(zmq_msg_recv(&frame, p->socket, 0) >= 0, "receive");
	e = wire_decode(p->arena, (struct blob){ zmq_msg_data(&frame), zmq_msg_size(&frame) }, out);
	zmq_msg_close(&frame);
	need(e == ERR_OK, "decode");
	if (out->type == MESSAGE_HELLO) {
		take_hello(p, &out->u.hello);
	} else if (out->type == MESSAGE_PING) {
		take_ping(p, &out->u.ping);
	} else if (out->type == MESSAGE_SUBSCRIBE) {
		p->subscribed[out->u.subscribe.lane] = true;
		p->credit_seq[out->u.subscribe.lane] = out->u.subscribe.credit_seq;
	}
	return true;
}

bool peer_hear(struct peer *p, enum message_type type, int timeout_ms, struct message *out)
{
	int64_t until = wall_ms() + timeout_ms, left;

	while ((left = until - wall_ms()) > 0 && receive(p, (int)left, out)) {
		if (out->type == type)
			return true;
	}
	return false;
}

bool peer_alive(struct peer *p)
{
	struct message m = { .type = MESSAGE_PING };

	m.u.ping.token = 4711;
	m.u.ping.wall_ms = wall_ms();
	peer_say(p, &m);
	return peer_hear(p, MESSAGE_PONG, ALIVE_MS, &m);
}

bool peer_greet(struct peer *p)
{
	struct message hello = { .type = MESSAGE_HELLO }, m;
	struct msg_hello *h = &hello.u.hello;
	int zero = 0;

	*h = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
				 .protocol_max = PROTOCOL_MAX,
				 .committee = p->self,
				 .purpose = PURPOSE_CONTROL,
				 .directory_version = 1,
				 .wall_ms = wall_ms(),
				 .has_streams = true };
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		need(getrandom(p->out[lane].id.bytes, sizeof p->out[lane].id.bytes, 0) > 0,
		     "random");
		p->out[lane].seq = 0;
		p->out[lane].chain = stream_chain_start(p->out[lane].id, 0);
		h->streams[lane] = (struct stream_offer){ .stream = p->out[lane].id };
	}
	for (unsigned tries = 0; tries < GREET_TRIES; tries++) {
		if (p->socket != NULL) {
			/* Its Hello must not arrive later: the newest connection is the one that
			 * counts. */
			need(zmq_setsockopt(p->socket, ZMQ_LINGER, &zero, sizeof zero) == 0,
			     "linger");
			zmq_close(p->socket);
		}
		p->socket = peer_dial(p);
		peer_say(p, &hello);
		while (receive(p, ANSWER_MS, &m)) {
			if (p->subscribed[LANE_FACTS] && p->subscribed[LANE_URGENT] &&
			    p->subscribed[LANE_NORMAL])
				return true;
		}
	}
	return false;
}

/* ---- documents ---- */

struct draft peer_document(struct peer *p, const char *const *to)
{
	static const uint8_t content[] = "content";
	struct part part = { .name = "vb.txt",
			     .media_type = "text/plain",
			     .content = { content, sizeof content - 1 } };
	struct document_body body = { .number = "1-CV/ĐUTHA",
				      .type_code = "CV",
				      .subject = "thử",
				      .business = 1,
				      .parts = &part,
				      .part_count = 1 };
	struct manifest_item *item = arena_alloc(p->arena, sizeof *item);
	struct recipient *list = arena_array(p->arena, 16, sizeof *list);
	struct draft d = { .head = { .origin = p->self,
				     .kind = KIND_DOCUMENT,
				     .body_version = DOCUMENT_BODY_VERSION,
				     .urgency = URGENCY_THUONG,
				     .secrecy = SECRECY_THUONG,
				     .signed_at_ms = wall_ms(),
				     .directory_version = 1,
				     .hop_limit = HOP_LIMIT,
				     .manifest = item,
				     .manifest_count = 1,
				     .recipients = list } };

	need(item != NULL && list != NULL, "memory");
	*item = (struct manifest_item){ .size_bytes = part.content.len_bytes,
					.sha256 = digest_of(part.content),
					.chunk_root = merkle_leaf(part.content),
					.inlined = true };
	need(getrandom(d.head.id.bytes, sizeof d.head.id.bytes, 0) > 0, "random");
	d.head.id.bytes[6] = 0x70;
	d.head.id.bytes[8] = 0x80;
	for (; to[d.head.recipient_count] != NULL; d.head.recipient_count++) {
		struct recipient *r = &list[d.head.recipient_count];

		if (strcmp(to[d.head.recipient_count], "*") == 0)
			r->group = GROUP_SUBORDINATES;
		else
			snprintf(r->committee.text, sizeof r->committee.text, "%s",
				 to[d.head.recipient_count]);
	}
	need(document_body_pack(p->arena, &body, &d.body) == ERR_OK, "body");
	return d;
}

void peer_seal(struct peer *p, struct draft *d)
{
	need(seal_drafts(p->signer, p->arena, d, 1) == ERR_OK, "seal");
}

struct publish_item peer_item(struct peer *p, enum lane lane, const struct draft *d)
{
	struct way_out *out = &p->out[lane];

	digest_chain_step(&out->chain, ++out->seq, &d->digest);
	return (
	    struct publish_item){ .seq = out->seq, .envelope = d->envelope, .chain = out->chain };
}

void peer_publish(struct peer *p, enum lane lane, const struct publish_item *items, uint32_t count)
{
	struct message m = { .type = MESSAGE_PUBLISH };

	m.u.publish = (struct msg_publish){
		.lane = lane, .stream = p->out[lane].id, .items = items, .item_count = count
	};
	peer_say(p, &m);
}

bool peer_acknowledged(struct peer *p, enum lane lane, uint64_t have)
{
	struct message m;

	while (peer_hear(p, MESSAGE_ACKNOWLEDGE, WAIT_MS, &m)) {
		if (m.u.acknowledge.lane == lane && m.u.acknowledge.have >= have)
			return true;
	}
	return false;
}

uint32_t peer_refusal(struct peer *p, const struct digest *digest)
{
	struct message m;

	while (peer_hear(p, MESSAGE_PUBLISH, WAIT_MS, &m)) {
		for (uint32_t i = 0; i < m.u.publish.item_count; i++) {
			struct opened o;
			struct fact fact;

			if (m.u.publish.lane == LANE_FACTS &&
			    seal_peek(p->arena, m.u.publish.items[i].envelope, &o) == ERR_OK &&
			    o.kind == KIND_REFUSAL &&
			    fact_unpack(p->arena, o.kind, o.body, &fact) == ERR_OK &&
			    digest_equal(&fact.document.digest, digest))
				return fact.reason;
		}
	}
	return 0;
}
