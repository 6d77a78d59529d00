/* Numbers of types of documents in edXML that the State's table does not have, or has otherwise: as
 * an operator writes them in a line. */
#ifndef VANTHU_ROUTING_RULES_TYPE_NUMBERS_H
#define VANTHU_ROUTING_RULES_TYPE_NUMBERS_H

#include "routing/base/limits.h"
#include "routing/base/types.h"

enum { TYPE_NUMBERS_MAX = 40, TYPE_NUMBER_LAST = 9999, TYPE_NUMBERS_TEXT_MAX = 511 };

struct type_numbers {
	struct type_number {
		char name[COMMITTEE_NAME_MAX + 1]; /* Kết luận */
		unsigned number;
	} items[TYPE_NUMBERS_MAX];
	unsigned count;
};

/* "Kết luận=40, Thông tri=41". False: not of that form, a name or a number twice, a number that is
 * not 1 to TYPE_NUMBER_LAST, too many or too long; *out is what came before. */
bool type_numbers_parse(text_t text, struct type_numbers *out);
/* The number of a type by its name, whatever its capitals and marks are; 0: none. */
unsigned type_numbers_of(const struct type_numbers *t, text_t name);
/* NULL: none. Lent. */
text_t type_numbers_name(const struct type_numbers *t, unsigned number);

#endif
