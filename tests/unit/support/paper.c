/* See paper.h. */
#include "tests/unit/support/paper.h"

#include <string.h>

#include "routing/rules/rules.h"
#include "routing/target/target.h"

struct event paper_entry(unsigned id, enum direction direction, const char *number,
			 const char *date)
{
	struct event e = { .type = EVENT_PAPER,
			   .u.paper = { .reply = { 7 },
					.uid = 1000,
					.action = PAPER_ADD,
					.id = fixture_doc_id(id),
					.reason = "" } };

	e.u.paper.paper = (struct rec_paper){ .direction = direction,
					      .type_code = "CV",
					      .type_name = "Công văn",
					      .number = number,
					      .subject = "Về việc thử",
					      .date = date,
					      .party = "Đảng ủy Khối",
					      .secrecy = SECRECY_THUONG,
					      .reason = "" };
	return e;
}

struct act_reply paper_answer(struct stage *g, const struct event *e)
{
	const struct act *a;

	station_clear(g->s);
	station_take(g->s, e);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	a = station_act(g->s, ACT_REPLY, 0);
	assert_int_equal(a->u.reply.to.n, 7);
	return a->u.reply;
}

void paper_add(struct stage *g, unsigned id, enum direction direction, const char *number,
	       const char *date)
{
	struct event e = paper_entry(id, direction, number, date);

	assert_int_equal(paper_answer(g, &e).result, ERR_OK);
	station_commit(g->s);
	station_clear(g->s);
}

struct event paper_cancel(unsigned id, const char *reason)
{
	return (struct event){ .type = EVENT_PAPER,
			       .u.paper = { .reply = { 7 },
					    .action = PAPER_CANCEL,
					    .id = fixture_doc_id(id),
					    .reason = reason } };
}

struct key paper_counter(struct station *s, struct month month, enum direction direction)
{
	struct target_key at = { .month = month,
				 .direction = direction,
				 .type = series_type("CV", "Công văn") };
	struct lookup l = s->store->ops->lookup(s->store);
	struct scan scan = scan_of(key_counter_month(month, direction));
	struct record r;

	scan.report_damage = true;
	return l.next(l.ctx, s->plan->arena, FAMILY_COUNTER, &scan, &r) == ERR_NOT_FOUND
		       ? key_counter(&at)
		       : scan.at;
}

static struct target_count counter(struct stage *g, struct month month, enum direction direction)
{
	struct lookup l = g->s->store->ops->lookup(g->s->store);
	struct scan scan = scan_of(key_counter_month(month, direction));
	struct target_count sum = { .digital = 0 };
	struct record r;

	while (l.next(l.ctx, g->s->plan->arena, FAMILY_COUNTER, &scan, &r) == ERR_OK)
		target_add(&sum, &r.u.counter.count);
	return sum;
}

void paper_expect(struct stage *g, struct month month, enum direction direction,
		  struct target_count expected)
{
	struct target_count c = counter(g, month, direction);

	if (!target_equal(&c, &expected))
		fail_msg("digital %d paper %d pending %d refused %d secret %d", (int)c.digital,
			 (int)c.paper, (int)c.pending, (int)c.refused, (int)c.secret);
}

/* Runs until it answers; the result lives as long as the plan. */
const struct recount_result *paper_recount(struct stage *g, enum operation operation)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 7 }, .operation = operation } },
		     tick = { .type = EVENT_TICK };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	for (int i = 0; i < 100 && station_acts(g->s, ACT_REPLY) == 0; i++) {
		station_clear(g->s);
		station_take(g->s, &tick);
		station_commit(g->s);
	}
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	assert_non_null(station_act(g->s, ACT_REPLY, 0)->u.reply.recount);
	return station_act(g->s, ACT_REPLY, 0)->u.reply.recount;
}

void paper_expect_equal(struct stage *g)
{
	assert_int_equal(paper_recount(g, OPERATION_RECOUNT)->difference_count, 0);
	station_clear(g->s);
}
