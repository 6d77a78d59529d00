/* See exchange.h. */
#include "tools/gateway/exchange.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "tools/base/text.h"
#include "tools/gateway/fields.h"
#include "tools/gateway/sessions.h"
#include "tools/gateway/share.h"

struct run_program exchange_program(const struct exchange *x, int timeout_ms)
{
	struct run_program program = x->gateway->program;

	program.language = problem_language_name(x->language);
	program.timeout_ms = timeout_ms;
	program.stop = x->gateway->stop;
	program.secret = !token_hides_secret(&x->rights);
	return program;
}

enum err exchange_still(struct gateway *g, const struct token_rights *rights,
			const struct digest *session)
{
	if (rights->name[0] == '@')
		return sessions_still(g->sessions, session, text_now_ms());
	return token_book_still(g->book, rights->name, token_book_now());
}

int exchange_fd(const struct exchange *x)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info == NULL ? -1 : (int)info->connect_fd;
}

int64_t exchange_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void read_remote(struct exchange *x)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info == NULL ? NULL : info->client_addr;

	if (a != NULL && a->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr,
			  x->remote, sizeof x->remote);
	else if (a != NULL && a->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr,
			  x->remote, sizeof x->remote);
}

struct exchange *exchange_new(struct gateway *g, struct MHD_Connection *c, size_t target_len)
{
	struct exchange *x = calloc(1, sizeof *x);
	uint64_t id = 0;

	if (x == NULL)
		return NULL;
	if (getrandom(&id, sizeof id, 0) != sizeof id) {
		free(x);
		return NULL;
	}
	snprintf(x->id, sizeof x->id, "%016llx", (unsigned long long)id);
	x->gateway = g;
	x->connection = c;
	x->target_len = target_len;
	x->began_ms = exchange_now_ms();
	read_remote(x);
	return x;
}

void exchange_free(struct exchange *x)
{
	if (x == NULL)
		return;
	if (x->response != NULL)
		MHD_destroy_response(x->response);
	if (x->shares)
		share_give(x->gateway->share, x->rights.name);
	json_decref(x->fields);
	if (x->body != NULL)
		explicit_bzero(x->body, x->body_size); /* a password may be in it */
	free(x->body);
	free((char *)(uintptr_t)x->path);
	free(x);
}

const char *exchange_header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

/* ---- answers ---- */

void exchange_page(struct exchange *x, unsigned status, struct MHD_Response *r)
{
	if (r == NULL)
		return; /* without memory MHD ends the connection */
	if (x->response != NULL) {
		MHD_destroy_response(r);
		return;
	}
	x->status = status;
	x->response = r;
	exchange_add_header(x, "X-Content-Type-Options", "nosniff");
	exchange_add_header(x, "X-Request-Id", x->id);
}

void exchange_response(struct exchange *x, unsigned status, struct MHD_Response *r)
{
	bool first = x->response == NULL;

	exchange_page(x, status, r);
	if (!first)
		return;
	/* What is answered to one is no page of a browser, and nobody else's. */
	exchange_add_header(x, "Content-Security-Policy",
			    "default-src 'none'; frame-ancestors 'none'");
	exchange_add_header(x, "Vary", "Accept-Language, Authorization, Cookie");
}

void exchange_add_header(struct exchange *x, const char *name, const char *value)
{
	if (x->response != NULL)
		(void)MHD_add_response_header(x->response, name, value);
}

static void answer_bytes(struct exchange *x, unsigned status, const char *type, char *text,
			 size_t len)
{
	struct MHD_Response *r =
		text == NULL ? NULL
			     : MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
	bool first = x->response == NULL;

	exchange_response(x, status, r);
	if (!first)
		return;
	exchange_add_header(x, "Content-Type", type);
	exchange_add_header(x, "Cache-Control", "no-store");
}

void exchange_text(struct exchange *x, unsigned status, char *text, size_t len)
{
	answer_bytes(x, status, "application/json", text, len);
}

void exchange_plain(struct exchange *x, unsigned status, const char *type, const char *text)
{
	answer_bytes(x, status, type, strdup(text), strlen(text));
}

void exchange_bare(struct exchange *x, unsigned status, json_t *whole)
{
	char *text = whole == NULL ? NULL : json_dumps(whole, JSON_COMPACT);

	json_decref(whole);
	exchange_text(x, status, text, text == NULL ? 0 : strlen(text));
}

void exchange_json(struct exchange *x, unsigned status, json_t *data)
{
	exchange_bare(x, status, json_pack("{s:i, s:o}", "v", 1, "data", data));
}

bool exchange_is_axis(const struct exchange *x)
{
	return x->path != NULL && strncmp(x->path, "/axis/", 6) == 0;
}

/* To a client of an axis 401 and 403 say that nothing of it is taken any more, and 404 that this is
 * no axis: what is said of one message is none of these. */
static unsigned axis_status(const struct exchange *x, enum err e)
{
	const unsigned status = problem_status(e);
	const bool of_token = (int)e >= ERR_TOKEN_UNKNOWN && (int)e <= ERR_TOKEN_COMMITTEE;

	if (status == 403 && !of_token && e != ERR_HTTP_ORIGIN)
		return 422;
	return status == 404 && x->route != NULL && x->route->body != ROUTE_NO_BODY ? 422 : status;
}

/* "errorCode" 15: who asks is not known, or may not; 10: anything else. */
static unsigned add_axis_words(const struct exchange *x, enum err e, json_t *problem)
{
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	const char *title = json_string_value(json_object_get(problem, "title"));
	const unsigned status = axis_status(x, e);

	json_object_set_new(problem, "status", json_integer(status));
	json_object_set_new(problem, "errorCode",
			    json_integer(status == 401 || status == 403 ? 15 : 10));
	if (detail != NULL && strncmp(detail, "VT-", 3) == 0)
		json_object_set_new(problem, "errorDesc", json_string(detail));
	else
		json_object_set_new(problem, "errorDesc",
				    json_sprintf("VT-%d %s%s%s", (int)e, title == NULL ? "" : title,
						 detail == NULL ? "" : ": ",
						 detail == NULL ? "" : detail));
	return status;
}

void exchange_problem(struct exchange *x, enum err e, json_t *problem)
{
	unsigned after = problem_retry_after_s(e),
		 status = exchange_is_axis(x) ? add_axis_words(x, e, problem) : problem_status(e);
	char *text = json_dumps(problem, JSON_COMPACT), later[16];
	bool first = x->response == NULL;

	json_decref(problem);
	answer_bytes(x, status, "application/problem+json", text,
		     text == NULL ? 0 : strlen(text));
	if (!first)
		return;
	x->err = e;
	exchange_add_header(x, "Content-Language", problem_language_name(x->language));
	if ((e == ERR_TOKEN_RATE || e == ERR_SIGN_IN_LATER) && x->rights.retry_after_s > 0)
		after = x->rights.retry_after_s;
	snprintf(later, sizeof later, "%u", after);
	if (after > 0)
		exchange_add_header(x, "Retry-After", later);
	if (status == 401)
		exchange_add_header(x, "WWW-Authenticate", "Bearer realm=\"vanthu\"");
}

void exchange_refuse(struct exchange *x, enum err e, const char *detail, const char *field)
{
	exchange_problem(x, e, problem_new(e, x->language, detail, field));
}

void exchange_fault(struct exchange *x, const struct client_fault *f)
{
	json_t *p = problem_new(f->err, x->language, f->about, NULL), *list;
	char id[UUID_TEXT_SIZE];

	if (f->ambiguous) {
		list = json_array();
		for (unsigned i = 0; i < f->choice_count; i++) {
			uuid_print(f->choices[i].bytes, id);
			json_array_append_new(list, json_string(id));
		}
		json_object_set_new(p, "choices", list);
	}
	exchange_problem(x, f->err, p);
}

enum MHD_Result exchange_send(struct exchange *x)
{
	enum MHD_Result r;

	if (x->response == NULL)
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
	if (x->response == NULL)
		return MHD_NO;
	/* Of chunks it is not seen here how they were framed: nothing follows them. */
	if (x->unframed || exchange_header(x, "Transfer-Encoding") != NULL)
		exchange_add_header(x, "Connection", "close");
	r = MHD_queue_response(x->connection, x->status, x->response);
	MHD_destroy_response(x->response);
	x->response = NULL;
	return r;
}

/* ---- what the request gives ---- */

enum err exchange_read_fields(struct exchange *x)
{
	char about[128] = "";
	const char *field = NULL;
	json_error_t error;
	enum err e;

	if (x->fields != NULL)
		return ERR_OK;
	if (x->body_len == 0) {
		x->fields = json_object();
	} else {
		x->fields = json_loadb(x->body, x->body_len, JSON_REJECT_DUPLICATES, &error);
		if (!json_is_object(x->fields)) {
			snprintf(about, sizeof about, "%d:%d", error.line, error.column);
			exchange_refuse(x, ERR_HTTP_BODY, x->fields == NULL ? about : NULL, NULL);
			return ERR_HTTP_BODY;
		}
	}
	/* Of a change too: who writes ?dry_run=1 does not mean that it be done. */
	e = fields_of_query(x->connection, x->route, x->fields, &field);
	if (e == ERR_OK)
		e = fields_check(x->fields, x->route, &field);
	/* Who is signed in does what he does in his own name. */
	if (e == ERR_OK && x->person[0] != '\0' && fields_find(x->route, "as") != NULL)
		json_object_set_new(x->fields, "as", json_string(x->person));
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, field);
	return e;
}

const char *exchange_field(const struct exchange *x, const char *name)
{
	return json_string_value(json_object_get(x->fields, name));
}

bool exchange_flag(const struct exchange *x, const char *name)
{
	return json_is_true(json_object_get(x->fields, name));
}
