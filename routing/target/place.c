/* See place.h. */
#include "routing/target/place.h"

#include "routing/state/record.h"
#include "routing/state/tree.h"

enum err place_last_month(const struct tree_view *now, struct committee_id who, uint64_t since,
			  struct month *last)
{
	/* 0: as in the first tree, and of who joined later not known */
	struct tree_view then = tree_at(now, since == 0 ? 1 : since);
	struct record head;
	struct key key;
	uint64_t until;
	enum err e = tree_until(&then, who, &until);

	last->n = UINT16_MAX;
	if (e == ERR_NOT_FOUND && since == 0)
		return ERR_OK;
	if (e != ERR_OK || until == 0)
		return e;
	key = key_number(until);
	e = now->lookup.get(now->lookup.ctx, now->arena, FAMILY_DIRECTORY, &key, &head);
	if (e == ERR_OK)
		last->n = (uint16_t)(month_of_ms(head.u.directory.signed_at_ms).n + 1);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
