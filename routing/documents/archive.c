/* See archive.h. */
#include "routing/documents/archive.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/documents/document.h"
#include "routing/documents/retention.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { ID_DIGITS = 32 };
static const int64_t YEAR_MS = INT64_C(365) * 24 * 3600 * 1000;

static enum err get(const struct archive_question *q, enum family family, struct record *out)
{
	struct key key = key_serial(q->doc.role, q->doc.serial);

	return q->lookup->get(q->lookup->ctx, q->arena, family, &key, out);
}

/* ---- the content ---- */

static enum err is_here(const struct archive_question *q)
{
	const struct rec_state *s = q->state;
	bool received = q->doc.role == ROLE_IN && q->document->mine;

	if (q->doc.role != ROLE_OUT && !received)
		return ERR_NOT_FOUND;
	if (s->complete_at_ms == 0)
		return ERR_NOT_YET;
	if (!s->content_dropped)
		return ERR_OK;
	return s->archived_at_ms != 0 ? ERR_CONTENT_ARCHIVED
	       : received	      ? ERR_CONTENT_RECALLED
				      : ERR_NOT_HERE;
}

/* ---- the work on it ---- */

/* How often an office has answered a recall of a document of ours. */
static enum err count_answers(const struct archive_question *q, struct committee_id office,
			      uint32_t *count)
{
	struct scan scan = scan_of(key_statuses(q->doc.role, q->doc.serial, office));
	struct record r;
	enum err e;

	*count = 0;
	scan.report_damage = true;
	while ((e = q->lookup->next(q->lookup->ctx, q->arena, FAMILY_STATUS, &scan, &r)) ==
	       ERR_OK) {
		enum office_status s = office_status_of(r.u.status.code);

		*count += (s == OFFICE_RECALL_AGREED || s == OFFICE_RECALL_DECLINED) &&
			  !doc_id_valid(&r.u.status.status.request);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Is one of ours asked back, and somebody has not answered? */
static enum err recall_is_open(const struct archive_question *q, bool *open)
{
	struct scan scan = scan_of(key_serial(q->doc.role, q->doc.serial));
	struct record r;
	enum err e = ERR_OK;

	*open = false;
	scan.report_damage = true;
	while (e == ERR_OK && !*open) {
		struct committee_id whom;
		struct serial serial;
		enum role role;
		uint32_t answers;

		e = q->lookup->next(q->lookup->ctx, q->arena, FAMILY_TOLD, &scan, &r);
		if (e != ERR_OK || r.u.told.asked == 0 ||
		    !key_parse_receipt(&scan.at, &role, &serial, &whom))
			continue;
		e = count_answers(q, whom, &answers);
		*open = e == ERR_OK && r.u.told.asked > answers;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Of what we received: given back, returned, or finished, and when. */
static enum err received_done(const struct archive_question *q, int64_t *done_ms)
{
	struct record r;
	enum err e = get(q, FAMILY_WORK, &r);
	const struct rec_work *w = &r.u.work;

	if (e == ERR_NOT_FOUND || (e == ERR_OK && deadline_is_open(&w->stand)))
		return ERR_KEPT_WORK;
	if (e != ERR_OK)
		return e;
	if (w->stand.recall == OFFICE_RECALL_ASKED)
		return ERR_KEPT_RECALL;
	*done_ms = q->state->complete_at_ms;
	if (*done_ms < w->since_ms)
		*done_ms = w->since_ms;
	if (*done_ms < w->finished_at_ms)
		*done_ms = w->finished_at_ms;
	return ERR_OK;
}

/* Of ours: all have it, or nobody waits for who does not. */
static enum err sent_done(const struct archive_question *q, int64_t *done_ms)
{
	const struct rec_state *s = q->state;
	bool open;
	enum err e;

	if (s->closed_at_ms == 0 && !s->expired)
		return ERR_KEPT_ANSWERS;
	e = recall_is_open(q, &open);
	if (e != ERR_OK)
		return e;
	if (open)
		return ERR_KEPT_RECALL;
	*done_ms = q->document->taken_at_ms;
	if (s->closed_at_ms > *done_ms)
		*done_ms = s->closed_at_ms;
	else if (s->closed_at_ms == 0)
		*done_ms += q->core->config.expire_ms;
	return ERR_OK;
}

static enum err work_is_done(const struct archive_question *q, int64_t *done_ms)
{
	bool sent = q->doc.role == ROLE_OUT;
	struct record r;
	enum err e = get(q, FAMILY_OPEN, &r);

	/* while a store from before is indexed, nobody knows what is open */
	if (e == ERR_OK || (e == ERR_NOT_FOUND && q->core->open_work.indexing))
		return sent ? ERR_KEPT_ANSWERS : ERR_KEPT_WORK;
	if (e != ERR_NOT_FOUND)
		return e;
	return sent ? sent_done(q, done_ms) : received_done(q, done_ms);
}

/* ---- time ---- */

/* The first day after the years of the rule, which begin when the year ends in which it was done.
 * False: beyond the calendar. */
static bool first_day(int64_t done_ms, uint32_t years, char out[DATE_MAX + 1])
{
	unsigned year = month_year(month_of_ms(done_ms)) + 1 + years;

	if (year > YEAR_MAX)
		return false;
	return snprintf(out, DATE_MAX + 1, "%04u-01-01", year % 10000) == DATE_MAX;
}

/* By the rule it is over, and the wall clock says so: has the store run for as long? What an older
 * build took has only the wall clock: that must be known to be right. */
static enum err time_is_over(const struct archive_question *q, const struct archive_verdict *v,
			     int64_t first_ms)
{
	const struct rec_document *d = q->document;
	int64_t wanted_ms = v->years * YEAR_MS;
	struct clock_view clock;

	guard_view(q->core, &clock);
	if (clock.verdict == CLOCK_WRONG)
		return ERR_CLOCK_WRONG;
	if (d->taken_passed_ms == 0)
		return clock.verdict == CLOCK_RIGHT ? ERR_OK : ERR_KEPT_TIME;
	if (first_ms - d->taken_at_ms > wanted_ms)
		wanted_ms = first_ms - d->taken_at_ms;
	return passed_now(q->core, q->now) - d->taken_passed_ms >= wanted_ms ? ERR_OK
									     : ERR_KEPT_TIME;
}

static enum err rule_is_over(const struct archive_question *q, struct archive_verdict *v)
{
	struct day first;

	if (!first_day(v->done_ms, v->years, v->from) || !date_day(v->from, &first))
		return ERR_KEPT;
	if (q->now.wall_ms < day_begin_ms(first))
		return ERR_KEPT;
	return time_is_over(q, v, day_begin_ms(first));
}

/* ---- all the rest ---- */

/* May a store, ours or a neighbour's, still want it? */
static enum err stores_are_sound(const struct archive_question *q)
{
	const struct core *c = q->core;

	if (c->stand.alarm != ERR_OK)
		return c->stand.alarm;
	for (uint32_t i = 0; i < c->link_count; i++) {
		const struct peer_stand *s = &c->links[i]->stand;

		if (s->ours != ERR_OK || s->its != ERR_OK)
			return s->ours != ERR_OK ? s->ours : s->its;
	}
	return c->unsound != ERR_OK ? ERR_UNSOUND : ERR_OK;
}

static enum err judge(const struct archive_question *q, struct archive_verdict *v)
{
	bool needed;
	enum err e = is_here(q);

	if (e == ERR_OK && v->years == RETENTION_EVER)
		return ERR_KEPT;
	if (e == ERR_OK)
		e = work_is_done(q, &v->done_ms);
	if (e == ERR_OK)
		e = rule_is_over(q, v);
	if (e == ERR_OK)
		e = stores_are_sound(q);
	if (e != ERR_OK)
		return e;
	e = retention_published(q->lookup, q->arena, q->doc, &needed);
	return e == ERR_OK && needed ? ERR_KEPT_NEIGHBOUR : e;
}

enum err archive_judge(const struct archive_question *q, struct archive_verdict *out)
{
	const struct summary *s = &q->document->summary;
	enum err e;

	*out = (struct archive_verdict){ .years = retention_table_years(q->core->retention,
									s->type_code,
									q->doc.role == ROLE_OUT) };
	e = judge(q, out);
	if (e == ERR_STORE || e == ERR_NO_MEMORY)
		return e;
	out->why = e;
	return ERR_OK;
}

bool archive_is_due(const struct archive_verdict *v)
{
	switch (v->why) {
	case ERR_OK:
	case ERR_CLOCK_WRONG:
	case ERR_KEPT_TIME:
	case ERR_BEHIND:
	case ERR_TWICE:
	case ERR_PEER_BEHIND:
	case ERR_PEER_TWICE:
	case ERR_UNSOUND:
	case ERR_KEPT_NEIGHBOUR:
		return true;
	default:
		return false;
	}
}

/* ---- it goes ---- */

static void answer(struct turn_view *t, const struct ev_operate *e, enum err why, text_t about)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply =
		(struct act_reply){ .to = e->reply, .result = why, .id = e->id, .about = about };
}

static enum err write_act(struct turn_view *t, const struct ev_operate *e)
{
	char subject[ID_DIGITS + 1];

	for (unsigned i = 0; i < sizeof e->id.bytes; i++)
		snprintf(subject + 2 * (size_t)i, 3, "%02x", e->id.bytes[i]);
	return core_log_act(t, e->uid, "archive", subject);
}

static enum err let_go(struct turn_view *t, const struct archive_question *q,
		       const struct ev_operate *e)
{
	struct rec_state after = *q->state;
	enum err result;

	after.archived_at_ms = t->now.wall_ms;
	after.archive = arena_text(t->plan->arena, e->archive, strlen(e->archive));
	after.archive_evidence = e->evidence;
	if (after.archive == NULL)
		return ERR_NO_MEMORY;
	result = retention_drop(t, q->doc, q->document, q->state, &after);
	if (result == ERR_OK)
		result = write_act(t, e);
	feed_document(t, CHANGE_ARCHIVED, e->role, e->serial, t->core->config.self);
	return result;
}

static bool is_the_same(const struct rec_state *s, const struct ev_operate *e)
{
	return strcmp(s->archive == NULL ? "" : s->archive, e->archive) == 0 &&
	       memcmp(s->archive_evidence.bytes, e->evidence.bytes, sizeof e->evidence.bytes) == 0;
}

static text_t about(const struct archive_verdict *v, const struct rec_state *s)
{
	if (v->why == ERR_CONTENT_ARCHIVED)
		return s->archive;
	return v->why == ERR_KEPT ? v->from : NULL;
}

enum err archive_take(struct turn_view *t, const struct ev_operate *e)
{
	const struct key key = key_serial(e->role, e->serial);
	struct record document, state;
	struct archive_verdict v = { .why = ERR_NOT_FOUND };
	struct archive_question q = { .core = t->core,
				      .lookup = &t->lookup,
				      .arena = t->plan->arena,
				      .now = t->now,
				      .doc = { e->role, e->serial },
				      .document = &document.u.document,
				      .state = &state.u.state };
	text_t say = NULL;
	enum err result = core_get(t, FAMILY_DOCUMENT, key, &document);

	if (result == ERR_OK &&
	    memcmp(document.u.document.id.bytes, e->id.bytes, sizeof e->id.bytes) != 0)
		result = ERR_NOT_FOUND;
	if (result == ERR_OK)
		result = core_get(t, FAMILY_STATE, key, &state);
	if (result == ERR_OK)
		result = archive_judge(&q, &v);
	else if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		v.why = result;
	if (result == ERR_STORE || result == ERR_NO_MEMORY)
		return result;
	if (result == ERR_OK && v.why == ERR_OK) {
		result = let_go(t, &q, e);
		if (result != ERR_OK)
			return result;
	} else if (result == ERR_OK && v.why == ERR_CONTENT_ARCHIVED &&
		   is_the_same(&state.u.state, e)) {
		v.why = ERR_OK;
	}
	if (result == ERR_OK && about(&v, &state.u.state) != NULL) {
		text_t what = about(&v, &state.u.state);

		say = arena_text(t->plan->arena, what, strlen(what));
	}
	answer(t, e, v.why, say);
	return ERR_OK;
}
