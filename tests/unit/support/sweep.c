/* See sweep.h. */
#include "tests/unit/support/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ARENA_STEP_BYTES = 24,
	ARENA_SHARE = 64, /* larger ones in larger steps */
	READS_MAX = 400,
	TAKES_MAX = 120, /* of a program; one that takes thousands takes the same again and again */
};

/* gcc's, in a build that counts statements: a child ends without the handlers of its parent. */
extern void __gcov_dump(void) __attribute__((weak));

/* ---- a store of which one read fails ---- */

struct failing {
	struct lookup base;
	unsigned left; /* reads before it */
	bool failed;
};

static bool fails(struct failing *f)
{
	bool now = f->left == 1;

	f->left -= f->left > 0;
	f->failed = f->failed || now;
	return now;
}

static enum err get(void *ctx, struct arena *a, enum family family, const struct key *key,
		    struct record *out)
{
	struct failing *f = ctx;

	return fails(f) ? ERR_STORE : f->base.get(f->base.ctx, a, family, key, out);
}

static enum err next(void *ctx, struct arena *a, enum family family, struct scan *scan,
		     struct record *out)
{
	struct failing *f = ctx;

	return fails(f) ? ERR_STORE : f->base.next(f->base.ctx, a, family, scan, out);
}

static enum err last(void *ctx, struct arena *a, enum family family, struct scan *scan,
		     struct record *out)
{
	struct failing *f = ctx;

	return fails(f) ? ERR_STORE : f->base.last(f->base.ctx, a, family, scan, out);
}

static struct lookup failing_lookup(struct failing *f)
{
	return (struct lookup){ .ctx = f, .get = get, .next = next, .last = last };
}

/* ---- decisions ---- */

/* The first read whose failure was not said; 0: all were. */
static unsigned sweep(struct station *s, const struct event *e)
{
	struct failing f = { .base = s->plan->base };
	struct plan_mark before;

	s->plan->base = failing_lookup(&f);
	for (unsigned n = 1; n < READS_MAX; n++) {
		enum err result;

		if (plan_mark(s->plan, &before) != ERR_OK)
			return 0; /* no room for one more: as far as it goes */
		f.left = n;
		f.failed = false;
		result = core_take(s->core, s->now, e, s->plan);
		if (f.failed && result != ERR_STORE) {
			fprintf(stderr, "event %u: read %u of the store fails, and VT-%u is said\n",
				(unsigned)e->type, n, (unsigned)result);
			return n;
		}
		if (!f.failed)
			return 0;
		plan_back(s->plan, &before);
	}
	return 0;
}

void sweep_take(struct station *s, const struct event *e)
{
	static unsigned takes;
	int status = 0;
	pid_t child;

	if (++takes > TAKES_MAX)
		return;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		unsigned n = sweep(s, e);

		if (__gcov_dump != NULL)
			__gcov_dump();
		_exit(n == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* ---- a start ---- */

void sweep_load(struct station *s, const struct core_config *config)
{
	static const uint8_t seed[32] = { 7 };
	struct failing f = { .base = s->plan->base, .failed = true };

	s->plan->base = failing_lookup(&f);
	for (unsigned n = 1; f.failed && n < READS_MAX; n++) {
		struct core *core = core_new(config);
		enum err result;

		assert_non_null(core);
		core_seed(core, seed);
		f.left = n;
		f.failed = false;
		result = core_load(core, s->now, s->plan);
		assert_int_equal(result, f.failed ? ERR_STORE : ERR_OK);
		core_destroy(core);
		plan_clear(s->plan);
	}
	s->plan->base = f.base;
}

/* ---- arenas ---- */

void sweep_memory(enum err (*op)(void *ctx, struct arena *a), void *ctx)
{
	enum err e = ERR_NO_MEMORY;

	for (size_t budget = 0; e != ERR_OK; budget += ARENA_STEP_BYTES + budget / ARENA_SHARE) {
		struct arena *a = arena_new(budget);

		assert_non_null(a);
		e = op(ctx, a);
		assert_true(e == ERR_OK || e == ERR_NO_MEMORY);
		arena_destroy(a);
	}
}
