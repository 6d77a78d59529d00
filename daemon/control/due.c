/* See due.h. */
#include "daemon/control/due.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/due_order.h"
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
	struct due_order *order; /* NULL: as they came */
	struct due_rules rules;
	char today[DATE_MAX + 1];
	bool all;
	char person[PERSON_MAX + 1], unit[PERSON_MAX + 1];
};

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
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
	line.late_days = deadline_late_days(&w->rules.deadlines, &i->deadline, w->rules.now_ms);
	line.now_ms = w->rules.now_ms;
	line.in_order = w->order != NULL;
	r.more = 1;
	r.due = &line;
	control_say(c, &r);
	return ERR_OK;
}

static enum err say_one(struct client *c, uint64_t id, const struct due_walk *w,
			const struct key *key)
{
	struct due_item item;
	enum err e = due_item_read(c, &w->rules, key, &item);
	text_t unit;

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	unit = persons_unit(&c->control->parts.tables->persons, item.work.to, w->today);
	return is_wanted(w, &item, unit) ? say_item(c, id, w, &item, unit) : ERR_OK;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct due_walk *w = walk;
	struct doc_key doc;
	enum err e = due_order_next(c, w->order, &w->scan, &doc);
	struct key key;

	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	if (doc.role == ROLE_NONE)
		return true;
	key = key_serial(doc.role, doc.serial);
	e = say_one(c, id, w, &key);
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

static void drop(void *walk)
{
	struct due_walk *w = walk;

	due_order_free(w->order);
	free(w);
}

void control_due(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__DueQuery *m = request->due;
	static const struct listing_kind kind = { step, drop, true };
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
		w->rules = due_item_rules(c, m->soon_days);
		date_of_ms(w->rules.now_ms, w->today);
		w->all = m->all;
		catalogue_ask(c->control->catalogue);
		if (m->in_order)
			w->order = due_order_new(c, ROLE_IN, &w->rules, w->all);
		/* control_check has their lengths, the list of persons its own */
		memcpy(w->person, person, strlen(person) + 1);
		memcpy(w->unit, unit, strlen(unit) + 1);
	}
	control_listing_begin(c, request->id, &kind, w);
}
