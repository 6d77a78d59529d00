/* One connection of HTTP/1.1 that is kept, with or without TLS, and never blocks once it is open: a
 * request, its answer, the next request. Any failure ends the process with a message (conn.h). */
#ifndef VANTHU_TESTS_BENCH_HTTPS_H
#define VANTHU_TESTS_BENCH_HTTPS_H

#include <stdbool.h>
#include <stddef.h>

struct https_place {
	const char *host, *port;
	void *tls; /* https_tls; NULL: plain */
};

/* The side of a client for all connections; the server's certificate must be in this PEM file and
 * bear the address. Lives until the process ends. */
void *https_tls(const char *certificates);

struct https;
/* Connects and shakes hands; waits for both. Owned by the caller. */
struct https *https_open(const struct https_place *to);
void https_close(struct https *h); /* NULL is fine */
int https_fd(const struct https *h);
short https_events(const struct https *h); /* of poll */

/* The next request: its bytes are copied. None may be under way. */
void https_ask(struct https *h, const void *head, size_t head_len, const void *body,
	       size_t body_len);
bool https_is_idle(const struct https *h);
/* Sends and receives what can be now. True once the answer is whole; then it is idle again. */
bool https_go_on(struct https *h);
unsigned https_status(const struct https *h);	/* of the last answer */
const char *https_answer(const struct https *h); /* its body, until the next request */

#endif
