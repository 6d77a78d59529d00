/* See entry_options.h. */
#include "tools/entry_options.h"

#include <string.h>

#include "routing/endpoint.h"
#include "routing/id.h"

enum { OPT_SUPERIOR = 50, OPT_NAME, OPT_SYMBOL, OPT_ENDPOINT, OPT_TERM, OPT_NO_SEAL };

unsigned entry_options_table(struct option *out)
{
	static const struct option rows[] = {
		{ "superior", required_argument, NULL, OPT_SUPERIOR }, { "name", required_argument, NULL, OPT_NAME },
		{ "symbol", required_argument, NULL, OPT_SYMBOL },     { "endpoint", required_argument, NULL, OPT_ENDPOINT },
		{ "term", required_argument, NULL, OPT_TERM },         { "no-seal", no_argument, NULL, OPT_NO_SEAL },
	};

	memcpy(out, rows, sizeof rows);
	return sizeof rows / sizeof rows[0];
}

void entry_options_begin(struct entry_options *o)
{
	*o = (struct entry_options){ .name = "", .symbol = "", .endpoint = "", .term = "" };
}

bool entry_options_take(struct entry_options *o, int option, const char *value)
{
	switch (option) {
	case OPT_SUPERIOR:
		return id_parse(value, strlen(value), &o->superior) == ERR_OK;
	case OPT_NAME:
		o->name = value;
		return strlen(value) <= COMMITTEE_NAME_MAX;
	case OPT_SYMBOL:
		o->symbol = value;
		return strlen(value) <= SYMBOL_MAX;
	case OPT_ENDPOINT:
		o->endpoint = value;
		return endpoint_valid(value, false);
	case OPT_TERM:
		o->term = value;
		return strlen(value) <= SYMBOL_MAX;
	case OPT_NO_SEAL:
		o->no_seal = true;
		return true;
	default:
		return false;
	}
}

void entry_options_apply(const struct entry_options *o, struct rec_committee *entry)
{
	if (o->superior.text[0] != '\0')
		entry->superior = o->superior;
	if (o->name[0] != '\0')
		entry->name = o->name;
	if (o->symbol[0] != '\0')
		entry->symbol = o->symbol;
	if (o->endpoint[0] != '\0')
		entry->endpoint = o->endpoint;
	if (o->term[0] != '\0')
		entry->term_name = o->term;
	entry->no_seal = entry->no_seal || o->no_seal;
}
