/* How a table fits the terminal: widths of its columns, and long cells over several lines. No terminal and no library here. */
#ifndef VANTHU_TOOLS_LAYOUT_H
#define VANTHU_TOOLS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

struct layout_column {
	int natural_cells; /* of the widest text */
	int least_cells;   /* of the longest word of texts that may be folded, of the widest text that may not */
	int width_cells;   /* the answer */
};

/* Takes one more text of a column into account; `fold`: it gives way when the terminal is narrow. */
void layout_measure(struct layout_column *c, const char *text, bool fold);
/* Shares out `total_cells`, a gap of one between columns. What may not be folded, and words up to LAYOUT_WORD_CELLS, may exceed it.
 * Returns what is used. */
int layout_share(struct layout_column *columns, unsigned count, int total_cells);
enum { LAYOUT_WORD_CELLS = 16, LAYOUT_LINES = 6 };

/* The text in lines of at most `cells` with '\n' between, broken at blanks where there are some, never within a character and its marks
 * (NFD). More than LAYOUT_LINES end with "…". `out` is terminated and as large as the text needs: 2 bytes a byte, and 8. */
void layout_fold(const char *text, int cells, char *out, size_t size_bytes);

#endif
