/* See papers.h. */
#include "routing/decide/papers.h"

#include <assert.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/decide/paper.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/plan_cost.h"
#include "routing/target/target.h"

/* of the store, by one entry; more than one can take */
enum { ENTRY_MOST_BYTES = 192 * 1024 };

/* All that entries change, in the plan and in memory. */
struct before {
	struct plan_mark plan;
	struct recount_mark recount;
	struct target_memory target;
	struct register_end books[BOOK_COUNT];
	uint64_t act_number;
};

static enum err remember(struct turn_view *t, struct before *out)
{
	enum err e = plan_mark(t->plan, &out->plan);

	out->target = t->core->target;
	memcpy(out->books, t->core->books, sizeof out->books);
	out->act_number = t->core->act_number;
	return e == ERR_OK ? recount_mark(t, &out->recount) : e;
}

static void go_back(struct turn_view *t, const struct before *b)
{
	plan_back(t->plan, &b->plan);
	recount_back(t, &b->recount);
	t->core->target = b->target;
	memcpy(t->core->books, b->books, sizeof b->books);
	t->core->act_number = b->act_number;
}

/* What it may cost is part of the decision: the event is larger than what a turn leaves room
 * for. */
static enum err check_room(struct turn_view *t)
{
	const struct core_room *room = &t->core->room;

	if (room->left_bytes == 0 ||
	    plan_cost_bytes(t->plan) + ENTRY_MOST_BYTES <= room->left_bytes)
		return ERR_OK;
	return room->left_why == ERR_OK ? ERR_MAP_FULL : room->left_why;
}

static enum err decide_line(struct turn_view *t, const struct ev_paper *line, struct act_reply *out)
{
	enum err e = line->fault != ERR_OK ? line->fault : check_room(t);
	const struct act *last;

	*out = (struct act_reply){ .id = line->id, .result = e, .about = line->about };
	if (e != ERR_OK)
		return ERR_OK;
	e = decide_paper(t, line);
	if (e != ERR_OK)
		return e;
	last = &t->plan->acts[--t->plan->act_count]; /* an entry is answered at its end */
	assert(last->type == ACT_REPLY);
	*out = last->u.reply;
	return ERR_OK;
}

enum err decide_papers(struct turn_view *t, const struct ev_papers *e)
{
	struct act_reply *lines = arena_array(t->plan->arena, e->count, sizeof *lines), *a;
	struct before before;
	bool refused = false, back;
	enum err result = lines == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (result == ERR_OK && (e->together || e->dry_run))
		result = remember(t, &before);
	for (uint32_t i = 0; i < e->count && result == ERR_OK; i++) {
		result = decide_line(t, &e->lines[i], &lines[i]);
		refused = refused || lines[i].result != ERR_OK;
	}
	if (result != ERR_OK)
		return result;
	back = e->dry_run || (e->together && refused);
	if (back)
		go_back(t, &before);
	a = &plan_act(t->plan, ACT_REPLY)->u.reply;
	a->to = e->reply;
	a->lines = lines;
	a->line_count = e->count;
	a->registered = !back;
	return ERR_OK;
}
