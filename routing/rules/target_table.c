/* See target_table.h. */
#include "routing/rules/target_table.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

enum { WHOLE = 10000 };

static const char ended[] = "ended";

struct reading {
	struct arena *arena;
	struct target_row *rows;
	uint32_t count, ids;
};

static enum err count_row(void *ctx, char *entry)
{
	struct reading *r = ctx;

	(void)entry;
	return r->count++ == TARGET_ROWS_MAX ? ERR_TOO_LARGE : ERR_OK;
}

/* ---- one line ---- */

static enum err keep(struct reading *r, text_t field, size_t most_bytes, text_t *out)
{
	size_t len = strlen(field);

	if (len == 0 || len > most_bytes)
		return ERR_FIELD;
	*out = arena_text(r->arena, field, len);
	return *out != NULL ? ERR_OK : ERR_NO_MEMORY;
}

static enum err keep_id(struct reading *r, text_t field, text_t *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (field[strspn(field, letters)] != '\0' || field[0] == '-')
		return ERR_FIELD;
	return keep(r, field, TARGET_ID_MAX, out);
}

/* "100%", "97.5%", "0.01%". */
static enum err read_share(text_t field, struct target_row *row)
{
	uint32_t n = 0, scale = WHOLE / 100;
	bool digits = false;

	row->ended = strcmp(field, ended) == 0;
	if (row->ended)
		return ERR_OK;
	for (; *field >= '0' && *field <= '9' && n <= WHOLE; field++, digits = true)
		n = n * 10 + scale * (uint32_t)(*field - '0');
	if (digits && *field == '.') {
		field++;
		digits = false;
		for (; *field >= '0' && *field <= '9' && scale > 1; field++, digits = true) {
			scale /= 10;
			n += scale * (uint32_t)(*field - '0');
		}
	}
	row->share = n;
	return digits && strcmp(field, "%") == 0 && n > 0 && n <= WHOLE ? ERR_OK : ERR_FIELD;
}

static enum err read_texts(struct reading *r, char **at, struct target_row *row)
{
	text_t *const texts[] = { &row->unit_vi, &row->unit_en, &row->name_vi, &row->name_en };
	enum err e = ERR_OK;

	for (size_t i = 0; !row->ended && e == ERR_OK && i < sizeof texts / sizeof texts[0]; i++)
		e = keep(r, lines_field(at), DECLARED_NAME_MAX, texts[i]);
	return e == ERR_OK ? keep(r, *at, LINES_LINE_MAX, &row->source) : e;
}

static enum err read_row(struct reading *r, char *at, struct target_row *row)
{
	text_t field = lines_field(&at);
	struct day from;
	enum err e;

	*row = (struct target_row){ .unit_vi = "", .unit_en = "", .name_vi = "", .name_en = "" };
	if (!date_day(field, &from))
		return ERR_BAD_DATE;
	memcpy(row->from, field, sizeof row->from);
	e = keep_id(r, lines_field(&at), &row->id);
	if (e == ERR_OK)
		e = read_share(lines_field(&at), row);
	return e == ERR_OK ? read_texts(r, &at, row) : e;
}

/* ---- one line beside the others ---- */

static bool is_called(const struct target_row *row, text_t name)
{
	const text_t names[] = { row->id, row->name_vi, row->name_en };
	char wanted[FOLD_NAME_SIZE], have[FOLD_NAME_SIZE];

	if (!spelling_bare(name, wanted) || wanted[0] == '\0')
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (spelling_bare(names[i], have) && strcmp(wanted, have) == 0)
			return true;
	}
	return false;
}

static enum err fit_row(struct reading *r, struct target_row *row)
{
	row->first = r->count;
	for (uint32_t i = 0; i < r->count; i++) {
		const struct target_row *other = &r->rows[i];

		if (strcmp(other->id, row->id) != 0) {
			if (is_called(other, row->id) || is_called(other, row->name_vi) ||
			    is_called(other, row->name_en))
				return ERR_EXISTS;
			continue;
		}
		if (strcmp(other->from, row->from) == 0)
			return ERR_EXISTS;
		row->first = other->first;
	}
	if (row->first == r->count && r->ids++ == DECLARED_MAX)
		return ERR_TOO_LARGE;
	return row->ended && row->first == r->count ? ERR_FIELD : ERR_OK;
}

static enum err take_row(void *ctx, char *entry)
{
	struct reading *r = ctx;
	struct target_row row;
	enum err e = read_row(r, entry, &row);

	if (e == ERR_OK)
		e = fit_row(r, &row);
	if (e == ERR_OK)
		r->rows[r->count++] = row;
	return e;
}

enum err target_table_parse(struct blob text, struct arena *a, struct target_table *out,
			    uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, count_row, &r, line);

	*out = (struct target_table){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.rows = arena_array(a, r.count, sizeof *r.rows);
	if (r.rows == NULL)
		return ERR_NO_MEMORY;
	r.count = 0;
	e = lines_each(text, take_row, &r, line);
	if (e == ERR_OK)
		*out = (struct target_table){ .rows = r.rows, .count = r.count };
	return e;
}

/* ---- asking ---- */

const struct target_row *target_table_at(const struct target_table *t, uint32_t first, text_t date)
{
	const struct target_row *best = NULL;

	for (uint32_t i = first; i < t->count; i++) {
		const struct target_row *row = &t->rows[i];

		if (row->first == first && strcmp(row->from, date) <= 0 &&
		    (best == NULL || strcmp(row->from, best->from) > 0))
			best = row;
	}
	return best == NULL || best->ended ? NULL : best;
}

enum err target_table_find(const struct target_table *t, text_t name, text_t date,
			   const struct target_row **out)
{
	*out = NULL;
	for (uint32_t i = 0; t != NULL && i < t->count && *out == NULL; i++) {
		if (is_called(&t->rows[i], name))
			*out = target_table_at(t, t->rows[i].first, date);
	}
	return *out != NULL ? ERR_OK : ERR_TARGET_UNKNOWN;
}
