/* See json.h: {"v":1,"data":…} or {"v":1,"error":…}. */
#include "tools/output/json.h"

#include <stdio.h>

#include "tools/output/output.h"

static void print(json_t *root)
{
	json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	fputc('\n', stdout);
	fflush(stdout);
	json_decref(root);
}

static void print_data(struct cli *cli, const json_t *data, const struct column *columns)
{
	(void)cli;
	(void)columns;
	print(json_pack("{s:i, s:O}", "v", 1, "data", data));
}

static void print_error(struct cli *cli, enum err e, const char *message, const char *fix)
{
	json_t *error;
	char code[16];

	snprintf(code, sizeof code, "VT-%d", (int)e);
	error = json_pack("{s:s, s:s, s:s}", "code", code, "message", message, "fix", fix);
	if (cli->request_id != NULL)
		json_object_set_new(error, "id", json_string(cli->request_id));
	if (cli->choices != NULL) {
		json_object_set_new(error, "choices", json_deep_copy(cli->choices));
		json_object_set_new(
		    error, "choice_count",
		    json_integer((json_int_t)(json_array_size(cli->choices) + cli->more_choices)));
	}
	print(json_pack("{s:i, s:o}", "v", 1, "error", error));
}

static void no_heading(struct cli *cli, const char *text)
{
	(void)cli;
	(void)text;
}

const struct renderer *output_json(void)
{
	static const struct renderer r = { .list = print_data,
					   .object = print_data,
					   .error = print_error,
					   .heading = no_heading };

	return &r;
}
