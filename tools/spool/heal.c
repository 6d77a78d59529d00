/* See heal.h. */
#include "tools/spool/heal.h"

#include <stddef.h>

/* Of one document: its file is damaged and can be had again, it has not come whole yet, or it was
 * written while it was read. */
static const enum err alone[] = { ERR_DIGEST, ERR_DAMAGED, ERR_NOT_YET, ERR_CHANGED_FILE };
static const enum err states[] = { ERR_BEHIND,	ERR_TWICE,     ERR_CLOCK_WRONG,
				   ERR_OWN_KEY, ERR_CANCELLED, ERR_OWN_KEY_UNKNOWN };

static bool has(const enum err *list, size_t count, unsigned code)
{
	for (size_t i = 0; i < count; i++) {
		if ((unsigned)list[i] == code)
			return true;
	}
	return false;
}

bool spool_heals_alone(unsigned code)
{
	return has(alone, sizeof alone / sizeof alone[0], code);
}

bool spool_heals(unsigned code)
{
	return code == 0 || (code >= 4000 && code < 6000) || spool_heals_alone(code) ||
	       has(states, sizeof states / sizeof states[0], code);
}
