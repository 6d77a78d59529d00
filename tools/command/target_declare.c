/* target declare: another target of the plan, declared by our office. */
#include "tools/command/target_declare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_declared.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_AS_OF = 40, OPT_PERSON, OPT_CORRECT, OPT_HISTORY };

const struct command_option target_declare_options[] = {
	{ "as-of", OPT_AS_OF, N_("DATE"), N_("the day that the figures are of"), VALUE_NONE,
	  "declare" },
	{ "person", OPT_PERSON, N_("NAME"), N_("in whose name it is declared"), VALUE_PERSON,
	  "declare" },
	{ "correct", OPT_CORRECT, NULL,
	  N_("the last declaration was wrong: this one may be of an earlier day"), VALUE_NONE,
	  "declare" },
	{ "history", OPT_HISTORY, NULL, N_("all that our office has declared, the oldest first"),
	  VALUE_NONE, "declared" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* ---- declare ---- */

/* Digits, without signs or separators, of which one would be a point in one language and a
 * thousand in the other. */
static bool read_number(const char **at, uint64_t *out)
{
	const char *from = *at;

	*out = 0;
	for (; **at >= '0' && **at <= '9' && *out <= DECLARED_ALL_MAX; ++*at)
		*out = *out * 10 + (uint64_t)(**at - '0');
	return *at > from;
}

static bool read_fraction(const char *text, uint64_t *done, uint64_t *all)
{
	if (!read_number(&text, done))
		return false;
	text += strspn(text, " ");
	if (*text++ != '/')
		return false;
	text += strspn(text, " ");
	return read_number(&text, all) && *text == '\0';
}

/* 0, or the exit code after the fault was reported. */
static int check_operands(struct cli *cli, const char *fraction_text, const char *as_of,
			  Vanthu__V1__Declare *m, char date[DATE_MAX + 1])
{
	char message[200];

	if (!read_fraction(fraction_text, &m->done, &m->all)) {
		snprintf(message, sizeof message,
			 _("%.100s: not DONE/ALL, two whole numbers like 30/40"), fraction_text);
		return cli_fail_text(cli, ERR_DECLARED_FIGURES, message,
				     _(err_fix(ERR_DECLARED_FIGURES)));
	}
	if (!target_declarable(m->done, m->all))
		return cli_fail(cli, ERR_DECLARED_FIGURES, fraction_text);
	if (!text_date(as_of, date))
		return cli_fail(cli, ERR_BAD_DATE, as_of);
	return text_field_check_past(cli, "as-of", date);
}

static int print_done(struct cli *cli, const Vanthu__V1__Declare *m,
		      const Vanthu__V1__DeclareDone *done)
{
	static const struct column columns[] = {
		{ "target", N_("Target"), FORMAT_TEXT, false },
		{ "said", N_("Declared"), FORMAT_TEXT, false },
		{ "as_of", N_("As of"), FORMAT_DATE, false },
		{ "person", N_("By"), FORMAT_TEXT, false },
		{ "was", N_("Before"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	/* With --plain: values as they are. */
	static const struct column plain[] = {
		{ "target", "target", FORMAT_TEXT, false },
		{ "done", "done", FORMAT_COUNT, false },
		{ "all", "all", FORMAT_COUNT, false },
		{ "as_of", "as_of", FORMAT_TEXT, false },
		{ "person", "person", FORMAT_TEXT, false },
		{ "repeated", "repeated", FORMAT_BOOL, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	char said[100], was[100];
	json_t *out =
		json_pack("{s:s, s:I, s:I, s:o, s:s, s:o, s:b, s:b, s:o}", "target", done->target,
			  "done", (json_int_t)m->done, "all", (json_int_t)m->all, "share",
			  target_share_json(m->done, m->all), "as_of", m->as_of, "person",
			  json_text_or_null(m->person), "repeated", done->repeated_request,
			  "dry_run", m->dry_run, "before", target_declared_json(done->before));

	if (!cli->json && !cli->plain) {
		target_declared_fraction(cli, out, "done", "all", said, sizeof said);
		json_object_set_new(out, "said", json_string(said));
		target_declared_fraction(cli, json_object_get(out, "before"), "done", "all", was,
					 sizeof was);
		json_object_set_new(out, "was",
				    json_text_or_null(done->repeated_request ? "" : was));
	}
	output_object(cli, out, cli->plain ? plain : columns);
	if (done->repeated_request)
		cli_say(cli, "%s", _("Declared already: nothing was written."));
	else if (m->dry_run)
		cli_hint(cli, "%s", _("Nothing was done: this was a dry run."));
	else
		cli_hint(cli, "%s",
			 _("It goes up with a report now. All committees: vanthu target declared"));
	return 0;
}

static int declare(struct cli *cli, int argc, char **argv)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Declare m = VANTHU__V1__DECLARE__INIT;
	struct text_field fields[] = {
		{ "person", NULL, PERSON_MAX, false },
	};
	const char *person = cli_given(cli, "person");
	char date[DATE_MAX + 1], *name;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;
	int code;

	if (argc < 3 || cli_given(cli, "as-of") == NULL)
		return arguments_missing(cli, argc, argv);
	code = check_operands(cli, argv[2], cli_given(cli, "as-of"), &m, date);
	name = text_entry(argv[1]);
	fields[0].text = person == NULL ? NULL : text_entry(person);
	if (code == 0 && (name == NULL || (person != NULL && fields[0].text == NULL)))
		code = cli_fail(cli, ERR_UTF8, NULL);
	if (code == 0)
		code = text_field_check(cli, fields, 1);
	if (code == 0) {
		m.name = name;
		m.as_of = date;
		if (person != NULL)
			m.person = fields[0].text;
		m.correction = cli_given(cli, "correct") != NULL;
		m.dry_run = cli->dry_run;
		request.what_case = VANTHU__V1__REQUEST__WHAT_DECLARE;
		request.declare = &m;
		e = call_open(cli, CLIENT_OFFICE, &c);
		if (e == ERR_OK)
			e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_DECLARED, &reply);
		code = e == ERR_OK ? print_done(cli, &m, reply->declared) : err_exit_code(e);
		call_close(c);
	}
	free(name);
	free(fields[0].text);
	return code;
}

bool target_declare_is(const char *word)
{
	return strcmp(word, "declare") == 0 || strcmp(word, "declared") == 0;
}

int target_declare(struct cli *cli, int argc, char **argv)
{
	if (strcmp(argv[0], "declare") == 0)
		return declare(cli, argc, argv);
	if (cli_given(cli, "missing") != NULL && cli_given(cli, "history") != NULL)
		return cli_usage(cli, "--missing");
	return target_declared_show(cli);
}
