/* See listing.h. */
#include "daemon/control/listing.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/control/client.h"

enum { LISTED_A_TURN = 256, LISTED_AT_ONCE = 32 };

struct listing {
	struct task task;
	uint64_t id;
	const struct listing_kind *kind;
	void *walk;
};

static void drop(void *work)
{
	struct listing *l = work;

	l->kind->drop(l->walk);
	free(l);
}

/* A row more: rows that may be long want room for the longest; of the others each client may have a
 * few in any case. */
static bool has_room(const struct client *c, const struct listing *l)
{
	size_t waiting = control_out_waiting(c);
	bool long_rows = l->kind->long_rows;

	if (waiting >= OUT_PAUSE_BYTES)
		return false;
	return (!long_rows && waiting < CONTROL_OUT_BYTES / 2) ||
	       shares_room(c->account, SHARE_REPLY,
			   long_rows ? CONTROL_MESSAGE_MAX_BYTES : 2 * OUT_PAUSE_BYTES);
}

static bool ready(const struct client *c, const void *work)
{
	return !c->waits && has_room(c, work);
}

/* False: the listing has ended. */
static bool go_on(struct client *c, struct listing *l)
{
	for (unsigned n = 0; n < LISTED_A_TURN && has_room(c, l); n++) {
		if (n % LISTED_AT_ONCE == LISTED_AT_ONCE - 1 &&
		    clock_now().mono_ms >= c->control->turn_end_ms)
			break;
		arena_reset(c->control->arena);
		if (!l->kind->step(c, l->id, l->walk))
			return false;
	}
	return true;
}

static bool step(struct client *c, void *work)
{
	struct listing *l = work;
	bool view = control_view(c), more = go_on(c, l);

	control_view_end(c, view);
	if (!more) {
		control_task_end(c, &l->task);
		drop(l);
	} else if (control_out_waiting(c) == 0 && !has_room(c, l)) {
		control_wait(c);
	}
	return true;
}

static const struct task_kind listing_task = {
	.step = step, .ready = ready, .drop = drop, .traits = TASK_ALONE | TASK_HOLDS_BYTES
};

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
	*l = (struct listing){
		.task = { .kind = &listing_task, .work = l }, .id = id, .kind = kind, .walk = walk
	};
	control_task_begin(c, &l->task);
	step(c, l);
}

bool control_listing_end(struct client *c, uint64_t id, enum err e, text_t about)
{
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		control_say_done(c, id);
	else
		control_say_error(c, id, e, about);
	return false;
}
