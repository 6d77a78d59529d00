/* See retention_table.h. */
#include "routing/rules/retention_table.h"

#include <string.h>

#include "routing/base/limits.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

static const char others[] = "*";
static const char *const ever[] = { "ever", "vĩnh viễn", "Vĩnh viễn" };

struct reading {
	struct arena *arena;
	struct retention_row *rows;
	uint32_t count;
};

static enum err count_row(void *ctx, char *entry)
{
	struct reading *r = ctx;

	(void)entry;
	return r->count++ == RETENTION_ROWS_MAX ? ERR_TOO_LARGE : ERR_OK;
}

static enum err read_symbol(struct reading *r, text_t field, text_t *out)
{
	char folded[FOLD_NUMBER_SIZE];

	if (strcmp(field, others) == 0) {
		*out = others;
		return ERR_OK;
	}
	if (strlen(field) > TYPE_CODE_MAX)
		return ERR_FIELD;
	spelling_number(field, folded);
	if (folded[0] == '\0' || strcmp(folded, others) == 0)
		return ERR_FIELD;
	*out = arena_text(r->arena, folded, strlen(folded));
	return *out != NULL ? ERR_OK : ERR_NO_MEMORY;
}

static enum err read_years(text_t field, uint32_t *out)
{
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof ever / sizeof ever[0]; i++) {
		if (strcmp(field, ever[i]) == 0) {
			*out = RETENTION_EVER;
			return ERR_OK;
		}
	}
	for (; *field >= '0' && *field <= '9' && n <= RETENTION_YEARS_MAX; field++)
		n = n * 10 + (uint32_t)(*field - '0');
	*out = n;
	return *field == '\0' && n > 0 && n <= RETENTION_YEARS_MAX ? ERR_OK : ERR_FIELD;
}

static enum err take_row(void *ctx, char *entry)
{
	struct reading *r = ctx;
	struct retention_row row;
	enum err e = read_symbol(r, lines_field(&entry), &row.symbol);

	if (e == ERR_OK)
		e = read_years(lines_field(&entry), &row.sent_years);
	if (e == ERR_OK)
		e = read_years(lines_field(&entry), &row.received_years);
	if (e == ERR_OK && *entry != '\0')
		e = ERR_FIELD;
	for (uint32_t i = 0; e == ERR_OK && i < r->count; i++) {
		if (strcmp(r->rows[i].symbol, row.symbol) == 0)
			e = ERR_EXISTS;
	}
	if (e == ERR_OK)
		r->rows[r->count++] = row;
	return e;
}

enum err retention_table_parse(struct blob text, struct arena *a, struct retention_table *out,
			       uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, count_row, &r, line);

	*out = (struct retention_table){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.rows = arena_array(a, r.count, sizeof *r.rows);
	if (r.rows == NULL)
		return ERR_NO_MEMORY;
	r.count = 0;
	e = lines_each(text, take_row, &r, line);
	if (e == ERR_OK)
		*out = (struct retention_table){ .rows = r.rows, .count = r.count };
	return e;
}

static const struct retention_row *find(const struct retention_table *t, text_t symbol)
{
	for (uint32_t i = 0; t != NULL && i < t->count; i++) {
		if (strcmp(t->rows[i].symbol, symbol) == 0)
			return &t->rows[i];
	}
	return NULL;
}

uint32_t retention_table_years(const struct retention_table *t, text_t symbol, bool sent)
{
	const struct retention_row *row = NULL;
	char folded[FOLD_NUMBER_SIZE];

	spelling_number(symbol == NULL ? "" : symbol, folded);
	if (folded[0] != '\0' && strcmp(folded, others) != 0)
		row = find(t, folded);
	if (row == NULL)
		row = find(t, others);
	if (row == NULL)
		return RETENTION_EVER;
	return sent ? row->sent_years : row->received_years;
}
