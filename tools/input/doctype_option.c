/* See doctype_option.h. */
#include "tools/input/doctype_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

/* Types of one day, or with `every` the rows of all days. */
struct offered {
	struct doctypes on;
	const struct doctype_table *table; /* NULL: as built in */
	char date[DATE_MAX + 1];
};

static void offer(struct cli *cli, const char *date, struct offered *out)
{
	out->table = cli_types(cli);
	if (date != NULL && strlen(date) == DATE_MAX)
		memcpy(out->date, date, sizeof out->date);
	else
		text_today(out->date);
	doctype_table_on(out->table, out->date, &out->on);
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

/* Every type that the table has on any day, each row by itself. */
static void of_all_days(const struct offered *o, struct doctypes *out)
{
	if (o->table == NULL) {
		*out = o->on;
		return;
	}
	out->count = o->table->count;
	for (uint32_t i = 0; i < out->count; i++) {
		out->types[i] = &o->table->rows[i].type;
		out->more[i] = o->table->rows[i].more;
	}
}

/* ERR_BAD_TYPE, ERR_AMBIGUOUS, ERR_TYPE_ENDED: on other days only. */
static enum err find_type(const struct offered *o, const char *typed, const struct doctype **out)
{
	char *nfc = text_entry(typed), *folded = text_fold(typed);
	unsigned hits = nfc == NULL || nfc[0] == '\0' ? 0 : count_meant(&o->on, nfc, folded, out);
	enum err e = hits == 1 ? ERR_OK : hits > 1 ? ERR_AMBIGUOUS : ERR_BAD_TYPE;
	const struct doctype *other = NULL;
	struct doctypes all;

	if (e == ERR_BAD_TYPE && nfc != NULL && nfc[0] != '\0') {
		of_all_days(o, &all);
		if (count_meant(&all, nfc, folded, &other) > 0)
			e = ERR_TYPE_ENDED;
	}
	free(nfc);
	free(folded);
	return e;
}

static const char *word_of(const struct doctype *t)
{
	return t->code[0] != '\0' ? doctype_word(t) : "";
}

/* All symbols with their names, for whom the typed one was none. */
static void list_types(const struct doctypes *types, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < types->count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s%s%s", i == 0 ? "" : ", ",
					 word_of(types->types[i]),
					 types->types[i]->code[0] != '\0' ? " " : "",
					 types->types[i]->name);
}

/* "Quyết định (QĐi), Quy định (QyĐ)" */
static void list_sharing(const struct doctypes *types, const char *code, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < types->count && used < size; i++) {
		const struct doctype *t = types->types[i];

		if (strcmp(t->code, code) == 0)
			used += (size_t)snprintf(out + used, size - used, "%s%s (%s)",
						 used == 0 ? "" : ", ", t->name,
						 t->alias[0] != '\0' ? t->alias : t->name);
	}
}

static int report(struct cli *cli, const struct offered *o, enum err e, const char *typed)
{
	char message[512], types[4096], fix[4352];
	char *nfc = text_entry(typed);

	switch (e) {
	case ERR_AMBIGUOUS:
		list_sharing(&o->on, nfc == NULL ? typed : nfc, types, 400);
		snprintf(message, sizeof message, _("%s stands for several types: %s"), typed,
			 types);
		snprintf(fix, sizeof fix, "%s", _(err_fix(ERR_BAD_TYPE)));
		e = ERR_BAD_TYPE;
		break;
	case ERR_TYPE_ENDED:
		snprintf(message, sizeof message,
			 _("--type: no documents of this type are issued on %s: %s"), o->date,
			 typed);
		snprintf(fix, sizeof fix, "%s", _(err_fix(e)));
		break;
	default:
		snprintf(message, sizeof message, _("--type: no such type of document: %s"), typed);
		list_types(&o->on, types, sizeof types);
		snprintf(fix, sizeof fix, _("a symbol or a name out of these: %s"), types);
		e = ERR_BAD_TYPE;
	}
	free(nfc);
	return cli_fail_text(cli, e, message, fix);
}

int doctype_option(struct cli *cli, const char *typed, const char *date,
		   const struct doctype **out)
{
	struct offered o;
	enum err e;

	offer(cli, date, &o);
	e = find_type(&o, typed, out);
	return e == ERR_OK ? 0 : report(cli, &o, e, typed);
}

int doctype_option_filter(struct cli *cli, const char *typed, const char **code)
{
	const struct doctype *type = NULL;
	char *nfc = text_entry(typed), *folded = text_fold(typed);
	struct doctypes all;
	struct offered o;
	int exit_code = 0;

	offer(cli, NULL, &o);
	of_all_days(&o, &all);
	*code = NULL;
	if (nfc != NULL && nfc[0] != '\0' && count_meant(&all, nfc, folded, &type) > 0)
		*code = type->code; /* QĐ is both of its types here */
	else
		exit_code = report(cli, &o, ERR_BAD_TYPE, typed);
	free(nfc);
	free(folded);
	return exit_code;
}

enum err doctype_in_number(struct cli *cli, const char *number, const char *date,
			   char symbol[TYPE_CODE_MAX + 1], const struct doctype **out)
{
	char text[NUMBER_MAX + 8];
	struct number_parts parts;
	struct offered o;

	symbol[0] = '\0';
	if (numbering_is_template(number))
		snprintf(text, sizeof text, "1%s", number + strcspn(number, "-/"));
	else
		snprintf(text, sizeof text, "%s", number);
	offer(cli, date, &o);
	if (strlen(number) > NUMBER_MAX || numbering_parse_among(&o.on, text, &parts) != ERR_OK)
		return ERR_NO_TYPE;
	/* a công văn of the State has none */
	snprintf(symbol, TYPE_CODE_MAX + 1, "%s", parts.type[0] == '\0' ? "CV" : parts.type);
	return find_type(&o, symbol, out);
}

int doctype_of_number(struct cli *cli, const char *number, const char *date,
		      const struct doctype **out)
{
	char symbol[TYPE_CODE_MAX + 1];
	enum err e = doctype_in_number(cli, number, date, symbol, out);

	return e == ERR_OK	    ? 0
	       : e == ERR_AMBIGUOUS || e == ERR_TYPE_ENDED
		       ? doctype_option(cli, symbol, date, out)
		       : cli_fail(cli, ERR_NO_TYPE, number);
}
