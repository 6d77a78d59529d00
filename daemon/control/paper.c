/* See paper.h. */
#include "daemon/control/paper.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/details.h"
#include "daemon/control/find.h"
#include "proto/fields.h"
#include "routing/rules/rules.h"

static bool copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

/* The event's texts: they live until its turn is over. */
struct paper_texts {
	char type_code[TYPE_CODE_MAX + 1], type_name[COMMITTEE_NAME_MAX + 1],
		number[NUMBER_MAX + 1], number_template[NUMBER_MAX + 1], subject[SUBJECT_MAX + 1],
		date[DATE_MAX + 1], party[COMMITTEE_NAME_MAX + 1], reason[SUBJECT_MAX + 1],
		signer[COMMITTEE_NAME_MAX + 1], position[COMMITTEE_NAME_MAX + 1],
		competence[COMMITTEE_NAME_MAX + 1], issued_on[DATE_MAX + 1], note[NOTE_MAX + 1];
};

static void release(void *owner)
{
	free(owner);
}

void control_paper_accepted(struct client *c, const struct act_reply *a, struct paper_accepted *out)
{
	Vanthu__V1__PaperAccepted *m = &out->message;

	vanthu__v1__paper_accepted__init(m);
	out->id = a->id;
	out->same = a->same;
	if (a->alike != NULL) {
		out->alike = a->alike->id;
		m->alike_id = field_bytes(out->alike.bytes, sizeof out->alike.bytes);
		m->alike_date = (char *)(uintptr_t)a->alike->date;
	}
	m->id = field_bytes(out->id.bytes, sizeof out->id.bytes);
	m->repeated_request = a->repeated;
	m->n_warnings = a->warning_count < WARNINGS_MAX ? a->warning_count : WARNINGS_MAX;
	for (size_t i = 0; i < m->n_warnings; i++)
		out->warnings[i] = a->warnings[i];
	m->warnings = out->warnings;
	m->same_number_count = a->same_count;
	if (a->same_count > 0)
		m->same_number_id = field_bytes(out->same.bytes, sizeof out->same.bytes);
	if (a->doc_number != NULL)
		m->number = (char *)(uintptr_t)a->doc_number;
	m->number_gap = a->gap;
	m->same_received = control_same_number(c, a->received);
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r =
	    control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_PAPER_ACCEPTED);
	struct paper_accepted accepted;

	arena_reset(c->control->arena);
	control_paper_accepted(c, a, &accepted);
	r.paper_accepted = &accepted.message;
	control_say(c, &r);
}

static void ask(struct client *c, uint64_t id, struct event *event, struct paper_texts *texts)
{
	struct question q = { .request_id = id,
			      .event = event,
			      .reply = &event->u.paper.reply,
			      .answer = answer,
			      .release = release,
			      .owner = texts };

	event->u.paper.uid = c->uid;
	control_ask_core(c, &q);
}

struct text_copy {
	text_t name;
	const char *from;
	char *to;
	size_t size;
};

/* ERR_FIELD, and *about is the field that is too long. */
static enum err copy_all(const struct text_copy *texts, size_t count, text_t *about)
{
	for (size_t i = 0; i < count; i++) {
		if (!copy(texts[i].to, texts[i].size, texts[i].from)) {
			*about = texts[i].name;
			return ERR_FIELD;
		}
	}
	return ERR_OK;
}

static enum err copy_texts(struct paper_texts *t, const Vanthu__V1__PaperAdd *m, text_t *about)
{
	const struct text_copy texts[] = {
		{ "type_code", m->type_code, t->type_code, sizeof t->type_code },
		{ "type_name", m->type_name, t->type_name, sizeof t->type_name },
		{ "number", m->number, t->number, sizeof t->number },
		{ "number_template", m->number_template, t->number_template,
		  sizeof t->number_template },
		{ "subject", m->subject, t->subject, sizeof t->subject },
		{ "date", m->date, t->date, sizeof t->date },
		{ "party", m->party, t->party, sizeof t->party },
		{ "signer", m->signer, t->signer, sizeof t->signer },
		{ "position", m->position, t->position, sizeof t->position },
		{ "competence", m->competence, t->competence, sizeof t->competence },
		{ "issued_on", m->issued_on, t->issued_on, sizeof t->issued_on },
		{ "note", m->note, t->note, sizeof t->note },
	};

	return copy_all(texts, sizeof texts / sizeof texts[0], about);
}

/* What it answers: out one that came here, in one of ours. False: the client has been answered. */
static bool find_answered(struct client *c, uint64_t id, const Vanthu__V1__PaperAdd *m,
			  struct rec_paper *p)
{
	const bool out = m->direction == VANTHU__V1__DIRECTION__DIRECTION_OUT;
	struct found_document f;

	if (m->reply_to == NULL)
		return true;
	if (control_find_answered(c, id, m->reply_to->text, out ? ROLE_IN : ROLE_OUT, &f) !=
	    ERR_OK)
		return false;
	p->reply_origin = f.document.origin;
	p->reply_id = f.document.id;
	return true;
}

void control_paper_add(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__PaperAdd *m = request->paper_add;
	uint64_t id = request->id;
	struct event event = { .type = EVENT_PAPER,
			       .u.paper = { .action = PAPER_ADD,
					    .again = m->again,
					    .strict = m->strict,
					    .reason = "",
					    .dry_run = m->dry_run } };
	struct paper_texts *t = calloc(1, sizeof *t);
	text_t about = "";
	enum err e =
	    t == NULL ? ERR_NO_MEMORY
		      : field_fixed(m->id, event.u.paper.id.bytes, sizeof event.u.paper.id.bytes);

	if (e == ERR_OK) {
		e = control_judge_secrecy(c, (enum secrecy)m->secrecy);
		about = e == ERR_OK ? "" : "secrecy";
	}
	if (e == ERR_OK)
		e = copy_texts(t, m, &about);
	if (e != ERR_OK) {
		free(t);
		control_say_error(c, id, e, about);
		return;
	}
	event.u.paper.number_template = t->number_template;
	event.u.paper.paper = (struct rec_paper){ .direction = (enum direction)m->direction,
						  .secrecy = (enum secrecy)m->secrecy,
						  .type_code = t->type_code,
						  .type_name = t->type_name,
						  .number = t->number,
						  .subject = t->subject,
						  .date = t->date,
						  .party = t->party,
						  .signer_name = t->signer,
						  .signer_position = t->position,
						  .signer_competence = t->competence,
						  .issued_on = t->issued_on,
						  .note = t->note,
						  .reason = "" };
	if (find_answered(c, id, m, &event.u.paper.paper))
		ask(c, id, &event, t);
	else
		free(t);
}

/* ---- by name ---- */

struct paper_search {
	struct paper_name name;
	bool cancelled; /* by number too */
	unsigned hits;
	const char *text;
	struct doc_id first;
	char choices[CONTROL_CHOICES_MAX][CONTROL_ID_DIGITS + 1];
};

void control_paper_name(const char *text, struct paper_name *out)
{
	out->digit_count = control_read_hex(text, out->digits);
	spelling_number(text, out->number);
}

bool control_paper_named(const struct paper_name *n, const struct rec_paper *p)
{
	char hex[CONTROL_ID_DIGITS + 1];

	control_id_to_hex(&p->id, hex);
	if (n->digit_count >= CONTROL_ENDING_MIN &&
	    strcmp(hex + CONTROL_ID_DIGITS - n->digit_count, n->digits) == 0)
		return true;
	return control_has_number(p->number, n->number);
}

/* One that was cancelled goes by its id only: its number is free again. What was corrected goes by
 * its correction. */
static bool is_hit(const struct paper_search *s, const struct rec_paper *p)
{
	struct paper_name by_id = s->name;

	if (p->next.n != 0)
		return false;
	if (p->cancelled_at_ms != 0 && !s->cancelled)
		by_id.number[0] = '\0';
	return control_paper_named(&by_id, p);
}

/* Paper is hundreds a year: all are scanned. */
static enum err find(struct client *c, struct paper_search *s)
{
	struct lookup l = control_lookup(c);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(1 << 20);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;
	struct record r;

	control_paper_name(s->text, &s->name);
	while (e == ERR_OK) {
		arena_reset(a);
		e = l.last(l.ctx, a, FAMILY_PAPER, &scan, &r);
		if (e != ERR_OK || !is_hit(s, &r.u.paper) || control_hides(c, r.u.paper.secrecy))
			continue;
		if (s->hits < CONTROL_CHOICES_MAX)
			control_id_to_hex(&r.u.paper.id, s->choices[s->hits]);
		if (s->hits++ == 0)
			s->first = r.u.paper.id;
	}
	arena_destroy(a);
	if (e != ERR_NOT_FOUND)
		return e;
	return s->hits == 0 ? ERR_NOT_FOUND : s->hits > 1 ? ERR_AMBIGUOUS : ERR_OK;
}

/* Where none stands, one that was cancelled: the core says that it cannot be corrected. */
static enum err find_any(struct client *c, struct paper_search *s)
{
	enum err e = find(c, s);

	if (e == ERR_NOT_FOUND) {
		s->cancelled = true;
		e = find(c, s);
	}
	return e;
}

/* No entry has the name: a digital document may have it. */
static enum err or_digital(struct client *c, const char *text, enum err e)
{
	struct found_document f;

	if (e == ERR_NOT_FOUND && (control_find_quietly(c, text, ROLE_IN, &f) == ERR_OK ||
				   control_find_quietly(c, text, ROLE_OUT, &f) == ERR_OK))
		return ERR_OTHER_FORM;
	return e;
}

enum err control_find_paper(struct client *c, const char *text, struct rec_paper *out)
{
	struct paper_search s = { .text = text };
	struct serial serial;
	enum err e = find(c, &s);

	return e == ERR_OK ? control_find_paper_id(c, &s.first, &serial, out) : e;
}

void control_paper_cancel(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__PaperCancel *m = request->paper_cancel;
	uint64_t id = request->id;
	struct event event = { .type = EVENT_PAPER,
			       .u.paper = { .action = PAPER_CANCEL, .dry_run = m->dry_run } };
	struct paper_search s = { .text = m->ref == NULL ? "" : m->ref->text };
	struct paper_texts *t;
	enum err e = or_digital(c, s.text, find(c, &s));

	if (e == ERR_AMBIGUOUS) {
		control_say_ambiguous(c, id, s.text, s.choices, s.hits);
		return;
	}
	t = e == ERR_OK ? calloc(1, sizeof *t) : NULL;
	if (t == NULL || !copy(t->reason, sizeof t->reason, m->reason)) {
		control_say_error(c, id,
				  e != ERR_OK ? e
				  : t == NULL ? ERR_NO_MEMORY
					      : ERR_TOO_LARGE,
				  s.text);
		free(t);
		return;
	}
	event.u.paper.id = s.first;
	event.u.paper.reason = t->reason;
	ask(c, id, &event, t);
}

/* ---- corrections, and void numbers ---- */

void control_paper_change(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__PaperChange *m = request->paper_change;
	struct event event = { .type = EVENT_PAPER,
			       .u.paper = { .action = PAPER_CHANGE,
					    .again = m->again,
					    .strict = m->strict,
					    .dry_run = m->dry_run } };
	struct paper_search s = { .text = m->ref == NULL ? "" : m->ref->text };
	struct paper_texts *t = calloc(1, sizeof *t);
	text_t about = "";
	enum err e = t == NULL ? ERR_NO_MEMORY : or_digital(c, s.text, find_any(c, &s));

	if (e == ERR_AMBIGUOUS) {
		free(t);
		control_say_ambiguous(c, request->id, s.text, s.choices, s.hits);
		return;
	}
	if (e == ERR_OK) {
		const struct text_copy texts[] = {
			{ "type_code", m->type_code, t->type_code, sizeof t->type_code },
			{ "type_name", m->type_name, t->type_name, sizeof t->type_name },
			{ "number", m->number, t->number, sizeof t->number },
			{ "subject", m->subject, t->subject, sizeof t->subject },
			{ "date", m->date, t->date, sizeof t->date },
			{ "party", m->party, t->party, sizeof t->party },
			{ "reason", m->reason, t->reason, sizeof t->reason },
			{ "issued_on", m->issued_on, t->issued_on, sizeof t->issued_on },
		};

		e = copy_all(texts, sizeof texts / sizeof texts[0], &about);
	}
	if (e != ERR_OK) {
		free(t);
		control_say_error(c, request->id, e, e == ERR_FIELD ? about : s.text);
		return;
	}
	event.u.paper.id = s.first;
	event.u.paper.reason = t->reason;
	event.u.paper.paper = (struct rec_paper){ .type_code = t->type_code,
						  .type_name = t->type_name,
						  .number = t->number,
						  .subject = t->subject,
						  .date = t->date,
						  .party = t->party,
						  .issued_on = t->issued_on };
	ask(c, request->id, &event, t);
}

void control_register_void(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__RegisterVoid *m = request->register_void;
	struct event event = { .type = EVENT_PAPER,
			       .u.paper = { .action = PAPER_VOID, .dry_run = m->dry_run } };
	struct paper_texts *t = calloc(1, sizeof *t);
	text_t about = "";
	enum err e =
	    t == NULL ? ERR_NO_MEMORY
		      : field_fixed(m->id, event.u.paper.id.bytes, sizeof event.u.paper.id.bytes);

	/* Its answer would say which numbers the book has. */
	if (e == ERR_OK && m->secret) {
		e = control_judge_secret(c);
		about = e == ERR_OK ? "" : "secret";
	}
	if (e == ERR_OK) {
		const struct text_copy texts[] = {
			{ "type_code", m->type_code, t->type_code, sizeof t->type_code },
			{ "type_name", m->type_name, t->type_name, sizeof t->type_name },
			{ "number", m->number, t->number, sizeof t->number },
			{ "number_template", m->number_template, t->number_template,
			  sizeof t->number_template },
			{ "date", m->date, t->date, sizeof t->date },
			{ "reason", m->reason, t->reason, sizeof t->reason },
		};

		e = copy_all(texts, sizeof texts / sizeof texts[0], &about);
	}
	if (e != ERR_OK) {
		free(t);
		control_say_error(c, request->id, e, about);
		return;
	}
	event.u.paper.number_template = t->number_template;
	event.u.paper.reason = t->reason;
	event.u.paper.paper =
	    (struct rec_paper){ .direction = (enum direction)m->direction,
				.secrecy = m->secret ? SECRECY_MAT : SECRECY_THUONG,
				.type_code = t->type_code,
				.type_name = t->type_name,
				.number = t->number,
				.subject = "",
				.date = t->date,
				.party = "",
				.reason = t->reason };
	ask(c, request->id, &event, t);
}
