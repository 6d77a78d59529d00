/* When the whole store is looked through: at the start, again every so often, and soon again for
 * what the list of damaged records had no room for. */
#include "daemon/scrub.h"

#include "tests/unit/support/fixture.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

/* A store that only has figures. */
struct figures_store {
	struct store base;
	struct store_figures figures;
	unsigned surveys;
	uint64_t finds;	  /* damaged records, by the next survey */
	uint64_t unnamed; /* of them with a key that is none */
};

static void figures(struct store *s, struct store_figures *out)
{
	*out = ((struct figures_store *)s)->figures;
}

static void find(struct figures_store *s)
{
	struct store_figures *f = &s->figures;
	uint64_t named = s->finds - s->unnamed;

	f->damaged = s->finds;
	f->listed = (uint32_t)(named < STORE_DAMAGES_MAX ? named : STORE_DAMAGES_MAX);
	f->beyond = s->finds - f->listed;
}

static enum err survey(struct store *base, const bool *stop)
{
	struct figures_store *s = (struct figures_store *)base;

	(void)stop;
	s->surveys++;
	s->figures.survey.at_ms = 1;
	find(s);
	return ERR_OK;
}

static void run(void *ctx, struct job *j)
{
	(void)ctx;
	j->work(j);
	j->done(j);
}

struct looking {
	struct stage *g;
	struct figures_store store;
	struct scrub scrub;
	int64_t every_ms, now_ms;
};

static void begin(struct looking *l, void **state)
{
	static const struct store_ops ops = { .figures = figures, .survey = survey };

	*l = (struct looking){ .g = *state, .store.base.ops = &ops, .now_ms = MINUTE };
	l->scrub = (struct scrub){ .store = &l->store.base,
				   .core = l->g->s->core,
				   .runner = { .run = run },
				   .every_ms = &l->every_ms };
}

/* How many surveys there are within so many seconds. */
static unsigned within(struct looking *l, unsigned seconds)
{
	unsigned before = l->store.surveys;

	for (unsigned i = 0; i < seconds; i++) {
		l->now_ms += SECOND;
		scrub_second(&l->scrub, l->now_ms);
	}
	return l->store.surveys - before;
}

static void test_what_is_beyond_the_list_is_looked_for_when_the_first_lot_is_repaired(void **state)
{
	struct looking l;

	begin(&l, state);
	l.store.finds = STORE_DAMAGES_MAX + 30;
	assert_int_equal(within(&l, 1), 1);   /* the start */
	assert_int_equal(within(&l, 300), 0); /* no room for more of them */
	/* a repair a second */
	for (unsigned i = 0; i < 20; i++) {
		l.store.figures.listed--;
		l.store.figures.damaged--;
		assert_int_equal(within(&l, 1), 0);
	}
	l.store.figures.listed = 0;
	l.store.figures.damaged = l.store.finds = 30;
	assert_int_equal(within(&l, 5), 0);
	assert_int_equal(within(&l, 10), 1);
	assert_int_equal(l.store.figures.listed, 30);
	assert_int_equal(within(&l, 300), 0); /* now all are listed */
}

static void test_what_no_survey_can_list_is_not_looked_for_again_and_again(void **state)
{
	struct looking l;

	begin(&l, state);
	l.store.finds = l.store.unnamed = 1;
	assert_int_equal(within(&l, 1), 1);
	assert_true(within(&l, 30) >= 1);
	assert_true(within(&l, 3600) <= 8);
	assert_true(within(&l, 3600) <= 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_beyond_the_list_is_looked_for_when_the_first_lot_is_repaired),
		TEST(test_what_no_survey_can_list_is_not_looked_for_again_and_again),
	};

	return cmocka_run_group_tests_name("scrub", tests, NULL, NULL);
}
