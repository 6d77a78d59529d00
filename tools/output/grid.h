/* The cells of a table for people, and how it is printed: whole, or its first rows while the others
 * still come. */
#ifndef VANTHU_TOOLS_OUTPUT_GRID_H
#define VANTHU_TOOLS_OUTPUT_GRID_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/output/output.h"
#include "tools/output/table_layout.h"

enum { GRID_COLUMNS = 24, GRID_CELL_BYTES = 4096 };

/* The cells of a list as texts, row after row, and how wide its columns are. */
struct grid {
	const struct column *shown[GRID_COLUMNS];
	struct table_layout_column layout[GRID_COLUMNS];
	unsigned columns;
	size_t rows;
	const char **cells;
	struct arena *texts; /* of the cells */
	int width;
};

/* Formats and measures all cells; columns that are empty throughout are left out. False without
 * memory. Either way grid_empty() releases it. */
bool grid_fill(struct cli *cli, const json_t *list, const struct column *columns, struct grid *g);
void grid_empty(struct grid *g);
/* Folds and prints it with its headings; `list` is what it was filled from. */
void grid_print(struct cli *cli, const json_t *list, struct grid *g);

/* As grid_fill, in the columns of a table that was printed. */
bool grid_fill_like(struct cli *cli, const json_t *list, const struct grid *first, struct grid *g);
/* Whether `more`, filled so from the list, can stand below that table: nothing is in columns that
 * it has not, and what does not fold is no wider than its columns. */
bool grid_fits(const json_t *list, const struct column *columns, const struct grid *first,
	       const struct grid *more);
void grid_print_more(struct cli *cli, const json_t *list, const struct grid *first, struct grid *g);

bool grid_is_number(enum format f);	   /* stands at the right of its column */
const char *grid_color(const char *state); /* its name; NULL none */
size_t grid_lines(const char *text);	   /* of a cell, folded */

#endif
