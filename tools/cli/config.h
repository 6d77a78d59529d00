/* The configuration that -c names. */
#ifndef VANTHU_TOOLS_CLI_CONFIG_H
#define VANTHU_TOOLS_CLI_CONFIG_H

#include "daemon/config/config.h"
#include "routing/base/err.h"

struct cli;

/* Reads it; faults in it have been reported. */
must_use enum err cli_config(struct cli *cli, struct config *out);
/* Reports that the file cannot be read, `why` as in errno (0: not known). */
void cli_config_unread(struct cli *cli, int why);
/* Reports that no configuration is named; returns the exit code. */
int cli_no_config(struct cli *cli);

#endif
