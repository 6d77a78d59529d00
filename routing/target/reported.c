/* Reports of others; see report.h. */
#include "routing/state/feed.h"
#include "routing/target/reported.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/visible.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/tree.h"
#include "routing/target/exchange.h"
#include "routing/target/report.h"
#include "routing/target/target.h"

enum {
	RECORDS_PER_TICK = 256,
	REPORTS_PER_TICK = 64,
	/* our receipt may have been on its way to who reports */
	GRACE_MS = 24 * 3600 * 1000
};

/* Three months: documents of this month and the last are named. */
static const int64_t exchanged_most_ms = 93 * 24 * INT64_C(3600000);

/* ---- what can be ---- */

static bool can_be(const struct report_row *row)
{
	const uint64_t most = UINT64_C(1) << 40; /* no sum of them all wraps around */
	const struct target_count *c = &row->count;
	uint64_t done = c->processed + c->returned + c->recalled;
	bool small = true;

#define SMALL(count_name) small = small && c->count_name < most;
	TARGET_COUNTS(SMALL)
#undef SMALL
	return small && c->refused <= c->pending && c->also_paper <= c->digital &&
	       c->slow <= c->digital && c->late <= c->processed && done <= c->digital &&
	       (row->at.direction == DIRECTION_OUT ? done == 0
						   : c->pending + c->slow + c->also_paper == 0);
}

/* Rows ascend by month, direction and place; within those each type comes once. types: of the rows
 * up to this one. */
static bool is_sorted(const struct report *r, uint32_t i, const uint32_t *types)
{
	const struct target_key *a = &r->rows[i - 1].at, *b = &r->rows[i].at;

	if (a->month.n != b->month.n)
		return a->month.n < b->month.n;
	if (a->direction != b->direction)
		return a->direction < b->direction;
	if (a->since != b->since)
		return a->since < b->since;
	for (uint32_t k = i; k-- > 0 && r->rows[k].at.month.n == b->month.n &&
			     r->rows[k].at.direction == b->direction &&
			     r->rows[k].at.since == b->since;) {
		if (types[k] == types[i])
			return false;
	}
	return true;
}

static uint64_t row_bytes(const struct report_row *row)
{
	return REPORT_ROW_BYTES + strlen(row->type_code) + strlen(row->type_name);
}

static enum err check_rows(const struct report *r)
{
	uint32_t types[REPORT_ROWS_MAX];
	uint64_t bytes = 0, month_bytes = 0;

	if (r->row_count > REPORT_ROWS_MAX)
		return ERR_REPORT_FIGURES;
	for (uint32_t i = 0; i < r->row_count; i++) {
		const struct report_row *row = &r->rows[i];

		if (row->at.month.n < r->from.n || row->at.month.n > r->to.n)
			return ERR_REPORT_PERIOD;
		types[i] = series_type(row->type_code, row->type_name);
		if (i == 0 || row->at.month.n != r->rows[i - 1].at.month.n)
			month_bytes = 0;
		/* A type is said once, and stored with each month: so much of it and no more. */
		bytes += row_bytes(row);
		month_bytes += row_bytes(row);
		if (!can_be(row) || bytes > ENVELOPE_MAX_BYTES ||
		    month_bytes > REPORT_MONTH_TAKEN_BYTES || (i > 0 && !is_sorted(r, i, types)))
			return ERR_REPORT_FIGURES;
	}
	return ERR_OK;
}

/* All that will be shown is as documents have it (visible.h): bytes that are no UTF-8 would take
 * the row that they stand in out of every list that is JSON. */
static enum err check_texts(const struct report *r)
{
	bool fit = true;

	for (uint32_t i = 0; i < r->row_count && fit; i++)
		fit = visible_fault(r->rows[i].type_code) == 0 &&
		      visible_fault(r->rows[i].type_name) == 0;
	for (uint32_t i = 0; i < r->declared_count && fit; i++)
		fit = visible_fault(r->declared[i].name) == 0 &&
		      !visible_blank(r->declared[i].name) &&
		      visible_fault(r->declared[i].person) == 0;
	for (uint32_t i = 0; i < r->excluded_count && fit; i++)
		fit = visible_fault(r->excluded[i]) == 0;
	return fit ? ERR_OK : ERR_FIELD;
}

enum err reported_check(const struct report *r, int64_t now_ms)
{
	struct month last = month_of_ms(now_ms);
	enum err e;
	char said_on[DATE_MAX + 1];

	if (r->from.n == 0 || r->from.n > r->to.n || r->to.n > last.n ||
	    r->to.n - r->from.n >= REPORT_MONTHS || month_year(r->from) < YEAR_MIN ||
	    r->as_of_ms < 0 || r->as_of_ms > now_ms || month_of_ms(r->as_of_ms).n < r->to.n ||
	    month_year(r->from) + 1 < month_year(month_of_ms(r->as_of_ms)))
		return ERR_REPORT_PERIOD;
	if (r->exchange_count > 0 &&
	    (r->exchanged_before_ms > r->as_of_ms ||
	     r->exchanged_since_ms < r->as_of_ms - exchanged_most_ms))
		return ERR_REPORT_PERIOD;
	e = check_rows(r);
	if (e == ERR_OK)
		e = check_texts(r);
	if (e != ERR_OK)
		return e;
	date_of_ms(r->as_of_ms, said_on);
	for (uint32_t i = 0; i < r->declared_count; i++) {
		const struct declaration *d = &r->declared[i];

		if (!target_declarable(d->done, d->all) || strcmp(d->as_of, said_on) > 0 ||
		    (i > 0 && strcmp(r->declared[i - 1].name, d->name) >= 0))
			return ERR_DECLARED_FIGURES;
	}
	return ERR_OK;
}

/* ---- from whom ---- */

/* Below us now, or where one of its rows counts. ERR_DAMAGED, ERR_BAD_TREE: not known. */
static enum err is_ours(struct turn_view *t, struct committee_id who, const struct report *r,
			bool *ours)
{
	struct committee_id self = t->core->config.self;
	enum err e = tree_is_below(&t->tree, self, who, ours);
	uint64_t since = UINT64_MAX;
	unsigned tried = 0;

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && !*ours && i < r->row_count; i++) {
		struct tree_view then;
		uint64_t version;

		if (r->rows[i].at.since == since)
			continue;
		since = r->rows[i].at.since;
		if (tried++ == REPORT_PLACES_TRIED)
			break;
		e = place_version(&t->tree, who, since, &version);
		then = tree_at(&t->tree, version);
		if (e == ERR_OK)
			e = tree_is_below(&then, self, who, ours);
		if (e == ERR_NOT_FOUND)
			e = ERR_OK; /* it was not there yet, or not yet so far up */
	}
	return e;
}

/* Who stands above us under the directory in force, at whatever level. Nobody else, and none that
 * stood above us before: what counts there comes to it with each report that leaves anyway. */
static enum err may_ask(struct turn_view *t, struct committee_id who, bool *yes)
{
	return tree_is_below(&t->tree, who, t->core->config.self, yes);
}

/* ---- taking ---- */

/* A question that our last report came after: somebody between sends it again. */
static bool is_answered(const struct turn_view *t, int64_t asked_ms)
{
	int64_t last_ms = t->core->report.signed_at_ms;

	return last_ms <= t->now.wall_ms && asked_ms < last_ms - CLOCK_TOLERANCE_MS;
}

/* A time of our own past. What is later was believed by a clock that was ahead, and holds up
 * nothing now that it is right. */
static bool is_past(const struct turn_view *t, int64_t ms)
{
	return ms <= t->now.wall_ms + CLOCK_TOLERANCE_MS;
}

/* Is something known of one of its months that is as new? */
static enum err is_old(struct turn_view *t, struct committee_id who, const struct report *r,
		       int64_t signed_at_ms, bool *old)
{
	enum err e = ERR_OK;

	*old = false;
	for (uint32_t m = r->from.n; m <= r->to.n && e == ERR_OK && !*old; m++) {
		struct key key = key_figures(who, (struct month){ (uint16_t)m });
		struct record known;

		e = core_get(t, FAMILY_FIGURES, key, &known);
		*old = e == ERR_OK && known.u.figures.signed_at_ms >= signed_at_ms &&
		       is_past(t, known.u.figures.signed_at_ms);
		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			e = ERR_OK;
	}
	return e;
}

static void keep_months(struct turn_view *t, struct committee_id who, const struct report *r,
			int64_t signed_at_ms)
{
	uint32_t at = 0;

	for (uint32_t m = r->from.n; m <= r->to.n; m++) {
		struct record row = { .family = FAMILY_FIGURES };
		uint32_t begin = at;

		while (at < r->row_count && r->rows[at].at.month.n == m)
			at++;
		row.u.figures = (struct rec_figures){
			.signed_at_ms = signed_at_ms,
			.figures = { .from = { (uint16_t)m },
				     .to = { (uint16_t)m },
				     .as_of_ms = r->as_of_ms,
				     .rows = r->rows + begin,
				     .row_count = at - begin },
		};
		core_put(t, key_figures(who, (struct month){ (uint16_t)m }), &row);
	}
}

static enum err known_of(struct turn_view *t, struct committee_id who, struct record *out)
{
	enum err e = core_get(t, FAMILY_REPORT, key_committee(who), out);

	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		*out = (struct record){ .family = FAMILY_REPORT };
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* What it says of documents exchanged with us stays until it is compared: of each direction the
 * first that it says. */
static enum err keep_exchanges(struct turn_view *t, const struct report *r, struct report *out)
{
	struct report_exchange *with_us = arena_array(t->plan->arena, 2, sizeof *with_us);

	if (with_us == NULL)
		return ERR_NO_MEMORY;
	out->exchanges = with_us;
	out->exchange_count = 0;
	for (uint32_t i = 0; i < r->exchange_count && out->exchange_count < 2; i++) {
		const struct report_exchange *x = &r->exchanges[i];

		if (id_equal(x->with, t->core->config.self) &&
		    (out->exchange_count == 0 || with_us[0].direction != x->direction))
			with_us[out->exchange_count++] = *x;
	}
	return ERR_OK;
}

/* Its turn to be compared will come. */
static void wait_for_comparison(struct report_memory *m, struct committee_id who)
{
	for (uint32_t i = 0; i < m->waiting_count; i++) {
		if (id_equal(m->waiting[i], who))
			return;
	}
	if (m->waiting_count < REPORT_WAITING_MAX)
		m->waiting[m->waiting_count++] = who;
	else if (m->check)
		m->check_again = true; /* it may have been passed already */
	else
		m->check = true;
}

static enum err keep(struct turn_view *t, const struct ev_publish *e, const struct report *r)
{
	struct committee_id who = e->signer;
	int64_t signed_at_ms = e->head->signed_at_ms;
	struct record known;
	enum err result = known_of(t, who, &known);
	struct rec_report *k = &known.u.report;

	if (result != ERR_OK)
		return result;
	keep_months(t, who, r, signed_at_ms);
	if (is_past(t, k->signed_at_ms) &&
	    (signed_at_ms < k->signed_at_ms ||
	     (signed_at_ms == k->signed_at_ms && r->to.n < k->summary.to.n)))
		return ERR_OK; /* the part of older months */
	k->envelope = e->envelope;
	k->signed_at_ms = signed_at_ms;
	k->taken_at_ms = t->now.wall_ms;
	k->summary = *r;
	k->summary.rows = NULL;
	k->summary.row_count = 0;
	k->checked_at_ms = 0;
	result = keep_exchanges(t, r, &k->summary);
	if (result != ERR_OK)
		return result;
	core_put(t, key_committee(who), &known);
	feed_add(t, &(struct change){ .kind = CHANGE_TARGET,
				      .what = CHANGE_REPORTED,
				      .committee = who });
	wait_for_comparison(&t->core->report, who);
	t->core->next_tick_ms = t->now.mono_ms;
	return ERR_OK;
}

/* Anybody on the way can show again what it once passed on, and the signature on it stays good. So
 * only what comes straight from its signer is that one's fault; of what comes through another, no
 * more than what was never refused before. */
static bool came_again(const struct turn_view *t, const struct ev_publish *e,
		       const struct rec_report *known, enum err why)
{
	bool earlier = is_past(t, known->refused_signed_at_ms) &&
		       e->head->signed_at_ms < known->refused_signed_at_ms;

	return !id_equal(e->neighbour, e->signer) &&
	       (why == ERR_REPORT_OLD || earlier ||
		memcmp(&e->digest, &known->refused_digest, sizeof e->digest) == 0);
}

/* Nothing of it is kept but that it came. *why becomes ERR_REPORT_AGAIN where whoever passed it on
 * showed it again. */
static enum err refuse(struct turn_view *t, const struct ev_publish *e, enum err *why)
{
	struct record known;
	struct rec_report *k = &known.u.report;
	enum err result = known_of(t, e->signer, &known);

	if (result != ERR_OK)
		return result;
	if (came_again(t, e, k, *why)) {
		*why = ERR_REPORT_AGAIN;
		k->again++;
		k->again_through = e->neighbour;
		k->again_at_ms = t->now.wall_ms;
	} else {
		k->refused++;
		k->refused_why = *why;
		k->refused_at_ms = t->now.wall_ms;
		k->refused_signed_at_ms = e->head->signed_at_ms;
		k->refused_digest = e->digest;
	}
	core_put(t, key_committee(e->signer), &known);
	return ERR_OK;
}

/* Who has moved sends the same to two of those above: one of them may pass both on, or be the end
 * of one and a stage of the other. That is no second report; the very same envelope again is. */
static enum err is_twin(struct turn_view *t, const struct ev_publish *e, bool *twin)
{
	struct record known;
	enum err result = known_of(t, e->signer, &known);
	struct blob had = known.u.report.envelope;

	*twin = result == ERR_OK && known.u.report.signed_at_ms == e->head->signed_at_ms &&
		(had.len_bytes != e->envelope.len_bytes ||
		 memcmp(had.data, e->envelope.data, had.len_bytes) != 0);
	return result;
}

static enum err take_copy(struct turn_view *t, const struct ev_publish *e, enum err *why)
{
	const struct report *r = e->fact->report;
	bool old = false, twin = false;
	enum err result = ERR_OK;

	*why = reported_check(r, t->now.wall_ms + CLOCK_TOLERANCE_MS);
	/* A year that is long over is not said anew under an earlier day. */
	if (*why == ERR_OK && (e->head->signed_at_ms > t->now.wall_ms + CLOCK_TOLERANCE_MS ||
			       e->head->signed_at_ms > r->as_of_ms + CLOCK_TOLERANCE_MS))
		*why = ERR_REPORT_PERIOD;
	if (*why == ERR_OK)
		result = is_old(t, e->signer, r, e->head->signed_at_ms, &old);
	if (result == ERR_OK && old)
		result = is_twin(t, e, &twin);
	if (result != ERR_OK || twin)
		return result;
	if (old)
		*why = ERR_REPORT_OLD;
	return *why == ERR_OK ? keep(t, e, r) : refuse(t, e, why);
}

/* The directory does not say where somebody stands: no reason to stop. */
static bool is_question_of_tree(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED || e == ERR_BAD_TREE;
}

enum err reported_take(struct turn_view *t, const struct ev_publish *e, enum err *why)
{
	struct committee_id to = e->head->recipients[0].committee;
	bool for_us = id_equal(to, t->core->config.self), yes = false;
	struct reply_to nobody = { .n = 0 };
	enum err result;

	*why = ERR_OK;
	if (e->fact->report->asks) {
		if (!for_us)
			return ERR_OK;
		result = may_ask(t, e->signer, &yes);
		if (result == ERR_OK && yes)
			return is_answered(t, e->head->signed_at_ms) ? ERR_OK
								     : report_want(t, nobody);
		*why = ERR_NOT_ENTITLED;
		return is_question_of_tree(result) ? ERR_OK : result;
	}
	if (id_equal(e->signer, t->core->config.self)) {
		*why = ERR_REPORT_AGAIN;
		return ERR_OK;
	}
	result = is_ours(t, e->signer, e->fact->report, &yes);
	if (is_question_of_tree(result)) {
		*why = result;
		return ERR_OK;
	}
	if (result != ERR_OK)
		return result;
	if (yes)
		return take_copy(t, e, why);
	*why = for_us ? ERR_NOT_ENTITLED : ERR_OK;
	return ERR_OK;
}

/* ---- comparing ---- */

struct unfit {
	struct report_unfit list[REPORT_UNFIT_MAX];
	uint64_t all;
};

static void add_unfit(struct unfit *u, enum unfit_why why, enum direction direction,
		      struct doc_id id)
{
	if (u->all < REPORT_UNFIT_MAX)
		u->list[u->all] = (struct report_unfit){ why, direction, id };
	u->all++;
}

/* Both ascend. `found` is as we see it; what we sent, it received. */
static void compare(const struct report_exchange *x, const struct exchange_scan *s,
		    int64_t certain_ms, struct unfit *out)
{
	enum direction ours = x->direction == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN;
	uint32_t at = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct exchange_found *f = &s->found[i];
		int order = -1;

		if (f->direction != ours)
			continue;
		while (at < x->id_count &&
		       (order = memcmp(&x->ids[at], &f->id, sizeof f->id)) < 0)
			add_unfit(out, UNFIT_NOT_OURS, ours, x->ids[at++]);
		if (at < x->id_count && order == 0)
			at++;
		else if (ours == DIRECTION_OUT || f->receipt_at_ms < certain_ms)
			add_unfit(out, UNFIT_NOT_COUNTED, ours, f->id);
	}
	while (at < x->id_count)
		add_unfit(out, UNFIT_NOT_OURS, ours, x->ids[at++]);
}

static enum err finish(struct turn_view *t, struct report_memory *m)
{
	struct unfit *u = arena_alloc(t->plan->arena, sizeof *u);
	struct record known;
	struct rec_report *k = &known.u.report;
	enum err e = known_of(t, m->checked, &known);

	if (u == NULL)
		return ERR_NO_MEMORY;
	u->all = 0;
	if (e != ERR_OK || k->checked_at_ms != 0 || k->signed_at_ms != m->checked_signed_ms) {
		memory_drop_exchange(&m->theirs); /* a newer one came meanwhile: its turn comes */
		return e;
	}
	/* With more than can be compared, as little as what was left out proves anything. */
	for (uint32_t i = 0; i < k->summary.exchange_count && !m->theirs.cut; i++)
		compare(&k->summary.exchanges[i], &m->theirs, m->theirs.before_ms - GRACE_MS, u);
	k->unfit = u->list;
	k->unfit_all = u->all;
	k->unfit_count = u->all < REPORT_UNFIT_MAX ? (uint32_t)u->all : REPORT_UNFIT_MAX;
	k->checked_at_ms = t->now.wall_ms;
	k->summary.exchange_count = 0;
	core_put(t, key_committee(m->checked), &known);
	memory_drop_exchange(&m->theirs);
	return ERR_OK;
}

static void begin_with(struct report_memory *m, struct committee_id who,
		       const struct rec_report *k)
{
	if (k->checked_at_ms != 0 || k->envelope.len_bytes == 0)
		return;
	m->checked = who;
	m->checked_signed_ms = k->signed_at_ms;
	exchange_begin(&m->theirs, &m->checked, 1, k->summary.exchanged_since_ms,
		       k->summary.exchanged_before_ms, EXCHANGE_FOUND_MAX);
}

static enum err begin_waiting(struct turn_view *t, struct report_memory *m)
{
	struct committee_id who = m->waiting[--m->waiting_count];
	struct record known;
	enum err e = known_of(t, who, &known);

	if (e == ERR_OK)
		begin_with(m, who, &known.u.report);
	return e;
}

/* The next report that nobody has compared, of all there are: after a start, and when so many came
 * at once that they could not be remembered one by one. */
static enum err begin_any(struct turn_view *t, struct report_memory *m)
{
	struct key all = { .len_bytes = 0 };
	struct scan scan =
		id_empty(m->passed) ? scan_of(all) : scan_from(all, key_committee(m->passed));
	struct record r;

	for (unsigned i = 0; i < REPORTS_PER_TICK && !m->theirs.active; i++) {
		enum err e =
			t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_REPORT, &scan, &r);

		if (e == ERR_NOT_FOUND) {
			m->passed = (struct committee_id){ "" };
			m->check = m->check_again;
			m->check_again = false;
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
		if (key_parse_committee(&scan.at, &m->passed))
			begin_with(m, m->passed, &r.u.report);
	}
	return ERR_OK;
}

enum err reported_tick(struct turn_view *t)
{
	struct report_memory *m = &t->core->report;
	bool done = false;
	enum err e = ERR_OK;

	if ((!m->check && m->waiting_count == 0 && !m->theirs.active) || !plan_has_room(t->plan))
		return ERR_OK;
	t->core->next_tick_ms = t->now.mono_ms; /* the rest goes on in between */
	if (!m->theirs.active)
		return m->waiting_count > 0 ? begin_waiting(t, m) : begin_any(t, m);
	e = exchange_step(t, &m->theirs, RECORDS_PER_TICK, &done);
	return e == ERR_OK && done ? finish(t, m) : e;
}
