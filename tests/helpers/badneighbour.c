/* A neighbour with a right key and bad manners: frames that are none, messages of many parts,
 * messages that are too large, a Hello in
 * another's name.   badneighbour ENDPOINT SERVER_KEY_HEX SECRET_KEY_FILE */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { KEY_BYTES = 32, PARTS = 50, LARGE_BYTES = 200000, ROUNDS = 5 };

static int read_hex(const char *hex, uint8_t out[KEY_BYTES])
{
	for (size_t i = 0; i < KEY_BYTES; i++) {
		char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return strlen(hex) == 2 * KEY_BYTES;
}

static int connect_as(void *s, char **argv)
{
	uint8_t server[KEY_BYTES];
	char secret[41] = "", public[41];
	FILE *f = fopen(argv[3], "re");
	int ms = 3000;

	if (f == NULL || fread(secret, 1, 40, f) != 40 || !read_hex(argv[2], server) ||
	    zmq_curve_public(public, secret) != 0)
		return 0;
	fclose(f);
	return zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, server, KEY_BYTES) == 0 &&
	       zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, secret, 41) == 0 &&
	       zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, public, 41) == 0 &&
	       zmq_setsockopt(s, ZMQ_SNDTIMEO, &ms, sizeof ms) == 0 &&
	       zmq_setsockopt(s, ZMQ_LINGER, &ms, sizeof ms) == 0 && zmq_connect(s, argv[1]) == 0;
}

int main(int argc, char **argv)
{
	/* Hello{protocol 1..1, committee "btp", purpose control}: the committee that it talks to,
	 * not its own. */
	static const uint8_t stolen[] = { 'V',	'T', 1,	  1,   0x08, 1,	   0x10, 1,
					  0x1a, 3,   'b', 't', 'p',  0x20, 1 };
	static const uint8_t garbage[] = { 'V', 'T', 1, 3, 0xff, 0xff, 0xff };
	static uint8_t large[LARGE_BYTES];
	void *zmq = zmq_ctx_new(), *s = zmq_socket(zmq, ZMQ_DEALER);

	if (argc != 4 || !connect_as(s, argv))
		return 2;
	for (int round = 0; round < ROUNDS; round++) {
		if (zmq_send(s, stolen, sizeof stolen, 0) < 0 ||
		    zmq_send(s, garbage, sizeof garbage, 0) < 0)
			return 1;
		for (int i = 0; i < PARTS; i++) {
			if (zmq_send(s, garbage, sizeof garbage, i + 1 < PARTS ? ZMQ_SNDMORE : 0) <
			    0)
				return 1;
		}
	}
	zmq_send(s, large, sizeof large, 0);
	zmq_close(s);
	zmq_ctx_term(zmq);
	return 0;
}
