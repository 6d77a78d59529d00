/* Types of documents as dated data: which there are on a day, with what symbols (docs/DOMAIN.md
 * §2). An office keeps the table as a plain text file, etc/doctypes; routing/rules/doctype.c is the
 * same list as of today. */
#ifndef VANTHU_ROUTING_RULES_DOCTYPE_TABLE_H
#define VANTHU_ROUTING_RULES_DOCTYPE_TABLE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/doctype.h"

enum {
	DOCTYPE_ROWS_MAX = 256,
	DOCTYPE_ALIASES_MAX = 4, /* of one type, with the one in struct doctype */
};

/* A type from a day on, until a later row of the same name. */
struct doctype_row {
	char from[DATE_MAX + 1]; /* YYYY-MM-DD */
	bool ended;		 /* no such documents are issued any more; no code and no alias */
	struct doctype type;
	text_t more[DOCTYPE_ALIASES_MAX - 1]; /* aliases beside type.alias; "" none */
	text_t source;
	uint32_t first; /* the first row of its name, in the order of the table */
};

/* In the order of the file; borrowed. Where a table is asked for, NULL is the list of
 * routing/rules/doctype.c. */
struct doctype_table {
	const struct doctype_row *rows;
	uint32_t count;
};

/* Reads a table. Fields are separated by a tab or two blanks, the last is all that is left:
 *
 *     FROM-DATE  SYMBOL  NAME  ALIASES  SOURCE
 *     2017-02-06  QĐ     Quy định   QyĐ  399-QĐ/TW Art. 5
 *     2017-02-06  -      Thư công   -    399-QĐ/TW Art. 7     # has no symbol
 *     2030-01-01  ended  Thông tri  -    …                    # from then on not issued
 *
 * Aliases are separated by commas. Rows and texts belong to the arena. *line is where the first
 * fault stands, 0 where there is none; then *out is empty. ERR_BAD_DATE. ERR_BAD_TYPE: a symbol or
 * an alias that is missing, too long or of several words; an end of what no row above has, or with
 * aliases. ERR_FIELD: no name or source, too many aliases, or as lines_next has it. ERR_UTF8.
 * ERR_EXISTS: the name has a row of that date, or an alias is another type's too. ERR_TOO_LARGE:
 * more than DOCTYPE_ROWS_MAX. ERR_NO_MEMORY. */
must_use enum err doctype_table_parse(struct blob text, struct arena *a, struct doctype_table *out,
				      uint32_t *line);

/* The types of a day (YYYY-MM-DD), those of one name in one row: how many. They are in the order in
 * which the table first names them. */
uint32_t doctype_table_at(const struct doctype_table *t, text_t date,
			  const struct doctype_row *out[DOCTYPE_ROWS_MAX]);

/* The types of one day, each once. */
struct doctypes {
	const struct doctype *types[DOCTYPE_ROWS_MAX];
	const text_t *more[DOCTYPE_ROWS_MAX]; /* their further aliases, as in a row; NULL: none */
	uint32_t count;
};

/* Those that documents of a day (YYYY-MM-DD) may have. What is dated before the table begins has
 * the types of its first day: a table says when types changed, not when they were invented. */
void doctype_table_on(const struct doctype_table *t, text_t date, struct doctypes *out);

/* The symbol of the type as the table has it that this one is a spelling of: its code or an alias,
 * NULL: none. */
text_t doctype_table_spelt(const struct doctypes *d, uint32_t index, text_t symbol);

/* Whether a document of that day may be of a type, by its name, or without one by its code.
 * ERR_TYPE_ENDED: the table knows it, and has it on other days only. What it does not know at all
 * is not judged. */
must_use enum err doctype_table_judge(const struct doctype_table *t, text_t date, text_t code,
				      text_t name);

/* Whether the name is of a type whose symbol another one had before it in the table: then the
 * symbol alone does not say the series. Of any day, so that it holds for good once it is said. */
bool doctype_table_shares(const struct doctype_table *t, text_t code, text_t name);

/* As doctype_by_code, of the types of a day. */
must_use enum err doctype_table_by_code(const struct doctype_table *t, text_t date, text_t code,
					const struct doctype_row **out);

#endif
