/* The type of a document as people name it, by the table that the daemon goes by: shared by send,
 * paper and register. What is found belongs to the command (tools/cli/types.h). */
#ifndef VANTHU_TOOLS_INPUT_DOCTYPE_OPTION_H
#define VANTHU_TOOLS_INPUT_DOCTYPE_OPTION_H

#include "routing/rules/rules.h"
#include "tools/cli/cli.h"

/* A symbol as printed, an alias, or the full name in any case, with or without diacritics, of what
 * documents of that day (YYYY-MM-DD; NULL or "": today) may be. 0, or the exit code after the fault
 * has been reported: QĐ alone is two types; VT-1038: on other days only. */
int doctype_option(struct cli *cli, const char *typed, const char *date,
		   const struct doctype **out);

/* ERR_OK; ERR_AMBIGUOUS: it is that of several; else the number says none that is known. `symbol`
 * is what it says. */
must_use enum err doctype_in_number(struct cli *cli, const char *number, const char *date,
				    char symbol[TYPE_CODE_MAX + 1], const struct doctype **out);
/* The type that the symbol in a number says, also in a template (auto-KH/ĐU). As above; VT-1047
 * when it says none. */
int doctype_of_number(struct cli *cli, const char *number, const char *date,
		      const struct doctype **out);

/* The same for a filter, which goes by the code: QĐ is both of its types. Types of all days, for
 * what was sent stays. *code may be "": a type whose numbers have no symbol. */
int doctype_option_filter(struct cli *cli, const char *typed, const char **code);

#endif
