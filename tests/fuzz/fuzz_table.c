/* Any bytes as each of the tables that offices and the registry keep as text (types, holidays,
 * lists, persons, targets, competences), and as a table that a spreadsheet saved. What is wrong is
 * said with its line. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "routing/rules/rules.h"
#include "tools/input/table.h"

static unsigned lines_of(struct blob in)
{
	unsigned n = 1;

	for (size_t i = 0; i < in.len_bytes; i++)
		n += in.data[i] == '\n';
	return n;
}

static enum err said(enum err e, uint32_t line, struct blob in)
{
	must(e == ERR_OK || e == ERR_NO_MEMORY || line <= lines_of(in));
	return e;
}

static enum err types(struct arena *a, struct blob in, void *ctx)
{
	struct doctype_table t;
	uint32_t line = 0;

	(void)ctx;
	return said(doctype_table_parse(in, a, &t, &line), line, in);
}

static enum err days(struct arena *a, struct blob in, void *ctx)
{
	struct working_days t;
	uint32_t line = 0;

	(void)ctx;
	return said(working_days_parse(in, a, &t, &line), line, in);
}

static enum err lists(struct arena *a, struct blob in, void *ctx)
{
	struct distributions t;
	uint32_t line = 0;

	(void)ctx;
	return said(distributions_parse(in, a, &t, &line), line, in);
}

static enum err people(struct arena *a, struct blob in, void *ctx)
{
	struct persons t;
	uint32_t line = 0;

	(void)ctx;
	return said(persons_parse(in, a, &t, &line), line, in);
}

static enum err targets(struct arena *a, struct blob in, void *ctx)
{
	struct target_table t;
	uint32_t line = 0;

	(void)ctx;
	return said(target_table_parse(in, a, &t, &line), line, in);
}

/* The registry's goes into each directory: printed and read again it is the same. */
static enum err competences(struct arena *a, struct blob in, void *ctx)
{
	struct competence_table t, back;
	struct blob first, second;
	uint32_t line = 0;
	enum err e = said(competence_parse(in, a, &t, &line), line, in);

	(void)ctx;
	if (e == ERR_OK)
		e = competence_print(&t, a, &first);
	if (e == ERR_OK)
		e = competence_parse(first, a, &back, &line);
	if (e == ERR_OK)
		e = competence_print(&back, a, &second);
	must(e != ERR_OK || (first.len_bytes == second.len_bytes &&
			     memcmp(first.data, second.data, first.len_bytes) == 0));
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static enum err (*const parsers[])(struct arena *a, struct blob in, void *ctx) = {
		types, days, lists, people, targets, competences,
	};
	struct blob in = { data, size };
	struct table t;

	for (size_t i = 0; i < sizeof parsers / sizeof parsers[0]; i++)
		(void)fuzz_twice(parsers[i], in, NULL);
	if (table_read((const char *)data, size, &t) == TABLE_OK) {
		for (size_t i = 0; i < t.count; i++)
			must(t.rows[i].count <= TABLE_CELLS_MAX);
	}
	table_free(&t);
	return 0;
}
