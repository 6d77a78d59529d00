/* See matter.h. */
#include "routing/documents/matter.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* Envelopes are larger than the records that other indexes read. */
enum { RECORDS_PER_TICK = 32 };
static const char note_name[] = "matters";

static void put(struct turn_view *t, enum matter_link link, const struct doc_id *of,
		struct doc_key doc)
{
	struct record r = { .family = FAMILY_NUMBER };

	if (doc_id_valid(of))
		core_put(t, matter_key(link, of, doc.role, doc.serial), &r);
}

const struct doc_id *matter_answered(const struct summary *s)
{
	static const struct doc_id nothing;

	return s->reply_to == NULL ? &nothing : &s->reply_to->id;
}

void matter_answers(struct turn_view *t, const struct doc_id *answered, struct doc_key doc)
{
	put(t, MATTER_ANSWERED, answered, doc);
}

void matter_answers_no_more(struct turn_view *t, const struct doc_id *answered, struct doc_key doc)
{
	if (doc_id_valid(answered))
		core_erase(t, FAMILY_NUMBER,
			   matter_key(MATTER_ANSWERED, answered, doc.role, doc.serial));
}

void matter_finished(struct turn_view *t, const struct doc_id *answer, struct doc_key doc)
{
	put(t, MATTER_FINISHED, answer, doc);
}

/* What cannot be read links nothing. */
static enum err skip_unread(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The work on a document that we received. */
static enum err work_on(struct turn_view *t, const struct rec_ident *ident, struct rec_work *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_WORK, key_serial(ident->role, ident->serial), &r);

	*out = e == ERR_OK ? r.u.work : (struct rec_work){ .n = 0 };
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Where it lies; role NONE: not here, or it only passes. Of whatever issuer, where nobody said. */
static enum err find_answered(struct turn_view *t, const struct document_ref *answered,
			      struct rec_ident *out)
{
	struct key key = key_ident(answered->id, answered->origin);
	bool exact = !id_empty(answered->origin);
	struct scan scan = scan_of(key);
	struct record r;
	enum err e = exact ? core_get(t, FAMILY_IDENT, key, &r) : ERR_OK;

	*out = (struct rec_ident){ .role = ROLE_NONE };
	if (exact && e == ERR_OK && r.u.ident.role != ROLE_RELAY)
		*out = r.u.ident;
	while (!exact && e == ERR_OK && out->role == ROLE_NONE) {
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_IDENT, &scan, &r);
		if (e == ERR_OK && r.u.ident.role != ROLE_RELAY)
			*out = r.u.ident;
	}
	return skip_unread(e);
}

enum err matter_warning(struct turn_view *t, const struct document_ref *answered, enum err *out)
{
	struct rec_ident ident;
	struct rec_work work;
	enum err e;

	*out = ERR_OK;
	if (answered == NULL || !doc_id_valid(&answered->id))
		return ERR_OK;
	e = find_answered(t, answered, &ident);
	if (e == ERR_OK && ident.role == ROLE_NONE)
		*out = ERR_ANSWERED_UNKNOWN;
	if (e != ERR_OK || ident.role != ROLE_IN)
		return e;
	e = work_on(t, &ident, &work);
	if (e == ERR_OK &&
	    (work.stand.work < OFFICE_ACCEPTED || office_stand_asked_back(&work.stand) ||
	     office_stand_frozen(&work.stand) || work.stand.replaced))
		*out = ERR_ANSWERED_STATE;
	return skip_unread(e);
}

/* ---- a store from before ---- */

static void write_note(struct turn_view *t)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = 1 } };

	core_put(t, key_name(note_name), &r);
}

enum err matter_load(struct turn_view *t)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(note_name), &r);

	if (e == ERR_OK || (e != ERR_NOT_FOUND && e != ERR_DAMAGED))
		return e;
	if (t->core->next_serial > 1 && t->core->config.answered_by != NULL)
		t->core->matters = (struct matters){ .active = true, .role = ROLE_OUT };
	else
		write_note(t);
	return ERR_OK;
}

/* With what the offices said that they finished it: ours, or the recipients. */
static enum err index_statuses(struct turn_view *t, struct doc_key doc)
{
	struct scan scan = scan_of(key_serial(doc.role, doc.serial));
	struct record r;
	enum err e;

	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STATUS, &scan, &r)) ==
	       ERR_OK)
		matter_finished(t, &r.u.status.status.answer, doc);
	return skip_unread(e);
}

static enum err index_document(struct turn_view *t, struct doc_key doc)
{
	struct document_ref answered;
	struct record r;
	enum err e = core_get(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &r);

	if (e == ERR_OK && t->core->config.answered_by(t->plan->arena, r.u.envelope.envelope.bytes,
						       &answered) == ERR_OK)
		matter_answers(t, &answered.id, doc);
	e = skip_unread(e);
	return e == ERR_OK ? index_statuses(t, doc) : e;
}

/* The next document. One that the index has already is put once more, which changes nothing: after
 * a crash indexing starts again. */
static enum err step(struct turn_view *t)
{
	struct matters *m = &t->core->matters;
	struct key prefix = key_role(m->role);
	struct scan scan = m->begun ? scan_from(prefix, m->at) : scan_of(prefix);
	struct doc_key doc;
	struct record r;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_DOCUMENT, &scan, &r);

	if (e == ERR_NOT_FOUND && m->role == ROLE_OUT) {
		*m = (struct matters){ .active = true, .role = ROLE_IN };
		return ERR_OK;
	}
	if (e == ERR_NOT_FOUND) {
		m->active = false;
		plan_goes_alone(t->plan); /* what is shown of threads is whole from here on */
		write_note(t);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	m->begun = true;
	m->at = scan.at;
	return key_parse_serial(&scan.at, &doc.role, &doc.serial) ? index_document(t, doc) : ERR_OK;
}

enum err matter_tick(struct turn_view *t)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; i < RECORDS_PER_TICK && t->core->matters.active &&
			     plan_has_room(t->plan) && e == ERR_OK;
	     i++)
		e = step(t);
	if (t->core->matters.active)
		t->core->next_tick_ms = t->now.mono_ms; /* the rest goes on in between */
	return e;
}
