/* See upload.h. A worker hashes and writes what has come, and at the end builds the event; all else
 * is the control thread's. */
#include "daemon/control/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/head.h"
#include "proto/merkle.h"

enum {
	UPLOADS_MAX = 4, /* with streamed contents, of a client */
	UPLOAD_WINDOW_BYTES = 1 << 20,
	OPEN_PART_BYTES = CHUNK_BYTES + 2048,
	SUBMIT_OVERHEAD_BYTES = 1024,
	PIECE_OVERHEAD_BYTES = OPEN_PART_BYTES, /* of the first of a part: its file is opened */
};

struct upload_piece {
	struct upload_piece *next;
	uint32_t part;
	bool last;
	size_t len_bytes;
	uint8_t data[];
};

/* ---- the job: hash, write, build ---- */

static enum err describe_inline(struct upload *u, uint32_t i)
{
	struct blob content = u->parts[i].content;
	struct merkle_stream m;

	merkle_begin(&m);
	for (size_t at = 0; at < content.len_bytes; at += CHUNK_BYTES) {
		size_t n =
			content.len_bytes - at < CHUNK_BYTES ? content.len_bytes - at : CHUNK_BYTES;

		merkle_add(&m, merkle_leaf((struct blob){ content.data + at, n }));
	}
	u->manifest[i].sha256 = digest_of(content);
	u->manifest[i].chunk_root = merkle_end(&m);
	return ERR_OK;
}

static enum err open_part(struct upload *u, uint32_t i)
{
	char name[64];

	snprintf(name, sizeof name, "submit.%p.%u", (void *)u, i);
	return u->files->ops->incoming_open(u->files, name, &u->parts[i].incoming);
}

static enum err finish_part(struct upload *u, uint32_t i)
{
	enum err e = u->files->ops->incoming_finish(u->parts[i].incoming, &u->manifest[i]);

	if (e == ERR_OK) {
		u->parts[i].incoming = NULL;
		u->parts[i].pinned = true;
	}
	return e;
}

static enum err store_part(struct upload *u, uint32_t i)
{
	enum err e = open_part(u, i);

	if (e == ERR_OK)
		e = u->files->ops->incoming_append(u->parts[i].incoming, u->parts[i].content);
	return e == ERR_OK ? finish_part(u, i) : e;
}

static enum err write_arrived(struct upload *u)
{
	enum err e = ERR_OK;

	for (struct upload_piece *p = u->working; p != NULL && e == ERR_OK; p = p->next) {
		struct upload_part *part = &u->parts[p->part];

		if (part->incoming == NULL)
			e = open_part(u, p->part);
		if (e == ERR_OK)
			e = u->files->ops->incoming_append(part->incoming,
							   (struct blob){ p->data, p->len_bytes });
		if (e == ERR_OK && p->last) {
			part->whole = true;
			e = finish_part(u, p->part);
		}
	}
	return e;
}

static bool is_whole(const struct upload *u)
{
	for (uint32_t i = 0; i < u->part_count; i++) {
		if (u->parts[i].streamed && !u->parts[i].whole)
			return false;
	}
	return true;
}

/* All contents are known: manifest, body with the inline ones, submission digest. */
static enum err build(struct upload *u)
{
	struct ev_submit *s = &u->event;
	struct submission_fields fields = { .recipients = u->recipients,
					    .recipient_count = s->recipient_count,
					    .urgency = s->urgency,
					    .secrecy = s->secrecy,
					    .body = u->body,
					    .manifest = u->manifest,
					    .manifest_count = u->part_count,
					    .number_template = s->number_template,
					    .lists = s->lists.names,
					    .list_count = s->lists.count };
	struct blob *contents = arena_array(u->arena, u->part_count, sizeof *contents);
	static const uint8_t nothing;
	enum err e = contents == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < u->part_count; i++) {
		if (u->parts[i].streamed)
			continue;
		if (!u->manifest[i].inlined) {
			e = s->dry_run ? ERR_OK : store_part(u, i);
			continue;
		}
		e = describe_inline(u, i);
		contents[i] = u->parts[i].content;
		if (contents[i].data == NULL)
			contents[i].data = &nothing;
	}
	if (e == ERR_OK)
		e = document_body_fill(u->arena, u->body, contents, u->part_count, &s->body);
	if (e != ERR_OK)
		return e;
	s->submission = digest_submission(&fields);
	s->recipients = u->recipients;
	s->manifest = u->manifest;
	s->manifest_count = u->part_count;
	s->body_version = DOCUMENT_BODY_VERSION;
	return ERR_OK;
}

static void write_and_build(struct job *j)
{
	struct upload *u = (struct upload *)j;

	u->result = write_arrived(u);
	if (u->result == ERR_OK && is_whole(u))
		u->result = build(u);
}

/* ---- on the control thread ---- */

static void destroy(struct upload *u)
{
	for (uint32_t i = 0; i < u->part_count; i++) {
		if (u->parts[i].incoming != NULL)
			u->files->ops->incoming_close(u->parts[i].incoming, true);
		if (u->parts[i].pinned)
			u->files->ops->release(u->files, &u->manifest[i].sha256);
	}
	for (int list = 0; list < 2; list++) {
		struct upload_piece *p = list == 0 ? u->arrived : u->working;

		while (p != NULL) {
			struct upload_piece *next = p->next;

			free(p);
			p = next;
		}
	}
	share_charge_end(&u->charge);
	arena_destroy(u->arena);
	free(u);
}

/* What it takes now: itself, what has come and is not written, and the files that are being
 * written, with a digest of each chunk. */
static void count_bytes(struct upload *u)
{
	share_charge_set(&u->charge, u->account,
			 sizeof *u + arena_held(u->arena) +
				 (size_t)(u->received_bytes - u->written_bytes) +
				 u->open_parts * OPEN_PART_BYTES +
				 (size_t)(u->received_bytes / CHUNK_BYTES) * sizeof(struct digest));
}

/* No worker has it: what of it has been written whole is seen. */
static void count_open_parts(struct upload *u)
{
	u->open_parts = 0;
	for (uint32_t i = 0; i < u->part_count; i++)
		u->open_parts += u->parts[i].started && !u->parts[i].whole;
}

static void fail(struct upload *u, enum err why, text_t about)
{
	struct client *c = u->client;

	control_say_error(c, u->id, why, about);
	control_task_end(c, &u->task);
	destroy(u);
}

/* A busy one is destroyed when its job is back. */
static void drop(void *work)
{
	struct upload *u = work;

	if (!u->busy)
		destroy(u);
}

static const struct task_kind upload_task = { .drop = drop, .traits = TASK_HOLDS_BYTES };

static void release_upload(void *owner)
{
	destroy(owner);
}

static void hand_over(struct upload *u)
{
	struct client *c = u->client;
	struct event event = { .type = EVENT_SUBMIT, .u.submit = u->event };
	struct question q = { .request_id = u->id,
			      .event = &event,
			      .reply = &event.u.submit.reply,
			      .answer = u->answer,
			      .answer_bytes = u->answer_bytes,
			      .release = release_upload,
			      .owner = u };

	control_task_end(c, &u->task);
	control_ask_core(c, &q);
}

static void promise(struct upload *u)
{
	Vanthu__V1__Reply r = control_reply_to(u->id, VANTHU__V1__REPLY__WHAT_CREDIT);
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;

	if (u->written_bytes + UPLOAD_WINDOW_BYTES / 2 < u->promised_bytes)
		return;
	u->promised_bytes = u->written_bytes + UPLOAD_WINDOW_BYTES;
	credit.bytes = u->promised_bytes;
	r.credit = &credit;
	control_say(u->client, &r);
}

static void done(struct job *j);

/* Small, whole, and nobody else is at work: done in the tenth of a millisecond that waking a worker
 * costs too. */
static bool goes_alone(const struct upload *u)
{
	for (uint32_t i = 0; i < u->part_count; i++) {
		if (!u->manifest[i].inlined)
			return false;
	}
	return u->client->control->jobs == 0 && inbox_count(u->client->control->parts.inbox) == 0;
}

static void go_on(struct upload *u)
{
	if (u->busy)
		return;
	u->working = u->arrived;
	u->arrived = NULL;
	u->arrived_last = &u->arrived;
	u->busy = true;
	u->job.work = write_and_build;
	u->job.done = done;
	if (goes_alone(u))
		control_run_here(u->client, &u->job);
	else
		control_run(u->client, &u->job);
}

static void done(struct job *j)
{
	struct upload *u = (struct upload *)j;
	struct upload_piece *p = u->working;

	u->busy = false;
	if (control_job_back(u->client)) {
		destroy(u);
		return;
	}
	while (p != NULL) {
		struct upload_piece *next = p->next;

		u->written_bytes += p->len_bytes;
		free(p);
		p = next;
	}
	u->working = NULL;
	count_open_parts(u);
	count_bytes(u);
	if (u->result != ERR_OK)
		fail(u, u->result, "");
	else if (u->arrived != NULL)
		go_on(u);
	else if (is_whole(u))
		hand_over(u);
	else
		promise(u);
}

/* ---- its begin ---- */

/* Contents that become files must leave the disk's reserve alone. */
static enum err claim_room(const struct upload *u)
{
	uint64_t *spare = &u->client->control->spare_bytes, need = 0;

	for (uint32_t i = 0; i < u->part_count; i++)
		need += u->manifest[i].inlined ? 0 : u->parts[i].size_bytes;
	if (need > *spare)
		return u->client->control->spare_why;
	if (*spare != UINT64_MAX)
		*spare -= need;
	return ERR_OK;
}

/* ERR_BUSY, or what the disk says. */
static enum err admit(struct upload *u)
{
	if (!is_whole(u) && control_task_count(u->client, &upload_task) > UPLOADS_MAX)
		return ERR_BUSY;
	if (!u->event.dry_run)
		return claim_room(u); /* early, not after gigabytes */
	/* Contents play no part in what would be answered. */
	for (uint32_t i = 0; i < u->part_count; i++)
		u->parts[i].whole = true;
	return ERR_OK;
}

void upload_begin(struct upload *u)
{
	struct client *c = u->client;
	enum err e;

	u->files = c->control->parts.files;
	u->arrived_last = &u->arrived;
	u->account = c->account;
	u->task = (struct task){ .kind = &upload_task, .work = u };
	control_task_begin(c, &u->task);
	e = admit(u);
	if (e != ERR_OK) {
		fail(u, e, "");
		return;
	}
	count_bytes(u);
	if (is_whole(u))
		go_on(u);
	else
		promise(u);
}

/* ---- requests ---- */

/* A submission, or a piece of one, stays until it is on disk. */
static bool fits(const struct client *c, size_t frame_bytes, size_t overhead_bytes)
{
	bool alone = control_task_count(c, &upload_task) == 0 && c->pending == 0;

	if (c->in_charge.bytes > 0 || (alone && frame_bytes <= CONTROL_IN_BYTES))
		return true; /* it has its room already */
	return shares_room(c->account, SHARE_REQUEST, frame_bytes + overhead_bytes);
}

bool upload_submit_fits(struct client *c, size_t frame_bytes)
{
	return fits(c, frame_bytes, SUBMIT_OVERHEAD_BYTES);
}

bool upload_data_fits(struct client *c, size_t frame_bytes)
{
	return fits(c, frame_bytes, PIECE_OVERHEAD_BYTES);
}

static struct upload *find_upload(const struct client *c, uint64_t id)
{
	for (struct task *t = c->tasks; t != NULL; t = t->next) {
		struct upload *u = t->work;

		if (t->kind == &upload_task && u->id == id)
			return u;
	}
	return NULL;
}

void upload_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m)
{
	struct upload *u = find_upload(c, id);
	struct upload_part *part;
	struct upload_piece *p;

	if (u == NULL)
		return; /* of a submission that was refused meanwhile */
	part = m->part < u->part_count ? &u->parts[m->part] : NULL;
	/* A piece brings something, or is the last: pieces of nothing would be counted against no
	 * window. */
	if (part == NULL || !part->streamed || part->got_bytes == UINT64_MAX ||
	    (m->bytes.len == 0 && !m->last) || m->bytes.len > part->size_bytes - part->got_bytes ||
	    m->bytes.len > CONTROL_DATA_BYTES ||
	    (m->last && part->got_bytes + m->bytes.len != part->size_bytes) ||
	    u->received_bytes + m->bytes.len > u->promised_bytes) {
		if (!u->busy) {
			fail(u, ERR_FORMAT, "");
		} else {
			control_say_error(c, id, ERR_FORMAT, "");
			/* a worker holds the upload; the client goes whole */
			shutdown(c->fd, SHUT_RDWR);
		}
		return;
	}
	p = malloc(sizeof *p + m->bytes.len);
	if (p == NULL) {
		shutdown(c->fd, SHUT_RDWR);
		return;
	}
	*p = (struct upload_piece){ .part = m->part, .last = m->last, .len_bytes = m->bytes.len };
	if (m->bytes.len > 0)
		memcpy(p->data, m->bytes.data, m->bytes.len);
	u->open_parts += part->started ? 0 : 1;
	part->started = true;
	part->got_bytes = m->last ? UINT64_MAX : part->got_bytes + m->bytes.len;
	u->received_bytes += m->bytes.len;
	*u->arrived_last = p;
	u->arrived_last = &p->next;
	count_bytes(u);
	go_on(u);
}
