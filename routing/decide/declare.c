/* See declare.h. */
#include "routing/decide/declare.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/target/target.h"

static struct act_reply *answer(struct turn_view *t, const struct ev_declare *e, enum err result)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply = (struct act_reply){ .to = e->reply, .result = result };
	return &a->u.reply;
}

static enum err check(struct turn_view *t, const struct ev_declare *e,
		      const struct target_row **target)
{
	char today[DATE_MAX + 1];
	struct day day;

	date_of_ms(t->now.wall_ms, today);
	if (!date_day(e->as_of, &day))
		return ERR_BAD_DATE;
	if (strcmp(e->as_of, today) > 0)
		return ERR_FUTURE;
	if (!target_declarable(e->done, e->all))
		return ERR_DECLARED_FIGURES;
	if (policy_text(e->person, PERSON_MAX, false) != ERR_OK)
		return ERR_FIELD;
	if (!t->core->room.submissions)
		return t->core->room.why;
	if (guard_verdict(t) == CLOCK_WRONG)
		return ERR_CLOCK_WRONG; /* whether its day has come is not known */
	return target_table_find(t->core->targets, e->name, e->as_of, target);
}

/* The last of a target, NULL: none; and the number of the next. One that is damaged has its number
 * all the same. */
static enum err find_last(struct turn_view *t, text_t id, const struct declaration **last,
			  uint64_t *next)
{
	struct scan scan = scan_of(key_declared_all(id));
	struct declaration *found = arena_alloc(t->plan->arena, sizeof *found);
	struct record r;
	enum err e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_DECLARED, &scan, &r);

	*last = NULL;
	*next = 1;
	if (found == NULL)
		return ERR_NO_MEMORY;
	if (e == ERR_OK && key_parse_declared(&scan.at, next)) {
		*found = r.u.declared.said;
		*last = found;
		++*next;
	}
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	while ((e = core_get(t, FAMILY_DECLARED, key_declared(id, *next), &r)) == ERR_DAMAGED)
		++*next;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool same(const struct declaration *a, const struct declaration *b)
{
	return a->done == b->done && a->all == b->all && strcmp(a->as_of, b->as_of) == 0 &&
	       strcmp(a->person, b->person) == 0;
}

static enum err write(struct turn_view *t, const struct ev_declare *e,
		      const struct declaration *said, uint64_t n)
{
	struct record r = { .family = FAMILY_DECLARED };
	char subject[TARGET_ID_MAX + DATE_MAX + 64];
	enum err result;

	r.u.declared = (struct rec_declared){ .said = *said, .uid = e->uid };
	core_put(t, key_declared(said->name, n), &r);
	feed_add(t, &(struct change){ .kind = CHANGE_TARGET,
				      .what = CHANGE_DECLARED,
				      .committee = t->core->config.self,
				      .name = said->name });
	snprintf(subject, sizeof subject, "%s %llu/%llu %s", said->name,
		 (unsigned long long)said->done, (unsigned long long)said->all, said->as_of);
	result = core_log_act_of(t, e->uid, said->person, "target-declare", subject);
	return result == ERR_OK ? report_want(t, (struct reply_to){ 0 }) : result;
}

/* What is kept outlives the event; the table may be read anew. */
static enum err declaration_of(struct turn_view *t, const struct ev_declare *e, text_t id,
			       struct declaration *out)
{
	struct arena *a = t->plan->arena;

	*out = (struct declaration){ .name = arena_text(a, id, strlen(id)),
				     .done = e->done,
				     .all = e->all,
				     .as_of = arena_text(a, e->as_of, strlen(e->as_of)),
				     .person = arena_text(a, e->person, strlen(e->person)),
				     .at_ms = t->now.wall_ms };
	return out->name != NULL && out->as_of != NULL && out->person != NULL ? ERR_OK
									      : ERR_NO_MEMORY;
}

enum err decide_declare(struct turn_view *t, const struct ev_declare *e)
{
	const struct target_row *target;
	const struct declaration *last;
	struct declaration said;
	struct act_reply *reply;
	bool repeated;
	uint64_t n;
	enum err result = check(t, e, &target);

	if (result != ERR_OK) {
		answer(t, e, result);
		return ERR_OK;
	}
	result = declaration_of(t, e, target->id, &said);
	if (result == ERR_OK)
		result = find_last(t, said.name, &last, &n);
	if (result != ERR_OK)
		return result;
	repeated = last != NULL && same(last, &said);
	if (last != NULL && !e->correction && strcmp(said.as_of, last->as_of) < 0) {
		answer(t, e, ERR_DECLARED_EARLIER)->about = last->as_of;
		return ERR_OK;
	}
	if (!repeated && !e->dry_run)
		result = write(t, e, &said, n);
	if (result != ERR_OK)
		return result;
	reply = answer(t, e, ERR_OK);
	reply->repeated = repeated;
	reply->before = last;
	reply->target = said.name;
	return ERR_OK;
}
