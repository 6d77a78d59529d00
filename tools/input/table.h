/* A table as a spreadsheet saves it: CSV (RFC 4180) with a comma, semicolon or tab between its
 * cells (the first line says which), UTF-8 with or without a mark, or UTF-16 with one ("Unicode
 * text" of Excel); lines end with LF, CRLF or CR; cells in quotes may hold all of these. */
#ifndef VANTHU_TOOLS_INPUT_TABLE_H
#define VANTHU_TOOLS_INPUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TABLE_BYTES_MAX = 32 * 1024 * 1024,
	TABLE_LINE_BYTES_MAX = 64 * 1024, /* of one row, with the line ends in its quotes */
	TABLE_ROWS_MAX = 200000,
	TABLE_CELLS_MAX = 64 /* of a row */
};

enum table_fault {
	TABLE_OK,
	TABLE_EMPTY,
	TABLE_NUL,   /* bytes that no text has: UTF-16 without a mark, or no text at all */
	TABLE_UTF8,  /* a row that is not UTF-8 */
	TABLE_QUOTE, /* quotes that are not closed, or closed in the middle of a cell */
	TABLE_LONG,  /* a row that is too long */
	TABLE_CELLS, /* … or has too many cells */
	TABLE_ROWS,
	TABLE_MEMORY
};

struct table_row {
	unsigned line; /* in the file, from 1, where it begins */
	unsigned count;
	char **cells; /* UTF-8 */
};

struct table {
	struct table_row *rows; /* empty lines are none; the first one has the names of columns */
	size_t count;
	unsigned fault_line;
	/* what holds it */
	char *text;
	char **cells;
};

/* Takes the bytes of a file, which it copies. Release with table_free also after a fault. */
enum table_fault table_read(const char *bytes, size_t len_bytes, struct table *out);
void table_free(struct table *t);

#endif
