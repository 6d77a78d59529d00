/* See told.h. */
#include "routing/documents/told.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/documents/facts.h"
#include "routing/links/links.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { ROWS_PER_TICK = 256 };

enum err told_waits(struct turn_view *t, struct doc_key doc, struct committee_id to, bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_TOLD, key_receipt(doc.role, doc.serial, to), &r);

	*yes = e == ERR_OK && r.u.told.unsent != 0;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err told_wait(struct turn_view *t, struct doc_key doc, struct committee_id to, uint32_t n)
{
	struct key key = key_receipt(doc.role, doc.serial, to);
	struct record r;
	enum err e = core_get(t, FAMILY_TOLD, key, &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	if (e != ERR_OK)
		r = (struct record){ .family = FAMILY_TOLD };
	if (r.u.told.unsent != 0)
		return ERR_OK;
	r.u.told.unsent = n;
	core_put(t, key, &r);
	return ERR_OK;
}

enum err told_again(struct turn_view *t, struct doc_key doc, struct committee_id to)
{
	struct key key = key_receipt(doc.role, doc.serial, to);
	struct record r;
	enum err e = core_get(t, FAMILY_TOLD, key, &r);

	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		r = (struct record){ .family = FAMILY_TOLD };
	else if (e != ERR_OK)
		return e;
	r.u.told.unsent = 1;
	core_put(t, key, &r);
	told_begin(t);
	return ERR_OK;
}

/* Does the recipient have what it is asked back? Until then it could not say which it is. */
static enum err is_there(struct turn_view *t, struct doc_key doc, struct committee_id to, bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_RECEIPT, key_receipt(doc.role, doc.serial, to), &r);

	*yes = e == ERR_OK && r.u.receipt.kind == KIND_RECEIPT;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* One that was signed goes as it was, so that both ends have the same bytes; unless its key has
 * ended since, and nobody would take it. *done: it has. ERR_NO_ROUTE: not yet. */
static enum err say_as_signed(struct turn_view *t, struct committee_id to,
			      const struct sealed *envelope, bool *done)
{
	struct committee_id nobody = { "" };
	const struct digest unknown = { { 0 } };
	struct rec_stream s = { .role = ROLE_NONE,
				.fact = *envelope,
				.size_bytes = envelope->bytes.len_bytes };
	bool ended;
	enum err e = fact_key_ended(t, envelope, &s.digest, &ended);

	*done = e == ERR_OK && !ended && envelope->draft == 0 &&
		memcmp(&s.digest, &unknown, sizeof unknown) != 0;
	return *done ? fact_forward(t, to, nobody, &s) : e;
}

/* The n-th of our statuses, once more. ERR_NO_ROUTE: not yet. ERR_NOT_FOUND: there is no such
 * one. */
static enum err say(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		    struct committee_id to, uint32_t n)
{
	struct key key = key_status(doc.role, doc.serial, t->core->config.self, n);
	struct fact fact = { .kind = KIND_STATUS,
			     .document = { d->origin, d->id, d->digest } };
	struct record r;
	bool done = false;
	enum err e = core_get(t, FAMILY_STATUS, key, &r);

	if (e == ERR_OK && doc.role != ROLE_OUT && r.u.status.envelope.bytes.len_bytes > 0)
		e = say_as_signed(t, to, &r.u.status.envelope, &done);
	if (e != ERR_OK || done)
		return e;
	fact.at_ms = r.u.status.at_ms;
	fact.note = r.u.status.note;
	fact.status = r.u.status.status;
	memcpy(fact.code, r.u.status.code, sizeof fact.code);
	/* Ours has many envelopes, one for each that is asked: none of them is kept. */
	e = fact_send(t, to, &fact, NULL, 0, doc.role == ROLE_OUT ? NULL : &r.u.status.envelope);
	if (e == ERR_OK && doc.role != ROLE_OUT)
		core_put(t, key, &r);
	return e;
}

static enum err ask(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		    struct committee_id to, uint32_t *unsent)
{
	enum err e = say(t, doc, d, to, *unsent);

	if (e == ERR_NO_ROUTE)
		return ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	*unsent = 0;
	return ERR_OK;
}

/* One after the other, to the last that there is. */
static enum err go_on(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		      struct committee_id to, uint32_t *unsent)
{
	enum err e = ERR_OK;

	while ((e == ERR_OK || e == ERR_DAMAGED) && plan_has_room(t->plan)) {
		e = say(t, doc, d, to, *unsent);
		if (e == ERR_OK || e == ERR_DAMAGED)
			++*unsent;
	}
	if (e == ERR_NOT_FOUND)
		*unsent = 0;
	return e == ERR_NOT_FOUND || e == ERR_NO_ROUTE || e == ERR_DAMAGED ? ERR_OK : e;
}

/* All that waits for one committee, as far as a way leads there. */
static enum err tell(struct turn_view *t, struct doc_key doc, struct committee_id to,
		     struct rec_told told)
{
	struct key key = key_receipt(doc.role, doc.serial, to);
	struct record document, r = { .family = FAMILY_TOLD, .u.told = told };
	bool there = true;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &document);

	if (e == ERR_OK && doc.role == ROLE_OUT && !t->core->config.asks_at_once)
		e = is_there(t, doc, to, &there);
	if (e != ERR_OK || !there)
		return e == ERR_DAMAGED || e == ERR_NOT_FOUND ? ERR_OK : e;
	e = doc.role == ROLE_OUT ? ask(t, doc, &document.u.document, to, &r.u.told.unsent)
				 : go_on(t, doc, &document.u.document, to, &r.u.told.unsent);
	if (e != ERR_OK)
		return e;
	if (r.u.told.unsent == told.unsent)
		return ERR_OK;
	if (r.u.told.unsent == 0 && r.u.told.asked == 0)
		core_erase(t, FAMILY_TOLD, key);
	else
		core_put(t, key, &r);
	return ERR_OK;
}

enum err told_delivered(struct turn_view *t, struct doc_key doc, struct committee_id to)
{
	struct record r;
	enum err e = core_get(t, FAMILY_TOLD, key_receipt(doc.role, doc.serial, to), &r);

	if (e == ERR_OK && r.u.told.unsent != 0 && guard_may_sign(t) == ERR_OK)
		e = tell(t, doc, to, r.u.told);
	else if (e == ERR_OK && r.u.told.unsent != 0)
		told_begin(t);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

void told_begin(struct turn_view *t)
{
	t->core->telling = (struct telling){ .active = true };
	t->core->next_tick_ms = t->now.mono_ms;
}

enum err told_tick(struct turn_view *t)
{
	struct telling *w = &t->core->telling;
	struct key all = { .len_bytes = 0 };
	struct scan scan = w->moved_on ? scan_from(all, w->at) : scan_of(all);
	enum err e = ERR_OK;

	if (!w->active || guard_may_sign(t) != ERR_OK)
		return ERR_OK; /* it goes on when we may sign */
	for (unsigned i = 0; i < ROWS_PER_TICK && e == ERR_OK && plan_has_room(t->plan); i++) {
		struct committee_id to;
		struct doc_key doc;
		struct record r;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_TOLD, &scan, &r);
		if (e != ERR_OK)
			continue;
		w->at = scan.at;
		w->moved_on = true;
		if (r.u.told.unsent != 0 &&
		    key_parse_receipt(&scan.at, &doc.role, &doc.serial, &to))
			e = tell(t, doc, to, r.u.told);
	}
	if (e == ERR_NOT_FOUND)
		w->active = false;
	else if (e == ERR_OK)
		t->core->next_tick_ms = t->now.mono_ms;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
