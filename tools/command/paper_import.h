/* Many documents on paper from a table. */
#ifndef VANTHU_TOOLS_COMMAND_PAPER_IMPORT_H
#define VANTHU_TOOLS_COMMAND_PAPER_IMPORT_H

#include <stdbool.h>

struct cli;

/* paper import; `file` NULL: none was named. `strict`: what would be warned of is refused. */
int paper_import(struct cli *cli, const char *file, bool strict);

#endif
