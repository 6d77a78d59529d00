/* The command line itself: options, usage, help, completion, and what a command says to people. */
#ifndef VANTHU_TOOLS_CLI_CLI_H
#define VANTHU_TOOLS_CLI_CLI_H

#include "tools/cli/complete.h"
#include "tools/cli/help.h"
#include "tools/cli/manual.h"
#include "tools/cli/options.h"
#include "tools/cli/slips.h"
#include "tools/cli/suggest.h"
#include "tools/cli/usage.h"

#endif
