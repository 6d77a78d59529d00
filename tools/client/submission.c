/* See submission.h. Small files go with the request; large ones follow in pieces as the daemon's
 * credit allows. */
#include "tools/client/submission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "tools/base/files.h"
#include "tools/client/submission_pack.h"

enum { ARENA_BYTES = 8 << 20 };

struct opened_file {
	int fd; /* -1: its content is in memory */
	uint64_t size_bytes;
	struct fs_stamp stamp; /* before it is read */
	bool streamed;
};

struct sending {
	struct client *client;
	const struct submission *s;
	struct client_fault *fault;
	struct arena *arena;
	struct opened_file files[SUBMISSION_FILES_MAX];
	struct part *parts;
	Vanthu__V1__SubmitPart *submit_parts;
	Vanthu__V1__SubmitPart **submit_list;
	uint64_t streamed_bytes;
};

/* NULL: it is a file. */
static const uint8_t *content_of(const struct sending *s, unsigned i)
{
	return s->s->contents == NULL ? NULL : s->s->contents[i].data;
}

static enum err fail_file(struct sending *s, unsigned i, enum err e)
{
	client_fault_file(s->fault, e, s->s->files[i], e == ERR_FILE ? errno : 0);
	return e;
}

/* It ends too soon, though nobody has written it. */
static enum err fail_short(struct sending *s, unsigned i)
{
	client_fault_file(s->fault, ERR_FILE, s->s->files[i], 0);
	return ERR_FILE;
}

static enum err open_file(struct sending *s, unsigned i)
{
	struct opened_file *f = &s->files[i];
	enum err e;

	if (content_of(s, i) != NULL) {
		f->size_bytes = s->s->contents[i].len_bytes;
		return ERR_OK;
	}
	e = fs_open(s->s->files[i], &f->fd, &f->size_bytes);
	if (e == ERR_OK)
		e = fs_stamp(f->fd, &f->stamp);
	if (e != ERR_OK)
		return fail_file(s, i, e);
	f->size_bytes = f->stamp.size_bytes;
	return ERR_OK;
}

static enum err open_files(struct sending *s)
{
	uint64_t together = 0;

	for (unsigned i = 0; i < s->s->file_count; i++) {
		struct opened_file *f = &s->files[i];
		enum err e = open_file(s, i);

		if (e != ERR_OK)
			return e;
		f->streamed = f->size_bytes > SUBMISSION_WHOLE_BYTES ||
			      together + f->size_bytes > SUBMISSION_TOGETHER_BYTES;
		if (f->streamed)
			s->streamed_bytes += f->size_bytes;
		else
			together += f->size_bytes;
	}
	return ERR_OK;
}

/* All of it is read. Written meanwhile, it may be half the old and half the new. */
static enum err check_unchanged(struct sending *s, unsigned i)
{
	enum err e =
	    content_of(s, i) != NULL ? ERR_OK : fs_unchanged(s->files[i].fd, &s->files[i].stamp);

	return e == ERR_OK ? e : fail_file(s, i, e);
}

/* So many bytes from `at` on, or fewer where the file ends. -1: errno says why. */
static ssize_t read_some(struct sending *s, unsigned i, uint64_t at, uint8_t *out, size_t size)
{
	const uint8_t *content = content_of(s, i);

	if (content == NULL)
		return read(s->files[i].fd, out, size);
	memcpy(out, content + at, size);
	return (ssize_t)size;
}

static enum err read_whole(struct sending *s, unsigned i, ProtobufCBinaryData *out)
{
	size_t size = (size_t)s->files[i].size_bytes, got = 0;
	uint8_t *bytes = arena_alloc(s->arena, size + 1);

	if (bytes == NULL)
		return ERR_NO_MEMORY;
	while (got < size) {
		ssize_t n = read_some(s, i, got, bytes + got, size - got);

		if (n < 0)
			return fail_file(s, i, ERR_FILE);
		if (n == 0)
			break; /* it became shorter while we read */
		got += (size_t)n;
	}
	*out = field_bytes(bytes, size);
	return check_unchanged(s, i);
}

static enum err describe(struct sending *s)
{
	unsigned count = s->s->file_count;

	s->parts = arena_array(s->arena, count, sizeof *s->parts);
	s->submit_parts = arena_array(s->arena, count, sizeof *s->submit_parts);
	s->submit_list = arena_array(s->arena, count, sizeof *s->submit_list);
	if (s->parts == NULL || s->submit_parts == NULL || s->submit_list == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		enum err e = ERR_OK;

		if (submission_part(s->arena, s->parts, i, s->s->files[i]) != ERR_OK)
			return fail_file(s, i, ERR_UTF8);
		vanthu__v1__submit_part__init(&s->submit_parts[i]);
		s->submit_parts[i].size_bytes = s->files[i].size_bytes;
		s->submit_parts[i].streamed = s->files[i].streamed;
		if (!s->files[i].streamed)
			e = read_whole(s, i, &s->submit_parts[i].content);
		if (e != ERR_OK)
			return e;
		s->submit_list[i] = &s->submit_parts[i];
	}
	return ERR_OK;
}

/* ---- streaming ---- */

struct stream_state {
	uint64_t sent_bytes, credit_bytes;
	Vanthu__V1__Reply *reply; /* the answer that ended the waiting */
};

/* Waits until some more may be sent. False: an answer has come instead. */
static enum err wait_for_credit(struct sending *s, struct stream_state *st)
{
	while (st->reply == NULL && st->credit_bytes <= st->sent_bytes) {
		Vanthu__V1__Reply *r;
		enum err e = client_next(s->client, &r);

		if (e != ERR_OK)
			return e;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_CREDIT)
			st->credit_bytes = r->credit->bytes;
		else
			st->reply = r;
	}
	return ERR_OK;
}

static enum err stream_file(struct sending *s, struct stream_state *st, unsigned part, uint64_t id)
{
	struct opened_file *f = &s->files[part];
	uint8_t *piece = malloc(CONTROL_DATA_BYTES);
	uint64_t at = 0;
	enum err e = piece == NULL ? ERR_NO_MEMORY : ERR_OK;

	do {
		Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
		Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;
		uint64_t most;
		ssize_t n;

		if (e == ERR_OK)
			e = wait_for_credit(s, st);
		if (e != ERR_OK || st->reply != NULL)
			break;
		most = st->credit_bytes - st->sent_bytes;
		most = most < CONTROL_DATA_BYTES ? most : CONTROL_DATA_BYTES;
		most = most < f->size_bytes - at ? most : f->size_bytes - at;
		n = read_some(s, part, at, piece, (size_t)most);
		at += most;
		/* Before the last piece goes: without it the daemon lets all of it go with the
		 * connection. */
		e = n < 0					 ? fail_file(s, part, ERR_FILE)
		    : (uint64_t)n != most || at == f->size_bytes ? check_unchanged(s, part)
								 : ERR_OK;
		if (e == ERR_OK && (uint64_t)n != most)
			e = fail_short(s, part);
		if (e != ERR_OK)
			break;
		st->sent_bytes += most;
		data.part = part;
		data.bytes = field_bytes(piece, (size_t)most);
		data.last = at == f->size_bytes;
		request.what_case = VANTHU__V1__REQUEST__WHAT_DATA;
		request.data = &data;
		e = client_send_more(s->client, &request, id);
		if (s->s->progress != NULL)
			s->s->progress(s->s->progress_ctx, st->sent_bytes, s->streamed_bytes);
	} while (e == ERR_OK && at < f->size_bytes);
	free(piece);
	return e;
}

static enum err converse(struct sending *s, Vanthu__V1__Submit *m, Vanthu__V1__Accepted **accepted)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	struct stream_state st = { .sent_bytes = 0 };
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBMIT;
	request.submit = m;
	e = client_send(s->client, &request);
	for (unsigned i = 0; e == ERR_OK && st.reply == NULL && !m->dry_run && i < s->s->file_count;
	     i++) {
		if (s->files[i].streamed)
			e = stream_file(s, &st, i, request.id);
	}
	while (e == ERR_OK &&
	       (st.reply == NULL || st.reply->what_case == VANTHU__V1__REPLY__WHAT_CREDIT))
		e = client_next(s->client, &st.reply);
	if (e != ERR_OK || st.reply->what_case != VANTHU__V1__REPLY__WHAT_ACCEPTED) {
		if (s->fault->err == ERR_OK) /* else it is that of a file */
			client_fault(s->client, e, st.reply, s->fault);
		if (e != ERR_OK)
			/* half a submission: the daemon drops it with the connection */
			client_abandon(s->client);
		return s->fault->err;
	}
	*accepted = st.reply->accepted;
	return ERR_OK;
}

enum err submission_send(struct client *c, const struct submission *m, struct client_fault *fault,
			 Vanthu__V1__Accepted **accepted)
{
	struct sending *s = calloc(1, sizeof *s);
	Vanthu__V1__Submit submit = VANTHU__V1__SUBMIT__INIT;
	enum err e = ERR_NO_MEMORY;

	*fault = (struct client_fault){ .err = ERR_OK };
	if (s == NULL || (s->arena = arena_new(ARENA_BYTES)) == NULL)
		goto out;
	s->client = c;
	s->s = m;
	s->fault = fault;
	for (unsigned i = 0; i < SUBMISSION_FILES_MAX; i++)
		s->files[i].fd = -1;
	e = open_files(s);
	if (e == ERR_OK)
		e = describe(s);
	if (e == ERR_OK)
		e = submission_pack(s->arena, m, s->parts, m->file_count, &submit);
	if (e != ERR_OK)
		goto out;
	submit.n_parts = m->file_count;
	submit.parts = s->submit_list;
	e = converse(s, &submit, accepted);
out:
	if (fault->err == ERR_OK)
		fault->err = e;
	for (unsigned i = 0; s != NULL && i < SUBMISSION_FILES_MAX; i++) {
		if (s->files[i].fd >= 0)
			close(s->files[i].fd);
	}
	if (s != NULL)
		arena_destroy(s->arena);
	free(s);
	return e;
}
