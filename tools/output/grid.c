/* See grid.h. Widths are in terminal cells. */
#include "tools/output/grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "tools/base/no_memory.h"
#include "tools/base/text.h"
#include "tools/output/output.h"
#include "tools/output/terminal.h"

enum { PRINTED_BYTES = 64 * 1024 };
enum { TEXTS_BYTES = 1 << 30 }; /* a bound: of a list that is printed */

static bool column_empty(const json_t *list, const struct column *c)
{
	size_t i;
	json_t *row;

	json_array_foreach(list, i, row)
	{
		const json_t *v = json_object_get(row, c->key);

		if (v != NULL && !json_is_null(v) &&
		    !(c->format == FORMAT_URGENCY && json_is_string(v) &&
		      strcmp(json_string_value(v), "thuong") == 0) &&
		    !(c->format == FORMAT_MARK && json_is_false(v)) &&
		    !(json_is_string(v) && json_string_value(v)[0] == '\0'))
			return false;
	}
	return true;
}

bool grid_is_number(enum format f)
{
	return f == FORMAT_BYTES || f == FORMAT_COUNT || f == FORMAT_ORDINAL || f == FORMAT_AGE ||
	       f == FORMAT_PERCENT || f == FORMAT_PERCENT_FINE;
}

/* Half of these means nothing; ids and numbers of documents fold only where the table would not fit
 * otherwise. */
static enum table_layout_give give_of(const struct column *c)
{
	if (c->flexible)
		return LAYOUT_FREELY;
	switch (c->format) {
	case FORMAT_TEXT:
	case FORMAT_LIST:
	case FORMAT_WHO:
	case FORMAT_CODE:
	case FORMAT_MEDIA:
		return LAYOUT_PRESSED;
	default:
		return LAYOUT_NEVER;
	}
}

static void choose_columns(const json_t *list, const struct column *columns, struct grid *g)
{
	for (const struct column *c = columns; c->title != NULL && g->columns < GRID_COLUMNS; c++) {
		if (column_empty(list, c))
			continue;
		g->layout[g->columns].give = give_of(c);
		table_layout_measure(&g->layout[g->columns], _(c->title), true);
		g->shown[g->columns++] = c;
	}
}

static bool fill_cells(struct cli *cli, const json_t *list, struct grid *g)
{
	char text[GRID_CELL_BYTES];

	g->cells = calloc(g->rows * g->columns + 1, sizeof *g->cells);
	g->texts = arena_new(TEXTS_BYTES);
	for (size_t i = 0; g->cells != NULL && g->texts != NULL && i < g->rows * g->columns; i++) {
		const struct column *c = g->shown[i % g->columns];

		output_format(cli, json_object_get(json_array_get(list, i / g->columns), c->key),
			      c->format, false, text, sizeof text);
		table_layout_measure(&g->layout[i % g->columns], text, false);
		g->cells[i] = arena_text(g->texts, text, strlen(text));
		if (g->cells[i] == NULL)
			return false;
	}
	return g->cells != NULL && g->texts != NULL;
}

bool grid_fill(struct cli *cli, const json_t *list, const struct column *columns, struct grid *g)
{
	bool ok;

	memset(g, 0, sizeof *g);
	g->rows = json_array_size(list);
	choose_columns(list, columns, g);
	ok = fill_cells(cli, list, g);
	g->width = table_layout_share(g->layout, g->columns, terminal_width());
	return ok;
}

void grid_empty(struct grid *g)
{
	arena_destroy(g->texts);
	free(g->cells);
}

const char *grid_color(const char *state)
{
	static const char *const good[] = { "delivered", "up",	    "running", "arrived",
					    "receipt",	 "link-up", "whole",   NULL };
	static const char *const bad[] = { "refused", "down",	   "stopped", "expired",
					   "held",    "link-down", "damaged", NULL };

	for (unsigned i = 0; good[i] != NULL; i++) {
		if (strcmp(state, good[i]) == 0)
			return "green";
	}
	for (unsigned i = 0; bad[i] != NULL; i++) {
		if (strcmp(state, bad[i]) == 0)
			return "red";
	}
	return NULL;
}

size_t grid_lines(const char *text)
{
	size_t n = 1;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* ---- without smartcols ---- */

/* Folds all cells in their place, and finds how wide their lines are. */
static bool fold_cells(struct grid *g, const char **cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct table_layout_column *c = &g->layout[i % g->columns];
		char text[2 * GRID_CELL_BYTES + 8];
		int width = table_layout_fold(cells[i], c->width_cells, text, sizeof text);

		c->least_cells = width > c->least_cells ? width : c->least_cells;
		cells[i] = arena_text(g->texts, text, strlen(text));
		if (cells[i] == NULL)
			return false;
	}
	return true;
}

#define COLOR_END "\033[0m"

/* Of a row: all of it, and each cell; "" none. */
struct row_colors {
	const char *line, *cells[GRID_COLUMNS];
};

/* What is printed, on its way to standard output: a call of the C library for each cell would take
 * longer than the cell. */
struct printed {
	char bytes[PRINTED_BYTES];
	size_t used;
};

static void flush_printed(struct printed *p)
{
	fwrite(p->bytes, 1, p->used, stdout);
	p->used = 0;
}

static void print_bytes(struct printed *p, const char *bytes, size_t len)
{
	if (p->used + len > sizeof p->bytes)
		flush_printed(p);
	if (len > sizeof p->bytes) {
		fwrite(bytes, 1, len, stdout);
		return;
	}
	memcpy(p->bytes + p->used, bytes, len);
	p->used += len;
}

static void print_blanks(struct printed *p, int n)
{
	static const char blanks[] = "                                ";
	const int most = (int)sizeof blanks - 1;

	for (; n > 0; n -= most)
		print_bytes(p, blanks, (size_t)(n < most ? n : most));
}

/* A line of a cell with its blanks, which have its colour as well. */
static void print_cell(struct printed *p, const char *color, const char *text, size_t len, int pad)
{
	bool colored = color[0] != '\0' && len > 0;

	print_bytes(p, color, colored ? strlen(color) : 0);
	print_bytes(p, text, len);
	print_blanks(p, pad);
	print_bytes(p, COLOR_END, colored ? sizeof COLOR_END - 1 : 0);
}

/* One row of folded cells, as smartcols prints it: padded, but for the last column. */
static void print_row(struct printed *p, const struct grid *g, const char *const *cells,
		      const struct row_colors *colors)
{
	const char *at[GRID_COLUMNS];
	size_t lines = 1;

	for (unsigned c = 0; c < g->columns; c++) {
		at[c] = cells[c];
		lines = grid_lines(cells[c]) > lines ? grid_lines(cells[c]) : lines;
	}
	for (size_t n = 0; n < lines; n++) {
		print_bytes(p, colors->line, strlen(colors->line));
		for (unsigned c = 0; c < g->columns; c++) {
			bool last = c + 1 == g->columns,
			     right = n == 0 && grid_is_number(g->shown[c]->format);
			size_t len = strcspn(at[c], "\n");
			int pad = g->layout[c].least_cells - text_cells(at[c], len);

			print_blanks(p, right ? pad : 0);
			print_cell(p, colors->cells[c], at[c], len, right || last ? 0 : pad);
			print_bytes(p, " ", last ? 0 : 1);
			at[c] += len + (at[c][len] == '\n');
		}
		if (colors->line[0] != '\0')
			print_bytes(p, COLOR_END, sizeof COLOR_END - 1);
		print_bytes(p, "\n", 1);
	}
}

static const char *escape_of(struct cli *cli, const json_t *row, const struct column *column)
{
	const char *state = column->format == FORMAT_STATE
				    ? json_string_value(json_object_get(row, column->key))
				    : NULL,
		   *color = state == NULL ? NULL : grid_color(state);

	if (color == NULL || !terminal_colors(cli->color))
		return "";
	return strcmp(color, "green") == 0 ? "\033[32m" : "\033[31m";
}

/* The same as smartcols prints, which takes twice as long for a whole year. */
static void print_rows(struct cli *cli, const json_t *list, struct grid *g, struct printed *p)
{
	struct row_colors colors = { .line = "" };

	for (size_t i = 0; i < g->rows; i++) {
		for (unsigned c = 0; c < g->columns; c++)
			colors.cells[c] = escape_of(cli, json_array_get(list, i), g->shown[c]);
		print_row(p, g, g->cells + i * g->columns, &colors);
	}
}

void grid_print(struct cli *cli, const json_t *list, struct grid *g)
{
	const char *headings[GRID_COLUMNS];
	struct row_colors colors = { .line = terminal_colors(cli->color) ? "\033[1m" : "" };
	struct printed p;

	p.used = 0;
	for (unsigned c = 0; c < g->columns; c++) {
		headings[c] = _(g->shown[c]->title);
		g->layout[c].least_cells = 0;
		colors.cells[c] = "";
	}
	if (!fold_cells(g, headings, g->columns) || !fold_cells(g, g->cells, g->rows * g->columns))
		no_memory_end();
	print_row(&p, g, headings, &colors);
	print_rows(cli, list, g, &p);
	flush_printed(&p);
}

/* ---- further rows of a table ---- */

/* Half of what does not give means nothing: its column must be wide enough, if one could be. */
static bool fits(const struct table_layout_column *column, const struct table_layout_column *more)
{
	return column->give == LAYOUT_FREELY || more->natural_cells <= column->width_cells ||
	       column->width_cells < column->natural_cells;
}

static bool is_shown(const struct grid *g, const struct column *column)
{
	for (unsigned c = 0; c < g->columns; c++) {
		if (g->shown[c] == column)
			return true;
	}
	return false;
}

bool grid_fits(const json_t *list, const struct column *columns, const struct grid *first,
	       const struct grid *more)
{
	for (const struct column *c = columns; c->title != NULL; c++) {
		if (!is_shown(first, c) && !column_empty(list, c))
			return false;
	}
	for (unsigned c = 0; c < more->columns; c++) {
		if (!fits(&first->layout[c], &more->layout[c]))
			return false;
	}
	return true;
}

bool grid_fill_like(struct cli *cli, const json_t *list, const struct grid *first, struct grid *g)
{
	memset(g, 0, sizeof *g);
	g->rows = json_array_size(list);
	g->columns = first->columns;
	for (unsigned c = 0; c < g->columns; c++) {
		const struct table_layout_column *like = &first->layout[c];
		bool last = c + 1 == g->columns;

		g->shown[c] = first->shown[c];
		g->layout[c] = *like;
		g->layout[c].natural_cells = 0;
		/* what is beside it stands where it stood */
		if (like->give == LAYOUT_FREELY && !last)
			g->layout[c].width_cells = like->least_cells;
	}
	return fill_cells(cli, list, g);
}

void grid_print_more(struct cli *cli, const json_t *list, const struct grid *first, struct grid *g)
{
	struct printed p;

	p.used = 0;
	for (unsigned c = 0; c < g->columns; c++)
		g->layout[c].least_cells = first->layout[c].least_cells;
	if (!fold_cells(g, g->cells, g->rows * g->columns))
		no_memory_end();
	print_rows(cli, list, g, &p);
	flush_printed(&p);
}
