/* See details.h. */
#include "daemon/control/details.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/documents.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "daemon/control/newer.h"
#include "daemon/control/reminded.h"
#include "daemon/control/stored.h"
#include "proto/body.h"
#include "proto/fields.h"
#include "proto/seal.h"
#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* ---- what answers what ---- */

Vanthu__V1__Reference *control_reference(struct client *c, const struct doc_id *id,
					 struct committee_id origin)
{
	const struct document_ref ref = { .origin = origin, .id = *id };
	Vanthu__V1__Reference *out = NULL;

	return control_refer(c, &ref, &out) == ERR_OK ? out : NULL;
}

/* What an older build did not put into the record stands in the envelope, as long as that is
 * kept. */
static void read_envelope(struct client *c, const struct found_document *f, struct summary *out)
{
	struct arena *a = c->control->arena;
	struct opened *opened = arena_alloc(a, sizeof *opened);
	struct document_body body;
	struct rec_envelope envelope;

	if (f->state.content_dropped || opened == NULL ||
	    control_envelope(c, f, &envelope) != ERR_OK ||
	    seal_peek(a, envelope.envelope.bytes, opened) != ERR_OK ||
	    document_body_unpack(a, opened->body, &body) != ERR_OK)
		return;
	out->files = body.files;
	out->reply_to = body.answers;
}

/* ---- what has its number ---- */

Vanthu__V1__SameNumber *control_same_number(struct client *c, const struct same_number *same)
{
	Vanthu__V1__SameNumber *m;
	struct doc_id *id;

	if (same == NULL || same->count == 0)
		return NULL;
	m = arena_alloc(c->control->arena, sizeof *m);
	id = arena_alloc(c->control->arena, sizeof *id);
	if (m == NULL || id == NULL)
		return NULL;
	*id = same->id;
	vanthu__v1__same_number__init(m);
	m->id = field_bytes(id->bytes, sizeof id->bytes);
	m->number = text(same->number);
	m->date = text(same->date);
	m->paper = same->paper;
	m->count = same->count;
	return m;
}

/* In a list only of what the office has still to do: it is the time to notice it. */
static enum err fill_same(struct client *c, const struct found_document *f, bool listed,
			  enum tray at, Vanthu__V1__DocumentLine *line)
{
	struct lookup l = control_lookup(c);
	struct received received;
	struct same_number same;
	enum err e;

	if (!f->received || (listed && at == TRAY_DONE))
		return ERR_OK;
	same_number_document(&f->document, (struct doc_key){ f->role, f->serial }, &received);
	e = same_number_find(&l, c->control->arena, &received, &same);
	if (e == ERR_OK)
		line->same_number = control_same_number(c, &same);
	return e;
}

/* ---- all of it ---- */

static enum err fill_names(struct client *c, struct names *names, Vanthu__V1__DocumentLine *line)
{
	size_t left = NAMES_LINE_BYTES;

	line->from_name = control_name_of(c, names, line->from, &left);
	line->to_names = arena_array(c->control->arena, line->n_to, sizeof *line->to_names);
	if (line->to_names == NULL)
		return ERR_NO_MEMORY;
	line->n_to_names = line->n_to;
	for (size_t i = 0; i < line->n_to; i++)
		line->to_names[i] = control_name_of(c, names, line->to[i], &left);
	return ERR_OK;
}

enum err control_fill_details(struct client *c, const struct found_document *f, struct names *names,
			      bool files, Vanthu__V1__DocumentLine *line)
{
	struct summary s = f->document.summary;
	char today[DATE_MAX + 1];
	struct document_ref answer;
	enum tray at;
	enum err e = fill_names(c, names, line);

	if (control_older_summary(&f->document))
		read_envelope(c, f, &s);
	date_of_ms(control_wall_ms(c), today);
	at = control_tray(f, today);
	line->section = text(tray_name(at));
	if (e == ERR_OK)
		e = fill_same(c, f, names != NULL, at, line);
	line->deadline =
		text(tray_deadline(f->received ? f->work.due_on : "", f->document.summary.due_on));
	line->type_name = text(s.type_name);
	line->signer = text(s.signer_name);
	if (files)
		line->files = text(s.files);
	if (e == ERR_OK && s.reply_to != NULL)
		e = control_refer(c, s.reply_to, &line->answers);
	if (e == ERR_OK)
		e = control_fill_newer(c, f, line);
	line->reminds = text(s.reminds);
	line->paper_copies = s.paper_copies;
	line->published = s.published;
	if (e == ERR_OK)
		e = control_reminded(c, f, &line->reminded);
	if (e != ERR_OK || !f->received || !doc_id_valid(&f->work.answer))
		return e;
	answer = (struct document_ref){ .origin = core_self(c->control->parts.core),
					.id = f->work.answer };
	return control_refer(c, &answer, &line->answered_by);
}
