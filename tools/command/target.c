/* target: the digital share, what it is made of, and the proof that its counters are true. */
#include <stdio.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_ask.h"
#include "tools/command/target_by.h"
#include "tools/command/target_declare.h"
#include "tools/command/target_show.h"
#include "tools/command/target_simulate.h"
#include "tools/command/target_why.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_PERIOD = 1, OPT_REPAIR, OPT_COMMITTEE, OPT_SUBTREE, OPT_MISSING };

const struct command_option target_options[] = {
	{ "period", OPT_PERIOD, N_("PERIOD"),
	  N_("2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02, term or all"), VALUE_NONE,
	  "show by export why simulate" },
	{ "committee", OPT_COMMITTEE, N_("WHO"), N_("of a committee below; else ours"),
	  VALUE_COMMITTEE, "show by export why" },
	{ "subtree", OPT_SUBTREE, NULL, N_("with all below it; by committee always is"), VALUE_NONE,
	  "by" },
	{ "missing", OPT_MISSING, NULL,
	  N_("those whose report is missing or late; of declared: who has not declared"),
	  VALUE_NONE, "ask declared" },
	{ "repair", OPT_REPAIR, NULL, N_("put right what differs"), VALUE_NONE, "recount" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static json_t *json_row(const Vanthu__V1__TargetRow *r)
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

/* ---- recount ---- */

static void warn_difference(struct cli *cli, const Vanthu__V1__Difference *d)
{
	const Vanthu__V1__TargetRow *a = d->stored, *b = d->counted;
	char month[16];

	period_print_month((struct month){ (uint16_t)a->month }, month, sizeof month);
	cli_warn(cli,
		 _("%s: the counters say %llu digital, %llu paper, %llu pending; the records say "
		   "%llu, %llu, %llu"),
		 month, (unsigned long long)a->digital, (unsigned long long)a->paper,
		 (unsigned long long)a->pending, (unsigned long long)b->digital,
		 (unsigned long long)b->paper, (unsigned long long)b->pending);
}

/* What was left out of the count proves nothing about the counters, whether they agree with the
 * rest or not. */
static int report_damage(struct cli *cli, const Vanthu__V1__Recounted *r)
{
	unsigned long n = (unsigned long)r->damaged;
	char message[256];

	if (cli->json)
		return err_exit_code(ERR_DAMAGED); /* the data says so */
	snprintf(message, sizeof message,
		 ngettext("%lu record cannot be read: nothing is proven",
			  "%lu records cannot be read: nothing is proven", n),
		 n);
	if (r->kept > 0)
		cli_say(cli, "%s",
			_("Counters that say more than the readable records were left as they are: "
			  "they may still know of the others."));
	return cli_fail_text(cli, ERR_DAMAGED, message,
			     _("see which in the log of vanthud (recount-damaged); keep their "
			       "copies in quarantine/ in the data folder"));
}

static json_t *json_recount(const Vanthu__V1__Recounted *r)
{
	json_t *list = json_array(), *damaged = json_array();

	for (size_t i = 0; i < r->n_differences; i++)
		json_array_append_new(
			list, json_pack("{s:o, s:o}", "stored", json_row(r->differences[i]->stored),
					"counted", json_row(r->differences[i]->counted)));
	for (size_t i = 0; i < r->n_damaged_records; i++)
		json_array_append_new(damaged, json_string(r->damaged_records[i]));
	return json_pack("{s:b, s:I, s:I, s:b, s:o, s:I, s:o, s:I}", "equal",
			 r->n_differences == 0 && r->damaged == 0, "documents",
			 (json_int_t)r->documents, "papers", (json_int_t)r->papers, "repaired",
			 r->repaired, "differences", list, "damaged", (json_int_t)r->damaged,
			 "damaged_records", damaged, "kept", (json_int_t)r->kept);
}

static int print_recount(struct cli *cli, const Vanthu__V1__Recounted *r)
{
	static const struct column columns[] = {
		{ "equal", N_("Counters true"), FORMAT_BOOL, false },
		{ "documents", N_("Documents looked at"), FORMAT_COUNT, false },
		{ "papers", N_("Paper looked at"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	bool open = r->n_differences > 0 && !r->repaired;

	output_object(cli, json_recount(r), columns);
	if (r->repaired)
		cli_say(cli, "%s", _("The counters were put right."));
	for (size_t i = 0; open && i < r->n_differences && !cli->json; i++)
		warn_difference(cli, r->differences[i]);
	if (r->damaged > 0)
		return report_damage(cli, r);
	if (open)
		cli_say(cli, "%s", _("Put them right with: vanthu target recount --repair"));
	return open;
}

static int recount(struct cli *cli, bool repair)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Recount how = VANTHU__V1__RECOUNT__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	int code = 0;
	enum err e = call_open(cli, CLIENT_OPERATE, &c);

	how.repair = repair && !cli->dry_run;
	request.what_case = VANTHU__V1__REQUEST__WHAT_RECOUNT;
	request.recount = &how;
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_RECOUNTED, &reply);
	if (e == ERR_OK)
		code = print_recount(cli, reply->recounted);
	call_close(c);
	return e == ERR_OK ? code : err_exit_code(e);
}

static bool take_period(struct target_wanted *w, const char *text)
{
	w->term = strcmp(text, TERM_WORD) == 0;
	return w->term || period_parse(text, &w->period);
}

static bool take(struct target_wanted *w, int option, const char *value)
{
	switch (option) {
	case OPT_PERIOD:
		return take_period(w, value);
	case OPT_COMMITTEE:
		w->committee = value;
		break;
	case OPT_SUBTREE:
		w->subtree = true;
		break;
	case OPT_MISSING:
		w->missing = true;
		break;
	case OPT_REPAIR:
		w->repair = true;
		break;
	}
	return true;
}

int cmd_target(struct cli *cli, int argc, char **argv)
{
	/* this year: the daemon knows which */
	struct target_wanted wanted = { .period = { { 0 }, { 0 } } };
	struct target_export export = { NULL, NULL };
	const char *form;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!target_export_take(&export, c, optarg) && !take(&wanted, c, optarg))
			return cli_bad_value(cli, _("a period is: 2026, 2026-11, 2026-Q4, 2026-H2, "
						    "2025-11..2026-02, term or all"));
	}
	if (optind < argc && target_declare_is(argv[optind]))
		return target_declare(cli, argc - optind, argv + optind);
	form = optind < argc ? argv[optind++] : "show";
	if (strcmp(form, "by") == 0 && optind == argc)
		return arguments_missing(cli, 1, argv + optind - 1);
	if (strcmp(form, "by") == 0)
		return target_by(cli, argv[optind], &wanted);
	if (strcmp(form, "export") == 0)
		return target_export(cli, &export, &wanted);
	if (strcmp(form, "ask") == 0)
		return target_ask(cli, argc - optind, argv + optind, wanted.missing);
	if (strcmp(form, "report") == 0)
		return target_report(cli);
	if (strcmp(form, "why") == 0)
		return target_why(cli, &wanted);
	if (strcmp(form, "simulate") == 0)
		return target_simulate(cli, &wanted);
	return strcmp(form, "recount") == 0 ? recount(cli, wanted.repair)
					    : target_show(cli, &wanted);
}
