/* Who signs, by the list of persons that the office keeps. */
#ifndef VANTHU_TOOLS_INPUT_SIGNER_H
#define VANTHU_TOOLS_INPUT_SIGNER_H

#include "routing/base/err.h"
#include "tools/cli/cli.h"

/* The name of who signs a document of that day (YYYY-MM-DD) as the list has it, and the position,
 * where none was given. Both are malloc'd texts or NULL, and replaced. Whom the list does not have
 * stays, for the daemon to refuse with the names that are near; so does everybody where there is no
 * list. ERR_OK, or a failure of the connection, which has been reported. */
must_use enum err signer_fill(struct call *c, const char *date, char **name, char **position);

#endif
