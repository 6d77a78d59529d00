/* The ring of turns and the lookups between them; see flight.h. */
#include "daemon/flight.h"

#include <assert.h>
#include <string.h>

#include "proto/record_codec.h"
#include "routing/base/arena.h"

enum { COPY_ARENA_BYTES = 8 << 20 }; /* a record as it is stored */

/* ---- the ring ---- */

const struct slot *flight_look(const struct flight *f, unsigned age)
{
	assert(age < f->count);
	return &f->slots[(f->first + age) % IN_FLIGHT_MAX];
}

struct slot *flight_at(struct flight *f, unsigned age)
{
	assert(age < f->count);
	return &f->slots[(f->first + age) % IN_FLIGHT_MAX];
}

struct slot *flight_youngest(struct flight *f, enum step step)
{
	struct slot *s = f->count == 0 ? NULL : flight_at(f, f->count - 1);

	return s != NULL && s->step == step ? s : NULL;
}

struct slot *flight_open(struct flight *f)
{
	struct slot *s;

	assert(f->count < IN_FLIGHT_MAX);
	f->count++;
	s = flight_at(f, f->count - 1);
	s->step = STEP_OPEN;
	s->result = ERR_OK;
	s->urgent = s->patient = 0;
	s->ticked = false;
	s->cost_bytes = 0;
	return s;
}

void flight_drop_oldest(struct flight *f)
{
	struct slot *s = flight_at(f, 0);

	for (uint32_t i = 0; i < s->batch_count; i++) {
		if (s->batch[i].release != NULL)
			s->batch[i].release(s->batch[i].owner);
	}
	s->batch_count = 0;
	plan_clear(s->plan);
	f->first = (f->first + 1) % IN_FLIGHT_MAX;
	f->count--;
}

bool flight_job_is_out(const struct flight *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		enum step step = flight_look(f, i)->step;

		if (step == STEP_SEALING || step == STEP_COMMITTING)
			return true;
	}
	return false;
}

uint64_t flight_cost_bytes(const struct flight *f)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < f->count; i++)
		sum += flight_look(f, i)->cost_bytes;
	return sum;
}

/* ---- what a turn reads: through those before it, to the store ---- */

static struct lookup beneath(const struct slot *s)
{
	struct flight *f = s->flight;
	unsigned index = (unsigned)(s - f->slots);

	if (index == f->first)
		return f->store;
#ifdef VANTHU_CANARY_MISSES_FLIGHT
	return f->store; /* the canary of the tests: what is in flight is not seen */
#else
	return plan_lookup_copies(&f->slots[(index + IN_FLIGHT_MAX - 1) % IN_FLIGHT_MAX].copies);
#endif
}

static enum err beneath_get(void *ctx, struct arena *arena, enum family family,
			    const struct key *key, struct record *out)
{
	struct lookup l = beneath(ctx);

	return l.get(l.ctx, arena, family, key, out);
}

static enum err beneath_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			     struct record *out)
{
	struct lookup l = beneath(ctx);

	return l.next(l.ctx, arena, family, scan, out);
}

static enum err beneath_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			     struct record *out)
{
	struct lookup l = beneath(ctx);

	return l.last(l.ctx, arena, family, scan, out);
}

/* As the store would hand it out once it is committed. */
static enum err copy_record(void *ctx, struct arena *arena, const struct write *from,
			    struct record *out)
{
	struct flight *f = ctx;
	struct blob stored;
	enum err e;

	arena_reset(f->copied);
	e = record_encode(f->copied, &from->key, &from->record, &stored);
	return e == ERR_OK ? record_decode(arena, from->record.family, &from->key, stored, out) : e;
}

bool flight_begin(struct flight *f, struct lookup store, void *owner)
{
	bool whole;

	memset(f, 0, sizeof *f);
	f->store = store;
	f->copied = arena_new(COPY_ARENA_BYTES);
	whole = f->copied != NULL;
	for (unsigned i = 0; i < IN_FLIGHT_MAX && whole; i++) {
		struct slot *s = &f->slots[i];

		s->owner = owner;
		s->flight = f;
		s->plan = plan_new((struct lookup){
			.ctx = s, .get = beneath_get, .next = beneath_next, .last = beneath_last });
		s->copies = (struct plan_copies){ .plan = s->plan, .copy = copy_record, .ctx = f };
		whole = s->plan != NULL;
	}
	return whole;
}

void flight_free(struct flight *f)
{
	while (f->count > 0)
		flight_drop_oldest(f);
	for (unsigned i = 0; i < IN_FLIGHT_MAX; i++)
		plan_destroy(f->slots[i].plan);
	arena_destroy(f->copied);
}
