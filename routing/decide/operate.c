/* See operate.h. */
#include "routing/decide/operate.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

static void answer_about(struct turn_view *t, const struct ev_operate *e, enum err why,
			 text_t about)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply = (struct act_reply){
		.to = e->reply, .result = why, .at = e->neighbour, .about = about
	};
}

static void answer(struct turn_view *t, const struct ev_operate *e, enum err why)
{
	answer_about(t, e, why, NULL);
}

/* Answered when it has ended; one at a time. */
static enum err recount(struct turn_view *t, const struct ev_operate *e)
{
	bool repair = e->operation == OPERATION_REPAIR;

	if (t->core->recount.active) {
		answer(t, e, ERR_BUSY);
		return ERR_OK;
	}
	if (repair && t->core->unsound != ERR_OK) {
		answer(t, e, ERR_UNSOUND);
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

static struct report_asked *asked_of(struct report_memory *m, struct committee_id who)
{
	for (uint32_t i = 0; i < REPORT_ASKED_MAX; i++) {
		if (id_equal(m->asked[i].who, who))
			return &m->asked[i];
	}
	return NULL;
}

/* The question is kept until it has arrived, so asking again brings nothing as long as it is
 * not answered. *again_ms: when it may be, by the wall clock; 0: now. */
static enum err ask_again(struct turn_view *t, struct committee_id who, int64_t *again_ms)
{
	const struct report_asked *last = asked_of(&t->core->report, who);
	struct record known;
	enum err e;

	*again_ms = 0;
	if (last == NULL || t->now.mono_ms - last->at_mono_ms >= REPORT_ASKED_MS)
		return ERR_OK;
	e = core_get(t, FAMILY_REPORT, key_committee(who), &known);
	if (e == ERR_OK && known.u.report.taken_at_ms > last->at_wall_ms)
		return ERR_OK;
	*again_ms = t->now.wall_ms + last->at_mono_ms + REPORT_ASKED_MS - t->now.mono_ms;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static void remember_asked(struct turn_view *t, struct committee_id who)
{
	struct report_memory *m = &t->core->report;
	struct report_asked *at = asked_of(m, who);

	if (at == NULL) {
		at = &m->asked[m->asked_next];
		m->asked_next = (m->asked_next + 1) % REPORT_ASKED_MAX;
	}
	*at = (struct report_asked){ who, t->now.mono_ms, t->now.wall_ms };
}

/* As "2026-11-29 15:42" in Vietnam, rounded up: then it may. */
static text_t time_text(struct arena *a, int64_t ms)
{
	int64_t up = ms + 59999, minute = (up - day_begin_ms(day_of_ms(up))) / 60000;
	char *out = arena_alloc(a, DATE_MAX + sizeof " HH:MM");

	if (out == NULL)
		return NULL;
	date_of_ms(up, out);
	snprintf(out + DATE_MAX, sizeof " HH:MM", " %02u:%02u", (unsigned)(minute / 60) % 24,
		 (unsigned)(minute % 60));
	return out;
}

/* What it answers with comes as its reports always do. */
static enum err ask_report(struct turn_view *t, const struct ev_operate *e)
{
	struct report *ask = arena_alloc(t->plan->arena, sizeof *ask);
	struct fact fact = { .kind = KIND_REPORT, .note = "", .report = ask };
	enum err result = guard_may_sign(t);
	int64_t again_ms = 0;
	bool below = false;

	if (ask == NULL)
		return ERR_NO_MEMORY;
	*ask = (struct report){ .asks = true };
	if (result == ERR_OK)
		result = tree_is_below(&t->tree, t->core->config.self, e->neighbour, &below);
	if (result == ERR_NOT_FOUND || (result == ERR_OK && !below))
		result = ERR_NOT_BELOW;
	if (result == ERR_OK)
		result = ask_again(t, e->neighbour, &again_ms);
	if (result == ERR_OK && again_ms != 0)
		result = ERR_REPORT_ASKED;
	if (result == ERR_OK)
		result = fact_send(t, e->neighbour, &fact, NULL, 0, NULL);
	if (result == ERR_STORE || result == ERR_NO_MEMORY)
		return result;
	if (result == ERR_OK)
		remember_asked(t, e->neighbour);
	answer_about(t, e, result,
		     result == ERR_REPORT_ASKED ? time_text(t->plan->arena, again_ms) : NULL);
	return ERR_OK;
}

/* The file itself goes when the act is on the disk. */
static enum err drop_copy(struct turn_view *t, const struct ev_operate *e)
{
	answer_about(t, e, ERR_OK, arena_text(t->plan->arena, e->copy, strlen(e->copy)));
	return core_log_act(t, e->uid, "quarantine-drop", e->copy);
}

enum err decide_operate(struct turn_view *t, const struct ev_operate *e)
{
	switch (e->operation) {
	case OPERATION_LINK_PING:
		return ping(t, e);
	case OPERATION_RECOUNT:
	case OPERATION_REPAIR:
		return recount(t, e);
	case OPERATION_ACCEPT:
		answer(t, e, ERR_OK);
		return core_log_act(t, e->uid, "accept-loss", "");
	case OPERATION_DROP_COPY:
		return drop_copy(t, e);
	case OPERATION_RESUME:
		return settle_resume(t, e);
	case OPERATION_REPORT:
		return report(t, e);
	case OPERATION_ASK_REPORT:
		return ask_report(t, e);
	case OPERATION_ARCHIVED:
		return archive_take(t, e);
	case OPERATION_NONE:
		break;
	}
	answer(t, e, ERR_UNSUPPORTED);
	return ERR_OK;
}
