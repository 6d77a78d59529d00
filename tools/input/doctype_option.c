/* See doctype_option.h. */
#include "tools/input/doctype_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

/* Types of one day. */
struct offered {
	struct client_types_offer types;
	char date[DATE_MAX + 1];
};

static void offer(struct cli *cli, const char *date, struct offered *out)
{
	if (date != NULL && strlen(date) == DATE_MAX)
		memcpy(out->date, date, sizeof out->date);
	else
		text_today(out->date);
	client_types_on(cli_types(cli), out->date, &out->types);
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
		list_sharing(&o->types.on, nfc == NULL ? typed : nfc, types, 400);
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
		list_types(&o->types.on, types, sizeof types);
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
	e = client_types_find(&o.types, typed, out);
	return e == ERR_OK ? 0 : report(cli, &o, e, typed);
}

int doctype_option_filter(struct cli *cli, const char *typed, const char **code)
{
	const struct doctype *type = NULL;
	struct offered o;

	offer(cli, NULL, &o);
	*code = NULL;
	if (client_types_find_ever(&o.types, typed, &type) != ERR_OK)
		return report(cli, &o, ERR_BAD_TYPE, typed);
	*code = type->code; /* QĐ is both of its types here */
	return 0;
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
	if (strlen(number) > NUMBER_MAX ||
	    numbering_parse_among(&o.types.on, text, &parts) != ERR_OK)
		return ERR_NO_TYPE;
	/* a công văn of the State has none */
	snprintf(symbol, TYPE_CODE_MAX + 1, "%s", parts.type[0] == '\0' ? "CV" : parts.type);
	return client_types_find(&o.types, symbol, out);
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
