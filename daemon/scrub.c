/* See scrub.h. */
#include "daemon/scrub.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

/* Between two walks for what readers met. */
static const int64_t not_again_ms = 600 * 1000, longest_ms = 24 * 3600 * 1000;
/* The first lot is repaired as far as it can be when nothing more of it was for so long. */
static const int64_t settled_ms = 10 * 1000;

static void walk(struct job *j)
{
	struct scrub *s = (struct scrub *)j;
	enum err e = s->store->ops->survey(s->store, s->stop);

	if (e != ERR_OK && e != ERR_CANCELLED)
		log_event(LOG_ERROR, "scrub-failed", "error=VT-%d text=\"%s\"", (int)e,
			  err_text(e));
}

static void walked(struct job *j)
{
	struct scrub *s = (struct scrub *)j;

	s->running = false;
	s->next_ms = clock_now().mono_ms + *s->every_ms;
}

static void begin(struct scrub *s)
{
	s->running = true;
	s->job = (struct job){ .work = walk, .done = walked };
	s->runner.run(s->runner.ctx, &s->job);
}

/* There is more than the list had room for, and it has room again. A walk that brings nothing is
 * not repeated soon: what no walk can name is beyond the list for good. */
static bool wants_more(struct scrub *s, const struct store_figures *f, int64_t mono_ms)
{
	if (f->listed != s->listed) {
		s->listed = f->listed;
		s->listed_ms = mono_ms;
	}
	if (f->beyond == 0) {
		s->more_rest_ms = 0;
		return false;
	}
	if (f->damaged != s->more_damaged)
		s->more_rest_ms = settled_ms;
	if (f->listed >= STORE_DAMAGES_MAX || mono_ms < s->listed_ms + s->more_rest_ms)
		return false;
	s->more_damaged = f->damaged;
	s->more_rest_ms = 2 * s->more_rest_ms < longest_ms ? 2 * s->more_rest_ms : longest_ms;
	s->listed_ms = mono_ms;
	return true;
}

void scrub_second(struct scrub *s, int64_t mono_ms)
{
	struct store_figures figures;

	s->store->ops->figures(s->store, &figures);
	core_set_unsound(s->core, figures.unsound);
	if (s->running)
		return;
	/* What was met is seldom all, and what else there is a walk alone tells. */
	if (figures.unlisted && mono_ms >= s->not_again_ms) {
		if (s->rest_ms == 0 || figures.damaged != s->damaged)
			s->rest_ms = not_again_ms;
		s->damaged = figures.damaged;
		s->not_again_ms = mono_ms + s->rest_ms;
		/* what no walk finds is met again and again */
		s->rest_ms = 2 * s->rest_ms < longest_ms ? 2 * s->rest_ms : longest_ms;
		begin(s);
		return;
	}
	if (wants_more(s, &figures, mono_ms)) {
		begin(s);
		return;
	}
	if (s->next_ms == 0 || *s->every_ms != s->every_then_ms) { /* the start, or a reload */
		s->every_then_ms = *s->every_ms;
		s->next_ms = mono_ms + *s->every_ms;
		if (figures.survey.at_ms == 0)
			begin(s);
		return;
	}
	if (*s->every_ms > 0 && mono_ms >= s->next_ms)
		begin(s);
}
