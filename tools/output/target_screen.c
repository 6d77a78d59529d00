/* See target_screen.h. */
#include "tools/output/target_screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/output/output.h"

/* A line of the screen while it is put together. */
struct line {
	char text[1024];
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *format, ...)
{
	size_t used = strlen(l->text);
	va_list args;

	va_start(args, format);
	vsnprintf(l->text + used, sizeof l->text - used, format, args);
	va_end(args);
}

/* The same as a further part of a sentence. */
__attribute__((format(printf, 2, 3))) static void also(struct line *l, const char *format, ...)
{
	size_t used;
	va_list args;

	if (l->text[0] != '\0')
		add(l, "; ");
	used = strlen(l->text);
	va_start(args, format);
	vsnprintf(l->text + used, sizeof l->text - used, format, args);
	va_end(args);
}

static void put(json_t *target, const char *key, const struct line *l)
{
	if (l->text[0] != '\0')
		json_object_set_new(target, key, json_string(l->text));
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void put_head(struct cli *cli, json_t *target)
{
	double share = json_real_value(json_object_get(target, "share")),
	       level = json_real_value(json_object_get(target, "line"));
	struct line period = { "" }, head = { "" };
	char text[160];

	output_format(cli, json_object_get(target, "period"), FORMAT_PERIOD, true, text,
		      sizeof text);
	add(&period, "%s, %s", text, json_string_value(json_object_get(target, "name")));
	put(target, "period_text", &period);
	target_bar((unsigned)(share * TARGET_WHOLE + 1e-6), (unsigned)(level * TARGET_WHOLE + 0.5),
		   text, sizeof text);
	add(&head, "%s ", text);
	target_sentence(cli, target, text, sizeof text);
	add(&head, "%s", text);
	if (json_is_integer(json_object_get(target, "counted")))
		put(target, "sentence", &head);
}

static void put_room(json_t *target)
{
	const json_t *room = json_object_get(target, "room"),
		     *papers = json_object_get(room, "papers"),
		     *digital = json_object_get(room, "digital");
	unsigned long n;
	struct line l = { "" };

	if (json_is_integer(papers)) {
		n = (unsigned long)json_integer_value(papers);
		add(&l,
		    n == 0 ? _("the next document on paper puts it below the line")
			   : ngettext("%lu more document on paper, and it still reaches the line",
				      "%lu more documents on paper, and it still reaches the line",
				      n),
		    n);
	} else if (json_is_integer(digital)) {
		n = (unsigned long)json_integer_value(digital);
		add(&l,
		    ngettext("%lu more digital document, and it reaches the line",
			     "%lu more digital documents, and it reaches the line", n),
		    n);
	} else if (json_is_false(json_object_get(room, "can_be_reached"))) {
		add(&l, "%s", _("no number of digital documents makes it whole again"));
	}
	put(target, "room_text", &l);
}

static void put_projection(struct cli *cli, json_t *target)
{
	const json_t *p = json_object_get(target, "projection");
	bool reaches = json_is_true(json_object_get(p, "reaches"));
	unsigned long months = (unsigned long)number_of(p, "pace_months");
	char share[32], until[32], turns[32];
	struct line l = { "" };

	if (!json_is_object(p))
		return;
	output_format(cli, json_object_get(p, "share"), FORMAT_PERCENT, true, share, sizeof share);
	output_format(cli, json_object_get(p, "until"), FORMAT_MONTH, true, until, sizeof until);
	output_format(cli, json_object_get(p, "turns"), FORMAT_MONTH, true, turns, sizeof turns);
	add(&l, reaches ? _("%s ✓ at the end of %s") : _("%s ✗ at the end of %s"), share, until);
	add(&l,
	    ngettext(", if all months go like the last whole one",
		     ", if all months go like the mean of the last %lu whole ones", months),
	    months);
	if (turns[0] != '\0')
		also(&l, reaches ? _("reaches the line in %s") : _("below the line in %s"), turns);
	put(target, "projection_text", &l);
}

/* A line does not end between a number and its unit. */
static void keep_together(const char *text, char *out, size_t size_bytes)
{
	size_t used = 0;

	out[0] = '\0';
	for (; *text != '\0' && used + 3 < size_bytes; text++)
		used += (size_t)snprintf(out + used, size_bytes - used, "%s%.*s",
					 *text == ' ' ? "\u00a0" : "", *text == ' ' ? 0 : 1, text);
}

static void put_trend(struct cli *cli, json_t *target)
{
	const json_t *trend = json_object_get(target, "trend");
	struct line l = { "" };
	char year[8] = "", text[32], share[64];
	json_t *one;
	size_t i;

	json_array_foreach(trend, i, one)
	{
		const char *month = json_string_value(json_object_get(one, "month"));
		bool same = strncmp(year, month, 4) == 0;

		output_format(cli, json_object_get(one, "share"), FORMAT_PERCENT, true, text,
			      sizeof text);
		keep_together(text, share, sizeof share);
		add(&l, "%s%.2s%s%s %s", i == 0 ? "" : ", ", month + 5, same ? "" : "/",
		    same ? "" : (snprintf(year, sizeof year, "%.4s", month), year),
		    share[0] == '\0' ? "–" : share);
	}
	put(target, "trend_text", &l);
}

static void put_left_out(json_t *target)
{
	long long secret = number_of(target, "secret"), excluded = number_of(target, "excluded");
	struct line l = { "" };

	if (secret > 0)
		also(&l, _("%lld secret"), secret);
	if (excluded > 0)
		also(&l, _("%lld of types that target.exclude names"), excluded);
	put(target, "left_out_text", &l);
}

/* What keeps the share down, and the command that shows it, which is ours alone. */
static void put_reasons(json_t *target, bool ours)
{
	long long paper = number_of(target, "paper"), pending = number_of(target, "pending"),
		  refused = number_of(target, "refused"), shared = number_of(target, "same_number");
	struct line l = { "" };

	if (paper > 0)
		also(&l, ours ? _("%lld on paper: vanthu paper list") : _("%lld on paper"), paper);
	if (pending - refused > 0)
		also(&l,
		     ours ? _("%lld not yet receipted by all: vanthu outbox")
			  : _("%lld not yet receipted by all"),
		     pending - refused);
	if (refused > 0)
		also(&l,
		     ours ? _("%lld refused by a recipient: vanthu outbox --state refused")
			  : _("%lld refused by a recipient"),
		     refused);
	put(target, "reasons_text", &l);
	l.text[0] = '\0';
	if (shared > 0)
		add(&l,
		    ngettext("%lld of those sent shares its number with another: vanthu outbox "
			     "--number NUMBER",
			     "%lld of those sent share their number with another: vanthu outbox "
			     "--number NUMBER",
			     (unsigned long)shared),
		    shared);
	put(target, "same_number_text", &l);
}

static void put_subtree(struct cli *cli, json_t *target)
{
	const json_t *tree = json_object_get(target, "subtree"),
		     *headline = json_object_get(tree, "headline");
	struct line l = { "" };
	char text[640];

	if (!json_is_object(tree))
		return;
	target_sentence(cli, tree, text, sizeof text);
	add(&l, _("%s: %lld of %lld"), text, number_of(headline, "of"), number_of(headline, "all"));
	put(target, "subtree_text", &l);
	l.text[0] = '\0';
	reports_sentence(json_object_get(tree, "reports"), text, sizeof text);
	add(&l, "%s", text);
	put(target, "reports_text", &l);
}

/* What it says of itself is as old as its report. */
static void put_report(struct cli *cli, json_t *target)
{
	const json_t *report = json_object_get(target, "report");
	const char *state = json_string_value(json_object_get(report, "state"));
	struct line l = { "" };
	char text[64], time[64];

	if (state == NULL || strcmp(state, "own") == 0)
		return;
	output_format(cli, json_object_get(report, "state"), FORMAT_STATE, true, text, sizeof text);
	output_format(cli, json_object_get(report, "as_of"), FORMAT_MINUTE, true, time,
		      sizeof time);
	add(&l, "%s%s%s", text, time[0] == '\0' ? "" : ", ", time);
	put(target, "report_text", &l);
}

static void measure_row(json_t *list, const char *name, const json_t *ratio, const json_t *side,
			const json_t *late)
{
	json_t *row = json_pack("{s:s}", "measure", name);

	json_object_set(row, "all", json_object_get(ratio, "all"));
	json_object_set(row, "of", json_object_get(ratio, "of"));
	json_object_set(row, "share", json_object_get(ratio, "share"));
	json_object_set(row, "paper", json_object_get(side, "paper"));
	json_object_set(row, "pending", json_object_get(side, "pending"));
	if (late != NULL)
		json_object_set(row, "late", json_object_get(late, "late"));
	json_array_append_new(list, row);
}

static void print_measures(struct cli *cli, const json_t *target)
{
	static const struct column columns[] = {
		{ "measure", N_("Measure"), FORMAT_TEXT, true },
		{ "all", N_("In all"), FORMAT_COUNT, false },
		{ "of", N_("Done"), FORMAT_COUNT, false },
		{ "share", N_("Share"), FORMAT_PERCENT, false },
		{ "paper", N_("Paper"), FORMAT_COUNT, false },
		{ "pending", N_("Pending"), FORMAT_COUNT, false },
		{ "late", N_("Late"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	const json_t *m = json_object_get(target, "measures"),
		     *sides = json_object_get(target, "sides"), *in = json_object_get(sides, "in"),
		     *out = json_object_get(sides, "out");
	json_t *list = json_array();

	if (!json_is_object(m)) {
		json_decref(list);
		printf("\n");
		return;
	}
	measure_row(list, _("D1 → sent, and receipted by all"), json_object_get(m, "D1"), out,
		    NULL);
	measure_row(list, _("D2 ← received here"), json_object_get(m, "D2"), in, NULL);
	measure_row(list, _("D3 ← processed, of what is to be"), json_object_get(m, "D3"), NULL,
		    in);
	measure_row(list, _("D4 → as D1, and not on paper too"), json_object_get(m, "D4"), NULL,
		    NULL);
	printf("\n");
	cli->renderer->list(cli, list, columns);
	printf("\n");
	json_decref(list);
}

static const struct column months[] = {
	{ "month", N_("Month"), FORMAT_MONTH, false },
	{ "direction", N_("Direction"), FORMAT_STATE, false },
	{ "digital", N_("Digital"), FORMAT_COUNT, false },
	{ "paper", N_("Paper"), FORMAT_COUNT, false },
	{ "pending", N_("Pending"), FORMAT_COUNT, false },
	{ "refused", N_("Refused"), FORMAT_COUNT, false },
	{ "secret", N_("Secret"), FORMAT_COUNT, false },
	{ "share", N_("Share"), FORMAT_PERCENT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

void target_screen(struct cli *cli, json_t *target)
{
	static const struct column head[] = {
		{ "period_text", N_("Period"), FORMAT_TEXT, false },
		{ "report_text", N_("Report"), FORMAT_TEXT, false },
		{ "sentence", N_("Share"), FORMAT_TEXT, false },
		{ "room_text", N_("To the line"), FORMAT_TEXT, false },
		{ "projection_text", N_("Outlook"), FORMAT_TEXT, false },
		{ "trend_text", N_("By month"), FORMAT_TEXT, false },
		{ "left_out_text", N_("Left out"), FORMAT_TEXT, false },
		{ "reasons_text", N_("Not digital"), FORMAT_TEXT, false },
		{ "same_number_text", N_("Same number"), FORMAT_TEXT, false },
		{ "subtree_text", N_("With all below"), FORMAT_TEXT, false },
		{ "reports_text", N_("Reports"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column foot[] = {
		{ "definition", N_("Definition"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	const char *state =
		json_string_value(json_object_get(json_object_get(target, "report"), "state"));

	if (cli->json) {
		cli->renderer->object(cli, target, NULL);
		return;
	}
	if (cli->plain) {
		cli->renderer->list(cli, json_object_get(target, "by"), months);
		return;
	}
	put_head(cli, target);
	put_report(cli, target);
	put_room(target);
	put_projection(cli, target);
	put_trend(cli, target);
	put_left_out(target);
	put_reasons(target, state == NULL || strcmp(state, "own") == 0);
	put_subtree(cli, target);
	cli->renderer->object(cli, target, head);
	print_measures(cli, target);
	cli->renderer->object(cli, target, foot);
	fflush(stdout);
}
