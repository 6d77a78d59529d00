/* See text.h. Widths are in terminal cells. */
#include "tools/output/text.h"

#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routing/base/arena.h"
#include "tools/base/text.h"
#include "tools/output/output.h"
#include "tools/output/table_layout.h"
#include "tools/output/terminal.h"

enum { VALUE_BYTES = 4096, COLUMNS_MAX = 24, FIX_INDENT = 2, LONG_ROWS = 200 };
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

static bool is_number(enum format f)
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

/* The cells of a list as texts, row after row, and how wide its columns are. */
struct grid {
	const struct column *shown[COLUMNS_MAX];
	struct table_layout_column layout[COLUMNS_MAX];
	unsigned columns;
	size_t rows;
	const char **cells;
	struct arena *texts; /* of the cells */
	int width;
};

static bool fill_grid(struct cli *cli, const json_t *list, const struct column *columns,
		      struct grid *g)
{
	char text[VALUE_BYTES];

	memset(g, 0, sizeof *g);
	g->rows = json_array_size(list);
	for (const struct column *c = columns; c->title != NULL && g->columns < COLUMNS_MAX; c++) {
		if (column_empty(list, c))
			continue;
		g->layout[g->columns].give = give_of(c);
		table_layout_measure(&g->layout[g->columns], _(c->title), true);
		g->shown[g->columns++] = c;
	}
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
	g->width = table_layout_share(g->layout, g->columns, terminal_width());
	return g->cells != NULL && g->texts != NULL;
}

static void empty_grid(struct grid *g)
{
	arena_destroy(g->texts);
	free(g->cells);
}

static struct libscols_table *new_table(const struct grid *g)
{
	struct libscols_table *t = scols_new_table();

	if (t == NULL)
		return NULL;
	scols_table_set_termforce(t, SCOLS_TERMFORCE_ALWAYS);
	/* Our layout stands: smartcols would cut where we fold. */
	scols_table_set_termwidth(t, (size_t)g->width);
	for (unsigned i = 0; i < g->columns; i++) {
		char name[32];
		struct libscols_column *column;

		/* smartcols wants ASCII names and cannot fold headings: ours are the first line. */
		snprintf(name, sizeof name, "c%u", i);
		column = scols_table_new_column(
		    t, name, 0,
		    (is_number(g->shown[i]->format) ? SCOLS_FL_RIGHT : 0) | SCOLS_FL_WRAP);
		if (column == NULL)
			break;
		scols_column_set_safechars(column, "\n");
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
					  NULL);
	}
	scols_table_enable_noheadings(t, 1);
	return t;
}

static void add_headings(struct libscols_table *t, const struct grid *g)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);

	if (line != NULL)
		scols_line_set_color(line, "bold");
	for (unsigned i = 0; line != NULL && i < g->columns; i++) {
		char title[VALUE_BYTES];

		table_layout_fold(_(g->shown[i]->title), g->layout[i].width_cells, title,
				  sizeof title);
		scols_line_set_data(line, i, title);
	}
}

static const char *color_of(const char *state)
{
	static const char *const good[] = { "delivered", "up",	    "running", "arrived",
					    "receipt",	 "link-up", NULL };
	static const char *const bad[] = { "refused", "down",	   "stopped", "expired",
					   "held",    "link-down", NULL };

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

static size_t lines_in(const char *text)
{
	size_t n = 1;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static size_t cell_lines(const char *text, int cells)
{
	char folded[2 * VALUE_BYTES + 8];

	table_layout_fold(text, cells, folded, sizeof folded);
	return lines_in(folded);
}

size_t text_list_lines(struct cli *cli, const json_t *list, const struct column *columns)
{
	struct grid g;
	size_t all = 0;
	bool ok = json_array_size(list) > 0 && fill_grid(cli, list, columns, &g);

	if (json_array_size(list) == 0)
		return 0;
	/* the headings are a row as well */
	for (size_t row = 0; ok && row <= g.rows; row++) {
		size_t most = 1;

		for (unsigned c = 0; c < g.columns; c++) {
			const char *text = row == 0 ? _(g.shown[c]->title)
						    : g.cells[(row - 1) * g.columns + c];
			size_t n = cell_lines(text, g.layout[c].width_cells);

			most = n > most ? n : most;
		}
		all += most;
	}
	empty_grid(&g);
	return all;
}

/* ---- long lists ---- */

/* Folds all cells in their place, and finds how wide their lines are. */
static bool fold_cells(struct grid *g, const char **cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct table_layout_column *c = &g->layout[i % g->columns];
		char text[2 * VALUE_BYTES + 8];
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
	const char *line, *cells[COLUMNS_MAX];
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
	const char *at[COLUMNS_MAX];
	size_t lines = 1;

	for (unsigned c = 0; c < g->columns; c++) {
		at[c] = cells[c];
		lines = lines_in(cells[c]) > lines ? lines_in(cells[c]) : lines;
	}
	for (size_t n = 0; n < lines; n++) {
		print_bytes(p, colors->line, strlen(colors->line));
		for (unsigned c = 0; c < g->columns; c++) {
			bool last = c + 1 == g->columns,
			     right = n == 0 && is_number(g->shown[c]->format);
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
		   *color = state == NULL ? NULL : color_of(state);

	if (color == NULL || !terminal_colors(cli->color))
		return "";
	return strcmp(color, "green") == 0 ? "\033[32m" : "\033[31m";
}

/* The same as with smartcols, which takes half of the time of a whole year. */
static void print_long(struct cli *cli, const json_t *list, struct grid *g)
{
	const char *headings[COLUMNS_MAX];
	struct row_colors colors = { .line = terminal_colors(cli->color) ? "\033[1m" : "" };
	struct printed p;
	bool ok;

	p.used = 0;

	for (unsigned c = 0; c < g->columns; c++) {
		headings[c] = _(g->shown[c]->title);
		g->layout[c].least_cells = 0;
		colors.cells[c] = "";
	}
	ok = fold_cells(g, headings, g->columns) && fold_cells(g, g->cells, g->rows * g->columns);
	if (ok)
		print_row(&p, g, headings, &colors);
	colors.line = "";
	for (size_t i = 0; ok && i < g->rows; i++) {
		for (unsigned c = 0; c < g->columns; c++)
			colors.cells[c] = escape_of(cli, json_array_get(list, i), g->shown[c]);
		print_row(&p, g, g->cells + i * g->columns, &colors);
	}
	flush_printed(&p);
}

static void print_list(struct cli *cli, const json_t *list, const struct column *columns)
{
	struct libscols_table *t;
	struct grid g;
	bool ok;

	if (json_array_size(list) == 0) {
		if (!cli->quiet)
			terminal_say(_("Nothing to show."));
		return;
	}
	ok = fill_grid(cli, list, columns, &g);
	if (ok && g.rows > LONG_ROWS) {
		print_long(cli, list, &g);
		empty_grid(&g);
		return;
	}
	t = ok ? new_table(&g) : NULL;
	if (t != NULL) {
		scols_table_enable_colors(t, terminal_colors(cli->color));
		add_headings(t, &g);
	}
	for (size_t i = 0; t != NULL && i < g.rows; i++) {
		struct libscols_line *line = scols_table_new_line(t, NULL);

		for (unsigned c = 0; line != NULL && c < g.columns; c++) {
			const json_t *v = g.shown[c]->format == FORMAT_STATE
					      ? json_object_get(json_array_get(list, i),
								g.shown[c]->key)
					      : NULL;
			const char *color =
			    json_is_string(v) ? color_of(json_string_value(v)) : NULL;
			char text[2 * VALUE_BYTES + 8];

			table_layout_fold(g.cells[i * g.columns + c], g.layout[c].width_cells, text,
					  sizeof text);
			scols_line_set_data(line, c, text);
			if (color != NULL)
				scols_cell_set_color(scols_line_get_cell(line, c), color);
		}
	}
	if (t != NULL)
		scols_print_table(t);
	scols_unref_table(t);
	empty_grid(&g);
}

static void print_object(struct cli *cli, const json_t *object, const struct column *columns)
{
	int widest = 0;

	for (const struct column *c = columns; c->title != NULL; c++) {
		int width = text_width(_(c->title));

		widest = width > widest ? width : widest;
	}
	for (const struct column *c = columns; c->title != NULL; c++) {
		const json_t *v = json_object_get(object, c->key);
		char text[VALUE_BYTES];

		output_format(cli, v, c->format, true, text, sizeof text);
		if (text[0] == '\0')
			continue;
		printf("%s%*s  ", _(c->title), widest - text_width(_(c->title)), "");
		text_wrap(stdout, text, widest + 2, widest + 2, terminal_wrap_width(STDOUT_FILENO));
		printf("\n");
	}
}

static void print_choices(struct cli *cli)
{
	static const struct {
		const char *key;
		enum format format;
	} parts[] = {
		{ "date", FORMAT_DATE },
		{ "from", FORMAT_TEXT },
		{ "number", FORMAT_TEXT },
	};
	const json_t *choice;
	size_t i;

	json_array_foreach(cli->choices, i, choice)
	{
		char text[VALUE_BYTES];

		output_format(cli, json_object_get(choice, "id"), FORMAT_ID, false, text,
			      sizeof text);
		fprintf(stderr, "%*s%s", FIX_INDENT, "", text);
		for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
			output_format(cli, json_object_get(choice, parts[k].key), parts[k].format,
				      false, text, sizeof text);
			text_one_line(text);
			fprintf(stderr, "%s%s", text[0] == '\0' ? "" : "  ", text);
		}
		fputc('\n', stderr);
	}
	if (cli->more_choices > 0) {
		fprintf(stderr, "%*s", FIX_INDENT, "");
		fprintf(stderr, _("… and %llu more"), cli->more_choices);
		fputc('\n', stderr);
	}
}

static void print_error(struct cli *cli, enum err e, const char *message, const char *fix)
{
	bool color = terminal_colors_stderr(cli->color);

	int width = terminal_wrap_width(STDERR_FILENO);
	char text[4096];

	fflush(stdout);
	snprintf(text, sizeof text, "%s VT-%d: %s", _("Error"), (int)e, message);
	text_one_line(text); /* a name may hold a line break */
	fputs(color ? "\033[31m" : "", stderr);
	text_wrap(stderr, text, FIX_INDENT, 0, width);
	fputs(color ? "\033[0m\n" : "\n", stderr);
	if (cli->choices != NULL)
		print_choices(cli);
	if (fix[0] == '\0')
		return;
	snprintf(text, sizeof text, "%s %s", _("What to do:"), fix);
	text_lines(text);
	fprintf(stderr, "%*s", FIX_INDENT, "");
	text_wrap(stderr, text, 2 * FIX_INDENT, FIX_INDENT, width);
	fputc('\n', stderr);
}

static void print_heading(struct cli *cli, const char *text)
{
	bool color = terminal_colors(cli->color);

	fputs(color ? "\n\033[1m" : "\n", stdout);
	text_wrap(stdout, text, 0, 0, terminal_wrap_width(STDOUT_FILENO));
	fputs(color ? "\033[0m\n" : "\n", stdout);
}

const struct renderer *output_text(void)
{
	static const struct renderer r = { .list = print_list,
					   .object = print_object,
					   .error = print_error,
					   .heading = print_heading };

	return &r;
}
