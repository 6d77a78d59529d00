/* See submission.h. Small files go with the request; large ones follow in pieces as the daemon's
 * credit allows. */
#include "tools/client/submission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/body.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/rules/rules.h"
#include "tools/base/file_name.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/client/media_type.h"

enum { SENT_WHOLE_BYTES = 256 * 1024, WHOLE_TOGETHER_BYTES = 512 * 1024, ARENA_BYTES = 8 << 20 };

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

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

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
		f->streamed = f->size_bytes > SENT_WHOLE_BYTES ||
			      together + f->size_bytes > WHOLE_TOGETHER_BYTES;
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

/* Two parts of one name could not both be saved: the second gets a number. */
static const char *unique_name(struct sending *s, unsigned i)
{
	char *nfc = text_nfc(base_name(s->s->files[i]));
	const char *name = nfc == NULL ? NULL : arena_text(s->arena, nfc, strlen(nfc));
	const char *given = name;
	char numbered[FILE_NAME_SIZE];

	free(nfc);
	for (unsigned n = 2; name != NULL; n++) {
		unsigned k = 0;

		while (k < i && strcmp(s->parts[k].name, name) != 0)
			k++;
		if (k == i)
			return name;
		file_name_numbered(given, n, NAME_MAX_BYTES, numbered);
		name = arena_text(s->arena, numbered, strlen(numbered));
	}
	return NULL;
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

		s->parts[i].name = unique_name(s, i);
		if (s->parts[i].name == NULL)
			return fail_file(s, i, ERR_UTF8);
		s->parts[i].media_type = media_type_of(s->parts[i].name);
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

static bool is_automatic(const struct submission *m)
{
	return m->number != NULL && numbering_is_template(m->number);
}

static enum err pack_body(struct sending *s, struct blob *out)
{
	const struct submission *m = s->s;
	struct document_body b = { .number = is_automatic(m) ? "" : m->number,
				   .type_code = m->type_code,
				   .type_name = m->type_name,
				   .term = m->term,
				   .subject = m->subject,
				   .signer_name = m->signer_name,
				   .signer_position = m->signer_position,
				   .signer_competence =
					   m->signer_competence == NULL ? "" : m->signer_competence,
				   .issued_on = m->issued_on,
				   .due_on = m->due_on,
				   .note = m->note,
				   .paper_copies = m->paper_copies,
				   .foreign_id = m->foreign_id == NULL ? "" : m->foreign_id,
				   .business = m->business == 0 ? 1 : (uint32_t)m->business,
				   .parts = s->parts,
				   .part_count = m->file_count };

	if (m->reply_origin != NULL && m->reply_origin[0] != '\0') {
		snprintf(b.reply_to.origin.text, sizeof b.reply_to.origin.text, "%s",
			 m->reply_origin);
		b.reply_to.id = m->reply_id;
		b.reply_to.digest = m->reply_digest;
	}
	b.reminds = m->reminds == NULL ? "" : m->reminds;
	if (m->older_origin != NULL && m->older_origin[0] != '\0') {
		snprintf(b.concerns.origin.text, sizeof b.concerns.origin.text, "%s",
			 m->older_origin);
		b.concerns.id = m->older_id;
	}
	return document_body_pack(s->arena, &b, out);
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

static enum err name_recipients(struct sending *s, Vanthu__V1__Submit *m)
{
	unsigned count = s->s->recipient_count;
	Vanthu__V1__SubmitRecipient *each = arena_array(s->arena, count, sizeof *each);

	m->recipients = arena_array(s->arena, count, sizeof *m->recipients);
	if (each == NULL || m->recipients == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		const struct submission_recipient *r = &s->s->recipients[i];

		vanthu__v1__submit_recipient__init(&each[i]);
		if (r->committee != NULL)
			each[i].committee = (char *)(uintptr_t)r->committee;
		else if (r->list != NULL)
			each[i].list = (char *)(uintptr_t)r->list;
		else if (r->superior)
			each[i].superior = 1;
		else
			each[i].group = r->group;
		m->recipients[i] = &each[i];
	}
	m->n_recipients = count;
	return ERR_OK;
}

enum err submission_send(struct client *c, const struct submission *m, struct client_fault *fault,
			 Vanthu__V1__Accepted **accepted)
{
	struct sending *s = calloc(1, sizeof *s);
	Vanthu__V1__Submit submit = VANTHU__V1__SUBMIT__INIT;
	struct blob body;
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
		e = pack_body(s, &body);
	if (e == ERR_OK)
		e = m->recipient_count == 0			     ? ERR_NO_RECIPIENT
		    : m->recipient_count > SUBMISSION_RECIPIENTS_MAX ? ERR_TOO_MANY_RECIPIENTS
								     : name_recipients(s, &submit);
	if (e != ERR_OK)
		goto out;
	submit.id = field_bytes(m->id.bytes, sizeof m->id.bytes);
	submit.urgency = m->urgency;
	submit.secrecy = m->secrecy;
	submit.body = field_bytes(body.data, body.len_bytes);
	submit.n_parts = m->file_count;
	submit.parts = s->submit_list;
	submit.dry_run = m->dry_run;
	submit.strict = m->strict;
	submit.names = m->names;
	if (is_automatic(m))
		submit.number_template = (char *)(uintptr_t)m->number;
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
