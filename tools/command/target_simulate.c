/* See target_simulate.h. Nothing is changed. */
#include "tools/command/target_simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"
#include "routing/target/target.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_given.h"
#include "tools/command/target_show.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

static const char *const measure_words[MEASURES] = { "sent", "received", "processed", "paperless" };

/* ---- what if ---- */

/* `all` may be NULL: then a number only. False after a fault was reported. */
static bool read_count(struct cli *cli, const char *name, uint64_t *out, bool *all)
{
	static const char *const words[] = { "all", NULL };
	const char *value = target_given(cli, name);
	unsigned long n = 0;

	if (value == NULL)
		return true;
	if (all != NULL && text_choose(value, words) == 0) {
		*all = true;
		return true;
	}
	if (!cli_number(cli, 0, SIMULATE_MOST, &n))
		return false;
	*out = n;
	return true;
}

static bool read_change(struct cli *cli, struct simulate_change *out)
{
	Vanthu__V1__Direction direction;

	*out = (struct simulate_change){ .direction = DIRECTION_OUT };
	if (!target_given_direction(cli, &direction))
		return false;
	if (direction == VANTHU__V1__DIRECTION__DIRECTION_IN)
		out->direction = DIRECTION_IN;
	return read_count(cli, "digital", &out->digital, NULL) &&
	       read_count(cli, "paper", &out->paper, NULL) &&
	       read_count(cli, "receipted", &out->receipted, &out->receipted_all) &&
	       read_count(cli, "processed", &out->processed, &out->processed_all);
}

/* ---- those on paper with somebody, or of a type ---- */

/* A party is free text: the name, or all of it between others. */
static bool is_meant(const Vanthu__V1__WhyDocument *d, const char *folded)
{
	char *party = text_fold(d->party), *code = text_fold(d->type_code),
	     *name = text_fold(d->type_name);
	bool meant = (code != NULL && code[0] != '\0' && strcmp(code, folded) == 0) ||
		     (name != NULL && name[0] != '\0' && strcmp(name, folded) == 0) ||
		     (party != NULL && party[0] != '\0' && strcmp(party, folded) == 0);

	free(party);
	free(code);
	free(name);
	return meant;
}

static enum err count_without(struct call *c, const struct period *period, const char *folded,
			      struct simulate_change *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__WhyQuery query = VANTHU__V1__WHY_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.from_month = period->from.n;
	query.to_month = period->to.n;
	query.reason = VANTHU__V1__WHY_REASON__WHY_REASON_PAPER;
	request.what_case = VANTHU__V1__REQUEST__WHAT_WHY;
	request.why = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_WHY, &reply)) == ERR_OK) {
		const Vanthu__V1__WhyDocument *d = reply->why->document;

		if (reply->why->what_case != VANTHU__V1__WHY_LINE__WHAT_DOCUMENT ||
		    !is_meant(d, folded))
			continue;
		if (d->direction == VANTHU__V1__DIRECTION__DIRECTION_IN)
			out->without_in++;
		else
			out->without_out++;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Entries have the type's symbol, its name, or both; people may say either. */
static enum err read_without(struct cli *cli, struct call *c, const struct period *period,
			     struct simulate_change *out)
{
	const char *value = cli_given(cli, "without-paper-from");
	char *folded = value == NULL ? NULL : text_fold(value);
	enum err e = ERR_OK;

	if (value == NULL)
		return ERR_OK;
	if (folded == NULL) {
		cli_fail(cli, ERR_FIELD, value);
		return ERR_FIELD;
	}
	text_trim(folded);
	e = count_without(c, period, folded, out);
	free(folded);
	if (e == ERR_OK && out->without_in + out->without_out == 0) {
		cli_fail(cli, ERR_SIMULATE_MORE, value);
		return ERR_SIMULATE_MORE;
	}
	return e;
}

/* ---- before and after ---- */

struct simulated {
	struct target_sides before, after;
	enum target_headline headline;
	unsigned line;
};

static json_t *ratio_json(struct target_ratio r)
{
	return json_pack("{s:I, s:I, s:o}", "of", (json_int_t)r.of, "all", (json_int_t)r.all,
			 "share", target_share_json(r.of, r.all));
}

static json_t *sides_json(const struct simulated *s, const struct target_sides *sides)
{
	struct target_ratio headline = target_headline_ratio(sides, s->headline);
	/* a document that comes in on paper is missing in two of the shares then */
	struct outlook_room room =
		outlook_room(headline, s->line, s->headline == HEADLINE_PROCESSED ? 2 : 1);
	json_t *out = ratio_json(headline);

	json_object_set_new(out, "reached", json_boolean(target_ratio_reaches(headline, s->line)));
	json_object_set_new(out, "missing",
			    json_integer((json_int_t)simulate_missing(headline, s->line)));
	json_object_set_new(out, "bears",
			    room.papers == UINT64_MAX ? json_null()
						      : json_integer((json_int_t)room.papers));
	for (enum target_measure m = MEASURE_OUT; m <= MEASURE_PROCESSED; m++)
		json_object_set_new(out, measure_words[m], ratio_json(target_measure(sides, m)));
	return out;
}

/* A line a share: before, after, and of what. */
static json_t *row_json(const char *name, const json_t *before, const json_t *after)
{
	char numbers[64];

	snprintf(numbers, sizeof numbers, "%lld/%lld → %lld/%lld",
		 (long long)json_integer_value(json_object_get(before, "of")),
		 (long long)json_integer_value(json_object_get(before, "all")),
		 (long long)json_integer_value(json_object_get(after, "of")),
		 (long long)json_integer_value(json_object_get(after, "all")));
	return json_pack("{s:s, s:O, s:O, s:s}", "name", name, "before",
			 json_object_get(before, "share"), "after", json_object_get(after, "share"),
			 "documents", numbers);
}

static void print_way(const json_t *after, const char *line)
{
	json_int_t missing = json_integer_value(json_object_get(after, "missing")),
		   bears = json_integer_value(json_object_get(after, "bears"));

	if (json_is_null(json_object_get(after, "share")))
		printf(_("Nothing would be counted.\n"));
	else if (!json_is_true(json_object_get(after, "reached")))
		printf(ngettext(
			       "✗ The line of %s would not be reached: %lld document is missing.\n",
			       "✗ The line of %s would not be reached: %lld documents are "
			       "missing.\n",
			       (unsigned long)missing),
		       line, (long long)missing);
	else if (json_is_null(json_object_get(after, "bears")))
		printf(_("✓ The line of %s would be reached.\n"), line);
	else
		printf(ngettext("✓ The line of %s would be reached, and would bear %lld more "
				"document on paper.\n",
				"✓ The line of %s would be reached, and would bear %lld more "
				"documents on paper.\n",
				(unsigned long)bears),
		       line, (long long)bears);
}

static int print(struct cli *cli, const struct simulated *s, const json_t *period,
		 const struct simulate_change *change)
{
	static const struct column columns[] = {
		{ "name", N_("Share"), FORMAT_TEXT, false },
		{ "before", N_("At present"), FORMAT_PERCENT, false },
		{ "after", N_("Then"), FORMAT_PERCENT, false },
		{ "documents", N_("Documents"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const char *const names[MEASURES] = { N_("Sent digitally"), N_("Received digitally"),
						     N_("Processed"), N_("Sent without paper") };
	json_t *before = sides_json(s, &s->before), *after = sides_json(s, &s->after), *rows,
	       *line = json_real((double)s->line / TARGET_WHOLE);
	char text[32], when[64];

	if (cli->json)
		return output_object(cli,
				     json_pack("{s:O, s:o, s:s, s:I, s:I, s:o, s:o}", "period",
					       period, "line", line, "headline",
					       target_headline_name(s->headline), "without_in",
					       (json_int_t)change->without_in, "without_out",
					       (json_int_t)change->without_out, "before", before,
					       "after", after),
				     NULL);
	rows = json_array();
	json_array_append_new(rows, row_json(cli->plain ? "share" : _("The share"), before, after));
	for (enum target_measure m = MEASURE_OUT; m <= MEASURE_PROCESSED; m++)
		json_array_append_new(rows, row_json(cli->plain ? measure_words[m] : _(names[m]),
						     json_object_get(before, measure_words[m]),
						     json_object_get(after, measure_words[m])));
	output_format(cli, line, FORMAT_PERCENT, true, text, sizeof text);
	if (!cli->plain) {
		output_format(cli, period, FORMAT_PERIOD, true, when, sizeof when);
		printf("%s\n", when);
	}
	cli->renderer->list(cli, rows, columns);
	if (!cli->plain)
		print_way(after, text);
	fflush(stdout);
	json_decref(rows);
	json_decref(before);
	json_decref(after);
	json_decref(line);
	return 0;
}

static enum err ask_now(struct call *c, const struct period *period, struct simulated *out,
			json_t **said)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.from_month = period->from.n;
	query.to_month = period->to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < reply->target->n_rows; i++) {
		struct target_count count = figures_count(reply->target->rows[i]);

		target_sides_add(&out->before, (enum direction)reply->target->rows[i]->direction,
				 &count);
	}
	out->line = reply->target->line;
	out->headline = reply->target->headline == VANTHU__V1__HEADLINE__HEADLINE_PROCESSED
				? HEADLINE_PROCESSED
				: HEADLINE_EXCHANGED;
	*said = target_json(reply->target);
	return ERR_OK;
}

int target_simulate(struct cli *cli, const struct target_wanted *wanted)
{
	struct simulated s = { .line = 0 };
	struct simulate_change change;
	struct period months;
	char *who = NULL;
	json_t *said = NULL;
	struct call *c = NULL;
	int code;
	enum err e;

	if (!read_change(cli, &change))
		return err_exit_code(ERR_USAGE);
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = target_show_find(c, wanted, &months, &who);
	if (e == ERR_OK)
		e = ask_now(c, &months, &s, &said);
	if (e == ERR_OK)
		e = read_without(cli, c, &months, &change);
	if (e == ERR_OK) {
		e = simulate(&s.before, &change, &s.after);
		if (e != ERR_OK)
			cli_fail(cli, e, NULL);
	}
	code = e == ERR_OK ? print(cli, &s, json_object_get(said, "period"), &change)
			   : err_exit_code(e);
	call_close(c);
	json_decref(said);
	free(who);
	return code;
}
