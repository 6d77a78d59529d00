/* See submission_stream.h. Each part is collected until it is too large to go within the request;
 * from then on its bytes go to the daemon, which has been asked to stage them. */
#include "tools/client/submission_stream.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fields.h"
#include "routing/base/arena.h"
#include "tools/client/submission_pack.h"

enum { ARENA_BYTES = 8 << 20, FIRST_BYTES = 4096 };

_Static_assert((int)SUBMISSION_WHOLE_BYTES == (int)CONTROL_DATA_BYTES, "piece");
_Static_assert((int)SUBMISSION_TOGETHER_BYTES + (int)SUBMISSION_WHOLE_BYTES <=
		       (int)SUBMISSION_STREAM_BYTES,
	       "kept");

struct stream_part {
	uint64_t size_bytes;
	uint8_t *content; /* kept for the request; NULL: it has gone, or is empty */
	bool streamed;
	bool expected; /* to have this digest: */
	struct digest sha256;
};

struct submission_stream {
	struct client *client;
	const struct submission *m;
	struct client_fault *fault;
	struct arena *arena; /* names */
	unsigned count;
	bool in_part, finished;
	uint64_t kept_bytes; /* of all parts that go within the request */
	uint8_t *piece;	     /* of the open part, not gone yet */
	size_t piece_bytes, piece_capacity;
	bool staged; /* the daemon holds something under `id` */
	uint64_t id, sent_bytes, credit_bytes;
	enum err failed;
	/* last: each is cleared when it begins, most streams have one */
	struct part names[SUBMISSION_FILES_MAX];
	struct stream_part parts[SUBMISSION_FILES_MAX];
};

/* ---- faults ---- */

static enum err fail(struct submission_stream *s, enum err e, const char *about)
{
	*s->fault = (struct client_fault){ .err = e };
	snprintf(s->fault->about, sizeof s->fault->about, "%s", about);
	s->failed = e;
	return e;
}

/* What the connection or the daemon says. */
static enum err fail_reply(struct submission_stream *s, enum err e, const Vanthu__V1__Reply *reply)
{
	client_fault(s->client, e, reply, s->fault);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR)
		s->staged = false; /* that ended what it staged */
	/* It knows no names of what comes. */
	if (s->fault->err == ERR_TOO_LARGE && s->fault->about[0] == '\0' && s->count > 0)
		snprintf(s->fault->about, sizeof s->fault->about, "%s",
			 s->names[s->count - 1].name);
	s->failed = s->fault->err;
	return s->failed;
}

/* ---- to the daemon ---- */

static enum err stage(struct submission_stream *s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Stage stage = VANTHU__V1__STAGE__INIT;
	Vanthu__V1__Submit draft = VANTHU__V1__SUBMIT__INIT;
	struct arena *a = arena_new(ARENA_BYTES);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK && s->m != NULL) {
		e = submission_pack(a, s->m, NULL, 0, &draft);
		stage.draft = &draft;
	}
	if (e != ERR_OK) {
		arena_destroy(a);
		return fail(s, e, "");
	}
	request.what_case = VANTHU__V1__REQUEST__WHAT_STAGE;
	request.stage = &stage;
	e = client_send(s->client, &request);
	arena_destroy(a);
	s->id = request.id;
	s->staged = true;
	return e == ERR_OK ? ERR_OK : fail_reply(s, e, NULL);
}

static enum err wait_for_credit(struct submission_stream *s)
{
	while (s->credit_bytes <= s->sent_bytes) {
		Vanthu__V1__Reply *r = NULL;
		enum err e = client_next(s->client, &r);

		if (e != ERR_OK || r->what_case != VANTHU__V1__REPLY__WHAT_CREDIT)
			return fail_reply(s, e, r);
		s->credit_bytes = r->credit->bytes;
	}
	return ERR_OK;
}

/* At most a piece of the open part. */
static enum err send_piece(struct submission_stream *s, const uint8_t *bytes, size_t len, bool last)
{
	size_t at = 0;
	enum err e = s->staged ? ERR_OK : stage(s);

	do {
		Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
		Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;
		uint64_t most;

		if (e == ERR_OK)
			e = wait_for_credit(s);
		if (e != ERR_OK)
			return e;
		most = s->credit_bytes - s->sent_bytes;
		most = most < len - at ? most : len - at;
		data.part = s->count - 1;
		data.bytes = field_bytes(bytes + at, (size_t)most);
		at += (size_t)most;
		data.last = last && at == len;
		request.what_case = VANTHU__V1__REQUEST__WHAT_DATA;
		request.data = &data;
		s->sent_bytes += most;
		e = client_send_more(s->client, &request, s->id);
		if (e != ERR_OK)
			return fail_reply(s, e, NULL);
	} while (at < len);
	return ERR_OK;
}

/* ---- parts ---- */

enum err submission_stream_begin(struct client *c, const struct submission *m,
				 struct client_fault *fault, struct submission_stream **out)
{
	struct submission_stream *s = malloc(sizeof *s);

	*out = NULL;
	*fault = (struct client_fault){ .err = ERR_OK };
	if (s != NULL)
		memset(s, 0, offsetof(struct submission_stream, names));
	if (s == NULL || (s->arena = arena_new(ARENA_BYTES)) == NULL) {
		free(s);
		fault->err = ERR_NO_MEMORY;
		return ERR_NO_MEMORY;
	}
	s->client = c;
	s->m = m;
	s->fault = fault;
	*out = s;
	return ERR_OK;
}

void submission_stream_fields(struct submission_stream *s, const struct submission *m)
{
	s->m = m;
}

static struct stream_part *open_part(struct submission_stream *s)
{
	return &s->parts[s->count - 1];
}

enum err submission_stream_part_begin(struct submission_stream *s, const char *name)
{
	if (s->failed != ERR_OK)
		return s->failed;
	if (s->in_part || s->finished)
		return fail(s, ERR_BAD_STATE, "part");
	if (s->count == SUBMISSION_FILES_MAX)
		return fail(s, ERR_TOO_MANY_ATTACHMENTS, name);
	s->names[s->count] = (struct part){ .name = "" };
	s->parts[s->count] = (struct stream_part){ .content = NULL };
	if (submission_part(s->arena, s->names, s->count, name) != ERR_OK)
		return fail(s, ERR_UTF8, name);
	s->count++;
	s->in_part = true;
	return ERR_OK;
}

static enum err reserve(struct submission_stream *s, size_t need)
{
	size_t capacity = s->piece_capacity == 0 ? FIRST_BYTES : s->piece_capacity;
	uint8_t *grown;

	if (need <= s->piece_capacity)
		return ERR_OK;
	while (capacity < need)
		capacity *= 2;
	grown = realloc(s->piece, capacity);
	if (grown == NULL)
		return fail(s, ERR_NO_MEMORY, "");
	s->piece = grown;
	s->piece_capacity = capacity;
	return ERR_OK;
}

/* More of the open part than goes within the request. With a dry run contents play no part. */
static enum err pass_on(struct submission_stream *s, const uint8_t *bytes, size_t len, bool last)
{
	open_part(s)->streamed = true;
	return s->m != NULL && s->m->dry_run ? ERR_OK : send_piece(s, bytes, len, last);
}

enum err submission_stream_part_write(struct submission_stream *s, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	enum err e = s->failed;

	if (e == ERR_OK && !s->in_part)
		return fail(s, ERR_BAD_STATE, "part");
	while (e == ERR_OK && len > 0) {
		size_t n = len < CONTROL_DATA_BYTES ? len : CONTROL_DATA_BYTES;

		if (s->piece_bytes == CONTROL_DATA_BYTES) {
			/* More comes: what is collected is not the last piece. */
			e = pass_on(s, s->piece, s->piece_bytes, false);
			s->piece_bytes = 0;
			continue;
		}
		if (s->piece_bytes == 0 && len > CONTROL_DATA_BYTES) {
			e = pass_on(s, bytes, n, false);
		} else {
			n = n < CONTROL_DATA_BYTES - s->piece_bytes
				    ? n
				    : CONTROL_DATA_BYTES - s->piece_bytes;
			e = reserve(s, s->piece_bytes + n);
			if (e != ERR_OK)
				break;
			memcpy(s->piece + s->piece_bytes, bytes, n);
			s->piece_bytes += n;
		}
		open_part(s)->size_bytes += n;
		bytes += n;
		len -= n;
	}
	return e;
}

/* The open part's content goes within the request: a block of its own size. */
static enum err keep(struct submission_stream *s)
{
	struct stream_part *p = open_part(s);
	uint8_t *fitted = realloc(s->piece, s->piece_bytes);

	p->content = fitted != NULL ? fitted : s->piece;
	s->kept_bytes += s->piece_bytes;
	s->piece = NULL;
	s->piece_capacity = 0;
	return ERR_OK;
}

enum err submission_stream_part_end(struct submission_stream *s, const struct digest *sha256)
{
	struct stream_part *p;
	enum err e = ERR_OK;

	if (s->failed != ERR_OK)
		return s->failed;
	if (!s->in_part)
		return fail(s, ERR_BAD_STATE, "part");
	p = open_part(s);
	p->expected = sha256 != NULL;
	if (sha256 != NULL)
		p->sha256 = *sha256;
	if (p->streamed || s->kept_bytes + s->piece_bytes > SUBMISSION_TOGETHER_BYTES)
		e = pass_on(s, s->piece, s->piece_bytes, true);
	else if (s->piece_bytes > 0)
		e = keep(s);
	s->piece_bytes = 0;
	s->in_part = false;
	return e;
}

uint64_t submission_stream_part_bytes(const struct submission_stream *s)
{
	return s->count == 0 ? 0 : s->parts[s->count - 1].size_bytes;
}

/* ---- the end ---- */

static void list_parts(const struct submission_stream *s, Vanthu__V1__SubmitPart *each,
		       Vanthu__V1__SubmitPart **list)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct stream_part *p = &s->parts[i];

		vanthu__v1__submit_part__init(&each[i]);
		each[i].size_bytes = p->size_bytes;
		each[i].streamed = p->streamed;
		if (p->content != NULL)
			each[i].content = field_bytes(p->content, (size_t)p->size_bytes);
		if (p->expected)
			each[i].sha256 = field_bytes(p->sha256.bytes, sizeof p->sha256.bytes);
		list[i] = &each[i];
	}
}

static enum err submit(struct submission_stream *s, Vanthu__V1__Submit *m,
		       Vanthu__V1__Accepted **accepted)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply = NULL;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBMIT;
	request.submit = m;
	e = s->staged ? client_send_more(s->client, &request, s->id)
		      : client_send(s->client, &request);
	while (e == ERR_OK &&
	       (reply == NULL || reply->what_case == VANTHU__V1__REPLY__WHAT_CREDIT))
		e = client_next(s->client, &reply);
	if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_ACCEPTED)
		return fail_reply(s, e, reply);
	s->staged = false;
	*accepted = reply->accepted;
	return ERR_OK;
}

enum err submission_stream_finish(struct submission_stream *s, Vanthu__V1__Accepted **accepted)
{
	Vanthu__V1__Submit m = VANTHU__V1__SUBMIT__INIT;
	Vanthu__V1__SubmitPart each[SUBMISSION_FILES_MAX], *list[SUBMISSION_FILES_MAX];
	enum err e = s->failed;

	*accepted = NULL;
	if (e != ERR_OK)
		return e;
	if (s->in_part || s->finished)
		return fail(s, ERR_BAD_STATE, "part");
	if (s->m == NULL || s->count == 0)
		return fail(s, ERR_USAGE, s->m == NULL ? "fields" : "part");
	s->finished = true;
	e = submission_pack(s->arena, s->m, s->names, s->count, &m);
	if (e != ERR_OK)
		return fail(s, e, "");
	list_parts(s, each, list);
	m.n_parts = s->count;
	m.parts = list;
	return submit(s, &m, accepted);
}

void submission_stream_free(struct submission_stream *s)
{
	if (s == NULL)
		return;
	if (s->staged)
		client_abandon(s->client);
	for (unsigned i = 0; i < s->count; i++)
		free(s->parts[i].content);
	free(s->piece);
	arena_destroy(s->arena);
	free(s);
}
