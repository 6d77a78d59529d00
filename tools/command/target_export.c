/* target export: the statistics of a period as tables, for a spreadsheet, for programs, and as a
 * page to print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/files.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_show.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_FORMAT = 80, OPT_OUTPUT }; /* beside those of the other forms */

const struct command_option target_export_options[] = {
	{ "format", OPT_FORMAT, "table|csv|json|html",
	  N_("csv for a spreadsheet, json for programs, html to print on A4 with charts"),
	  VALUE_WORDS, "export" },
	{ "output", OPT_OUTPUT, N_("FILE"), N_("the new file, with csv, json or html"), VALUE_FILE,
	  "export" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

bool target_export_take(struct target_export *e, int option, const char *value)
{
	if (option == OPT_FORMAT)
		e->format = value;
	else if (option == OPT_OUTPUT)
		e->output = value;
	return option == OPT_FORMAT || option == OPT_OUTPUT;
}

static bool is(const char *word, const char *other)
{
	return strcmp(word, other) == 0;
}

/* What the options say that does not go together. 0: it does. */
static int check(struct cli *cli, const char *format, const char *output)
{
	if (output != NULL && is(format, "table"))
		return cli_wanted(cli, _("--output goes with --format csv, json or html"), "");
	if (output == NULL && (is(format, "csv") || is(format, "html")) &&
	    (cli->json || cli->plain))
		return cli_wanted(cli,
				  _("--json and --plain have a format of their own: give --output "
				    "FILE beside --format"),
				  "");
	return 0;
}

int command_write_file(struct cli *cli, const char *path, const char *text, size_t len)
{
	static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct blob bytes = { (const uint8_t *)text, len };
	enum err e;

	if (path == NULL) {
		fwrite(text, 1, len, stdout);
		return 0;
	}
	e = fs_write_new(path, bytes, false);
	if (e != ERR_OK)
		return cli_fail_file(cli, e, path);
	return output_object(
		cli, json_pack("{s:s, s:I}", "file", path, "size_bytes", (json_int_t)len), columns);
}

static void write_json(FILE *to, const struct statistics *s)
{
	json_t *all = statistics_json(s);

	json_dumpf(all, to, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputs("\n", to);
	json_decref(all);
}

static int write_file(struct cli *cli, const struct statistics *s, const char *format,
		      const char *output)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int code;

	if (to == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	if (is(format, "csv"))
		statistics_csv(to, s);
	else if (is(format, "json"))
		write_json(to, s);
	else
		statistics_page(cli, to, s);
	code = fclose(to) != 0 ? cli_fail(cli, ERR_NO_MEMORY, NULL)
			       : command_write_file(cli, output, text, len);
	free(text);
	if (code == 0 && output != NULL && is(format, "html"))
		cli_hint(cli, "%s", _("Open it in a browser and print it: A4, landscape."));
	return code;
}

int target_export(struct cli *cli, const struct target_export *export,
		  const struct target_wanted *wanted)
{
	const char *format = export->format == NULL ? "table" : export->format;
	int code = check(cli, format, export->output);
	struct statistics s = { .line = 0 };
	struct period months;
	struct call *c = NULL;
	char *whom = NULL;
	enum err e;

	if (code != 0)
		return code;
	e = call_open(cli, CLIENT_READ, &c);
	if (e == ERR_OK)
		e = target_show_find(c, wanted, &months, &whom);
	if (e == ERR_OK)
		e = statistics_ask(
			c, &(struct statistics_query){ months.from, months.to, wanted->term, whom },
			&s);
	call_close(c);
	if (e == ERR_OK)
		target_show_begins(cli, &s.own);
	if (e != ERR_OK) {
		code = err_exit_code(e);
	} else if (is(format, "table") || (is(format, "json") && export->output == NULL)) {
		cli->json = cli->json || is(format, "json");
		if (cli->json)
			cli->renderer = output_json();
		statistics_print(cli, &s);
	} else {
		code = write_file(cli, &s, format, export->output);
	}
	statistics_free(&s);
	free(whom);
	return code;
}
