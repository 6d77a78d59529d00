/* See receipts.h. */
#include "daemon/control/receipts.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "daemon/control/newer.h"
#include "daemon/control/recipients.h"
#include "daemon/control/statuses.h"
#include "routing/base/arena.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"

enum { LISTED_MAX = CONTROL_RECIPIENTS_MAX, RECEIPT_ARENA_BYTES = 4 << 20 };

struct waiting {
	struct recipient_list all;
	bool *answered;
};

struct answers {
	Vanthu__V1__ReceiptView **list;
	size_t count;
	size_t notes_bytes; /* that may still be taken */
};

/* A note while there is room: what thousands of recipients say is more than a message holds. */
static char *afford(struct answers *a, char *note)
{
	size_t len = strlen(note);

	if (len > a->notes_bytes)
		return (char *)(uintptr_t)"";
	a->notes_bytes -= len;
	return note;
}

static Vanthu__V1__ReceiptView *add_view(struct arena *a, struct committee_id id, const char *state,
					 struct answers *to)
{
	Vanthu__V1__ReceiptView *v = arena_alloc(a, sizeof *v);
	char *name = arena_alloc(a, sizeof id.text);

	if (v == NULL || name == NULL)
		return NULL;
	memcpy(name, id.text, sizeof id.text);
	vanthu__v1__receipt_view__init(v);
	v->committee = name;
	v->state = (char *)(uintptr_t)state;
	to->list[to->count++] = v;
	return v;
}

/* Was it asked for the document once more than it has answered? */
static enum err was_asked(struct client *c, const struct found_document *f,
			  struct committee_id who, uint32_t answers, bool *yes)
{
	struct lookup l = control_lookup(c);
	struct key key = key_receipt(f->role, f->serial, who);
	struct record r;
	enum err e = f->role == ROLE_OUT ? l.get(l.ctx, c->control->arena, FAMILY_TOLD, &key, &r)
					 : ERR_NOT_FOUND;

	*yes = e == ERR_OK && r.u.told.asked > answers;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* What its office does with it. */
static enum err add_office(struct client *c, const struct found_document *f,
			   struct committee_id who, struct arena *scratch,
			   Vanthu__V1__ReceiptView *v)
{
	struct office_last last;
	bool asked;
	enum err e = control_office_last(c, f, who, scratch, &last);

	if (e != ERR_OK)
		return e;
	e = was_asked(c, f, who, last.recalls, &asked);
	if (e != ERR_OK)
		return e;
	if (asked)
		last.stand.recall = OFFICE_RECALL_ASKED;
	else if (last.recall_note != NULL)
		v->recall_note = (char *)(uintptr_t)last.recall_note;
	v->code = (char *)(uintptr_t)arena_text(c->control->arena, last.code, strlen(last.code));
	v->recall = (char *)(uintptr_t)office_status_code(last.stand.recall);
	v->arrival = last.arrival;
	v->code_at_ms = last.at_ms;
	e = control_request(c, f, who, scratch, v);
	if (e != ERR_OK)
		return e;
	return v->code == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* One after the other through an arena of their own: thousands with their relay records would not
 * fit the answer's. */
static enum err add_answers(struct client *c, const struct found_document *f,
			    const struct waiting *w, struct answers *out)
{
	struct arena *scratch = arena_new(RECEIPT_ARENA_BYTES);
	struct scan scan = scan_of(key_serial(f->role, f->serial));
	struct lookup l = control_lookup(c);
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	while (e == ERR_OK && out->count < LISTED_MAX) {
		Vanthu__V1__ReceiptView *v;
		struct committee_id who;
		struct serial serial;
		struct record r;
		enum role role;
		uint32_t position;

		arena_reset(scratch);
		e = l.next(l.ctx, scratch, FAMILY_RECEIPT, &scan, &r);
		if (e != ERR_OK || !key_parse_receipt(&scan.at, &role, &serial, &who))
			continue;
		v = add_view(c->control->arena, who,
			     r.u.receipt.kind == KIND_REFUSAL ? "refused" : "delivered", out);
		e = v == NULL ? ERR_NO_MEMORY : ERR_OK;
		if (e != ERR_OK)
			continue;
		v->at_ms = r.u.receipt.at_ms;
		v->reason = r.u.receipt.reason;
		v->rule = (char *)(uintptr_t)arena_text(c->control->arena, r.u.receipt.rule,
							strlen(r.u.receipt.rule));
		if (v->rule == NULL) {
			e = ERR_NO_MEMORY;
			continue;
		}
		e = add_office(c, f, who, scratch, v);
		if (e != ERR_OK)
			continue;
		v->recall_note = afford(out, v->recall_note);
		v->request_note = afford(out, v->request_note);
		if (recipients_find(&w->all, who, &position))
			w->answered[position] = true;
	}
	arena_destroy(scratch);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err control_receipts(struct client *c, const struct found_document *f,
			  Vanthu__V1__ReceiptView ***list, size_t *count)
{
	struct arena *a = c->control->arena;
	struct answers answers = { .list = arena_array(a, 2 * LISTED_MAX, sizeof *answers.list),
				   .notes_bytes = NOTES_BYTES };
	struct waiting w = { .all = { .count = 0 } };
	size_t names_bytes = NAMES_VIEW_BYTES;
	struct names *names = NULL;
	enum err e = f->role == ROLE_OUT ? control_recipients(c, &f->document, &w.all) : ERR_OK;

	w.answered = arena_array(a, w.all.count, sizeof *w.answered);
	if (e == ERR_OK && (answers.list == NULL || w.answered == NULL))
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = add_answers(c, f, &w, &answers);
	for (size_t i = 0; e == ERR_OK && i < w.all.count; i++) {
		Vanthu__V1__ReceiptView *v;
		bool asked = false;

		if (w.answered[i])
			continue;
		v = add_view(a, w.all.ids[i], "waiting", &answers);
		e = v == NULL ? ERR_NO_MEMORY : was_asked(c, f, w.all.ids[i], 0, &asked);
		if (e == ERR_OK && asked)
			v->recall = (char *)(uintptr_t)office_status_code(OFFICE_RECALL_ASKED);
	}
	if (e == ERR_OK && (names = control_names_new()) == NULL)
		e = ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < answers.count; i++)
		answers.list[i]->name =
			control_name_of(c, names, answers.list[i]->committee, &names_bytes);
	control_names_drop(names);
	*list = answers.list;
	*count = answers.count;
	return e;
}
