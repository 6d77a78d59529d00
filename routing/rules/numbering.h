/* Numbers of documents as they are printed, taken apart and put together (docs/DOMAIN.md §1, §8):
 *
 *     05-NQ/ĐUK      the Party's form: number, type, organisation
 *     15/QĐ-BTP      the State's
 *     05/BNV-VP      the State's of a công văn, which has no symbol of its type
 *
 * Numbers below 10 are printed with a zero before them. */
#ifndef VANTHU_ROUTING_RULES_NUMBERING_H
#define VANTHU_ROUTING_RULES_NUMBERING_H

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

struct doctype_table;
struct doctypes;

enum {
	/* The last number of a series. No counter goes further: what would be given after it is
	 * refused, by numbering_print too. */
	NUMBERING_LAST = 999999999,
	NUMBERING_DIGITS = 9,
	/* So that number, type and organisation with what stands between them are at most
	 * NUMBER_MAX bytes, whatever the number: one that can be parsed can be printed. Longer
	 * symbols are ERR_FIELD. */
	NUMBERING_ORGANISATION_MAX = NUMBER_MAX - NUMBERING_DIGITS - TYPE_CODE_MAX - 2,
};

enum number_form {
	NUMBER_FORM_NONE = 0,
	NUMBER_FORM_PARTY = 1,
	NUMBER_FORM_STATE = 2,
	NUMBER_FORM_STATE_LETTER = 3, /* a công văn of the State */
};

struct number_parts {
	uint32_t n; /* 1 to NUMBERING_LAST; 0 in a template */
	enum number_form form;
	char type[TYPE_CODE_MAX + 1]; /* "" in NUMBER_FORM_STATE_LETTER */
	char organisation[NUMBERING_ORGANISATION_MAX + 1];
};

/* Takes a number apart, as somebody typed it: blanks, "Số" or "Số:" before it, zeros, the dashes
 * of word processors, capitals or none, letters whole or with marks of their own are all the same.
 * A type that is known is spelt as its table has it, an organisation stays as it was written.
 * ERR_FIELD: it is of none of the three forms (30/2020/NĐ-CP is not, nor 05a-NQ/ĐU), 0, past
 * NUMBERING_LAST, too long, or has characters that nobody sees; *out is zeroed then. */
must_use enum err numbering_parse(text_t number, struct number_parts *out);
/* The same, and the two below, by the types of a day instead of those that are built in. */
must_use enum err numbering_parse_among(const struct doctypes *types, text_t number,
					struct number_parts *out);

/* As it is printed, without "Số". What numbering_parse took is printed as the same number
 * (spelling_same_number). ERR_FIELD: parts that numbering_parse would not have taken, so also 0 and
 * what is past NUMBERING_LAST; out is "" then. */
must_use enum err numbering_print(const struct number_parts *parts, char out[NUMBER_MAX + 1]);

/* The organisation alone: of a công văn of the State without who drafted it. */
void numbering_issuer(const struct number_parts *parts, char out[NUMBERING_ORGANISATION_MAX + 1]);

/* Whether somebody asks for the next number instead of giving one: "auto…". */
bool numbering_is_template(text_t text);

/* What such numbers look like, with n = 0:
 *     auto              the Party's form, with the type's symbol and our own
 *     auto-NQ/ĐUK       auto/QĐ-BTP       auto/BNV-VP
 * A symbol that is our own is spelt as ours is; another organisation's is not refused (a congress
 * has its own). QyĐ and QĐi become QĐ in the Party's form. ERR_FIELD: none of these, or no own
 * symbol, or symbols that are too long. ERR_BAD_TYPE: no type code: what has no symbol is
 * numbered by hand. ERR_NUMBER_TYPE: the template is for another type. */
must_use enum err numbering_template(text_t text, text_t type_code, text_t own_symbol,
				     struct number_parts *out);
must_use enum err numbering_template_among(const struct doctypes *types, text_t text,
					   text_t type_code, text_t own_symbol,
					   struct number_parts *out);

/* The key of the counter of the series that such numbers belong to: those of one term (Party) or
 * year (State), one type and one organisation. A công văn of the State is counted for the whole
 * organisation: BNV in 05/BNV-VP, for what follows is who drafted it. `type_name`: needed where the
 * symbol stands for several types (QĐ), as their table has it; `date`: YYYY-MM-DD of issue;
 * `term_from`: where our present term begins, or ""; what is dated before it, or all where it is
 * not known, is one series. ERR_BAD_TYPE: not clear which type. ERR_NUMBER_TYPE: the name is that
 * of a type with another symbol. ERR_BAD_DATE. ERR_FIELD: parts of no form. */
must_use enum err numbering_series(const struct number_parts *parts, text_t type_name, text_t date,
				   text_t term_from, struct key *out);
must_use enum err numbering_series_of(const struct doctype_table *table,
				      const struct number_parts *parts, text_t type_name,
				      text_t date, text_t term_from, struct key *out);

#endif
