/* See text.h. Widths are in terminal cells. */
#include "tools/output/text.h"

#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/no_memory.h"
#include "tools/base/text.h"
#include "tools/output/grid.h"
#include "tools/output/output.h"
#include "tools/output/terminal.h"

enum { VALUE_BYTES = GRID_CELL_BYTES, FIX_INDENT = 2, LONG_ROWS = 200 };

static struct libscols_table *new_table(const struct grid *g)
{
	struct libscols_table *t = no_memory_checked(scols_new_table());

	scols_table_set_termforce(t, SCOLS_TERMFORCE_ALWAYS);
	/* Our layout stands: smartcols would cut where we fold. */
	scols_table_set_termwidth(t, (size_t)g->width);
	for (unsigned i = 0; i < g->columns; i++) {
		char name[32];
		struct libscols_column *column;

		/* smartcols wants ASCII names and cannot fold headings: ours are the first line. */
		snprintf(name, sizeof name, "c%u", i);
		column = no_memory_checked(scols_table_new_column(
			t, name, 0,
			(grid_is_number(g->shown[i]->format) ? SCOLS_FL_RIGHT : 0) |
				SCOLS_FL_WRAP));
		scols_column_set_safechars(column, "\n");
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
					  NULL);
	}
	scols_table_enable_noheadings(t, 1);
	return t;
}

/* All that smartcols fails for is memory. */
static void done(int code)
{
	if (code != 0)
		no_memory_end();
}

static void add_headings(struct libscols_table *t, const struct grid *g)
{
	struct libscols_line *line = no_memory_checked(scols_table_new_line(t, NULL));

	done(scols_line_set_color(line, "bold"));
	for (unsigned i = 0; i < g->columns; i++) {
		char title[VALUE_BYTES];

		table_layout_fold(_(g->shown[i]->title), g->layout[i].width_cells, title,
				  sizeof title);
		done(scols_line_set_data(line, i, title));
	}
}

static size_t cell_lines(const char *text, int cells)
{
	char folded[2 * VALUE_BYTES + 8];

	table_layout_fold(text, cells, folded, sizeof folded);
	return grid_lines(folded);
}

size_t text_list_lines(struct cli *cli, const json_t *list, const struct column *columns)
{
	struct grid g;
	size_t all = 0;
	bool ok = json_array_size(list) > 0 && grid_fill(cli, list, columns, &g);

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
	grid_empty(&g);
	return all;
}

static void add_row(struct libscols_table *t, const struct grid *g, const json_t *row, size_t i)
{
	struct libscols_line *line = no_memory_checked(scols_table_new_line(t, NULL));

	for (unsigned c = 0; c < g->columns; c++) {
		const json_t *v = g->shown[c]->format == FORMAT_STATE
					  ? json_object_get(row, g->shown[c]->key)
					  : NULL;
		const char *color = json_is_string(v) ? grid_color(json_string_value(v)) : NULL;
		char text[2 * VALUE_BYTES + 8];

		table_layout_fold(g->cells[i * g->columns + c], g->layout[c].width_cells, text,
				  sizeof text);
		done(scols_line_set_data(line, c, text));
		if (color != NULL)
			done(scols_cell_set_color(scols_line_get_cell(line, c), color));
	}
}

static void print_list(struct cli *cli, const json_t *list, const struct column *columns)
{
	struct libscols_table *t;
	struct grid g;

	if (json_array_size(list) == 0) {
		if (!cli->quiet)
			terminal_say(_("Nothing to show."));
		return;
	}
	if (!grid_fill(cli, list, columns, &g))
		no_memory_end();
	if (g.rows > LONG_ROWS) {
		grid_print(cli, list, &g);
		grid_empty(&g);
		return;
	}
	t = new_table(&g);
	scols_table_enable_colors(t, terminal_colors(cli->color));
	add_headings(t, &g);
	for (size_t i = 0; i < g.rows; i++)
		add_row(t, &g, json_array_get(list, i), i);
	done(scols_print_table(t));
	scols_unref_table(t);
	grid_empty(&g);
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
