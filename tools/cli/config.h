/* The configuration that -c names. */
#ifndef VANTHU_TOOLS_CLI_CONFIG_H
#define VANTHU_TOOLS_CLI_CONFIG_H

#include "daemon/config/config.h"
#include "routing/base/err.h"

struct cli;

/* Reads it; what is wrong has been told. */
must_use enum err cli_config(struct cli *cli, struct config *out);
/* Tells that the file cannot be read, `why` as in errno (0: not known). */
void cli_config_unread(struct cli *cli, int why);
/* Tells that none is named; returns the exit code. */
int cli_no_config(struct cli *cli);

#endif
