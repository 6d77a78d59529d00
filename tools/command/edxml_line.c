/* See tools/command/edxml_line.h. */
#include "tools/command/edxml_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/command/commands.h"

static void add(struct edxml_line *l, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 4;
	char *word = l->count < EDXML_WORDS_MAX ? arena_alloc(l->memory, size) : NULL;

	if (word == NULL) {
		l->failed = true;
		return;
	}
	if (name[0] == '\0')
		snprintf(word, size, "%s", value);
	else
		snprintf(word, size, "--%s%s%s", name, value[0] == '\0' ? "" : "=", value);
	l->words[l->count++] = word;
	l->words[l->count] = NULL;
}

void edxml_line_word(struct edxml_line *l, const char *word)
{
	add(l, "", word);
}

void edxml_line_option(struct edxml_line *l, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		add(l, name, value);
}

void edxml_line_flag(struct edxml_line *l, const char *name)
{
	add(l, name, "");
}

int edxml_line_run(struct cli *cli, struct edxml_line *l)
{
	struct cli own = *cli;
	int code;

	if (l->failed)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	own.command = command_find(cli->commands, l->words[0]);
	memset(own.given, 0, sizeof own.given);
	own.joined = NULL;
	optind = 0; /* its own line, from the beginning */
	code = own.command->run(&own, l->count, l->words);
	free(own.joined);
	own.joined = cli->joined;
	own.command = cli->command;
	own.option = cli->option;
	own.value = cli->value;
	memcpy(own.given, cli->given, sizeof own.given);
	*cli = own;
	return code;
}
