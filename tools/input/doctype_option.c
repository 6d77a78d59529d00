/* See doctype_option.h. */
#include "tools/input/doctype_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

static enum err find_type(const char *typed, const struct doctype **out)
{
	char *nfc = text_entry(typed), *folded = text_fold(typed);
	unsigned hits = 0;
	enum err e = nfc == NULL ? ERR_BAD_TYPE : doctype_by_code(nfc, out);

	for (unsigned i = 0; e == ERR_BAD_TYPE && folded != NULL && doctype_at(i) != NULL; i++) {
		char *name = text_fold(doctype_at(i)->name);

		if (name != NULL && strcmp(name, folded) == 0) {
			*out = doctype_at(i);
			hits++;
		}
		free(name);
	}
	if (e == ERR_BAD_TYPE && hits > 0)
		e = hits == 1 ? ERR_OK : ERR_AMBIGUOUS;
	free(nfc);
	free(folded);
	return e;
}

/* All symbols with their names, for whom the typed one was none. */
static void list_types(char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (unsigned i = 0; doctype_at(i) != NULL && used < size; i++)
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s%s%s", i == 0 ? "" : ", ",
		    doctype_at(i)->code[0] != '\0' ? doctype_word(doctype_at(i)) : "",
		    doctype_at(i)->code[0] != '\0' ? " " : "", doctype_at(i)->name);
}

int doctype_option_filter(struct cli *cli, const char *typed, const char **code)
{
	const struct doctype *type;
	char *nfc = text_entry(typed);
	int exit_code;

	*code = NULL;
	for (unsigned i = 0; nfc != NULL && *code == NULL && doctype_at(i) != NULL; i++) {
		if (doctype_at(i)->code[0] != '\0' && strcmp(doctype_at(i)->code, nfc) == 0)
			*code = doctype_at(i)->code; /* QĐ is both of its types here */
	}
	free(nfc);
	if (*code != NULL)
		return 0;
	exit_code = doctype_option(cli, typed, &type);
	if (exit_code == 0)
		*code = type->code;
	return exit_code;
}

enum err doctype_in_number(const char *number, char symbol[TYPE_CODE_MAX + 1],
			   const struct doctype **out)
{
	char text[NUMBER_MAX + 8];
	struct number_parts parts;

	symbol[0] = '\0';
	if (numbering_is_template(number))
		snprintf(text, sizeof text, "1%s", number + strcspn(number, "-/"));
	else
		snprintf(text, sizeof text, "%s", number);
	if (strlen(number) > NUMBER_MAX || numbering_parse(text, &parts) != ERR_OK)
		return ERR_NO_TYPE;
	/* a công văn of the State has none */
	snprintf(symbol, TYPE_CODE_MAX + 1, "%s", parts.type[0] == '\0' ? "CV" : parts.type);
	return find_type(symbol, out);
}

int doctype_of_number(struct cli *cli, const char *number, const struct doctype **out)
{
	char symbol[TYPE_CODE_MAX + 1];
	enum err e = doctype_in_number(number, symbol, out);

	return e == ERR_OK	    ? 0
	       : e == ERR_AMBIGUOUS ? doctype_option(cli, symbol, out)
				    : cli_fail(cli, ERR_NO_TYPE, number);
}

int doctype_option(struct cli *cli, const char *typed, const struct doctype **out)
{
	char message[256], types[2048], fix[2304];

	switch (find_type(typed, out)) {
	case ERR_OK:
		return 0;
	case ERR_AMBIGUOUS:
		snprintf(message, sizeof message,
			 _("%s stands for several types: Quyết định (QĐi), Quy định (QyĐ)"), typed);
		return cli_fail_text(cli, ERR_BAD_TYPE, message, _(err_fix(ERR_BAD_TYPE)));
	default:
		snprintf(message, sizeof message, _("--type: no such type of document: %s"), typed);
		list_types(types, sizeof types);
		snprintf(fix, sizeof fix, _("a symbol or a name out of these: %s"), types);
		return cli_fail_text(cli, ERR_BAD_TYPE, message, fix);
	}
}
