/* See complete.h. */
#include "tools/cli/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"
#include "tools/account/account.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/cli/complete_ask.h"
#include "tools/cli/complete_line.h"
#include "tools/cli/complete_offer.h"
#include "tools/token/token.h"

/* Short enough that a key press does not seem lost. */
enum { WAIT_MS = 300, WAIT_MOST_MS = 10 * 60 * 1000 };

/* VANTHU_COMPLETE_MS: on a machine with other work even a short answer takes its time. */
static int wait_ms(void)
{
	const char *text = getenv("VANTHU_COMPLETE_MS");
	long ms = text == NULL ? 0 : strtol(text, NULL, 10);

	return ms >= 1 && ms <= WAIT_MOST_MS ? (int)ms : WAIT_MS;
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
	const struct doctype_table *table = cli_types(c->cli);
	struct doctypes types;
	char today[DATE_MAX + 1];

	text_today(today);
	doctype_table_on(table, today, &types);
	for (uint32_t i = 0; i < types.count; i++)
		complete_offer(c, doctype_word(types.types[i]), types.types[i]->name);
	cli_types_free(c->cli);
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
	complete_ask_committees(c);
	complete_ask_lists(c);
}

static void offer_scopes(const struct completing *c)
{
	for (const struct token_scope_row *row = token_scopes(); row->name != NULL; row++)
		complete_offer(c, row->name, _(row->help));
}

static void offer_roles(const struct completing *c)
{
	for (const struct account_role_row *row = account_roles(); row->name != NULL; row++)
		complete_offer(c, row->name, _(row->help));
}

/* What `token` and `user` ask for. */
static void offer_of_gateway(const struct completing *c, enum value_kind kind)
{
	if (kind == VALUE_TOKEN)
		complete_ask_tokens(c);
	else if (kind == VALUE_SCOPES)
		offer_scopes(c);
	else if (kind == VALUE_USER)
		complete_ask_accounts(c);
	else
		offer_roles(c);
}

static void offer_kind(struct completing *c, const struct complete_line *l, enum value_kind kind,
		       const char *words)
{
	switch (kind) {
	case VALUE_NONE:
		return;
	case VALUE_WORDS:
		offer_words(c, words);
		return;
	case VALUE_EVIDENCE:
		complete_ask_documents(c);
		printf("\tfiles\n");
		return;
	case VALUE_FILE:
		printf("\tfiles\n");
		return;
	case VALUE_FOLDER:
		printf("\tfolders\n");
		return;
	case VALUE_DOCUMENT:
		complete_ask_documents(c);
		return;
	case VALUE_PAPER:
		complete_ask_papers(c);
		return;
	case VALUE_COMMITTEE:
		complete_ask_committees(c);
		return;
	case VALUE_NEIGHBOUR:
		complete_ask_neighbours(c);
		return;
	case VALUE_RECIPIENTS:
		offer_recipients(c);
		return;
	case VALUE_MEMBER:
		complete_ask_members(c, l->first == NULL ? "" : l->first);
		return;
	case VALUE_LIST:
		complete_ask_lists(c);
		return;
	case VALUE_PERSON:
	case VALUE_PERSONS:
		complete_ask_persons(c);
		return;
	case VALUE_SIGNER:
		complete_ask_signers(c);
		return;
	case VALUE_TYPE:
		offer_types(c);
		return;
	case VALUE_TARGET:
		complete_ask_targets(c);
		return;
	case VALUE_DIRECTION:
		offer_words(c, "in|out");
		return;
	case VALUE_KEY:
		offer_words(c, "sign|link|all");
		return;
	case VALUE_TOKEN:
	case VALUE_SCOPES:
	case VALUE_USER:
	case VALUE_ROLES:
		offer_of_gateway(c, kind);
		return;
	case VALUE_COMMAND:
		offer_commands(c);
		return;
	}
}

static void offer_options(const struct completing *c, const struct complete_line *l)
{
	const struct command_option *o;

	for (unsigned i = 0; (o = command_option_at(l->command, i)) != NULL; i++) {
		char name[64];

		snprintf(name, sizeof name, "--%s", o->name);
		if (l->form == NULL || command_form_takes(l->form, o))
			complete_offer(c, name, _(o->help));
	}
}

static void offer_operand(struct completing *c, const struct complete_line *l)
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
			offer_kind(c, l, o->kind, o->name);
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
	/* As if its failure had been reported already: nobody wants to read it here. */
	struct cli silent = *cli;
	struct completing c = { .cli = &silent };
	struct complete_line l = { .commands = cli->commands };
	const struct command_option *o = NULL;
	const char *word = count == 0 ? "" : words[count - 1], *typed = word;

	complete_line_read(&l, count - 1, words);
	silent.error_printed = true;
	silent.quiet = true;
	silent.timeout_ms = wait_ms();
	if (l.config != NULL)
		silent.config_path = l.config;
	if (l.pending != NULL) {
		o = l.pending;
	} else if (!l.only_operands && strncmp(word, "--", 2) == 0 && strchr(word, '=') != NULL) {
		o = complete_line_option(&l, word + 2);
		typed = strchr(word, '=') + 1;
		if (o == NULL || o->argument == NULL)
			return;
	}
	if (!begin(&c, typed,
		   o != NULL && (o->kind == VALUE_RECIPIENTS || o->kind == VALUE_PERSONS ||
		    o->kind == VALUE_SCOPES || o->kind == VALUE_ROLES)))
		return;
	if (o != NULL)
		offer_kind(&c, &l, o->kind, o->argument);
	else if (!l.only_operands && word[0] == '-')
		offer_options(&c, &l);
	else
		offer_operand(&c, &l);
	free(c.folded);
}
