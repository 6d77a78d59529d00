/* See flow.h. */
#include "tools/output/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/output/grid.h"
#include "tools/output/output.h"

struct flow {
	struct cli *cli;
	const struct column *columns;
	json_t *waiting;
	size_t rows;	   /* so far, with those that wait */
	bool printed;	   /* `first` is on the screen */
	struct grid first; /* of the table that is being printed */
};

struct flow *flow_new(struct cli *cli, const struct column *columns)
{
	struct flow *f;

	if (cli->renderer != output_text() || !isatty(STDOUT_FILENO))
		return NULL;
	f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	f->cli = cli;
	f->columns = columns;
	f->waiting = json_array();
	return f;
}

/* With headings of its own. */
static void print_table(struct flow *f)
{
	if (f->printed) {
		grid_empty(&f->first);
		putchar('\n');
	}
	f->printed = true;
	if (grid_fill(f->cli, f->waiting, f->columns, &f->first))
		grid_print(f->cli, f->waiting, &f->first);
}

/* Below the table, where it has room for them. */
static bool print_more(struct flow *f)
{
	struct grid g;
	bool fits = grid_fill_like(f->cli, f->waiting, &f->first, &g) &&
		    grid_fits(f->waiting, f->columns, &f->first, &g);

	if (fits)
		grid_print_more(f->cli, f->waiting, &f->first, &g);
	grid_empty(&g);
	return fits;
}

static void print_waiting(struct flow *f)
{
	if (!f->printed || !print_more(f))
		print_table(f);
	fflush(stdout);
	json_array_clear(f->waiting);
}

void flow_row(struct flow *f, json_t *row)
{
	if (json_array_size(f->waiting) == FLOW_ROWS)
		print_waiting(f);
	json_array_append_new(f->waiting, row);
	f->rows++;
}

void flow_drop(struct flow *f)
{
	if (f == NULL)
		return;
	if (f->printed)
		grid_empty(&f->first);
	json_decref(f->waiting);
	free(f);
}

size_t flow_end(struct flow *f)
{
	size_t rows = f == NULL ? 0 : f->rows;

	if (f != NULL && f->printed)
		print_waiting(f);
	else if (f != NULL)
		f->cli->renderer->list(f->cli, f->waiting, f->columns);
	flow_drop(f);
	return rows;
}
