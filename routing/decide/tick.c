/* What time brings: hellos, pings, silence, lanes held back, documents held too long, content no longer needed. Bounded work a tick. */
#include <string.h>

#include "routing/core_internal.h"

enum { SWEEPS_PER_TICK = 64, HELD_PER_TICK = 32, PINS_INTERVAL_MS = 60 * 1000, SWEEP_AGAIN_MS = 24 * 3600 * 1000 };
enum { DIRECTORY_PARTS_PER_TICK = 256, PINS_PER_TICK = 64, ALARM_AGAIN_MS = 24 * 3600 * 1000 };

/* A relay says that it holds a document too long: once, to the origin. */
static enum err say_held(struct turn_view *t, struct doc_place place)
{
	struct fact fact = { .kind = KIND_RELAY, .at_ms = t->now.wall_ms, .relay_event = 2, .note = "" };
	struct record document, state;
	struct rec_state after;
	struct sealed kept;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(place.role, place.serial), &document);

	if (e == ERR_OK)
		e = core_get(t, FAMILY_STATE, key_serial(place.role, place.serial), &state);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (state.u.state.held_at_ms != 0)
		return ERR_OK;
	fact.from = document.u.document.from;
	fact.hop = document.u.document.relay_count + 1;
	fact.document = (struct document_ref){ document.u.document.origin, document.u.document.id, document.u.document.digest };
	e = fact_send(t, document.u.document.origin, &fact, NULL, 0, &kept);
	if (e != ERR_OK && e != ERR_NO_ROUTE)
		return e;
	after = state.u.state;
	after.held_at_ms = t->now.wall_ms;
	notify(t, NOTICE_HELD, fact.document, t->core->config.self, 0, &document.u.document.summary);
	return document_state(t, place, &document.u.document, &state.u.state, &after);
}

static enum err look_for_held(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_out *out = &l->out[lane];

	if (l->held_seq[lane] < out->acked)
		l->held_seq[lane] = out->acked;
	for (unsigned i = 0; i < HELD_PER_TICK && l->held_seq[lane] < out->last && plan_has_room(t->plan); i++) {
		struct record r;
		enum err e = core_get(t, FAMILY_STREAM, key_seq(l->neighbour, lane, l->held_seq[lane] + 1), &r);

		if (e == ERR_DAMAGED) {
			l->held_seq[lane]++; /* of what, nobody can say */
			continue;
		}
		if (e != ERR_OK)
			return e;
		if (passed_row_age(t->core, t->now, &r.u.stream) < HELD_MS)
			break;
		l->held_seq[lane]++;
		if (r.u.stream.role == ROLE_OUT || r.u.stream.role == ROLE_NONE)
			continue;
		e = say_held(t, (struct doc_place){ r.u.stream.role, r.u.stream.serial });
		if (e != ERR_OK && e != ERR_DAMAGED)
			return e;
	}
	return ERR_OK;
}

/* A stream began anew while files of the one before were still owed: the subscriber may have forgotten what it was fetching, so they are published
 * again; who knows them says so. */
static enum err republish_pins(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));

	for (unsigned i = 0; i < PINS_PER_TICK && plan_has_room(t->plan); i++) {
		struct committee_id neighbour;
		enum lane parsed;
		struct record row, route;
		struct publication *all;
		uint64_t old, fresh;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &row);

		if (e == ERR_NOT_FOUND || (e == ERR_OK && (!key_parse_seq(&scan.at, &neighbour, &parsed, &old) || old > l->out[lane].base)))
			return ERR_OK;
		if (e == ERR_OK)
			e = core_get(t, FAMILY_ROUTE, key_serial(row.u.stream.role, row.u.stream.serial), &route);
		if (e == ERR_DAMAGED)
			continue; /* it stays where it is */
		if (e != ERR_OK)
			return e;
		link_publish(t, l, lane, &row.u.stream, &fresh);
		core_erase(t, FAMILY_STREAM, scan.at);
		all = arena_array(t->plan->arena, route.u.route.count, sizeof *all);
		if (all == NULL)
			return ERR_NO_MEMORY;
		for (uint32_t k = 0; k < route.u.route.count; k++) {
			all[k] = route.u.route.publications[k];
			if (all[k].lane == lane && all[k].seq == old && id_equal(all[k].neighbour, l->neighbour))
				all[k].seq = fresh;
		}
		route.u.route.publications = all;
		core_put(t, key_serial(row.u.stream.role, row.u.stream.serial), &route);
	}
	return ERR_OK;
}

/* The other side of it: places of a stream that is no more, whose documents come again. */
static enum err forget_fetches(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));

	for (unsigned i = 0; i < PINS_PER_TICK && plan_has_room(t->plan); i++) {
		struct committee_id neighbour;
		enum lane parsed;
		struct record r;
		uint64_t seq;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FETCH, &scan, &r);

		if (e == ERR_NOT_FOUND || (e == ERR_OK && (!key_parse_seq(&scan.at, &neighbour, &parsed, &seq) || seq > l->in[lane].base)))
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		core_erase(t, FAMILY_FETCH, scan.at);
	}
	return ERR_OK;
}

static enum err tick_up(struct turn_view *t, struct link *l)
{
	bool ask = t->now.mono_ms >= l->next_pins_ms;
	enum err e = ERR_OK;

	if (t->now.mono_ms - l->last_heard_ms > LINK_DEAD_MS) {
		link_down(t, l, ERR_TIMEOUT);
		return ERR_OK;
	}
	if (t->now.mono_ms >= l->next_ping_ms)
		link_ping(t, l);
	if (ask)
		l->next_pins_ms = t->now.mono_ms + PINS_INTERVAL_MS;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL && e == ERR_OK; lane++) {
		if (l->resume_ms[lane] != 0 && t->now.mono_ms >= l->resume_ms[lane] && (lane == LANE_FACTS || core_may_sign(t) == ERR_OK))
			link_subscribe(t, l, lane);
		if (lane == LANE_FACTS)
			continue;
		e = republish_pins(t, l, lane);
		if (e == ERR_OK)
			e = forget_fetches(t, l, lane);
		if (e == ERR_OK && ask)
			e = link_ask_pins(t, l, lane);
	}
	l->touched = true; /* credit withheld for want of room is given as soon as there is room */
	return e;
}

static enum err tick_link(struct turn_view *t, struct link *l)
{
	enum err e = ERR_OK;

	l->directory_budget = DIRECTORY_PARTS_PER_TICK;
	if (!l->present)
		return requeue_part(t, l);
	if (l->up)
		e = tick_up(t, l);
	else if (l->connected && t->now.mono_ms >= l->next_hello_ms)
		link_hello(t, l, false);
	if (!l->up && l->connected && t->now.mono_ms - l->connected_ms > LINK_DEAD_MS && t->now.mono_ms - l->last_heard_ms > LINK_DEAD_MS)
		l->down_reason = ERR_TIMEOUT; /* a connection, and nobody who answers Hello */
	for (enum lane lane = LANE_URGENT; lane <= LANE_NORMAL && e == ERR_OK && core_may_sign(t) == ERR_OK; lane++)
		e = look_for_held(t, l, lane);
	return e;
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

static enum err drop_content(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct rec_state *before)
{
	struct rec_state after = *before;

	for (uint32_t i = 0; i < d->manifest_count; i++) {
		struct scan scan = scan_of(key_digest(d->manifest[i].sha256));
		struct record r;
		enum err e;

		if (d->manifest[i].inlined)
			continue;
		core_erase(t, FAMILY_FILE, key_file(d->manifest[i].sha256, place.role, place.serial));
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

/* How long it is still too soon (ms), by the store's own time: the clock may have jumped ahead, or been behind when the document was taken. One
 * of an older build has only the wall clock, and waits while that is known to be wrong. */
static int64_t too_soon_ms(struct turn_view *t, enum role role, const struct rec_document *d)
{
	int64_t kept_ms = role == ROLE_OUT ? t->core->config.expire_ms : t->core->config.relay_retention_ms;

	if (d->taken_passed_ms == 0)
		return core_clock_verdict(t) == CLOCK_WRONG ? SWEEP_AGAIN_MS : 0;
	return kept_ms - (passed_now(t->core, t->now) - d->taken_passed_ms);
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
		core_put(t, key_sweep(t->now.wall_ms + SWEEP_AGAIN_MS, place.role, place.serial), &again);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	soon_ms = too_soon_ms(t, place.role, &document.u.document);
	if (soon_ms > 0) {
		core_put(t, key_sweep(t->now.wall_ms + (soon_ms < SWEEP_AGAIN_MS ? soon_ms : SWEEP_AGAIN_MS), place.role, place.serial), &again);
		return ERR_OK;
	}
	if (place.role == ROLE_OUT) {
		struct document_ref ref = { document.u.document.origin, document.u.document.id, document.u.document.digest };
		struct rec_state after = state.u.state;

		if (state.u.state.closed_at_ms != 0)
			return ERR_OK;
		after.expired = true;
		notify(t, NOTICE_EXPIRED, ref, t->core->config.self, 0, &document.u.document.summary);
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

/* What was to be looked at at a time that no policy gives, because the clock was ahead when that was written, is looked at in time after all. */
static enum err bring_back(struct turn_view *t)
{
	const struct core_config *config = &t->core->config;
	int64_t most_ms = config->expire_ms > config->relay_retention_ms ? config->expire_ms : config->relay_retention_ms;

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
		if (!key_parse_sweep(&scan.at, &due_ms, &place.role, &place.serial) || due_ms - most_ms <= t->now.wall_ms + HELD_MS)
			return ERR_OK;
		core_erase(t, FAMILY_SWEEP, scan.at);
		core_put(t, key_sweep(t->now.wall_ms + most_ms, place.role, place.serial), &again);
	}
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
		if (!key_parse_sweep(&scan.at, &due_ms, &place.role, &place.serial) || due_ms > t->now.wall_ms)
			return ERR_OK;
		core_erase(t, FAMILY_SWEEP, scan.at);
		e = sweep_one(t, place);
		if (e == ERR_DAMAGED) {
			r = (struct record){ .family = FAMILY_SWEEP }; /* its content stays; a restore may mend it */
			core_put(t, key_sweep(t->now.wall_ms + SWEEP_AGAIN_MS, place.role, place.serial), &r);
			e = ERR_OK;
		}
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* A directory that the registry has not renewed in time still routes; that somebody may be cut off from the registry must be seen. So must it
 * that there are subordinates without a link. */
static void look_at_directory(struct turn_view *t)
{
	struct document_ref none = { .origin = { "" } };
	struct core *c = t->core;
	bool expired = t->now.wall_ms > c->valid_until_ms;

	if (c->directory_version == 0 || (!expired && c->unlinked == 0) || t->now.mono_ms < c->next_alarm_ms)
		return;
	c->next_alarm_ms = t->now.mono_ms + ALARM_AGAIN_MS;
	if (expired)
		notify(t, NOTICE_DIRECTORY, none, c->config.self, ERR_DIRECTORY_EXPIRED, NULL);
	if (c->unlinked > 0)
		notify(t, NOTICE_DIRECTORY, none, c->first_unlinked, ERR_LINKS_FULL, NULL);
}

enum err decide_tick(struct turn_view *t)
{
	enum err e;

	for (uint32_t i = 0; i < t->core->link_count; i++) {
		e = tick_link(t, t->core->links[i]);
		if (e != ERR_OK)
			return e;
	}
	guard_tick(t);
	passed_tick(t);
	look_at_directory(t);
	e = visit_tick(t);
	if (e == ERR_OK)
		e = directory_serve_due(t);
	if (e == ERR_OK)
		e = install_tick(t);
	if (e == ERR_OK)
		e = requeue_tick(t);
	if (e == ERR_OK)
		e = aside_tick(t);
	if (e == ERR_OK)
		e = recount_tick(t);
	if (e == ERR_OK)
		e = numbers_tick(t);
	if (e == ERR_OK && core_clock_verdict(t) != CLOCK_WRONG)
		e = bring_back(t);
	return e == ERR_OK ? sweep(t) : e;
}
