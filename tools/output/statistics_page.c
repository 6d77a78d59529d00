/* See statistics_page.h. */
#include "tools/output/statistics_page.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tools/output/output.h"
#include "tools/output/statistics_rows.h"

enum { CELL_BYTES = COMMITTEE_NAME_MAX + 160, COLUMNS_MAX = 20, FIGURE_BYTES = 32 };

/* ---- texts ---- */

void statistics_period(struct month from, struct month to, char *out, size_t size)
{
	unsigned first = month_in_year(from), last = month_in_year(to), year = month_year(from);
	unsigned months = (unsigned)(to.n - from.n) + 1;
	bool one_year = year == month_year(to);

	if (from.n == 0)
		snprintf(out, size, "–");
	else if (months == 1)
		snprintf(out, size, _("Month %02u/%04u"), first, year);
	else if (one_year && months == 12)
		snprintf(out, size, _("Year %04u"), year);
	else if (one_year && months == 6 && first % 6 == 1)
		snprintf(out, size, first == 1 ? _("First half of %04u") : _("Second half of %04u"),
			 year);
	else if (one_year && months == 3 && first % 3 == 1)
		snprintf(out, size, _("Quarter %u of %04u"), first / 3 + 1, year);
	else
		snprintf(out, size, _("From %02u/%04u to %02u/%04u"), first, year, last,
			 month_year(to));
}

void statistics_title(const struct statistics *s, char *out, size_t size)
{
	if (s->term)
		snprintf(out, size, _("Term, from %02u/%04u to %02u/%04u"), month_in_year(s->from),
			 month_year(s->from), month_in_year(s->to), month_year(s->to));
	else
		statistics_period(s->from, s->to, out, size);
}

void statistics_share_text(int share, char *out, size_t size)
{
	char number[FIGURE_BYTES];

	if (share < 0) {
		snprintf(out, size, "–");
		return;
	}
	statistics_percent(share, false, number, sizeof number);
	snprintf(out, size, "%s %%", number);
}

void statistics_time(struct cli *cli, int64_t ms, char *out, size_t size)
{
	json_t *time = json_time(ms);

	output_format(cli, time, FORMAT_MINUTE, true, out, size);
	if (out[0] == '\0')
		snprintf(out, size, "–");
	json_decref(time);
}

/* ---- columns ---- */

enum figure {
	FIGURE_NAME,
	FIGURE_OUT_TOTAL,
	FIGURE_OUT_SECRET,
	FIGURE_OUT_DIGITAL,
	FIGURE_OUT_ALSO_PAPER,
	FIGURE_OUT_PAPER,
	FIGURE_OUT_PENDING,
	FIGURE_OUT_SHARE,
	FIGURE_IN_TOTAL,
	FIGURE_IN_SECRET,
	FIGURE_IN_DIGITAL,
	FIGURE_IN_PAPER,
	FIGURE_IN_SHARE,
	FIGURE_IN_TIME,
	FIGURE_LATE,
	FIGURE_OPEN,
	FIGURE_WORK_SHARE,
	FIGURE_SHARE,
	FIGURE_OVER_LINE,
	FIGURE_CHANGE,
};

static const struct {
	const char *title, *group;   /* marked for translation */
	bool upright;		     /* stands on an upright sheet too */
	enum target_measure measure; /* MEASURES: it is no share of one */
} figures[COLUMNS_MAX] = {
	[FIGURE_NAME] = { NULL, NULL, true, MEASURES },
	[FIGURE_OUT_TOTAL] = { N_("total"), N_("Documents sent"), true, MEASURES },
	[FIGURE_OUT_SECRET] = { N_("secret"), N_("Documents sent"), false, MEASURES },
	[FIGURE_OUT_DIGITAL] = { N_("digital, signed"), N_("Documents sent"), true, MEASURES },
	[FIGURE_OUT_ALSO_PAPER] = { N_("on paper too"), N_("Documents sent"), false, MEASURES },
	[FIGURE_OUT_PAPER] = { N_("on paper only"), N_("Documents sent"), false, MEASURES },
	[FIGURE_OUT_PENDING] = { N_("not with all yet"), N_("Documents sent"), false, MEASURES },
	[FIGURE_OUT_SHARE] = { N_("share (%)"), N_("Documents sent"), true, MEASURE_OUT },
	[FIGURE_IN_TOTAL] = { N_("total"), N_("Documents received"), true, MEASURES },
	[FIGURE_IN_SECRET] = { N_("secret"), N_("Documents received"), false, MEASURES },
	[FIGURE_IN_DIGITAL] = { N_("in the system"), N_("Documents received"), true, MEASURES },
	[FIGURE_IN_PAPER] = { N_("on paper"), N_("Documents received"), false, MEASURES },
	[FIGURE_IN_SHARE] = { N_("share (%)"), N_("Documents received"), true, MEASURE_IN },
	[FIGURE_IN_TIME] = { N_("in time"), N_("Processing"), true, MEASURES },
	[FIGURE_LATE] = { N_("done late"), N_("Processing"), true, MEASURES },
	[FIGURE_OPEN] = { N_("in work"), N_("Processing"), true, MEASURES },
	[FIGURE_WORK_SHARE] = { N_("share (%)"), N_("Processing"), true, MEASURE_PROCESSED },
	[FIGURE_SHARE] = { N_("share (%)"), N_("Over all"), true, MEASURES },
	[FIGURE_OVER_LINE] = { N_("vs line"), N_("Over all"), true, MEASURES },
	[FIGURE_CHANGE] = { N_("vs before"), N_("Over all"), true, MEASURES },
};

/* Which of them a table shows, and in what order. */
struct layout {
	struct page_column columns[COLUMNS_MAX + 1];
	enum figure figures[COLUMNS_MAX];
	unsigned count;
};

static void lay_out(struct layout *l, const char *first, bool full)
{
	memset(l, 0, sizeof *l);
	for (unsigned i = 0; i < COLUMNS_MAX; i++) {
		if (!full && !figures[i].upright)
			continue;
		l->columns[l->count] = (struct page_column){
			.title = i == FIGURE_NAME ? first : _(figures[i].title),
			.width = i == FIGURE_NAME ? (full ? 17 : 22) : 0,
			.group = i == FIGURE_NAME ? NULL : _(figures[i].group),
			.number = i != FIGURE_NAME,
		};
		l->figures[l->count++] = (enum figure)i;
	}
}

/* ---- cells ---- */

static uint64_t count_of(const struct statistics_row *row, enum figure f)
{
	const struct target_count *in = &row->sides.in, *out = &row->sides.out;
	struct statistics_counts n = statistics_counts(row);

	switch (f) {
	case FIGURE_OUT_TOTAL:
		return n.out_total;
	case FIGURE_OUT_SECRET:
		return out->secret;
	case FIGURE_OUT_DIGITAL:
		return out->digital;
	case FIGURE_OUT_ALSO_PAPER:
		return out->also_paper;
	case FIGURE_OUT_PAPER:
		return out->paper;
	case FIGURE_OUT_PENDING:
		return n.out_pending;
	case FIGURE_IN_TOTAL:
		return n.in_total;
	case FIGURE_IN_SECRET:
		return in->secret;
	case FIGURE_IN_DIGITAL:
		return in->digital;
	case FIGURE_IN_PAPER:
		return in->paper;
	case FIGURE_IN_TIME:
		return n.in_time;
	case FIGURE_LATE:
		return in->late;
	default:
		return n.open;
	}
}

static void print_figure(const struct statistics_row *row, enum figure f, char *out, size_t size)
{
	struct target_ratio r = target_measure(&row->sides, figures[f].measure);
	bool there = row->known && r.all > 0;
	int value = (int)target_ratio_share(r);

	if (f == FIGURE_SHARE) {
		value = statistics_share(row);
		there = value >= 0;
	} else if (f == FIGURE_OVER_LINE) {
		there = statistics_over_line(row, &value);
	} else if (f == FIGURE_CHANGE) {
		there = statistics_change(row, &value);
	} else if (figures[f].measure == MEASURES) {
		snprintf(out, size, "–");
		if (row->known)
			snprintf(out, size, "%llu", (unsigned long long)count_of(row, f));
		return;
	}
	snprintf(out, size, "–");
	if (there)
		statistics_percent(value, f == FIGURE_OVER_LINE || f == FIGURE_CHANGE, out, size);
}

static void put_row(struct cli *cli, FILE *to, const struct layout *l,
		    const struct statistics_row *row)
{
	char name[COMMITTEE_NAME_MAX + 8], remark[64], first[CELL_BYTES];
	char texts[COLUMNS_MAX][FIGURE_BYTES];
	const char *cells[COLUMNS_MAX];

	statistics_name(row, name, sizeof name);
	statistics_remark(cli, row, remark, sizeof remark);
	snprintf(first, sizeof first, "%s%s%s%s", name, remark[0] == '\0' ? "" : "\n(", remark,
		 remark[0] == '\0' ? "" : ")");
	for (unsigned i = 0; i < l->count; i++) {
		print_figure(row, l->figures[i], texts[i], sizeof texts[i]);
		cells[i] = l->figures[i] == FIGURE_NAME ? first : texts[i];
	}
	page_figures(to,
		     row->kind == STATISTICS_SUM ? PAGE_ROW_SUM
		     : row->known		 ? PAGE_ROW_PLAIN
						 : PAGE_ROW_LEFT_OUT,
		     row->depth, l->columns, cells);
}

static void put_table(struct cli *cli, FILE *to, const struct layout *l,
		      const struct statistics_row *rows, size_t count)
{
	page_table_begin(to, l->columns);
	for (size_t i = 0; i < count; i++)
		put_row(cli, to, l, &rows[i]);
	if (count == 0)
		page_nothing(to, _("Nothing is counted in this period."), l->count);
	page_table_end(to);
}

/* ---- charts ---- */

struct drawing {
	struct chart chart;
	struct chart_value *values;
	char (*labels)[CELL_BYTES];
	char (*texts)[64];
	char line[96];
};

static void drop(struct drawing *d)
{
	free(d->values);
	free(d->labels);
	free(d->texts);
}

/* False without memory: the table says it all. */
static bool prepare(struct drawing *d, const char *name, const char *title, size_t count)
{
	memset(d, 0, sizeof *d);
	d->values = calloc(count + 1, sizeof *d->values);
	d->labels = calloc(count + 1, sizeof *d->labels);
	d->texts = calloc(count + 1, sizeof *d->texts);
	d->chart = (struct chart){ .name = name,
				   .title = title,
				   .reached = _("reaches the line"),
				   .below = _("below the line"),
				   .values = d->values };
	return d->values != NULL && d->labels != NULL && d->texts != NULL;
}

/* One line for all, or steps where it rises within the period. */
static void name_line(struct drawing *d, const struct statistics_row *rows, size_t count)
{
	unsigned first = count == 0 ? 0 : rows[0].line,
		 last = count == 0 ? 0 : rows[count - 1].line;
	char a[FIGURE_BYTES], b[FIGURE_BYTES];

	statistics_share_text((int)first, a, sizeof a);
	statistics_share_text((int)last, b, sizeof b);
	if (first == last)
		snprintf(d->line, sizeof d->line, _("the line to reach: %s"), a);
	else
		snprintf(d->line, sizeof d->line, _("the line to reach: from %s to %s"), a, b);
	d->chart.line = d->line;
}

static void take_value(struct drawing *d, const struct statistics_row *row)
{
	unsigned i = d->chart.count++;
	int share = statistics_share(row);

	statistics_name(row, d->labels[i], sizeof d->labels[i]);
	if (!row->known)
		snprintf(d->texts[i], sizeof d->texts[i], "%s", _("not reported"));
	else if (share >= 0)
		statistics_share_text(share, d->texts[i], sizeof d->texts[i]);
	else
		snprintf(d->texts[i], sizeof d->texts[i], "%s", "–");
	d->values[i] = (struct chart_value){ .label = d->labels[i],
					     .value = d->texts[i],
					     .share = share < 0 ? CHART_NONE : share,
					     .line = (int)row->line,
					     .reached = statistics_reached(row) };
}

static bool has_shares(const struct statistics_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (statistics_share(&rows[i]) >= 0)
			return true;
	}
	return false;
}

/* ---- parts ---- */

static void put_heading(FILE *to, const char *text, bool full)
{
	if (full)
		page_heading(to, text);
	else
		page_subheading(to, text);
}

void statistics_page_units(struct cli *cli, FILE *to, const struct statistics *s, bool full)
{
	struct layout l;
	char text[256];

	lay_out(&l, _("Committee"), full);
	put_table(cli, to, &l, s->units, s->unit_count);
	page_note(to,
		  _("Differences are in percentage points. What is secret is in the totals and "
		    "in no share. A committee that moved counts in the sums of those under whom "
		    "it stood when, there in a row of its own."));
	if (s->term)
		page_note(to, _("The term before is not kept here, so there is nothing to compare "
				"with."));
	if (full && s->begin_later > 0) {
		snprintf(text, sizeof text,
			 ngettext("The period is not whole: the figures of %u committee begin "
				  "within it (by %02u/%04u), and what was before is in no sum.",
				  "The period is not whole: the figures of %u committees begin "
				  "within it (by %02u/%04u), and what was before is in no sum.",
				  s->begin_later),
			 s->begin_later, month_in_year(s->begin), month_year(s->begin));
		page_note(to, text);
	}
}

/* Those who report, alone or with all below them; not the top's own beside its sum. */
void statistics_page_unit_chart(FILE *to, const struct statistics *s)
{
	struct drawing d;

	if (s->unit_count < 2 || !has_shares(s->units, s->unit_count))
		return;
	if (prepare(&d, "units", _("Digital share by committee"), s->unit_count)) {
		for (size_t i = 0; i < s->unit_count; i++) {
			if (s->units[i].depth <= 1)
				take_value(&d, &s->units[i]);
		}
		name_line(&d, s->units, 1);
		page_subheading(to, d.chart.title);
		chart_bars(to, &d.chart);
	}
	drop(&d);
}

void statistics_page_months(struct cli *cli, FILE *to, const struct statistics *s, bool full)
{
	struct drawing d;
	struct layout l;

	put_heading(to, _("Digital share by month"), full);
	if (prepare(&d, "months", _("Digital share by month"), s->month_count) &&
	    has_shares(s->months, s->month_count)) {
		for (size_t i = 0; i < s->month_count; i++)
			take_value(&d, &s->months[i]);
		name_line(&d, s->months, s->month_count);
		chart_columns(to, &d.chart);
	}
	drop(&d);
	lay_out(&l, _("Month"), full);
	put_table(cli, to, &l, s->months, s->month_count);
}

void statistics_page_types(struct cli *cli, FILE *to, const struct statistics *s, bool full)
{
	struct drawing d;
	struct layout l;

	put_heading(to, _("Digital share by type of document"), full);
	if (prepare(&d, "types", _("Digital share by type of document"), s->type_count) &&
	    has_shares(s->types, s->type_count)) {
		for (size_t i = 0; i < s->type_count; i++)
			take_value(&d, &s->types[i]);
		name_line(&d, s->types, 1);
		chart_bars(to, &d.chart);
	}
	drop(&d);
	lay_out(&l, _("Type"), full);
	put_table(cli, to, &l, s->types, s->type_count);
}

void statistics_page_definition(FILE *to, const struct statistics *s)
{
	char text[256];

	page_heading(to, _("What is counted"));
	page_text(to, _("Counted is each official document sent or received, once, also on paper; "
			"mật and above are left out. Digital is one received here whole, or sent "
			"here and receipted by all its recipients. Processed is one received "
			"digitally that the office has finished, or accepted where nothing has to "
			"be answered."));
	page_text(to,
		  s->headline == HEADLINE_PROCESSED
			  ? _("The share over all is (sent digitally + received digitally + "
			      "processed) ÷ (all sent + all received + all to be processed).")
			  : _("The share over all is (sent digitally + received digitally) ÷ (all "
			      "sent + all received)."));
	if (s->excluded == 0)
		return;
	snprintf(
		text, sizeof text,
		ngettext(
			"%llu document of a type that the office leaves out is in no figure here.",
			"%llu documents of types that the office leaves out are in no figure here.",
			s->excluded),
		(unsigned long long)s->excluded);
	page_text(to, text);
}

static void put_source(struct cli *cli, FILE *to, const struct page_column *columns,
		       const Vanthu__V1__Reporter *r)
{
	static const char *const stands[][2] = {
		{ "own", N_("its own counters") }, { "reported", N_("reported") },
		{ "late", N_("reported, late") },  { "ended", N_("the committee has ended") },
		{ "missing", N_("not reported") },
	};
	char as_of[64], taken[64], wrong[160] = "";
	const char *cells[5] = { r->name[0] != '\0' ? r->name : r->committee, "", as_of, taken,
				 wrong };
	size_t used = 0;

	for (size_t i = 0; i < sizeof stands / sizeof stands[0]; i++) {
		if (strcmp(reports_state(r), stands[i][0]) == 0)
			cells[1] = _(stands[i][1]);
	}
	statistics_time(cli, r->as_of_ms, as_of, sizeof as_of);
	statistics_time(cli, r->taken_at_ms, taken, sizeof taken);
	if (r->refused > 0)
		used = (size_t)snprintf(wrong, sizeof wrong, _("%llu not taken (VT-%u)"),
					(unsigned long long)r->refused, r->refused_why);
	if (r->unfit_all > 0 && used < sizeof wrong)
		snprintf(wrong + used, sizeof wrong - used,
			 ngettext("%s%llu document does not fit", "%s%llu documents do not fit",
				  r->unfit_all),
			 used == 0 ? "" : "; ", (unsigned long long)r->unfit_all);
	page_figures(to, PAGE_ROW_PLAIN, r->depth, columns, cells);
}

void statistics_page_sources(struct cli *cli, FILE *to, const struct statistics *s)
{
	const struct page_column columns[] = {
		{ .title = _("Committee"), .width = 34 },
		{ .title = _("Report"), .width = 16 },
		{ .title = _("figures as of"), .width = 15 },
		{ .title = _("came"), .width = 15 },
		{ .title = _("To be clarified") },
		{ .title = NULL },
	};
	char time[64], text[256];

	page_heading(to, _("Where the figures come from"));
	statistics_time(cli, s->as_of_ms, time, sizeof time);
	snprintf(text, sizeof text,
		 _("From the signed reports of the committees below and its own counters, as they "
		   "stood on %s."),
		 time);
	page_text(to, text);
	page_table_begin(to, columns);
	/* as the tree stands above; a sum and its own row are of one report */
	for (size_t i = 0; i < s->unit_count; i++) {
		if (s->units[i].reporter != NULL && s->units[i].kind != STATISTICS_OWN)
			put_source(cli, to, columns, s->units[i].reporter);
	}
	page_table_end(to);
	page_note(to, _("Vietnam's time."));
}

/* ---- a page ---- */

void statistics_page(struct cli *cli, FILE *to, const struct statistics *s)
{
	const struct statistics_row *top = statistics_top(s);
	char period[96];
	struct page_head head = { .language = _("en"),
				  .office = top == NULL ? NULL : top->name,
				  .title = "THỐNG KÊ VĂN BẢN TRÊN MÔI TRƯỜNG SỐ",
				  .period = period };

	if (strcmp(_("en"), "vi") != 0)
		head.beside = _("Statistics of digital documents");
	statistics_title(s, period, sizeof period);
	page_begin(to, &head);
	page_heading(to, _("By committee"));
	statistics_page_units(cli, to, s, true);
	statistics_page_unit_chart(to, s);
	statistics_page_months(cli, to, s, true);
	statistics_page_types(cli, to, s, true);
	statistics_page_definition(to, s);
	statistics_page_sources(cli, to, s);
	page_signatures(to, _("Made up by"), _("Checked by"), _("(signature and full name)"),
			_("…………, day …… month …… year ……"));
	page_end(to);
}
