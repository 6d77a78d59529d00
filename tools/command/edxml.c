/* edxml: files of the State's exchange of documents, in and out. */
#include <string.h>

#include "tools/command/commands.h"
#include "tools/command/edxml_export.h"
#include "tools/command/edxml_import.h"
#include "tools/command/edxml_show.h"

enum { OPT_PASSED = 1, OPT_STATUS = 30, OPT_OF, OPT_DROP_UNKNOWN, OPT_OLDER, OPT_OUTPUT = 'o' };

#define FORM_IMPORT "import"
#define FORM_EXPORT "export"

/* Those of `send` that may say what the file does not, or something else. */
const struct command_option edxml_options[] = {
	{ "to", OPT_PASSED, N_("WHO[,WHO…]"),
	  N_("committees by id or name, or superior, subordinates, subtree"), VALUE_RECIPIENTS,
	  FORM_IMPORT },
	{ "type", OPT_PASSED + 2, N_("TYPE"),
	  N_("type of document: its symbol (KH) or its full name"), VALUE_TYPE, FORM_IMPORT },
	{ "number", OPT_PASSED + 3, N_("NUMBER"),
	  N_("number as printed, like 31-KH/ĐU; auto, auto-KH/ĐU or auto/KH-ĐU: the next one"),
	  VALUE_NONE, FORM_IMPORT },
	{ "subject", OPT_PASSED + 4, N_("TEXT"), N_("what it is about, in a line"), VALUE_NONE,
	  FORM_IMPORT },
	{ "reply-to", OPT_PASSED + 5, N_("ID"),
	  N_("the document that this one answers; without --to it goes to who issued that"),
	  VALUE_DOCUMENT, FORM_IMPORT },
	{ "date", OPT_PASSED + 6, N_("DATE"), N_("date of issue (today)"), VALUE_NONE,
	  FORM_IMPORT },
	{ "due", OPT_PASSED + 7, N_("DATE"), N_("to be done by: YYYY-MM-DD or DD/MM/YYYY"),
	  VALUE_NONE, FORM_IMPORT },
	{ "signer", OPT_PASSED + 8, N_("NAME"), N_("who signed it"), VALUE_SIGNER, FORM_IMPORT },
	{ "position", OPT_PASSED + 9, N_("TEXT"), N_("the office of who signed it"), VALUE_NONE,
	  FORM_IMPORT },
	{ "term", OPT_PASSED + 10, N_("TEXT"), N_("term of the committee, like 2025-2030"),
	  VALUE_NONE, FORM_IMPORT },
	{ "note", OPT_PASSED + 11, N_("TEXT"), N_("a note to the recipients' offices"), VALUE_NONE,
	  FORM_IMPORT },
	{ "wait", OPT_PASSED + 12, "accepted|delivered",
	  N_("return when it is accepted (as without this), or delivered everywhere, within "
	     "--timeout"),
	  VALUE_WORDS, FORM_IMPORT },
	{ "strict", OPT_PASSED + 13, NULL, N_("send nothing where there is something to warn of"),
	  VALUE_NONE, FORM_IMPORT },
	{ "drop-unknown", OPT_DROP_UNKNOWN, NULL,
	  N_("leave out elements that edXML does not have, and a signature of another form"),
	  VALUE_NONE, FORM_IMPORT },
	{ "older", OPT_OLDER, N_("ID"),
	  N_("the document of ours that it changes, replaces or asks back, whatever the file says"),
	  VALUE_DOCUMENT, FORM_IMPORT },
	{ "output", OPT_OUTPUT, N_("FILE"), N_("into this new file (standard output)"), VALUE_FILE,
	  FORM_EXPORT },
	{ "status", OPT_STATUS, "01|02|03|04|05|06|13|15|16",
	  N_("what our office says of it instead of the document: a status"), VALUE_WORDS,
	  FORM_EXPORT },
	{ "of", OPT_OF, N_("ID"), N_("with --status: what this committee says of it"),
	  VALUE_COMMITTEE, FORM_EXPORT },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* Given again it has all values so far. */
static void pass(struct edxml_passed *p, const char *name, const char *value)
{
	unsigned i = 0;

	while (i < p->count && strcmp(p->names[i], name) != 0)
		i++;
	if (i == EDXML_PASSED_MAX)
		return;
	p->names[i] = name;
	p->values[i] = value;
	if (i == p->count)
		p->count++;
}

static int check(struct cli *cli, const char *path)
{
	struct edxml_file f;
	int code = edxml_show_open(cli, path, &f);

	if (code == 0)
		code = edxml_show(cli, &f);
	edxml_show_close(&f);
	return code;
}

int cmd_edxml(struct cli *cli, int argc, char **argv)
{
	struct edxml_passed passed = { .count = 0 };
	struct edxml_status_of status = { NULL, NULL };
	const char *output = NULL, *what, *operand;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_DROP_UNKNOWN) {
			passed.drop_unknown = true;
		} else if (c == OPT_OLDER) {
			passed.older = optarg;
		} else if (c == OPT_OUTPUT) {
			output = optarg;
		} else if (c == OPT_STATUS) {
			status.code = optarg;
		} else if (c == OPT_OF) {
			status.committee = optarg;
		} else {
			pass(&passed, cli->option->name, optarg);
		}
	}
	if (argc - optind != 2)
		return arguments_missing(cli, argc - optind, argv + optind);
	what = argv[optind];
	operand = argv[optind + 1];
	if (strcmp(what, "check") == 0)
		return check(cli, operand);
	if (strcmp(what, "import") == 0)
		return edxml_import(cli, operand, &passed);
	if (strcmp(what, "export") == 0)
		return edxml_export(cli, operand, output, &status);
	return arguments_missing(cli, argc - optind, argv + optind);
}
