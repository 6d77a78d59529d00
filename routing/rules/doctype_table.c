/* See doctype_table.h. */
#include "routing/rules/doctype_table.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

static const char none[] = "-", ended[] = "ended";

struct reading {
	struct arena *arena;
	struct doctype_row *rows;
	uint32_t count;
};

static enum err count_row(void *ctx, char *entry)
{
	struct reading *r = ctx;

	(void)entry;
	return r->count++ == DOCTYPE_ROWS_MAX ? ERR_TOO_LARGE : ERR_OK;
}

/* ---- one line ---- */

static enum err keep(struct reading *r, const char *from, size_t len, text_t *out)
{
	*out = arena_text(r->arena, from, len);
	return *out != NULL ? ERR_OK : ERR_NO_MEMORY;
}

static enum err keep_symbol(struct reading *r, const char *from, size_t len, text_t *out)
{
	if (len == 0 || len > TYPE_CODE_MAX || memchr(from, ' ', len) != NULL)
		return ERR_BAD_TYPE;
	return keep(r, from, len, out);
}

static enum err read_symbol(struct reading *r, text_t field, struct doctype_row *row)
{
	row->ended = strcmp(field, ended) == 0;
	if (row->ended || strcmp(field, none) == 0)
		return ERR_OK;
	return keep_symbol(r, field, strlen(field), &row->type.code);
}

static enum err read_aliases(struct reading *r, const char *field, struct doctype_row *row)
{
	enum err e = ERR_OK;

	if (strcmp(field, none) == 0)
		return ERR_OK;
	for (unsigned i = 0; e == ERR_OK; i++) {
		size_t len = strcspn(field, ",");

		if (i == DOCTYPE_ALIASES_MAX)
			return ERR_FIELD;
		e = keep_symbol(r, field, len, i == 0 ? &row->type.alias : &row->more[i - 1]);
		if (field[len] == '\0')
			break;
		field += len + 1;
	}
	return e;
}

static enum err read_row(struct reading *r, char *at, struct doctype_row *row)
{
	text_t field = lines_field(&at);
	struct day from;
	enum err e;

	*row = (struct doctype_row){ .type = { "", "", "" }, .more = { "", "", "" } };
	if (!date_day(field, &from))
		return ERR_BAD_DATE;
	memcpy(row->from, field, sizeof row->from);
	e = read_symbol(r, lines_field(&at), row);
	if (e != ERR_OK)
		return e;
	field = lines_field(&at);
	if (field[0] == '\0' || strlen(field) > COMMITTEE_NAME_MAX)
		return ERR_FIELD;
	e = keep(r, field, strlen(field), &row->type.name);
	if (e == ERR_OK)
		e = read_aliases(r, lines_field(&at), row);
	if (e == ERR_OK && row->ended && row->type.alias[0] != '\0')
		return ERR_BAD_TYPE;
	if (e == ERR_OK && *at == '\0')
		return ERR_FIELD;
	return e == ERR_OK ? keep(r, at, strlen(at), &row->source) : e;
}

/* ---- one line beside the others ---- */

static text_t alias_of(const struct doctype_row *row, unsigned i)
{
	return i == 0 ? row->type.alias : row->more[i - 1];
}

static bool has_alias(const struct doctype_row *row, text_t symbol)
{
	for (unsigned i = 0; symbol[0] != '\0' && i < DOCTYPE_ALIASES_MAX; i++) {
		if (strcmp(alias_of(row, i), symbol) == 0)
			return true;
	}
	return false;
}

/* An alias of one of them names the other too. */
static bool share_alias(const struct doctype_row *a, const struct doctype_row *b)
{
	for (unsigned i = 0; i < DOCTYPE_ALIASES_MAX; i++) {
		text_t alias = alias_of(a, i);

		if (alias[0] != '\0' && (strcmp(alias, b->type.code) == 0 || has_alias(b, alias)))
			return true;
	}
	return has_alias(b, a->type.code);
}

static enum err fit_row(const struct reading *r, struct doctype_row *row)
{
	row->first = r->count;
	for (uint32_t i = 0; i < r->count; i++) {
		const struct doctype_row *other = &r->rows[i];

		if (!spelling_same_name(other->type.name, row->type.name)) {
			if (share_alias(row, other))
				return ERR_EXISTS;
			continue;
		}
		if (strcmp(other->from, row->from) == 0)
			return ERR_EXISTS;
		row->first = other->first;
	}
	return row->ended && row->first == r->count ? ERR_BAD_TYPE : ERR_OK;
}

static enum err take_row(void *ctx, char *entry)
{
	struct reading *r = ctx;
	struct doctype_row row;
	enum err e = read_row(r, entry, &row);

	if (e == ERR_OK)
		e = fit_row(r, &row);
	if (e == ERR_OK)
		r->rows[r->count++] = row;
	return e;
}

enum err doctype_table_parse(struct blob text, struct arena *a, struct doctype_table *out,
			     uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, count_row, &r, line);

	*out = (struct doctype_table){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.rows = arena_array(a, r.count, sizeof *r.rows);
	if (r.rows == NULL)
		return ERR_NO_MEMORY;
	r.count = 0;
	e = lines_each(text, take_row, &r, line);
	if (e == ERR_OK)
		*out = (struct doctype_table){ .rows = r.rows, .count = r.count };
	return e;
}

/* ---- asking ---- */

/* The last row of a name that has begun by then, NULL: none. */
static const struct doctype_row *row_at(const struct doctype_table *t, uint32_t first, text_t date)
{
	const struct doctype_row *best = NULL;

	for (uint32_t i = first; i < t->count; i++) {
		const struct doctype_row *row = &t->rows[i];

		if (row->first == first && strcmp(row->from, date) <= 0 &&
		    (best == NULL || strcmp(row->from, best->from) > 0))
			best = row;
	}
	return best;
}

uint32_t doctype_table_at(const struct doctype_table *t, text_t date,
			  const struct doctype_row *out[DOCTYPE_ROWS_MAX])
{
	const struct doctype_row *last[DOCTYPE_ROWS_MAX]; /* as row_at, of each name */
	uint32_t n = 0;

	memset(last, 0, t->count * sizeof last[0]);
	for (uint32_t i = 0; i < t->count; i++) {
		const struct doctype_row *row = &t->rows[i], **best = &last[row->first];

		if (strcmp(row->from, date) <= 0 &&
		    (*best == NULL || strcmp(row->from, (*best)->from) > 0))
			*best = row;
	}
	for (uint32_t i = 0; i < t->count; i++) {
		if (last[i] != NULL && !last[i]->ended)
			out[n++] = last[i];
	}
	return n;
}

/* ---- the types of a day ---- */

static void built_in(struct doctypes *out)
{
	const struct doctype *type;

	for (out->count = 0; (type = doctype_at(out->count)) != NULL; out->count++) {
		out->types[out->count] = type;
		out->more[out->count] = NULL;
	}
}

/* The first day of the table, where the date lies before it. */
static text_t date_within(const struct doctype_table *t, text_t date)
{
	text_t first = t->count > 0 ? t->rows[0].from : date;

	for (uint32_t i = 1; i < t->count; i++)
		first = strcmp(t->rows[i].from, first) < 0 ? t->rows[i].from : first;
	return strcmp(date, first) < 0 ? first : date;
}

void doctype_table_on(const struct doctype_table *t, text_t date, struct doctypes *out)
{
	const struct doctype_row *rows[DOCTYPE_ROWS_MAX];

	if (t == NULL) {
		built_in(out);
		return;
	}
	out->count = doctype_table_at(t, date_within(t, date), rows);
	for (uint32_t i = 0; i < out->count; i++) {
		out->types[i] = &rows[i]->type;
		out->more[i] = rows[i]->more;
	}
}

static bool is_spelling(text_t symbol, text_t of)
{
	return of[0] != '\0' && spelling_same_number(symbol, of);
}

text_t doctype_table_spelt(const struct doctypes *d, uint32_t index, text_t symbol)
{
	const struct doctype *type = d->types[index];

	if (is_spelling(symbol, type->code))
		return type->code;
	if (is_spelling(symbol, type->alias))
		return type->alias;
	for (unsigned i = 0; d->more[index] != NULL && i < DOCTYPE_ALIASES_MAX - 1; i++) {
		if (is_spelling(symbol, d->more[index][i]))
			return d->more[index][i];
	}
	return NULL;
}

static bool is_named(const struct doctype_row *row, text_t code, text_t name)
{
	if (name[0] != '\0')
		return spelling_same_name(row->type.name, name);
	return is_spelling(code, row->type.code) || has_alias(row, code);
}

enum err doctype_table_judge(const struct doctype_table *t, text_t date, text_t code, text_t name)
{
	bool known = false;

	if (t == NULL || (code[0] == '\0' && name[0] == '\0'))
		return ERR_OK;
	date = date_within(t, date);
	for (uint32_t i = 0; i < t->count; i++) { /* most say it as the table does */
		const struct doctype_row *row = &t->rows[i];

		if (strcmp(row->type.name, name) == 0 && row_at(t, row->first, date) == row &&
		    !row->ended)
			return ERR_OK;
	}
	for (uint32_t i = 0; i < t->count; i++) {
		const struct doctype_row *row = &t->rows[i];

		if (!is_named(row, code, name))
			continue;
		known = true;
		if (row_at(t, row->first, date) == row && !row->ended)
			return ERR_OK;
	}
	return known ? ERR_TYPE_ENDED : ERR_OK;
}

bool doctype_table_shares(const struct doctype_table *t, text_t code, text_t name)
{
	for (uint32_t i = 0; t != NULL && name[0] != '\0' && i < t->count; i++) {
		if (is_spelling(code, t->rows[i].type.code))
			return !spelling_same_name(t->rows[i].type.name, name);
	}
	return false;
}

enum err doctype_table_by_code(const struct doctype_table *t, text_t date, text_t code,
			       const struct doctype_row **out)
{
	const struct doctype_row *rows[DOCTYPE_ROWS_MAX];
	uint32_t count = doctype_table_at(t, date, rows), found = 0;

	*out = NULL;
	if (code[0] == '\0')
		return ERR_BAD_TYPE;
	for (uint32_t i = 0; i < count; i++) {
		if (has_alias(rows[i], code)) {
			*out = rows[i];
			return ERR_OK;
		}
		if (strcmp(rows[i]->type.code, code) == 0) {
			*out = rows[i];
			found++;
		}
	}
	return found == 1 ? ERR_OK : found == 0 ? ERR_BAD_TYPE : ERR_AMBIGUOUS;
}
