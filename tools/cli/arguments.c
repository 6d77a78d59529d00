/* See arguments.h. */
#include "tools/cli/arguments.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"

/* The next word of a usage, its length in *len; NULL at its end. */
static const char *next_word(const char **at, int *len)
{
	const char *word = *at + strspn(*at, " ");

	*len = (int)strcspn(word, " ");
	*at = word + *len;
	return *len == 0 ? NULL : word;
}

static bool ends_with(const char *word, int len, const char *end)
{
	int n = (int)strlen(end);

	return len >= n && strncmp(word + len - n, end, (size_t)n) == 0;
}

/* How many operands the form takes. A usage that begins with -- alone takes any words. */
static void count_operands(const struct command_form *f, int *few, int *most)
{
	const char *at = f->usage, *word;
	int len;

	*few = *most = 0;
	while ((word = next_word(&at, &len)) != NULL) {
		bool optional = word[0] == '[';

		if (len == 2 && strncmp(word, "--", 2) == 0)
			*most = INT_MAX;
		if (strncmp(word + optional, "--", 2) == 0 || strncmp(word, "…", strlen("…")) == 0)
			return;
		*few += !optional;
		*most =
		    ends_with(word, len, "…") || ends_with(word, len, "…]") ? INT_MAX : *most + 1;
	}
}

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
	int used, few, most;

	if (c == NULL)
		return true;
	f = command_form_of(c, count, operands, &used);
	if (f == NULL)
		return count == 0 || unknown_word(cli, c, operands[0]);
	if (!check_options(cli, c, f))
		return false;
	count_operands(f, &few, &most);
	if (most != INT_MAX && count - used > most) {
		cli_usage(cli, operands[used + most]);
		return false;
	}
	return true;
}

/* ---- too little ---- */

static void append(char *out, size_t size, const char *text, int len)
{
	size_t n = strlen(out);

	snprintf(out + n, size - n, "%s%.*s", n == 0 ? "" : ", ", len, text);
}

/* What stands outside brackets in the usage and is not there. */
static void list_missing(struct cli *cli, const struct command_form *f, int operands, char *out,
			 size_t size)
{
	const char *at = f->usage[0] == '\0' ? "" : _(f->usage), *word;
	int len, index = 0;

	while ((word = next_word(&at, &len)) != NULL) {
		char name[64];

		if (word[0] == '[') {
			while (word != NULL && !ends_with(word, len, "]") &&
			       !ends_with(word, len, "]…"))
				word = next_word(&at, &len);
			continue;
		}
		if (strncmp(word, "--", 2) != 0) {
			if (index++ >= operands && strncmp(word, "…", strlen("…")) != 0)
				append(out, size, word, len);
			continue;
		}
		snprintf(name, sizeof name, "%.*s", len - 2, word + 2);
		/* with its value */
		if (next_word(&at, &len) != NULL && cli_given(cli, name) == NULL)
			append(out, size, word, (int)(at - word));
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
		list_missing(cli, f, count - used, list, sizeof list);
	snprintf(message, sizeof message, _("still missing: %s"), list);
	if (list[0] == '\0' && count == 0) {
		for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++)
			append(list, sizeof list, c->forms[i].word, (int)strlen(c->forms[i].word));
		snprintf(message, sizeof message, _("one of these is wanted: %s"), list);
	}
	if (list[0] == '\0')
		return cli_usage(cli, count == 0 ? c->name : operands[count - 1]);
	return cli_wanted(cli, message, "");
}
