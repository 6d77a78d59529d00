/* See passed.h. */
#include "routing/links/passed.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/links/guard.h"
#include "routing/state/clocks.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { WRITTEN_MS = 60 * 1000, WRITTEN_IDLE_MS = 10 * 60 * 1000, NOTE_BYTES = 16 };
static const char note_name[] = "passed";

int64_t passed_now(const struct core *c, struct now now)
{
	return c->passed.value_ms + (now.mono_ms - c->passed.at_mono_ms);
}

static void put64(uint8_t *p, int64_t n)
{
	for (unsigned i = 0; i < 8; i++)
		p[i] = (uint8_t)((uint64_t)n >> (8 * (7 - i)));
}

static int64_t get64(const uint8_t *p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return (int64_t)n;
}

enum err passed_load(struct turn_view *t)
{
	struct passed *p = &t->core->passed;
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(note_name), &r);

	*p = (struct passed){ .value_ms = 1, .at_mono_ms = t->now.mono_ms };
	if (e == ERR_OK && r.u.note.number > 0 && r.u.note.number < INT64_MAX / 2) {
		p->value_ms = (int64_t)r.u.note.number;
		if (r.u.note.bytes.len_bytes == NOTE_BYTES) {
			p->anchored = true;
			p->anchor_ms = get64(r.u.note.bytes.data);
			p->anchor_wall_ms = get64(r.u.note.bytes.data + 8);
		}
	}
	p->boot_ms = p->written_ms = p->value_ms;
	/* damaged, it starts again: later rows move it forward */
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

void passed_at_least(struct core *c, int64_t value_ms)
{
	struct passed *p = &c->passed;

	if (value_ms > p->value_ms && value_ms < INT64_MAX / 2)
		p->value_ms = p->boot_ms = value_ms;
}

/* What the time would be if the wall clock were right: 0 more when nobody knows. */
static int64_t down_ms(const struct core *c, struct now now)
{
	const struct passed *p = &c->passed;
	int64_t more_ms =
	    p->anchored && !p->caught_up
		? p->anchor_ms + (now.wall_ms - p->anchor_wall_ms) - passed_now(c, now)
		: 0;

	return more_ms > 0 ? more_ms : 0;
}

void passed_tick(struct turn_view *t)
{
	struct passed *p = &t->core->passed;

	if (guard_verdict(t) != CLOCK_RIGHT)
		return;
	p->value_ms += down_ms(t->core, t->now);
	p->caught_up = true;
	p->anchored = true;
	p->anchor_ms = passed_now(t->core, t->now);
	p->anchor_wall_ms = t->now.wall_ms;
}

enum err passed_write(struct turn_view *t)
{
	struct passed *p = &t->core->passed;
	int64_t now_ms = passed_now(t->core, t->now), since_ms = now_ms - p->written_ms;
	struct record r = { .family = FAMILY_META };
	uint8_t *bytes;

	if (since_ms < (plan_is_empty(t->plan) ? WRITTEN_IDLE_MS : WRITTEN_MS) || !t->core->loaded)
		return ERR_OK;
	bytes = arena_alloc(t->plan->arena, NOTE_BYTES);
	if (bytes == NULL)
		return ERR_NO_MEMORY;
	r.u.note.number = (uint64_t)now_ms;
	if (p->anchored) {
		put64(bytes, p->anchor_ms);
		put64(bytes + 8, p->anchor_wall_ms);
		r.u.note.bytes = (struct blob){ bytes, NOTE_BYTES };
	}
	p->written_ms = now_ms;
	core_put(t, key_name(note_name), &r);
	return ERR_OK;
}

int64_t passed_row_age(const struct core *c, struct now now, const struct rec_stream *row)
{
	int64_t here_ms = now.mono_ms - c->passed.at_mono_ms,
		wall_ms = now.wall_ms - row->queued_at_ms, age_ms;

	if (row->passed_ms > 0) {
		age_ms = passed_now(c, now) - row->passed_ms;
		return age_ms > 0 ? age_ms : 0;
	}
	/* Of an older build: it was here when this process began, and for the rest the wall clock
	 * of then and of now are all that there is. */
	return row->queued_at_ms > 0 && wall_ms > here_ms ? wall_ms : here_ms;
}

int64_t passed_shown_age(const struct core *c, const struct rec_stream *row)
{
	int64_t age_ms = passed_row_age(c, c->now, row);

	return row->passed_ms > 0 && row->passed_ms <= c->passed.boot_ms &&
		       c->guard.verdict != CLOCK_WRONG
		   ? age_ms + down_ms(c, c->now)
		   : age_ms;
}
