/* See table.h. */
#include "tools/input/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

/* ---- to UTF-8 ---- */

static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* A half of a pair that stands alone stays what it is: no UTF-8, which is found later. */
static char *from_utf16(const uint8_t *in, size_t len, bool big, size_t *out_len)
{
	char *out = malloc(len / 2 * 3 + 1);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i + 1 < len; i += 2) {
		uint32_t c = (uint32_t)(big ? in[i] << 8 | in[i + 1] : in[i + 1] << 8 | in[i]), d;

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len) {
			d = (uint32_t)(big ? in[i + 2] << 8 | in[i + 3]
					   : in[i + 3] << 8 | in[i + 2]);
			if (d >= 0xdc00 && d < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00);
				i += 2;
			}
		}
		n += put_utf8(out + n, c);
	}
	*out_len = n;
	return out;
}

/* malloc'd, with a NUL behind it; without a mark. NULL: no memory. */
static char *to_utf8(const char *bytes, size_t len, size_t *out_len)
{
	const uint8_t *in = (const uint8_t *)bytes;
	char *out;

	if (len >= 2 && ((in[0] == 0xff && in[1] == 0xfe) || (in[0] == 0xfe && in[1] == 0xff))) {
		out = from_utf16(in + 2, len - 2, in[0] == 0xfe, out_len);
	} else {
		size_t mark = len >= 3 && memcmp(in, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

		*out_len = len - mark;
		out = malloc(*out_len + 1);
		if (out != NULL && *out_len > 0)
			memcpy(out, bytes + mark, *out_len);
	}
	if (out != NULL)
		out[*out_len] = '\0';
	return out;
}

/* ---- rows ---- */

struct reading {
	struct table *t;
	char *at, *to; /* what is read, and where it goes: in place, for it only gets shorter */
	unsigned line;
	char comma;
	size_t cell_count, cell_room, row_room;
};

static bool is_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

static void pass_end(struct reading *r)
{
	if (*r->at == '\r' && r->at[1] == '\n')
		r->at++;
	if (*r->at != '\0') {
		r->at++;
		r->line++;
	}
}

/* What stands most often in the first line, outside of quotes; "sep=;" says it too. */
static void find_comma(struct reading *r)
{
	static const char commas[] = ",;\t";
	unsigned best = 0;

	r->comma = ',';
	if (strncmp(r->at, "sep=", 4) == 0 && r->at[4] != '\0' && is_end(r->at[5])) {
		r->comma = r->at[4];
		r->at += 5;
		pass_end(r);
		return;
	}
	for (const char *c = commas; *c != '\0'; c++) {
		unsigned n = 0;
		bool quoted = false;

		for (const char *at = r->at; !is_end(*at) || (quoted && *at != '\0'); at++) {
			quoted = quoted != (*at == '"');
			n += !quoted && *at == *c;
		}
		if (n > best) {
			best = n;
			r->comma = *c;
		}
	}
}

static enum table_fault read_quoted(struct reading *r)
{
	char *begin = r->at;

	for (r->at++; *r->at != '\0'; r->at++) {
		if (r->at - begin > TABLE_LINE_BYTES_MAX)
			return TABLE_QUOTE;
		if (*r->at == '"' && r->at[1] != '"')
			break;
		if (*r->at == '"')
			r->at++;
		r->line += *r->at == '\n' || (*r->at == '\r' && r->at[1] != '\n');
		*r->to++ = *r->at;
	}
	if (*r->at == '\0')
		return TABLE_QUOTE;
	r->at++;
	while (*r->at == ' ')
		r->at++;
	return is_end(*r->at) || *r->at == r->comma ? TABLE_OK : TABLE_QUOTE;
}

static enum table_fault add_cell(struct reading *r, char *cell)
{
	if (r->cell_count == r->cell_room) {
		size_t room = r->cell_room == 0 ? 1024 : r->cell_room * 2;
		char **grown = realloc(r->t->cells, room * sizeof *grown);

		if (grown == NULL)
			return TABLE_MEMORY;
		r->t->cells = grown;
		r->cell_room = room;
	}
	r->t->cells[r->cell_count++] = cell;
	return TABLE_OK;
}

static enum table_fault read_cell(struct reading *r)
{
	char *cell = r->to;
	enum table_fault f = TABLE_OK;

	if (*r->at == '"') {
		f = read_quoted(r);
	} else {
		while (!is_end(*r->at) && *r->at != r->comma)
			*r->to++ = *r->at++;
	}
	return f == TABLE_OK ? add_cell(r, cell) : f;
}

/* The byte behind a cell is still to be read: its NUL is written when that is done. */
static enum table_fault read_row(struct reading *r, struct table_row *row)
{
	size_t first = r->cell_count;
	char *begin = r->at;
	enum table_fault f;

	row->line = r->line;
	do {
		bool more;

		f = read_cell(r);
		more = *r->at == r->comma;
		if (f == TABLE_OK && r->at - begin > TABLE_LINE_BYTES_MAX)
			f = TABLE_LONG;
		if (f == TABLE_OK && r->cell_count - first > TABLE_CELLS_MAX)
			f = TABLE_CELLS;
		if (f != TABLE_OK)
			return f;
		if (more)
			r->at++;
		else
			pass_end(r);
		*r->to++ = '\0';
		if (!more)
			break;
	} while (true);
	row->count = (unsigned)(r->cell_count - first);
	return TABLE_OK;
}

static bool is_blank(const struct reading *r, const struct table_row *row)
{
	for (unsigned i = 0; i < row->count; i++) {
		const char *cell = r->t->cells[r->cell_count - row->count + i];

		if (cell[strspn(cell, " \t\r\n")] != '\0')
			return false;
	}
	return true;
}

static bool is_utf8(const struct reading *r, const struct table_row *row)
{
	for (unsigned i = 0; i < row->count; i++) {
		char *nfc = text_nfc(r->t->cells[r->cell_count - row->count + i]);

		free(nfc);
		if (nfc == NULL)
			return false;
	}
	return true;
}

static enum table_fault add_row(struct reading *r, const struct table_row *row)
{
	struct table *t = r->t;

	if (t->count == TABLE_ROWS_MAX)
		return TABLE_ROWS;
	if (t->count == r->row_room) {
		size_t room = r->row_room == 0 ? 256 : r->row_room * 2;
		struct table_row *grown = realloc(t->rows, room * sizeof *grown);

		if (grown == NULL)
			return TABLE_MEMORY;
		t->rows = grown;
		r->row_room = room;
	}
	t->rows[t->count++] = *row;
	return TABLE_OK;
}

static enum table_fault read_all(struct reading *r)
{
	enum table_fault f = TABLE_OK;

	find_comma(r);
	while (f == TABLE_OK && *r->at != '\0') {
		struct table_row row = { .count = 0 };

		r->t->fault_line = r->line;
		f = read_row(r, &row);
		if (f != TABLE_OK)
			break;
		if (is_blank(r, &row))
			r->cell_count -= row.count;
		else
			f = is_utf8(r, &row) ? add_row(r, &row) : TABLE_UTF8;
	}
	if (f == TABLE_OK && r->t->count == 0)
		f = TABLE_EMPTY;
	return f;
}

enum table_fault table_read(const char *bytes, size_t len_bytes, struct table *out)
{
	struct reading r = { .t = out, .line = 1 };
	enum table_fault f;
	char **next;
	size_t len;

	*out = (struct table){ .text = to_utf8(bytes, len_bytes, &len) };
	if (out->text == NULL)
		return TABLE_MEMORY;
	if (strlen(out->text) != len)
		return TABLE_NUL;
	r.at = r.to = out->text;
	f = read_all(&r);
	next = out->cells; /* stays where it is from now on */
	for (size_t i = 0; i < out->count; i++) {
		out->rows[i].cells = next;
		next += out->rows[i].count;
	}
	return f;
}

void table_free(struct table *t)
{
	free(t->rows);
	free(t->cells);
	free(t->text);
	*t = (struct table){ .count = 0 };
}
