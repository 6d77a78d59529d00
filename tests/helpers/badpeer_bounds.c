/* Hostile acts that cost memory: parts without end, Hellos without number, credit and requests
 * whose answers nobody reads, many connections. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire_encode.h"
#include "tests/helpers/badpeer.h"

enum { PART_MAX_BYTES = FRAME_MAX_BYTES, CONNECTIONS_MAX = 1000, PIECES = 16, FIRST_MS = 60000 };

static uint8_t part[PART_MAX_BYTES];

/* Until our input ends; then all connections go at once, with what they had to say. */
static void stay(const char *word)
{
	char byte;

	printf("%s\n", word);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	_exit(0);
}

static unsigned number(const char *text)
{
	return text == NULL ? 0 : (unsigned)strtoul(text, NULL, 10);
}

/* The bytes are the same for all, so that the attack costs its maker little. False: nobody takes it
 * any more. */
static bool send_part(void *socket, size_t len_bytes, bool more)
{
	zmq_msg_t m;
	bool sent = zmq_msg_init_data(&m, part, len_bytes, NULL, NULL) == 0 &&
		    zmq_msg_send(&m, socket, more ? ZMQ_SNDMORE : 0) >= 0;

	if (!sent)
		zmq_msg_close(&m);
	return sent;
}

static void send_parts(void *socket, unsigned count, size_t len_bytes)
{
	for (unsigned i = 0; i < count; i++) {
		if (!send_part(socket, len_bytes, i + 1 < count))
			return;
	}
}

/* COUNT BYTES: one message of so many parts, on the control connection; a third word: on a bulk one
 * besides. */
static void parts(struct peer *p, char **args)
{
	struct message hello = { .type = MESSAGE_HELLO };
	void *control = p->socket;

	if (args[2] != NULL) {
		hello.u.hello = (struct msg_hello){ .protocol_min = 1,
						    .protocol_max = 1,
						    .committee = p->self,
						    .purpose = PURPOSE_BULK };
		p->socket = peer_dial(p);
		peer_say(p, &hello);
		send_parts(p->socket, number(args[0]), number(args[1]));
		p->socket = control;
	}
	send_parts(control, number(args[0]), number(args[1]));
	if (peer_hear(p, MESSAGE_BYE, FIRST_MS, &hello))
		printf("bye VT-%u\n", hello.u.bye.reason);
	stay("sent");
}

/* CONNECTIONS PARTS BYTES [hello]: a message of many parts on each; with a Hello before it, or with
 * none. */
static void pieces(struct peer *p, char **args)
{
	struct message hello = { .type = MESSAGE_HELLO };
	unsigned count = number(args[0]) < CONNECTIONS_MAX ? number(args[0]) : CONNECTIONS_MAX;

	hello.u.hello = (struct msg_hello){
		.protocol_min = 1, .protocol_max = 1, .committee = p->self, .purpose = PURPOSE_BULK
	};
	for (unsigned i = 0; i < count; i++) {
		p->socket = peer_dial(p);
		if (args[3] != NULL)
			peer_say(p, &hello);
		send_parts(p->socket, number(args[1]), number(args[2]));
	}
	stay("sent");
}

/* COUNT [wanted]: Hellos as fast as they go; a second word: each with the question for one. Reads
 * nothing. */
static void hellos(struct peer *p, char **args)
{
	struct message hello = { .type = MESSAGE_HELLO }, wanted = { .type = MESSAGE_HELLO_WANTED };
	struct blob frame, question;

	hello.u.hello = (struct msg_hello){ .protocol_min = 1,
					    .protocol_max = 1,
					    .committee = p->self,
					    .purpose = PURPOSE_CONTROL,
					    .directory_version = 1,
					    .has_streams = true };
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++)
		hello.u.hello.streams[lane].stream = p->out[lane].id;
	if (wire_encode(p->arena, &hello, &frame) != ERR_OK ||
	    wire_encode(p->arena, &wanted, &question) != ERR_OK)
		return;
	for (unsigned i = 0; i < number(args[0]); i++) {
		if (zmq_send(p->socket, frame.data, frame.len_bytes, 0) < 0)
			break;
		if (args[1] != NULL &&
		    zmq_send(p->socket, question.data, question.len_bytes, 0) < 0)
			break;
	}
	stay("sent");
}

/* Credit for all that there can ever be; nothing is read of what comes. */
static void all_credit(struct peer *p, char **args)
{
	(void)args;
	p->our_credit = UINT64_MAX;
	p->deaf = true;
	stay(peer_greet(p) ? "silent" : "not greeted");
}

/* COUNT: requests for pieces of the first file that is published to us, on a bulk connection, and
 * none of the answers read. */
static void fetches(struct peer *p, char **args)
{
	struct message m = { .type = MESSAGE_HELLO };
	uint64_t seq = 0;

	while (seq == 0 && peer_hear(p, MESSAGE_PUBLISH, FIRST_MS, &m))
		seq = m.u.publish.lane == LANE_NORMAL ? m.u.publish.items[0].seq : 0;
	if (seq == 0)
		return;
	p->deaf = true;
	p->socket = peer_dial(p);
	m = (struct message){ .type = MESSAGE_HELLO };
	m.u.hello = (struct msg_hello){
		.protocol_min = 1, .protocol_max = 1, .committee = p->self, .purpose = PURPOSE_BULK
	};
	peer_say(p, &m);
	m = (struct message){ .type = MESSAGE_FETCH };
	for (unsigned i = 0; i < number(args[0]); i++) {
		m.u.fetch = (struct msg_fetch){ .lane = LANE_NORMAL,
						.stream = p->in[LANE_NORMAL].id,
						.seq = seq,
						.item = 1,
						.what = FETCH_BYTES,
						.first = (uint64_t)i * PIECES,
						.count = PIECES,
						.at_once = CHUNKS_A_MESSAGE };
		peer_say(p, &m);
	}
	stay("sent");
}

/* COUNT: connections with a right key that never say a word. */
static void mute(struct peer *p, char **args)
{
	for (unsigned i = 0; i < number(args[0]) && i < CONNECTIONS_MAX; i++)
		p->socket = peer_dial(p);
	stay("silent");
}

const struct trick tricks_bounds[] = {
	{ "parts", parts, false },
	{ "pieces", pieces, true },
	{ "hellos", hellos, false },
	{ "all-credit", all_credit, true },
	{ "fetches", fetches, false },
	{ "mute", mute, true },
	{ NULL, NULL, false },
};
