/* See dropped.h. */
#include "routing/decide/dropped.h"

#include "routing/core.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum err decide_dropped(struct turn_view *t, const struct ev_dropped *e)
{
	struct key key = key_file(e->sha256, e->role, e->serial);
	struct record r;
	enum err result = core_get(t, FAMILY_DROPPED, key, &r);

	if (result == ERR_NOT_FOUND)
		return ERR_OK;
	if (result != ERR_OK && result != ERR_DAMAGED)
		return result;
	core_erase(t, FAMILY_DROPPED, key);
	return ERR_OK;
}
