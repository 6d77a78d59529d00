/* See due_sent.h. */
#include "daemon/control/due_sent.h"

#include <stdlib.h>

#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/due_order.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/names.h"
#include "daemon/control/recipients.h"
#include "daemon/control/reminded.h"
#include "daemon/control/statuses.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/tree.h"

enum { SCRATCH_BYTES = 1 << 20, LINES_MAX = 1000 };

struct sent_walk {
	struct scan scan;
	struct due_order *order; /* NULL: as they were sent */
	struct due_rules rules;
	struct arena *scratch;
	struct tree *tree; /* of the directory in force, for who may be reminded */
	bool all;
};

static void drop(void *walk)
{
	struct sent_walk *w = walk;

	tree_destroy(w->tree);
	arena_destroy(w->scratch);
	due_order_free(w->order);
	free(w);
}

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* One that is shown. */
struct sent_item {
	struct found_document found;
	struct due_item due;
};

static enum err say(struct client *c, uint64_t id, const struct sent_walk *w,
		    const struct sent_item *i, struct committee_id whom,
		    const Vanthu__V1__DueLine *who)
{
	const struct found_document *f = &i->found;
	const struct deadline *d = &i->due.deadline;
	const struct remind_asked asked = { .tree = w->tree,
					    .scratch = w->scratch,
					    .rules = &w->rules.deadlines,
					    .wall_ms = w->rules.now_ms,
					    .of = f,
					    .whom = whom };
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_DUE);
	Vanthu__V1__DueLine line = *who;
	struct doc_id doc = f->document.id;
	enum err e = control_remind(c, &asked, &line);

	if (e != ERR_OK)
		return e;
	line.id = field_bytes(doc.bytes, sizeof doc.bytes);
	line.from = text(f->document.origin.text);
	line.symbol = text(f->document.summary.number);
	line.type_code = text(f->document.summary.type_code);
	line.type_name = text(f->document.summary.type_name);
	line.subject = text(f->document.summary.subject);
	line.urgency = (Vanthu__V1__Urgency)f->document.urgency;
	line.arrived_at_ms = f->document.taken_at_ms;
	line.reason = (Vanthu__V1__DueReason)d->reason;
	line.state = (Vanthu__V1__DueState)i->due.state;
	line.due_at_ms = d->at_ms;
	line.due_on = text(d->on);
	line.late_days = deadline_late_days(&w->rules.deadlines, d, w->rules.now_ms);
	line.now_ms = w->rules.now_ms;
	line.in_order = w->order != NULL;
	r.more = 1;
	r.due = &line;
	control_say(c, &r);
	return ERR_OK;
}

static enum err say_recipients(struct client *c, uint64_t id, const struct sent_walk *w,
			       const struct sent_item *it)
{
	const struct found_document *f = &it->found;
	size_t names_bytes = LINES_MAX * NAMES_LINE_BYTES;
	struct recipient_list list;
	uint32_t said = 0;
	enum err e = control_recipients(c, &f->document, &list);

	for (uint32_t i = 0; e == ERR_OK && i < list.count && said < LINES_MAX; i++) {
		Vanthu__V1__DueLine line = VANTHU__V1__DUE_LINE__INIT;
		struct office_last last;

		e = control_office_last(c, f, list.ids[i], w->scratch, &last);
		if (e != ERR_OK || !deadline_is_open(&last.stand))
			continue;
		line.to = list.ids[i].text;
		line.to_name = control_name_of(c, NULL, list.ids[i].text, &names_bytes);
		line.code = last.code;
		line.said_at_ms = last.at_ms;
		e = say(c, id, w, it, list.ids[i], &line);
		said++;
	}
	return e;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct sent_walk *w = walk;
	struct doc_key doc;
	struct sent_item i = { .found = { .role = ROLE_OUT } };
	enum err e = due_order_next(c, w->order, &w->scan, &doc);
	struct key key;

	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	if (doc.role == ROLE_NONE)
		return true;
	key = key_serial(doc.role, doc.serial);
	e = due_item_read(c, &w->rules, &key, &i.due);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED ||
	    (e == ERR_OK && !w->all && i.due.state < DEADLINE_SOON))
		return true;
	i.found.serial = doc.serial;
	i.found.document = i.due.document;
	if (e == ERR_OK)
		e = say_recipients(c, id, w, &i);
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

void control_due_sent(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__DueQuery *m = request->due;
	static const struct listing_kind kind = { step, drop, true };
	struct found_document only;
	struct sent_walk *w;

	if (m->ref != NULL && control_find_sent(c, request->id, m->ref->text, &only) != ERR_OK)
		return;
	if (m->ref != NULL && only.role != ROLE_OUT) { /* a whole id names whatever has it */
		control_say_error(c, request->id, ERR_NOT_ISSUER, m->ref->text);
		return;
	}
	w = calloc(1, sizeof *w);
	if (w != NULL) {
		w->scratch = arena_new(SCRATCH_BYTES);
		w->tree = tree_new();
		if (w->scratch == NULL || w->tree == NULL) {
			drop(w);
			w = NULL;
		}
	}
	if (w != NULL) {
		w->scan = scan_of(m->ref != NULL ? key_serial(only.role, only.serial)
						 : key_role(ROLE_OUT));
		w->rules = due_item_rules(c, m->soon_days);
		w->all = m->all;
		catalogue_ask(c->control->catalogue);
		if (m->in_order && m->ref == NULL)
			w->order = due_order_new(c, ROLE_OUT, &w->rules, w->all);
	}
	control_listing_begin(c, request->id, &kind, w);
}
