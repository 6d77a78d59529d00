/* See usage.h. */
#include "tools/cli/usage.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"
#include "tools/output/output.h"

enum { FOLD_CELLS = 4 };

/* Where the catalogue has the word in this context, that; else the word as it is everywhere. */
static const char *word_in(const char *context, const char *word)
{
	char key[128];
	const char *found;

	/* as msgfmt joins them */
	snprintf(key, sizeof key, "%s\004%s", context, word);
	found = gettext(key);
	return found == key ? _(word) : found;
}

const char *usage_word(const struct command_form *f)
{
	static const char *const books[] = { C_("book", "in"), C_("book", "out"),
					     C_("book", "followup") };

	for (unsigned i = 0; i < sizeof books / sizeof books[0]; i++) {
		if (strcmp(f->word, books[i]) == 0)
			return word_in("book", books[i]);
	}
	return f->word;
}

void usage_operand(const struct command_operand *o, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s%s", o->min == 0 ? "[" : "", word_in("operand", o->name),
		 o->max == COMMAND_ANY ? "…" : "", o->min == 0 ? "]" : "");
}

void usage_option(const struct command *c, const struct command_shown *s, char *out, size_t size)
{
	const struct command_option *o = command_option_named(c, s->name);
	const char *value;

	if (strcmp(s->name, COMMAND_MORE) == 0) {
		snprintf(out, size, "%s", COMMAND_MORE);
		return;
	}
	assert(o != NULL); /* a row of ours that names an option which the command has not */
	value = s->value != NULL      ? word_in(s->name, s->value)
		: o->argument != NULL ? _(o->argument)
				      : "";
	snprintf(out, size, "%s--%s%s%s%s", s->wanted ? "" : "[", s->name,
		 value[0] == '\0' ? "" : " ", value, s->wanted ? "" : "]");
}

static void append(char *out, size_t size, const char *word)
{
	size_t used = strlen(out);

	snprintf(out + used, size - used, "%s%s", used == 0 ? "" : " ", word);
}

void usage_rest(const struct command *c, const struct command_form *f, char *out, size_t size)
{
	char word[USAGE_WORD_BYTES];

	out[0] = '\0';
	for (const struct command_operand *o = f->operands; o->name != NULL; o++) {
		usage_operand(o, word, sizeof word);
		append(out, size, word);
	}
	for (const struct command_shown *s = f->shown; s->name != NULL; s++) {
		usage_option(c, s, word, sizeof word);
		append(out, size, word);
	}
}

void usage_line(const struct command *c, const struct command_form *f, char *out, size_t size)
{
	char rest[USAGE_LINE_BYTES];

	usage_rest(c, f, rest, sizeof rest);
	snprintf(out, size, "vanthu %s%s%s%s%s", c->name, f->word[0] != '\0' ? " " : "",
		 usage_word(f), rest[0] != '\0' ? " " : "", rest);
}

void usage_print(FILE *to, const struct command *c)
{
	const char *title = _("Usage:");
	int cells = text_width(title);

	for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++) {
		char line[USAGE_LINE_BYTES];

		usage_line(c, &c->forms[i], line, sizeof line);
		fprintf(to, "%s%*s ", i == 0 ? title : "", i == 0 ? 0 : cells, "");
		text_wrap(to, line, cells + 1 + FOLD_CELLS, cells + 1,
			  terminal_wrap_width(fileno(to)));
		fputc('\n', to);
	}
}

void usage_option_name(const struct command_option *o, char *out, size_t size_bytes)
{
	const char *argument = o->argument == NULL ? "" : _(o->argument);
	bool letter = o->code >= 'a' && o->code <= 'z';

	if (letter)
		snprintf(out, size_bytes, "-%c, --%s%s%s", (char)o->code, o->name,
			 argument[0] == '\0' ? "" : " ", argument);
	else
		snprintf(out, size_bytes, "--%s%s%s", o->name,
			 argument[0] == '\0' || argument[0] == '[' ? "" : " ", argument);
}
