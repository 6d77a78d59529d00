/* See types.h. */
#include "tools/gateway/types.h"

#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/pool.h"

static json_t *list_of(const struct doctype_table *table)
{
	struct doctypes types;
	char today[DATE_MAX + 1];
	json_t *list = json_array();

	text_today(today);
	doctype_table_on(table, today, &types);
	for (uint32_t i = 0; i < types.count; i++) {
		const struct doctype *t = types.types[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "code", t->code, "name",
						      t->name, "word", doctype_word(t)));
	}
	return list;
}

void types_answer(struct exchange *x)
{
	struct client_fault fault = { .err = ERR_OK };
	const struct doctype_table *table;
	struct pool_place *place;
	enum err e = pool_take(x->gateway->pool, CLIENT_OFFICE, &x->rights, &place);

	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	if (pool_types(place, &table, &fault) == ERR_OK)
		exchange_json(x, MHD_HTTP_OK, list_of(table));
	else
		exchange_fault(x, &fault);
	pool_give(x->gateway->pool, place);
}
