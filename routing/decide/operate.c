/* See operate.h. */
#include "routing/decide/operate.h"

#include "routing/base/arena.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

static void answer(struct turn_view *t, const struct ev_operate *e, enum err why)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply = (struct act_reply){ .to = e->reply, .result = why, .at = e->neighbour };
}

/* Answered when it has ended; one at a time. */
static enum err recount(struct turn_view *t, const struct ev_operate *e)
{
	bool repair = e->operation == OPERATION_REPAIR;

	if (t->core->recount.active) {
		answer(t, e, ERR_BUSY);
		return ERR_OK;
	}
	if (repair) {
		enum err result = core_log_act(t, e->uid, "target-repair", "");

		if (result != ERR_OK)
			return result;
	}
	return recount_begin(t, e->reply, repair);
}

static enum err ping(struct turn_view *t, const struct ev_operate *e)
{
	struct link *l = link_find(t->core, e->neighbour);

	if (l == NULL || !l->present) {
		answer(t, e, ERR_NOT_FOUND);
	} else if (!l->up) {
		answer(t, e, ERR_NETWORK);
	} else if (l->ping_reply.n != 0) {
		answer(t, e, ERR_BUSY);
	} else {
		struct message m = { .type = MESSAGE_PING };

		l->ping_reply = e->reply;
		l->ping_token = core_draw_number(t->core) | 1;
		l->ping_sent_us = t->now.mono_us;
		m.u.ping = (struct msg_ping){ .token = l->ping_token,
					      .directory_version = t->core->directory_version,
					      .wall_ms = t->now.wall_ms };
		link_say(t, l, &m);
	}
	return ERR_OK;
}

static enum err report(struct turn_view *t, const struct ev_operate *e)
{
	enum err result = report_want(t, e->reply);

	if (result != ERR_OK)
		answer(t, e, result);
	return ERR_OK;
}

/* What it answers with comes as its reports always do. */
static enum err ask_report(struct turn_view *t, const struct ev_operate *e)
{
	struct report *ask = arena_alloc(t->plan->arena, sizeof *ask);
	struct fact fact = { .kind = KIND_REPORT, .note = "", .report = ask };
	enum err result = guard_may_sign(t);
	bool below = false;

	if (ask == NULL)
		return ERR_NO_MEMORY;
	*ask = (struct report){ .asks = true };
	if (result == ERR_OK)
		result = tree_is_below(&t->tree, t->core->config.self, e->neighbour, &below);
	if (result == ERR_NOT_FOUND || (result == ERR_OK && !below))
		result = ERR_NOT_BELOW;
	if (result == ERR_OK)
		result = fact_send(t, e->neighbour, &fact, NULL, 0, NULL);
	if (result == ERR_STORE || result == ERR_NO_MEMORY)
		return result;
	answer(t, e, result);
	return ERR_OK;
}

enum err decide_operate(struct turn_view *t, const struct ev_operate *e)
{
	switch (e->operation) {
	case OPERATION_LINK_PING:
		return ping(t, e);
	case OPERATION_RECOUNT:
	case OPERATION_REPAIR:
		return recount(t, e);
	case OPERATION_RESUME:
		return stand_resume(t, e);
	case OPERATION_REPORT:
		return report(t, e);
	case OPERATION_ASK_REPORT:
		return ask_report(t, e);
	case OPERATION_NONE:
		break;
	}
	answer(t, e, ERR_UNSUPPORTED);
	return ERR_OK;
}
