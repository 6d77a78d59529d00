/* See submit.h. Small contents come within the message, large ones follow as Data against credit; a
 * worker hashes and writes; then the core decides. Nothing is acknowledged before the core's
 * commit. What goes inline and what becomes a file is decided here. */
#include "daemon/control/submit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/control/client.h"
#include "daemon/control/room.h"
#include "daemon/control/upload.h"
#include "proto/body.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/base/visible.h"
#include "routing/rules/rules.h"

enum {
	UPLOADS_MAX = 4, /* with streamed contents, of a client */
	UPLOAD_WINDOW_BYTES = 1 << 20,
	UPLOAD_ARENA_BYTES = 8 << 20,
	OWN_REQUEST_BYTES = 128 * 1024,
	OPEN_PART_BYTES = CHUNK_BYTES + 2048,
	SUBMIT_OVERHEAD_BYTES = 1024,
	PIECE_OVERHEAD_BYTES = OPEN_PART_BYTES, /* of the first of a part: its file is opened */
	FIRST_BYTES = 2048
};

static void destroy(struct upload *u)
{
	for (uint32_t i = 0; i < u->part_count; i++) {
		if (u->parts[i].incoming != NULL)
			upload_files(u)->incoming_close(u->parts[i].incoming, true);
		if (u->parts[i].pinned)
			upload_files(u)->release(u->files, &u->manifest[i].sha256);
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

/* ---- back on the control thread ---- */

static void release_upload(void *owner)
{
	destroy(owner);
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_ACCEPTED);
	Vanthu__V1__Accepted accepted = VANTHU__V1__ACCEPTED__INIT;
	struct doc_id same = a->same;

	arena_reset(c->control->arena);
	accepted.id = field_bytes(a->id.bytes, sizeof a->id.bytes);
	accepted.repeated_submission = a->repeated;
	accepted.n_recipients = a->recipient_count;
	accepted.recipients =
	    arena_array(c->control->arena, a->recipient_count, sizeof *accepted.recipients);
	if (accepted.recipients == NULL) {
		control_say_error(c, p->request_id, ERR_NO_MEMORY, "");
		return;
	}
	for (uint32_t i = 0; i < a->recipient_count; i++)
		accepted.recipients[i] = (char *)(uintptr_t)a->recipients[i].text;
	accepted.warnings =
	    arena_array(c->control->arena, a->warning_count, sizeof *accepted.warnings);
	if (accepted.warnings != NULL && a->warning_count > 0)
		memcpy(accepted.warnings, a->warnings,
		       a->warning_count * sizeof *accepted.warnings);
	accepted.n_warnings = accepted.warnings == NULL ? 0 : a->warning_count;
	accepted.same_number_count = a->same_count;
	if (a->same_count > 0)
		accepted.same_number_id = field_bytes(same.bytes, sizeof same.bytes);
	r.accepted = &accepted;
	control_say(c, &r);
}

static void hand_over(struct upload *u)
{
	struct client *c = u->client;
	struct event event = { .type = EVENT_SUBMIT, .u.submit = u->event };
	struct question q = { .request_id = u->id,
			      .event = &event,
			      .reply = &event.u.submit.reply,
			      .answer = answer,
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
	u->job.work = upload_work;
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
	else if (upload_whole(u))
		hand_over(u);
	else
		promise(u);
}

/* ---- the request ---- */

static enum err read_recipients(struct upload *u, const Vanthu__V1__Submit *m)
{
	if (m->n_recipients > RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	u->recipients = arena_array(u->arena, m->n_recipients, sizeof *u->recipients);
	if (u->recipients == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_recipients; i++) {
		const Vanthu__V1__SubmitRecipient *r = m->recipients[i];

		if (r->superior)
			u->recipients[i].group = GROUP_SUPERIOR;
		else if (field_enum(r->group, GROUP_NONE, GROUP_SUBTREE) == ERR_OK)
			u->recipients[i].group = (enum group)r->group;
		else
			return ERR_FORMAT;
		if (u->recipients[i].group == GROUP_NONE &&
		    field_id(r->committee, false, &u->recipients[i].committee) != ERR_OK)
			return ERR_BAD_ID;
	}
	u->event.recipient_count = (uint32_t)m->n_recipients;
	return ERR_OK;
}

static enum err read_parts(struct upload *u, const Vanthu__V1__Submit *m)
{
	u->parts = arena_array(u->arena, m->n_parts, sizeof *u->parts);
	u->manifest = arena_array(u->arena, m->n_parts, sizeof *u->manifest);
	if (u->parts == NULL || u->manifest == NULL)
		return ERR_NO_MEMORY;
	u->part_count = (uint32_t)m->n_parts;
	for (uint32_t i = 0; i < u->part_count; i++) {
		const Vanthu__V1__SubmitPart *p = m->parts[i];
		struct blob content = field_blob(p->content);

		if (p->size_bytes > u->client->control->parts.config->attachment_max_bytes) {
			u->fault = u->described[i].name;
			return ERR_TOO_LARGE;
		}
		if (p->streamed ? content.len_bytes != 0 : content.len_bytes != p->size_bytes)
			return ERR_FORMAT;
		u->parts[i].streamed = p->streamed;
		u->parts[i].size_bytes = p->size_bytes;
		u->parts[i].content = u->owns_request ? content : arena_blob(u->arena, content);
		if (content.len_bytes > 0 && u->parts[i].content.data == NULL)
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

static enum err check_texts(struct document_body *body)
{
	enum err e = document_body_texts(body, &body->fault);
	struct month month;

	if (e == ERR_OK && visible_blank(body->subject))
		body->fault = "subject";
	if (e == ERR_OK && body->number[0] != '\0' && visible_blank(body->number))
		body->fault = "number";
	/* A year 26 is a day of the calendar, and a slip. */
	if (e == ERR_OK && body->issued_on[0] != '\0' && !date_month(body->issued_on, &month))
		body->fault = "issued_on";
	if (e == ERR_OK && body->due_on[0] != '\0' && !date_month(body->due_on, &month))
		body->fault = "due_on";
	return body->fault == NULL ? e : ERR_FIELD;
}

static enum err read_body(struct upload *u, const Vanthu__V1__Submit *m)
{
	struct document_body body;
	enum err e;

	u->body = arena_blob(u->arena, field_blob(m->body));
	e = document_body_unpack(u->arena, u->body, &body);
	/* The sender is a local office, not a neighbour, and can be sent what to correct. */
	if (e == ERR_FORMAT && body.fault != NULL)
		e = ERR_FIELD;
	if (e == ERR_OK)
		e = check_texts(&body);
	if (e != ERR_OK) {
		u->fault = body.fault == NULL ? "" : body.fault;
		return e;
	}
	if (body.part_count != m->n_parts || m->n_parts == 0)
		return ERR_FORMAT;
	for (uint32_t i = 0; i < body.part_count; i++) {
		if (body.parts[i].content.len_bytes != 0)
			return ERR_FORMAT;
		u->event.odd_name = u->event.odd_name || !portable_name(body.parts[i].name);
	}
	u->described = body.parts;
	u->event.summary = document_summary(&body);
	u->event.type_name = body.type_name;
	return ERR_OK;
}

static enum err read_submit(struct upload *u, const Vanthu__V1__Submit *m)
{
	enum err e = field_fixed(m->id, u->event.id.bytes, sizeof u->event.id.bytes);

	/* Any UUID but nil, as from a neighbour. One of version 7 ascends with time and keeps what
	 * is new together on the disk. */
	if (e != ERR_OK || !doc_id_valid(&u->event.id))
		return ERR_FORMAT;
	u->event.uid = u->client->uid;
	u->event.dry_run = m->dry_run;
	u->event.strict = m->strict;
	u->event.urgency = m->urgency == VANTHU__V1__URGENCY__URGENCY_UNSPECIFIED
			       ? URGENCY_THUONG
			       : (enum urgency)m->urgency;
	u->event.secrecy = m->secrecy == VANTHU__V1__SECRECY__SECRECY_UNSPECIFIED
			       ? SECRECY_THUONG
			       : (enum secrecy)m->secrecy;
	e = field_enum((long long)u->event.urgency, URGENCY_THUONG, URGENCY_HOA_TOC);
	if (e == ERR_OK)
		e = field_enum((long long)u->event.secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT);
	if (e == ERR_OK)
		e = read_recipients(u, m);
	if (e == ERR_OK && m->n_parts > PARTS_MAX)
		e = ERR_TOO_MANY_ATTACHMENTS;
	if (e == ERR_OK)
		e = read_body(u, m);
	if (e == ERR_OK)
		e = read_parts(u, m);
	if (e == ERR_OK)
		e = upload_choose_inline(u);
	if (e == ERR_OK) {
		u->event.manifest = u->manifest;
		u->event.manifest_count = u->part_count;
		u->event.recipients = u->recipients;
		/* Said now rather than after gigabytes have come. */
		e = policy_submit(&u->event,
				  u->client->control->parts.config->attachment_max_bytes);
		u->event.within_policy = e == ERR_OK;
	}
	return e;
}

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

/* A small request is copied into an arena of its own; of a large one the submission takes over the
 * arena that it was unpacked into, unless that holds much that is no content. */
static bool take_arena(struct upload *u, struct control *control, size_t request_bytes)
{
	bool take_over = request_bytes >= OWN_REQUEST_BYTES &&
			 arena_used(control->arena) < request_bytes + OWN_REQUEST_BYTES;
	struct arena *fresh = take_over
				  ? arena_new(REPLY_ARENA_BYTES)
				  : arena_sized(UPLOAD_ARENA_BYTES, FIRST_BYTES + request_bytes);

	u->owns_request = fresh != NULL && take_over;
	u->arena = fresh;
	if (u->owns_request) {
		u->arena = control->arena;
		control->arena = fresh;
	}
	return fresh != NULL;
}

static bool has_group(const struct upload *u)
{
	for (uint32_t i = 0; i < u->event.recipient_count; i++) {
		if (u->recipients[i].group != GROUP_NONE)
			return true;
	}
	return false;
}

/* A submission, or a piece of one, stays until it is on disk. */
static bool fits(const struct client *c, size_t frame_bytes, size_t overhead_bytes)
{
	bool alone = control_task_count(c, &upload_task) == 0 && c->pending == 0;

	if (c->in_charge.bytes > 0 || (alone && frame_bytes <= CONTROL_IN_BYTES))
		return true; /* it has its room already */
	return shares_room(c->account, SHARE_REQUEST, frame_bytes + overhead_bytes);
}

bool control_submit_fits(struct client *c, size_t frame_bytes)
{
	return fits(c, frame_bytes, SUBMIT_OVERHEAD_BYTES);
}

bool control_data_fits(struct client *c, size_t frame_bytes)
{
	return fits(c, frame_bytes, PIECE_OVERHEAD_BYTES);
}

void control_submit(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Submit *m = request->submit;
	uint64_t id = request->id;
	struct upload *u = calloc(1, sizeof *u);
	enum err e;

	if (u == NULL || !take_arena(u, c->control, c->request.len_bytes)) {
		free(u);
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	u->client = c;
	u->files = c->control->parts.files;
	u->id = id;
	u->arrived_last = &u->arrived;
	u->fault = "";
	u->account = c->account;
	u->task = (struct task){ .kind = &upload_task, .work = u };
	control_task_begin(c, &u->task);
	e = read_submit(u, m);
	u->answer_bytes = room_accepted(c, u->event.recipient_count, has_group(u));
	if (e == ERR_OK && !upload_whole(u) && control_task_count(c, &upload_task) > UPLOADS_MAX)
		e = ERR_BUSY;
	if (e == ERR_OK && !u->event.dry_run)
		e = claim_room(u); /* early, not after gigabytes */
	if (e != ERR_OK) {
		fail(u, e, u->fault);
		return;
	}
	count_bytes(u);
	if (u->event.dry_run) {
		/* Contents play no part in what would be answered. */
		for (uint32_t i = 0; i < u->part_count; i++)
			u->parts[i].whole = true;
	}
	if (upload_whole(u))
		go_on(u);
	else
		promise(u);
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

void control_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m)
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
