/* report: the periodic report that an office owes its superior, as a page to print, and on its way
 * as a document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_declared.h"
#include "tools/command/target_show.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_PERIOD = 1,
	OPT_COMMITTEE,
	OPT_OUTPUT,
	OPT_SEND_TO,
	OPT_STRICT,
	/* passed on to send, each by its own name */
	OPT_NUMBER,
	OPT_SUBJECT,
	OPT_SIGNER,
	OPT_POSITION,
	OPT_COMPETENCE,
	OPT_DATE,
	OPT_WAIT,
	OPT_ID,
};
enum { PASSED_MAX = 8, WORDS_MAX = 2 * PASSED_MAX + 12, SUBJECT_BYTES = 256 };

const struct command_option report_options[] = {
	{ "period", OPT_PERIOD, N_("PERIOD"),
	  N_("2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02, term or all"), VALUE_NONE, NULL },
	{ "committee", OPT_COMMITTEE, N_("WHO"), N_("of a committee below; else ours"),
	  VALUE_COMMITTEE, NULL },
	{ "output", OPT_OUTPUT, N_("FILE"), N_("the new file; else standard output"), VALUE_FILE,
	  NULL },
	{ "send-to", OPT_SEND_TO, N_("WHO[,WHO…]"),
	  N_("send it, too, as a report (BC): superior, or committees by id or name"),
	  VALUE_RECIPIENTS, NULL },
	{ "number", OPT_NUMBER, N_("NUMBER"), N_("its number as printed; else the next one (auto)"),
	  VALUE_NONE, NULL },
	{ "subject", OPT_SUBJECT, N_("TEXT"),
	  N_("what it is about; else what it is, and its period"), VALUE_NONE, NULL },
	{ "signer", OPT_SIGNER, N_("NAME"), N_("who signed it"), VALUE_SIGNER, NULL },
	{ "position", OPT_POSITION, N_("TEXT"), N_("the office of who signed it"), VALUE_NONE,
	  NULL },
	{ "competence", OPT_COMPETENCE, N_("TEXT"),
	  N_("in whose place it was signed, like \"T/M ĐẢNG ỦY\""), VALUE_NONE, NULL },
	{ "date", OPT_DATE, N_("DATE"), N_("date of issue (today)"), VALUE_NONE, NULL },
	{ "wait", OPT_WAIT, "accepted|delivered",
	  N_("return when it is accepted (as without this), or delivered everywhere, within "
	     "--timeout"),
	  VALUE_WORDS, NULL },
	{ "id", OPT_ID, N_("UUID"), N_("id of the document, to repeat a send safely (made anew)"),
	  VALUE_NONE, NULL },
	{ "strict", OPT_STRICT, NULL,
	  N_("make none while a report from below is missing, late or does not fit"), VALUE_NONE,
	  NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct report_wanted {
	struct target_wanted what; /* period and committee */
	const char *output, *send_to;
	bool strict;
	/* options of send and their values */
	const char *names[PASSED_MAX], *values[PASSED_MAX];
	unsigned passed;
};

/* ---- asking ---- */

static enum err ask_superior(struct call *c, const char *id, char **name)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	if (id[0] == '\0')
		return ERR_OK;
	query.id = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_COMMITTEE, &reply)) == ERR_OK) {
		free(*name);
		*name = strdup(reply->committee->name);
	}
	return e == ERR_NOT_FOUND && !call_cli(c)->error_printed ? ERR_OK : e;
}

/* What our office has not done in time and still has to do. */
static enum err ask_overdue(struct call *c, uint64_t *overdue)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__DueQuery query = VANTHU__V1__DUE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.person = query.unit = (char *)(uintptr_t) "";
	request.what_case = VANTHU__V1__REQUEST__WHAT_DUE;
	request.due = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_DUE, &reply)) == ERR_OK)
		*overdue += reply->due->state == VANTHU__V1__DUE_STATE__DUE_STATE_OVERDUE;
	return e == ERR_NOT_FOUND && !call_cli(c)->error_printed ? ERR_OK : e;
}

/* With --strict, whether there is all of it. */
static enum err check_complete(struct cli *cli, const struct report_wanted *w,
			       const struct statistics *s)
{
	unsigned gaps = report_gaps(s);
	char message[160];

	if (gaps == 0)
		return ERR_OK;
	snprintf(message, sizeof message,
		 ngettext("%u committee has no report that is whole and fits",
			  "%u committees have no report that is whole and fits", gaps),
		 gaps);
	if (w->strict) {
		cli_fail_text(cli, ERR_REPORT_GAPS, message, _(err_fix(ERR_REPORT_GAPS)));
		return ERR_REPORT_GAPS;
	}
	cli_warn(cli, "%s", message);
	return ERR_OK;
}

static enum err ask(struct cli *cli, const struct report_wanted *w, struct statistics *s,
		    struct report_page *r, char **superior, json_t **targets)
{
	const struct statistics_row *top;
	struct period months;
	struct call *c = NULL;
	char *whom = NULL;
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	if (e == ERR_OK)
		e = target_show_find(c, &w->what, &months, &whom);
	if (e == ERR_OK)
		e = statistics_ask(
			c, &(struct statistics_query){ months.from, months.to, w->what.term, whom },
			s);
	if (e == ERR_OK)
		e = check_complete(cli, w, s);
	if (e == ERR_OK)
		target_show_begins(cli, &s->own);
	top = statistics_top(s);
	if (e == ERR_OK && top != NULL) {
		r->own = strcmp(reports_state(top->reporter), "own") == 0;
		e = ask_superior(c, top->reporter->superior, superior);
	}
	if (e == ERR_OK && r->own)
		e = ask_overdue(c, &r->overdue);
	if (e == ERR_OK)
		e = target_declared_targets(c, &s->own, targets);
	target_declared_name(*targets);
	r->targets = *targets;
	r->superior = *superior;
	call_close(c);
	free(whom);
	return e;
}

/* ---- as a document ---- */

static const char *passed(const struct report_wanted *w, const char *name)
{
	for (unsigned i = 0; i < w->passed; i++) {
		if (strcmp(w->names[i], name) == 0)
			return w->values[i];
	}
	return NULL;
}

/* The ordinary way of a document (send), with the page as its file. */
static int send_file(struct cli *cli, const struct report_wanted *w, const struct statistics *s,
		     const char *path)
{
	struct cli sending = *cli;
	char subject[SUBJECT_BYTES], period[96], names[PASSED_MAX][32];
	char *words[WORDS_MAX];
	int count = 0, code;

	statistics_title(s, period, sizeof period);
	snprintf(subject, sizeof subject, _("Documents sent, received and processed digitally: %s"),
		 period);
	words[count++] = (char *)(uintptr_t) "send";
	words[count++] = (char *)(uintptr_t)path;
	words[count++] = (char *)(uintptr_t) "--to";
	words[count++] = (char *)(uintptr_t)w->send_to;
	words[count++] = (char *)(uintptr_t) "--type";
	words[count++] = (char *)(uintptr_t) "BC";
	if (passed(w, "number") == NULL) {
		words[count++] = (char *)(uintptr_t) "--number";
		words[count++] = (char *)(uintptr_t) "auto";
	}
	if (passed(w, "subject") == NULL) {
		words[count++] = (char *)(uintptr_t) "--subject";
		words[count++] = subject;
	}
	for (unsigned i = 0; i < w->passed; i++) {
		snprintf(names[i], sizeof names[i], "--%s", w->names[i]);
		words[count++] = names[i];
		words[count++] = (char *)(uintptr_t)w->values[i];
	}
	words[count] = NULL;
	sending.command = command_find(cli->commands, "send");
	memset(sending.given, 0, sizeof sending.given);
	sending.joined = NULL;
	optind = 0; /* its own line, from the beginning */
	code = cmd_send(&sending, count, words);
	free(sending.joined);
	sending.joined = cli->joined;
	sending.command = cli->command;
	memcpy(sending.given, cli->given, sizeof sending.given);
	*cli = sending;
	return code;
}

/* A file of its own for what is only sent: its name is what the recipients see. */
static int send_page(struct cli *cli, const struct report_wanted *w, const struct statistics *s,
		     struct blob page)
{
	const char *where = getenv("TMPDIR");
	char folder[256], path[320], period[40];
	int code;

	period_print((struct period){ s->from, s->to }, period, sizeof period);
	snprintf(folder, sizeof folder, "%s/vanthu-report-XXXXXX",
		 where == NULL || where[0] == '\0' ? "/tmp" : where);
	if (mkdtemp(folder) == NULL)
		return cli_fail_file(cli, ERR_FILE, folder);
	snprintf(path, sizeof path, "%s/bao-cao-%s.html", folder, period);
	if (fs_write_new(path, page, true) != ERR_OK)
		code = cli_fail_file(cli, ERR_FILE, path);
	else
		code = send_file(cli, w, s, path);
	unlink(path);
	rmdir(folder);
	return code;
}

/* Kept first, so that what was sent lies in the file. */
static int deliver(struct cli *cli, const struct report_wanted *w, const struct statistics *s,
		   struct blob page)
{
	enum err e;

	if (w->send_to == NULL)
		return command_write_file(cli, w->output, (const char *)page.data, page.len_bytes);
	if (w->output == NULL)
		return send_page(cli, w, s, page);
	e = fs_write_new(w->output, page, false);
	return e == ERR_OK ? send_file(cli, w, s, w->output) : cli_fail_file(cli, e, w->output);
}

static int make(struct cli *cli, const struct report_wanted *w, const struct statistics *s,
		const struct report_page *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int code;

	if (to == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	report_page(cli, to, r);
	code = fclose(to) != 0 ? cli_fail(cli, ERR_NO_MEMORY, NULL)
			       : deliver(cli, w, s, (struct blob){ (const uint8_t *)text, len });
	free(text);
	if (code == 0 && w->output != NULL)
		cli_hint(cli, "%s", _("Open it in a browser and print it: A4."));
	return code;
}

/* ---- the command ---- */

static bool take(struct cli *cli, struct report_wanted *w, int option, const char *value)
{
	switch (option) {
	case OPT_PERIOD:
		w->what.term = strcmp(value, TERM_WORD) == 0;
		return w->what.term || period_parse(value, &w->what.period);
	case OPT_COMMITTEE:
		w->what.committee = value;
		return true;
	case OPT_OUTPUT:
		w->output = value;
		return true;
	case OPT_SEND_TO:
		w->send_to = value;
		return recipients_named(value);
	case OPT_STRICT:
		w->strict = true;
		return true;
	default:
		if (w->passed == PASSED_MAX)
			return false;
		w->names[w->passed] = cli->option->name;
		w->values[w->passed++] = value;
		return true;
	}
}

static int check(struct cli *cli, const struct report_wanted *w)
{
	char message[96];

	if (w->passed > 0 && w->send_to == NULL) {
		snprintf(message, sizeof message, _("--%s goes with --send-to"), w->names[0]);
		return cli_wanted(cli, message, "");
	}
	if (w->send_to == NULL && w->output == NULL && (cli->json || cli->plain))
		return cli_wanted(cli,
				  _("the report is a page: with --json and --plain give --output "
				    "FILE, or --send-to"),
				  _("its figures for programs: vanthu target export --json"));
	return 0;
}

int cmd_report(struct cli *cli, int argc, char **argv)
{
	struct report_wanted w = { .output = NULL };
	struct statistics s = { .line = 0 };
	struct report_page r = { .statistics = &s };
	char *superior = NULL;
	json_t *targets = NULL;
	int c, code;
	enum err e;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!take(cli, &w, c, optarg))
			return cli_bad_value(
				cli, c == OPT_PERIOD ? _("a period is: 2026, 2026-11, 2026-Q4, "
							 "2026-H2, 2025-11..2026-02, term or all")
						     : _(err_fix(ERR_NO_RECIPIENT)));
	}
	code = check(cli, &w);
	if (code != 0)
		return code;
	e = ask(cli, &w, &s, &r, &superior, &targets);
	code = e == ERR_OK ? make(cli, &w, &s, &r) : err_exit_code(e);
	statistics_free(&s);
	free(superior);
	json_decref(targets);
	return code;
}
