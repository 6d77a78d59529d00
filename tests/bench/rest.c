/* bench rest: the same documents as `bench load` sends over the office socket, handed in at a
 * gateway: so many connections, each kept, with one request under way on each. One thread, one
 * poll. It prints one JSON object, and fails unless every document was answered with 201 and the
 * daemon's store knows each as delivered. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "routing/base/types.h"
#include "tests/bench/documents.h"
#include "tests/bench/https.h"
#include "tests/bench/load.h"
#include "tools/client/uuid.h"

#define BOUNDARY "vanthu-bench-5b0a8e"

enum {
	CONNECTIONS_MAX = 512,
	HEAD_SIZE = 1024,
	META_SIZE = 1024,
	TOKEN_SIZE = 256,
	LOOK_MS = 200,
	GIVE_UP_S = 300
};

struct one {
	struct https *at;
	unsigned number; /* of the document under way */
};

struct rest {
	struct plan_of_load plan;
	struct https_place place;
	char token[TOKEN_SIZE];
	struct documents *documents;
	struct one connections[CONNECTIONS_MAX];
	unsigned connection_count, submitted;
	char *body;
	double began_s, accepted_s;
};

static size_t write_body(struct rest *r, unsigned n)
{
	struct doc_id id;
	const uint8_t *content = documents_begin(r->documents, n, bench_now_s(), &id);
	char text[UUID_TEXT_SIZE];
	size_t len;

	uuid_print(id.bytes, text);
	len = (size_t)snprintf(
		r->body, META_SIZE,
		"--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"meta\"\r\n"
		"Content-Type: application/json\r\n\r\n"
		"{\"id\":\"%s\",\"to\":\"%s\",\"type\":\"CV\",\"number\":\"%u-CV/ĐU\","
		"\"subject\":\"Đo tốc độ\"}\r\n--" BOUNDARY "\r\n"
		"Content-Disposition: form-data; name=\"file\"; filename=\"van-ban.bin\"\r\n\r\n",
		text, r->plan.to, n + 1);
	memcpy(r->body + len, content, r->plan.bytes);
	len += r->plan.bytes;
	memcpy(r->body + len, "\r\n--" BOUNDARY "--\r\n", sizeof BOUNDARY + 7);
	return len + sizeof BOUNDARY + 7;
}

static void submit(struct rest *r, struct one *c)
{
	char head[HEAD_SIZE];
	size_t len = write_body(r, r->submitted);
	int n = snprintf(head, sizeof head,
			 "POST /v1/documents HTTP/1.1\r\nHost: %s:%s\r\n"
			 "Authorization: Bearer %s\r\n"
			 "Content-Type: multipart/form-data; boundary=" BOUNDARY "\r\n"
			 "Content-Length: %zu\r\n\r\n",
			 r->place.host, r->place.port, r->token, len);

	c->number = r->submitted++;
	https_ask(c->at, head, (size_t)n, r->body, len);
}

static void go_on(struct rest *r, struct one *c)
{
	while (!https_is_idle(c->at) && https_go_on(c->at)) {
		if (https_status(c->at) != 201)
			bench_fail("document %u: %u %s", c->number, https_status(c->at),
				   https_answer(c->at));
		r->accepted_s = bench_now_s();
		documents_accepted(r->documents, c->number, r->accepted_s);
		if (r->submitted < r->plan.count)
			submit(r, c);
	}
}

static void run(struct rest *r)
{
	struct pollfd wait[CONNECTIONS_MAX];
	unsigned under_way = r->connection_count < r->plan.count ? r->connection_count
								 : r->plan.count;

	r->began_s = bench_now_s();
	for (unsigned i = 0; i < under_way; i++)
		submit(r, &r->connections[i]);
	for (unsigned i = 0; i < under_way; i++)
		go_on(r, &r->connections[i]);
	while (documents_accepted_count(r->documents) < r->plan.count) {
		for (unsigned i = 0; i < under_way; i++)
			wait[i] = (struct pollfd){ .fd = https_fd(r->connections[i].at),
						   .events = https_events(r->connections[i].at) };
		if (poll(wait, under_way, 1000 * GIVE_UP_S) <= 0 && errno != EINTR)
			bench_fail("no answer within %d s", GIVE_UP_S);
		for (unsigned i = 0; i < under_way; i++) {
			if (wait[i].revents != 0)
				go_on(r, &r->connections[i]);
		}
	}
}

/* The recipient has it all: whoever measures next starts with an idle machine. */
static void await_receipts(struct rest *r)
{
	while (documents_recount(r->documents, bench_now_s()) < r->plan.count) {
		if (bench_now_s() - r->accepted_s > GIVE_UP_S)
			bench_fail("%u of %u delivered", documents_delivered_count(r->documents),
				   r->plan.count);
		if (poll(NULL, 0, LOOK_MS) < 0 && errno != EINTR)
			bench_fail("poll: %s", strerror(errno));
	}
}

static void read_token(struct rest *r, const char *path)
{
	FILE *f = fopen(path, "re");

	if (f == NULL || fgets(r->token, sizeof r->token, f) == NULL)
		bench_fail("%s: no token", path);
	fclose(f);
	r->token[strcspn(r->token, "\n")] = '\0';
}

static void read_option(struct rest *r, char *argument)
{
	char *value = strchr(argument, '=');

	if (value == NULL)
		bench_fail("%s: no such option", argument);
	*value++ = '\0';
	if (strcmp(argument, "--to") == 0)
		r->plan.to = value;
	else if (strcmp(argument, "--docs") == 0)
		r->plan.count = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(argument, "--bytes") == 0)
		r->plan.bytes = strtoul(value, NULL, 10);
	else if (strcmp(argument, "--connections") == 0)
		r->connection_count = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(argument, "--port") == 0)
		r->place.port = value;
	else if (strcmp(argument, "--certificates") == 0)
		r->place.tls = https_tls(value);
	else if (strcmp(argument, "--token") == 0)
		read_token(r, value);
	else
		bench_fail("%s: no such option", argument);
}

static void print(const struct rest *r)
{
	double took_s = r->accepted_s - r->began_s;

	printf("{\"docs\":%u,\"bytes\":%zu,\"connections\":%u,\"accepted\":%u,\"delivered\":%u,"
	       "\"accepted_s\":%.4f,\"accepted_per_s\":%.1f,\"accept_ms\":{\"p50\":%.3f,"
	       "\"p99\":%.3f},\"client_s\":%.3f}\n",
	       r->plan.count, r->plan.bytes, r->connection_count,
	       documents_accepted_count(r->documents), documents_delivered_count(r->documents),
	       took_s, r->plan.count / took_s, documents_accept_ms(r->documents, 0.5),
	       documents_accept_ms(r->documents, 0.99), (double)clock() / CLOCKS_PER_SEC);
}

int bench_rest(int argc, char **argv)
{
	struct rest *r = calloc(1, sizeof *r);

	if (argc < 1 || r == NULL)
		bench_fail("rest FOLDER …");
	r->plan.folder = argv[0];
	r->plan.receipts = 1;
	r->place.host = "127.0.0.1";
	for (int i = 1; i < argc; i++)
		read_option(r, argv[i]);
	if (r->plan.to == NULL || r->plan.count == 0 || r->plan.bytes == 0 ||
	    r->place.port == NULL || r->connection_count == 0 ||
	    r->connection_count > CONNECTIONS_MAX || r->token[0] == '\0')
		bench_fail("rest FOLDER --to=ID --docs=N --bytes=N --port=N --connections=N "
			   "--token=FILE [--certificates=FILE]");
	r->documents = documents_new(&r->plan);
	r->body = malloc(META_SIZE + r->plan.bytes + sizeof BOUNDARY + 7);
	if (r->body == NULL)
		bench_fail("no memory");
	for (unsigned i = 0; i < r->connection_count; i++)
		r->connections[i].at = https_open(&r->place);
	run(r);
	await_receipts(r);
	print(r);
	for (unsigned i = 0; i < r->connection_count; i++)
		https_close(r->connections[i].at);
	documents_free(r->documents);
	free(r->body);
	free(r);
	return 0;
}
