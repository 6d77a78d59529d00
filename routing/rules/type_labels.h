/* What types are shown as in figures, whoever names them. A report of another committee brings its
 * own texts with each type: of one that our table knows the table's are shown, and what only has
 * the same number (series_type, 32 bits that anybody can aim at) is another type. */
#ifndef VANTHU_ROUTING_RULES_TYPE_LABELS_H
#define VANTHU_ROUTING_RULES_TYPE_LABELS_H

#include <stdbool.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/rules/doctype_table.h"

enum { TYPE_LABELS_MAX = 2 * DOCTYPE_ROWS_MAX };

/* With texts of its own: a table may be read again while figures are told. */
struct type_labels {
	struct type_label {
		uint32_t type;
		bool by_name; /* its symbol alone does not say which type it is */
		char code[TYPE_CODE_MAX + 1];
		char name[COMMITTEE_NAME_MAX + 1];
	} list[TYPE_LABELS_MAX]; /* ascending by type, each once */
	uint32_t count;
};

/* The types of a day (YYYY-MM-DD) of an office's table, and behind it those that are built in.
 * `table` NULL or empty: only those. */
void type_labels_make(const struct doctype_table *table, text_t date, struct type_labels *out);
/* The type that these texts are a spelling of, NULL: none that is known. `type`: their
 * series_type. */
const struct type_label *type_labels_find(const struct type_labels *l, uint32_t type, text_t code,
					  text_t name);

#endif
