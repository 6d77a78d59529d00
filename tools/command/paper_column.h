/* The columns of a table of documents on paper, by the names that people give them. */
#ifndef VANTHU_TOOLS_COMMAND_PAPER_COLUMN_H
#define VANTHU_TOOLS_COMMAND_PAPER_COLUMN_H

#include <stdbool.h>

enum paper_column {
	COLUMN_DIRECTION,
	COLUMN_NUMBER,
	COLUMN_TYPE,
	COLUMN_DATE,
	COLUMN_SUBJECT,
	COLUMN_PARTY,
	COLUMN_SECRECY,
	COLUMN_SIGNER,
	COLUMN_POSITION,
	COLUMN_COMPETENCE,
	COLUMN_ISSUED,
	COLUMN_NOTE,
	COLUMN_LEFT_OUT, /* numbers of rows: known, and nothing that an entry keeps */
	PAPER_COLUMNS
};

/* In Vietnamese or English, in any case, with or without diacritics. False: none. */
bool paper_column_find(const char *name, unsigned *out);

#endif
