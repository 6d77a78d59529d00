/* See reporting.h. */
#include "tests/unit/support/reporting.h"

#include "routing/state/plan.h"
#include "tests/unit/support/paper.h"
#include "tests/unit/support/shelf.h"

enum { REPLY = 9 };

void reporting_tick(struct stage *g)
{
	struct event e = { .type = EVENT_TICK };

	station_take(g->s, &e);
	station_commit(g->s);
}

void reporting_later(struct stage *g, int64_t ms)
{
	station_clear(g->s);
	g->s->now.wall_ms += ms;
	g->s->now.mono_ms += ms;
	reporting_tick(g);
}

/* The n-th report that the plan signs; NULL past the last. */
const struct draft *reporting_draft(const struct stage *g, unsigned n)
{
	for (uint32_t i = 0; i < g->s->plan->draft_count; i++) {
		const struct draft *d = &g->s->plan->drafts[i];

		if (d->fact.kind == KIND_REPORT && n-- == 0)
			return d;
	}
	return NULL;
}

const struct report *reporting_of(const struct stage *g)
{
	const struct draft *d = reporting_draft(g, 0);

	return d == NULL ? NULL : d->fact.report;
}

/* Until it leaves, at most some ticks. */
const struct report *reporting_wait(struct stage *g)
{
	for (int i = 0; i < 5 && reporting_of(g) == NULL; i++)
		reporting_later(g, 1);
	return reporting_of(g);
}

void reporting_want(struct stage *g)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { REPLY }, .operation = OPERATION_REPORT } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

const struct report_row reporting_row = { .at = { .month = { 2025 * 12 + 5 },
						  .direction = DIRECTION_IN },
					  .type_code = "KH",
					  .type_name = "Kế hoạch",
					  .count = { .digital = 3, .processed = 1, .late = 1 } };

struct report reporting_good(void)
{
	return (struct report){ .from = month_make(2024, 1),
				.to = JUNE,
				.as_of_ms = FIXTURE_NOW_MS - 1000,
				.rows = &reporting_row,
				.row_count = 1 };
}

void reporting_take(struct stage *g, struct neighbour *from, const char *signer, unsigned id,
		    int64_t signed_at_ms, const struct report *r)
{
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = r };
	struct draft d = fixture_fact(g->f, signer, "tinh", id, &f);

	d.head.signed_at_ms = signed_at_ms;
	fixture_seal(g->f, signer, &d);
	station_clear(g->s);
	neighbour_publishes(g->s, from, LANE_FACTS, &d);
	station_commit(g->s);
}

struct rec_report reporting_known(struct stage *g)
{
	return station_get(g->s, FAMILY_REPORT, key_committee(fixture_id("xa-a1"))).u.report;
}
