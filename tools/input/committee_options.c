/* See tools/input/committee_options.h. */
#include "tools/input/committee_options.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "routing/base/visible.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"

enum {
	OPT_SUPERIOR = 50,
	OPT_NAME,
	OPT_SYMBOL,
	OPT_ENDPOINT,
	OPT_TERM,
	OPT_NO_SEAL,
	OPT_LEVEL,
	OPT_TERM_FROM,
	OPT_ORGAN = 70, /* 58 and 63 are what getopt says of faults */
	OPT_ORGAN_FROM,
	OPT_ORGAN_UNTIL
};

const struct command_option committee_options[] = {
	{ "superior", OPT_SUPERIOR, N_("ID"), N_("the committee above it"), VALUE_COMMITTEE,
	  "add move" },
	{ "name", OPT_NAME, N_("NAME"), N_("its name"), VALUE_NONE, "add change" },
	{ "symbol", OPT_SYMBOL, N_("TEXT"), N_("its symbol as in numbers, like ĐU"), VALUE_NONE,
	  "add change" },
	{ "endpoint", OPT_ENDPOINT, N_("tcp://HOST:PORT"), N_("where its subordinates reach it"),
	  VALUE_NONE, "add change" },
	{ "term", OPT_TERM, N_("TEXT"), N_("its term, like 2025-2030"), VALUE_NONE, "add change" },
	{ "term-from", OPT_TERM_FROM, N_("DATE"),
	  N_("when that term began: its numbers begin anew then; of the same term a correction"),
	  VALUE_NONE, "add change" },
	{ "no-seal", OPT_NO_SEAL, NULL, N_("it has no seal of its own (a chi bộ)"), VALUE_NONE,
	  "add change" },
	{ "level", OPT_LEVEL, "central|provincial|above-base|base|chi-bo",
	  N_("its level, by which it is judged what it may issue"), VALUE_WORDS, "add change" },
	{ "organ-id", OPT_ORGAN, N_("CODE"),
	  N_("a code of an organ that it has besides, as edXML names it"), VALUE_NONE, "change" },
	{ "from", OPT_ORGAN_FROM, N_("DATE"), N_("the first day of that code (always)"),
	  VALUE_NONE, "change" },
	{ "until", OPT_ORGAN_UNTIL, N_("DATE"), N_("the last day of that code (no end is known)"),
	  VALUE_NONE, "change" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

void committee_options_begin(struct committee_options *o)
{
	*o = (struct committee_options){
		.name = "", .symbol = "", .endpoint = "", .term = "", .level = "", .organ = ""
	};
}

static bool is_text(const char *value, size_t most_bytes)
{
	return strlen(value) <= most_bytes && visible_fault(value) == 0 && !visible_blank(value);
}

bool committee_options_take(struct committee_options *o, int option, const char *value)
{
	switch (option) {
	case OPT_SUPERIOR:
		return id_parse(value, strlen(value), &o->superior) == ERR_OK;
	case OPT_NAME:
		o->name = value;
		return is_text(value, COMMITTEE_NAME_MAX);
	case OPT_SYMBOL:
		o->symbol = value;
		return is_text(value, SYMBOL_MAX);
	case OPT_ENDPOINT:
		o->endpoint = value;
		return endpoint_valid(value, false);
	case OPT_TERM:
		o->term = value;
		return is_text(value, SYMBOL_MAX);
	case OPT_TERM_FROM:
		return text_date(value, o->term_from);
	case OPT_LEVEL:
		o->level = value;
		return competence_is_committee(competence_level_of(value));
	case OPT_ORGAN:
		o->organ = value;
		return is_text(value, COMMITTEE_ID_MAX);
	case OPT_ORGAN_FROM:
		return text_date(value, o->organ_from);
	case OPT_ORGAN_UNTIL:
		return text_date(value, o->organ_until);
	case OPT_NO_SEAL:
		o->no_seal = true;
		return true;
	default:
		return false;
	}
}

void committee_options_apply(const struct committee_options *o, struct rec_committee *entry)
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
	if (o->term_from[0] != '\0')
		entry->term_from = o->term_from;
	if (o->level[0] != '\0')
		entry->level = o->level;
	entry->no_seal = entry->no_seal || o->no_seal;
}
