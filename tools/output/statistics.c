/* See statistics.h. */
#include "tools/output/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/output/reports.h"

enum { YEARS_MAX = 100 };

/* ---- asking ---- */

static enum err ask_target(struct call *c, struct month from, struct month to,
			   const Vanthu__V1__Target **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.from_month = from.n;
	query.to_month = to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	if (e == ERR_OK)
		*out = reply->target;
	return e;
}

/* The months of the period, and what holds for all of it. */
static enum err ask_period(struct call *c, struct month from, struct month to, struct statistics *s)
{
	const Vanthu__V1__Target *target;
	enum err e = ask_target(c, from, to, &target);
	unsigned months;

	if (e != ERR_OK)
		return e;
	s->line = target->line;
	s->headline = target->headline == VANTHU__V1__HEADLINE__HEADLINE_PROCESSED
			      ? HEADLINE_PROCESSED
			      : HEADLINE_EXCHANGED;
	s->from.n = (uint16_t)target->from_month;
	s->to.n = (uint16_t)target->to_month;
	months = (unsigned)(s->to.n - s->from.n) + 1;
	/* as many months before a term are of two terms */
	if (to.n == UINT16_MAX || s->from.n <= months || s->term)
		return ERR_OK;
	s->before_from.n = (uint16_t)(s->from.n - months);
	s->before_to.n = (uint16_t)(s->from.n - 1);
	return ERR_OK;
}

/* Of "all": the months of all below us, which may have begun before our own. */
static enum err ask_months(struct call *c, const char *committee, bool all, struct statistics *s)
{
	struct figures_query q = { .from = s->from,
				   .to = s->to,
				   .committee = committee,
				   .by_month = true,
				   .by_direction = true };
	enum err e;

	if (all) {
		q.from.n = 0;
		q.to.n = UINT16_MAX;
	}
	e = figures_ask(c, &q, &s->by_month);
	if (e == ERR_OK && all && s->by_month.sum_count > 0) {
		s->from = s->by_month.from;
		s->to = s->by_month.to;
	}
	return e;
}

static enum err ask_figures(struct call *c, const char *committee, struct statistics *s)
{
	struct figures_query q = { .from = s->from,
				   .to = s->to,
				   .committee = committee,
				   .by_committee = true,
				   .by_place = true,
				   .by_direction = true };
	struct figures_query types = q, before;
	enum err e = figures_ask(c, &q, &s->own);

	q.whole = true;
	types.by_committee = types.by_place = false;
	types.by_type = true;
	if (e == ERR_OK)
		e = figures_ask(c, &q, &s->whole);
	if (e == ERR_OK)
		e = figures_ask(c, &types, &s->by_type);
	if (e != ERR_OK || s->before_from.n == 0)
		return e;
	before = q;
	before.from = types.from = s->before_from;
	before.to = types.to = s->before_to;
	e = figures_ask(c, &before, &s->whole_before);
	before.whole = false;
	if (e == ERR_OK)
		e = figures_ask(c, &before, &s->own_before);
	return e == ERR_OK ? figures_ask(c, &types, &s->by_type_before) : e;
}

/* ---- rows ---- */

static struct statistics_row *add(struct statistics_row **rows, size_t *count)
{
	/* a power of two is full */
	if ((*count & (*count - 1)) == 0) {
		size_t room = *count == 0 ? 1 : 2 * *count;
		struct statistics_row *grown = realloc(*rows, room * sizeof *grown);

		if (grown == NULL)
			abort(); /* a command without memory for its answer has nothing to say */
		*rows = grown;
	}
	memset(*rows + *count, 0, sizeof **rows);
	return *rows + (*count)++;
}

static void put_ratios(const struct statistics *s, struct statistics_row *row)
{
	row->ratio = target_headline_ratio(&row->sides, s->headline);
	row->ratio_before = target_headline_ratio(&row->before, s->headline);
	if (row->line == 0)
		row->line = s->line;
}

static void fill(const struct statistics *s, struct statistics_row *row, const struct figures *now,
		 const struct figures *before, const struct figures_filter *filter)
{
	row->sides = figures_sum(now, filter);
	row->before = figures_sum(before, filter);
	put_ratios(s, row);
}

static bool is_below(const Vanthu__V1__Reporter *r, const Vanthu__V1__Reporter *superior)
{
	return r->depth == superior->depth + 1 && strcmp(r->superior, superior->committee) == 0;
}

static void name_row(struct statistics_row *row, const Vanthu__V1__Reporter *r)
{
	row->reporter = r;
	row->committee = r->committee;
	row->name = r->name[0] != '\0' ? r->name : r->committee;
}

/* Alone, or the same with all below it, whose row stands before theirs. */
static void add_unit(struct statistics *s, const Vanthu__V1__Reporter *r, enum statistics_kind kind)
{
	struct statistics_row *row = add(&s->units, &s->unit_count);
	struct figures_place place;
	struct figures_filter of = { .committee = r->committee, .place = &place };
	bool sum = kind == STATISTICS_SUM;

	figures_stands(&s->own, r, &place);
	name_row(row, r);
	row->superior = r->depth == 0 ? "" : r->superior;
	row->kind = kind;
	row->depth = r->depth + (kind == STATISTICS_OWN);
	row->known = reports_known(r);
	fill(s, row, sum ? &s->whole : &s->own, sum ? &s->whole_before : &s->own_before, &of);
}

/* Whose figures count below this one because it stood there when, and that stands elsewhere now.
 * How many there are; `put` false: only counted. */
static unsigned add_former(struct statistics *s, const Vanthu__V1__Reporter *r, bool put)
{
	struct figures_place its, place;
	unsigned count = 0;

	figures_stands(&s->own, r, &its);
	figures_below(r, &its, &place);
	for (size_t i = 0; i < s->whole.sum_count; i++) {
		const char *committee = s->whole.sums[i]->committee;
		struct figures_filter of = { .committee = committee, .place = &place };
		struct statistics_row *row;

		if (!figures_is_former(&s->whole, i, &place))
			continue;
		count++;
		if (!put)
			continue;
		row = add(&s->units, &s->unit_count);
		row->kind = STATISTICS_FORMER;
		row->committee = committee;
		row->superior = r->committee;
		row->name = figures_name(&s->whole, committee);
		row->depth = r->depth + 1;
		row->known = true;
		fill(s, row, &s->whole, &s->whole_before, &of);
	}
	return count;
}

/* From `at` on in the tree; *committees and *missing count what was added. */
static void add_tree(struct statistics *s, const Vanthu__V1__Reporter *r, unsigned *committees,
		     unsigned *missing)
{
	const struct figures *f = &s->own;
	size_t at = s->unit_count;
	unsigned below = 0, absent = 0, all = add_former(s, r, false);

	for (size_t i = 0; i < f->reporter_count; i++)
		all += is_below(f->reporters[i], r);
	add_unit(s, r, all > 0 ? STATISTICS_SUM : STATISTICS_UNIT);
	if (all > 0)
		add_unit(s, r, STATISTICS_OWN);
	for (size_t i = 0; i < f->reporter_count; i++) {
		if (is_below(f->reporters[i], r))
			add_tree(s, f->reporters[i], &below, &absent);
	}
	(void)add_former(s, r, true);
	below++;
	absent += !reports_known(r);
	s->units[at].committees = below;
	s->units[at].missing = absent;
	if (s->units[at].kind == STATISTICS_SUM)
		s->units[at].known = absent < below || s->units[at].ratio.all > 0;
	*committees += below;
	*missing += absent;
}

/* Of a period longer than reports reach back, from the first month of which anybody has said
 * anything: what nobody has said is no list of zeros. */
static struct month first_said(const struct statistics *s)
{
	uint32_t first = UINT32_MAX;

	if (s->to.n - s->from.n < REPORT_MONTHS)
		return s->from;
	for (size_t i = 0; i < s->own.reporter_count; i++) {
		uint32_t begins = s->own.reporters[i]->first_month;

		first = begins != 0 && begins < first ? begins : first;
	}
	for (size_t i = 0; i < s->by_month.sum_count; i++) {
		uint32_t month = s->by_month.sums[i]->figures->month;

		first = month < first ? month : first;
	}
	return first <= s->from.n || first > s->to.n ? s->from : (struct month){ (uint16_t)first };
}

/* Up to this month: what is to come has no share. */
static enum err add_months(struct call *c, struct statistics *s)
{
	struct month now = month_of_ms(s->now_ms);
	enum err e = ERR_OK;

	if (s->to.n - s->from.n >= YEARS_MAX * MONTHS_A_YEAR)
		return ERR_OK;
	for (struct month m = first_said(s); e == ERR_OK && m.n <= s->to.n && m.n <= now.n; m.n++) {
		const Vanthu__V1__Target *target;
		struct statistics_row *row = add(&s->months, &s->month_count);
		struct figures_filter of = { .from = m, .to = m };

		e = ask_target(c, m, m, &target);
		if (e != ERR_OK)
			break;
		row->kind = STATISTICS_MONTH;
		row->month = m;
		row->committee = row->name = row->superior = "";
		row->known = true;
		row->line = target->line;
		fill(s, row, &s->by_month, &s->by_month, &of);
		/* a month is compared with the one before it, where that is in the period */
		memset(&row->before, 0, sizeof row->before);
		row->ratio_before = (struct target_ratio){ 0, 0 };
		if (s->month_count > 1) {
			row->before = row[-1].sides;
			row->ratio_before = row[-1].ratio;
		}
	}
	return e;
}

static int more_first(const void *a, const void *b)
{
	const struct statistics_row *x = a, *y = b;

	if (x->ratio.all != y->ratio.all)
		return x->ratio.all < y->ratio.all ? 1 : -1;
	return strcmp(x->name, y->name);
}

static int same_type(const void *a, const void *b)
{
	const struct figures_type *x = a, *y = b;
	int order = strcmp(x->code, y->code);

	return order != 0 ? order : strcmp(x->name, y->name);
}

/* Those that are not left out, by symbol and name. */
static struct figures_type *counted_types(const struct figures *f, size_t *count)
{
	size_t all, kept = 0;
	struct figures_type *types = figures_types(f, &all);

	for (size_t i = 0; i < all; i++) {
		if (!types[i].excluded)
			types[kept++] = types[i];
	}
	qsort(types, kept, sizeof *types, same_type);
	*count = kept;
	return types;
}

static void add_types(struct statistics *s)
{
	size_t count, before_count;
	struct figures_type *types = counted_types(&s->by_type, &count),
			    *before = counted_types(&s->by_type_before, &before_count);

	for (size_t i = 0; i < count; i++) {
		const struct figures_type *then =
			before_count == 0 ? NULL
					  : bsearch(&types[i], before, before_count,
						    sizeof *before, same_type);
		struct statistics_row *row = add(&s->types, &s->type_count);

		row->kind = STATISTICS_TYPE;
		row->superior = "";
		row->committee = types[i].code;
		row->name = types[i].name;
		row->known = true;
		row->sides = types[i].sides;
		if (then != NULL)
			row->before = then->sides;
		put_ratios(s, row);
	}
	free(types);
	free(before);
	if (s->type_count > 1)
		qsort(s->types, s->type_count, sizeof *s->types, more_first);
}

static void find_time(struct statistics *s)
{
	for (size_t i = 0; i < s->own.reporter_count; i++) {
		const Vanthu__V1__Reporter *r = s->own.reporters[i];

		if (r->as_of_ms > s->as_of_ms)
			s->as_of_ms = r->as_of_ms;
	}
	/* the daemon's clock, where it is ahead of this one */
	s->now_ms = text_now_ms();
	if (s->now_ms < s->as_of_ms)
		s->now_ms = s->as_of_ms;
	if (s->as_of_ms == 0)
		s->as_of_ms = s->now_ms;
}

enum err statistics_ask(struct call *c, const struct statistics_query *q, struct statistics *s)
{
	unsigned committees = 0, missing = 0;
	struct figures_filter left_out = { .excluded = true };
	struct target_sides sides;
	enum err e;

	memset(s, 0, sizeof *s);
	s->term = q->term;
	e = ask_period(c, q->from, q->to, s);
	if (e == ERR_OK)
		e = ask_months(c, q->committee, q->to.n == UINT16_MAX, s);
	if (e == ERR_OK)
		e = ask_figures(c, q->committee, s);
	if (e != ERR_OK)
		return e;
	find_time(s);
	if (s->own.reporter_count > 0)
		add_tree(s, s->own.reporters[0], &committees, &missing);
	s->begin_later = figures_begin_later(&s->own, &s->begin);
	add_types(s);
	sides = figures_sum(&s->by_month, &left_out);
	s->excluded = target_counted(&sides.in) + target_counted(&sides.out);
	return add_months(c, s);
}

void statistics_free(struct statistics *s)
{
	figures_free(&s->own);
	figures_free(&s->whole);
	figures_free(&s->own_before);
	figures_free(&s->whole_before);
	figures_free(&s->by_month);
	figures_free(&s->by_type);
	figures_free(&s->by_type_before);
	free(s->units);
	free(s->months);
	free(s->types);
	memset(s, 0, sizeof *s);
}

/* ---- what a row says ---- */

const struct statistics_row *statistics_top(const struct statistics *s)
{
	return s->unit_count > 0 ? &s->units[0] : NULL;
}

int statistics_share(const struct statistics_row *row)
{
	return row->known && row->ratio.all > 0 ? (int)target_ratio_share(row->ratio) : -1;
}

bool statistics_reached(const struct statistics_row *row)
{
	return row->known && target_ratio_reaches(row->ratio, row->line);
}

bool statistics_over_line(const struct statistics_row *row, int *out)
{
	int share = statistics_share(row);

	*out = share - (int)row->line;
	return share >= 0;
}

bool statistics_change(const struct statistics_row *row, int *out)
{
	int share = statistics_share(row);

	*out = share - (int)target_ratio_share(row->ratio_before);
	return share >= 0 && row->ratio_before.all > 0;
}
