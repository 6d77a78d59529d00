/* See retention.h. */
#include "routing/documents/retention.h"

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/core.h"
#include "routing/documents/document.h"
#include "routing/links/links.h"
#include "routing/state/clocks.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { SWEEPS_PER_TICK = 64, SWEEP_AGAIN_MS = 24 * 3600 * 1000 };

/* How long it is still too soon (ms), by the store's own time: the clock may have jumped ahead, or
 * been behind when the document was taken. One of an older build has only the wall clock, and waits
 * while that is known to be wrong. */
static int64_t too_soon_ms(struct turn_view *t, enum role role, const struct rec_document *d)
{
	int64_t kept_ms =
	    role == ROLE_OUT ? t->core->config.expire_ms : t->core->config.relay_retention_ms;

	if (d->taken_passed_ms == 0)
		return guard_verdict(t) == CLOCK_WRONG ? SWEEP_AGAIN_MS : 0;
	return kept_ms - (passed_now(t->core, t->now) - d->taken_passed_ms);
}

/* Does any neighbour still need the content? */
static enum err still_published(struct turn_view *t, struct doc_place place, bool *needed)
{
	struct record route, r;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(place.role, place.serial), &route);

	*needed = false;
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < route.u.route.count && !*needed; i++) {
		const struct publication *p = &route.u.route.publications[i];

		e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &r);
		*needed = e == ERR_OK;
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e;
}

static enum err drop_content(struct turn_view *t, struct doc_place place,
			     const struct rec_document *d, const struct rec_state *before)
{
	struct rec_state after = *before;

	for (uint32_t i = 0; i < d->manifest_count; i++) {
		struct scan scan = scan_of(key_digest(d->manifest[i].sha256));
		struct record r;
		enum err e;

		if (d->manifest[i].inlined)
			continue;
		core_erase(t, FAMILY_FILE,
			   key_file(d->manifest[i].sha256, place.role, place.serial));
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FILE, &scan, &r);
		if (e == ERR_NOT_FOUND)
			plan_act(t->plan, ACT_DROP_FILE)->u.file = d->manifest[i].sha256;
		else if (e != ERR_OK)
			return e;
	}
	core_erase(t, FAMILY_ENVELOPE, key_serial(place.role, place.serial));
	after.content_dropped = true;
	return document_state(t, place, d, before, &after);
}

static enum err sweep_one(struct turn_view *t, struct doc_place place)
{
	struct record document, state, again = { .family = FAMILY_SWEEP };
	int64_t soon_ms;
	bool needed = false;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(place.role, place.serial), &document);

	if (e == ERR_OK)
		e = core_get(t, FAMILY_STATE, key_serial(place.role, place.serial), &state);
	if (e == ERR_NOT_FOUND) {
		/* Not complete yet: look again. */
		core_put(t, key_sweep(t->now.wall_ms + SWEEP_AGAIN_MS, place.role, place.serial),
			 &again);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	soon_ms = too_soon_ms(t, place.role, &document.u.document);
	if (soon_ms > 0) {
		core_put(t,
			 key_sweep(t->now.wall_ms +
				       (soon_ms < SWEEP_AGAIN_MS ? soon_ms : SWEEP_AGAIN_MS),
				   place.role, place.serial),
			 &again);
		return ERR_OK;
	}
	if (place.role == ROLE_OUT) {
		struct document_ref ref = { document.u.document.origin, document.u.document.id,
					    document.u.document.digest };
		struct rec_state after = state.u.state;

		if (state.u.state.closed_at_ms != 0)
			return ERR_OK;
		after.expired = true;
		notify(t, NOTICE_EXPIRED, ref, t->core->config.self, 0,
		       &document.u.document.summary);
		return document_state(t, place, &document.u.document, &state.u.state, &after);
	}
	e = still_published(t, place, &needed);
	if (e != ERR_OK)
		return e;
	if (!needed)
		return drop_content(t, place, &document.u.document, &state.u.state);
	core_put(t, key_sweep(t->now.wall_ms + SWEEP_AGAIN_MS, place.role, place.serial), &again);
	return ERR_OK;
}

static enum err sweep(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });

	for (unsigned i = 0; i < SWEEPS_PER_TICK && plan_has_room(t->plan); i++) {
		struct doc_place place;
		struct record r;
		int64_t due_ms;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_SWEEP, &scan, &r);

		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		if (!key_parse_sweep(&scan.at, &due_ms, &place.role, &place.serial) ||
		    due_ms > t->now.wall_ms)
			return ERR_OK;
		core_erase(t, FAMILY_SWEEP, scan.at);
		e = sweep_one(t, place);
		if (e == ERR_DAMAGED) {
			/* its content stays; a restore may mend it */
			r = (struct record){ .family = FAMILY_SWEEP };
			core_put(
			    t, key_sweep(t->now.wall_ms + SWEEP_AGAIN_MS, place.role, place.serial),
			    &r);
			e = ERR_OK;
		}
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* What was to be looked at at a time that no policy gives, because the clock was ahead when that
 * was written, is looked at in time after all. */
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
		struct doc_place place;
		int64_t due_ms;
		enum err e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_SWEEP, &scan, &r);

		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		if (!key_parse_sweep(&scan.at, &due_ms, &place.role, &place.serial) ||
		    due_ms - most_ms <= t->now.wall_ms + HELD_MS)
			return ERR_OK;
		core_erase(t, FAMILY_SWEEP, scan.at);
		core_put(t, key_sweep(t->now.wall_ms + most_ms, place.role, place.serial), &again);
	}
	return ERR_OK;
}

enum err retention_tick(struct turn_view *t)
{
	enum err e = guard_verdict(t) == CLOCK_WRONG ? ERR_OK : bring_back(t);

	return e == ERR_OK ? sweep(t) : e;
}
