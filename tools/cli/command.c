/* See command.h. */
#include "tools/cli/command.h"

#include <string.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"

static const struct command_option global_options[] = {
	{ "config", 'c', N_("DIR"),
	  N_("the committee you work for: folder or file of its configuration (else "
	     "VANTHU_CONFIG)"),
	  VALUE_FILE, NULL },
	{ "json", GLOBAL_JSON, NULL, N_("one JSON object on standard output"), VALUE_NONE, NULL },
	{ "plain", GLOBAL_PLAIN, NULL, N_("columns between tabs"), VALUE_NONE, NULL },
	{ "lang", GLOBAL_LANG, "vi|en",
	  N_("language (else VANTHU_LANG, LANGUAGE, LC_ALL, LC_MESSAGES, LANG)"), VALUE_WORDS,
	  NULL },
	{ "utc", GLOBAL_UTC, NULL, N_("times in UTC instead of Vietnam's"), VALUE_NONE, NULL },
	{ "timeout", GLOBAL_TIMEOUT, N_("SECONDS"), N_("seconds to wait for the daemon (30)"),
	  VALUE_NONE, NULL },
	{ "no-secret", GLOBAL_NO_SECRET, NULL,
	  N_("see nothing of secret documents, and register none, whatever this user may"),
	  VALUE_NONE, NULL },
	{ "dry-run", 'n', NULL, N_("say what would happen"), VALUE_NONE, NULL },
	{ "yes", 'y', NULL, N_("answers yes where a command would ask on a terminal"), VALUE_NONE,
	  NULL },
	{ "quiet", 'q', NULL, N_("no talk beside results"), VALUE_NONE, NULL },
	{ "verbose", 'v', NULL,
	  N_("tell on standard error how: configuration, socket, daemon, time, system errors"),
	  VALUE_NONE, NULL },
	{ "color", GLOBAL_COLOR, "[=always|never|auto]",
	  N_("colours; auto: on a terminal, unless NO_COLOR is set"), VALUE_WORDS, NULL },
	{ "help", 'h', NULL, N_("what the command does, and its options"), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

const struct command_option *command_global_options(void)
{
	return global_options;
}

const struct command *command_find(const struct command *commands, const char *name)
{
	for (const struct command *c = commands; name != NULL && c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

/* The first row of its group? */
static bool begins_group(const struct command *commands, const struct command *c)
{
	const struct command *first = commands;

	while (strcmp(first->group, c->group) != 0)
		first++;
	return first == c;
}

const struct command *command_in_groups(const struct command *commands, const struct command *c)
{
	const struct command *next;

	if (c == NULL)
		return commands->name == NULL ? NULL : commands;
	for (next = c + 1; next->name != NULL; next++) {
		if (strcmp(next->group, c->group) == 0)
			return next;
	}
	for (next = commands; strcmp(next->group, c->group) != 0; next++)
		;
	for (next++; next->name != NULL; next++) {
		if (begins_group(commands, next))
			return next;
	}
	return NULL;
}

const struct command_option *command_option_at(const struct command *c, unsigned index)
{
	for (unsigned t = 0; c != NULL && t < COMMAND_TABLES_MAX && c->options[t] != NULL; t++) {
		for (const struct command_option *o = c->options[t]; o->name != NULL; o++) {
			if (index-- == 0)
				return o;
		}
	}
	return index < sizeof global_options / sizeof global_options[0] - 1 ? &global_options[index]
									    : NULL;
}

bool command_form_takes(const struct command_form *f, const struct command_option *o)
{
	size_t len = strlen(f->word);

	if (o->forms == NULL || len == 0)
		return true;
	for (const char *at = o->forms; (at = strstr(at, f->word)) != NULL; at += len) {
		if ((at == o->forms || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

const struct command_option *command_option_named(const struct command *c, const char *name)
{
	const struct command_option *o;

	for (unsigned i = 0; (o = command_option_at(c, i)) != NULL; i++) {
		if (strcmp(o->name, name) == 0)
			return o;
	}
	return NULL;
}

void command_form_count(const struct command_form *f, unsigned *least, unsigned *most)
{
	*least = *most = 0;
	for (const struct command_operand *o = f->operands; o->name != NULL; o++) {
		*least += o->min;
		*most += o->max;
	}
}

const struct command_operand *command_form_operand(const struct command_form *f, unsigned index)
{
	for (const struct command_operand *o = f->operands; o->name != NULL; o++) {
		if (index < o->max)
			return o;
		index -= o->max;
	}
	return NULL;
}

/* A form of that word? The books have Vietnamese names too, as the directions of paper have. */
static bool is_word(const char *word, const char *typed)
{
	static const char *const vietnamese[] = { "den", "di", "theo-doi", NULL };
	static const char *const books[] = { "in", "out", "followup" };
	int i;

	if (strcmp(word, typed) == 0)
		return true;
	i = text_choose(typed, vietnamese);
	return i >= 0 && strcmp(word, books[i]) == 0;
}

const struct command_form *command_form_of(const struct command *c, int count, char **operands,
					   int *used)
{
	unsigned least, most;

	*used = 0;
	for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++) {
		if (c->forms[i].word[0] == '\0')
			return &c->forms[i];
		if (count > 0 && is_word(c->forms[i].word, operands[0])) {
			*used = 1;
			return &c->forms[i];
		}
	}
	command_form_count(&c->forms[0], &least, &most);
	return count == 0 && least == 0 ? &c->forms[0] : NULL;
}
