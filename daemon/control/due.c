/* See due.h. */
#include "daemon/control/due.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/due_sent.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/office.h"
#include "daemon/control/persons.h"
#include "daemon/control/reminded.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/core.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"

struct due_walk {
	struct scan scan;
	struct deadline_rules rules;
	int64_t now_ms;
	char today[DATE_MAX + 1];
	bool all;
	char person[PERSON_MAX + 1], unit[PERSON_MAX + 1];
};

/* What is read of one document. */
struct due_item {
	struct rec_document document;
	struct rec_work work;
	bool worked; /* there is a record of work */
	int64_t arrived_at_ms;
	struct deadline deadline;
	enum deadline_state state;
};

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static enum err read_item(struct client *c, const struct due_walk *w, struct due_item *out)
{
	struct arena *a = c->control->arena;
	struct lookup l = control_lookup(c);
	struct deadline_of of;
	struct record r;
	enum err e;

	*out = (struct due_item){ .work = { .to = "", .due_on = "" } };
	e = control_get_document(c, a, &w->scan.at, &out->document);
	if (e == ERR_OK)
		e = l.get(l.ctx, a, FAMILY_STATE, &w->scan.at, &r);
	if (e != ERR_OK)
		return e;
	out->arrived_at_ms = r.u.state.complete_at_ms;
	e = l.get(l.ctx, a, FAMILY_WORK, &w->scan.at, &r);
	out->worked = e == ERR_OK;
	if (e == ERR_OK)
		out->work = r.u.work;
	else if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	of = (struct deadline_of){ .stand = out->work.stand,
				   .urgency = out->document.urgency,
				   .arrived_at_ms = out->arrived_at_ms,
				   .office_due_on = out->work.due_on,
				   .document_due_on = out->document.summary.due_on };
	out->deadline = deadline_next(&w->rules, &of);
	out->state = deadline_state_at(&w->rules, &out->deadline, w->now_ms);
	return ERR_OK;
}

static bool is_person(const struct due_walk *w, const struct rec_work *work)
{
	if (w->person[0] == '\0' || spelling_same_name(work->to, w->person))
		return true;
	for (uint32_t i = 0; i < work->with_count; i++) {
		if (spelling_same_name(work->with[i], w->person))
			return true;
	}
	return false;
}

static bool is_wanted(const struct due_walk *w, const struct due_item *i, text_t unit)
{
	if (!w->all && i->state < DEADLINE_SOON)
		return false;
	if (w->unit[0] != '\0' && !spelling_same_name(unit, w->unit) &&
	    !spelling_same_name(i->work.to, w->unit))
		return false;
	return is_person(w, &i->work);
}

static text_t name_of(struct client *c, struct committee_id id)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(id);
	struct record r;

	return l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &key, &r) == ERR_OK
		       ? r.u.committee.name
		       : "";
}

static enum err say_item(struct client *c, uint64_t id, const struct due_walk *w,
			 const struct due_item *i, text_t unit)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_DUE);
	Vanthu__V1__DueLine line = VANTHU__V1__DUE_LINE__INIT;
	const struct found_document f = { .role = ROLE_IN, .document = i->document };
	struct doc_id doc = i->document.id;
	enum err e = control_reminded(c, &f, &line.reminded);

	if (e != ERR_OK)
		return e;
	line.id = field_bytes(doc.bytes, sizeof doc.bytes);
	line.from = text(i->document.origin.text);
	line.from_name = text(name_of(c, i->document.origin));
	line.symbol = text(i->document.summary.number);
	line.type_code = text(i->document.summary.type_code);
	line.type_name = text(i->document.summary.type_name);
	line.subject = text(i->document.summary.subject);
	line.urgency = (Vanthu__V1__Urgency)i->document.urgency;
	line.arrived_at_ms = i->arrived_at_ms;
	if (i->worked) {
		line.work = control_work_view(c->control->arena, &i->work);
		if (line.work == NULL)
			return ERR_NO_MEMORY;
	}
	line.unit = text(unit);
	line.reason = (Vanthu__V1__DueReason)i->deadline.reason;
	line.state = (Vanthu__V1__DueState)i->state;
	line.due_at_ms = i->deadline.at_ms;
	line.due_on = text(i->deadline.on);
	line.late_days = deadline_late_days(&w->rules, &i->deadline, w->now_ms);
	line.now_ms = w->now_ms;
	r.more = 1;
	r.due = &line;
	control_say(c, &r);
	return ERR_OK;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct due_walk *w = walk;
	struct lookup l = control_lookup(c);
	struct due_item item;
	struct record r;
	text_t unit;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_OPEN, &w->scan, &r);

	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	e = read_item(c, w, &item);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		return true;
	unit = e == ERR_OK ? persons_unit(&c->control->parts.tables->persons, item.work.to,
					  w->today)
			   : "";
	if (e == ERR_OK && is_wanted(w, &item, unit))
		e = say_item(c, id, w, &item, unit);
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

void control_due(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__DueQuery *m = request->due;
	static const struct listing_kind kind = { step, free, true };
	struct due_walk *w;
	text_t person, unit;

	if (m->sent) {
		control_due_sent(c, request);
		return;
	}
	if (!control_person_filter(c, request->id, m->person, &person) ||
	    !control_person_filter(c, request->id, m->unit, &unit))
		return;
	w = calloc(1, sizeof *w);
	if (w != NULL) {
		w->scan = scan_of(key_role(ROLE_IN));
		w->rules =
			tables_deadlines(c->control->parts.tables, c->control->parts.config);
		if (m->soon_days != 0)
			w->rules.soon_days = m->soon_days;
		w->now_ms = control_wall_ms(c);
		date_of_ms(w->now_ms, w->today);
		w->all = m->all;
		/* control_check has their lengths, the list of persons its own */
		memcpy(w->person, person, strlen(person) + 1);
		memcpy(w->unit, unit, strlen(unit) + 1);
	}
	control_listing_begin(c, request->id, &kind, w);
}
