/* See accept.h. */
#include "routing/reconcile/accept.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum accept_hope accept_hope(enum family family, const struct key *key)
{
	struct line_key line;
	struct serial serial;
	enum role role;

	switch (family) {
	case FAMILY_DOCUMENT:
	case FAMILY_ENVELOPE:
	case FAMILY_RECEIPT:
	case FAMILY_STATUS:
	case FAMILY_COMMITTEE:
	case FAMILY_DIRECTORY:
	case FAMILY_REPORT:
	case FAMILY_FIGURES:
		return HOPE_THERE;
	case FAMILY_LINE: /* an addition stands nowhere else */
		return key_parse_line(key, &line) && line.addition == 0 ? HOPE_HERE : HOPE_NONE;
	case FAMILY_RELAY: /* so does another relay's word */
		return key_parse_serial(key, &role, &serial) ? HOPE_HERE : HOPE_NONE;
	case FAMILY_PAPER:
	case FAMILY_ACT:
	case FAMILY_HISTORY:
	case FAMILY_DECLARED:
	case FAMILY_ACCEPTED:
	case FAMILY_EARLY:
	case FAMILY_GONE:
	case FAMILY_ASIDE:
	case FAMILY_META:
	case FAMILY_NONE:
	case FAMILY_COUNT:
		return HOPE_NONE;
	default:
		return HOPE_HERE;
	}
}

enum err accept_load(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e;

	scan.report_damage = true; /* its key says all that is asked of it */
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ACCEPTED, &scan, &r)) ==
		       ERR_OK ||
	       e == ERR_DAMAGED)
		t->core->accepted++;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err accept_has(struct turn_view *t, enum family family, const struct key *key, bool *yes)
{
	struct key accepted;
	struct record r;
	enum err e;

	*yes = false;
	if (t->core->accepted == 0 || !key_accepted(family, key, &accepted))
		return ERR_OK;
	e = core_get(t, FAMILY_ACCEPTED, accepted, &r);
	*yes = e == ERR_OK || e == ERR_DAMAGED;
	return *yes || e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void answer(struct turn_view *t, const struct ev_accept *e, enum err why)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply =
		(struct act_reply){ .to = e->reply,
				    .result = why,
				    .about = arena_text(t->plan->arena, e->copy, strlen(e->copy)) };
}

/* What is answered; *accepted: it was before. */
static enum err judge(struct turn_view *t, const struct ev_accept *e, bool *accepted)
{
	struct key key;
	struct record r;
	enum err result = core_get(t, e->family, e->key, &r);

	*accepted = false;
	if (result == ERR_OK)
		return ERR_BAD_STATE;
	if (result != ERR_DAMAGED)
		return result;
	if (!key_accepted(e->family, &e->key, &key))
		return ERR_BAD_STATE;
	result = accept_has(t, e->family, &e->key, accepted);
	if (result != ERR_OK || *accepted)
		return result;
	return e->knowing || accept_hope(e->family, &e->key) == HOPE_NONE ? ERR_OK : ERR_NOT_YET;
}

static enum err put(struct turn_view *t, const struct ev_accept *e)
{
	struct record r = { .family = FAMILY_ACCEPTED };
	struct key key;

	r.u.accepted = (struct rec_accepted){ .at_ms = t->now.wall_ms,
					      .uid = e->uid,
					      .reason = arena_text(t->plan->arena, e->reason,
								   strlen(e->reason)) };
	if (r.u.accepted.reason == NULL)
		return ERR_NO_MEMORY;
	if (key_accepted(e->family, &e->key, &key))
		core_put(t, key, &r);
	return core_log_act(t, e->uid, "quarantine-accept", e->copy);
}

enum err accept_record(struct turn_view *t, const struct ev_accept *e)
{
	bool accepted;
	enum err result = judge(t, e, &accepted);

	if (result == ERR_STORE || result == ERR_NO_MEMORY)
		return result;
	if (result == ERR_OK && !accepted) {
		result = put(t, e);
		if (result != ERR_OK)
			return result;
	}
	answer(t, e, result);
	return ERR_OK;
}
