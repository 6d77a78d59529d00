/* See open_work.h. */
#include "routing/documents/open_work.h"

#include <string.h>

#include "routing/documents/sent_work.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { RECORDS_PER_TICK = 128, ROUND_MS = 60 * 1000 };
/* What the note says is indexed: what we received, by an older build; what we sent too. */
enum { INDEXED_RECEIVED = 1, INDEXED_BOTH = 2 };
static const char note_name[] = "open-work";

enum err open_work_follow(struct turn_view *t, struct doc_key doc,
			  const struct office_stand *stand)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct record r;
	enum err e;

	if (!deadline_is_open(stand)) {
		core_erase(t, FAMILY_OPEN, key);
		return ERR_OK;
	}
	e = core_get(t, FAMILY_OPEN, key, &r);
	if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	r = (struct record){ .family = FAMILY_OPEN };
	core_put(t, key, &r);
	return ERR_OK;
}

/* ---- a store from before ---- */

static void write_note(struct turn_view *t)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = INDEXED_BOTH } };

	core_put(t, key_name(note_name), &r);
}

enum err open_work_load(struct turn_view *t)
{
	struct record r;
	struct open_work *o = &t->core->open_work;
	enum err e = core_get(t, FAMILY_META, key_name(note_name), &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	if (e == ERR_OK && r.u.note.number >= INDEXED_BOTH)
		return ERR_OK;
	o->indexing = t->core->next_serial > 1;
	o->index_role = e == ERR_OK ? ROLE_OUT : ROLE_IN;
	if (!o->indexing)
		write_note(t);
	return ERR_OK;
}

/* Where the work on a document stands; *has: it is here in full, and for us. */
static enum err read_stand(struct turn_view *t, struct key key, const struct rec_document *d,
			   struct rec_work *work, int64_t *arrived_at_ms, bool *has)
{
	struct record r;
	enum err e = core_get(t, FAMILY_STATE, key, &r);

	*has = false;
	*work = (struct rec_work){ .due_on = "" };
	if (e != ERR_OK || !d->mine || r.u.state.complete_at_ms == 0)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	*arrived_at_ms = r.u.state.complete_at_ms;
	*has = true;
	e = core_get(t, FAMILY_WORK, key, &r);
	if (e == ERR_OK)
		*work = r.u.work;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err index_one(struct turn_view *t, struct scan *scan)
{
	struct rec_document d;
	struct rec_work work;
	struct doc_key doc;
	struct record r;
	int64_t arrived_at_ms;
	bool has;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_DOCUMENT, scan, &r);

	if (e != ERR_OK || !key_parse_serial(&scan->at, &doc.role, &doc.serial))
		return e;
	d = r.u.document;
	if (doc.role == ROLE_OUT)
		return sent_work_index(t, doc, &d);
	e = read_stand(t, scan->at, &d, &work, &arrived_at_ms, &has);
	return e == ERR_OK && has ? open_work_follow(t, doc, &work.stand) : e;
}

/* ---- deadlines ---- */

static void tell(struct turn_view *t, enum notice what, const struct rec_document *d,
		 const struct deadline *deadline)
{
	struct document_ref ref = { d->origin, d->id, d->digest };
	struct act *a = plan_act(t->plan, ACT_NOTIFY);

	a->u.notify = (struct act_notify){ .what = what,
					   .document = ref,
					   .committee = d->origin,
					   .summary = d->summary,
					   .due_reason = deadline->reason,
					   .due_at_ms = deadline->at_ms };
	memcpy(a->u.notify.due_on, deadline->on, sizeof a->u.notify.due_on);
}

/* What has just come is always due soon: of it only that its last day has begun is worth telling,
 * and of what is due at once nothing but that it is late. */
static bool is_worth_telling(enum deadline_state state, enum deadline_reason reason)
{
	if (state == DEADLINE_TODAY)
		return reason != DEADLINE_AT_ONCE;
	return state == DEADLINE_SOON && reason != DEADLINE_REGISTER && reason != DEADLINE_AT_ONCE;
}

static void judge(struct turn_view *t, struct key key, const struct rec_open *told,
		  const struct rec_document *d, const struct deadline *deadline)
{
	enum deadline_state state =
		deadline_state_at(&t->core->deadlines, deadline, t->now.wall_ms);
	struct record r = { .family = FAMILY_OPEN, .u.open = *told };
	enum role role;
	struct serial serial;

	if (state == DEADLINE_OVERDUE && told->late_at_ms != deadline->at_ms) {
		r.u.open.late_at_ms = deadline->at_ms;
		tell(t, NOTICE_OVERDUE, d, deadline);
	} else if (is_worth_telling(state, deadline->reason) &&
		   told->soon_at_ms != deadline->at_ms) {
		r.u.open.soon_at_ms = deadline->at_ms;
		tell(t, NOTICE_DUE_SOON, d, deadline);
	} else {
		return;
	}
	if (key_parse_serial(&key, &role, &serial))
		feed_document(t,
			      state == DEADLINE_OVERDUE ? CHANGE_OVERDUE : CHANGE_DUE_SOON, role,
			      serial, d->origin);
	core_put(t, key, &r);
}

static enum err look_at_one(struct turn_view *t, struct scan *scan)
{
	struct rec_open told;
	struct rec_document d;
	struct rec_work work;
	struct record r;
	struct deadline_of of = { .document_due_on = "" };
	struct deadline deadline;
	struct doc_key doc;
	bool has;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_OPEN, scan, &r);

	if (e != ERR_OK)
		return e;
	told = r.u.open;
	e = core_get(t, FAMILY_DOCUMENT, scan->at, &r);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	d = r.u.document;
	if (key_parse_serial(&scan->at, &doc.role, &doc.serial) && doc.role == ROLE_OUT)
		return sent_work_look(t, doc, &d, &told);
	e = read_stand(t, scan->at, &d, &work, &of.arrived_at_ms, &has);
	if (e != ERR_OK || !has)
		return e;
	of.stand = work.stand;
	of.urgency = d.urgency;
	of.office_due_on = work.due_on;
	of.document_due_on = d.summary.due_on;
	deadline = deadline_next(&t->core->deadlines, &of);
	judge(t, scan->at, &told, &d, &deadline);
	return ERR_OK;
}

/* ---- rounds ---- */

static struct scan where(const struct open_work *o, struct key prefix)
{
	return o->begun ? scan_from(prefix, o->at) : scan_of(prefix);
}

static enum err step(struct turn_view *t, bool *round_over)
{
	struct open_work *o = &t->core->open_work;
	struct scan scan = where(o, o->indexing ? key_role(o->index_role)
						: (struct key){ .len_bytes = 0 });
	enum err e = o->indexing ? index_one(t, &scan) : look_at_one(t, &scan);

	*round_over = e == ERR_NOT_FOUND;
	o->begun = !*round_over;
	o->at = scan.at;
	return *round_over ? ERR_OK : e;
}

enum err open_work_tick(struct turn_view *t)
{
	struct open_work *o = &t->core->open_work;
	bool round_over = false;
	enum err e = ERR_OK;

	/* By a clock that is known to be wrong nothing is late. */
	if (!o->indexing && (t->now.mono_ms < o->next_round_ms || guard_verdict(t) == CLOCK_WRONG))
		return ERR_OK;
	for (unsigned i = 0;
	     e == ERR_OK && !round_over && i < RECORDS_PER_TICK && plan_has_room(t->plan); i++)
		e = step(t, &round_over);
	if (o->indexing)
		t->core->next_tick_ms = t->now.mono_ms; /* the rest goes on in between */
	if (e != ERR_OK || !round_over)
		return e;
	if (o->indexing && o->index_role == ROLE_IN) {
		o->index_role = ROLE_OUT;
	} else if (o->indexing) {
		o->indexing = false;
		write_note(t);
	} else {
		o->next_round_ms = t->now.mono_ms + ROUND_MS;
	}
	return ERR_OK;
}
