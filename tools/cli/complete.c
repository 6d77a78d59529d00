/* See complete.h. The line is read as getopt would read it, but what is wrong in it only ends the
 * reading. */
#include "tools/cli/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/visible.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"

/* Short enough that a key press does not seem lost. */
enum { WAIT_MS = 300 };

struct line {
	const struct command *commands;
	const struct command *command;
	const struct command_form *form;
	const struct command_option *pending; /* waits for its value */
	const char *config, *first;           /* the first operand */
	unsigned operands;
	bool only_operands; /* after -- */
};

/* ---- what stands before the last word ---- */

static const struct command_option *find_long(const struct line *l, const char *name)
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

static void take_value(struct line *l, const struct command_option *o, const char *value)
{
	if (o->code == 'c')
		l->config = value;
}

static void take_option(struct line *l, const char *word)
{
	bool is_long = word[1] == '-';
	const struct command_option *o = is_long ? find_long(l, word + 2) : find_letter(word[1]);
	const char *value = is_long ? strchr(word, '=') : word[2] != '\0' ? word + 1 : NULL;

	if (!wants_value(o))
		return;
	if (value != NULL)
		take_value(l, o, value + 1);
	else
		l->pending = o;
}

static void take_operand(struct line *l, const char *word)
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

static void read_words(struct line *l, int count, char **words)
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

/* ---- candidates ---- */

void complete_offer(const struct completing *c, const char *word, const char *meaning)
{
	char *folded = text_fold(word), *line = strdup(meaning);

	/* Such a word could drive the terminal, end the line or look like another, so it is not
	 * offered. */
	if (visible_fault(word) != 0) {
		free(folded);
		folded = NULL;
	}
	if (folded != NULL && line != NULL && word[0] != '\0' &&
	    strncmp(folded, c->folded, strlen(c->folded)) == 0) {
		text_one_line(line);
		printf("%.*s%s\t%s\n", c->kept_len, c->kept, word, line);
	}
	free(folded);
	free(line);
}

/* Words are ASCII here. */
static void offer_words(const struct completing *c, const char *words)
{
	for (words += words[0] == '[' ? 2 : 0; *words != '\0' && *words != ']';
	     words += words[strcspn(words, "|]")] == '|' ? 1 : 0) {
		size_t len = strcspn(words, "|]");
		char word[64];

		snprintf(word, sizeof word, "%.*s", (int)len, words);
		complete_offer(c, word, "");
		words += len;
		if (*words != '|')
			return;
	}
}

static void offer_types(const struct completing *c)
{
	const struct doctype *t;

	for (unsigned i = 0; (t = doctype_at(i)) != NULL; i++)
		complete_offer(c, doctype_word(t), t->name);
}

static void offer_commands(const struct completing *c)
{
	for (const struct command *one = c->cli->commands; one->name != NULL; one++)
		complete_offer(c, one->name, _(one->summary));
}

static void offer_recipients(const struct completing *c)
{
	complete_offer(c, "superior", _("the committee above"));
	complete_offer(c, "subordinates", _("those directly below"));
	complete_offer(c, "subtree", _("all below"));
	complete_committees(c);
}

static void offer_kind(struct completing *c, const struct line *l, enum value_kind kind,
		       const char *words)
{
	switch (kind) {
	case VALUE_NONE:
		return;
	case VALUE_WORDS:
		offer_words(c, words);
		return;
	case VALUE_EVIDENCE:
		complete_documents(c);
		printf("\tfiles\n");
		return;
	case VALUE_FILE:
		printf("\tfiles\n");
		return;
	case VALUE_FOLDER:
		printf("\tfolders\n");
		return;
	case VALUE_DOCUMENT:
		complete_documents(c);
		return;
	case VALUE_COMMITTEE:
		complete_committees(c);
		return;
	case VALUE_NEIGHBOUR:
		complete_neighbours(c);
		return;
	case VALUE_RECIPIENTS:
		offer_recipients(c);
		return;
	case VALUE_MEMBER:
		complete_members(c, l->first == NULL ? "" : l->first);
		return;
	case VALUE_TYPE:
		offer_types(c);
		return;
	case VALUE_DIRECTION:
		offer_words(c, "in|out");
		return;
	case VALUE_KEY:
		offer_words(c, "sign|link|all");
		return;
	case VALUE_COMMAND:
		offer_commands(c);
		return;
	}
}

static void offer_options(const struct completing *c, const struct line *l)
{
	const struct command_option *o;

	for (unsigned i = 0; (o = command_option_at(l->command, i)) != NULL; i++) {
		char name[64];

		snprintf(name, sizeof name, "--%s", o->name);
		if (l->form == NULL || command_form_takes(l->form, o))
			complete_offer(c, name, _(o->help));
	}
}

static void offer_operand(struct completing *c, const struct line *l)
{
	if (l->command == NULL && l->operands == 0) {
		offer_commands(c);
	} else if (l->command != NULL && l->form == NULL && l->operands == 0) {
		for (unsigned i = 0; i < COMMAND_FORMS_MAX && l->command->forms[i].word != NULL;
		     i++)
			complete_offer(c, l->command->forms[i].word,
				       _(l->command->forms[i].summary));
	} else if (l->form != NULL) {
		const struct command_operand *o = command_form_operand(l->form, l->operands);

		if (o != NULL)
			offer_kind(c, l, o->kind, "");
	}
}

/* The part of the word that is matched; of recipients the last one. */
static bool begin(struct completing *c, const char *typed, bool listed)
{
	const char *comma = listed ? strrchr(typed, ',') : NULL;

	c->kept = typed;
	c->kept_len = comma == NULL ? 0 : (int)(comma + 1 - typed);
	c->folded = text_fold(typed + c->kept_len);
	return c->folded != NULL;
}

void complete(struct cli *cli, int count, char **words)
{
	/* As if its failure had been told already: nobody wants to read it here. */
	struct cli silent = *cli;
	struct completing c = { .cli = &silent };
	struct line l = { .commands = cli->commands };
	const struct command_option *o = NULL;
	const char *word = count == 0 ? "" : words[count - 1], *typed = word;

	read_words(&l, count - 1, words);
	silent.failed_told = true;
	silent.quiet = true;
	silent.timeout_ms = WAIT_MS;
	if (l.config != NULL)
		silent.config_path = l.config;
	if (l.pending != NULL) {
		o = l.pending;
	} else if (!l.only_operands && strncmp(word, "--", 2) == 0 && strchr(word, '=') != NULL) {
		o = find_long(&l, word + 2);
		typed = strchr(word, '=') + 1;
		if (o == NULL || o->argument == NULL)
			return;
	}
	if (!begin(&c, typed, o != NULL && o->kind == VALUE_RECIPIENTS))
		return;
	if (o != NULL)
		offer_kind(&c, &l, o->kind, o->argument);
	else if (!l.only_operands && word[0] == '-')
		offer_options(&c, &l);
	else
		offer_operand(&c, &l);
	free(c.folded);
}
