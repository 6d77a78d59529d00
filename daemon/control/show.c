/* See show.h. */
#include "daemon/control/show.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/details.h"
#include "daemon/control/documents.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "daemon/control/receipts.h"
#include "daemon/control/recipients.h"
#include "daemon/control/statuses.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/pb.h"
#include "proto/seal.h"

/* The parts as the body names them, with sizes and digests from the head. Their contents leave the
 * body: who shows a document fetches them by themselves. */
static enum err fill_parts(struct arena *a, const struct head *head, Vanthu__V1__DocumentBody *body,
			   Vanthu__V1__DocumentView *view)
{
	Vanthu__V1__PartView *each = arena_array(a, body->n_parts, sizeof *each);

	view->parts = arena_array(a, body->n_parts, sizeof *view->parts);
	if (each == NULL || view->parts == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < body->n_parts; i++)
		body->parts[i]->content = field_bytes(NULL, 0);
	view->n_parts = body->n_parts < head->manifest_count ? body->n_parts : head->manifest_count;
	for (size_t i = 0; i < view->n_parts; i++) {
		vanthu__v1__part_view__init(&each[i]);
		each[i].name = body->parts[i]->name;
		each[i].media_type = body->parts[i]->media_type;
		each[i].size_bytes = head->manifest[i].size_bytes;
		each[i].sha256 = field_bytes(head->manifest[i].sha256.bytes,
					     sizeof head->manifest[i].sha256.bytes);
		view->parts[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_member_names(struct client *c, Vanthu__V1__DocumentView *view)
{
	size_t left = NAMES_VIEW_BYTES;

	view->member_names =
		arena_array(c->control->arena, view->n_members, sizeof *view->member_names);
	if (view->member_names == NULL)
		return ERR_NO_MEMORY;
	view->n_member_names = view->n_members;
	for (size_t i = 0; i < view->n_members; i++)
		view->member_names[i] = control_name_of(c, NULL, view->members[i], &left);
	return ERR_OK;
}

/* What is left of the parts of one that was given back: names, sizes and digests. */
static enum err fill_gone(struct arena *a, const struct rec_document *d,
			  Vanthu__V1__DocumentView *view)
{
	Vanthu__V1__PartView *each = arena_array(a, d->manifest_count, sizeof *each);
	const char *files = d->summary.files == NULL ? "" : d->summary.files;

	view->parts = arena_array(a, d->manifest_count, sizeof *view->parts);
	if (each == NULL || view->parts == NULL)
		return ERR_NO_MEMORY;
	view->n_parts = d->manifest_count;
	for (size_t i = 0; i < view->n_parts; i++) {
		size_t len = strcspn(files, "\n");

		vanthu__v1__part_view__init(&each[i]);
		each[i].name = (char *)(uintptr_t)arena_text(a, files, len);
		if (each[i].name == NULL)
			return ERR_NO_MEMORY;
		each[i].size_bytes = d->manifest[i].size_bytes;
		each[i].sha256 = field_bytes(d->manifest[i].sha256.bytes,
					     sizeof d->manifest[i].sha256.bytes);
		view->parts[i] = &each[i];
		files += len + (files[len] == '\n');
	}
	return ERR_OK;
}

/* The body, and what it says of the parts. */
static enum err fill_body(struct client *c, const struct found_document *f,
			  Vanthu__V1__DocumentView *view)
{
	struct arena *a = c->control->arena;
	struct rec_envelope envelope;
	struct opened *opened = arena_alloc(a, sizeof *opened);
	enum err e = opened == NULL ? ERR_NO_MEMORY : control_envelope(c, f, &envelope);

	if (e == ERR_CONTENT_RECALLED || e == ERR_CONTENT_ARCHIVED || e == ERR_SIGNED_LOST)
		return fill_gone(a, &f->document, view);
	if (e == ERR_OK)
		e = seal_peek(a, envelope.envelope.bytes, opened);
	/* What a body may say was checked before it was stored. */
	if (e == ERR_OK)
		view->body = pb_unpack(a, &vanthu__v1__document_body__descriptor, opened->body, &e);
	if (e == ERR_OK)
		e = fill_parts(a, &opened->head, view->body, view);
	return e;
}

static enum err fill_view(struct client *c, const struct found_document *f,
			  Vanthu__V1__DocumentView *view)
{
	enum err e = fill_body(c, f, view);

	if (e != ERR_OK)
		return e;
	view->signed_by = (char *)(uintptr_t)f->document.origin.text;
	view->signed_at_ms = f->document.signed_at_ms;
	view->digest = field_bytes(f->document.digest.bytes, sizeof f->document.digest.bytes);
	view->secrecy = (Vanthu__V1__Secrecy)f->document.secrecy;
	e = control_members(c, &f->document, NULL, &view->members, &view->n_members);
	if (e == ERR_OK)
		e = fill_member_names(c, view);
	if (e == ERR_OK && view->line->recipient_count == 0)
		view->line->recipient_count = view->n_members;
	if (e == ERR_OK)
		e = control_receipts(c, f, &view->receipts, &view->n_receipts);
	return e == ERR_OK ? control_statuses(c, f, view) : e;
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

	if (control_find_ref(c, id, m, &f) != ERR_OK)
		return;
	control_fill_line(c, &f, &line);
	view.line = &line;
	e = control_fill_details(c, &f, NULL, false, &line);
	if (e == ERR_OK)
		e = fill_view(c, &f, &view);
	if (e != ERR_OK) {
		control_say_error(c, id, e, m->foreign_id[0] != '\0' ? m->foreign_id : m->text);
		return;
	}
	r.view = &view;
	control_say(c, &r);
}
