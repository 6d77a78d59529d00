/* See https.h. */
#include "tests/bench/https.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/conn.h"

enum { ANSWER_BYTES = 64 * 1024 };

struct https {
	int fd;
	SSL *tls; /* NULL: plain */
	char *out;
	size_t out_at, out_len, out_size;
	char in[ANSWER_BYTES + 1];
	size_t in_len;
	char *body; /* NULL: the head is not whole yet */
	size_t body_len;
	bool busy, wants_write;
	unsigned status;
};

void *https_tls(const char *certificates)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL || SSL_CTX_load_verify_locations(ctx, certificates, NULL) != 1)
		bench_fail("%s: no certificates", certificates);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

static int connect_to(const struct https_place *to)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	int fd, one = 1;

	if (getaddrinfo(to->host, to->port, &hints, &list) != 0)
		bench_fail("%s:%s: no such address", to->host, to->port);
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) != 0)
		bench_fail("%s:%s: %s", to->host, to->port, strerror(errno));
	freeaddrinfo(list);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

struct https *https_open(const struct https_place *to)
{
	struct https *h = calloc(1, sizeof *h);

	if (h == NULL)
		bench_fail("no memory");
	h->fd = connect_to(to);
	if (to->tls != NULL) {
		h->tls = SSL_new(to->tls);
		if (h->tls == NULL || SSL_set_fd(h->tls, h->fd) != 1 ||
		    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(h->tls), to->host) != 1)
			bench_fail("no TLS to %s", to->host);
		if (SSL_connect(h->tls) != 1)
			bench_fail("TLS to %s:%s: %s", to->host, to->port,
				   X509_verify_cert_error_string(SSL_get_verify_result(h->tls)));
	}
	if (fcntl(h->fd, F_SETFL, O_NONBLOCK) != 0)
		bench_fail("fcntl: %s", strerror(errno));
	return h;
}

void https_close(struct https *h)
{
	if (h == NULL)
		return;
	SSL_free(h->tls);
	close(h->fd);
	free(h->out);
	free(h);
}

int https_fd(const struct https *h)
{
	return h->fd;
}

short https_events(const struct https *h)
{
	return (short)(POLLIN | (h->wants_write ? POLLOUT : 0));
}

void https_ask(struct https *h, const void *head, size_t head_len, const void *body,
	       size_t body_len)
{
	if (h->busy)
		bench_fail("a request is under way");
	if (head_len + body_len > h->out_size) {
		h->out_size = 2 * (head_len + body_len);
		h->out = realloc(h->out, h->out_size);
		if (h->out == NULL)
			bench_fail("no memory");
	}
	memcpy(h->out, head, head_len);
	memcpy(h->out + head_len, body, body_len);
	h->out_len = head_len + body_len;
	h->out_at = h->in_len = 0;
	h->body = NULL;
	h->busy = true;
}

bool https_is_idle(const struct https *h)
{
	return !h->busy;
}

/* Bytes that have gone or come; 0: not now. */
static size_t moved(struct https *h, ssize_t n, int error)
{
	if (n > 0)
		return (size_t)n;
	if (h->tls == NULL ? n < 0 && (error == EAGAIN || error == EINTR)
			   : SSL_get_error(h->tls, (int)n) == SSL_ERROR_WANT_READ)
		return 0;
	if (h->tls != NULL && SSL_get_error(h->tls, (int)n) == SSL_ERROR_WANT_WRITE) {
		h->wants_write = true;
		return 0;
	}
	bench_fail("the gateway hung up");
}

static void send_some(struct https *h)
{
	size_t n = 1;

	h->wants_write = false;
	while (n > 0 && h->out_at < h->out_len) {
		const char *at = h->out + h->out_at;
		size_t left = h->out_len - h->out_at;
		ssize_t got;

		ERR_clear_error();
		got = h->tls != NULL ? SSL_write(h->tls, at, (int)left)
				     : send(h->fd, at, left, MSG_NOSIGNAL);
		n = moved(h, got, errno);
		h->out_at += n;
		h->wants_write = h->wants_write || (n == 0 && h->tls == NULL);
	}
}

static void read_head(struct https *h)
{
	char *end = strstr(h->in, "\r\n\r\n"), *length;

	if (end == NULL)
		return;
	*end = '\0';
	length = strcasestr(h->in, "\r\nContent-Length:");
	if (strncmp(h->in, "HTTP/1.1 ", 9) != 0 || length == NULL)
		bench_fail("no answer of a fixed length: %s", h->in);
	if (strcasestr(h->in, "\r\nConnection: close") != NULL)
		bench_fail("the gateway does not keep the connection: %s", h->in);
	h->status = (unsigned)strtoul(h->in + 9, NULL, 10);
	h->body_len = strtoul(length + 17, NULL, 10);
	h->body = end + 4;
	if ((size_t)(h->body - h->in) + h->body_len > ANSWER_BYTES)
		bench_fail("an answer of %zu bytes", h->body_len);
}

static bool receive_some(struct https *h)
{
	size_t n = 1;

	while (n > 0) {
		char *at = h->in + h->in_len;
		size_t room = ANSWER_BYTES - h->in_len;
		ssize_t got;

		ERR_clear_error();
		got = h->tls != NULL ? SSL_read(h->tls, at, (int)room) : recv(h->fd, at, room, 0);
		n = moved(h, got, errno);
		h->in_len += n;
		h->in[h->in_len] = '\0';
		if (n > 0 && h->body == NULL)
			read_head(h);
		if (h->body != NULL && h->in_len >= (size_t)(h->body - h->in) + h->body_len)
			return true;
	}
	return false;
}

bool https_go_on(struct https *h)
{
	send_some(h);
	if (!receive_some(h))
		return false;
	h->busy = false;
	return true;
}

unsigned https_status(const struct https *h)
{
	return h->status;
}

const char *https_answer(const struct https *h)
{
	return h->body;
}
