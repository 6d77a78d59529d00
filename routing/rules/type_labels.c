/* See type_labels.h. */
#include "routing/rules/type_labels.h"

#include <stddef.h>
#include <string.h>

#include "routing/rules/series.h"
#include "routing/rules/spelling.h"

/* The first that is not below it. */
static uint32_t position_of(const struct type_labels *l, uint32_t type)
{
	uint32_t low = 0, high = l->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (l->list[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first one of a type has it. */
static void add(struct type_labels *l, const struct doctype *as)
{
	uint32_t type = series_type(as->code, as->name), at = position_of(l, type);

	if (type == 0 || l->count == TYPE_LABELS_MAX || strlen(as->code) > TYPE_CODE_MAX ||
	    strlen(as->name) > COMMITTEE_NAME_MAX || (at < l->count && l->list[at].type == type))
		return;
	memmove(&l->list[at + 1], &l->list[at], (l->count - at) * sizeof l->list[0]);
	l->list[at] =
		(struct type_label){ .type = type, .by_name = type != series_type(as->code, "") };
	memcpy(l->list[at].code, as->code, strlen(as->code) + 1);
	memcpy(l->list[at].name, as->name, strlen(as->name) + 1);
	l->count++;
}

void type_labels_make(const struct doctype_table *table, text_t date, struct type_labels *out)
{
	struct doctypes today = { .count = 0 };
	const struct doctype *built_in;

	out->count = 0;
	if (table != NULL && table->count > 0)
		doctype_table_on(table, date, &today);
	for (uint32_t i = 0; i < today.count; i++)
		add(out, today.types[i]);
	for (unsigned i = 0; (built_in = doctype_at(i)) != NULL; i++)
		add(out, built_in);
}

const struct type_label *type_labels_find(const struct type_labels *l, uint32_t type, text_t code,
					  text_t name)
{
	uint32_t at = position_of(l, type);
	const struct type_label *label = &l->list[at];

	if (at == l->count || label->type != type || !spelling_same_number(code, label->code) ||
	    (label->by_name && !spelling_same_name(name, label->name)))
		return NULL;
	return label;
}
