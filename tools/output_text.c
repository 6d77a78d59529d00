/* For people: tables without borders, widths in terminal cells, words beside symbols and colour. */
#include <libsmartcols.h>
#include <stdio.h>
#include <string.h>

#include "tools/output.h"
#include "tools/term.h"
#include "tools/text.h"

enum { VALUE_BYTES = 4096, COLUMNS_MAX = 24 };

static bool column_empty(const json_t *list, const struct column *c)
{
	size_t i;
	json_t *row;

	json_array_foreach(list, i, row) {
		const json_t *v = json_object_get(row, c->key);

		if (v != NULL && !json_is_null(v) && !(json_is_string(v) && json_string_value(v)[0] == '\0'))
			return false;
	}
	return true;
}

static bool is_number(enum format f)
{
	return f == FORMAT_BYTES || f == FORMAT_COUNT || f == FORMAT_AGE || f == FORMAT_PERCENT;
}

static struct libscols_table *new_table(const json_t *list, const struct column *columns, const struct column **shown, unsigned *count)
{
	struct libscols_table *t = scols_new_table();

	*count = 0;
	if (t == NULL)
		return NULL;
	scols_table_set_termforce(t, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(t, (size_t)term_width());
	for (const struct column *c = columns; c->title != NULL && *count < COLUMNS_MAX; c++) {
		char name[32];
		struct libscols_column *column;

		if (json_array_size(list) > 0 && column_empty(list, c))
			continue;
		/* smartcols wants ASCII names; the header is ours. */
		snprintf(name, sizeof name, "c%u", *count);
		column = scols_table_new_column(t, name, c->flexible ? 0.2 : 0.0,
						(is_number(c->format) ? SCOLS_FL_RIGHT : 0) | (c->flexible ? SCOLS_FL_TRUNC : 0));
		if (column == NULL)
			break;
		scols_cell_set_data(scols_column_get_header(column), _(c->title));
		shown[(*count)++] = c;
	}
	return t;
}

static const char *color_of(const char *state)
{
	static const char *const good[] = { "delivered", "up", "running", "arrived", "receipt", "link-up", NULL };
	static const char *const bad[] = { "refused", "down", "stopped", "expired", "held", "link-down", NULL };

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

static void print_list(struct cli *cli, const json_t *list, const struct column *columns)
{
	const struct column *shown[COLUMNS_MAX];
	struct libscols_table *t;
	unsigned count;
	size_t i;
	json_t *row;

	if (json_array_size(list) == 0) {
		cli_say(cli, "%s", _("Nothing to show."));
		return;
	}
	t = new_table(list, columns, shown, &count);
	if (t == NULL)
		return;
	scols_table_enable_colors(t, term_colors(cli->color));
	json_array_foreach(list, i, row) {
		struct libscols_line *line = scols_table_new_line(t, NULL);

		for (unsigned c = 0; line != NULL && c < count; c++) {
			const json_t *v = json_object_get(row, shown[c]->key);
			char text[VALUE_BYTES];

			output_format(cli, v, shown[c]->format, false, text, sizeof text);
			text_one_line(text);
			scols_line_set_data(line, c, text);
			if (shown[c]->format == FORMAT_STATE && json_is_string(v) && color_of(json_string_value(v)) != NULL)
				scols_cell_set_color(scols_line_get_cell(line, c), color_of(json_string_value(v)));
		}
	}
	scols_print_table(t);
	scols_unref_table(t);
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
		text_one_line(text);
		printf("%s%*s  %s\n", _(c->title), widest - text_width(_(c->title)), "", text);
	}
}

static void print_error(struct cli *cli, enum err e, const char *message, const char *fix)
{
	bool color = term_colors_stderr(cli->color);

	fprintf(stderr, "%s%s VT-%d: %s%s\n", color ? "\033[31m" : "", _("Error"), (int)e, message, color ? "\033[0m" : "");
	if (fix[0] != '\0')
		fprintf(stderr, "  %s %s\n", _("What to do:"), fix);
}

static void print_heading(struct cli *cli, const char *text)
{
	printf("\n%s%s%s\n", term_colors(cli->color) ? "\033[1m" : "", text, term_colors(cli->color) ? "\033[0m" : "");
}

const struct renderer *output_text(void)
{
	static const struct renderer r = { .list = print_list, .object = print_object, .error = print_error, .heading = print_heading };

	return &r;
}
