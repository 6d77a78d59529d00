/* See numbering.h. */
#include "routing/rules/numbering.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "routing/base/calendar.h"
#include "routing/base/visible.h"
#include "routing/rules/doctype_table.h"
#include "routing/rules/series.h"
#include "routing/rules/spelling.h"

static const char automatic[] = "auto", letter_code[] = "CV", digits[] = "0123456789";

/* ---- symbols of types ---- */

static bool is_symbol(text_t symbol, text_t of)
{
	return of[0] != '\0' && spelling_same_number(symbol, of);
}

/* The symbol as the table of types has it, NULL: none. */
static text_t known_symbol(const struct doctypes *types, text_t symbol)
{
	/* What 30/2020/NĐ-CP Annex III has beside them: agreements, telegrams, copies. */
	static const text_t of_state[] = {
		"HĐ", "CĐ", "BGN", "BTT", "GUQ", "PB", "SY", "TrS", "SL"
	};

	for (uint32_t i = 0; i < types->count; i++) {
		text_t spelt = doctype_table_spelt(types, i, symbol);

		if (spelt != NULL)
			return spelt;
	}
	for (size_t i = 0; i < sizeof of_state / sizeof of_state[0]; i++) {
		if (is_symbol(symbol, of_state[i]))
			return of_state[i];
	}
	return NULL;
}

/* QyĐ is a symbol of what has the code QĐ. */
static bool is_of_type(const struct doctypes *types, text_t symbol, text_t code)
{
	if (is_symbol(symbol, code))
		return true;
	for (uint32_t i = 0; i < types->count; i++) {
		if (doctype_table_spelt(types, i, symbol) != NULL &&
		    doctype_table_spelt(types, i, code) != NULL)
			return true;
	}
	return false;
}

/* An alias, and no code. */
static bool is_alias_of(const struct doctypes *types, uint32_t i, text_t symbol)
{
	text_t spelt = doctype_table_spelt(types, i, symbol);

	return spelt != NULL && spelt != types->types[i]->code;
}

/* An alias becomes the code that the Party prints. */
static void print_code(const struct doctypes *types, char symbol[TYPE_CODE_MAX + 1])
{
	for (uint32_t i = 0; i < types->count; i++) {
		if (is_alias_of(types, i, symbol))
			snprintf(symbol, TYPE_CODE_MAX + 1, "%s", types->types[i]->code);
	}
}

/* ---- reading ---- */

/* Without blanks; digits and separators of every width as those of ASCII, letters as they are. */
static bool squeeze(text_t text, char out[NUMBER_MAX + 1])
{
	size_t used = 0;

	for (size_t at = 0; text[at] != '\0';) {
		char one[8] = "", folded[FOLD_NUMBER_SIZE];
		uint32_t fault;
		size_t len = visible_char(text, at, &fault);
		const char *put = one;

		assert(len < sizeof one);
		memcpy(one, text + at, len);
		at += len;
		spelling_number(one, folded);
		if (folded[0] == '\0')
			continue;
		if (folded[1] == '\0' && folded[0] > ' ' && !(folded[0] >= 'a' && folded[0] <= 'z'))
			put = folded;
		if (fault != 0 || used + strlen(put) > NUMBER_MAX)
			return false;
		memcpy(out + used, put, strlen(put));
		used += strlen(put);
	}
	out[used] = '\0';
	return true;
}

/* A symbol of `len` bytes with at most `most`: no blank stands in it any more, and no separator at
 * its ends. */
static bool take_symbol(const char *from, size_t len, char *out, size_t most)
{
	if (len == 0 || len > most || strchr("-/", from[0]) != NULL ||
	    strchr("-/", from[len - 1]) != NULL)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return strpbrk(out, ",;:\"") == NULL;
}

static bool take_type(const struct doctypes *types, const char *from, size_t len,
		      struct number_parts *out)
{
	text_t known;

	if (!take_symbol(from, len, out->type, TYPE_CODE_MAX) || strpbrk(out->type, digits) != NULL)
		return false;
	known = known_symbol(types, out->type);
	if (known != NULL)
		snprintf(out->type, sizeof out->type, "%s", known);
	return true;
}

static bool take_organisation(const char *from, struct number_parts *out)
{
	return take_symbol(from, strlen(from), out->organisation, NUMBERING_ORGANISATION_MAX);
}

static bool take_state(const struct doctypes *types, const char *at, struct number_parts *out)
{
	size_t len = strcspn(at, "-/");

	if (at[len] == '-' && take_type(types, at, len, out) &&
	    known_symbol(types, out->type) != NULL) {
		out->form = NUMBER_FORM_STATE;
		return take_organisation(at + len + 1, out);
	}
	out->type[0] = '\0';
	out->form = NUMBER_FORM_STATE_LETTER;
	/* A year stands there in laws and decrees, which are not of these forms. */
	return strspn(at, digits) < len && take_organisation(at, out);
}

/* What follows the number. */
static bool take_rest(const struct doctypes *types, const char *at, struct number_parts *out)
{
	size_t len;

	if (*at == '/')
		return take_state(types, at + 1, out);
	if (*at++ != '-')
		return false;
	len = strcspn(at, "-/");
	out->form = NUMBER_FORM_PARTY;
	return at[len] == '/' && take_type(types, at, len, out) &&
	       take_organisation(at + len + 1, out);
}

/* The number behind "Số", and what follows it. */
static const char *take_number(const char *text, uint32_t *n)
{
	const char *at = text + strcspn(text, digits);
	char before[NUMBER_MAX + 1] = "";
	unsigned count = 0;

	memcpy(before, text, (size_t)(at - text));
	if (before[0] != '\0' && !spelling_same_number(before, "Số") &&
	    !spelling_same_number(before, "Số:"))
		return NULL;
	at += strspn(at, "0");
	for (*n = 0; *at >= '0' && *at <= '9'; at++) {
		if (++count > NUMBERING_DIGITS)
			return NULL;
		*n = *n * 10 + (uint32_t)(*at - '0');
	}
	return *n != 0 ? at : NULL;
}

enum err numbering_parse_among(const struct doctypes *types, text_t number,
			       struct number_parts *out)
{
	char text[NUMBER_MAX + 1];
	struct number_parts parts = { .form = NUMBER_FORM_NONE };
	const char *rest = squeeze(number, text) ? take_number(text, &parts.n) : NULL;
	bool is_number = rest != NULL && take_rest(types, rest, &parts);

	*out = is_number ? parts : (struct number_parts){ .form = NUMBER_FORM_NONE };
	return is_number ? ERR_OK : ERR_FIELD;
}

enum err numbering_parse(text_t number, struct number_parts *out)
{
	struct doctypes types;

	doctype_table_on(NULL, "", &types);
	return numbering_parse_among(&types, number, out);
}

/* ---- printing ---- */

enum err numbering_print(const struct number_parts *p, char out[NUMBER_MAX + 1])
{
	bool letter = p->form == NUMBER_FORM_STATE_LETTER, state = p->form == NUMBER_FORM_STATE;
	size_t size = NUMBER_MAX + 1;

	out[0] = '\0';
	if (p->n == 0 || p->n > NUMBERING_LAST || p->organisation[0] == '\0' ||
	    letter != (p->type[0] == '\0') || !(letter || state || p->form == NUMBER_FORM_PARTY))
		return ERR_FIELD;
	if (letter)
		snprintf(out, size, "%02u/%s", p->n, p->organisation);
	else if (state)
		snprintf(out, size, "%02u/%s-%s", p->n, p->type, p->organisation);
	else
		snprintf(out, size, "%02u-%s/%s", p->n, p->type, p->organisation);
	return ERR_OK;
}

void numbering_issuer(const struct number_parts *parts, char out[NUMBERING_ORGANISATION_MAX + 1])
{
	memcpy(out, parts->organisation, NUMBERING_ORGANISATION_MAX + 1);
	if (parts->form == NUMBER_FORM_STATE_LETTER)
		out[strcspn(out, "-")] = '\0';
}

/* ---- templates ---- */

/* What follows "auto", NULL: it does not begin so. */
static const char *after_automatic(const char *squeezed)
{
	char word[sizeof automatic] = "";

	if (strlen(squeezed) < sizeof automatic - 1)
		return NULL;
	memcpy(word, squeezed, sizeof automatic - 1);
	return spelling_same_number(word, automatic) ? squeezed + sizeof automatic - 1 : NULL;
}

bool numbering_is_template(text_t text)
{
	char squeezed[NUMBER_MAX + 1];

	return squeeze(text, squeezed) && after_automatic(squeezed) != NULL;
}

static enum err fill_template(const struct doctypes *types, const char *rest, text_t type_code,
			      text_t own_symbol, struct number_parts *out)
{
	bool fits;

	if (rest[0] == '\0') {
		out->form = NUMBER_FORM_PARTY;
		fits = take_type(types, type_code, strlen(type_code), out) &&
		       take_organisation(own_symbol, out);
	} else {
		fits = take_rest(types, rest, out);
	}
	if (!fits)
		return ERR_FIELD;
	if (!is_of_type(types, out->form == NUMBER_FORM_STATE_LETTER ? letter_code : out->type,
			type_code))
		return ERR_NUMBER_TYPE;
	if (out->form == NUMBER_FORM_PARTY)
		print_code(types, out->type);
	if (spelling_same_number(out->organisation, own_symbol) &&
	    !take_organisation(own_symbol, out))
		return ERR_FIELD;
	return ERR_OK;
}

enum err numbering_template_among(const struct doctypes *types, text_t text, text_t type_code,
				  text_t own_symbol, struct number_parts *out)
{
	char squeezed[NUMBER_MAX + 1], code[NUMBER_MAX + 1], own[NUMBER_MAX + 1];
	const char *rest = squeeze(text, squeezed) ? after_automatic(squeezed) : NULL;
	enum err e = ERR_OK;

	*out = (struct number_parts){ .form = NUMBER_FORM_NONE };
	if (rest == NULL || !squeeze(own_symbol, own))
		e = ERR_FIELD;
	else if (!squeeze(type_code, code) || code[0] == '\0')
		e = ERR_BAD_TYPE;
	if (e == ERR_OK)
		e = fill_template(types, rest, code, own, out);
	if (e != ERR_OK)
		*out = (struct number_parts){ .form = NUMBER_FORM_NONE };
	return e;
}

enum err numbering_template(text_t text, text_t type_code, text_t own_symbol,
			    struct number_parts *out)
{
	struct doctypes types;

	doctype_table_on(NULL, "", &types);
	return numbering_template_among(&types, text, type_code, own_symbol, out);
}

/* ---- series ---- */

/* The type that has exactly this name; no other is spelled alike. NULL: none. */
static const struct doctype *type_named(const struct doctypes *types, text_t name)
{
	for (uint32_t i = 0; i < types->count; i++) {
		if (strcmp(name, types->types[i]->name) == 0)
			return types->types[i];
	}
	return NULL;
}

/* Which type a symbol and a name mean together. An alias is of one type: its code and name are
 * those of the series, so that QyĐ and QĐ of that name have one counter. Where a symbol is of
 * several types, another name than theirs would begin a counter of its own: it says nothing. */
static enum err type_of_series(const struct doctypes *types, text_t symbol, text_t type_name,
			       struct numbered *out)
{
	const struct doctype *exactly = type_named(types, type_name);
	bool named = false, of_alias = false;
	unsigned of_code = 0;

	out->type_code = symbol;
	out->type_name = type_name;
	for (uint32_t i = 0; i < types->count; i++) {
		const struct doctype *type = types->types[i];
		bool has_name = exactly == NULL ? spelling_same_name(type_name, type->name)
						: type == exactly;
		bool is_alias = is_alias_of(types, i, symbol);
		bool is_code = is_symbol(symbol, type->code);

		if (has_name && !is_alias && !is_code)
			return ERR_NUMBER_TYPE;
		named = named || has_name;
		of_alias = of_alias || is_alias;
		of_code += is_code ? 1 : 0;
		if (has_name || is_alias) {
			out->type_code = type->code;
			out->type_name = type->name;
		}
	}
	return of_code > 1 && !named && !of_alias ? ERR_BAD_TYPE : ERR_OK;
}

enum err numbering_series_of(const struct doctype_table *table, const struct number_parts *parts,
			     text_t type_name, text_t date, text_t term_from, struct key *out)
{
	struct numbered n = { .number = "", .date = date, .types = table };
	char organisation[NUMBERING_ORGANISATION_MAX + 1];
	bool letter = parts->form == NUMBER_FORM_STATE_LETTER;
	struct doctypes types;
	struct day day;
	enum err e;

	*out = (struct key){ .len_bytes = 0 };
	if (parts->form == NUMBER_FORM_NONE || parts->organisation[0] == '\0')
		return ERR_FIELD;
	if (!date_day(date, &day))
		return ERR_BAD_DATE;
	doctype_table_on(table, date, &types);
	e = type_of_series(&types, letter ? letter_code : parts->type, type_name, &n);
	if (e != ERR_OK)
		return e;
	numbering_issuer(parts, organisation);
	return series_counter(&n, parts->form == NUMBER_FORM_PARTY, organisation, term_from, out)
		       ? ERR_OK
		       : ERR_BAD_TYPE;
}

enum err numbering_series(const struct number_parts *parts, text_t type_name, text_t date,
			  text_t term_from, struct key *out)
{
	return numbering_series_of(NULL, parts, type_name, date, term_from, out);
}
