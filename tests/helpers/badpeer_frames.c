/* Hostile acts with frames and connections: bytes that are no message, counts, names,
 * acknowledgements, fetches, strangers. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/helpers/badpeer.h"

enum {
	ROOM_BYTES = 200000,
	HEADER = 4,
	EVENT_MS = 60000,
	PART_BYTES = 65536,
	PARTS = 10000,
	RELAYED_BYTES = 620 << 20
};

enum { DIRECTORY_QUESTIONS = 5000, NEVER_SENT = 9999 };

static uint8_t frame[ROOM_BYTES];
static size_t frame_len;

static void begin(uint8_t type)
{
	const uint8_t header[HEADER] = { 'V', 'T', 1, type };

	memcpy(frame, header, HEADER);
	frame_len = HEADER;
}

static void add(const void *bytes, size_t len)
{
	memcpy(frame + frame_len, bytes, len);
	frame_len += len;
}

static void add_many(const void *bytes, size_t len, unsigned count)
{
	for (unsigned i = 0; i < count && frame_len + len <= FRAME_MAX_BYTES; i++)
		add(bytes, len);
}

static const uint8_t lane_and_stream[] = { 0x08, 3, 0x12, 16, 1,  2,	3,  4,	5,  6,
					   7,	 8, 9,	  10, 11, 12, 13, 14, 15, 16 };

/* Frames that look right at first: texts and numbers that are not. */
static int make_subtle_garbage(int number)
{
	switch (number) {
	case 10:
		begin(1);
		/* a name that is no UTF-8 */
		add("\x08\x01\x10\x01\x1a\x05th\xff\xfes\x20\x01", 13);
		return 1;
	case 11:
		begin(1);
		add("\x08\x01\x10\x01\x1a\x06tha\0ds\x20\x01", 14); /* one with a NUL */
		return 1;
	case 12:
		begin(21); /* a message of the other connection */
		add(lane_and_stream, 2);
		add("\x20\x02", 2);
		return 1;
	case 13:
		begin(3);
		add(lane_and_stream, sizeof lane_and_stream);
		/* an item for recipients in their thousands */
		add("\x1a\x2e\x08\x01\x12\x01x\x2a\x20", 9);
		add_many("\0\0\0\0", 4, 8);
		add("\x22\x01x", 3);
		add_many("\x1a\x03\x22\x01x", 5, 12000);
		return 1;
	default:
		return 0;
	}
}

/* One frame by its number; what is wrong with each stands beside it. 0: no such number. */
static int make_garbage(int number)
{
	switch (number) {
	case 1:
		begin(3);
		add("\xff\xff\xff", 3); /* a tag that does not end */
		return 1;
	case 2:
		begin(3);
		add("\x0b\x0b\x0b\x0b", 4); /* groups, one in another */
		return 1;
	case 3:
		begin(4);
		add("\x0a\x03xyz", 5); /* a number's field with bytes in it */
		return 1;
	case 4:
		begin(99); /* no such message */
		return 1;
	case 5:
		begin(6);
		frame[2] = 9; /* no such version */
		return 1;
	case 6:
		begin(3);
		add(lane_and_stream, sizeof lane_and_stream);
		add("\x1a\xff\xff\xff\x7f", 5); /* a length beyond the end */
		return 1;
	case 7:
		begin(3);
		add(lane_and_stream, sizeof lane_and_stream);
		/* tens of thousands of empty items: structs of 100 bytes from two */
		add_many("\x1a\x00", 2, 30000);
		return 1;
	case 8:
		begin(9);
		add(lane_and_stream, sizeof lane_and_stream);
		add("\x1a\xe0\xd4\x03", 4); /* 60,000 numbers in one packed field */
		memset(frame + frame_len, 1, 60000);
		frame_len += 60000;
		return 1;
	case 9:
		begin(1);
		add_many("\x3a\x00", 2, 30000); /* a Hello with as many streams */
		return 1;
	default:
		return make_subtle_garbage(number);
	}
}

static void garbage(struct peer *p, char **args)
{
	if (make_garbage((int)strtol(args[0], NULL, 10)) == 0) {
		printf("no such frame\n");
		return;
	}
	peer_send(p, frame, frame_len);
	printf("sent\n");
}

/* A Hello in another's name: as a connection's first word, or on one that stands. */
static void say_hello_as(struct peer *p, const char *name)
{
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.purpose = PURPOSE_CONTROL,
					.has_streams = true };
	snprintf(m.u.hello.committee.text, sizeof m.u.hello.committee.text, "%s", name);
	peer_say(p, &m);
	printf("sent\n");
}

static void first_hello_as(struct peer *p, char **args)
{
	p->socket = peer_dial(p);
	say_hello_as(p, args[0]);
}

static void later_hello_as(struct peer *p, char **args)
{
	say_hello_as(p, args[0]);
}

/* Fields that nobody knows, nested as deep as they fit: passed over, not followed. */
static void deep(struct peer *p, char **args)
{
	size_t at = ROOM_BYTES;

	(void)args;
	for (unsigned depth = 0; depth < 15000; depth++) {
		size_t inside = ROOM_BYTES - at;

		if (inside > 0x1fffff - 8 || inside + 16 > FRAME_MAX_BYTES)
			break;
		frame[--at] = (uint8_t)(inside >> 14);
		frame[--at] = (uint8_t)(0x80 | (inside >> 7 & 0x7f));
		frame[--at] = (uint8_t)(0x80 | (inside & 0x7f));
		frame[--at] = 0x7a;
	}
	memmove(frame + HEADER, frame + at, ROOM_BYTES - at);
	frame_len = HEADER + ROOM_BYTES - at;
	memcpy(frame, "VT\x01\x06", HEADER);
	peer_send(p, frame, frame_len);
	printf("%s\n", peer_alive(p) ? "alive" : "silent");
}

static void acknowledge(struct peer *p, char **args)
{
	struct message m = { .type = MESSAGE_ACKNOWLEDGE };

	(void)args;
	m.u.acknowledge = (struct msg_acknowledge){ .lane = LANE_NORMAL,
						    .stream = p->in[LANE_NORMAL].id,
						    .have = p->in[LANE_NORMAL].last + NEVER_SENT };
	peer_say(p, &m);
	printf("sent\n");
}

/* What the tree is, from below; and the same question over and over. */
static void directory(struct peer *p, char **args)
{
	struct message m = { .type = MESSAGE_DIRECTORY_WANTED }, part;
	unsigned answers = 0;

	(void)args;
	for (unsigned i = 0; i < DIRECTORY_QUESTIONS; i++)
		peer_say(p, &m);
	while (peer_hear(p, MESSAGE_DIRECTORY_PART, 500, &part))
		answers++;
	printf("%s\n", answers == 0			   ? "no answer"
		       : answers < DIRECTORY_QUESTIONS / 2 ? "answered some"
							   : "answered all");
	m = (struct message){ .type = MESSAGE_DIRECTORY_PART };
	m.u.directory_part = (struct msg_directory_part){ .since = 1,
							  .head = { (const uint8_t *)"head", 4 },
							  .last = true };
	peer_say(p, &m);
	printf("sent\n");
}

static bool read_stream(const char *hex, struct stream_id *out)
{
	if (strlen(hex) != 2 * sizeof out->bytes)
		return false;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

/* Prints the stream that we are offered: for the act that names it as another's. */
static void offers(struct peer *p, char **args)
{
	(void)args;
	for (size_t i = 0; i < sizeof p->in[LANE_NORMAL].id.bytes; i++)
		printf("%02x", p->in[LANE_NORMAL].id.bytes[i]);
	printf("\n");
}

/* Acknowledges and completes, with our key, what was published to another. */
static void acknowledge_for_another(struct peer *p, char **args)
{
	static const uint64_t seqs[] = { 1, 2, 3, 4, 5 };
	struct message m = { .type = MESSAGE_ACKNOWLEDGE }, complete = { .type = MESSAGE_COMPLETE };
	struct stream_id id;

	if (!read_stream(args[0], &id))
		return;
	for (uint64_t have = 1; have <= 5; have++) {
		m.u.acknowledge =
		    (struct msg_acknowledge){ .lane = LANE_NORMAL, .stream = id, .have = have };
		peer_say(p, &m);
	}
	complete.u.seqs =
	    (struct msg_seqs){ .lane = LANE_NORMAL, .stream = id, .seqs = seqs, .count = 5 };
	peer_say(p, &complete);
	printf("%s\n", peer_alive(p) ? "alive" : "silent");
}

/* ---- the bulk connection ---- */

static void fetch(struct peer *p, const struct stream_id *stream, uint64_t seq, uint32_t item)
{
	struct message m = { .type = MESSAGE_FETCH };

	m.u.fetch = (struct msg_fetch){ .lane = LANE_NORMAL,
					.stream = *stream,
					.seq = seq,
					.item = item,
					.what = FETCH_BYTES,
					.count = 1 };
	peer_say(p, &m);
	while (peer_hear(p, MESSAGE_UNAVAILABLE, EVENT_MS, &m)) {
		printf("unavailable VT-%u\n", m.u.unavailable.reason);
		return;
	}
	printf("%s\n", m.type == MESSAGE_CHUNK ? "served" : "nothing");
}

/* Sequences that were never published to us, and one that another was published at: by its number
 * in our stream, and in its own. */
static void fetch_anothers(struct peer *p, char **args)
{
	struct message hello = { .type = MESSAGE_HELLO };
	struct stream_id other;
	void *control = p->socket;

	if (!read_stream(args[0], &other))
		return;
	hello.u.hello = (struct msg_hello){
		.protocol_min = 1, .protocol_max = 1, .committee = p->self, .purpose = PURPOSE_BULK
	};
	p->socket = peer_dial(p);
	peer_say(p, &hello);
	fetch(p, &p->in[LANE_NORMAL].id, 1, 0);
	fetch(p, &p->in[LANE_NORMAL].id, 1, 1);
	fetch(p, &p->in[LANE_NORMAL].id, p->in[LANE_NORMAL].last + NEVER_SENT, 1);
	fetch(p, &other, 1, 1);
	zmq_close(control);
}

/* ---- connections ---- */

/* Gives credit for everything and reads nothing. Ends when its input does. */
static void never_read(struct peer *p, char **args)
{
	(void)args;
	(void)p;
	printf("silent\n");
	while (getchar() != EOF)
		;
}

static int handshake(struct peer *p, void *s)
{
	void *monitor = zmq_socket(p->zmq, ZMQ_PAIR);
	zmq_pollitem_t item = { .socket = monitor, .events = ZMQ_POLLIN },
		       data = { .socket = s, .events = ZMQ_POLLIN };
	/* handshake: succeeded, failed for no reason, by the protocol, by authentication */
	int events = 0x1000 | 0x0800 | 0x2000 | 0x4000;
	uint8_t event[6] = { 0 };
	uint16_t what = 0;
	uint32_t value = 0;

	if (zmq_socket_monitor(s, "inproc://handshake", events) != 0 ||
	    zmq_connect(monitor, "inproc://handshake") != 0 || zmq_connect(s, p->endpoint) != 0)
		return 2;
	if (zmq_poll(&item, 1, EVENT_MS) == 1 && zmq_recv(monitor, event, sizeof event, 0) >= 6) {
		memcpy(&what, event, sizeof what);
		memcpy(&value, event + 2, sizeof value);
	}
	printf("%s %u\n",
	       what == 0x1000	? "let in"
	       : what == 0x4000 ? "refused"
	       : what == 0	? "nothing"
				: "failed",
	       what == 0x4000 ? value : 0);
	zmq_send(s, "VT\x01\x06", 4, ZMQ_DONTWAIT);
	printf("%s\n", zmq_poll(&data, 1, 200) > 0 ? "heard something" : "heard nothing");
	zmq_socket_monitor(s, NULL, 0);
	zmq_close(monitor);
	return 0;
}

static void stranger(struct peer *p, char **args)
{
	int zero = 0;
	char public[41], secret[41];

	(void)args;
	p->socket = zmq_socket(p->zmq, ZMQ_DEALER);
	if (zmq_curve_keypair(public, secret) != 0 ||
	    zmq_setsockopt(p->socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
	    zmq_setsockopt(p->socket, ZMQ_CURVE_SERVERKEY, p->server_key, 32) != 0 ||
	    zmq_setsockopt(p->socket, ZMQ_CURVE_SECRETKEY, secret, 41) != 0 ||
	    zmq_setsockopt(p->socket, ZMQ_CURVE_PUBLICKEY, public, 41) != 0)
		return;
	handshake(p, p->socket);
}

static void keyless(struct peer *p, char **args)
{
	int zero = 0;

	(void)args;
	p->socket = zmq_socket(p->zmq, ZMQ_DEALER);
	if (zmq_setsockopt(p->socket, ZMQ_LINGER, &zero, sizeof zero) == 0)
		handshake(p, p->socket);
}

/* ---- a message without end ---- */

/* Passes on what comes until it has been so many bytes, then holds its breath until the server
 * hangs up. */
static int relay(int listener, int port)
{
	struct sockaddr_in server = { .sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int client = accept(listener, NULL, NULL), up = socket(AF_INET, SOCK_STREAM, 0);
	static uint8_t bytes[1 << 20];
	size_t passed = 0;

	signal(SIGPIPE, SIG_IGN); /* being hung up on is an answer, not the end */
	if (client < 0 || up < 0 || connect(up, (struct sockaddr *)&server, sizeof server) != 0)
		return 2;
	for (;;) {
		struct pollfd fds[2] = { { .fd = up, .events = POLLIN },
					 { .fd = client,
					   .events = passed < RELAYED_BYTES ? POLLIN : 0 } };
		ssize_t n;

		if (poll(fds, 2, 60000) <= 0)
			return 1;
		if (fds[0].revents != 0) {
			n = read(up, bytes, sizeof bytes);
			if (n <= 0)
				return 0;
			if (write(client, bytes, (size_t)n) != n)
				return 2;
		}
		if ((fds[1].revents & POLLIN) != 0) {
			n = read(client, bytes, sizeof bytes);
			for (ssize_t done = 0; done < n;) {
				ssize_t wrote = write(up, bytes + done, (size_t)(n - done));

				if (wrote <= 0)
					return 0;
				done += wrote;
			}
			passed += n > 0 ? (size_t)n : 0;
		}
	}
}

static void endless(struct peer *p, char **args)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof own;
	int listener = socket(AF_INET, SOCK_STREAM, 0), status = 0, zero = 0;
	char endpoint[64];
	pid_t child;

	(void)args;
	if (listener < 0 || bind(listener, (struct sockaddr *)&own, sizeof own) != 0 ||
	    listen(listener, 4) != 0 || getsockname(listener, (struct sockaddr *)&own, &len) != 0)
		return;
	child = fork();
	if (child == 0)
		_exit(relay(listener, (int)strtol(strrchr(p->endpoint, ':') + 1, NULL, 10)));
	close(listener);
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", ntohs(own.sin_port));
	p->endpoint = endpoint;
	if (!peer_greet(p))
		return;
	for (int i = 0; i < PARTS; i++) {
		if (zmq_send(p->socket, frame, PART_BYTES, i + 1 < PARTS ? ZMQ_SNDMORE : 0) < 0)
			return;
	}
	waitpid(child, &status, 0);
	printf("%s\n", WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "hung up on" : "let go on");
	zmq_setsockopt(p->socket, ZMQ_LINGER, &zero, sizeof zero);
}

const struct trick tricks_frames[] = {
	{ "garbage", garbage, false },
	{ "first-hello", first_hello_as, true },
	{ "later-hello", later_hello_as, false },
	{ "deep", deep, false },
	{ "acknowledge", acknowledge, false },
	{ "directory", directory, false },
	{ "offers", offers, false },
	{ "acknowledge-other", acknowledge_for_another, false },
	{ "fetch", fetch_anothers, false },
	{ "never-read", never_read, false },
	{ "stranger", stranger, true },
	{ "keyless", keyless, true },
	{ "endless", endless, true },
	{ NULL, NULL, false },
};
