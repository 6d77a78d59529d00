/* How long the contents of documents are kept (thời hạn bảo quản), by type. A table that an office
 * keeps as a plain text file, etc/retention. */
#ifndef VANTHU_ROUTING_RULES_RETENTION_TABLE_H
#define VANTHU_ROUTING_RULES_RETENTION_TABLE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum {
	RETENTION_ROWS_MAX = 256, /* in one table */
	RETENTION_YEARS_MAX = 200,
	RETENTION_EVER = 0, /* years: for ever (vĩnh viễn) */
};

struct retention_row {
	text_t symbol;			     /* folded (spelling_number); "*": all others */
	uint32_t sent_years, received_years; /* RETENTION_EVER or more */
};

/* In the order of the file; borrowed. None: all is kept for ever. */
struct retention_table {
	const struct retention_row *rows;
	uint32_t count;
};

/* Reads a table. Fields are separated by two blanks or a tab:
 *
 *     TYPE  SENT  RECEIVED
 *     *     ever  10         # ever, or vĩnh viễn
 *     QĐ    ever  20
 *
 * Rows and texts belong to the arena. *line is where the first fault stands, 0 where there is none;
 * then *out is empty. ERR_FIELD: no symbol, one longer than TYPE_CODE_MAX, years that are none from
 * 1 to RETENTION_YEARS_MAX, something behind them, or as lines_next has it. ERR_UTF8. ERR_EXISTS:
 * the symbol has a row already, however it is spelt. ERR_TOO_LARGE: more than RETENTION_ROWS_MAX.
 * ERR_NO_MEMORY. */
must_use enum err retention_table_parse(struct blob text, struct arena *a,
					struct retention_table *out, uint32_t *line);

/* For how many years a document of that type is kept; RETENTION_EVER. Its symbol's row, else that
 * of all others; without either for ever. NULL for a table is an empty one, NULL for a symbol "".
 */
uint32_t retention_table_years(const struct retention_table *t, text_t symbol, bool sent);

#endif
