/* See submit.h. The request is read and judged; what goes inline and what becomes a file is decided
 * here. Then upload.c has it, until the core has decided. */
#include "daemon/control/submit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/lists.h"
#include "daemon/control/names.h"
#include "daemon/control/persons.h"
#include "daemon/control/room.h"
#include "daemon/control/stage.h"
#include "daemon/control/upload.h"
#include "proto/body.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/seal.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/base/visible.h"
#include "routing/rules/rules.h"

enum { UPLOAD_ARENA_BYTES = 8 << 20, OWN_REQUEST_BYTES = 128 * 1024, FIRST_BYTES = 2048 };

static enum err read_recipients(struct upload *u, const Vanthu__V1__Submit *m)
{
	if (m->n_recipients > RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	u->recipients = arena_array(u->arena, m->n_recipients, sizeof *u->recipients);
	if (u->recipients == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_recipients; i++) {
		const Vanthu__V1__SubmitRecipient *r = m->recipients[i];
		struct recipient *to = &u->recipients[u->event.recipient_count];

		if (r->list[0] != '\0')
			continue;
		if (r->superior)
			to->group = GROUP_SUPERIOR;
		else if (field_enum(r->group, GROUP_NONE, GROUP_SUBTREE) == ERR_OK)
			to->group = (enum group)r->group;
		else
			return ERR_FORMAT;
		if (to->group == GROUP_NONE &&
		    field_id(r->committee, false, &to->committee) != ERR_OK)
			return ERR_BAD_ID;
		u->event.recipient_count++;
	}
	return ERR_OK;
}

static enum err read_lists(struct upload *u, const Vanthu__V1__Submit *m)
{
	size_t count = m->n_recipients - u->event.recipient_count;
	text_t *names = arena_array(u->arena, count, sizeof *names);

	if (count > LISTS_NAMED_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	if (names == NULL)
		return ERR_NO_MEMORY;
	/* the daemon's own, which a reload fills anew */
	u->event.lists = (struct named_lists){ .names = names,
					       .office = &u->client->control->parts.tables->lists };
	for (size_t i = 0; i < m->n_recipients; i++) {
		text_t name = m->recipients[i]->list;

		if (name[0] == '\0')
			continue;
		names[u->event.lists.count] = arena_text(u->arena, name, strlen(name));
		if (names[u->event.lists.count++] == NULL)
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

static enum err read_expected(struct upload *u, const Vanthu__V1__SubmitPart *p,
			      struct piece_part *out)
{
	struct digest *d;

	if (p->sha256.len == 0)
		return ERR_OK;
	d = arena_alloc(u->arena, sizeof *d);
	out->expected = d;
	return d == NULL ? ERR_NO_MEMORY : field_fixed(p->sha256, d->bytes, sizeof d->bytes);
}

static enum err read_parts(struct upload *u, const Vanthu__V1__Submit *m)
{
	enum err e;

	u->in.parts = arena_array(u->arena, m->n_parts, sizeof *u->in.parts);
	u->in.manifest = arena_array(u->arena, m->n_parts, sizeof *u->in.manifest);
	if (u->in.parts == NULL || u->in.manifest == NULL)
		return ERR_NO_MEMORY;
	u->in.part_count = (uint32_t)m->n_parts;
	for (uint32_t i = 0; i < u->in.part_count; i++) {
		const Vanthu__V1__SubmitPart *p = m->parts[i];
		struct blob content = field_blob(p->content);

		if (p->size_bytes > u->client->control->parts.config->attachment_max_bytes) {
			u->fault = u->described[i].name;
			return ERR_TOO_LARGE;
		}
		if (p->streamed ? content.len_bytes != 0 : content.len_bytes != p->size_bytes)
			return ERR_FORMAT;
		u->in.parts[i].streamed = p->streamed;
		u->in.parts[i].size_bytes = p->size_bytes;
		u->in.parts[i].content = u->owns_request ? content : arena_blob(u->arena, content);
		if (content.len_bytes > 0 && u->in.parts[i].content.data == NULL)
			return ERR_NO_MEMORY;
		e = read_expected(u, p, &u->in.parts[i]);
		if (e != ERR_OK)
			return e;
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

/* Of a draft the parts are to come. */
static enum err read_body(struct upload *u, const Vanthu__V1__Submit *m, bool draft)
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
	if (!draft && (body.part_count != m->n_parts || m->n_parts == 0))
		return ERR_FORMAT;
	for (uint32_t i = 0; i < body.part_count; i++) {
		if (body.parts[i].content.len_bytes != 0)
			return ERR_FORMAT;
		u->event.odd_name = u->event.odd_name || !portable_name(body.parts[i].name);
	}
	if (u->event.number_template[0] != '\0' && body.number[0] != '\0') {
		u->fault = "number_template"; /* which of the two? */
		return ERR_USAGE;
	}
	/* with neither it would say nothing, or nobody knows what */
	if (body.older != NULL && body.business < BUSINESS_RECALL) {
		u->fault = "concerns";
		return ERR_FIELD;
	}
	u->described = body.parts;
	u->event.summary = document_summary(&body);
	u->event.type_name = body.type_name;
	u->signer = body.signer_name;
	u->event.signed_for = signing_is_for_committee(body.signer_competence);
	return ERR_OK;
}

static uint32_t largest_inline(const struct upload *u)
{
	uint32_t best = u->in.part_count;

	for (uint32_t i = 0; i < u->in.part_count; i++) {
		if (u->in.manifest[i].inlined &&
		    (best == u->in.part_count ||
		     u->in.manifest[i].size_bytes > u->in.manifest[best].size_bytes))
			best = i;
	}
	return best;
}

/* Small parts go inline up to 32 KiB together; what makes the envelope too large becomes a file
 * again, the largest first. ERR_TOO_LARGE: even with all parts as files. */
static enum err choose_inline(struct upload *u)
{
	struct head head = { .recipients = u->recipients,
			     .recipient_count = u->event.recipient_count,
			     .manifest = u->in.manifest,
			     .manifest_count = u->in.part_count };
	size_t body_bytes = u->body.len_bytes;
	uint64_t together = 0;

	/* Whom they mean the core finds, when all has come: as many as there may be. */
	if (u->event.lists.count > 0)
		body_bytes += (RECIPIENTS_MAX - u->event.recipient_count) *
			      SEAL_RECIPIENT_MAX_BYTES;
	if (u->event.number_template[0] != '\0')
		body_bytes += DOCUMENT_BODY_NUMBER_BYTES;
	for (uint32_t i = 0; i < u->in.part_count; i++) {
		uint64_t size = u->in.parts[i].size_bytes;

		u->in.manifest[i].size_bytes = size;
		u->in.manifest[i].inlined =
			!u->in.parts[i].streamed && together + size <= INLINE_MAX_BYTES;
		together += u->in.manifest[i].inlined ? size : 0;
	}
	while (seal_size_bound(&head, body_bytes + together + 8u * u->in.part_count) >
	       ENVELOPE_MAX_BYTES) {
		uint32_t i = largest_inline(u);

		if (i == u->in.part_count)
			return ERR_TOO_LARGE;
		u->in.manifest[i].inlined = false;
		together -= u->in.manifest[i].size_bytes;
	}
	return ERR_OK;
}

/* What is no content of it. */
static enum err read_fields(struct upload *u, const Vanthu__V1__Submit *m, bool draft)
{
	enum err e = field_fixed(m->id, u->event.id.bytes, sizeof u->event.id.bytes);

	/* Any UUID but nil, as from a neighbour. One of version 7 ascends with time and keeps what
	 * is new together on the disk. */
	if (e != ERR_OK || !doc_id_valid(&u->event.id))
		return ERR_FORMAT;
	u->event.uid = u->client->uid;
	u->event.dry_run = m->dry_run;
	u->event.strict = m->strict;
	u->event.number_template =
		arena_text(u->arena, m->number_template, strlen(m->number_template));
	if (u->event.number_template == NULL)
		return ERR_NO_MEMORY;
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
	if (e == ERR_OK)
		e = read_lists(u, m);
	if (e == ERR_OK && m->n_parts > PARTS_MAX)
		e = ERR_TOO_MANY_ATTACHMENTS;
	if (e == ERR_OK)
		e = read_body(u, m, draft);
	u->event.recipients = u->recipients;
	return e;
}

/* Said now rather than after gigabytes have come. */
static enum err judge(struct upload *u)
{
	const struct config *config = u->client->control->parts.config;
	enum err e = policy_submit(&u->event, config->attachment_max_bytes);

	if (e == ERR_OK && u->event.summary.published && !config_may_publish(config))
		e = ERR_PUBLISH;
	u->event.within_policy = e == ERR_OK;
	return e;
}

static enum err read_submit(struct upload *u, const Vanthu__V1__Submit *m)
{
	enum err e = read_fields(u, m, false);

	if (e == ERR_OK)
		e = read_parts(u, m);
	if (e == ERR_OK)
		e = choose_inline(u);
	if (e != ERR_OK)
		return e;
	u->event.manifest = u->in.manifest;
	u->event.manifest_count = u->in.part_count;
	return judge(u);
}

/* A small request is copied into an arena of its own; of a large one the submission takes over the
 * arena that it was unpacked into, unless that holds much that is no content. */
static bool take_arena(struct upload *u, struct control *control, size_t request_bytes)
{
	bool take_over = request_bytes >= OWN_REQUEST_BYTES &&
			 arena_used(control->arena) < request_bytes + OWN_REQUEST_BYTES;
	struct arena *fresh =
		take_over ? arena_new(REPLY_ARENA_BYTES)
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
	if (u->event.lists.count > 0)
		return true;
	for (uint32_t i = 0; i < u->event.recipient_count; i++) {
		if (u->recipients[i].group != GROUP_NONE)
			return true;
	}
	return false;
}

static void name_recipients(struct client *c, Vanthu__V1__Accepted *m)
{
	size_t left = NAMES_LINE_BYTES;

	m->recipient_names =
		arena_array(c->control->arena, m->n_recipients, sizeof *m->recipient_names);
	m->n_recipient_names = m->recipient_names == NULL ? 0 : m->n_recipients;
	for (size_t i = 0; i < m->n_recipient_names; i++)
		m->recipient_names[i] = control_name_of(c, NULL, m->recipients[i], &left);
}

static void say_accepted(struct client *c, const struct pending_reply *p,
			 const struct act_reply *a, bool names)
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
	if (a->doc_number != NULL)
		accepted.number = (char *)(uintptr_t)a->doc_number;
	accepted.number_gap = a->gap;
	accepted.lists = control_lines(c->control->arena, a->lists, &accepted.n_lists);
	accepted.competence = a->may ? 1 : 0;
	accepted.competence_why = a->rule_gap;
	if (a->rule != NULL)
		accepted.competence_rule = (char *)(uintptr_t)a->rule;
	if (names)
		name_recipients(c, &accepted);
	r.accepted = &accepted;
	control_say(c, &r);
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	say_accepted(c, p, a, false);
}

static void answer_with_names(struct client *c, const struct pending_reply *p,
			      const struct act_reply *a)
{
	say_accepted(c, p, a, true);
}

/* NULL: the client was told why. */
static struct upload *new_upload(struct client *c, uint64_t id)
{
	struct upload *u = calloc(1, sizeof *u);

	if (u == NULL || !take_arena(u, c->control, c->request.len_bytes)) {
		free(u);
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return NULL;
	}
	u->client = c;
	u->id = id;
	u->fault = "";
	return u;
}

/* False: the client was told why, and `u` is gone. */
static bool is_taken(struct upload *u, enum err e)
{
	if (e != ERR_OK) {
		upload_refuse(u, e);
		return false;
	}
	if (!control_signer(u->client, u->id, u->signer, u->event.summary.issued_on)) {
		upload_abandon(u);
		return false;
	}
	return true;
}

void control_submit(struct client *c, const Vanthu__V1__Request *request)
{
	struct upload *u = new_upload(c, request->id);

	if (u == NULL || !is_taken(u, read_submit(u, request->submit))) {
		stage_drop(c, request->id);
		return;
	}
	u->answer = request->submit->names ? answer_with_names : answer;
	u->answer_bytes = room_accepted(c, u->event.recipient_count, has_group(u));
	if (!stage_close(c, u))
		upload_begin(u);
}

void control_stage(struct client *c, const Vanthu__V1__Request *request)
{
	struct manifest_item any = { .inlined = true }; /* there will be one */
	struct upload *u;
	enum err e;

	if (request->stage->draft != NULL) {
		u = new_upload(c, request->id);
		if (u == NULL)
			return;
		e = read_fields(u, request->stage->draft, true);
		u->event.manifest = &any;
		u->event.manifest_count = 1;
		if (!is_taken(u, e == ERR_OK ? judge(u) : e))
			return;
		upload_abandon(u);
	}
	stage_begin(c, request->id);
}
