/* See content.h. */
#include "daemon/control/content.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "proto/body.h"
#include "proto/digest.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/seal.h"

enum {
	JOB_ARENA_BYTES = 8 << 20,
	DOWNLOADS_MAX = 4,
	CONTENT_PAUSE_BYTES = 512 * 1024, /* no further piece while more is to be sent */
};

/* ---- contents ---- */

struct download {
	struct job job; /* first */
	struct task task;
	struct client *client;
	uint64_t id;
	uint32_t part;
	struct blob inlined; /* a copy, when it is in the envelope */
	struct manifest_item item;
	uint64_t offset, end, sent_bytes, credit_bytes;
	bool checked; /* each piece, by the leaves of its chunks */
	struct charge charge; /* the piece and the copy */
	uint8_t *piece;	      /* while it is read */
	size_t piece_wanted;
	size_t piece_skip, piece_bytes; /* what of it is sent */
	enum err result;
	bool busy;
};

static void destroy(struct download *d)
{
	share_charge_end(&d->charge);
	free(d->piece);
	free((void *)(uintptr_t)d->inlined.data);
	free(d);
}

static void drop(void *work)
{
	struct download *d = work;

	if (!d->busy)
		destroy(d);
}

static bool step(struct client *c, void *work);

static const struct task_kind download_task = { .step = step,
						.drop = drop,
						.traits = TASK_HOLDS_BYTES | TASK_WANTS_BYTES };

enum { PIECE_CHUNKS = (int)CONTROL_DATA_BYTES / (int)CHUNK_BYTES };
_Static_assert((int)PIECE_CHUNKS <= (int)CHUNKS_A_READ, "a piece is read at once");

/* The chunks that `want` bytes from the offset on lie in; the piece has room for them. */
static enum err read_checked(struct files *files, struct download *d, size_t want)
{
	uint64_t first = d->offset / CHUNK_BYTES;
	uint8_t *slots[PIECE_CHUNKS];
	struct chunk_range range = { .first = first,
				     .count = (uint32_t)((d->offset + want - 1) / CHUNK_BYTES -
							 first + 1),
				     .check = true };
	size_t got;
	enum err e;

	for (size_t i = 0; i < PIECE_CHUNKS; i++)
		slots[i] = d->piece + i * CHUNK_BYTES;
	e = files->ops->chunks(files, &d->item, &range, slots, &got);
	d->piece_skip = (size_t)(d->offset - first * CHUNK_BYTES);
	d->piece_bytes = want;
	return e == ERR_OK && got < d->piece_skip + want ? ERR_DAMAGED : e;
}

static void work_read(struct job *j)
{
	struct download *d = (struct download *)j;
	struct files *files = d->client->control->parts.files;
	size_t want = d->piece_wanted;

	if (d->checked) {
		d->result = read_checked(files, d, want);
		return;
	}
	d->result =
	    files->ops->read(files, &d->item.sha256, d->offset, d->piece, want, &d->piece_bytes);
	if (d->result == ERR_OK && d->piece_bytes != want)
		d->result = ERR_DAMAGED;
}

/* Of the next piece: half of the credit at most, so that who grants little holds little and one is
 * read while another goes; but a chunk, so that little credit makes no reading of single bytes. */
static size_t piece_size(const struct download *d)
{
	uint64_t left = d->end - d->offset, size = (d->credit_bytes - d->sent_bytes) / 2;
	/* a range may begin within a chunk: what follows its first piece is whole ones */
	size_t skip = d->checked ? (size_t)(d->offset % CHUNK_BYTES) : 0;

	if (size < CHUNK_BYTES)
		size = CHUNK_BYTES;
	if (size > left)
		size = left;
	return size < CONTROL_DATA_BYTES - skip ? (size_t)size : CONTROL_DATA_BYTES - skip;
}

static void say_piece(struct download *d, struct blob bytes)
{
	Vanthu__V1__Reply r = control_reply_to(d->id, VANTHU__V1__REPLY__WHAT_DATA);
	Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;

	d->offset += bytes.len_bytes;
	d->sent_bytes += bytes.len_bytes;
	data.part = d->part;
	data.bytes = field_bytes(bytes.data, bytes.len_bytes);
	data.last = d->offset == d->end;
	r.more = !data.last;
	r.data = &data;
	control_say(d->client, &r);
}

static void was_read(struct job *j)
{
	struct download *d = (struct download *)j;
	struct client *c = d->client;

	d->busy = false;
	if (control_job_back(c)) {
		destroy(d);
		return;
	}
	if (d->result != ERR_OK) {
		if (d->result == ERR_DAMAGED || d->result == ERR_NOT_FOUND)
			files_suspect(c->control->parts.files, &d->item.sha256);
		control_say_error(c, d->id, d->result, "");
		control_task_end(c, &d->task);
		destroy(d);
		return;
	}
	say_piece(d, (struct blob){ d->piece + d->piece_skip, d->piece_bytes });
	free(d->piece);
	d->piece = NULL;
	share_charge_set(&d->charge, c->account, d->inlined.len_bytes);
	control_tasks_go_on(c, &download_task);
}

/* Sends a worker for the next piece. False: no room, or no memory. */
static bool read_on(struct client *c, struct download *d)
{
	if (!shares_room(c->account, SHARE_REPLY, 2 * CONTROL_DATA_BYTES)) {
		control_wait(c);
		return false;
	}
	d->piece = malloc(CONTROL_DATA_BYTES);
	if (d->piece == NULL) {
		shutdown(c->fd, SHUT_RDWR);
		return false;
	}
	share_charge_set(&d->charge, c->account, CONTROL_DATA_BYTES);
	d->piece_wanted = piece_size(d);
	d->busy = true;
	d->job.work = work_read;
	d->job.done = was_read;
	control_run(c, &d->job);
	return true;
}

static bool step(struct client *c, void *work)
{
	struct download *d = work;
	bool all = d->offset == d->end;

	if (d->busy)
		return true;
	if (!all || d->sent_bytes == 0) {
		if (d->sent_bytes >= d->credit_bytes ||
		    control_out_waiting(c) >= CONTENT_PAUSE_BYTES)
			return true;
		if (all)
			say_piece(d, (struct blob){ NULL, 0 });
		else if (d->item.inlined)
			say_piece(d, (struct blob){ d->inlined.data + d->offset,
						    (size_t)(d->end - d->offset) });
		else
			return read_on(c, d);
	}
	control_task_end(c, &d->task);
	destroy(d);
	return true;
}

static enum err read_inline(struct client *c, const struct found_document *f, struct download *d)
{
	struct document_body body;
	struct rec_envelope envelope;
	struct opened *opened = arena_alloc(c->control->arena, sizeof *opened);
	uint8_t *copy;
	enum err e = opened == NULL ? ERR_NO_MEMORY : control_envelope(c, f, &envelope);

	if (e == ERR_OK)
		e = seal_peek(c->control->arena, envelope.envelope.bytes, opened);
	if (e == ERR_OK)
		e = document_body_unpack(c->control->arena, opened->body, &body);
	if (e == ERR_OK && (d->part >= body.part_count ||
			    body.parts[d->part].content.len_bytes != d->item.size_bytes))
		e = ERR_DAMAGED;
	if (e != ERR_OK)
		return e;
	copy = malloc(d->item.size_bytes + 1);
	if (copy == NULL)
		return ERR_NO_MEMORY;
	if (d->item.size_bytes > 0)
		memcpy(copy, body.parts[d->part].content.data, d->item.size_bytes);
	d->inlined = (struct blob){ copy, d->item.size_bytes };
	return ERR_OK;
}

void control_content(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Content *m = request->content;
	uint64_t id = request->id;
	struct download *d;
	struct found_document f;
	text_t about = m->ref->text;
	enum err e = ERR_OK;

	if (control_find(c, id, m->ref->text, false, &f) != ERR_OK)
		return;
	d = calloc(1, sizeof *d);
	if (m->part >= f.document.manifest_count ||
	    m->offset > f.document.manifest[m->part].size_bytes) {
		about = m->part >= f.document.manifest_count ? "part" : "offset";
		e = ERR_NOT_FOUND;
	} else if (f.role != ROLE_OUT && f.state.complete_at_ms == 0) {
		e = ERR_NOT_YET;
	} else if (control_content_gone(&f) != ERR_OK) {
		e = control_content_gone(&f);
	} else if (control_task_count(c, &download_task) == DOWNLOADS_MAX) {
		e = ERR_BUSY;
	} else if (d == NULL) {
		e = ERR_NO_MEMORY;
	}
	if (e == ERR_OK) {
		d->client = c;
		d->id = id;
		d->part = m->part;
		d->item = f.document.manifest[m->part];
		d->offset = m->offset;
		d->checked = m->length > 0;
		d->end = d->item.size_bytes;
		if (d->checked && m->length < d->end - d->offset)
			d->end = d->offset + m->length;
		d->credit_bytes = m->credit_bytes;
		if (d->item.inlined)
			e = read_inline(c, &f, d);
	}
	if (e != ERR_OK) {
		if (d != NULL)
			destroy(d);
		control_say_error(c, id, e, about);
		return;
	}
	share_charge_set(&d->charge, c->account, d->inlined.len_bytes);
	d->task = (struct task){ .kind = &download_task, .work = d };
	control_task_begin(c, &d->task);
	control_tasks_go_on(c, &download_task);
}

void control_content_credit(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__ControlCredit *m = request->credit;
	uint64_t id = request->id;

	for (struct task *t = c->tasks; t != NULL; t = t->next) {
		struct download *d = t->work;

		if (t->kind == &download_task && d->id == id && m->bytes > d->credit_bytes)
			d->credit_bytes = m->bytes;
	}
	control_tasks_go_on(c, &download_task);
}

/* ---- verification ---- */

struct verification {
	struct job job; /* first */
	struct client *client;
	uint64_t id;
	struct arena *arena;
	struct charge charge;
	struct blob envelope;
	int64_t taken_at_ms;
	enum err result;
	struct committee_id signer;
	struct digest digest;
	struct doc_id document;
	struct digest wrong; /* of a content, with ERR_DIGEST */
	bool has_wrong;
};

static enum err check_file(struct files *files, const struct manifest_item *item)
{
	struct digest_stream *s = digest_begin();
	uint8_t *piece = malloc(CONTROL_DATA_BYTES);
	enum err e = s == NULL || piece == NULL ? ERR_NO_MEMORY : ERR_OK;
	struct digest d;

	for (uint64_t at = 0; e == ERR_OK && at < item->size_bytes;) {
		size_t want = item->size_bytes - at < CONTROL_DATA_BYTES
				  ? (size_t)(item->size_bytes - at)
				  : CONTROL_DATA_BYTES,
		       got;

		e = files->ops->read(files, &item->sha256, at, piece, want, &got);
		if (e == ERR_OK && got != want)
			e = ERR_DAMAGED;
		if (e == ERR_OK)
			digest_add(s, (struct blob){ piece, got });
		at += want;
	}
	free(piece);
	if (e != ERR_OK) {
		digest_abandon(s);
		return e;
	}
	d = digest_end(s);
	return digest_equal(&d, &item->sha256) ? ERR_OK : ERR_DIGEST;
}

static enum err check_parts(struct verification *v, const struct opened *o)
{
	struct files *files = v->client->control->parts.files;
	struct document_body body;
	enum err e = document_body_unpack(v->arena, o->body, &body);

	if (e == ERR_OK && body.part_count != o->head.manifest_count)
		e = ERR_FORMAT;
	for (uint32_t i = 0; e == ERR_OK && i < body.part_count; i++) {
		struct digest d = digest_of(body.parts[i].content);

		if (!o->head.manifest[i].inlined)
			e = check_file(files, &o->head.manifest[i]);
		else if (!digest_equal(&d, &o->head.manifest[i].sha256))
			e = ERR_DIGEST;
		v->has_wrong = e != ERR_OK && !o->head.manifest[i].inlined;
		v->wrong = o->head.manifest[i].sha256;
	}
	return e;
}

/* Our own record of when it came is the custody that a key which has ended since may need. */
static void work_verify(struct job *j)
{
	struct verification *v = (struct verification *)j;
	struct opened *o = arena_alloc(v->arena, sizeof *o);

	v->result = o == NULL ? ERR_NO_MEMORY
			      : seal_open(v->client->control->parts.verifier, v->arena, v->envelope,
					  v->taken_at_ms, o);
	if (o == NULL)
		return;
	v->digest = o->digest;
	v->signer = o->signer.committee;
	if (v->result == ERR_OK)
		v->result = check_parts(v, o);
}

static void verified(struct job *j)
{
	struct verification *v = (struct verification *)j;
	Vanthu__V1__Reply r = control_reply_to(v->id, VANTHU__V1__REPLY__WHAT_VERDICT);
	Vanthu__V1__Verdict verdict = VANTHU__V1__VERDICT__INIT;

	if (!control_job_back(v->client)) {
		if (v->has_wrong)
			files_suspect(v->client->control->parts.files, &v->wrong);
		verdict.valid = v->result == ERR_OK;
		verdict.signed_by = v->signer.text;
		verdict.reason = (uint32_t)v->result;
		verdict.digest = field_bytes(v->digest.bytes, sizeof v->digest.bytes);
		verdict.id = field_bytes(v->document.bytes, sizeof v->document.bytes);
		r.verdict = &verdict;
		control_say(v->client, &r);
	}
	share_charge_end(&v->charge);
	arena_destroy(v->arena);
	free(v);
}

void control_verify(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Ref *m = request->verify;
	uint64_t id = request->id;
	struct verification *v = calloc(1, sizeof *v);
	struct rec_envelope envelope;
	struct found_document f;
	enum err e;

	if (control_find(c, id, m->text, false, &f) != ERR_OK) {
		free(v);
		return;
	}
	e = v == NULL || (v->arena = arena_new(JOB_ARENA_BYTES)) == NULL
		? ERR_NO_MEMORY
		: control_envelope(c, &f, &envelope);
	if (e == ERR_OK) {
		v->envelope = arena_blob(v->arena, envelope.envelope.bytes);
		e = v->envelope.data == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
	if (e != ERR_OK) {
		control_say_error(c, id, e, m->text);
		if (v != NULL)
			arena_destroy(v->arena);
		free(v);
		return;
	}
	v->client = c;
	share_charge_set(&v->charge, c->account, 2 * ENVELOPE_MAX_BYTES);
	v->id = id;
	v->taken_at_ms = f.document.taken_at_ms;
	v->document = f.document.id;
	v->job.work = work_verify;
	v->job.done = verified;
	control_run(c, &v->job);
}
