/* See vanthu_changes.h and vanthu.h. */
#include "tools/client/vanthu_changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/change_kind.h"
#include "routing/base/limits.h"
#include "tools/base/text.h"
#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_fault.h"

/* A wait is asked for in pieces that end well within the time-out of the handle. */
enum { PIECE_MOST_MS = 30 * 1000, PIECE_PARTS = 2 };

static const Vanthu__V1__Change *change_at(const vanthu_change_list *l, size_t index)
{
	static const Vanthu__V1__Change none = VANTHU__V1__CHANGE__INIT;

	return index < vanthu_change_count(l) ? l->reply->changes->changes[index] : &none;
}

static void print_hex(ProtobufCBinaryData bytes, char out[VANTHU_FEED_DIGITS + 1])
{
	for (size_t i = 0; i < bytes.len && i < VANTHU_FEED_DIGITS / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes.data[i]);
}

/* Of the reply that the connection has now. NULL without memory. */
static vanthu_change_list *keep(struct client *c)
{
	struct blob packed = client_packed(c);
	vanthu_change_list *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->reply = vanthu__v1__reply__unpack(NULL, packed.len_bytes, packed.data);
	if (l->reply != NULL)
		l->ids = calloc(l->reply->changes->n_changes + 1, sizeof *l->ids);
	if (l->ids == NULL) {
		vanthu_change_list_free(l);
		return NULL;
	}
	print_hex(l->reply->changes->feed, l->feed);
	for (size_t i = 0; i < l->reply->changes->n_changes; i++) {
		const Vanthu__V1__Change *m = l->reply->changes->changes[i];

		if (m->id.len == 16)
			uuid_print(m->id.data, l->ids[i]);
	}
	return l;
}

/* "sent,arrived" into its parts, which point into `text`. */
static int read_kinds(char *text, char *kinds[CHANGE_KINDS], Vanthu__V1__ChangesQuery *m)
{
	char *rest = text, *kind;

	m->kinds = kinds;
	while ((kind = strsep(&rest, ",")) != NULL) {
		if (change_kind_named(kind) == CHANGE_NONE || m->n_kinds == CHANGE_KINDS)
			return vanthu_fail_about(ERR_USAGE, kind);
		kinds[m->n_kinds++] = kind;
	}
	return VANTHU_OK;
}

/* One request, with the handle held meanwhile. */
static int ask(vanthu *v, Vanthu__V1__ChangesQuery *query, vanthu_change_list **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply = NULL;
	struct client_fault fault;
	int code = VANTHU_OK;
	enum err e;

	if (!vanthu_lock(v))
		return VANTHU_ERR_BAD_STATE;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CHANGES;
	request.changes = query;
	e = client_send(v->client, &request);
	if (e == ERR_OK)
		e = client_next(v->client, &reply);
	if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_CHANGES) {
		client_fault(v->client, e, reply, &fault);
		code = vanthu_fail(&fault);
	} else {
		*out = keep(v->client);
		if (*out == NULL)
			code = vanthu_fail_about(ERR_NO_MEMORY, "");
		else if (reply->changes->missed)
			code = vanthu_fail_about((enum err)reply->changes->reason, "");
	}
	vanthu_unlock(v);
	return code;
}

/* Asks on until there is something, or the time is over. */
static int wait_for(vanthu *v, Vanthu__V1__ChangesQuery *query, int wait_ms,
		    vanthu_change_list **out)
{
	int64_t until_ms = text_now_ms() + wait_ms;
	int code;

	for (;;) {
		int64_t left_ms = until_ms - text_now_ms(), piece = v->timeout_ms / PIECE_PARTS;

		piece = piece > PIECE_MOST_MS ? PIECE_MOST_MS : piece;
		piece = left_ms < piece ? left_ms : piece;
		query->wait_ms = piece > 0 ? (uint32_t)piece : 0;
		code = ask(v, query, out);
		if (code != VANTHU_OK || vanthu_change_count(*out) > 0 || left_ms <= 0)
			return code;
		query->since = vanthu_change_list_next(*out);
		vanthu_change_list_free(*out);
		*out = NULL;
	}
}

int vanthu_changes(vanthu *v, uint64_t since, const char *kinds, int wait_ms,
		   vanthu_change_list **out)
{
	Vanthu__V1__ChangesQuery query = VANTHU__V1__CHANGES_QUERY__INIT;
	char *list[CHANGE_KINDS], *text = NULL;
	int code = VANTHU_OK;

	*out = NULL;
	if (wait_ms < 0 || wait_ms > CHANGES_WAIT_MAX_MS)
		return vanthu_fail_about(ERR_USAGE, "wait_ms");
	if (since > INT64_MAX)
		return vanthu_fail_about(ERR_USAGE, "since");
	if (kinds != NULL && kinds[0] != '\0') {
		text = strdup(kinds);
		code = text == NULL ? vanthu_fail_about(ERR_NO_MEMORY, "")
				    : read_kinds(text, list, &query);
	}
	query.since = since;
	if (code == VANTHU_OK)
		code = wait_for(v, &query, wait_ms, out);
	free(text);
	return code;
}

void vanthu_change_list_free(vanthu_change_list *l)
{
	if (l == NULL)
		return;
	if (l->reply != NULL)
		vanthu__v1__reply__free_unpacked(l->reply, NULL);
	free(l->ids);
	free(l);
}

uint64_t vanthu_change_list_next(const vanthu_change_list *l)
{
	return l->reply->changes->next;
}

uint64_t vanthu_change_list_first(const vanthu_change_list *l)
{
	return l->reply->changes->first;
}

const char *vanthu_change_list_feed(const vanthu_change_list *l)
{
	return l->feed;
}

size_t vanthu_change_count(const vanthu_change_list *l)
{
	return l->reply->changes->n_changes;
}

const char *vanthu_change_text(const vanthu_change_list *l, size_t index,
			       enum vanthu_change_field field)
{
	const Vanthu__V1__Change *m = change_at(l, index);
	const Vanthu__V1__ChangeDocument *d = m->document;

	switch (field) {
	case VANTHU_CHANGE_KIND:
		return m->kind;
	case VANTHU_CHANGE_ID:
		return index < vanthu_change_count(l) ? l->ids[index] : "";
	case VANTHU_CHANGE_FROM:
		return m->origin;
	case VANTHU_CHANGE_COMMITTEE:
		return m->committee;
	case VANTHU_CHANGE_CODE:
		return m->code;
	case VANTHU_CHANGE_WHAT:
		return m->what;
	case VANTHU_CHANGE_BOOK:
		return m->book;
	case VANTHU_CHANGE_TARGET:
		return m->target;
	case VANTHU_CHANGE_TYPE:
		return d == NULL ? "" : d->type_code;
	case VANTHU_CHANGE_DOCUMENT_NUMBER:
		return d == NULL ? "" : d->number;
	case VANTHU_CHANGE_SUBJECT:
		return d == NULL ? "" : d->subject;
	default:
		return "";
	}
}

int64_t vanthu_change_value(const vanthu_change_list *l, size_t index,
			    enum vanthu_change_field field)
{
	const Vanthu__V1__Change *m = change_at(l, index);

	switch (field) {
	case VANTHU_CHANGE_NUMBER:
		return (int64_t)m->number;
	case VANTHU_CHANGE_AT_MS:
		return m->at_ms;
	case VANTHU_CHANGE_REASON:
		return m->reason;
	case VANTHU_CHANGE_YEAR:
		return m->year;
	case VANTHU_CHANGE_LINE:
		return m->line;
	case VANTHU_CHANGE_VERSION:
		return (int64_t)m->version;
	case VANTHU_CHANGE_SENT:
		return m->sent;
	default:
		return 0;
	}
}
