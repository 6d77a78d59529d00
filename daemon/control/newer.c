/* See newer.h. */
#include "daemon/control/newer.h"

#include <stdio.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"

enum { NEWER_MAX = 16, NEWER_READ_MAX = 64 };

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* Its number and subject, where it was sent from here or came here. */
static enum err look_up(struct client *c, const struct document_ref *ref,
			Vanthu__V1__Reference *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_ident(ref->id, ref->origin);
	struct rec_document d;
	struct rec_paper paper;
	struct serial serial;
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_IDENT, &key, &r);

	if (e == ERR_OK && r.u.ident.role == ROLE_RELAY)
		return ERR_OK; /* it only passed: not for this office */
	if (e == ERR_OK && r.u.ident.role == ROLE_PAPER) {
		e = control_find_paper_id(c, &ref->id, &serial, &paper);
		out->number = text(e == ERR_OK ? paper.number : "");
		out->subject = text(e == ERR_OK ? paper.subject : "");
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	}
	if (e == ERR_OK) {
		key = key_serial(r.u.ident.role, r.u.ident.serial);
		e = control_get_document(c, c->control->arena, &key, &d);
	}
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	out->number = text(d.summary.number);
	out->subject = text(d.summary.subject);
	return ERR_OK;
}

enum err control_refer(struct client *c, const struct document_ref *ref,
		       Vanthu__V1__Reference **out)
{
	struct document_ref *kept = arena_alloc(c->control->arena, sizeof *kept);
	Vanthu__V1__Reference *m = arena_alloc(c->control->arena, sizeof *m);

	if (kept == NULL || m == NULL)
		return ERR_NO_MEMORY;
	*kept = *ref;
	vanthu__v1__reference__init(m);
	m->id = field_bytes(kept->id.bytes, sizeof kept->id.bytes);
	m->from = kept->origin.text;
	*out = m;
	return look_up(c, kept, m);
}

static enum err skip_unread(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* A document that is sent from here, or came here. ERR_NOT_FOUND: it only passed, or is not
 * here. */
static enum err load(struct client *c, struct committee_id origin, const struct doc_id *id,
		     struct doc_key *key, struct rec_document *out)
{
	struct lookup l = control_lookup(c);
	struct key at = key_ident(*id, origin);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_IDENT, &at, &r);

	if (e == ERR_OK && r.u.ident.role != ROLE_IN && r.u.ident.role != ROLE_OUT)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	*key = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	at = key_serial(key->role, key->serial);
	return control_get_document(c, c->control->arena, &at, out);
}

enum business control_business(struct client *c, struct committee_id origin,
			       const struct doc_id *id)
{
	struct rec_document d;
	struct doc_key key;

	return load(c, origin, id, &key, &d) == ERR_OK ? d.summary.business : BUSINESS_NONE;
}

enum err control_older_number(struct client *c, const struct rec_document *d, char **out)
{
	const struct doc_id *id = concerns_older(&d->summary, d->origin);
	struct rec_document older;
	struct doc_key key;
	enum err e =
		doc_id_valid(id) ? load(c, d->origin, id, &key, &older) : ERR_NOT_FOUND;

	*out = text(e == ERR_OK ? older.summary.number : "");
	return skip_unread(e);
}

/* Whose answer to which request about which older document. */
struct asked {
	struct doc_key older;
	struct committee_id office;
	const struct doc_id *request;
};

/* The last one: OFFICE_NONE none; *note in the arena of requests. */
static enum err answer_of(struct client *c, const struct asked *q, struct arena *scratch,
			  enum office_status *out, text_t *note)
{
	struct scan scan = scan_of(key_statuses(q->older.role, q->older.serial, q->office));
	struct lookup l = control_lookup(c);
	char last[NOTE_MAX + 1] = "";
	enum err e = ERR_OK;

	*out = OFFICE_NONE;
	*note = "";
	while (e == ERR_OK) {
		struct record r;

		if (scratch != c->control->arena)
			arena_reset(scratch);
		e = l.next(l.ctx, scratch, FAMILY_STATUS, &scan, &r);
		if (e != ERR_OK ||
		    memcmp(&r.u.status.status.request, q->request, sizeof *q->request) != 0)
			continue;
		*out = office_status_of(r.u.status.code);
		/* of many only the last is kept: an office may say much */
		snprintf(last, sizeof last, "%s", r.u.status.note);
	}
	if (last[0] != '\0')
		*note = arena_text(c->control->arena, last, strlen(last));
	return *note == NULL ? ERR_NO_MEMORY : skip_unread(e);
}

enum err control_request(struct client *c, const struct found_document *f,
			 struct committee_id who, struct arena *scratch,
			 Vanthu__V1__ReceiptView *v)
{
	const struct doc_id *id = concerns_older(&f->document.summary, f->document.origin);
	struct rec_document older;
	struct doc_key key;
	enum office_status answer;
	text_t note;
	enum err e;

	if (f->role != ROLE_OUT || !doc_id_valid(id))
		return ERR_OK;
	e = load(c, f->document.origin, id, &key, &older);
	if (e == ERR_OK) {
		const struct asked q = { key, who, &f->document.id };

		e = answer_of(c, &q, scratch, &answer, &note);
	}
	if (e != ERR_OK)
		return skip_unread(e);
	v->request = text(
		office_status_code(answer == OFFICE_NONE ? OFFICE_RECALL_ASKED : answer));
	v->request_note = text(note);
	return ERR_OK;
}

static enum err add_newer(struct client *c, const struct found_document *f,
			  const struct rec_document *d, Vanthu__V1__DocumentLine *line)
{
	Vanthu__V1__NewerDocument *m = arena_alloc(c->control->arena, sizeof *m);
	struct document_ref ref = { .origin = d->origin, .id = d->id };
	enum office_status answer = OFFICE_NONE;
	text_t note;
	enum err e = ERR_OK;

	if (m == NULL)
		return ERR_NO_MEMORY;
	vanthu__v1__newer_document__init(m);
	m->business = (Vanthu__V1__Business)d->summary.business;
	if (f->received) {
		const struct asked q = { { f->role, f->serial },
					 core_self(c->control->parts.core),
					 &d->id };

		e = answer_of(c, &q, c->control->arena, &answer, &note);
		m->answer = text(office_status_code(answer == OFFICE_NONE ? OFFICE_RECALL_ASKED
									  : answer));
	}
	if (e == ERR_OK)
		e = control_refer(c, &ref, &m->document);
	if (e == ERR_OK)
		line->newer[line->n_newer++] = m;
	return e;
}

static enum err find_newer(struct client *c, const struct found_document *f,
			   Vanthu__V1__DocumentLine *line)
{
	struct scan scan = scan_of(matter_prefix(MATTER_CONCERNED, &f->document.id));
	struct lookup l = control_lookup(c);
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < NEWER_READ_MAX && line->n_newer < NEWER_MAX; i++) {
		struct rec_document d;
		struct doc_key doc;
		struct record r;
		struct key key;

		e = l.next(l.ctx, c->control->arena, FAMILY_NUMBER, &scan, &r);
		if (e != ERR_OK || !matter_parse(&scan.at, &doc.role, &doc.serial) ||
		    doc.role != f->role)
			continue;
		key = key_serial(doc.role, doc.serial);
		e = control_get_document(c, c->control->arena, &key, &d);
		if (e == ERR_OK && id_equal(d.origin, f->document.origin))
			e = add_newer(c, f, &d, line);
		e = skip_unread(e);
	}
	return skip_unread(e);
}

/* NULL: the content is here, or went otherwise; or no memory. */
static Vanthu__V1__Archived *archived(struct arena *a, const struct rec_state *s)
{
	Vanthu__V1__Archived *out;
	struct digest *evidence;

	if (!s->content_dropped || s->archived_at_ms == 0)
		return NULL;
	out = arena_alloc(a, sizeof *out);
	evidence = arena_alloc(a, sizeof *evidence);
	if (out == NULL || evidence == NULL)
		return NULL;
	vanthu__v1__archived__init(out);
	*evidence = s->archive_evidence;
	out->at_ms = s->archived_at_ms;
	out->archive = text(s->archive);
	out->evidence = field_bytes(evidence->bytes, sizeof evidence->bytes);
	return out;
}

enum err control_fill_newer(struct client *c, const struct found_document *f,
			    Vanthu__V1__DocumentLine *line)
{
	const struct summary *s = &f->document.summary;
	enum err e = ERR_OK;

	line->business = (Vanthu__V1__Business)s->business;
	line->content_dropped =
		f->received && f->state.content_dropped && f->state.archived_at_ms == 0;
	line->archived = archived(c->control->arena, &f->state);
	line->newer = arena_array(c->control->arena, NEWER_MAX, sizeof *line->newer);
	if (line->newer == NULL)
		return ERR_NO_MEMORY;
	if (doc_id_valid(concerns_older(s, f->document.origin)))
		e = control_refer(c, s->concerns, &line->older);
	return e == ERR_OK ? find_newer(c, f, line) : e;
}
