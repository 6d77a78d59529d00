/* See content.h. */
#include "tools/client/content.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/digest.h"
#include "proto/fields.h"

enum { WINDOW_BYTES = 2 << 20 };

enum err content_part_of(const Vanthu__V1__DocumentView *view, uint32_t number,
			 struct content_part *out)
{
	const Vanthu__V1__PartView *p = view->parts[number];

	out->number = number;
	snprintf(out->name, sizeof out->name, "%s", p->name);
	out->size_bytes = p->size_bytes;
	return field_fixed(p->sha256, out->sha256.bytes, sizeof out->sha256.bytes) == ERR_OK
		   ? ERR_OK
		   : ERR_FORMAT;
}

static enum err more_credit(struct client *c, uint64_t id, uint64_t bytes)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;

	credit.bytes = bytes;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CREDIT;
	request.credit = &credit;
	return client_send_more(c, &request, id);
}

struct content_stream {
	struct client *client;
	struct content_range range;
	struct client_fault *fault;
	struct digest_stream *hash; /* of a whole part; NULL: of a range the daemon has compared */
	uint64_t id, got_bytes, promised_bytes;
	bool asked, ended; /* the daemon has something to send */
	enum err failed;
};

static bool is_whole(const struct content_range *r)
{
	return r->from == 0 && r->length_bytes >= r->part->size_bytes;
}

/* Our own error. */
static enum err fail(struct content_stream *s, enum err e)
{
	*s->fault = (struct client_fault){ .err = e };
	snprintf(s->fault->about, sizeof s->fault->about, "%s", s->range.part->name);
	s->failed = e;
	return e;
}

/* What the connection or the daemon says. */
static enum err fail_reply(struct content_stream *s, enum err e, const Vanthu__V1__Reply *reply)
{
	client_fault(s->client, e, reply, s->fault);
	s->ended = s->ended ||
		   (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR);
	s->failed = s->fault->err;
	return s->failed;
}

static enum err ask(struct content_stream *s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Content content = VANTHU__V1__CONTENT__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	enum err e;

	ref.text = (char *)(uintptr_t)s->range.document;
	content.ref = &ref;
	content.part = s->range.part->number;
	content.credit_bytes = s->promised_bytes = s->range.window_bytes;
	if (s->hash == NULL) {
		content.offset = s->range.from;
		content.length = s->range.length_bytes;
	}
	request.what_case = VANTHU__V1__REQUEST__WHAT_CONTENT;
	request.content = &content;
	e = client_send(s->client, &request);
	s->id = request.id;
	s->asked = true;
	return e == ERR_OK ? ERR_OK : fail_reply(s, e, NULL);
}

enum err content_open(struct client *c, const struct content_range *range,
		      struct client_fault *fault, struct content_stream **out)
{
	struct content_stream *s = calloc(1, sizeof *s);
	uint64_t size = range->part->size_bytes;

	*out = NULL;
	*fault = (struct client_fault){ .err = ERR_OK };
	if (s != NULL && is_whole(range))
		s->hash = digest_begin();
	if (s == NULL || (s->hash == NULL && is_whole(range))) {
		free(s);
		fault->err = ERR_NO_MEMORY;
		return ERR_NO_MEMORY;
	}
	s->client = c;
	s->range = *range;
	if (s->range.window_bytes == 0)
		s->range.window_bytes = WINDOW_BYTES;
	s->fault = fault;
	if (range->from > size) {
		fail(s, ERR_NOT_FOUND);
		content_close(s);
		return ERR_NOT_FOUND;
	}
	if (s->range.length_bytes > size - range->from)
		s->range.length_bytes = size - range->from;
	s->ended = s->hash == NULL && s->range.length_bytes == 0;
	*out = s;
	return ERR_OK;
}

/* All of it has come. */
static enum err check_end(struct content_stream *s)
{
	struct digest d;

	s->ended = true;
	if (s->got_bytes != s->range.length_bytes)
		return fail(s, ERR_FORMAT);
	if (s->hash == NULL)
		return ERR_OK;
	d = digest_end(s->hash);
	s->hash = NULL;
	return digest_equal(&d, &s->range.part->sha256) ? ERR_OK : fail(s, ERR_DIGEST);
}

enum err content_next(struct content_stream *s, struct blob *piece)
{
	Vanthu__V1__Reply *reply = NULL;
	enum err e = s->failed;

	*piece = (struct blob){ NULL, 0 };
	if (e != ERR_OK || s->ended)
		return e;
	if (!s->asked) {
		e = ask(s);
	} else if (s->got_bytes + s->range.window_bytes / 2 > s->promised_bytes) {
		s->promised_bytes = s->got_bytes + s->range.window_bytes;
		e = more_credit(s->client, s->id, s->promised_bytes);
		e = e == ERR_OK ? ERR_OK : fail_reply(s, e, NULL);
	}
	if (e != ERR_OK)
		return e;
	e = client_next(s->client, &reply);
	if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_DATA)
		return fail_reply(s, e, reply);
	*piece = field_blob(reply->data->bytes);
	s->got_bytes += piece->len_bytes;
	if (s->hash != NULL)
		digest_add(s->hash, *piece);
	return reply->data->last ? check_end(s) : ERR_OK;
}

bool content_ended(const struct content_stream *s)
{
	return s->ended;
}

void content_close(struct content_stream *s)
{
	if (s == NULL)
		return;
	if (s->asked && !s->ended)
		client_abandon(s->client);
	digest_abandon(s->hash);
	free(s);
}

enum err content_read(struct client *c, const char *document, const struct content_part *part,
		      content_take *take, void *ctx, struct client_fault *fault)
{
	struct content_range all = { .document = document,
				     .part = part,
				     .length_bytes = part->size_bytes };
	struct content_stream *s;
	enum err e = content_open(c, &all, fault, &s);

	while (e == ERR_OK && !content_ended(s)) {
		struct blob piece;
		/* A piece that ends a content which is not what was signed was taken too. */
		enum err read = content_next(s, &piece);

		if (piece.data != NULL || read == ERR_OK)
			e = take(ctx, piece.data, piece.len_bytes);
		if (read != ERR_OK)
			e = read;
		else if (e != ERR_OK)
			e = fail(s, e);
	}
	content_close(s);
	return e;
}
