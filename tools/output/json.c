/* See json.h: {"v":1,"data":…} or {"v":1,"error":…}. */
#include "tools/output/json.h"

#include <stdio.h>
#include <string.h>

#include "tools/output/output.h"

enum { PRINTED_BYTES = 64 * 1024 };

/* jansson hands over a few bytes at a time: a call of the C library for each takes as long as all
 * the rest. */
struct printed {
	char bytes[PRINTED_BYTES];
	size_t used;
};

static int put(const char *bytes, size_t len, void *to)
{
	struct printed *p = to;

	if (p->used + len > sizeof p->bytes) {
		fwrite(p->bytes, 1, p->used, stdout);
		p->used = 0;
	}
	if (len > sizeof p->bytes) {
		fwrite(bytes, 1, len, stdout);
		return 0;
	}
	memcpy(p->bytes + p->used, bytes, len);
	p->used += len;
	return 0;
}

static void print(json_t *root)
{
	struct printed p;

	p.used = 0;
	json_dump_callback(root, put, &p, JSON_COMPACT | JSON_REAL_PRECISION(15));
	put("\n", 1, &p);
	fwrite(p.bytes, 1, p.used, stdout);
	fflush(stdout);
	json_decref(root);
}

static void print_data(struct cli *cli, const json_t *data, const struct column *columns)
{
	json_t *root = json_pack("{s:i, s:O}", "v", 1, "data", data);

	(void)columns;
	if (cli->paged)
		json_object_set_new(root, "next",
				    cli->next[0] == '\0' ? json_null() : json_string(cli->next));
	print(root);
}

static void print_error(struct cli *cli, enum err e, const char *message, const char *fix)
{
	json_t *error, *root;
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
	root = json_pack("{s:i, s:o}", "v", 1, "error", error);
	if (cli->beside != NULL)
		json_object_set_new(root, "data", json_deep_copy(cli->beside));
	print(root);
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
