/* See help.h. */
#include "tools/cli/help.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"
#include "tools/cli/usage.h"
#include "tools/output/output.h"

enum { NAME_CELLS = 11, OPTION_CELLS = 25, FORM_CELLS = 30, FOLD_CELLS = 4, GAP_CELLS = 2 };

static void print_wrapped(const char *text, int at, int indent)
{
	text_wrap(stdout, text, indent, at, terminal_width());
	putchar('\n');
}

/* A name, and what it means at a column of its own: beside it where it fits, else on the next
 * line. */
static void print_pair(const char *name, const char *meaning, int indent, int column)
{
	int at = indent + text_width(name);

	printf("%*s", indent, "");
	text_wrap(stdout, name, indent + FOLD_CELLS, indent, terminal_width());
	if (meaning[0] == '\0') {
		putchar('\n');
		return;
	}
	if (at + 2 > column)
		printf("\n%*s", column, "");
	else
		printf("%*s", column - at, "");
	print_wrapped(meaning, column, column);
}

static void print_option(const struct command_option *o, bool global)
{
	bool letter = o->code >= 'a' && o->code <= 'z';
	char name[128];

	usage_option_name(o, name, sizeof name);
	print_pair(name, _(o->help), global && !letter ? 6 : 2, OPTION_CELLS);
}

static void print_forms(const struct command *c)
{
	for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++) {
		const struct command_form *f = &c->forms[i];
		char line[USAGE_LINE_BYTES];

		usage_line(c, f, line, sizeof line);
		if (f->summary[0] == '\0') {
			printf("  ");
			print_wrapped(line, 2, 9);
		} else {
			print_pair(line, _(f->summary), 2, FORM_CELLS);
		}
	}
}

static bool has_forms(const struct command *c)
{
	return c->forms[1].word != NULL;
}

/* The options of a command with several forms say which of them take them, unless all do. */
static void print_own_options(const struct command *c)
{
	const struct command_option *o;
	unsigned n = 0;

	for (; (o = command_option_at(c, n)) != NULL && o != command_global_options(); n++) {
		char name[160], forms[128] = "";

		if (n == 0)
			printf("\n%s\n", _("Options:"));
		usage_option_name(o, name, sizeof name);
		for (unsigned i = 0; has_forms(c) && o->forms != NULL && c->forms[i].word != NULL;
		     i++) {
			if (c->forms[i].word[0] == '\0' || !command_form_takes(&c->forms[i], o))
				continue;
			if (strlen(forms) + strlen(c->forms[i].word) + 4 < sizeof forms)
				snprintf(forms + strlen(forms), sizeof forms - strlen(forms),
					 "%s%s", forms[0] == '\0' ? " (" : ", ",
					 usage_word(&c->forms[i]));
		}
		if (forms[0] != '\0') {
			char meaning[512];

			snprintf(meaning, sizeof meaning, "%s%s)", _(o->help), forms);
			print_pair(name, meaning, 2, OPTION_CELLS);
		} else {
			print_option(o, false);
		}
	}
}

/* How many documents one of its forms takes at most. */
static unsigned documents_of(const struct command *c)
{
	unsigned most = 0;

	for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++) {
		const struct command_operand *first = &c->forms[i].operands[0];

		if (first->kind == VALUE_DOCUMENT && first->max > most)
			most = first->max;
	}
	return most;
}

void help_command(const struct command *c)
{
	const unsigned documents = documents_of(c);

	printf("vanthu %s: %s\n\n", c->name, _(c->summary));
	print_forms(c);
	if (documents > 0) {
		putchar('\n');
		print_wrapped(_("ID: the number of a document, like 31-KH/ĐU, or the end of its "
				"id, as lists show it."),
			      0, 4);
		if (documents > 1)
			print_wrapped(_("-: those that standard input names, one a line."), 0, 4);
	}
	print_own_options(c);
	printf("\n%s\n", _("Options that every command takes: vanthu help"));
}

/* A clerk's day, in its order. It stands last, because that is what a small terminal still shows;
 * so all of it fits one of 24 lines. */
static const struct {
	const char *what, *how; /* marked for translation */
} day[] = {
	{ N_("What has arrived"), "vanthu inbox" },
	{ N_("Read one"), "vanthu show 31-KH/ĐU" },
	{ N_("Take all in"), "vanthu accept --all-valid" },
	{ N_("Give one back"), N_("vanthu return 12-CV/ĐUK --reason \"Not for us\"") },
	{ N_("Say who does it"), "vanthu assign 31-KH/ĐU --to \"Văn An\" --due 30/12/2026" },
	{ N_("It is done"), "vanthu finish 31-KH/ĐU" },
	{ N_("Answer and finish"), N_("vanthu send report.docx --reply-to 31-KH/ĐU --finish --type "
				      "BC --number auto --subject \"Report\"") },
	{ N_("Send down"), N_("vanthu send plan.docx --to subordinates --type KH --number auto "
			      "--subject \"Plan for 2026\"") },
	{ N_("Where it is now"), "vanthu trace 31-KH/ĐU" },
	{ N_("Ask for one back"), N_("vanthu recall ask 31-KH/ĐU --reason \"Wrong date\"") },
	{ N_("Replace a wrong one"), N_("vanthu send new.docx --replace 31-KH/ĐU …") },
	{ N_("Enter one on paper"),
	  N_("vanthu paper add in 5-CV/TU \"Meeting\" --from \"Province\"") },
	{ N_("Overdue, due soon"), N_("vanthu due; of what we sent: vanthu due --sent") },
	{ N_("Search"), "vanthu find \"chuyen doi so\"" },
	{ N_("Print the book"), N_("vanthu register in --format html --output in.html") },
	{ N_("The digital share"), "vanthu target" },
};

static void print_day(void)
{
	int widest = 0;

	for (size_t i = 0; i < sizeof day / sizeof day[0]; i++) {
		int cells = text_width(_(day[i].what));

		widest = cells > widest ? cells : widest;
	}
	printf("\n%s\n", _("A clerk's day:"));
	for (size_t i = 0; i < sizeof day / sizeof day[0]; i++)
		print_pair(_(day[i].what), _(day[i].how), GAP_CELLS,
			   GAP_CELLS + widest + GAP_CELLS);
	printf("\n");
	print_wrapped(_("Once for the session, say which committee you work for: export "
			"VANTHU_CONFIG=DIR (your operator knows it)."),
		      0, 0);
}

void help_all(const struct command *commands)
{
	const char *group = "";

	printf("%s\n", _("Usage: vanthu [-c DIR] COMMAND …"));
	for (const struct command *c = command_in_groups(commands, NULL); c != NULL;
	     c = command_in_groups(commands, c)) {
		if (strcmp(group, c->group) != 0)
			printf("\n%s\n", _(c->group));
		group = c->group;
		printf("  %-*s ", NAME_CELLS, c->name);
		print_wrapped(_(c->summary), NAME_CELLS + 3, NAME_CELLS + 3);
	}
	printf("\n%s\n", _("Options that every command takes:"));
	for (const struct command_option *o = command_global_options(); o->name != NULL; o++)
		print_option(o, true);
	print_day();
	printf("%s\n", _("More about one: vanthu help COMMAND"));
}
