/* How a table fits the terminal: widths of its columns, and long cells over several lines. No
 * terminal and no library here. */
#ifndef VANTHU_TOOLS_OUTPUT_TABLE_LAYOUT_H
#define VANTHU_TOOLS_OUTPUT_TABLE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a column's texts may go over several lines. */
enum table_layout_give {
	LAYOUT_NEVER,	/* times, states, numbers: half of one means nothing */
	LAYOUT_PRESSED, /* ids and the like: only where the table would not fit otherwise */
	LAYOUT_FREELY,	/* sentences */
};

struct table_layout_column {
	enum table_layout_give give;
	int natural_cells; /* of the widest text */
	/* of what stays together: texts, or the words of those that give freely, and of the
	 * heading */
	int least_cells;
	int width_cells; /* the answer */
};

/* Takes one more text of a column into account, or its heading, which gives freely. */
void table_layout_measure(struct table_layout_column *c, const char *text, bool heading);
/* Shares out `total_cells`, a gap of one between columns, and never more as long as each column has
 * a cell: where the least widths exceed it, columns that may give do, the widest first, and on a
 * very narrow terminal at last all. Returns what is used. */
int table_layout_share(struct table_layout_column *columns, unsigned count, int total_cells);
enum { LAYOUT_WORD_CELLS = 16, LAYOUT_FLOOR_CELLS = 6, LAYOUT_LINES = 6 };

/* The text in lines of at most `cells` with '\n' between, broken at blanks where there are some,
 * else behind - / , . or anywhere, but never within a character and its marks (NFD). More than
 * LAYOUT_LINES end with "…". `out` is terminated and as large as the text needs: 2 bytes a byte,
 * and 8. Returns how many cells the widest line has. */
int table_layout_fold(const char *text, int cells, char *out, size_t size_bytes);

#endif
