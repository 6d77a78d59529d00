/* See place.h. */
#include "routing/target/place.h"

#include "routing/state/record.h"
#include "routing/state/tree.h"

enum err place_version(const struct tree_view *now, struct committee_id who, uint64_t since,
		       uint64_t *version)
{
	enum err e = ERR_OK;

	*version = since;
	if (since == 0)
		e = tree_first(now, who, version);
	if (*version == 0)
		*version = 1; /* the first of all; 0 would be the one in force */
	return e;
}

enum err place_last_month(const struct tree_view *now, struct committee_id who, uint64_t since,
			  struct month *last)
{
	struct tree_view then;
	struct record head;
	struct key key;
	uint64_t version, until = 0;
	enum err e = place_version(now, who, since, &version);

	last->n = UINT16_MAX;
	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* ourselves, before any directory */
	then = tree_at(now, version);
	if (e == ERR_OK)
		e = tree_until(&then, who, &until);
	if (e != ERR_OK || until == 0)
		return e;
	key = key_number(until);
	e = now->lookup.get(now->lookup.ctx, now->arena, FAMILY_DIRECTORY, &key, &head);
	if (e == ERR_OK)
		last->n = (uint16_t)(month_of_ms(head.u.directory.signed_at_ms).n + 1);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
