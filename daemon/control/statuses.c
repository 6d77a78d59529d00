/* See statuses.h. */
#include "daemon/control/statuses.h"

#include <stdio.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "daemon/control/newer.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"

enum { STATUS_ARENA_BYTES = 1 << 20, VIEW_OVERHEAD_BYTES = 96, VIEWS_MAX = STATUSES_BYTES / 128 };

static char *kept(struct arena *a, text_t text)
{
	return (char *)(uintptr_t)arena_text(a, text, strlen(text));
}

/* Copied: the record lies in memory that is used again for the next one. */
static Vanthu__V1__StatusView *view_of(struct arena *a, struct committee_id office,
				       const struct rec_status *s, size_t *bytes)
{
	Vanthu__V1__StatusView *v = arena_alloc(a, sizeof *v);
	struct blob answer = { s->status.answer.bytes, sizeof s->status.answer.bytes },
		    request = { s->status.request.bytes, sizeof s->status.request.bytes };

	if (v == NULL)
		return NULL;
	vanthu__v1__status_view__init(v);
	v->committee = kept(a, office.text);
	v->code = kept(a, s->code);
	v->n = s->status.n;
	v->at_ms = s->at_ms;
	v->note = kept(a, s->note);
	v->person = kept(a, s->status.person);
	v->arrival = s->status.arrival;
	v->due_on = kept(a, s->status.due_on);
	if (doc_id_valid(&s->status.answer)) {
		answer = arena_blob(a, answer);
		v->answer = field_bytes(answer.data, answer.len_bytes);
	}
	if (doc_id_valid(&s->status.request)) {
		request = arena_blob(a, request);
		v->request = field_bytes(request.data, request.len_bytes);
	}
	*bytes += VIEW_OVERHEAD_BYTES + strlen(s->note) + strlen(s->status.person);
	return v->committee == NULL || v->code == NULL || v->note == NULL || v->person == NULL ||
		       v->due_on == NULL
		   ? NULL
		   : v;
}

/* All statuses of a document, of each office as many of the first as fit `most` bytes. *offices:
 * how many said something. */
static enum err add_all(struct client *c, const struct found_document *f, size_t most,
			Vanthu__V1__DocumentView *view, uint32_t *offices)
{
	struct arena *a = c->control->arena, *scratch = arena_new(STATUS_ARENA_BYTES);
	struct scan scan = scan_of(key_serial(f->role, f->serial));
	struct lookup l = control_lookup(c);
	struct committee_id last = { "" };
	size_t bytes = 0, of_office = 0;
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	*offices = view->status_count = 0;
	view->n_statuses = 0;
	while (e == ERR_OK) {
		struct committee_id office;
		size_t before = bytes;
		struct serial serial;
		struct record r;
		enum role role;
		uint32_t n;

		arena_reset(scratch);
		e = l.next(l.ctx, scratch, FAMILY_STATUS, &scan, &r);
		if (e != ERR_OK || !key_parse_status(&scan.at, &role, &serial, &office, &n))
			continue;
		view->status_count++;
		if (*offices == 0 || !id_equal(office, last)) {
			last = office;
			of_office = 0;
			++*offices;
		}
		if (view->n_statuses == VIEWS_MAX || bytes > STATUSES_BYTES - 2 * NOTE_MAX ||
		    of_office > most)
			continue;
		view->statuses[view->n_statuses] = view_of(a, office, &r.u.status, &bytes);
		if (view->statuses[view->n_statuses++] == NULL)
			e = ERR_NO_MEMORY;
		of_office += bytes - before;
	}
	arena_destroy(scratch);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err control_statuses(struct client *c, const struct found_document *f,
			  Vanthu__V1__DocumentView *view)
{
	size_t names_bytes = NAMES_LINE_BYTES;
	uint32_t offices;
	enum err e;

	view->statuses = arena_array(c->control->arena, VIEWS_MAX, sizeof *view->statuses);
	if (view->statuses == NULL)
		return ERR_NO_MEMORY;
	e = add_all(c, f, STATUSES_BYTES, view, &offices);
	/* One that says much leaves the others their share. */
	if (e == ERR_OK && view->status_count > view->n_statuses && offices > 1)
		e = add_all(c, f, STATUSES_BYTES / offices / 2, view, &offices);
	for (size_t i = 0; e == ERR_OK && i < view->n_statuses; i++)
		view->statuses[i]->name =
			control_name_of(c, NULL, view->statuses[i]->committee, &names_bytes);
	return e;
}

enum err control_office_last(struct client *c, const struct found_document *f,
			     struct committee_id office, struct arena *scratch,
			     struct office_last *out)
{
	struct scan scan = scan_of(key_statuses(f->role, f->serial, office));
	struct lookup l = control_lookup(c);
	char note[NOTE_MAX + 1] = "";
	bool noted = false;
	enum err e = ERR_OK;

	*out = (struct office_last){ .at_ms = 0 };
	while (e == ERR_OK) {
		struct record r;
		enum office_status s;

		arena_reset(scratch);
		e = l.next(l.ctx, scratch, FAMILY_STATUS, &scan, &r);
		if (e != ERR_OK)
			continue;
		s = office_status_of(r.u.status.code);
		/* what it says to a newer document is no answer to a recall, unless that is one */
		if (doc_id_valid(&r.u.status.status.request) &&
		    control_business(c, f->document.origin, &r.u.status.status.request) !=
			    BUSINESS_RECALL)
			continue;
		office_status_apply(&out->stand, s);
		if (s == OFFICE_RECALL_AGREED || s == OFFICE_RECALL_DECLINED) {
			out->recalls += !doc_id_valid(&r.u.status.status.request);
			noted = true; /* of many only the last is kept: an office may say much */
			snprintf(note, sizeof note, "%s", r.u.status.note);
		}
		if (s < OFFICE_RECALL_ASKED)
			memcpy(out->code, r.u.status.code, sizeof out->code);
		if (r.u.status.status.arrival != 0)
			out->arrival = r.u.status.status.arrival;
		out->at_ms = r.u.status.at_ms;
	}
	if (e == ERR_NOT_FOUND && noted)
		out->recall_note = kept(c->control->arena, note);
	if (e == ERR_NOT_FOUND && noted && out->recall_note == NULL)
		return ERR_NO_MEMORY;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
