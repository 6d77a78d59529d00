/* See server.h. */
#include "tools/gateway/server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/gateway/command.h"
#include "tools/gateway/deadlines.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/form.h"
#include "tools/gateway/head.h"
#include "tools/gateway/judge.h"
#include "tools/gateway/tally.h"
#include "tools/gateway/tls.h"

enum {
	HEAD_BYTES = 32 * 1024, /* memory of a connection: its head has to fit (else 431) */
	STACK_BYTES = 1 << 20,
	QUIET_S = 30,		  /* without a byte */
	DRAINED_BYTES = 16 << 20, /* of a body that is refused, so that its sender sees why */
	PEM_MAX_BYTES = 1 << 20
};

struct server {
	struct gateway *gateway;
	struct MHD_Daemon *daemon;
};

/* What MHD keeps with each connection. */
struct connection {
	struct server *server;
	struct deadline *deadline;
};

/* ---- one request ---- */

static struct connection *connection_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

static struct deadline *deadline_of(struct MHD_Connection *c)
{
	const struct connection *own = connection_of(c);

	return own == NULL ? NULL : own->deadline;
}

static enum MHD_Result send_answer(struct exchange *x)
{
	tally_answer(x);
	deadline_phase(x->deadline, x->stream			? DEADLINE_WORK
				    : x->rights.name[0] == '\0' ? DEADLINE_STRANGER
								: DEADLINE_MOVING);
	return exchange_send(x);
}

/* The head has come. An answer to a request with a body waits for its end, unless the client waits
 * for ours (100-continue), or nobody knows where its end is. */
static enum MHD_Result take_head(struct exchange *x, const char *method, const char *version)
{
	deadline_phase(x->deadline, DEADLINE_MOVING);
	if (judge_request(x, method, version) && ROUTE_STREAMS(x->route->body) && tally_begin(x))
		form_begin(x);
	if (x->response != NULL)
		deadline_phase(x->deadline, DEADLINE_HEAD);
	if (x->response != NULL && (x->unframed || exchange_header(x, "Expect") != NULL))
		return send_answer(x);
	return MHD_YES;
}

static bool keep_body(struct exchange *x, const char *bytes, size_t len)
{
	if (x->body_len + len > EXCHANGE_BODY_MAX_BYTES) {
		exchange_refuse(x, ERR_HTTP_LARGE, NULL, NULL);
		return false;
	}
	if (x->body_len + len + 1 > x->body_size) {
		size_t size = (x->body_len + len + 1) * 2;
		char *larger = realloc(x->body, size);

		if (larger == NULL) {
			exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
			return false;
		}
		x->body = larger;
		x->body_size = size;
	}
	memcpy(x->body + x->body_len, bytes, len);
	x->body_len += len;
	x->body[x->body_len] = '\0';
	return true;
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t len)
{
	x->body_bytes += len;
	deadline_moved(x->deadline, len);
	if (x->response != NULL || x->route == NULL)
		return x->body_bytes > DRAINED_BYTES ? MHD_NO : MHD_YES;
	if (ROUTE_STREAMS(x->route->body))
		form_take(x, bytes, len);
	else if (x->route->body == ROUTE_JSON)
		(void)keep_body(x, bytes, len);
	else
		exchange_refuse(x, ERR_HTTP_REQUEST, NULL, NULL);
	if (x->response != NULL)
		deadline_phase(x->deadline, DEADLINE_HEAD);
	return MHD_YES;
}

/* All of it is there. */
static enum MHD_Result answer(struct exchange *x)
{
	if (x->response == NULL && x->route == NULL)
		return MHD_NO; /* no memory for what refuses it */
	if (x->response == NULL)
		deadline_phase(x->deadline, DEADLINE_WORK);
	if (x->response == NULL && ROUTE_STREAMS(x->route->body))
		x->route->answer(x);
	else if (x->response == NULL && exchange_read_fields(x) == ERR_OK && tally_begin(x)) {
		if (x->route->command != NULL)
			command_answer(x);
		else
			x->route->answer(x);
	}
	return send_answer(x);
}

/* The first line has come, of which the query is cut off later on. NULL: there is no target, or no
 * memory, and the connection ends. */
static void *on_target(void *of, const char *target, struct MHD_Connection *c)
{
	const struct server *s = of;

	return target == NULL ? NULL : exchange_new(s->gateway, c, strlen(target));
}

static enum MHD_Result on_request(void *of, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *bytes,
				  size_t *len, void **request)
{
	struct exchange *x = *request;

	(void)of;
	if (x == NULL)
		return MHD_NO;
	if (x->path == NULL) {
		x->path = strdup(url);
		if (x->path == NULL)
			return MHD_NO;
		x->deadline = deadline_of(c);
		x->method = method;
		x->exact = head_is_exact(c, head_begin(method, url, x->target_len, version));
		return take_head(x, method, version);
	}
	if (*len > 0) {
		size_t n = *len;

		*len = 0;
		return take_body(x, bytes, n);
	}
	return answer(x);
}

static void on_completed(void *of, struct MHD_Connection *c, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *request;

	(void)of;
	(void)code;
	*request = NULL;
	if (x != NULL)
		form_free(x->form);
	exchange_free(x);
	deadline_phase(deadline_of(c), DEADLINE_IDLE);
}

static void on_connection(void *of, struct MHD_Connection *c, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *s = of;
	struct connection *own = *context;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (own != NULL)
			deadline_free(own->deadline);
		free(own);
		*context = NULL;
		tally_connection(s->gateway->tally, -1);
		return;
	}
	tally_connection(s->gateway->tally, 1);
	own = calloc(1, sizeof *own);
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	*context = own;
	if (own == NULL || info == NULL)
		return;
	own->server = s;
	own->deadline = deadline_new(s->gateway->deadlines, (int)info->connect_fd);
}

/* For GnuTLS, whose session MHD has made the connection's. What is given stays ours. */
static int present(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
		   const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
		   gnutls_pcert_st **chain, unsigned *count, gnutls_privkey_t *key)
{
	struct MHD_Connection *c = gnutls_session_get_ptr(session);
	const struct connection *own = c == NULL ? NULL : connection_of(c);

	(void)authorities;
	(void)authority_count;
	(void)algorithms;
	(void)algorithm_count;
	if (own == NULL)
		return -1; /* without memory: this handshake fails */
	tls_present(own->server->gateway->tls, session, chain, count, key);
	return 0;
}

/* Paths and queries are decoded here (route_decode): a %2F is part of a number, not of the path. */
static size_t leave_encoded(void *of, struct MHD_Connection *c, char *text)
{
	(void)of;
	(void)c;
	return strlen(text);
}

/* ---- the listening socket ---- */

static int open_socket(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, error;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static enum err listen_on(const char *address, int *fd, const char **why)
{
	const char *colon = strrchr(address, ':'), *host = address;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	size_t len = (size_t)(colon - address);
	char name[256];
	int failed;

	if (*host == '[') {
		host++;
		len -= 2;
	}
	snprintf(name, sizeof name, "%.*s", (int)len, host);
	failed = getaddrinfo(name, colon + 1, &hints, &list);
	if (failed != 0) {
		*why = gai_strerror(failed);
		return ERR_GATEWAY_LISTEN;
	}
	*fd = open_socket(list);
	if (*fd < 0)
		*why = fs_why(errno);
	freeaddrinfo(list);
	return *fd < 0 ? ERR_GATEWAY_LISTEN : ERR_OK;
}

/* ---- starting ---- */

static void on_log(void *of, const char *format, va_list args)
{
	(void)of;
	(void)format;
	(void)args; /* what clients do wrong is counted; it is not worth a line each */
}

static enum err start(struct server *s, int fd)
{
	const struct tls *own = s->gateway->tls;
	const unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
			       MHD_USE_POLL | MHD_USE_ERROR_LOG | (own != NULL ? MHD_USE_TLS : 0);
	const char *client_ca = own == NULL ? NULL : tls_client_ca(own);
	struct MHD_OptionItem tls[] = {
		{ own == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_CERT_CALLBACK, 0,
		  (void *)(intptr_t)present },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (char *)(uintptr_t)tls_priorities },
		{ client_ca == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_TRUST, 0,
		  (char *)(uintptr_t)client_ca },
		{ MHD_OPTION_END, 0, NULL }
	};

	s->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, s,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)SERVER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)QUIET_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
		MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, s, MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, s, MHD_OPTION_ARRAY, tls,
		MHD_OPTION_END);
	if (s->daemon != NULL)
		return ERR_OK;
	close(fd);
	return own != NULL ? ERR_GATEWAY_TLS : ERR_GATEWAY_LISTEN;
}

enum err server_start(struct gateway *g, struct server **out, const char **why)
{
	struct server *s = calloc(1, sizeof *s);
	enum err e;
	int fd = -1;

	*why = NULL;
	*out = s;
	if (s == NULL)
		return ERR_NO_MEMORY;
	s->gateway = g;
	e = listen_on(g->config->gateway_listen, &fd, why);
	if (e == ERR_OK)
		e = start(s, fd);
	if (e != ERR_OK) {
		server_stop(s);
		*out = NULL;
	}
	return e;
}

void server_stop(struct server *s)
{
	if (s == NULL)
		return;
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	free(s);
}
