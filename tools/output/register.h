/* Lines of a register: as JSON, and as the columns that NĐ 30/2020 (Annex IV) gives its book. */
#ifndef VANTHU_TOOLS_OUTPUT_REGISTER_H
#define VANTHU_TOOLS_OUTPUT_REGISTER_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/control.pb-c.h"

struct cli;
struct column;

enum { REGISTER_CELLS_MAX = 10 };

struct register_column {
	const char *key;
	const char *decree; /* its title in the decree */
	const char *title;  /* marked for translation; NULL ends a list */
	unsigned width;	    /* on paper, in hundredths */
};

/* Of a book; its width on paper adds up to 100. */
const struct register_column *register_columns(Vanthu__V1__Book book);
unsigned register_column_count(Vanthu__V1__Book book);
/* "SỔ ĐĂNG KÝ VĂN BẢN ĐI", as the decree has it. */
const char *register_title(Vanthu__V1__Book book, bool secret);
/* The same in the reader's language. */
const char *register_name(Vanthu__V1__Book book, bool secret);

/* All that is known of a line, or of an addition; new references. */
json_t *register_json(Vanthu__V1__Book book, const Vanthu__V1__RegisterLine *line);
json_t *register_addition_json(const Vanthu__V1__RegisterLine *line);
/* A line of register_json as people read it: an object of texts under the keys of the columns, and
 * "number" of the line. */
json_t *register_cells(struct cli *cli, Vanthu__V1__Book book, const json_t *line);
/* What an addition says, in a sentence; malloc'd, NULL without memory. */
char *register_addition_text(struct cli *cli, Vanthu__V1__Book book, const json_t *addition);

#endif
