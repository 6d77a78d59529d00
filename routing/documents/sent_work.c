/* See sent_work.h. */
#include "routing/documents/sent_work.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/documents/document.h"
#include "routing/documents/recipients.h"
#include "routing/rules/rules.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

/* The others are in vanthu due --sent. */
enum { TOLD_MAX = 32, SCRATCH_BYTES = 1 << 20 };

static bool has_day(const struct rec_document *d)
{
	struct day day;

	return d->summary.due_on != NULL && date_day(d->summary.due_on, &day);
}

static void put(struct turn_view *t, struct doc_key doc, const struct rec_open *open)
{
	struct record r = { .family = FAMILY_OPEN, .u.open = *open };

	core_put(t, key_serial(doc.role, doc.serial), &r);
}

void sent_work_new(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	if (has_day(d))
		put(t, doc, &(struct rec_open){ .done = 0 });
}

/* Where an office stands by all that it has said, and by all but its status `without`. */
static enum err stand_of(struct turn_view *t, struct doc_key doc, struct committee_id office,
			 uint32_t without, struct office_stand *all, struct office_stand *before)
{
	struct scan scan = scan_of(key_statuses(doc.role, doc.serial, office));
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	*all = *before = (struct office_stand){ .work = OFFICE_NONE };
	while (e == ERR_OK) {
		struct committee_id signer;
		struct serial serial;
		struct record r;
		enum role role;
		uint32_t n;

		arena_reset(scratch);
		e = t->lookup.next(t->lookup.ctx, scratch, FAMILY_STATUS, &scan, &r);
		if (e != ERR_OK || !key_parse_status(&scan.at, &role, &serial, &signer, &n))
			continue;
		office_status_apply(all, office_status_of(r.u.status.code));
		if (n != without)
			office_status_apply(before, office_status_of(r.u.status.code));
	}
	arena_destroy(scratch);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* How many offices are done with it, by all statuses that are here; ours are no answer. */
static enum err count_done(struct turn_view *t, struct doc_key doc, uint32_t *done)
{
	struct scan scan = scan_of(key_serial(doc.role, doc.serial));
	struct office_stand stand = { .work = OFFICE_NONE };
	struct committee_id last = t->core->config.self;
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	*done = 0;
	while (e == ERR_OK) {
		struct committee_id office = { "" };
		struct serial serial;
		struct record r;
		enum role role;
		uint32_t n;

		arena_reset(scratch);
		e = t->lookup.next(t->lookup.ctx, scratch, FAMILY_STATUS, &scan, &r);
		if (e == ERR_OK && !key_parse_status(&scan.at, &role, &serial, &office, &n))
			continue;
		if (!id_equal(office, last)) {
			*done += !id_equal(last, t->core->config.self) &&
				 !deadline_is_open(&stand);
			stand = (struct office_stand){ .work = OFFICE_NONE };
			last = office;
		}
		if (e == ERR_OK)
			office_status_apply(&stand, office_status_of(r.u.status.code));
	}
	arena_destroy(scratch);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err sent_work_index(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	uint32_t done;
	enum err e = has_day(d) ? count_done(t, doc, &done) : ERR_OK;

	if (e == ERR_OK && has_day(d) && done < d->recipient_count)
		put(t, doc, &(struct rec_open){ .done = done });
	return e;
}

enum err sent_work_follow(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			  struct committee_id office, uint32_t n)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct office_stand all, before;
	struct record r;
	enum err e;

	if (!has_day(d))
		return ERR_OK;
	e = stand_of(t, doc, office, n, &all, &before);
	if (e != ERR_OK || deadline_is_open(&all) == deadline_is_open(&before))
		return e;
	e = core_get(t, FAMILY_OPEN, key, &r);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		return sent_work_index(t, doc, d); /* not yet, or all were done */
	if (e != ERR_OK)
		return e;
	if (!deadline_is_open(&all))
		r.u.open.done++;
	else if (r.u.open.done > 0)
		r.u.open.done--;
	if (r.u.open.done >= d->recipient_count)
		core_erase(t, FAMILY_OPEN, key);
	else
		core_put(t, key, &r);
	return ERR_OK;
}

/* ---- telling ---- */

static void tell(struct turn_view *t, const struct rec_document *d, struct committee_id whom,
		 const struct deadline *deadline, bool late)
{
	struct document_ref ref = { d->origin, d->id, d->digest };
	struct act *a = plan_act(t->plan, ACT_NOTIFY);

	a->u.notify = (struct act_notify){ .what = late ? NOTICE_SENT_OVERDUE : NOTICE_SENT_DUE,
					   .document = ref,
					   .committee = whom,
					   .summary = d->summary,
					   .due_reason = deadline->reason,
					   .due_at_ms = deadline->at_ms };
	memcpy(a->u.notify.due_on, deadline->on, sizeof a->u.notify.due_on);
}

/* Of each recipient below us (`down`), or of the others, that is not done. */
static enum err tell_side(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			  const struct deadline *deadline, bool down)
{
	bool late = t->now.wall_ms > deadline->at_ms;
	struct routing_question q = document_question(d);
	struct recipient_list list;
	uint32_t told = 0;
	enum err e = recipients_expand(&t->tree, &q.to, 0, &list);

	if (e != ERR_OK) /* a group of a tree that is not known any more: nobody to tell of */
		return e == ERR_STORE || e == ERR_NO_MEMORY ? e : ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < list.count && told < TOLD_MAX; i++) {
		struct office_stand all, before;
		bool below = false;

		e = tree_is_below(&t->tree, t->core->config.self, list.ids[i], &below);
		if (e == ERR_NOT_FOUND) { /* not in the directory any more */
			e = ERR_OK;
			continue;
		}
		if (e == ERR_OK && below == down)
			e = stand_of(t, doc, list.ids[i], 0, &all, &before);
		if (e != ERR_OK || below != down || !deadline_is_open(&all))
			continue;
		tell(t, d, list.ids[i], deadline, late);
		feed_document(t, late ? CHANGE_SENT_OVERDUE : CHANGE_SENT_DUE, doc.role,
			      doc.serial, list.ids[i]);
		told++;
	}
	return e;
}

/* Whether a side is to be told now; *mark says of which deadline it was. */
static bool is_wanted(struct turn_view *t, const struct deadline *deadline, uint32_t days,
		      const struct rec_open *told, int64_t mark)
{
	struct deadline_rules rules = t->core->deadlines;
	enum deadline_state state;

	rules.soon_days = days;
	state = deadline_state_at(&rules, deadline, t->now.wall_ms);
	if (days == 0 || state < DEADLINE_SOON)
		return false;
	return state == DEADLINE_OVERDUE ? told->late_at_ms != deadline->at_ms
					 : mark != deadline->at_ms;
}

enum err sent_work_look(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			const struct rec_open *told)
{
	const struct deadline_rules *rules = &t->core->deadlines;
	const struct deadline_of of = { .stand = { .work = OFFICE_ACCEPTED },
					.document_due_on = d->summary.due_on };
	struct deadline deadline = deadline_next(rules, &of);
	struct rec_open after = *told;
	bool down = is_wanted(t, &deadline, rules->remind_down_days, told, told->soon_at_ms);
	bool up = is_wanted(t, &deadline, rules->remind_up_days, told, told->up_at_ms);
	enum err e = ERR_OK;

	if (!down && !up)
		return ERR_OK;
	if (down)
		e = tell_side(t, doc, d, &deadline, true);
	if (e == ERR_OK && up)
		e = tell_side(t, doc, d, &deadline, false);
	if (t->now.wall_ms > deadline.at_ms)
		after.late_at_ms = deadline.at_ms;
	if (down)
		after.soon_at_ms = deadline.at_ms;
	if (up)
		after.up_at_ms = deadline.at_ms;
	if (e == ERR_OK)
		put(t, doc, &after);
	return e;
}
