/* See complete_line.h. What is wrong in the line only ends the reading. */
#include "tools/cli/complete_line.h"

#include <string.h>

const struct command_option *complete_line_option(const struct complete_line *l, const char *name)
{
	size_t len = strcspn(name, "=");
	const struct command_option *o;

	for (unsigned i = 0; (o = command_option_at(l->command, i)) != NULL; i++) {
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	}
	return NULL;
}

static const struct command_option *find_letter(char letter)
{
	for (const struct command_option *o = command_global_options(); o->name != NULL; o++) {
		if (o->code == letter)
			return o;
	}
	return NULL;
}

static bool wants_value(const struct command_option *o)
{
	return o != NULL && o->argument != NULL && o->argument[0] != '[';
}

static void take_value(struct complete_line *l, const struct command_option *o, const char *value)
{
	if (o->code == 'c')
		l->config = value;
}

static void take_option(struct complete_line *l, const char *word)
{
	bool is_long = word[1] == '-';
	const struct command_option *o =
	    is_long ? complete_line_option(l, word + 2) : find_letter(word[1]);
	const char *value = is_long ? strchr(word, '=') : word[2] != '\0' ? word + 1 : NULL;

	if (!wants_value(o))
		return;
	if (value != NULL)
		take_value(l, o, value + 1);
	else
		l->pending = o;
}

static void take_operand(struct complete_line *l, const char *word)
{
	if (l->command == NULL && l->operands == 0) {
		l->command = command_find(l->commands, word);
		/* no such command: nothing more is known */
		l->operands = l->command == NULL ? 1 : 0;
		for (unsigned i = 0; l->command != NULL && l->form == NULL &&
				     i < COMMAND_FORMS_MAX && l->command->forms[i].word != NULL;
		     i++) {
			if (l->command->forms[i].word[0] == '\0')
				l->form = &l->command->forms[i];
		}
		return;
	}
	for (unsigned i = 0; l->command != NULL && l->form == NULL && i < COMMAND_FORMS_MAX &&
			     l->command->forms[i].word != NULL;
	     i++) {
		if (strcmp(l->command->forms[i].word, word) == 0) {
			l->form = &l->command->forms[i];
			return;
		}
	}
	if (l->operands++ == 0)
		l->first = word;
}

void complete_line_read(struct complete_line *l, int count, char **words)
{
	for (int i = 0; i < count; i++) {
		if (l->pending != NULL) {
			take_value(l, l->pending, words[i]);
			l->pending = NULL;
		} else if (!l->only_operands && strcmp(words[i], "--") == 0) {
			l->only_operands = true;
		} else if (!l->only_operands && words[i][0] == '-' && words[i][1] != '\0') {
			take_option(l, words[i]);
		} else {
			take_operand(l, words[i]);
		}
	}
}
