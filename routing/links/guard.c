/* See guard.h. */
#include "routing/links/guard.h"

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/core.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum { NOTICE_PAUSE_MS = 10 * 1000, SAYS_MAX = LINKS_MAX };

void guard_set_signer(struct core *c, const struct signer_validity *v)
{
	c->guard.signer = *v;
	c->guard.signer_said = true;
}

void guard_forget(struct core *c)
{
	c->guard.judged = false;
}

static void judge(struct core *c, struct now now)
{
	struct guard *g = &c->guard;
	struct clock_opinion says[SAYS_MAX];
	bool has_superior = false;
	uint32_t count = 0, neighbours = 0;

	if (g->judged && g->judged_at.wall_ms == now.wall_ms &&
	    g->judged_at.mono_us == now.mono_us && g->judged_at.mono_ms == now.mono_ms)
		return;
	for (uint32_t i = 0; i < c->link_count; i++) {
		const struct link *l = c->links[i];

		if (!l->present || l->ended)
			continue;
		neighbours++;
		has_superior = has_superior || l->superior;
		if (l->up && clock_counts(&l->clock, now) && count < SAYS_MAX)
			says[count++] =
			    (struct clock_opinion){ .superior = l->superior,
						    .ahead_ms = clock_ahead_ms(&l->clock, now),
						    .error_ms = l->clock.error_ms };
	}
	g->verdict = clock_judge(says, count, has_superior, neighbours, &g->ahead_ms);
	g->judged_at = now;
	g->judged = true;
}

static enum err check_key(const struct core *c, int64_t wall_ms)
{
	const struct signer_validity *v = &c->guard.signer;

	if (!c->guard.signer_said || c->directory_version == 0)
		return ERR_OK; /* nobody is known yet to whom anything could go */
	if (!v->known)
		return ERR_OWN_KEY_UNKNOWN;
	return wall_ms < v->from_ms || (v->to_ms != 0 && wall_ms > v->to_ms) ||
		       (v->revoked_from_ms != 0 && wall_ms >= v->revoked_from_ms)
		   ? ERR_OWN_KEY
		   : ERR_OK;
}

enum clock_verdict guard_verdict(struct turn_view *t)
{
	judge(t->core, t->now);
	return t->core->guard.verdict;
}

enum err guard_may_sign(struct turn_view *t)
{
	judge(t->core, t->now);
	return t->core->guard.verdict == CLOCK_WRONG ? ERR_CLOCK_WRONG
						     : check_key(t->core, t->now.wall_ms);
}

void guard_view(struct core *c, struct clock_view *out)
{
	judge(c, c->now);
	*out = (struct clock_view){ .verdict = c->guard.verdict,
				    .ahead_ms = c->guard.ahead_ms,
				    .signer = c->guard.signer,
				    .now_ms = c->now.wall_ms };
	out->refusing =
	    out->verdict == CLOCK_WRONG ? ERR_CLOCK_WRONG : check_key(c, c->now.wall_ms);
}

/* ---- notices ---- */

static void notify_clock(struct turn_view *t, struct committee_id whose, enum err why,
			 int64_t ahead_ms)
{
	struct act *a = plan_act(t->plan, ACT_NOTIFY);

	a->u.notify = (struct act_notify){ .what = NOTICE_CLOCK,
					   .committee = whose,
					   .reason = (uint32_t)why,
					   .clock_ahead_ms = ahead_ms };
}

/* Once when it passes the bound and once when it is right again; a clock close to the bound does
 * not cause a notice each time it crosses. */
void guard_check_link(struct turn_view *t, struct link *l)
{
	int64_t ahead_ms = clock_ahead_ms(&l->clock, t->now),
		off_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;
	bool beyond = off_ms > (l->clock_notified ? CLOCK_RIGHT_MS : CLOCK_SHOWN_MS);

	if (!l->up || !l->clock.known || beyond == l->clock_notified ||
	    t->now.mono_ms < l->next_clock_notice_ms)
		return;
	l->clock_notified = beyond;
	l->next_clock_notice_ms = t->now.mono_ms + NOTICE_PAUSE_MS;
	notify_clock(t, l->neighbour, beyond ? ERR_CLOCK_NEIGHBOUR : ERR_OK, ahead_ms);
}

void guard_measure(struct turn_view *t, struct link *l, int64_t peer_wall_ms, int64_t round_trip_us)
{
	clock_measure(&l->clock, peer_wall_ms, round_trip_us, t->now);
	guard_forget(t->core);
}

void guard_tick(struct turn_view *t)
{
	struct guard *g = &t->core->guard;
	enum err why = guard_may_sign(t);

	for (uint32_t i = 0; i < t->core->link_count && plan_has_room(t->plan); i++)
		guard_check_link(t, t->core->links[i]);
	if (why == g->notified || t->now.mono_ms < g->next_notice_ms)
		return;
	g->notified = why;
	g->next_notice_ms = t->now.mono_ms + NOTICE_PAUSE_MS;
	notify_clock(t, t->core->config.self, why, g->ahead_ms);
}
