/* See upload.h. A worker hashes and writes what has come, and at the end builds the event; all else
 * is the control thread's. */
#include "daemon/control/upload.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/head.h"
#include "proto/merkle.h"

enum {
	UPLOADS_MAX = 4, /* with streamed contents, of a client */
	SUBMIT_OVERHEAD_BYTES = 1024,
	PIECE_OVERHEAD_BYTES = PIECES_PART_BYTES, /* of the first of a part: its file is opened */
};

/* ---- the job: hash, write, build ---- */

static enum err describe_inline(struct upload *u, uint32_t i)
{
	struct blob content = u->in.parts[i].content;
	struct merkle_stream m;

	merkle_begin(&m);
	for (size_t at = 0; at < content.len_bytes; at += CHUNK_BYTES) {
		size_t n =
			content.len_bytes - at < CHUNK_BYTES ? content.len_bytes - at : CHUNK_BYTES;

		merkle_add(&m, merkle_leaf((struct blob){ content.data + at, n }));
	}
	u->in.manifest[i].sha256 = digest_of(content);
	u->in.manifest[i].chunk_root = merkle_end(&m);
	return ERR_OK;
}

/* A part that is no inline one: under its name. */
static enum err settle(struct upload *u, uint32_t i)
{
	return u->in.parts[i].streamed ? pieces_settle(&u->in, i) : pieces_store(&u->in, i);
}

/* What came must be what who sends it says that it is. */
static enum err compare(struct upload *u, uint32_t i)
{
	const struct digest *expected = u->in.parts[i].expected;

	if (expected == NULL || digest_equal(expected, &u->in.manifest[i].sha256))
		return ERR_OK;
	u->fault = u->described[i].name;
	return ERR_PART_DIGEST;
}

static enum err take_part(struct upload *u, uint32_t i, struct blob *content)
{
	static const uint8_t nothing;
	enum err e = ERR_OK;

	if (u->in.manifest[i].inlined) {
		e = describe_inline(u, i);
		*content = u->in.parts[i].content;
		if (content->data == NULL)
			content->data = &nothing;
	} else if (u->event.dry_run) {
		return ERR_OK;
	} else if (u->in.parts[i].streamed) {
		e = compare(u, i); /* before it has a name */
	}
	if (e == ERR_OK && !u->in.manifest[i].inlined)
		e = settle(u, i);
	return e == ERR_OK ? compare(u, i) : e;
}

/* All contents are known: manifest, body with the inline ones, submission digest. */
static enum err build(struct upload *u)
{
	struct ev_submit *s = &u->event;
	uint32_t count = u->in.part_count;
	struct submission_fields fields = { .recipients = u->recipients,
					    .recipient_count = s->recipient_count,
					    .urgency = s->urgency,
					    .secrecy = s->secrecy,
					    .body = u->body,
					    .manifest = u->in.manifest,
					    .manifest_count = count,
					    .number_template = s->number_template,
					    .lists = s->lists.names,
					    .list_count = s->lists.count };
	struct blob *contents = arena_array(u->arena, count, sizeof *contents);
	enum err e = contents == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < count; i++)
		e = take_part(u, i, &contents[i]);
	if (e == ERR_OK)
		e = document_body_fill(u->arena, u->body, contents, count, &s->body);
	if (e != ERR_OK)
		return e;
	s->submission = digest_submission(&fields);
	s->recipients = u->recipients;
	s->manifest = u->in.manifest;
	s->manifest_count = count;
	s->body_version = DOCUMENT_BODY_VERSION;
	return ERR_OK;
}

static void write_and_build(struct job *j)
{
	struct upload *u = (struct upload *)j;

	u->result = pieces_write(&u->in);
	if (u->result == ERR_OK && pieces_whole(&u->in))
		u->result = build(u);
}

/* ---- on the control thread ---- */

static void destroy(struct upload *u)
{
	pieces_end(&u->in);
	share_charge_end(&u->charge);
	arena_destroy(u->arena);
	free(u);
}

/* What it takes now: itself, and what its pieces do. */
static void count_bytes(struct upload *u)
{
	share_charge_set(&u->charge, u->account,
			 sizeof *u + arena_held(u->arena) + pieces_held_bytes(&u->in));
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

	if (pieces_promise(&u->in) == 0)
		return;
	credit.bytes = u->in.promised_bytes;
	r.credit = &credit;
	control_say(u->client, &r);
}

static void done(struct job *j);

/* Small, whole, and nobody else is at work: done in the tenth of a millisecond that waking a worker
 * costs too. */
static bool goes_alone(const struct upload *u)
{
	return u->job.small && u->client->control->jobs == 0 &&
	       inbox_count(u->client->control->parts.inbox) == 0;
}

static bool is_small(const struct upload *u)
{
	for (uint32_t i = 0; i < u->in.part_count; i++) {
		if (!u->in.manifest[i].inlined)
			return false;
	}
	return true;
}

static void go_on(struct upload *u)
{
	if (u->busy)
		return;
	pieces_hand_over(&u->in);
	u->busy = true;
	u->job.small = is_small(u);
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

	u->busy = false;
	if (control_job_back(u->client)) {
		destroy(u);
		return;
	}
	pieces_written(&u->in);
	count_bytes(u);
	if (u->result != ERR_OK)
		fail(u, u->result, u->fault);
	else if (u->in.arrived != NULL)
		go_on(u);
	else if (pieces_whole(&u->in))
		hand_over(u);
	else
		promise(u);
}

/* ---- its begin ---- */

/* Contents that become files must leave the disk's reserve alone; those that are there do. */
static enum err claim_room(const struct upload *u)
{
	uint64_t *spare = &u->client->control->spare_bytes, need = 0;

	for (uint32_t i = 0; i < u->in.part_count; i++)
		need += u->in.manifest[i].inlined || u->in.parts[i].whole
				? 0
				: u->in.parts[i].size_bytes;
	if (need > *spare)
		return u->client->control->spare_why;
	if (*spare != UINT64_MAX)
		*spare -= need;
	return ERR_OK;
}

/* ERR_BUSY, or what the disk says. */
static enum err admit(struct upload *u)
{
	if (!pieces_whole(&u->in) && control_task_count(u->client, &upload_task) > UPLOADS_MAX)
		return ERR_BUSY;
	if (!u->event.dry_run)
		return claim_room(u); /* early, not after gigabytes */
	/* Contents play no part in what would be answered. */
	for (uint32_t i = 0; i < u->in.part_count; i++)
		u->in.parts[i].whole = true;
	return ERR_OK;
}

void upload_begin(struct upload *u)
{
	struct client *c = u->client;
	enum err e;

	pieces_begin(&u->in, &c->control->parts, ++c->control->last_pieces);
	u->account = c->account;
	u->task = (struct task){ .kind = &upload_task, .work = u };
	control_task_begin(c, &u->task);
	e = admit(u);
	if (e != ERR_OK) {
		fail(u, e, "");
		return;
	}
	count_bytes(u);
	if (pieces_whole(&u->in))
		go_on(u);
	else
		promise(u);
}

void upload_refuse(struct upload *u, enum err why)
{
	control_say_error(u->client, u->id, why, u->fault);
	destroy(u);
}

void upload_abandon(struct upload *u)
{
	destroy(u);
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
	enum err e;

	if (u == NULL)
		return; /* of a submission that was refused meanwhile */
	e = pieces_add(&u->in, m);
	if (e != ERR_OK && !u->busy) {
		fail(u, e, "");
		return;
	}
	if (e != ERR_OK) {
		control_say_error(c, id, e, "");
		/* a worker holds the upload; the client goes whole */
		shutdown(c->fd, SHUT_RDWR);
		return;
	}
	count_bytes(u);
	go_on(u);
}
