/* See settle.h. */
#include "routing/links/settle.h"

#include "routing/base/committee_id.h"
#include "routing/links/heads.h"
#include "routing/links/stand.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

static bool has_alarm(const struct core *c)
{
	bool any = c->stand.alarm != ERR_OK;

	for (uint32_t i = 0; i < c->link_count; i++)
		any = any || c->links[i]->heads.ours != ERR_OK;
	return any;
}

enum err settle_resume(struct turn_view *t, const struct ev_operate *e)
{
	struct link *one = id_empty(e->neighbour) ? NULL : link_find(t->core, e->neighbour);
	struct act *a = plan_act(t->plan, ACT_REPLY);
	enum err result = ERR_OK;

	a->u.reply = (struct act_reply){ .to = e->reply, .at = e->neighbour };
	if (!id_empty(e->neighbour) && one == NULL)
		result = ERR_NOT_FOUND;
	else if (one != NULL ? one->stand.its == ERR_OK && one->heads.its == ERR_OK
			     : !has_alarm(t->core))
		result = ERR_BAD_STATE;
	a->u.reply.result = result;
	if (result != ERR_OK)
		return ERR_OK;
	result = core_log_act(t, e->uid, "recover-resume", e->neighbour.text);
	if (result != ERR_OK)
		return result;
	if (one != NULL) {
		heads_settle_its(t, one);
		stand_settle_its(t, one);
		return ERR_OK;
	}
	heads_settle_ours(t);
	stand_settle(t);
	return ERR_OK;
}
