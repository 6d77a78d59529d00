/* See statistics_rows.h. */
#include "tools/output/statistics_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/input/input.h"
#include "tools/output/output.h"

/* ---- counts ---- */

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

struct statistics_counts statistics_counts(const struct statistics_row *row)
{
	const struct target_count *in = &row->sides.in, *out = &row->sides.out;

	return (struct statistics_counts){
		.out_total = target_counted(out) + out->secret,
		.out_pending = out->pending,
		.in_total = target_counted(in) + in->secret,
		.in_time = less(in->processed, in->late),
		.open = less(in->digital, in->processed + in->returned + in->recalled),
	};
}

/* ---- for programs ---- */

static const char *const kinds[] = { "unit", "sum", "own", "former", "month", "type" };

static json_t *ratio_json(struct target_ratio r)
{
	return target_share_json(r.of, r.all);
}

static json_t *measure_json(const struct statistics_row *row, enum target_measure m)
{
	return ratio_json(target_measure(&row->sides, m));
}

/* Against the line, or the period before. */
static json_t *difference_json(const struct statistics_row *row,
			       bool (*difference)(const struct statistics_row *, int *))
{
	int value;

	return difference(row, &value) ? json_real((double)value / TARGET_WHOLE) : json_null();
}

static json_t *out_json(const struct statistics_row *row)
{
	const struct target_count *out = &row->sides.out;
	struct statistics_counts n = statistics_counts(row);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "total",
			 (json_int_t)n.out_total, "counted", (json_int_t)target_counted(out),
			 "secret", (json_int_t)out->secret, "digital", (json_int_t)out->digital,
			 "also_paper", (json_int_t)out->also_paper, "paper", (json_int_t)out->paper,
			 "pending", (json_int_t)out->pending, "refused", (json_int_t)out->refused,
			 "slow", (json_int_t)out->slow, "share", measure_json(row, MEASURE_OUT),
			 "paperless", measure_json(row, MEASURE_PAPERLESS));
}

static json_t *in_json(const struct statistics_row *row)
{
	const struct target_count *in = &row->sides.in;
	struct statistics_counts n = statistics_counts(row);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "total", (json_int_t)n.in_total,
			 "counted", (json_int_t)target_counted(in), "secret",
			 (json_int_t)in->secret, "digital", (json_int_t)in->digital, "paper",
			 (json_int_t)in->paper, "share", measure_json(row, MEASURE_IN));
}

static json_t *work_json(const struct statistics_row *row)
{
	const struct target_count *in = &row->sides.in;
	struct statistics_counts n = statistics_counts(row);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "to_process",
			 (json_int_t)target_to_process(in), "processed", (json_int_t)in->processed,
			 "in_time", (json_int_t)n.in_time, "late", (json_int_t)in->late, "open",
			 (json_int_t)n.open, "returned", (json_int_t)in->returned, "recalled",
			 (json_int_t)in->recalled, "share", measure_json(row, MEASURE_PROCESSED));
}

static void add_reporter(json_t *o, const struct statistics_row *row)
{
	const Vanthu__V1__Reporter *r = row->reporter;

	if (r == NULL)
		return;
	json_object_set_new(o, "state", json_string(reports_state(r)));
	json_object_set_new(o, "as_of", json_time(r->as_of_ms));
	json_object_set_new(o, "closed", json_boolean(r->closed));
	if (row->kind == STATISTICS_SUM) {
		json_object_set_new(o, "committees", json_integer(row->committees));
		json_object_set_new(o, "missing", json_integer(row->missing));
	}
}

/* Documents; with what is processed in the headline the share is of more than these. */
static uint64_t counted_of(const struct statistics_row *row)
{
	return target_counted(&row->sides.in) + target_counted(&row->sides.out);
}

static uint64_t digital_of(const struct statistics_row *row)
{
	return row->sides.in.digital + row->sides.out.digital;
}

static json_t *count_json(const struct statistics_row *row, uint64_t n)
{
	return row->known ? json_integer((json_int_t)n) : json_null();
}

static json_t *row_json(const struct statistics_row *row)
{
	json_t *o = json_pack("{s:s}", "row", kinds[row->kind]);
	char month[16];

	if (row->kind == STATISTICS_MONTH) {
		period_print_month(row->month, month, sizeof month);
		json_object_set_new(o, "month", json_string(month));
	} else if (row->kind == STATISTICS_TYPE) {
		json_object_set_new(o, "type", json_text_or_null(row->committee));
		json_object_set_new(o, "type_name", json_text_or_null(row->name));
	} else {
		json_object_set_new(o, "committee", json_string(row->committee));
		json_object_set_new(o, "name", json_string(row->name));
		json_object_set_new(o, "superior", json_text_or_null(row->superior));
		json_object_set_new(o, "depth", json_integer(row->depth));
	}
	add_reporter(o, row);
	json_object_set_new(o, "out", row->known ? out_json(row) : json_null());
	json_object_set_new(o, "in", row->known ? in_json(row) : json_null());
	json_object_set_new(o, "work", row->known ? work_json(row) : json_null());
	json_object_set_new(o, "counted", count_json(row, counted_of(row)));
	json_object_set_new(o, "digital", count_json(row, digital_of(row)));
	/* share = share_of / share_all, whatever the headline is made of */
	json_object_set_new(o, "share_of", count_json(row, row->ratio.of));
	json_object_set_new(o, "share_all", count_json(row, row->ratio.all));
	json_object_set_new(o, "before_of", count_json(row, row->ratio_before.of));
	json_object_set_new(o, "before_all", count_json(row, row->ratio_before.all));
	json_object_set_new(o, "share", row->known ? ratio_json(row->ratio) : json_null());
	json_object_set_new(o, "line", json_real((double)row->line / TARGET_WHOLE));
	json_object_set_new(o, "reached", json_boolean(statistics_reached(row)));
	json_object_set_new(o, "over_line", difference_json(row, statistics_over_line));
	json_object_set_new(o, "share_before", ratio_json(row->ratio_before));
	json_object_set_new(o, "change", difference_json(row, statistics_change));
	return o;
}

static json_t *rows_json(const struct statistics_row *rows, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, row_json(&rows[i]));
	return list;
}

static json_t *period_json(struct month from, struct month to)
{
	char text[40];

	if (from.n == 0)
		return json_null();
	period_print((struct period){ from, to }, text, sizeof text);
	return json_string(text);
}

json_t *statistics_json(const struct statistics *s)
{
	return json_pack(
		"{s:o, s:o, s:o, s:f, s:s, s:I, s:o, s:o, s:o}", "period",
		period_json(s->from, s->to), "before", period_json(s->before_from, s->before_to),
		"as_of", json_time(s->as_of_ms), "line", (double)s->line / TARGET_WHOLE, "headline",
		target_headline_name(s->headline), "excluded", (json_int_t)s->excluded,
		"committees", rows_json(s->units, s->unit_count), "months",
		rows_json(s->months, s->month_count), "types", rows_json(s->types, s->type_count));
}

/* ---- for a spreadsheet ---- */

/* Keys of a row, those of its parts behind the part's name. */
static const char *const keys[] = {
	"row",		 "committee",	 "name",	   "depth",	      "month",
	"type",		 "type_name",	 "state",	   "as_of",	      "committees",
	"missing",	 "out.total",	 "out.secret",	   "out.digital",     "out.also_paper",
	"out.paper",	 "out.pending",	 "out.refused",	   "out.slow",	      "out.share",
	"out.paperless", "in.total",	 "in.secret",	   "in.digital",      "in.paper",
	"in.share",	 "work.in_time", "work.late",	   "work.open",	      "work.returned",
	"work.recalled", "work.share",	 "counted",	   "digital",	      "share",
	"line",		 "over_line",	 "share_before",   "change",	      "superior",
	"out.counted",	 "in.counted",	 "work.processed", "work.to_process", "share_of",
	"share_all",	 "before_of",	 "before_all",
};
enum { KEYS = sizeof keys / sizeof keys[0], CELL_BYTES = 1024 };

static const json_t *value_of(const json_t *row, const char *key)
{
	const char *point = strchr(key, '.');
	char part[16];

	if (point == NULL)
		return json_object_get(row, key);
	snprintf(part, sizeof part, "%.*s", (int)(point - key), key);
	return json_object_get(json_object_get(row, part), point + 1);
}

/* As everywhere: what misses the line is never printed as the line. Differences come in whole
 * ten-thousandths. */
static double rounded_down(double share)
{
	return share < 0 ? share : (double)(int64_t)(share * TARGET_WHOLE + 1e-6) / TARGET_WHOLE;
}

static void print_value(const json_t *value, char out[CELL_BYTES])
{
	if (json_is_integer(value))
		snprintf(out, CELL_BYTES, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(out, CELL_BYTES, "%.4f", rounded_down(json_real_value(value)));
	else
		snprintf(out, CELL_BYTES, "%s",
			 json_is_string(value) ? json_string_value(value) : "");
}

static void csv_rows(FILE *to, const json_t *rows)
{
	char texts[KEYS][CELL_BYTES];
	const char *cells[KEYS];
	json_t *row;
	size_t at;

	json_array_foreach(rows, at, row)
	{
		for (unsigned i = 0; i < KEYS; i++) {
			print_value(value_of(row, keys[i]), texts[i]);
			cells[i] = texts[i];
		}
		csv_row(to, cells, KEYS);
	}
}

void statistics_csv(FILE *to, const struct statistics *s)
{
	json_t *all = statistics_json(s);

	fputs("\xef\xbb\xbf", to);
	csv_row(to, keys, KEYS);
	csv_rows(to, json_object_get(all, "committees"));
	csv_rows(to, json_object_get(all, "months"));
	csv_rows(to, json_object_get(all, "types"));
	json_decref(all);
}

/* ---- for people ---- */

void statistics_percent(int share, bool sign, char *out, size_t size_bytes)
{
	/* down, also below 0: what is missing never reads as nothing */
	int tenths = share >= 0 ? share / 10 : -((9 - share) / 10);
	char number[32];

	output_decimal((tenths < 0 ? -tenths : tenths) / 10.0, 1, "", number, sizeof number);
	snprintf(out, size_bytes, "%s%s", tenths < 0 ? "−" : sign && tenths > 0 ? "+" : "", number);
}

static void print_day(struct cli *cli, int64_t ms, char out[32])
{
	json_t *time = json_time(ms);

	output_format(cli, time, FORMAT_TIME, true, out, 32);
	out[sizeof "DD/MM/YYYY" - 1] = '\0';
	json_decref(time);
}

void statistics_remark(struct cli *cli, const struct statistics_row *row, char *out, size_t size)
{
	const Vanthu__V1__Reporter *r = row->reporter;
	char day[32];

	out[0] = '\0';
	if (row->kind == STATISTICS_FORMER)
		snprintf(out, size, "%s", _("stands elsewhere now"));
	if (r == NULL)
		return;
	if (row->kind == STATISTICS_SUM) {
		if (row->missing > 0)
			snprintf(out, size, _("%u of %u not reported"), row->missing,
				 row->committees);
		return;
	}
	if (!row->known) {
		snprintf(out, size, "%s", _("not reported"));
		return;
	}
	print_day(cli, r->as_of_ms, day);
	if (r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE)
		snprintf(out, size, _("late: of %s"), day);
	else if (r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_ENDED)
		snprintf(out, size, _("ended: of %s"), day);
}

void statistics_name(const struct statistics_row *row, char *out, size_t size)
{
	if (row->kind == STATISTICS_MONTH)
		snprintf(out, size, "%02u/%04u", month_in_year(row->month), month_year(row->month));
	else if (row->kind == STATISTICS_OWN)
		snprintf(out, size, "%s", _("itself, without those below"));
	else if (row->kind != STATISTICS_TYPE || row->name[0] != '\0')
		snprintf(out, size, "%s", row->name);
	else
		snprintf(out, size, "%s",
			 row->committee[0] != '\0' ? row->committee : _("without a type"));
}

static const struct column screen[] = {
	{ "what", N_("Committee"), FORMAT_TEXT, true },
	{ "counted", N_("Counted"), FORMAT_COUNT, false },
	{ "digital", N_("Digital"), FORMAT_COUNT, false },
	{ "share", N_("share (%)"), FORMAT_TEXT, false },
	{ "work_share", N_("processed (%)"), FORMAT_TEXT, false },
	{ "over_line", N_("vs line"), FORMAT_TEXT, false },
	{ "change", N_("vs before"), FORMAT_TEXT, false },
	{ "remark", N_("Report"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static void set_percent(json_t *o, const char *key, int share, bool sign)
{
	char text[32];

	statistics_percent(share, sign, text, sizeof text);
	json_object_set_new(o, key, json_string(text));
}

static void set_shares(json_t *o, const struct statistics_row *row)
{
	struct target_ratio work = target_measure(&row->sides, MEASURE_PROCESSED);
	int value;

	if (!row->known)
		return;
	json_object_set_new(o, "counted", json_integer((json_int_t)counted_of(row)));
	json_object_set_new(o, "digital", json_integer((json_int_t)digital_of(row)));
	if (statistics_share(row) >= 0)
		set_percent(o, "share", statistics_share(row), false);
	if (work.all > 0)
		set_percent(o, "work_share", (int)target_ratio_share(work), false);
	if (statistics_over_line(row, &value))
		set_percent(o, "over_line", value, true);
	if (statistics_change(row, &value))
		set_percent(o, "change", value, true);
}

static json_t *screen_row(struct cli *cli, const struct statistics_row *row)
{
	char name[COMMITTEE_NAME_MAX + 64], text[COMMITTEE_NAME_MAX + 128] = "", remark[96];
	json_t *o = json_object();
	size_t used = 0;

	/* blanks before a text would not stay */
	for (unsigned i = 0; i < row->depth && used < 64; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "· ");
	statistics_name(row, name, sizeof name);
	snprintf(text + used, sizeof text - used, "%s", name);
	json_object_set_new(o, "what", json_string(text));
	set_shares(o, row);
	statistics_remark(cli, row, remark, sizeof remark);
	if (remark[0] != '\0')
		json_object_set_new(o, "remark", json_string(remark));
	return o;
}

/* Titles of the same columns, but of what stands before them. */
static void print_rows(struct cli *cli, const struct statistics_row *rows, size_t count,
		       const char *first)
{
	struct column columns[sizeof screen / sizeof screen[0]];
	json_t *list = json_array();

	memcpy(columns, screen, sizeof screen);
	columns[0].title = first;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, screen_row(cli, &rows[i]));
	output_list(cli, list, columns);
}

/* With --plain: values as they are, whatever the language. */
static void print_plain(struct cli *cli, const struct statistics *s)
{
	static const struct column columns[] = {
		{ "row", "row", FORMAT_TEXT, false },
		{ "committee", "committee", FORMAT_TEXT, false },
		{ "month", "month", FORMAT_TEXT, false },
		{ "type", "type", FORMAT_TEXT, false },
		{ "counted", "counted", FORMAT_COUNT, false },
		{ "digital", "digital", FORMAT_COUNT, false },
		{ "state", "state", FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *all = statistics_json(s), *list = json_array();

	json_array_extend(list, json_object_get(all, "committees"));
	json_array_extend(list, json_object_get(all, "months"));
	json_array_extend(list, json_object_get(all, "types"));
	output_list(cli, list, columns);
	json_decref(all);
}

void statistics_print(struct cli *cli, const struct statistics *s)
{
	if (cli->json) {
		output_object(cli, statistics_json(s), NULL);
		return;
	}
	if (cli->plain) {
		print_plain(cli, s);
		return;
	}
	print_rows(cli, s->units, s->unit_count, N_("Committee"));
	cli->renderer->heading(cli, _("By month"));
	print_rows(cli, s->months, s->month_count, N_("Month"));
	if (s->type_count == 0)
		return;
	cli->renderer->heading(cli, _("By type"));
	print_rows(cli, s->types, s->type_count, N_("Type"));
}
