/* See arguments.h. */
#include "tools/cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/cli/usage.h"

/* ---- too much ---- */

static bool unknown_word(struct cli *cli, const struct command *c, const char *word)
{
	const char *best = suggest_form(word, c);
	char message[512], fix[128] = "";

	snprintf(message, sizeof message, _("not understood: %s"), word);
	if (best != NULL)
		snprintf(fix, sizeof fix, _("did you mean: vanthu %s %s"), c->name, best);
	cli_wanted(cli, message, fix);
	return false;
}

static bool check_options(struct cli *cli, const struct command *c, const struct command_form *f)
{
	const struct command_option *o;
	char message[512];

	for (unsigned i = 0; (o = command_option_at(c, i)) != NULL && i < CLI_OPTIONS_MAX; i++) {
		if (cli->given[i] == NULL || command_form_takes(f, o))
			continue;
		snprintf(message, sizeof message, _("vanthu %s %s takes no --%s"), c->name, f->word,
			 o->name);
		cli_wanted(cli, message, "");
		return false;
	}
	return true;
}

bool arguments_check(struct cli *cli, int count, char **operands)
{
	const struct command *c = cli->command;
	const struct command_form *f;
	unsigned least, most;
	int used;

	if (c == NULL)
		return true;
	f = command_form_of(c, count, operands, &used);
	if (f == NULL)
		return count == 0 || unknown_word(cli, c, operands[0]);
	if (!check_options(cli, c, f))
		return false;
	command_form_count(f, &least, &most);
	if ((unsigned)(count - used) > most) {
		cli_usage(cli, operands[used + (int)most]);
		return false;
	}
	return true;
}

/* ---- too little ---- */

static void append(char *out, size_t size, const char *text)
{
	size_t n = strlen(out);

	snprintf(out + n, size - n, "%s%s", n == 0 ? "" : ", ", text);
}

/* What the form needs and is not there. */
static void list_missing(struct cli *cli, const struct command_form *f, unsigned operands,
			 char *out, size_t size)
{
	char word[USAGE_WORD_BYTES];
	unsigned needed = 0;

	for (const struct command_operand *o = f->operands; o->name != NULL; o++) {
		needed += o->min;
		if (o->min == 0 || needed <= operands)
			continue;
		usage_operand(o, word, sizeof word);
		append(out, size, word);
	}
	for (const struct command_shown *s = f->shown; s->name != NULL; s++) {
		if (!s->wanted || cli_given(cli, s->name) != NULL)
			continue;
		usage_option(cli->command, s, word, sizeof word);
		append(out, size, word);
	}
}

int arguments_missing(struct cli *cli, int count, char **operands)
{
	const struct command *c = cli->command;
	char list[256] = "", message[512];
	const struct command_form *f;
	int used;

	f = command_form_of(c, count, operands, &used);
	if (f != NULL)
		list_missing(cli, f, (unsigned)(count - used), list, sizeof list);
	snprintf(message, sizeof message, _("still missing: %s"), list);
	if (list[0] == '\0' && count == 0) {
		for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++)
			append(list, sizeof list, c->forms[i].word);
		snprintf(message, sizeof message, _("one of these is wanted: %s"), list);
	}
	if (list[0] == '\0')
		return cli_usage(cli, count == 0 ? c->name : operands[count - 1]);
	return cli_wanted(cli, message, "");
}
