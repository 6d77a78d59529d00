/* The contract for programs: one object on stdout, {"v":1,"data":…} or {"v":1,"error":…}. */
#include <stdio.h>

#include "tools/output.h"

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
	char code[16];

	(void)cli;
	snprintf(code, sizeof code, "VT-%d", (int)e);
	print(json_pack("{s:i, s:{s:s, s:s, s:s}}", "v", 1, "error", "code", code, "message", message, "fix", fix));
}

static void no_heading(struct cli *cli, const char *text)
{
	(void)cli;
	(void)text;
}

const struct renderer *output_json(void)
{
	static const struct renderer r = { .list = print_data, .object = print_data, .error = print_error, .heading = no_heading };

	return &r;
}
