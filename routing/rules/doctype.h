/* Types of Party documents: names and abbreviations as data, so that the next guidance changes a
 * row and no code (399-QĐ/TW of 09/01/2026 Art. 5–7; 05-HD/VPTW of 27/5/2026 "Ký hiệu tên loại";
 * both second-hand, see the domain notes in docs/ARCHITECTURE.md). */
#ifndef VANTHU_ROUTING_RULES_DOCTYPE_H
#define VANTHU_ROUTING_RULES_DOCTYPE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct doctype {
	/* as printed in a number; QĐ stands for two types; "": nothing is printed, only the name
	 * stands for the type */
	text_t code;
	text_t name;
	text_t alias; /* another spelling of the code, of this type alone; "" none */
};

const struct doctype *doctype_at(unsigned index); /* NULL past the last */

/* What to type for this type alone: its alias, its code, or its name. */
text_t doctype_word(const struct doctype *t);

/* By code or alias (NFC, as printed). ERR_BAD_TYPE: none; ERR_AMBIGUOUS: the code stands for
 * several types (QĐ). */
must_use enum err doctype_by_code(text_t code, const struct doctype **out);

#endif
