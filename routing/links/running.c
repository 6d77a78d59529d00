/* See running.h. */
#include "routing/links/running.h"

#include "routing/state/memory.h"
#include "routing/state/record.h"

enum { RUN_NOTE_MS = 60 * 1000 };
#define RUN_NOTE_NAME "running"

uint64_t running_ms(const struct turn_view *t)
{
	const struct aside_memory *m = &t->core->aside;

	return m->run_base_ms + (uint64_t)(t->now.mono_ms - m->run_from_ms);
}

void running_note(struct turn_view *t)
{
	struct record r = { .family = FAMILY_META };

	r.u.note.number = running_ms(t);
	core_put(t, key_name(RUN_NOTE_NAME), &r);
	t->core->aside.next_note_ms = t->now.mono_ms + RUN_NOTE_MS;
}

enum err running_load(struct turn_view *t)
{
	struct aside_memory *m = &t->core->aside;
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(RUN_NOTE_NAME), &r);

	m->run_base_ms = e == ERR_OK ? r.u.note.number : 0;
	m->run_from_ms = t->now.mono_ms;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
