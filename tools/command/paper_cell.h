/* What a cell of a table of documents on paper says of its entry. */
#ifndef VANTHU_TOOLS_COMMAND_PAPER_CELL_H
#define VANTHU_TOOLS_COMMAND_PAPER_CELL_H

struct cli;
struct paper;

/* Takes a cell of a column (enum paper_column) into the entry, which may point into it afterwards.
 * Exit code, the fault reported. */
int paper_cell_take(struct cli *cli, struct paper *p, unsigned field, char *cell);

#endif
