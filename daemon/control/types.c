/* See types.h. */
#include "daemon/control/types.h"

#include <stdlib.h>

#include "daemon/control/client.h"
#include "daemon/control/listing.h"
#include "routing/rules/rules.h"

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* By place: a reload may bring another table while the rows are sent. */
struct type_walk {
	uint32_t at;
};

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct type_walk *w = walk;
	const struct doctype_table *t = &c->control->parts.tables->types;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_TYPE);
	Vanthu__V1__TypeLine line = VANTHU__V1__TYPE_LINE__INIT;
	char *aliases[DOCTYPE_ALIASES_MAX];
	const struct doctype_row *row;

	if (w->at >= t->count)
		return control_listing_end(c, id, ERR_OK, "");
	row = &t->rows[w->at++];
	line.from = text(row->from);
	line.ended = row->ended;
	line.code = text(row->type.code);
	line.name = text(row->type.name);
	line.aliases = aliases;
	for (unsigned i = 0; i < DOCTYPE_ALIASES_MAX; i++) {
		text_t alias = i == 0 ? row->type.alias : row->more[i - 1];

		if (alias[0] != '\0')
			aliases[line.n_aliases++] = text(alias);
	}
	line.source = text(row->source);
	r.more = 1;
	r.type = &line;
	control_say(c, &r);
	return true;
}

void control_types(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, free, false };

	control_listing_begin(c, request->id, &kind, calloc(1, sizeof(struct type_walk)));
}
