/* target: the digital share, what it is made of, and the proof that its counters are true. */
#include <stdio.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_declare.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_PERIOD = 1, OPT_REPAIR };

const struct command_option target_options[] = {
	{ "period", OPT_PERIOD, N_("PERIOD"),
	  N_("2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02 or all"), VALUE_NONE, "show" },
	{ "repair", OPT_REPAIR, NULL, N_("put right what differs"), VALUE_NONE, "recount" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* Printed with every figure: the plan that sets the target names no formula (docs/DOMAIN.md §6). */
static const char *definition(void)
{
	return _(
	    "Counted is each official document sent or received, once, also on paper; mật and "
	    "above are left out. "
	    "Digital is one received here whole, or sent here and receipted by all its recipients. "
	    "The share is digital ÷ counted; what is still pending counts as not digital.");
}

/* ---- as JSON ---- */

static json_t *json_row(const Vanthu__V1__TargetRow *r)
{
	char month[16];

	period_print_month((struct month){ (uint16_t)r->month }, month, sizeof month);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "direction",
			 r->direction == VANTHU__V1__DIRECTION__DIRECTION_IN ? "in" : "out",
			 "month", month, "digital", (json_int_t)r->digital, "paper",
			 (json_int_t)r->paper, "pending", (json_int_t)r->pending, "refused",
			 (json_int_t)r->refused, "secret", (json_int_t)r->secret, "share",
			 target_share_json(r->digital, r->digital + r->paper + r->pending));
}

/* ---- for people ---- */

static long long number_of(const json_t *target, const char *key)
{
	return (long long)json_integer_value(json_object_get(target, key));
}

/* A number that was given twice, or a document that was sent twice: each counts. */
static void print_shared(struct cli *cli, const json_t *target)
{
	long long shared = number_of(target, "same_number");

	if (shared == 0)
		return;
	cli->renderer->heading(cli, _("Same number"));
	printf(_("  %lld of those sent share their number with another: vanthu outbox --number "
		 "NUMBER\n"),
	       shared);
}

/* What keeps the share down, and the command that shows it. */
static void print_reasons(struct cli *cli, const json_t *target)
{
	long long paper = number_of(target, "paper"), pending = number_of(target, "pending"),
		  refused = number_of(target, "refused"), secret = number_of(target, "secret");

	print_shared(cli, target);
	if (paper + pending + secret == 0)
		return;
	cli->renderer->heading(cli, _("Not digital"));
	if (paper > 0)
		printf(_("  %lld on paper: vanthu paper list\n"), paper);
	if (pending - refused > 0)
		printf(_("  %lld not yet receipted by all: vanthu outbox\n"), pending - refused);
	if (refused > 0)
		printf(_("  %lld refused by a recipient: vanthu outbox --state refused\n"),
		       refused);
	if (secret > 0)
		printf(_("  %lld secret: left out\n"), secret);
}

static void print_wrapped(const char *text)
{
	enum { CELLS = 76 };
	const char *at = text;

	while (*at != '\0') {
		const char *best = NULL, *p = at;
		int cells = 0;

		/* A cell a character: Vietnamese in NFC. */
		for (; *p != '\0' && cells <= CELLS; p++) {
			if (*p == ' ')
				best = p;
			cells += ((unsigned char)*p & 0xc0) != 0x80;
		}
		if (*p == '\0' || best == NULL)
			best = at + strlen(at);
		printf("  %.*s\n", (int)(best - at), at);
		at = *best == ' ' ? best + 1 : best;
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

static void print_target(struct cli *cli, json_t *target)
{
	static const struct column head[] = {
		{ "period", N_("Period"), FORMAT_TEXT, false },
		{ "sentence", N_("Share"), FORMAT_TEXT, false },
		{ "counted", N_("Counted"), FORMAT_COUNT, false },
		{ "digital", N_("Digital"), FORMAT_COUNT, false },
		{ "paper", N_("Paper"), FORMAT_COUNT, false },
		{ "pending", N_("Pending"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column rows[] = {
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
	char sentence[160];

	if (cli->plain) {
		cli->renderer->list(cli, json_object_get(target, "by"), rows);
		return;
	}
	target_sentence(cli, target, sentence, sizeof sentence);
	json_object_set_new(target, "sentence", json_string(sentence));
	cli->renderer->object(cli, target, head);
	drop_zeros(json_object_get(target, "by"), "refused");
	drop_zeros(json_object_get(target, "by"), "secret");
	if (json_array_size(json_object_get(target, "by")) > 0) {
		cli->renderer->heading(cli, _("By month"));
		cli->renderer->list(cli, json_object_get(target, "by"), rows);
	}
	print_reasons(cli, target);
	cli->renderer->heading(cli, _("Definition"));
	print_wrapped(definition());
	fflush(stdout);
}

static int show(struct cli *cli, const struct period *period)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	query.from_month = period->from.n;
	query.to_month = period->to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	if (e == ERR_OK) {
		json_t *target = target_json(reply->target), *by = json_array();

		for (size_t i = 0; i < reply->target->n_rows; i++)
			json_array_append_new(by, json_row(reply->target->rows[i]));
		json_object_set_new(target, "same_number",
				    json_integer((json_int_t)reply->target->same_number));
		json_object_set_new(target, "definition", json_string(definition()));
		json_object_set_new(target, "by", by);
		if (cli->json)
			cli->renderer->object(cli, target, NULL);
		else
			print_target(cli, target);
		json_decref(target);
	}
	call_close(c);
	return err_exit_code(e);
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

int cmd_target(struct cli *cli, int argc, char **argv)
{
	struct period period = { { 0 }, { 0 } }; /* this year: the daemon knows which */
	bool repair = false, is_recount;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_REPAIR)
			repair = true;
		else if (c == OPT_PERIOD && !period_parse(optarg, &period))
			return cli_bad_value(cli, _("a period is: 2026, 2026-11, 2026-Q4, 2026-H2, "
						    "2025-11..2026-02 or all"));
	}
	if (optind < argc && target_declare_is(argv[optind]))
		return target_declare(cli, argc - optind, argv + optind);
	is_recount = optind < argc && strcmp(argv[optind], "recount") == 0;
	return is_recount ? recount(cli, repair) : show(cli, &period);
}
