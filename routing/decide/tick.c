/* See tick.h. */
#include "routing/decide/tick.h"

#include <string.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/decide/directory.h"
#include "routing/directory/directory.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/target/target.h"

enum {
	PINS_INTERVAL_MS = 60 * 1000,
	DIRECTORY_PARTS_PER_TICK = 256,
	ALARM_AGAIN_MS = 24 * 3600 * 1000
};

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
	stand_agreed(t, l);
	if (ask)
		l->next_pins_ms = t->now.mono_ms + PINS_INTERVAL_MS;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL && e == ERR_OK; lane++) {
		if (l->resume_ms[lane] != 0 && t->now.mono_ms >= l->resume_ms[lane] &&
		    (lane == LANE_FACTS || guard_may_sign(t) == ERR_OK))
			link_subscribe(t, l, lane);
		if (lane == LANE_FACTS)
			continue;
		e = pins_republish(t, l, lane);
		if (e == ERR_OK)
			e = pins_forget_fetches(t, l, lane);
		if (e == ERR_OK && ask)
			e = pins_ask(t, l, lane);
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
	if (!l->up && l->connected && t->now.mono_ms - l->connected_ms > LINK_DEAD_MS &&
	    t->now.mono_ms - l->last_heard_ms > LINK_DEAD_MS)
		l->down_reason = ERR_TIMEOUT; /* a connection, and nobody who answers Hello */
	for (enum lane lane = LANE_URGENT;
	     lane <= LANE_NORMAL && e == ERR_OK && guard_may_sign(t) == ERR_OK; lane++)
		e = held_scan(t, l, lane);
	return e;
}

/* A directory that the registry has not renewed in time still routes; that somebody may be cut off
 * from the registry must be seen. So must it that there are subordinates without a link. */
static void check_directory(struct turn_view *t)
{
	struct document_ref none = { .origin = { "" } };
	struct core *c = t->core;
	bool expired = t->now.wall_ms > c->valid_until_ms;

	if (c->directory_version == 0 || (!expired && c->unlinked == 0) ||
	    t->now.mono_ms < c->next_alarm_ms)
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
	check_directory(t);
	e = visit_tick(t);
	if (e == ERR_OK)
		e = directory_serve_due(t);
	if (e == ERR_OK)
		e = install_tick(t);
	if (e == ERR_OK)
		e = requeue_tick(t);
	if (e == ERR_OK)
		e = told_tick(t);
	if (e == ERR_OK)
		e = aside_tick(t);
	if (e == ERR_OK)
		e = recount_tick(t);
	if (e == ERR_OK)
		e = report_tick(t);
	if (e == ERR_OK)
		e = reported_tick(t);
	if (e == ERR_OK)
		e = numbers_tick(t);
	if (e == ERR_OK)
		e = open_work_tick(t);
	if (e == ERR_OK)
		e = matter_tick(t);
	if (e == ERR_OK)
		e = give_tick(t);
	if (e == ERR_OK)
		e = own_tick(t);
	if (e == ERR_OK)
		e = wanted_tick(t);
	if (e == ERR_OK)
		e = last_number_tick(t);
	if (e == ERR_OK)
		e = unheard_tick(t);
	return e == ERR_OK ? retention_tick(t) : e;
}
