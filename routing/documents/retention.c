/* See retention.h. */
#include "routing/documents/retention.h"

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/core.h"
#include "routing/documents/document.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/clocks.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum {
	SWEEPS_PER_TICK = 64,
	SWEEP_AGAIN_MS = 24 * 3600 * 1000,
	RECALLED_AGAIN_MS = 10 * 60 * 1000 /* a neighbour still fetches it */
};

/* What was given back is due by the store's own time: a clock that was ahead when it was looked at
 * would hold it up until then. These rows stand before all that go by the clock; one of an older
 * build is among those. */
#define BY_OWN_TIME (INT64_MIN / 2)

static struct key recalled_key(const struct turn_view *t, struct doc_key doc, int64_t in_ms)
{
	return key_sweep(BY_OWN_TIME + passed_now(t->core, t->now) + in_ms, SWEEP_RECALLED,
			 doc.role, doc.serial);
}

/* The first byte of all their keys. */
static struct key recalled_first(void)
{
	struct key k = key_sweep(BY_OWN_TIME, SWEEP_RECALLED, ROLE_IN, (struct serial){ 0 });

	k.len_bytes = 1;
	return k;
}

/* How long it is still too soon (ms), by the store's own time: the clock may have jumped ahead, or
 * been behind when the document was taken. One of an older build has only the wall clock, and waits
 * while that is known to be wrong. */
static int64_t too_soon_ms(struct turn_view *t, enum sweep kind, const struct rec_document *d)
{
	int64_t kept_ms = kind == SWEEP_EXPIRE ? t->core->config.expire_ms
					       : t->core->config.relay_retention_ms;

	if (kind == SWEEP_RECALLED)
		return 0; /* it was decided, not waited for */
	if (d->taken_passed_ms == 0)
		return guard_verdict(t) == CLOCK_WRONG ? SWEEP_AGAIN_MS : 0;
	return kept_ms - (passed_now(t->core, t->now) - d->taken_passed_ms);
}

enum err retention_published(const struct lookup *l, struct arena *a, struct doc_key doc,
			     bool *needed)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct record route, r;
	enum err e = l->get(l->ctx, a, FAMILY_ROUTE, &key, &route);

	*needed = false;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < route.u.route.count && !*needed; i++) {
		const struct publication *p = &route.u.route.publications[i];

		key = key_seq(p->neighbour, p->lane, p->seq);
		e = l->get(l->ctx, a, FAMILY_STREAM, &key, &r);
		*needed = e == ERR_OK;
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e;
}

/* `doc` needs it no more. Where it was the last, the file is to go: that stands in the same commit,
 * for what happens after it may not happen. One whose record is damaged still counts. */
static enum err drop_file(struct turn_view *t, struct doc_key doc, struct digest sha256)
{
	struct key key = key_file(sha256, doc.role, doc.serial);
	struct scan scan = scan_of(key_digest(sha256));
	struct record r, dropped = { .family = FAMILY_DROPPED };
	enum err e;

	core_erase(t, FAMILY_FILE, key);
	scan.report_damage = true;
	e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FILE, &scan, &r);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED) {
		core_put(t, key, &dropped);
		(void)plan_act(t->plan, ACT_DROP_FILE);
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err retention_drop(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			const struct rec_state *before, struct rec_state *after)
{
	for (uint32_t i = 0; i < d->manifest_count; i++) {
		enum err e = d->manifest[i].inlined ? ERR_OK
						    : drop_file(t, doc, d->manifest[i].sha256);

		if (e != ERR_OK)
			return e;
	}
	core_erase(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial));
	after->content_dropped = true;
	return document_state(t, doc, d, before, after);
}

/* A document that is due, and what for. */
struct due {
	enum sweep kind;
	struct doc_key doc;
};

static void check_later(struct turn_view *t, const struct due *due, int64_t in_ms)
{
	struct record again = { .family = FAMILY_SWEEP };

	in_ms = in_ms < SWEEP_AGAIN_MS ? in_ms : SWEEP_AGAIN_MS;
	core_put(t,
		 due->kind == SWEEP_RECALLED ? recalled_key(t, due->doc, in_ms)
					     : key_sweep(t->now.wall_ms + in_ms, due->kind,
							 due->doc.role, due->doc.serial),
		 &again);
}

/* Nobody waits for the missing answers any more. */
static enum err expire(struct turn_view *t, const struct due *due, const struct rec_document *d,
		       const struct rec_state *state)
{
	struct document_ref ref = { d->origin, d->id, d->digest };
	struct rec_state after = *state;

	if (state->closed_at_ms != 0)
		return ERR_OK;
	after.expired = true;
	notify(t, NOTICE_EXPIRED, ref, t->core->config.self, 0, &d->summary);
	feed_document(t, CHANGE_EXPIRED, due->doc.role, due->doc.serial, t->core->config.self);
	return document_state(t, due->doc, d, state, &after);
}

static enum err release_content(struct turn_view *t, const struct due *due,
			       const struct rec_document *d, const struct rec_state *state)
{
	struct rec_state after = *state;
	bool needed = false;
	enum err e = ERR_OK;

	if (state->content_dropped)
		return ERR_OK; /* it is in an archive */
	e = retention_published(&t->lookup, t->plan->arena, due->doc, &needed);
	if (e != ERR_OK)
		return e;
	if (!needed)
		return retention_drop(t, due->doc, d, state, &after);
	check_later(t, due, due->kind == SWEEP_RECALLED ? RECALLED_AGAIN_MS : SWEEP_AGAIN_MS);
	return ERR_OK;
}

static enum err sweep_one(struct turn_view *t, const struct due *due)
{
	const struct key key = key_serial(due->doc.role, due->doc.serial);
	struct record document, state;
	int64_t soon_ms;
	enum err e = core_get(t, FAMILY_DOCUMENT, key, &document);

	if (e == ERR_OK)
		e = core_get(t, FAMILY_STATE, key, &state);
	if (e == ERR_NOT_FOUND) {
		check_later(t, due, SWEEP_AGAIN_MS); /* not complete yet */
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	soon_ms = too_soon_ms(t, due->kind, &document.u.document);
	if (soon_ms > 0) {
		check_later(t, due, soon_ms);
		return ERR_OK;
	}
	switch (due->kind) {
	case SWEEP_EXPIRE:
		return expire(t, due, &document.u.document, &state.u.state);
	case SWEEP_CONTENT:
	case SWEEP_RECALLED:
		return release_content(t, due, &document.u.document, &state.u.state);
	case SWEEP_NONE:
		break;
	}
	check_later(t, due, SWEEP_AGAIN_MS); /* a kind of a later build of this format */
	return ERR_OK;
}

/* Those of the scan that are due until then. */
static enum err sweep_until(struct turn_view *t, struct scan scan, int64_t until_ms)
{
	for (unsigned i = 0; i < SWEEPS_PER_TICK && plan_has_room(t->plan); i++) {
		struct due due;
		struct record r;
		int64_t due_ms;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_SWEEP, &scan, &r);

		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		if (!key_parse_sweep(&scan.at, &due_ms, &due.kind, &due.doc.role,
				     &due.doc.serial) ||
		    due_ms > until_ms)
			return ERR_OK;
		core_erase(t, FAMILY_SWEEP, scan.at);
		e = sweep_one(t, &due);
		if (e == ERR_DAMAGED) /* its content stays; a restore may mend it */
			check_later(t, &due, SWEEP_AGAIN_MS);
		else if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err sweep(struct turn_view *t)
{
	struct key first = recalled_first(), after = first;
	enum err e = sweep_until(t, scan_of(first), BY_OWN_TIME + passed_now(t->core, t->now));

	after.bytes[0]++;
	return e == ERR_OK ? sweep_until(t, scan_from((struct key){ .len_bytes = 0 }, after),
					 t->now.wall_ms)
			   : e;
}

/* SWEEP keys due later than any policy gives, written when the clock was ahead, are moved to a due
 * time that fits. */
static enum err bring_back(struct turn_view *t)
{
	const struct core_config *config = &t->core->config;
	int64_t most_ms = config->expire_ms > config->relay_retention_ms
			      ? config->expire_ms
			      : config->relay_retention_ms;

	most_ms = most_ms > SWEEP_AGAIN_MS ? most_ms : SWEEP_AGAIN_MS;
	for (unsigned i = 0; i < SWEEPS_PER_TICK && plan_has_room(t->plan); i++) {
		struct scan scan = scan_of((struct key){ .len_bytes = 0 });
		struct record r, again = { .family = FAMILY_SWEEP };
		struct due due;
		int64_t due_ms;
		enum err e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_SWEEP, &scan, &r);

		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		if (!key_parse_sweep(&scan.at, &due_ms, &due.kind, &due.doc.role,
				     &due.doc.serial) ||
		    due_ms - most_ms <= t->now.wall_ms + HELD_MS)
			return ERR_OK;
		core_erase(t, FAMILY_SWEEP, scan.at);
		core_put(t,
			 key_sweep(t->now.wall_ms + most_ms, due.kind, due.doc.role,
				   due.doc.serial),
			 &again);
	}
	return ERR_OK;
}

enum err retention_tick(struct turn_view *t)
{
	enum err e = guard_verdict(t) == CLOCK_WRONG ? ERR_OK : bring_back(t);

	return e == ERR_OK ? sweep(t) : e;
}

void retention_recalled(struct turn_view *t, struct doc_key doc, const struct office_stand *stand)
{
	struct record r = { .family = FAMILY_SWEEP };

	if (!office_stand_frozen(stand) || !t->core->config.drop_recalled)
		return;
	core_put(t, recalled_key(t, doc, 0), &r);
	t->core->next_tick_ms = t->now.mono_ms;
}
