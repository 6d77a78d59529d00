/* See judge.h. */
#include "tools/gateway/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/gateway/command.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/permit.h"
#include "tools/gateway/peer.h"
#include "tools/gateway/share.h"
#include "tools/gateway/sign_in.h"

enum { BODY_MAX_DIGITS = 18 };

/* ---- framing (RFC 9112 §6; request smuggling is two programs that frame differently) ---- */

/* Fields that have one value. Two of one, and a proxy goes by the one, and this by the other. */
static const char *const single[] = { "Host",		"Content-Length", "Transfer-Encoding",
				      "Authorization",	"SystemId",	"SecretKey",
				      "Cookie",		"X-Vanthu-Proof",
				      "Content-Type",	  "Content-Encoding",
				      "Idempotency-Key", "Range",	  "If-Range",
				      "If-None-Match",	"If-Match",	  "If-Modified-Since",
				      "If-Unmodified-Since", "Last-Event-ID", "Origin",
				      "Sec-Fetch-Site", "Expect" };

enum { SINGLE = sizeof single / sizeof single[0], HOST = 0, LENGTH, CODING };

struct counted {
	unsigned of[SINGLE], bad;
};

static enum MHD_Result count_one(void *ctx, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	struct counted *c = ctx;

	(void)kind;
	for (unsigned i = 0; i < SINGLE; i++)
		c->of[i] += strcasecmp(name, single[i]) == 0;
	for (const char *at = name; *at != '\0'; at++)
		c->bad += *at <= ' ' || *at == ':' || (unsigned char)*at >= 127;
	for (const char *at = value == NULL ? "" : value; *at != '\0'; at++)
		c->bad += (unsigned char)*at < ' ' && *at != '\t';
	return MHD_YES;
}

static bool is_number(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= BODY_MAX_DIGITS && strspn(text, "0123456789") == len;
}

/* The field that comes twice, or NULL. */
static const char *doubled(const struct counted *c)
{
	for (unsigned i = 0; i < SINGLE; i++) {
		if (c->of[i] > 1)
			return single[i];
	}
	return NULL;
}

/* HTTP/1.0 is what proxies speak that nobody told otherwise; it has no chunks. */
static bool is_spoken(const char *version, const struct counted *c)
{
	return strcmp(version, "HTTP/1.1") == 0 ||
	       (strcmp(version, "HTTP/1.0") == 0 && c->of[CODING] == 0);
}

static bool is_framed(const struct exchange *x, const char *version, const struct counted *c)
{
	const char *length = exchange_header(x, "Content-Length"),
		   *coding = exchange_header(x, "Transfer-Encoding");

	return x->exact && is_spoken(version, c) && c->of[HOST] == 1 &&
	       c->of[LENGTH] + c->of[CODING] <= 1 && c->bad == 0 &&
	       (length == NULL || is_number(length)) &&
	       (coding == NULL || strcasecmp(coding, "chunked") == 0);
}

/* ---- for whom, and from where ---- */

static bool is_host(const char *have, size_t len, const char *want)
{
	return strlen(want) == len && strncasecmp(have, want, len) == 0;
}

/* "", or a colon and digits. */
static bool is_port(const char *text)
{
	return text[0] == '\0' || (text[0] == ':' && is_number(text + 1));
}

/* The address that is listened on; with the port of https this may be left out. */
static bool is_own(const char *own, const char *host)
{
	size_t len = listen_host_len(own);

	return strcasecmp(host, own) == 0 ||
	       (strcmp(own + len, ":443") == 0 && strlen(host) == len &&
		strncasecmp(host, own, len) == 0);
}

bool judge_host(const struct config *config, const char *host)
{
	const char *own = config->gateway_listen;
	size_t len = listen_host_len(host);

	if (is_own(own, host))
		return true;
	if (listen_is_loopback(own) && is_host(host, len, "localhost") &&
	    strcmp(host + len, own + listen_host_len(own)) == 0)
		return true;
	for (const char *at = config->gateway_hosts; is_port(host + len) && *at != '\0';) {
		size_t word = strcspn(at, ", ");

		if (word > 0 && word == len && strncasecmp(at, host, len) == 0)
			return true;
		at += word + strspn(at + word, ", ");
	}
	return false;
}

bool judge_origin(const char *origin, const char *host, bool tls)
{
	const char *scheme = tls ? "https://" : "http://";
	size_t len = strlen(scheme);

	return strncasecmp(origin, scheme, len) == 0 && strcasecmp(origin + len, host) == 0;
}

/* A page of another site: browsers say so. Programs send neither field. */
static bool is_foreign_page(const struct exchange *x, const char *host)
{
	const char *origin = exchange_header(x, "Origin"),
		   *site = exchange_header(x, "Sec-Fetch-Site");

	return (origin != NULL && !judge_origin(origin, host, x->gateway->tls != NULL)) ||
	       (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0);
}

/* ---- who ---- */

/* Clients of an axis say who they are in two fields: the token's name and its secret. */
static enum err check_system(struct exchange *x)
{
	const char *system = exchange_header(x, "SystemId");
	enum err e = token_book_check(x->gateway->book, exchange_header(x, "SecretKey"),
				      token_book_now(), &x->rights);

	/* Whoever has the secret knows the name; it is no secret how they differ. */
	if (e == ERR_OK && (system == NULL || strcmp(system, x->rights.name) != 0)) {
		x->rights = (struct token_rights){ .name = "" };
		e = ERR_TOKEN_UNKNOWN;
	}
	return e;
}

static enum err check_token(struct exchange *x)
{
	const char *field = exchange_header(x, "Authorization"), *bearer = NULL;
	struct now now = token_book_now();
	char subject[TOKEN_SUBJECT_MAX + 1];
	struct digest der;
	bool trusted;

	if (x->route->act == ROUTE_SESSION || sign_in_shows(x))
		return sign_in_check(x);
	if (field == NULL && exchange_is_axis(x) && exchange_header(x, "SecretKey") != NULL)
		return check_system(x);
	if (field != NULL && strncasecmp(field, "Bearer ", 7) == 0)
		bearer = field + 7 + strspn(field + 7, " ");
	if (bearer == NULL && peer_certificate(x, &der, subject, &trusted))
		return token_book_check_certificate(x->gateway->book, &der,
						    trusted ? subject : NULL, now, &x->rights);
	return token_book_check(x->gateway->book, bearer, now, &x->rights);
}

/* A token bound to committees has what is of documents, each of which is looked at, and whom there
 * is; books, lists of work and figures are of all. */
static bool is_within_bounds(const struct exchange *x)
{
	const struct route *r = x->route;

	return x->rights.committee_count == 0 || r->about != ROUTE_GENERAL ||
	       r->act == TOKEN_ACT_SUBMIT || r->act == TOKEN_ACT_CHANGES ||
	       r->act == TOKEN_ACT_AXIS || r->answer == command_documents ||
	       strncmp(r->path, "/v1/committees", 14) == 0;
}

/* Whoever asks is on this machine, or comes through a program on it. */
static bool is_at_home(const struct exchange *x)
{
	return listen_is_loopback(x->gateway->config->gateway_listen);
}

static bool is_allowed(struct exchange *x)
{
	enum err e;

	if (x->route->act == ROUTE_OPEN || (x->route->act == ROUTE_ANYBODY && is_at_home(x)))
		return true;
	e = check_token(x);
	if (e == ERR_OK && (x->route->act == ROUTE_ANYBODY || x->route->act == ROUTE_SESSION))
		return true; /* every scope may */
	/* Whether its documents are all or its own is asked later, of each. */
	if (e == ERR_OK && !token_may(&x->rights, x->route->act) &&
	    !(x->route->about != ROUTE_GENERAL && x->route->act == TOKEN_ACT_SEE_OWN &&
	      (token_may(&x->rights, TOKEN_ACT_SEE_SENT) ||
	       token_may(&x->rights, TOKEN_ACT_SEE_RECEIVED))) &&
	    !(x->route->answer == command_documents && token_may(&x->rights, TOKEN_ACT_SEE_SENT)))
		e = ERR_TOKEN_SCOPE;
	if (e == ERR_OK && !is_within_bounds(x))
		e = ERR_TOKEN_COMMITTEE;
	if (e == ERR_OK) {
		x->shares = share_take(x->gateway->share, x->rights.name);
		e = x->shares ? ERR_OK : ERR_BUSY;
	}
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, NULL);
	return e == ERR_OK;
}

/* ---- what ---- */

static bool is_of_type(const struct exchange *x)
{
	const char *type = exchange_header(x, "Content-Type"),
		   *coding = exchange_header(x, "Content-Encoding"),
		   *length = exchange_header(x, "Content-Length"), *wanted = "multipart/form-data";
	size_t len;

	if (x->route->body == ROUTE_NO_BODY)
		return true; /* it is not looked at */
	if (coding != NULL && strcasecmp(coding, "identity") != 0)
		return false; /* what it unpacks to is bounded by nobody */
	if (x->route->body == ROUTE_JSON) {
		wanted = "application/json";
		/* An act without fields needs no body; but a browser's form cannot send this type
		 * without asking, so one that says another is refused. */
		if (type == NULL)
			return exchange_header(x, "Transfer-Encoding") == NULL &&
			       (length == NULL || strcmp(length, "0") == 0);
	}
	len = strlen(wanted);
	return type != NULL && strncasecmp(type, wanted, len) == 0 &&
	       strchr("; \t", type[len]) != NULL;
}

static bool is_small(const struct exchange *x)
{
	const char *length = exchange_header(x, "Content-Length");

	return length == NULL || ROUTE_STREAMS(x->route->body) ||
	       strtoull(length, NULL, 10) <= EXCHANGE_BODY_MAX_BYTES;
}

static bool find_route(struct exchange *x, const char *method)
{
	char allow[64];
	const struct route_question q = { x->gateway->routes, method, x->path };
	enum err e = route_find(&q, &x->route, &x->words, allow, sizeof allow);

	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		if (e == ERR_HTTP_METHOD)
			exchange_add_header(x, "Allow", allow);
		return false;
	}
	x->method = x->route->method;
	x->head_only = strcmp(method, "HEAD") == 0;
	return true;
}

bool judge_request(struct exchange *x, const char *method, const char *version)
{
	const char *host = exchange_header(x, "Host");
	const char *twice = NULL;
	struct counted c = { .bad = 0 };
	enum err e = ERR_OK;

	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count_one, &c);
	twice = doubled(&c);
	x->language = problem_language(exchange_header(x, "Accept-Language"), PROBLEM_EN);
	x->unframed = twice != NULL || !is_framed(x, version, &c);
	if (x->unframed)
		e = ERR_HTTP_REQUEST;
	else if (!judge_host(x->gateway->config, host))
		e = ERR_HTTP_HOST;
	else if (is_foreign_page(x, host))
		e = ERR_HTTP_ORIGIN;
	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, twice);
		return false;
	}
	if (!find_route(x, method) || !is_allowed(x))
		return false;
	if (!is_of_type(x))
		e = ERR_HTTP_TYPE;
	else if (!is_small(x))
		e = ERR_HTTP_LARGE;
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, NULL);
	return e == ERR_OK;
}
