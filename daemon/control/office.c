/* See office.h. The document is looked up here; the core decides (routing/decide/office.c). */
#include "daemon/control/office.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/details.h"
#include "daemon/control/find.h"
#include "daemon/control/paper.h"
#include "daemon/control/persons.h"
#include "daemon/control/room.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"

/* Of the request that is copied: it has less. */
enum { REQUEST_BYTES = 256 * 1024 };

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

Vanthu__V1__WorkView *control_work_view(struct arena *a, const struct rec_work *w)
{
	enum office_status work = w->stand.work == OFFICE_NONE ? OFFICE_ARRIVED : w->stand.work;
	Vanthu__V1__WorkView *out = arena_alloc(a, sizeof *out);
	char **with = arena_array(a, w->with_count, sizeof *with);

	if (out == NULL || with == NULL)
		return NULL;
	vanthu__v1__work_view__init(out);
	out->code = text(office_status_code(work));
	out->recall = text(office_status_code(w->stand.recall));
	out->arrival = w->line.number;
	out->arrival_year = w->line.year;
	out->to = text(w->to);
	out->n_with = w->with_count;
	out->with = with;
	for (uint32_t i = 0; i < w->with_count; i++)
		with[i] = text(w->with[i]);
	out->due_on = text(w->due_on);
	out->note = text(w->note);
	out->person = text(w->person);
	out->accepted_at_ms = w->accepted_at_ms;
	out->finished_at_ms = w->finished_at_ms;
	out->since_ms = w->since_ms;
	if (doc_id_valid(&w->answer))
		out->answer = field_bytes(w->answer.bytes, sizeof w->answer.bytes);
	out->recall_reason = text(w->recall_reason);
	out->asks = (Vanthu__V1__Business)w->stand.asks;
	if (doc_id_valid(&w->request))
		out->request = field_bytes(w->request.bytes, sizeof w->request.bytes);
	if (doc_id_valid(&w->replaced_by))
		out->replaced_by =
			field_bytes(w->replaced_by.bytes, sizeof w->replaced_by.bytes);
	return out;
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_OFFICE);
	Vanthu__V1__OfficeDone done = VANTHU__V1__OFFICE_DONE__INIT;
	struct doc_id id = a->id;
	uint32_t warnings[WARNINGS_MAX];

	arena_reset(c->control->arena);
	done.work = control_work_view(c->control->arena, a->work);
	if (done.work == NULL) {
		control_say_error(c, p->request_id, ERR_NO_MEMORY, "");
		return;
	}
	done.id = field_bytes(id.bytes, sizeof id.bytes);
	done.repeated_request = a->repeated;
	if (a->work->stand.work == OFFICE_NONE && a->work->stand.recall == OFFICE_RECALL_ASKED)
		done.work->code = text(""); /* it is ours: no work of ours */
	done.asked = (uint32_t)a->number;
	done.n_warnings = a->warning_count < WARNINGS_MAX ? a->warning_count : WARNINGS_MAX;
	for (size_t i = 0; i < done.n_warnings; i++)
		warnings[i] = a->warnings[i];
	done.warnings = warnings;
	done.same_number = control_same_number(c, a->received);
	if (a->doc_number != NULL)
		done.number = text(a->doc_number);
	if (a->doc_subject != NULL)
		done.subject = text(a->doc_subject);
	r.office = &done;
	control_say(c, &r);
}

/* The event's memory: a copy of the request, which lives as long as the event. */
static void release(void *owner)
{
	arena_destroy(owner);
}

/* Names as the list of persons has them; a list of them of the arena. False: the client has been
 * answered. */
struct named {
	text_t to, person;
	text_t *with;
};

static bool find_persons(struct client *c, uint64_t id, const Vanthu__V1__Office *m,
			 struct named *out)
{
	out->with = arena_array(c->control->arena, m->n_with, sizeof *out->with);
	if (out->with == NULL) {
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return false;
	}
	if (!control_person(c, id, m->to, &out->to) ||
	    !control_person(c, id, m->person, &out->person))
		return false;
	for (size_t i = 0; i < m->n_with; i++) {
		if (!control_person(c, id, m->with[i], &out->with[i]))
			return false;
	}
	return true;
}

static enum err copy(struct arena *a, const Vanthu__V1__Office *m, const struct named *named,
		     struct ev_office *out)
{
	text_t *with = arena_array(a, m->n_with, sizeof *with);
	struct committee_id *asked = arena_array(a, m->n_committees, sizeof *asked);
	text_t *lists = arena_array(a, m->n_lists, sizeof *lists);

	out->note = arena_text(a, m->note, strlen(m->note));
	out->to = arena_text(a, named->to, strlen(named->to));
	out->due_on = arena_text(a, m->due_on, strlen(m->due_on));
	out->person = arena_text(a, named->person, strlen(named->person));
	out->with = with;
	out->with_count = (uint32_t)m->n_with;
	out->asked = asked;
	out->asked_count = (uint32_t)m->n_committees;
	out->lists.names = lists;
	out->lists.count = (uint32_t)m->n_lists;
	if (with == NULL || asked == NULL || lists == NULL || out->note == NULL ||
	    out->to == NULL || out->due_on == NULL || out->person == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_committees; i++) {
		enum err e = field_id(m->committees[i], false, &asked[i]);

		if (e != ERR_OK)
			return e;
	}
	for (size_t i = 0; i < m->n_lists; i++) {
		lists[i] = arena_text(a, m->lists[i], strlen(m->lists[i]));
		if (lists[i] == NULL)
			return ERR_NO_MEMORY;
	}
	for (size_t i = 0; i < m->n_with; i++) {
		with[i] = arena_text(a, named->with[i], strlen(named->with[i]));
		if (with[i] == NULL)
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

/* A document of ours, or an entry of one that went out on paper, by any of its names. False: the
 * client has been answered. */
static bool find_answer(struct client *c, uint64_t id, const Vanthu__V1__Ref *ref,
			struct doc_id *out)
{
	struct found_document f;
	struct rec_paper p;
	enum err e;

	if (ref == NULL)
		return true;
	e = control_find_quietly(c, ref->text, ROLE_OUT, &f);
	if (e == ERR_OK) {
		*out = f.document.id;
		return true;
	}
	if (e == ERR_NOT_FOUND && control_find_paper(c, ref->text, &p) == ERR_OK &&
	    p.direction == DIRECTION_OUT) {
		*out = p.id;
		return true;
	}
	if (e == ERR_NOT_FOUND)
		control_say_error(c, id, e, ref->text);
	else if (control_find_sent(c, id, ref->text, &f) == ERR_OK) /* says why not */
		control_say_error(c, id, ERR_NOT_FOUND, ref->text);
	return false;
}

/* Of what we issued we ask, with what we received we deal. What has the name and is of the other
 * kind is refused as that: a clerk who takes one for the other is told which it is. */
static enum err find_which(struct client *c, uint64_t id, const Vanthu__V1__Office *m,
			   struct found_document *out)
{
	bool asks = m->act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK;
	struct rec_paper paper;
	enum err e = control_find_quietly(c, m->ref->text, asks ? ROLE_OUT : ROLE_IN, out);

	if (e == ERR_NOT_FOUND &&
	    control_find_quietly(c, m->ref->text, asks ? ROLE_IN : ROLE_OUT, out) == ERR_OK)
		e = asks ? ERR_NOT_ISSUER : ERR_OWN_DOCUMENT;
	else if (e == ERR_NOT_FOUND && control_find_paper(c, m->ref->text, &paper) == ERR_OK)
		e = ERR_OTHER_FORM;
	if (e == ERR_NOT_ISSUER || e == ERR_OWN_DOCUMENT || e == ERR_OTHER_FORM) {
		control_say_error(c, id, e, m->ref->text);
		return e;
	}
	return asks ? control_find_sent(c, id, m->ref->text, out)
		    : control_find_received(c, id, m->ref->text, out);
}

void control_office(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Office *m = request->office;
	uint64_t id = request->id;
	struct event event = { .type = EVENT_OFFICE };
	struct ev_office *o = &event.u.office;
	struct question q = { .request_id = id,
			      .event = &event,
			      .reply = &o->reply,
			      .answer = answer,
			      .answer_bytes = room_office(c, request),
			      .release = release };
	struct found_document f;
	struct named named;
	struct arena *a;
	enum err e;

	if (find_which(c, id, m, &f) != ERR_OK || !find_answer(c, id, m->answer, &o->answer) ||
	    !find_persons(c, id, m, &named))
		return;
	a = arena_new(REQUEST_BYTES);
	e = a == NULL ? ERR_NO_MEMORY : copy(a, m, &named, o);
	if (e != ERR_OK) {
		arena_destroy(a);
		control_say_error(c, id, e, "");
		return;
	}
	o->uid = c->uid;
	o->role = f.role;
	o->serial = f.serial;
	o->next = (enum office_status)m->act;
	o->dry_run = m->dry_run;
	o->lists.office = &c->control->parts.tables->lists;
	q.owner = a;
	control_ask_core(c, &q);
}
