/* See target_by.h. */
#include "tools/command/target_by.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/base/text.h"
#include "tools/output/output.h"

enum way { BY_COMMITTEE, BY_TYPE, BY_MONTH, BY_QUARTER, BY_HALF, BY_YEAR, BY_DIRECTION, WAYS };

/* Levels that are indented: deeper ones stand below each other. */
enum { TREE_DEPTH_SHOWN = 16 };

static const char *const words[] = { "committee", "type", "month",     "quarter",
				     "half",	  "year", "direction", NULL };

/* What is cut, and the line that its parts are held against. */
struct cut {
	enum way way;
	struct period of;
	unsigned line;
	enum target_headline headline;
	struct figures figures;
	struct figures whole; /* by committee: of each all below it, too */
};

/* ---- rows ---- */

/* The counts of both directions, the measures, and the headline against the line. */
static void put_sides(json_t *row, const struct cut *t, const struct target_sides *sides)
{
	struct target_ratio share = target_headline_ratio(sides, t->headline);
	struct target_count both = sides->in;

	target_add(&both, &sides->out);
	target_put_counts(row, &both);
	json_object_set_new(row, "to_process",
			    json_integer((json_int_t)target_to_process(&sides->in)));
	json_object_set_new(row, "share", target_share_json(share.of, share.all));
	json_object_set_new(row, "reached",
			    share.all == 0 ? json_null()
					   : json_boolean(target_ratio_reaches(share, t->line)));
	json_object_set_new(row, "measures", target_measures_json(sides));
}

static bool is_empty(const struct target_sides *s)
{
	struct target_count zero = { .digital = 0 };

	return target_equal(&s->in, &zero) && target_equal(&s->out, &zero);
}

static json_t *row_of(const struct cut *t, const struct figures *f,
		      const struct figures_filter *filter)
{
	struct target_sides sides = figures_sum(f, filter);
	json_t *row = json_object();

	put_sides(row, t, &sides);
	return row;
}

/* Months in steps of 1, 3, 6 or 12, as far as there is something in them. */
static void add_months(const struct cut *t, unsigned step, json_t *rows)
{
	for (unsigned n = t->of.from.n - t->of.from.n % step; n <= t->of.to.n; n += step) {
		struct period p = { { (uint16_t)n }, { (uint16_t)(n + step - 1) } };
		struct figures_filter filter = { .from = p.from, .to = p.to };
		struct target_sides sides = figures_sum(&t->figures, &filter);
		char text[40];
		json_t *row;

		if (is_empty(&sides))
			continue;
		/* of a period that begins in the middle of a quarter, only its months */
		p.from.n = p.from.n < t->of.from.n ? t->of.from.n : p.from.n;
		p.to.n = p.to.n > t->of.to.n ? t->of.to.n : p.to.n;
		period_print(p, text, sizeof text);
		row = json_pack("{s:s}", "period", text);
		put_sides(row, t, &sides);
		json_array_append_new(rows, row);
	}
}

static void add_types(const struct cut *t, json_t *rows)
{
	size_t count;
	struct figures_type *types = figures_types(&t->figures, &count);

	for (size_t i = 0; i < count; i++) {
		json_t *row = json_object();

		put_sides(row, t, &types[i].sides);
		json_object_set_new(row, "type", json_string(types[i].code));
		json_object_set_new(row, "type_name", json_string(types[i].name));
		json_object_set_new(row, "excluded", json_boolean(types[i].excluded));
		json_array_append_new(rows, row);
	}
	free(types);
}

static void add_directions(const struct cut *t, json_t *rows)
{
	struct figures_filter all = { .excluded = false };
	struct target_sides both = figures_sum(&t->figures, &all), in = { .in = both.in },
			    out = { .out = both.out };
	json_t *row = json_pack("{s:s}", "direction", "out");

	put_sides(row, t, &out);
	json_array_append_new(rows, row);
	row = json_pack("{s:s}", "direction", "in");
	put_sides(row, t, &in);
	json_array_append_new(rows, row);
}

/* ---- by committee ---- */

static bool is_child(const Vanthu__V1__Reporter *r, const Vanthu__V1__Reporter *of)
{
	return r->depth == of->depth + 1 && strcmp(r->superior, of->committee) == 0;
}

/* How many below it are missing, itself not; and how many there are. */
static void count_below(const struct figures *f, const Vanthu__V1__Reporter *of, unsigned *missing,
			unsigned *all)
{
	for (size_t i = 0; i < f->reporter_count; i++) {
		if (!is_child(f->reporters[i], of))
			continue;
		++*all;
		*missing += !reports_known(f->reporters[i]);
		count_below(f, f->reporters[i], missing, all);
	}
}

/* As it stood in this place. */
static struct target_sides sum_of(const struct figures *f, const char *committee,
				  const struct figures_place *place)
{
	struct figures_filter filter = { .committee = committee, .place = place };

	return figures_sum(f, &filter);
}

static json_t *place_json(const struct figures_place *place)
{
	json_t *list = json_array();

	for (size_t i = 0; i < place->count; i++)
		json_array_append_new(list, json_string(place->above[i]));
	return list;
}

/* What was missing is no zero: it has no number. */
static void put_unknown(json_t *row)
{
	static const char *const keys[] = { "counted", "digital", "paper",
					    "pending", "share",	  "reached" };

	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_set_new(row, keys[i], json_null());
}

static json_t *committee_row(const struct cut *t, const Vanthu__V1__Reporter *r, const char *part,
			     unsigned depth)
{
	bool whole = strcmp(part, "whole") == 0;
	struct figures_place place;
	struct target_sides sides;
	unsigned missing = 0, all = 0;
	json_t *row =
		json_pack("{s:s, s:s, s:s, s:s, s:i}", "committee", r->committee, "name", r->name,
			  "superior", r->superior, "part", part, "depth", (int)depth);

	figures_stands(&t->figures, r, &place);
	sides = sum_of(whole ? &t->whole : &t->figures, r->committee, &place);
	json_object_set_new(row, "above", place_json(&place));
	count_below(&t->figures, r, &missing, &all);
	json_object_set_new(row, "state", json_string(reports_state(r)));
	json_object_set_new(row, "report", reports_one_json(r));
	if (whole) {
		json_object_set_new(row, "below", json_integer(all));
		json_object_set_new(row, "missing_below", json_integer(missing));
	}
	/* a sum without any part that is known is none */
	if (reports_known(r) || (whole && (missing < all || !is_empty(&sides))))
		put_sides(row, t, &sides);
	else
		put_unknown(row);
	return row;
}

/* One that counts here, where it stood then, with all that stood below it. */
static json_t *former_row(const struct cut *t, const char *committee,
			  const struct figures_place *place, unsigned depth)
{
	struct target_sides sides = sum_of(&t->whole, committee, place);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "committee", committee, "name",
				figures_name(&t->whole, committee), "superior", place->above[0],
				"part", "former", "depth", (int)depth, "state", "");

	json_object_set_new(row, "above", place_json(place));
	put_sides(row, t, &sides);
	return row;
}

/* Those that stood there and do not today. How many there are; rows NULL: only counted. */
static unsigned add_former(const struct cut *t, const Vanthu__V1__Reporter *r, unsigned depth,
			   json_t *rows)
{
	struct figures_place its, place;
	unsigned count = 0;

	figures_stands(&t->figures, r, &its);
	figures_below(r, &its, &place);
	for (size_t i = 0; i < t->whole.sum_count; i++) {
		if (!figures_is_former(&t->whole, i, &place))
			continue;
		count++;
		if (rows != NULL)
			json_array_append_new(
				rows, former_row(t, t->whole.sums[i]->committee, &place, depth));
	}
	return count;
}

static void add_committee(const struct cut *t, const Vanthu__V1__Reporter *r, unsigned depth,
			  json_t *rows)
{
	unsigned missing = 0, all = 0;

	count_below(&t->figures, r, &missing, &all);
	if (all == 0 && add_former(t, r, depth, NULL) == 0) {
		json_array_append_new(rows, committee_row(t, r, "own", depth));
		return;
	}
	json_array_append_new(rows, committee_row(t, r, "whole", depth));
	json_array_append_new(rows, committee_row(t, r, "own", depth + 1));
	for (size_t i = 0; i < t->figures.reporter_count; i++) {
		if (is_child(t->figures.reporters[i], r))
			add_committee(t, t->figures.reporters[i], depth + 1, rows);
	}
	(void)add_former(t, r, depth + 1, rows);
}

/* ---- asking ---- */

static enum err ask(struct call *c, const struct target_wanted *wanted, struct cut *t)
{
	struct figures_query q = { .by_direction = true };
	Vanthu__V1__Target *target;
	char *committee = NULL;
	struct period months;
	enum err e = target_show_find(c, wanted, &months, &committee);

	if (e == ERR_OK && t->way == BY_YEAR && months.from.n == 0)
		months.to.n = UINT16_MAX; /* this year alone is no list of years */
	if (e == ERR_OK)
		e = target_show_ask(c, months, &target);
	if (e == ERR_OK) {
		t->line = target->line;
		t->headline = target_headline_of(target->headline);
		q.from = months.from.n == 0 && months.to.n == 0
				 ? (struct month){ (uint16_t)target->from_month }
				 : months.from;
		q.to = months.to.n == 0 ? (struct month){ (uint16_t)target->to_month } : months.to;
		q.committee = committee;
		q.alone = t->way != BY_COMMITTEE && !wanted->subtree;
		q.by_type = t->way == BY_TYPE;
		/* "all" is from the first month to the last, which only months tell */
		q.by_month = t->way != BY_COMMITTEE && t->way != BY_TYPE;
		q.by_committee = q.by_place = t->way == BY_COMMITTEE;
		e = figures_ask(c, &q, &t->figures);
	}
	if (e == ERR_OK) {
		t->of = (struct period){ t->figures.from, t->figures.to };
		q.whole = true;
		if (t->way == BY_COMMITTEE)
			e = figures_ask(c, &q, &t->whole);
	}
	free(committee);
	return e;
}

/* ---- as tables ---- */

/* Indented, and in words what a row has. */
static void name_rows(json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *part = json_string_value(json_object_get(row, "part")),
			   *name = json_string_value(json_object_get(row, "name"));
		long long missing =
			(long long)json_integer_value(json_object_get(row, "missing_below"));
		unsigned long below =
			(unsigned long)json_integer_value(json_object_get(row, "below"));
		int depth = (int)json_integer_value(json_object_get(row, "depth"));
		bool own = strcmp(part, "own") == 0 && i > 0 && depth > 0 &&
			   strcmp(json_string_value(json_object_get(row, "committee")),
				  json_string_value(json_object_get(json_array_get(rows, i - 1),
								    "committee"))) == 0;
		char text[512], then[512];
		size_t used;

		if (own)
			name = _("itself");
		if (strcmp(part, "former") == 0) {
			snprintf(then, sizeof then, _("%s, while it stood here"), name);
			name = then;
		}
		/* no-break: a table takes blanks away */
		used = 0;
		for (int n = 0; n < depth && n < TREE_DEPTH_SHOWN; n++)
			used += (size_t)snprintf(text + used, sizeof text - used, "\u00a0\u00a0");
		snprintf(text + used, sizeof text - used, "%s", name);
		json_object_set_new(row, "label", json_string(text));
		json_object_set(row, "not_taken",
				json_object_get(json_object_get(row, "report"), "refused"));
		json_object_set(row, "unfit",
				json_object_get(json_object_get(row, "report"), "unfit"));
		if (strcmp(part, "whole") != 0)
			continue;
		if (missing > 0)
			snprintf(text, sizeof text, _("%lld of %lu below not yet"), missing, below);
		else
			snprintf(text, sizeof text,
				 ngettext("with %lu below", "with %lu below", below), below);
		json_object_set_new(row, "state", json_string(text));
	}
}

/* A column of zeros means nothing: taken out of the rows, it is not shown. */
static void drop_zeros(json_t *rows, const char *key)
{
	json_int_t sum = 0;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) sum += json_integer_value(json_object_get(row, key));
	json_array_foreach(rows, i, row)
	{
		if (sum == 0)
			json_object_del(row, key);
	}
}

#define FIGURE_COLUMNS                                                                             \
	{ "counted", N_("Counted"), FORMAT_COUNT, false },                                         \
		{ "digital", N_("Digital"), FORMAT_COUNT, false },                                 \
		{ "paper", N_("Paper"), FORMAT_COUNT, false },                                     \
		{ "pending", N_("Pending"), FORMAT_COUNT, false },                                 \
	{                                                                                          \
		"share", N_("Share"), FORMAT_PERCENT, false                                        \
	}

static const struct column committees[] = {
	{ "label", N_("Committee"), FORMAT_TEXT, true },
	FIGURE_COLUMNS,
	{ "state", N_("Report"), FORMAT_STATE, false },
	{ "not_taken", N_("Not taken"), FORMAT_COUNT, false },
	{ "unfit", N_("Do not fit"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column types[] = {
	{ "type", N_("Type"), FORMAT_TEXT, false },
	{ "type_name", N_("Name"), FORMAT_TEXT, true },
	FIGURE_COLUMNS,
	{ "secret", N_("Secret"), FORMAT_COUNT, false },
	{ "excluded", N_("Left out"), FORMAT_MARK, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column periods[] = {
	{ "period", N_("Period"), FORMAT_PERIOD, false },
	FIGURE_COLUMNS,
	{ "processed", N_("Processed"), FORMAT_COUNT, false },
	{ "reached", N_("Reached"), FORMAT_BOOL, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column directions[] = {
	{ "direction", N_("Direction"), FORMAT_STATE, false },
	FIGURE_COLUMNS,
	{ "secret", N_("Secret"), FORMAT_COUNT, false },
	{ "also_paper", N_("On paper too"), FORMAT_COUNT, false },
	{ "processed", N_("Processed"), FORMAT_COUNT, false },
	{ "late", N_("Late"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
/* Programs read ids, and all that a row has. */
static const struct column plain_committees[] = {
	{ "depth", "", FORMAT_COUNT, false }, { "committee", "", FORMAT_TEXT, false },
	{ "part", "", FORMAT_TEXT, false },   FIGURE_COLUMNS,
	{ "state", "", FORMAT_TEXT, false },  { NULL, NULL, FORMAT_TEXT, false },
};

static const struct column *columns_of(const struct cli *cli, enum way way)
{
	switch (way) {
	case BY_COMMITTEE:
		return cli->plain ? plain_committees : committees;
	case BY_TYPE:
		return types;
	case BY_DIRECTION:
		return directions;
	default:
		return periods;
	}
}

static json_t *rows_of(const struct cut *t)
{
	static const unsigned steps[WAYS] = {
		[BY_MONTH] = 1, [BY_QUARTER] = 3, [BY_HALF] = 6, [BY_YEAR] = 12
	};
	json_t *rows = json_array();

	if (t->way == BY_COMMITTEE && t->figures.reporter_count > 0)
		add_committee(t, t->figures.reporters[0], 0, rows);
	else if (t->way == BY_TYPE)
		add_types(t, rows);
	else if (t->way == BY_DIRECTION)
		add_directions(t, rows);
	else if (steps[t->way] > 0)
		add_months(t, steps[t->way], rows);
	return rows;
}

static void print(struct cli *cli, const struct cut *t, bool subtree)
{
	const Vanthu__V1__Reporter *top =
		t->figures.reporter_count > 0 ? t->figures.reporters[0] : NULL;
	static const char *const rare[] = { "pending", "secret",    "also_paper",
					    "late",    "not_taken", "unfit" };
	struct figures_filter all = { .excluded = false };
	json_t *rows = rows_of(t), *data, *sum;
	char period[40];

	if (!cli->json) {
		if (t->way == BY_COMMITTEE && !cli->plain)
			name_rows(rows);
		for (unsigned i = 0; !cli->plain && i < sizeof rare / sizeof rare[0]; i++)
			drop_zeros(rows, rare[i]);
		output_list(cli, rows, columns_of(cli, t->way));
		return;
	}
	period_print(t->of, period, sizeof period);
	sum = row_of(t, &t->figures, &all);
	data = json_pack("{s:s, s:s, s:s, s:b, s:f, s:s, s:s, s:o, s:o}", "by", words[t->way],
			 "period", period, "committee", top == NULL ? "" : top->committee,
			 "subtree", subtree, "line", (double)t->line / TARGET_WHOLE, "headline",
			 target_headline_name(t->headline), "definition",
			 target_definition(t->headline), "rows", rows, "sum", sum);
	json_object_set_new(data, "reports", reports_json(&t->figures));
	output_object(cli, data, NULL);
}

int target_by(struct cli *cli, const char *word, const struct target_wanted *wanted)
{
	int way = text_choose(word, words);
	struct call *c = NULL;
	struct cut t;
	enum err e;

	memset(&t, 0, sizeof t);
	if (way < 0)
		return cli_usage(cli, word);
	t.way = (enum way)way;
	e = call_open(cli, CLIENT_READ, &c);
	if (e == ERR_OK)
		e = ask(c, wanted, &t);
	if (e == ERR_OK && (t.way == BY_COMMITTEE || wanted->subtree || wanted->committee != NULL))
		target_show_begins(cli, &t.figures);
	if (e == ERR_OK)
		print(cli, &t, t.way == BY_COMMITTEE || wanted->subtree);
	figures_free(&t.figures);
	figures_free(&t.whole);
	call_close(c);
	return err_exit_code(e);
}
