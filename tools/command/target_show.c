/* See target_show.h. */
#include "tools/command/target_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/base/text.h"
#include "tools/command/target_declared.h"
#include "tools/output/output.h"

enum { TREND_MONTHS = 6 };

/* All that the screen is made of. */
struct screen {
	json_t *target; /* the contract; the screen's own texts are added to it last */
	json_t *others; /* targets of the plan that are declared: target_declared_targets */
	struct period of;
	struct month now;
	unsigned line, line_at_end; /* at the end of the period */
	enum target_headline headline;
	struct figures months; /* of the committee alone, by month and direction */
	struct figures tree;   /* of the period, with all below it */
	bool ours;
};

/* ---- asking ---- */

/* This month by the daemon's clock, which may be another's than ours. */
static enum err ask_now(struct call *c, struct month *now)
{
	struct figures_query alone = { .from = *now, .to = *now, .alone = true };
	struct figures f = { .sums = NULL };
	enum err e = figures_ask(c, &alone, &f);

	if (e == ERR_OK && f.reporter_count > 0 && f.reporters[0]->as_of_ms != 0)
		*now = month_of_ms(f.reporters[0]->as_of_ms);
	figures_free(&f);
	return e;
}

enum err target_show_begun(struct call *c, struct month from)
{
	struct month now = month_of_ms(text_now_ms());
	enum err e = from.n > now.n ? ask_now(c, &now) : ERR_OK;

	if (e != ERR_OK || from.n <= now.n)
		return e;
	cli_fail(call_cli(c), ERR_REPORT_AHEAD, NULL);
	return ERR_REPORT_AHEAD;
}

void target_show_begins(struct cli *cli, const struct figures *f)
{
	struct month first;
	unsigned count = figures_begin_later(f, &first);
	char month[16];

	if (count == 0)
		return;
	snprintf(month, sizeof month, "%02u/%04u", month_in_year(first), month_year(first));
	cli_warn(
		cli,
		ngettext("not whole: the figures of %u committee begin within the period (by %s); "
			 "what was before is in no sum",
			 "not whole: the figures of %u committees begin within the period (by %s); "
			 "what was before is in no sum",
			 count),
		count, month);
}

enum err target_show_find(struct call *c, const struct target_wanted *wanted, struct period *months,
			  char **committee)
{
	enum err e = ERR_OK;

	*months = wanted->period;
	*committee = NULL;
	if (wanted->term)
		e = term_months(c, &months->from, &months->to);
	if (e == ERR_OK)
		e = target_show_begun(c, months->from);
	if (e == ERR_OK && wanted->committee != NULL)
		e = recipients_one(c, wanted->committee, committee);
	return e;
}

enum err target_show_ask(struct call *c, struct period months, Vanthu__V1__Target **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.from_month = months.from.n;
	query.to_month = months.to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	*out = e == ERR_OK ? reply->target : NULL;
	return e;
}

static json_t *row_json(const Vanthu__V1__TargetRow *r)
{
	struct target_count count = figures_count(r);
	char month[16];
	json_t *out;

	period_print_month((struct month){ (uint16_t)r->month }, month, sizeof month);
	out = json_pack("{s:s, s:s}", "direction",
			r->direction == VANTHU__V1__DIRECTION__DIRECTION_IN ? "in" : "out", "month",
			month);
	target_put_counts(out, &count);
	return out;
}

static bool is_all(struct period p)
{
	return p.from.n == 0 && p.to.n == UINT16_MAX;
}

/* All counts of ours, as the rows of `by` have them; the share is the headline's. */
static void put_own(json_t *target, const Vanthu__V1__Target *t)
{
	json_t *share = json_incref(json_object_get(target, "share"));
	struct target_count sum = { .digital = 0 };

	if (t->sum != NULL)
		sum = figures_count(t->sum);
	target_put_counts(target, &sum);
	json_object_set_new(target, "share", share);
}

/* Our own share as the daemon sums it, and its line. */
static enum err ask_own(struct call *c, struct period months, struct screen *s)
{
	Vanthu__V1__Target *t;
	enum err e = target_show_ask(c, months, &t);
	json_t *by;

	if (e != ERR_OK)
		return e;
	s->of = (struct period){ { (uint16_t)t->from_month }, { (uint16_t)t->to_month } };
	s->line = s->line_at_end = t->line;
	s->headline = target_headline_of(t->headline);
	s->target = target_json(t);
	put_own(s->target, t);
	json_object_set_new(s->target, "same_number", json_integer((json_int_t)t->same_number));
	by = json_array();
	for (size_t i = 0; i < t->n_rows; i++)
		json_array_append_new(by, row_json(t->rows[i]));
	json_object_set_new(s->target, "by", by);
	if (s->of.to.n <= s->now.n)
		return ERR_OK;
	e = target_show_ask(c, (struct period){ s->of.to, s->of.to }, &t);
	if (e == ERR_OK)
		s->line_at_end = t->line;
	return e;
}

/* The months of the trend, and those that the pace is taken from, may lie before the period. */
static enum err ask_figures(struct call *c, struct period months, const char *committee,
			    struct screen *s)
{
	uint16_t last = s->of.to.n < s->now.n ? s->of.to.n : s->now.n,
		 first = last > TREND_MONTHS ? (uint16_t)(last - TREND_MONTHS) : 1;
	struct figures_query q = { .from.n = first < s->of.from.n ? first : s->of.from.n,
				   .to.n = last > s->of.to.n ? last : s->of.to.n,
				   .committee = committee,
				   .by_month = true,
				   .by_direction = true,
				   .alone = true };
	enum err e;

	if (is_all(months)) {
		q.from = months.from;
		q.to = months.to;
	}
	e = figures_ask(c, &q, &s->months);
	if (e == ERR_OK && is_all(months) && !s->ours) {
		s->of.from = s->months.from;
		s->of.to = s->months.to;
	}
	q = (struct figures_query){
		.from = s->of.from, .to = s->of.to, .committee = committee, .by_direction = true
	};
	if (is_all(months)) {
		q.from = months.from;
		q.to = months.to;
	}
	if (e == ERR_OK)
		e = figures_ask(c, &q, &s->tree);
	return e == ERR_OK ? target_declared_targets(c, &s->tree, &s->others) : e;
}

/* ---- as JSON ---- */

static struct target_sides sum_of(const struct screen *s, struct month from, struct month to)
{
	struct figures_filter filter = { .from = from, .to = to };

	return figures_sum(&s->months, &filter);
}

static struct target_ratio share_of(const struct screen *s, uint16_t from, uint16_t to)
{
	struct target_sides sides = sum_of(s, (struct month){ from }, (struct month){ to });

	return target_headline_ratio(&sides, s->headline);
}

/* What a committee below says of itself, in the words of our own share. */
static void put_others(struct screen *s, const struct target_sides *sides)
{
	struct target_ratio share = target_headline_ratio(sides, s->headline);
	struct target_count both = sides->in;
	json_t *headline = target_ratio_json(share), *by = json_array();
	char text[40];

	target_add(&both, &sides->out);
	target_put_counts(s->target, &both);
	json_object_set(s->target, "share", json_object_get(headline, "share"));
	json_object_set_new(headline, "name", json_string(target_headline_name(s->headline)));
	json_object_set_new(s->target, "headline", headline);
	json_object_set_new(s->target, "reached",
			    json_boolean(target_ratio_reaches(share, s->line)));
	json_object_set_new(s->target, "same_number", json_null());
	json_object_del(s->target, "recounting");
	period_print(s->of, text, sizeof text);
	json_object_set_new(s->target, "period", json_string(text));
	for (size_t i = 0; i < s->months.sum_count; i++) {
		const Vanthu__V1__SubtreeSum *sum = s->months.sums[i];

		if (!sum->excluded && sum->figures->month >= s->of.from.n &&
		    sum->figures->month <= s->of.to.n)
			json_array_append_new(by, row_json(sum->figures));
	}
	json_object_set_new(s->target, "by", by);
}

/* Of a committee that has not reported nothing is known, which is not the same as nothing counted.
 */
static void forget(json_t *target)
{
	static const char *const keys[] = {
		"counted",  "digital",	  "paper",	"pending",   "refused", "secret",
		"share",    "room",	  "trend",	"measures",  "sides",	"headline",
		"reached",  "also_paper", "slow",	"processed", "late",	"returned",
		"recalled", "excluded",	  "projection",
	};

	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_set_new(target, keys[i], json_null());
}

static json_t *sides_json(const struct target_sides *sides)
{
	json_t *in = json_object(), *out = json_object();

	target_put_counts(in, &sides->in);
	target_put_counts(out, &sides->out);
	return json_pack("{s:o, s:o}", "in", in, "out", out);
}

static json_t *bounded(uint64_t n, bool meant)
{
	return !meant || n == UINT64_MAX ? json_null() : json_integer((json_int_t)n);
}

static void put_room(struct screen *s, struct target_ratio share)
{
	struct outlook_room room =
		outlook_room(share, s->line, s->headline == HEADLINE_PROCESSED ? 2 : 1);

	json_object_set_new(s->target, "room",
			    json_pack("{s:o, s:o, s:b}", "papers",
				      bounded(room.papers, room.reached), "digital",
				      bounded(room.digital, !room.reached), "can_be_reached",
				      room.reached || room.digital != UINT64_MAX));
}

static void put_trend(struct screen *s)
{
	uint16_t last = s->of.to.n < s->now.n ? s->of.to.n : s->now.n;
	json_t *trend = json_array();

	for (uint16_t n = last > TREND_MONTHS ? (uint16_t)(last - TREND_MONTHS) : 1; n <= last;
	     n++) {
		json_t *one = target_ratio_json(share_of(s, n, n));
		char month[16];

		period_print_month((struct month){ n }, month, sizeof month);
		json_object_set_new(one, "month", json_string(month));
		json_array_append_new(trend, one);
	}
	json_object_set_new(s->target, "trend", trend);
}

static struct outlook_pace pace_of(const struct screen *s)
{
	uint16_t now = s->now.n, first = 0;
	struct outlook_pace p = { .so_far = share_of(s, s->of.from.n, now),
				  .current = share_of(s, now, now),
				  .left = (unsigned)(s->of.to.n - now),
				  .month = s->now,
				  .line = s->line_at_end };

	/* A committee that began to count two months ago has no third. */
	for (uint16_t n = (uint16_t)(now - OUTLOOK_PACE_MONTHS); n < now && first == 0; n++)
		first = share_of(s, n, n).all > 0 ? n : 0;
	if (first != 0) {
		p.whole = share_of(s, first, (uint16_t)(now - 1));
		p.whole_months = (unsigned)(now - first);
	}
	return p;
}

/* Of a period that is over nothing is projected, nor of one that has not begun. */
static void put_projection(struct screen *s)
{
	bool lasts = s->of.from.n <= s->now.n && s->of.to.n >= s->now.n;
	struct outlook_pace pace;
	struct outlook o = { .known = false };
	char until[16], turns[16];
	json_t *out;

	if (lasts) {
		pace = pace_of(s);
		o = outlook_project(&pace);
	}
	if (!o.known) {
		json_object_set_new(s->target, "projection", json_null());
		return;
	}
	period_print_month(s->of.to, until, sizeof until);
	period_print_month(o.turns, turns, sizeof turns);
	out = json_pack("{s:s, s:I, s:I, s:I, s:f, s:f, s:b, s:o}", "until", until, "pace_months",
			(json_int_t)pace.whole_months, "of", (json_int_t)o.end.of, "all",
			(json_int_t)o.end.all, "share", (double)o.share / TARGET_WHOLE, "line",
			(double)s->line_at_end / TARGET_WHOLE, "reaches", o.reaches, "turns",
			o.turns.n == 0 ? json_null() : json_string(turns));
	json_object_set_new(s->target, "projection", out);
}

/* Null where nobody is below. */
static void put_subtree(struct screen *s)
{
	struct figures_filter filter = { .excluded = false }, left = { .excluded = true };
	struct target_sides sides = figures_sum(&s->tree, &filter),
			    out = figures_sum(&s->tree, &left);
	struct target_ratio share = target_headline_ratio(&sides, s->headline);
	struct target_count both = sides.in;
	json_t *tree;

	if (s->tree.reporter_count < 2) {
		json_object_set_new(s->target, "subtree", json_null());
		return;
	}
	tree = json_object();
	target_add(&both, &sides.out);
	target_put_counts(tree, &both);
	json_object_set_new(tree, "share", target_share_json(share.of, share.all));
	json_object_set_new(tree, "line", json_real((double)s->line / TARGET_WHOLE));
	json_object_set_new(tree, "reached", json_boolean(target_ratio_reaches(share, s->line)));
	json_object_set_new(tree, "headline", target_ratio_json(share));
	json_object_set_new(tree, "measures", target_measures_json(&sides));
	json_object_set_new(
		tree, "excluded",
		json_integer((json_int_t)(target_counted(&out.in) + target_counted(&out.out))));
	json_object_set_new(tree, "reports", reports_json(&s->tree));
	json_object_set_new(s->target, "subtree", tree);
}

static void fill(struct screen *s)
{
	struct figures_filter left = { .from = s->of.from, .to = s->of.to, .excluded = true };
	struct target_sides sides = sum_of(s, s->of.from, s->of.to),
			    out = figures_sum(&s->months, &left);
	const Vanthu__V1__Reporter *top = s->tree.reporter_count > 0 ? s->tree.reporters[0] : NULL;
	char from[16], to[16];

	if (!s->ours)
		put_others(s, &sides);
	period_print_month(s->of.from, from, sizeof from);
	period_print_month(s->of.to, to, sizeof to);
	json_object_set_new(s->target, "from", json_string(from));
	json_object_set_new(s->target, "to", json_string(to));
	json_object_set_new(s->target, "committee", json_string(top == NULL ? "" : top->committee));
	json_object_set_new(s->target, "name", json_string(top == NULL ? "" : top->name));
	json_object_set_new(s->target, "report", top == NULL ? json_null() : reports_one_json(top));
	json_object_set_new(s->target, "definition", json_string(target_definition(s->headline)));
	json_object_set_new(s->target, "measures", target_measures_json(&sides));
	json_object_set_new(s->target, "sides", sides_json(&sides));
	json_object_set_new(
		s->target, "excluded",
		json_integer((json_int_t)(target_counted(&out.in) + target_counted(&out.out))));
	put_room(s, target_headline_ratio(&sides, s->headline));
	put_trend(s);
	put_projection(s);
	put_subtree(s);
	if (top != NULL && strcmp(reports_state(top), "missing") == 0)
		forget(s->target);
}

/* ---- the command ---- */

int target_show(struct cli *cli, const struct target_wanted *wanted)
{
	struct screen s = { .now = month_of_ms(text_now_ms()) };
	struct period months;
	char *committee = NULL;
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	if (e == ERR_OK)
		e = target_show_find(c, wanted, &months, &committee);
	s.ours = committee == NULL;
	if (e == ERR_OK)
		e = ask_own(c, months, &s);
	if (e == ERR_OK)
		e = ask_figures(c, months, committee, &s);
	if (e == ERR_OK) {
		fill(&s);
		json_object_set(s.target, "others", s.others);
		target_show_begins(cli, &s.tree);
		target_screen(cli, s.target);
		if (!cli->json && !cli->plain)
			target_declared_summary(cli, s.others);
	}
	figures_free(&s.months);
	figures_free(&s.tree);
	json_decref(s.target);
	json_decref(s.others);
	free(committee);
	call_close(c);
	return err_exit_code(e);
}
