/* See due_item.h. */
#include "daemon/control/due_item.h"

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "routing/state/lookup.h"

struct due_rules due_item_rules(struct client *c, uint32_t soon_days)
{
	struct due_rules out = { .deadlines = tables_deadlines(c->control->parts.tables,
							       c->control->parts.config),
				 .now_ms = control_wall_ms(c) };

	if (soon_days != 0)
		out.deadlines.soon_days = soon_days;
	return out;
}

static void judge(const struct due_rules *rules, const struct deadline_of *of, struct due_item *out)
{
	out->deadline = deadline_next(&rules->deadlines, of);
	out->state = deadline_state_at(&rules->deadlines, &out->deadline, rules->now_ms);
}

/* What others have to do with one of ours is due on its own day. */
static void judge_sent(const struct due_rules *rules, struct due_item *out)
{
	const struct deadline_of of = { .stand = { .work = OFFICE_ACCEPTED },
					.document_due_on = out->document.summary.due_on };

	out->arrived_at_ms = out->document.taken_at_ms;
	judge(rules, &of, out);
}

enum err due_item_read(struct client *c, const struct due_rules *rules, const struct key *key,
		       struct due_item *out)
{
	struct arena *a = c->control->arena;
	struct lookup l = control_lookup(c);
	struct deadline_of of;
	struct serial serial;
	struct record r;
	enum role role;
	enum err e;

	*out = (struct due_item){ .work = { .to = "", .due_on = "" } };
	e = control_get_document(c, a, key, &out->document);
	if (e == ERR_OK && key_parse_serial(key, &role, &serial) && role == ROLE_OUT) {
		judge_sent(rules, out);
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = l.get(l.ctx, a, FAMILY_STATE, key, &r);
	if (e != ERR_OK)
		return e;
	out->arrived_at_ms = r.u.state.complete_at_ms;
	e = l.get(l.ctx, a, FAMILY_WORK, key, &r);
	out->worked = e == ERR_OK;
	if (e == ERR_OK)
		out->work = r.u.work;
	else if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	of = (struct deadline_of){ .stand = out->work.stand,
				   .urgency = out->document.urgency,
				   .arrived_at_ms = out->arrived_at_ms,
				   .office_due_on = out->work.due_on,
				   .document_due_on = out->document.summary.due_on };
	judge(rules, &of, out);
	return ERR_OK;
}
