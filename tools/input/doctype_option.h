/* The type of a document as people name it: shared by send and paper. */
#ifndef VANTHU_TOOLS_INPUT_DOCTYPE_OPTION_H
#define VANTHU_TOOLS_INPUT_DOCTYPE_OPTION_H

#include "routing/rules/rules.h"
#include "tools/cli/cli.h"

/* A symbol as printed, an alias, or the full name in any case, with or without diacritics. 0, or
 * the exit code after the fault has been reported (QĐ alone is two types). */
int doctype_option(struct cli *cli, const char *typed, const struct doctype **out);

/* ERR_OK; ERR_AMBIGUOUS: it is that of several; else the number says none that is known. `symbol`
 * is what it says. */
must_use enum err doctype_in_number(const char *number, char symbol[TYPE_CODE_MAX + 1],
				    const struct doctype **out);
/* The type that the symbol in a number says, also in a template (auto-KH/ĐU). As above; VT-1047
 * when it says none. */
int doctype_of_number(struct cli *cli, const char *number, const struct doctype **out);

/* The same for a filter, which goes by the code: QĐ is both of its types. *code may be "": a type
 * whose numbers have no symbol. */
int doctype_option_filter(struct cli *cli, const char *typed, const char **code);

#endif
