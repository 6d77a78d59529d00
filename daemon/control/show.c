/* Documents by name, and one document whole; see daemon/control/internal.h. */
#include <stdlib.h>
#include <string.h>

#include "daemon/base/byteset.h"
#include "daemon/control/internal.h"
#include "proto/fields.h"
#include "proto/prescan.h"
#include "proto/seal.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "routing/state/tree.h"

enum {
	ENDING_MIN = CONTROL_ENDING_MIN,
	ID_DIGITS = CONTROL_ID_DIGITS,
	CHOICES_MAX = CONTROL_CHOICES_MAX,
	LISTED_MAX = CONTROL_RECIPIENTS_MAX
};

enum { RECEIPT_ARENA_BYTES = 4 << 20 };

/* ---- by name ---- */

unsigned control_read_hex(const char *text, char digits[ID_DIGITS + 1])
{
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		char c = *text;

		if (c == '-')
			continue;
		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || n == ID_DIGITS)
			return 0;
		digits[n++] = c;
	}
	digits[n] = '\0';
	return n;
}

void control_id_to_hex(const struct doc_id *id, char out[ID_DIGITS + 1])
{
	static const char hex[] = "0123456789abcdef";

	for (unsigned i = 0; i < sizeof id->bytes; i++) {
		out[2 * i] = hex[id->bytes[i] >> 4];
		out[2 * i + 1] = hex[id->bytes[i] & 15];
	}
	out[ID_DIGITS] = '\0';
}

enum err control_load_state(struct client *c, struct found_document *f)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(f->role, f->serial);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_STATE, &key, &r);

	memset(&f->state, 0, sizeof f->state);
	if (e == ERR_OK)
		f->state = r.u.state;
	/* said as its state: what else is known of it, and the others, are told all the same */
	f->state_damaged = e == ERR_DAMAGED;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err load_document(struct client *c, enum role role, struct serial serial,
			      struct found_document *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(role, serial);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_DOCUMENT, &key, &r);

	if (e != ERR_OK)
		return e;
	*out = (struct found_document){ .role = role, .serial = serial, .document = r.u.document };
	return control_load_state(c, out);
}

struct search {
	char digits[ID_DIGITS + 1];
	unsigned digit_count;
	char number[FOLD_NUMBER_SIZE]; /* folded; "": none can be meant */
	unsigned hits;
	struct found_document first;
	char choices[CHOICES_MAX][ID_DIGITS + 1];
};

bool control_has_number(const char *number, const char *wanted)
{
	char folded[FOLD_NUMBER_SIZE];

	if (number[0] == '\0' || wanted[0] == '\0')
		return false;
	fold_number(number, folded);
	return strcmp(folded, wanted) == 0;
}

static bool is_hit(const struct search *s, const struct rec_document *d)
{
	char hex[ID_DIGITS + 1];

	if (s->digit_count >= ENDING_MIN) {
		control_id_to_hex(&d->id, hex);
		if (strcmp(hex + ID_DIGITS - s->digit_count, s->digits) == 0)
			return true;
	}
	return control_has_number(d->summary.number, s->number);
}

static enum err search_role(struct client *c, struct search *s, enum role role)
{
	struct lookup l = control_lookup(c);
	struct scan scan = scan_of(key_role(role));
	struct arena *a = arena_new(1 << 20);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	while (e == ERR_OK) {
		struct found_document f;
		struct record r;

		arena_reset(a);
		e = l.last(l.ctx, a, FAMILY_DOCUMENT, &scan, &r);
		if (e != ERR_OK || !is_hit(s, &r.u.document))
			continue;
		if (!key_parse_serial(&scan.at, &f.role, &f.serial))
			continue;
		if (s->hits < CHOICES_MAX)
			control_id_to_hex(&r.u.document.id, s->choices[s->hits]);
		if (s->hits++ == 0)
			e = load_document(c, f.role, f.serial, &s->first);
	}
	arena_destroy(a);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err by_whole_id(struct client *c, const struct search *s, bool relayed_too,
			    struct found_document *out)
{
	struct lookup l = control_lookup(c);
	struct committee_id nobody = { "" };
	struct doc_id id;
	struct scan scan;
	struct record r;
	enum err e;

	for (unsigned i = 0; i < sizeof id.bytes; i++) {
		const char pair[3] = { s->digits[2 * i], s->digits[2 * i + 1], '\0' };

		id.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	scan = scan_of(key_ident(id, nobody));
	while ((e = l.next(l.ctx, c->control->arena, FAMILY_IDENT, &scan, &r)) == ERR_OK) {
		if (r.u.ident.role != ROLE_RELAY || relayed_too)
			return load_document(c, r.u.ident.role, r.u.ident.serial, out);
	}
	return e;
}

void control_say_ambiguous(struct client *c, uint64_t id, const char *about,
			   char (*choices)[CONTROL_ID_DIGITS + 1], unsigned count)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_ERROR);
	Vanthu__V1__ControlError e = VANTHU__V1__CONTROL_ERROR__INIT;
	char *list[CHOICES_MAX], cut[CONTROL_ABOUT_BYTES];

	e.choice_count = count;
	e.n_choices = count < CHOICES_MAX ? count : CHOICES_MAX;
	for (unsigned i = 0; i < e.n_choices; i++)
		list[i] = choices[i];
	e.code = ERR_AMBIGUOUS;
	control_cut_about(about, cut);
	e.about = cut;
	e.choices = list;
	r.error = &e;
	control_say(c, &r);
}

enum err control_find(struct client *c, uint64_t id, const char *text, bool relayed_too,
		      struct found_document *out)
{
	struct search s = { .hits = 0 };
	enum err e;

	fold_number(text, s.number);
	s.digit_count = control_read_hex(text, s.digits);
	if (s.digit_count == ID_DIGITS) {
		e = by_whole_id(c, &s, relayed_too, out);
	} else {
		e = search_role(c, &s, ROLE_OUT);
		if (e == ERR_OK)
			e = search_role(c, &s, ROLE_IN);
		if (e == ERR_OK && relayed_too)
			e = search_role(c, &s, ROLE_RELAY);
		*out = s.first;
		if (e == ERR_OK && s.hits == 0)
			e = ERR_NOT_FOUND;
		if (e == ERR_OK && s.hits > 1) {
			control_say_ambiguous(c, id, text, s.choices, s.hits);
			return ERR_AMBIGUOUS;
		}
	}
	if (e != ERR_OK)
		control_say_error(c, id, e, text);
	return e;
}

enum err control_envelope(struct client *c, const struct found_document *f,
			  struct rec_envelope *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(f->role, f->serial);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_ENVELOPE, &key, &r);

	if (e == ERR_OK)
		*out = r.u.envelope;
	return e;
}

/* ---- one line ---- */

const char *control_state(const struct found_document *f)
{
	const struct rec_state *s = &f->state;
	uint64_t all = f->document.recipient_count;

	if (f->state_damaged)
		return "damaged";
	if (f->role != ROLE_OUT)
		return s->refused > 0		? "refused"
		       : s->complete_at_ms != 0 ? "delivered"
						: "sending";
	if (all > 0 && s->delivered >= all)
		return "delivered";
	if (all > 0 && s->delivered + s->refused >= all)
		return "refused";
	if (s->expired)
		return "expired";
	return s->delivered + s->refused > 0 ? "sending" : "accepted";
}

static char **names_of(struct arena *a, const struct rec_document *d, size_t *count)
{
	char **names = arena_array(a, d->recipients_len, sizeof *names);

	*count = names == NULL ? 0 : d->recipients_len;
	for (size_t i = 0; i < *count; i++) {
		const struct recipient *r = &d->recipients[i];
		const char *name = r->group == GROUP_SUBTREE	    ? "subtree"
				   : r->group == GROUP_SUBORDINATES ? "subordinates"
								    : r->committee.text;

		names[i] = (char *)(uintptr_t)name;
	}
	return names;
}

void control_fill_line(struct client *c, const struct found_document *f,
		       Vanthu__V1__DocumentLine *line)
{
	const struct rec_document *d = &f->document;
	uint32_t parts = d->manifest_count;

	vanthu__v1__document_line__init(line);
	line->id = field_bytes(d->id.bytes, sizeof d->id.bytes);
	line->from = (char *)(uintptr_t)d->origin.text;
	line->to = names_of(c->control->arena, d, &line->n_to);
	line->type_code = (char *)(uintptr_t)d->summary.type_code;
	line->number = (char *)(uintptr_t)d->summary.number;
	line->subject = (char *)(uintptr_t)d->summary.subject;
	line->urgency = (Vanthu__V1__Urgency)d->urgency;
	line->state = (char *)(uintptr_t)control_state(f);
	line->code = (char *)(uintptr_t)f->state.code;
	line->arrived_at_ms =
	    f->state_damaged || (f->role == ROLE_OUT && f->state.complete_at_ms == 0)
		? d->taken_at_ms
		: f->state.complete_at_ms;
	line->due_on = (char *)(uintptr_t)d->summary.due_on;
	line->issued_on = (char *)(uintptr_t)d->summary.issued_on;
	line->recipient_count = d->recipient_count;
	line->delivered = f->state.delivered;
	line->refused = f->state.refused;
	line->attachment_count = parts; /* the document itself among them */
}

/* ---- receipts ---- */

struct waiting {
	struct id_list all;
	bool *answered;
};

struct answers {
	Vanthu__V1__ReceiptView **list;
	size_t count;
};

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
		uint32_t place;

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
		if (w->all.names != NULL && names_find(w->all.names, names_of_id(&who), &place))
			w->answered[place] = true;
	}
	arena_destroy(scratch);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err control_receipts(struct client *c, const struct found_document *f,
			  Vanthu__V1__ReceiptView ***list, size_t *count)
{
	struct arena *a = c->control->arena;
	struct answers answers = { .list = arena_array(a, 2 * LISTED_MAX, sizeof *answers.list) };
	struct waiting w = { .all = { .count = 0 } };
	enum err e = f->role == ROLE_OUT ? control_recipients(c, &f->document, &w.all) : ERR_OK;

	w.answered = arena_array(a, w.all.count, sizeof *w.answered);
	if (e == ERR_OK && (answers.list == NULL || w.answered == NULL))
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = add_answers(c, f, &w, &answers);
	for (size_t i = 0; e == ERR_OK && i < w.all.count; i++) {
		if (!w.answered[i] && add_view(a, w.all.ids[i], "waiting", &answers) == NULL)
			e = ERR_NO_MEMORY;
	}
	*list = answers.list;
	*count = answers.count;
	return e;
}

/* ---- one document ---- */

static enum err fill_parts(struct arena *a, const struct head *head,
			   const struct document_body *body, Vanthu__V1__DocumentView *view)
{
	Vanthu__V1__PartView *each = arena_array(a, body->part_count, sizeof *each);

	view->parts = arena_array(a, body->part_count, sizeof *view->parts);
	if (each == NULL || view->parts == NULL)
		return ERR_NO_MEMORY;
	view->n_parts =
	    body->part_count < head->manifest_count ? body->part_count : head->manifest_count;
	for (size_t i = 0; i < view->n_parts; i++) {
		vanthu__v1__part_view__init(&each[i]);
		each[i].name = (char *)(uintptr_t)body->parts[i].name;
		each[i].media_type = (char *)(uintptr_t)body->parts[i].media_type;
		each[i].size_bytes = head->manifest[i].size_bytes;
		each[i].sha256 = field_bytes(head->manifest[i].sha256.bytes,
					     sizeof head->manifest[i].sha256.bytes);
		view->parts[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_view(struct client *c, const struct found_document *f,
			  Vanthu__V1__DocumentView *view)
{
	struct arena *a = c->control->arena;
	static const struct blob no_contents[PARTS_MAX];
	struct document_body body;
	struct rec_envelope envelope;
	struct blob bare;
	struct opened *opened = arena_alloc(a, sizeof *opened);
	enum err e = opened == NULL ? ERR_NO_MEMORY : control_envelope(c, f, &envelope);

	if (e == ERR_OK)
		e = seal_peek(a, envelope.envelope.bytes, opened);
	if (e == ERR_OK)
		e = document_body_unpack(a, opened->body, &body);
	if (e == ERR_OK)
		e = fill_parts(a, &opened->head, &body, view);
	if (e == ERR_OK)
		e = document_body_fill(a, opened->body, no_contents, body.part_count, &bare);
	if (e == ERR_OK)
		view->body = unpack(a, &vanthu__v1__document_body__descriptor, bare, &e);
	if (e != ERR_OK)
		return e;
	view->signed_by = (char *)(uintptr_t)f->document.origin.text;
	view->signed_at_ms = f->document.signed_at_ms;
	view->digest = field_bytes(f->document.digest.bytes, sizeof f->document.digest.bytes);
	view->secrecy = (Vanthu__V1__Secrecy)f->document.secrecy;
	e = control_members(c, &f->document, NULL, &view->members, &view->n_members);
	if (e == ERR_OK && view->line->recipient_count == 0)
		view->line->recipient_count = view->n_members;
	return e != ERR_OK ? e : control_receipts(c, f, &view->receipts, &view->n_receipts);
}

void control_show(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Ref *m = request->show;
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_VIEW);
	Vanthu__V1__DocumentView view = VANTHU__V1__DOCUMENT_VIEW__INIT;
	Vanthu__V1__DocumentLine line;
	struct found_document f;
	enum err e;

	if (control_find(c, id, m->text, false, &f) != ERR_OK)
		return;
	control_fill_line(c, &f, &line);
	view.line = &line;
	e = fill_view(c, &f, &view);
	if (e != ERR_OK) {
		control_say_error(c, id, e, m->text);
		return;
	}
	r.view = &view;
	control_say(c, &r);
}
