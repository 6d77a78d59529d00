/* The types of documents that the office's daemon goes by: a command names types as the daemon
 * does, whichever table was put there since this program was built. */
#ifndef VANTHU_TOOLS_CLI_TYPES_H
#define VANTHU_TOOLS_CLI_TYPES_H

#include "routing/rules/rules.h"

struct cli;

/* The table in force at the daemon, asked for once a command; kept until cli_types_free. NULL: no
 * daemon answers, or one from before there were tables, so what is built in is meant: what is sent
 * after it says what is wrong. Blocks as a call does. */
const struct doctype_table *cli_types(struct cli *cli);
void cli_types_free(struct cli *cli);

#endif
