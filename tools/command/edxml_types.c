/* See tools/command/edxml_types.h. */
#include "tools/command/edxml_types.h"

#include <stdlib.h>

#include "tools/cli/cli.h"

enum err edxml_types_read(struct cli *cli, struct type_numbers *out)
{
	struct config *config = malloc(sizeof *config);
	enum err e = ERR_NO_MEMORY;

	out->count = 0;
	if (config == NULL)
		cli_fail(cli, e, NULL);
	else
		e = cli_config(cli, config);
	/* it was checked when it was read */
	if (e == ERR_OK)
		(void)type_numbers_parse(config->edxml_types, out);
	free(config);
	return e;
}
