/* See listing.h. */
#include "daemon/control/listing.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/control/client.h"

enum { LISTED_A_TURN = 256, LISTED_AT_ONCE = 32 };

struct listing {
	uint64_t id;
	const struct listing_kind *kind;
	void *walk;
};

void control_listing_drop(struct client *c)
{
	if (c->listing == NULL)
		return;
	c->listing->kind->drop(c->listing->walk);
	free(c->listing);
	c->listing = NULL;
}

/* A row more: rows that may be long want room for the longest; of the others each client may have a
 * few in any case. */
static bool has_room(const struct client *c)
{
	size_t waiting = control_out_waiting(c);
	bool long_rows = c->listing->kind->long_rows;

	if (waiting >= OUT_PAUSE_BYTES)
		return false;
	return (!long_rows && waiting < CONTROL_OUT_BYTES / 2) ||
	       shares_room(c->account, SHARE_REPLY,
			   long_rows ? CONTROL_MESSAGE_MAX_BYTES : 2 * OUT_PAUSE_BYTES);
}

bool control_listing_ready(const struct client *c)
{
	return c->listing != NULL && !c->waits && has_room(c);
}

void control_listing_go_on(struct client *c)
{
	for (unsigned n = 0; c->listing != NULL && n < LISTED_A_TURN && has_room(c); n++) {
		struct listing *l = c->listing;

		if (n % LISTED_AT_ONCE == LISTED_AT_ONCE - 1 &&
		    clock_now().mono_ms >= c->control->turn_end_ms)
			return;
		arena_reset(c->control->arena);
		if (!l->kind->step(c, l->id, l->walk)) {
			control_listing_drop(c);
			return;
		}
	}
	if (c->listing != NULL && control_out_waiting(c) == 0 && !has_room(c))
		control_wait(c);
}

void control_listing_begin(struct client *c, uint64_t id, const struct listing_kind *kind,
			   void *walk)
{
	struct listing *l = walk == NULL ? NULL : calloc(1, sizeof *l);

	if (l == NULL) {
		if (walk != NULL)
			kind->drop(walk);
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	*l = (struct listing){ .id = id, .kind = kind, .walk = walk };
	c->listing = l;
	control_listing_go_on(c);
}

bool control_listing_end(struct client *c, uint64_t id, enum err e, text_t about)
{
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		control_say_done(c, id);
	else
		control_say_error(c, id, e, about);
	return false;
}
