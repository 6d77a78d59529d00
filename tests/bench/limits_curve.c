/* See limits_curve.h. Two contexts, so two I/O threads, as two daemons have; credit as there, so
 * that no queue grows. */
#include "tests/bench/limits_curve.h"

#include <pthread.h>
#include <string.h>
#include <zmq.h>

#include "tests/bench/conn.h"

enum { BUFFER_BYTES = 64 * 1024, ENDPOINT_BYTES = 128, LAST_BYTES = 1 };

struct sink {
	pthread_t thread;
	void *socket;
	size_t bytes;
	unsigned long heard;
};

static void check(int result, const char *what)
{
	if (result < 0)
		bench_fail("%s: %s", what, zmq_strerror(zmq_errno()));
}

/* Counts until a message of another size comes. */
static void *drain(void *arg)
{
	struct sink *s = arg;
	zmq_msg_t m;

	zmq_msg_init(&m);
	for (;;) {
		check(zmq_msg_recv(&m, s->socket, 0), "zmq_msg_recv");
		if (zmq_msg_size(&m) != s->bytes)
			break;
		s->heard++;
	}
	zmq_msg_close(&m);
	return NULL;
}

static void *open_socket(void *zmq, int type)
{
	void *socket = zmq_socket(zmq, type);
	int hwm = 4096, linger = 5000;

	if (socket == NULL)
		bench_fail("zmq_socket: %s", zmq_strerror(zmq_errno()));
	check(zmq_setsockopt(socket, ZMQ_SNDHWM, &hwm, sizeof hwm), "ZMQ_SNDHWM");
	check(zmq_setsockopt(socket, ZMQ_RCVHWM, &hwm, sizeof hwm), "ZMQ_RCVHWM");
	check(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger), "ZMQ_LINGER");
	return socket;
}

/* A server that lets everybody in, and a client: a pair of keys each. */
static void *connect_pair(void *server_zmq, void *client_zmq, void **server)
{
	char public_key[41], secret_key[41], server_key[41], endpoint[ENDPOINT_BYTES];
	size_t size = sizeof endpoint;
	int one = 1;
	void *client;

	*server = open_socket(server_zmq, ZMQ_PULL);
	client = open_socket(client_zmq, ZMQ_PUSH);
	check(zmq_curve_keypair(server_key, secret_key), "zmq_curve_keypair");
	check(zmq_setsockopt(*server, ZMQ_CURVE_SERVER, &one, sizeof one), "ZMQ_CURVE_SERVER");
	check(zmq_setsockopt(*server, ZMQ_CURVE_SECRETKEY, secret_key, 40), "ZMQ_CURVE_SECRETKEY");
	check(zmq_bind(*server, "tcp://127.0.0.1:*"), "zmq_bind");
	check(zmq_getsockopt(*server, ZMQ_LAST_ENDPOINT, endpoint, &size), "ZMQ_LAST_ENDPOINT");
	check(zmq_curve_keypair(public_key, secret_key), "zmq_curve_keypair");
	check(zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, server_key, 40), "ZMQ_CURVE_SERVERKEY");
	check(zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, public_key, 40), "ZMQ_CURVE_PUBLICKEY");
	check(zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, secret_key, 40), "ZMQ_CURVE_SECRETKEY");
	check(zmq_connect(client, endpoint), "zmq_connect");
	return client;
}

double curve_per_s(size_t bytes, double seconds)
{
	static const uint8_t content[BUFFER_BYTES];
	void *server_zmq = zmq_ctx_new(), *client_zmq = zmq_ctx_new(), *server, *client;
	struct sink sink = { .bytes = bytes };
	double began;

	if (server_zmq == NULL || client_zmq == NULL || bytes > sizeof content)
		bench_fail("no context");
	client = connect_pair(server_zmq, client_zmq, &server);
	sink.socket = server;
	if (pthread_create(&sink.thread, NULL, drain, &sink) != 0)
		bench_fail("no thread");
	began = bench_now_s();
	while (bench_now_s() - began < seconds)
		check(zmq_send(client, content, bytes, 0), "zmq_send");
	check(zmq_send(client, content, LAST_BYTES, 0), "zmq_send");
	pthread_join(sink.thread, NULL);
	seconds = bench_now_s() - began;
	zmq_close(client);
	zmq_close(server);
	zmq_ctx_term(client_zmq);
	zmq_ctx_term(server_zmq);
	return (double)sink.heard / seconds;
}
