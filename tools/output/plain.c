/* See plain.h. No titles, and ids are whole. */
#include "tools/output/plain.h"

#include <stdio.h>

#include "tools/base/text.h"
#include "tools/output/output.h"

enum { VALUE_BYTES = 4096 };

static void print_value(struct cli *cli, const json_t *value, enum format format)
{
	char text[VALUE_BYTES];

	if (json_is_string(value)) {
		/* Raw words: what people read depends on their language. */
		snprintf(text, sizeof text, "%s", json_string_value(value));
		text_one_line(text);
		fputs(text, stdout);
		return;
	}
	if (json_is_integer(value)) {
		printf("%lld", (long long)json_integer_value(value));
		return;
	}
	/* Neither may a yes nor a decimal comma depend on the language. */
	if (json_is_boolean(value)) {
		fputs(json_is_true(value) ? "yes" : "no", stdout);
		return;
	}
	if (json_is_real(value)) {
		printf("%.10g", json_real_value(value));
		return;
	}
	output_format(cli, value, format == FORMAT_WHO ? FORMAT_LIST : format, true, text,
		      sizeof text);
	fputs(text, stdout);
}

static void print_row(struct cli *cli, const json_t *row, const struct column *columns)
{
	for (const struct column *c = columns; c->title != NULL; c++) {
		if (c != columns)
			fputc('\t', stdout);
		print_value(cli, json_object_get(row, c->key), c->format);
	}
	fputc('\n', stdout);
}

static void print_list(struct cli *cli, const json_t *list, const struct column *columns)
{
	size_t i;
	json_t *row;

	json_array_foreach(list, i, row) print_row(cli, row, columns);
	fflush(stdout);
}

static void print_error(struct cli *cli, enum err e, const char *message, const char *fix)
{
	char text[VALUE_BYTES], mend[VALUE_BYTES];

	(void)cli;
	snprintf(text, sizeof text, "%s", message);
	snprintf(mend, sizeof mend, "%s", fix);
	text_one_line(text);
	text_one_line(mend);
	fprintf(stderr, "VT-%d\t%s\t%s\n", (int)e, text, mend);
}

static void no_heading(struct cli *cli, const char *text)
{
	(void)cli;
	(void)text;
}

const struct renderer *output_plain(void)
{
	static const struct renderer r = {
		.list = print_list, .object = print_row, .error = print_error, .heading = no_heading
	};

	return &r;
}
