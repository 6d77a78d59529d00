/* See changes.h. Who waits asks the daemon again every few seconds, so that the gateway can end
 * meanwhile, a token that is revoked follows no more, and a client that has gone gives back its
 * connection to the daemon and its token's share. */
#include "tools/gateway/changes.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/change_kind.h"
#include "tools/base/text.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/pool.h"
#include "tools/output/output.h"

enum {
	SLICE_MS = 2000,
	WAIT_MAX_S = 60,
	LIMIT_MAX = 1000,
	EVENTS_AT_ONCE = 100,
	KINDS_MAX = 32,
	FEED_BYTES = 16,
	BEAT_MS = 15000,
	STREAM_MS = 3600 * 1000,
	BLOCK_BYTES = 64 * 1024,
	NUMBER_MAX_DIGITS = 18
};

struct follow {
	struct gateway *gateway;
	struct token_rights rights;
	struct digest session; /* of an account's */
	struct pool_place *place;
	int fd; /* the client's, lent; -1: unknown */
	struct client_fault fault;
	Vanthu__V1__ChangesQuery query;
	char *kinds[KINDS_MAX];
	char *kinds_text;
	uint8_t feed[FEED_BYTES];
	int64_t until_ms;
	/* of a stream: what has not gone yet */
	char *text;
	size_t text_len, text_sent;
};

static void follow_free(void *of)
{
	struct follow *f = of;

	if (f->place != NULL)
		pool_give(f->gateway->followers, f->place);
	free(f->kinds_text);
	free(f->text);
	free(f);
}

/* ---- what is asked ---- */

static bool read_kinds(struct follow *f, const json_t *given)
{
	char *rest, *kind;
	size_t i, size = 1;
	json_t *one;

	json_array_foreach(given, i, one) size += json_string_length(one) + 1;
	f->kinds_text = rest = calloc(1, size);
	if (rest == NULL)
		return false;
	json_array_foreach (given, i, one)
		rest += snprintf(rest, size - (size_t)(rest - f->kinds_text), "%s,",
				 json_string_value(one));
	rest = f->kinds_text;
	while ((kind = strsep(&rest, ",")) != NULL) {
		if (kind[0] == '\0')
			continue;
		if (f->query.n_kinds == KINDS_MAX || change_kind_named(kind) == CHANGE_NONE)
			return false;
		f->kinds[f->query.n_kinds++] = kind;
	}
	f->query.kinds = f->kinds;
	return true;
}

static bool read_feed(struct follow *f, const char *text)
{
	if (strlen(text) != 2 * FEED_BYTES || strspn(text, "0123456789abcdef") != 2 * FEED_BYTES)
		return false;
	for (unsigned i = 0; i < FEED_BYTES; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };

		f->feed[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	f->query.feed = (ProtobufCBinaryData){ .len = FEED_BYTES, .data = f->feed };
	return true;
}

/* The field that cannot be that; NULL: all is well. */
static const char *read_query(struct follow *f, const struct exchange *x)
{
	const json_t *since = json_object_get(x->fields, "since"),
		     *limit = json_object_get(x->fields, "limit");
	const char *feed = exchange_field(x, "feed");

	f->query.oldest = since == NULL;
	f->query.since = (uint64_t)json_integer_value(since);
	f->query.limit = limit == NULL ? LIMIT_MAX : (uint32_t)json_integer_value(limit);
	if (f->query.limit < 1 || f->query.limit > LIMIT_MAX)
		return "limit";
	if (json_integer_value(json_object_get(x->fields, "wait")) > WAIT_MAX_S)
		return "wait";
	if (feed != NULL && !read_feed(f, feed))
		return "feed";
	return read_kinds(f, json_object_get(x->fields, "kind")) ? NULL : "kind";
}

/* Contents come over the office socket alone: who sees none has none to be left out here. */
static enum client_socket_kind socket_of(const struct token_rights *r)
{
	if (token_may(r, TOKEN_ACT_SEE_OWN) || token_may(r, TOKEN_ACT_SEE_RECEIVED) ||
	    token_may(r, TOKEN_ACT_SEE_SENT))
		return CLIENT_OFFICE;
	return token_may(r, TOKEN_ACT_OPERATE) ? CLIENT_OPERATE : CLIENT_READ;
}

static struct follow *follow_new(struct exchange *x)
{
	struct follow *f = calloc(1, sizeof *f);
	const char *field = NULL;
	enum err e = ERR_NO_MEMORY;

	if (f != NULL) {
		vanthu__v1__changes_query__init(&f->query);
		f->gateway = x->gateway;
		f->fd = exchange_fd(x);
		f->rights = x->rights;
		f->session = x->session;
		field = read_query(f, x);
		e = field != NULL
			    ? ERR_HTTP_FIELD
			    : pool_take(f->gateway->followers, socket_of(&f->rights),
					&f->rights, &f->place);
	}
	if (e == ERR_OK)
		return f;
	exchange_refuse(x, e, NULL, field);
	if (f != NULL)
		follow_free(f);
	return NULL;
}

/* ---- what is answered ---- */

static enum err ask(struct follow *f, int64_t wait_ms, const Vanthu__V1__Changes **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply = NULL;
	enum err e;

	f->query.wait_ms = wait_ms <= 0 ? 0 : (uint32_t)(wait_ms < SLICE_MS ? wait_ms : SLICE_MS);
	request.what_case = VANTHU__V1__REQUEST__WHAT_CHANGES;
	request.changes = &f->query;
	e = client_send(f->place->client, &request);
	if (e == ERR_OK)
		e = client_next(f->place->client, &reply);
	if (e == ERR_OK && reply != NULL && reply->what_case == VANTHU__V1__REPLY__WHAT_CHANGES) {
		*out = reply->changes;
		return ERR_OK;
	}
	client_fault(f->place->client, e, reply, &f->fault);
	return f->fault.err;
}

static bool is_own(const struct follow *f, const Vanthu__V1__Change *m)
{
	struct doc_id id;
	bool yes = false;

	if (!m->sent || m->id.len != sizeof id.bytes)
		return false;
	memcpy(id.bytes, m->id.data, sizeof id.bytes);
	return token_sent_has(f->gateway->config->gateway_folder, f->rights.name, &id, &yes) ==
		       ERR_OK &&
	       yes;
}

static bool is_within(const struct follow *f, const Vanthu__V1__Change *m)
{
	const char *parties[1 + RECIPIENTS_MAX];
	unsigned count = 0;

	if (m->committee[0] != '\0')
		parties[count++] = m->committee;
	for (size_t i = 0; m->document != NULL && i < m->document->n_to && i < RECIPIENTS_MAX; i++)
		parties[count++] = m->document->to[i];
	return token_may_see(&f->rights, m->origin, parties, count);
}

/* Would the token be shown the document itself, or the book? Those and paper are the office's. */
static bool sees_content(const struct follow *f, const Vanthu__V1__Change *m)
{
	const struct token_rights *r = &f->rights;

	if (m->origin[0] == '\0')
		return token_may(r, TOKEN_ACT_OFFICE);
	return token_may(r, m->sent ? TOKEN_ACT_SEE_SENT : TOKEN_ACT_SEE_RECEIVED) ||
	       (token_may(r, TOKEN_ACT_SEE_OWN) && is_own(f, m));
}

/* How much of a change a token is told: who may have figures hears that it happened, as every
 * socket tells it; who may see the document, what the office socket tells besides. */
enum sight { SIGHT_NONE, SIGHT_BARE, SIGHT_WHOLE };

static enum sight sight_of(const struct follow *f, const Vanthu__V1__Change *m)
{
	const bool figures = token_may(&f->rights, TOKEN_ACT_FIGURES);

	if (m->id.len == 0)
		return figures && f->rights.committee_count == 0 ? SIGHT_BARE : SIGHT_NONE;
	if (!is_within(f, m))
		return SIGHT_NONE;
	if (sees_content(f, m))
		return SIGHT_WHOLE;
	return figures ? SIGHT_BARE : SIGHT_NONE;
}

/* Of an answer, with what this token may not see left out. */
static json_t *visible(const struct follow *f, const Vanthu__V1__Changes *m)
{
	json_t *answer = json_changes(m), *list = json_object_get(answer, "changes");

	for (size_t i = m->n_changes; i-- > 0;) {
		enum sight sight = sight_of(f, m->changes[i]);

		if (sight == SIGHT_NONE)
			json_array_remove(list, i);
		else if (sight == SIGHT_BARE)
			json_object_set_new(json_array_get(list, i), "document", json_null());
	}
	return answer;
}

/* The gateway ends, or the client sends no more: nobody waits for an answer with that closed. */
static bool is_over(const struct follow *f)
{
	struct pollfd fds[] = { { .fd = f->gateway->stop, .events = POLLIN },
				{ .fd = f->fd, .events = POLLRDHUP } };

	return poll(fds, sizeof fds / sizeof *fds, 0) > 0;
}

/* A stream goes on in the feed that it began in, or says that it is another one. */
static void keep_feed(struct follow *f, const Vanthu__V1__Changes *m)
{
	if (m->feed.len != FEED_BYTES)
		return;
	memcpy(f->feed, m->feed.data, FEED_BYTES);
	f->query.feed = (ProtobufCBinaryData){ .len = FEED_BYTES, .data = f->feed };
}

/* Until something that may be seen has come, some was missed, or the time is over. */
static enum err next_answer(struct follow *f, json_t **out, enum err *missed)
{
	const Vanthu__V1__Changes *m = NULL;
	bool found;

	do {
		enum err e = ask(f, f->until_ms - exchange_now_ms(), &m);

		*out = NULL;
		if (e != ERR_OK)
			return e;
		*missed = m->missed ? (enum err)m->reason : ERR_OK;
		*out = visible(f, m);
		f->query.since = m->next;
		keep_feed(f, m);
		f->query.oldest = f->query.newest = false;
		found = *missed != ERR_OK ||
			json_array_size(json_object_get(*out, "changes")) > 0 ||
			exchange_now_ms() >= f->until_ms || is_over(f);
		if (!found)
			json_decref(*out);
	} while (!found);
	return ERR_OK;
}

void changes_answer(struct exchange *x)
{
	struct follow *f = follow_new(x);
	enum err e, missed = ERR_OK;
	json_t *answer, *problem;

	if (f == NULL)
		return;
	f->until_ms =
		exchange_now_ms() + json_integer_value(json_object_get(x->fields, "wait")) * 1000;
	e = next_answer(f, &answer, &missed);
	if (e != ERR_OK) {
		f->fault.err = e;
		exchange_fault(x, &f->fault);
	} else if (missed != ERR_OK) {
		problem = problem_new(missed, x->language, NULL, "since");
		json_object_update_missing(problem, answer);
		json_decref(answer);
		exchange_problem(x, missed, problem);
	} else {
		exchange_json(x, MHD_HTTP_OK, answer);
	}
	follow_free(f);
}

/* ---- a stream ---- */

static void print_event(FILE *to, const char *kind, const json_t *number, const json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT);

	if (json_is_integer(number))
		fprintf(to, "id: %lld\n", (long long)json_integer_value(number));
	fprintf(to, "event: %s\ndata: %s\n\n", kind, text == NULL ? "{}" : text);
	free(text);
}

static void print_events(struct follow *f, const json_t *answer, bool missed)
{
	json_t *each, *head;
	FILE *to;
	size_t i;

	free(f->text); /* also of nothing it makes a text */
	f->text = NULL;
	f->text_len = 0;
	to = open_memstream(&f->text, &f->text_len);
	if (to == NULL)
		return;
	if (missed) {
		head = json_copy((json_t *)(uintptr_t)answer);
		json_object_del(head, "changes");
		print_event(to, "missed", NULL, head);
		json_decref(head);
	}
	json_array_foreach(json_object_get(answer, "changes"), i, each)
		print_event(to, json_string_value(json_object_get(each, "kind")),
			    json_object_get(each, "number"), each);
	fclose(to);
}

/* More text, or a sign of life. False: it ends. */
static bool fill(struct follow *f)
{
	int64_t now = exchange_now_ms(), ends_ms = f->until_ms;
	enum err missed = ERR_OK;
	json_t *answer;
	bool good;

	free(f->text);
	f->text = NULL;
	f->text_len = f->text_sent = 0;
	while (f->text_len == 0) {
		if (exchange_now_ms() > ends_ms || is_over(f) ||
		    exchange_still(f->gateway, &f->rights, &f->session) != ERR_OK)
			return false;
		f->until_ms = exchange_now_ms() + SLICE_MS;
		good = next_answer(f, &answer, &missed) == ERR_OK;
		f->until_ms = ends_ms;
		if (!good)
			return false; /* the client comes again, when the daemon is back */
		print_events(f, answer, missed != ERR_OK);
		json_decref(answer);
		if (f->text_len == 0 && exchange_now_ms() - now >= BEAT_MS) {
			free(f->text);
			f->text = strdup(":\n\n");
			f->text_len = f->text == NULL ? 0 : 3;
		}
	}
	return true;
}

static ssize_t stream_next(void *of, uint64_t at, char *out, size_t max)
{
	struct follow *f = of;
	size_t n;

	(void)at;
	if (f->text_sent == f->text_len && !fill(f))
		return MHD_CONTENT_READER_END_OF_STREAM;
	n = f->text_len - f->text_sent < max ? f->text_len - f->text_sent : max;
	memcpy(out, f->text + f->text_sent, n);
	f->text_sent += n;
	return (ssize_t)n;
}

void changes_follow(struct exchange *x)
{
	const char *last = exchange_header(x, "Last-Event-ID");
	struct follow *f;

	if (last != NULL && (last[0] == '\0' || strspn(last, "0123456789") != strlen(last) ||
			     strlen(last) > NUMBER_MAX_DIGITS)) {
		exchange_refuse(x, ERR_HTTP_FIELD, NULL, "Last-Event-ID");
		return;
	}
	f = follow_new(x);
	if (f == NULL)
		return;
	f->query.limit = EVENTS_AT_ONCE;
	f->query.newest = f->query.oldest;
	f->query.oldest = false;
	if (last != NULL) {
		f->query.since = strtoull(last, NULL, 10);
		f->query.newest = false;
	}
	f->until_ms = exchange_now_ms() + STREAM_MS;
	f->text = strdup("retry: 2000\n\n"); /* goes at once: so that it is seen to be open */
	f->text_len = f->text == NULL ? 0 : strlen(f->text);
	exchange_response(x, MHD_HTTP_OK,
			  MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
							    stream_next, f, follow_free));
	exchange_add_header(x, "Content-Type", "text/event-stream");
	exchange_add_header(x, "Cache-Control", "no-store");
	x->stream = true;
}
