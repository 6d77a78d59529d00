/* See types.h. */
#include "tools/cli/types.h"

#include <stdlib.h>

#include "tools/cli/cli.h"

struct cli_types {
	struct client_types *rows;
	bool there;
};

/* As if its failure had been reported already: who is asked next says what is wrong. */
static bool ask(const struct cli *cli, struct client_types *t)
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
		e = client_types_take(t, reply->type);
	call_close(call);
	return e == ERR_NOT_FOUND;
}

const struct doctype_table *cli_types(struct cli *cli)
{
	struct cli_types *t = cli->types;

	if (t == NULL) {
		t = calloc(1, sizeof *t);
		if (t == NULL)
			return NULL;
		cli->types = t;
		t->there = client_types_new(&t->rows) == ERR_OK && ask(cli, t->rows);
	}
	return t->there ? client_types_table(t->rows) : NULL;
}

void cli_types_free(struct cli *cli)
{
	if (cli->types == NULL)
		return;
	client_types_free(cli->types->rows);
	free(cli->types);
	cli->types = NULL;
}
