/* See types.h. */
#include "tools/client/types.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "tools/base/text.h"

enum { ARENA_BYTES = 2 << 20 };

struct client_types {
	struct arena *arena;
	struct doctype_row *rows;
	struct doctype_table table;
};

enum err client_types_new(struct client_types **out)
{
	struct client_types *t = calloc(1, sizeof *t);

	*out = NULL;
	if (t == NULL)
		return ERR_NO_MEMORY;
	t->arena = arena_new(ARENA_BYTES);
	t->rows = calloc(DOCTYPE_ROWS_MAX, sizeof *t->rows);
	t->table.rows = t->rows;
	if (t->arena == NULL || t->rows == NULL) {
		client_types_free(t);
		return ERR_NO_MEMORY;
	}
	*out = t;
	return ERR_OK;
}

void client_types_free(struct client_types *t)
{
	if (t == NULL)
		return;
	arena_destroy(t->arena);
	free(t->rows);
	free(t);
}

/* ---- rows as they come ---- */

static text_t keep(struct client_types *t, const char *text)
{
	return arena_text(t->arena, text, strlen(text));
}

static uint32_t first_of(const struct client_types *t, text_t name)
{
	for (uint32_t i = 0; i < t->table.count; i++) {
		if (spelling_same_name(t->rows[i].type.name, name))
			return t->rows[i].first;
	}
	return t->table.count;
}

enum err client_types_take(struct client_types *t, const Vanthu__V1__TypeLine *line)
{
	struct doctype_row *row = &t->rows[t->table.count];

	if (t->table.count == DOCTYPE_ROWS_MAX)
		return ERR_TOO_LARGE;
	if (strlen(line->from) != DATE_MAX)
		return ERR_BAD_DATE;
	*row = (struct doctype_row){ .ended = line->ended,
				     .type = { keep(t, line->code), keep(t, line->name), "" },
				     .more = { "", "", "" },
				     .source = keep(t, line->source) };
	memcpy(row->from, line->from, sizeof row->from);
	if (row->type.code == NULL || row->type.name == NULL || row->source == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < line->n_aliases && i < DOCTYPE_ALIASES_MAX; i++) {
		text_t alias = keep(t, line->aliases[i]);

		if (alias == NULL)
			return ERR_NO_MEMORY;
		*(i == 0 ? &row->type.alias : &row->more[i - 1]) = alias;
	}
	row->first = first_of(t, row->type.name);
	t->table.count++;
	return ERR_OK;
}

static bool is_not_known(const Vanthu__V1__Reply *reply)
{
	return reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	       reply->error->code == ERR_UNSUPPORTED;
}

enum err client_types_ask(struct client *c, struct client_types *t, struct client_fault *fault)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply = NULL;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_TYPES;
	request.types = &nothing;
	e = client_send(c, &request);
	while (e == ERR_OK) {
		e = client_next(c, &reply);
		if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_TYPE)
			break;
		e = client_types_take(t, reply->type);
		if (e != ERR_OK) {
			client_abandon(c);
			*fault = (struct client_fault){ .err = e };
			return e;
		}
	}
	if (e == ERR_OK &&
	    (reply->what_case == VANTHU__V1__REPLY__WHAT_DONE || is_not_known(reply)))
		return ERR_OK;
	client_fault(c, e, reply, fault);
	return fault->err;
}

const struct doctype_table *client_types_table(const struct client_types *t)
{
	return t->table.count > 0 ? &t->table : NULL;
}

/* ---- which one is meant ---- */

void client_types_on(const struct doctype_table *table, const char *date,
		     struct client_types_offer *out)
{
	out->table = table;
	doctype_table_on(table, date, &out->on);
}

static bool has_alias(const struct doctypes *types, uint32_t i, const char *typed)
{
	const char *alias = types->types[i]->alias;

	for (unsigned k = 0;; k++) {
		if (alias[0] != '\0' && strcmp(alias, typed) == 0)
			return true;
		if (types->more[i] == NULL || k == DOCTYPE_ALIASES_MAX - 1)
			return false;
		alias = types->more[i][k];
	}
}

static bool is_name(const struct doctype *type, const char *folded)
{
	char *name = text_fold(type->name);
	bool is = name != NULL && folded != NULL && strcmp(name, folded) == 0;

	free(name);
	return is;
}

/* The last one that is meant; returns how many are. An alias is of one type alone. */
static unsigned count_meant(const struct doctypes *types, const char *nfc, const char *folded,
			    const struct doctype **out)
{
	unsigned hits = 0;

	for (uint32_t i = 0; i < types->count; i++) {
		if (has_alias(types, i, nfc)) {
			*out = types->types[i];
			return 1;
		}
		if (types->types[i]->code[0] != '\0' && strcmp(types->types[i]->code, nfc) == 0) {
			*out = types->types[i];
			hits++;
		}
	}
	for (uint32_t i = 0; hits == 0 && i < types->count; i++) {
		if (is_name(types->types[i], folded)) {
			*out = types->types[i];
			return 1;
		}
	}
	return hits;
}

static unsigned count_word(const struct doctypes *types, const char *word,
			   const struct doctype **out)
{
	char *nfc = text_entry(word), *folded = text_fold(word);
	unsigned hits =
	    nfc == NULL || nfc[0] == '\0' ? 0 : count_meant(types, nfc, folded, out);

	free(nfc);
	free(folded);
	return hits;
}

enum err client_types_find_ever(const struct client_types_offer *o, const char *word,
				const struct doctype **out)
{
	struct doctypes all;

	if (o->table == NULL)
		return count_word(&o->on, word, out) > 0 ? ERR_OK : ERR_BAD_TYPE;
	all.count = o->table->count;
	for (uint32_t i = 0; i < all.count; i++) {
		all.types[i] = &o->table->rows[i].type;
		all.more[i] = o->table->rows[i].more;
	}
	return count_word(&all, word, out) > 0 ? ERR_OK : ERR_BAD_TYPE;
}

enum err client_types_find(const struct client_types_offer *o, const char *word,
			   const struct doctype **out)
{
	unsigned hits = count_word(&o->on, word, out);
	const struct doctype *other;

	if (hits == 1)
		return ERR_OK;
	if (hits > 1)
		return ERR_AMBIGUOUS;
	return client_types_find_ever(o, word, &other) == ERR_OK ? ERR_TYPE_ENDED : ERR_BAD_TYPE;
}
