/* See types.h. */
#include "tools/cli/types.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "tools/cli/cli.h"

enum { ARENA_BYTES = 2 << 20 };

struct cli_types {
	struct arena *arena;
	struct doctype_row *rows;
	struct doctype_table table;
	bool there;
};

static text_t keep(struct cli_types *t, const char *text)
{
	return arena_text(t->arena, text, strlen(text));
}

static uint32_t first_of(const struct cli_types *t, text_t name)
{
	for (uint32_t i = 0; i < t->table.count; i++) {
		if (spelling_same_name(t->rows[i].type.name, name))
			return t->rows[i].first;
	}
	return t->table.count;
}

/* False: no memory, or more than a table has. */
static bool take(struct cli_types *t, const Vanthu__V1__TypeLine *line)
{
	struct doctype_row *row = &t->rows[t->table.count];

	if (t->table.count == DOCTYPE_ROWS_MAX || strlen(line->from) != DATE_MAX)
		return false;
	*row = (struct doctype_row){ .ended = line->ended,
				     .type = { keep(t, line->code), keep(t, line->name), "" },
				     .more = { "", "", "" },
				     .source = keep(t, line->source) };
	memcpy(row->from, line->from, sizeof row->from);
	if (row->type.code == NULL || row->type.name == NULL || row->source == NULL)
		return false;
	for (size_t i = 0; i < line->n_aliases && i < DOCTYPE_ALIASES_MAX; i++) {
		text_t alias = keep(t, line->aliases[i]);

		if (alias == NULL)
			return false;
		*(i == 0 ? &row->type.alias : &row->more[i - 1]) = alias;
	}
	row->first = first_of(t, row->type.name);
	t->table.count++;
	return true;
}

/* As if its failure had been reported already: who is asked next says what is wrong. */
static bool ask(const struct cli *cli, struct cli_types *t)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct cli silent = *cli;
	struct call *call = NULL;
	Vanthu__V1__Reply *reply;
	enum err e;

	silent.error_printed = true;
	silent.quiet = true;
	silent.verbose = 0;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TYPES;
	request.types = &nothing;
	e = call_open(&silent, CLIENT_OFFICE, &call);
	if (e == ERR_OK)
		e = call_send(call, &request);
	while (e == ERR_OK && (e = call_row(call, VANTHU__V1__REPLY__WHAT_TYPE, &reply)) == ERR_OK)
		e = take(t, reply->type) ? ERR_OK : ERR_NO_MEMORY;
	call_close(call);
	return e == ERR_NOT_FOUND && t->table.count > 0;
}

const struct doctype_table *cli_types(struct cli *cli)
{
	struct cli_types *t = cli->types;

	if (t == NULL) {
		t = calloc(1, sizeof *t);
		if (t == NULL)
			return NULL;
		cli->types = t;
		t->arena = arena_new(ARENA_BYTES);
		t->rows = calloc(DOCTYPE_ROWS_MAX, sizeof *t->rows);
		t->table.rows = t->rows;
		t->there = t->arena != NULL && t->rows != NULL && ask(cli, t);
	}
	return t->there ? &t->table : NULL;
}

void cli_types_free(struct cli *cli)
{
	if (cli->types == NULL)
		return;
	arena_destroy(cli->types->arena);
	free(cli->types->rows);
	free(cli->types);
	cli->types = NULL;
}
