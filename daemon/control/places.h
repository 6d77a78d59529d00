/* Where committees stood when something of theirs counted: each way up to the top has a number, and
 * ways that are the same have the same. */
#ifndef VANTHU_DAEMON_CONTROL_PLACES_H
#define VANTHU_DAEMON_CONTROL_PLACES_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct place;

/* Begins as zeros. */
struct places {
	struct place *list;
	uint32_t count, capacity;
};

void places_free(struct places *p);
/* The numbers of all places of a way: up[0] is the committee, up[count - 1] the top, whose place is
 * 0. ERR_NO_MEMORY. */
must_use enum err places_number(struct places *p, const struct committee_id *up, uint32_t count,
				uint32_t *numbers);
/* Who stood above at a place (not 0); *number becomes that one's own. It lives as long as the
 * places. */
text_t places_superior(const struct places *p, uint32_t *number);

#endif
