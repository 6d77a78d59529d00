/* Which documents of a committee have the same number. A number like 31-KH/ĐU is given once a term
 * and type, one like 15/QĐ-BNV once a year and type (docs/DOMAIN.md §1), however it is spelt. The
 * keys of family NUMBER say who has which, in the order of what they mean, so that neighbours in a
 * book lie together:
 *
 *     'n' ‖ series ‖ type ‖ number ‖ what follows it ‖ 0 ‖ role ‖ serial
 *          one for each document and entry on paper that counts as ours
 *     's' ‖ month ‖ role ‖ serial
 *          one for each of them that shares its number with another
 *     'p' ‖ direction ‖ number as printed ‖ 0 ‖ role ‖ serial
 *          one for each entry on paper that there ever was, whatever became of it
 *
 * Series and type are also what a counter of numbers is known by:
 *
 *     'c' ‖ series ‖ type ‖ organisation ‖ 0
 *     'd' ‖ series ‖ type ‖ organisation ‖ 0    of secret documents
 *
 * Of what others have issued and came in, on paper or not (routing/documents/same_number.h):
 *
 *     'i' ‖ 't', or 'y' ‖ year ‖ type ‖ number ‖ what follows it ‖ 0 ‖ role ‖ issuer ‖ serial
 *          `issuer`: 4 bytes made of its id; on paper 0, for there it is a text */
#ifndef VANTHU_ROUTING_RULES_SERIES_H
#define VANTHU_ROUTING_RULES_SERIES_H

#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

struct doctype_table;

/* A document as far as its number is concerned. */
struct numbered {
	text_t number, type_code, type_name;
	/* NULL: as built in. Only what a type shares its symbol with is asked of it, so that keys
	 * stay what they are when rows are added. */
	const struct doctype_table *types;
	text_t date; /* YYYY-MM-DD: of issue, or where nobody said, the day on which it was sent */
};

/* The type of a document as one number, the same whatever an office's table of types says: equal
 * for equal types, however they are spelt. 0: it has none. */
uint32_t series_type(text_t type_code, text_t type_name);
/* The part of the key that all with the same number have. `term_from`: where our present term
 * begins, or "". False: it has none that could be the same as another's, or the type is not known
 * (QĐ without a name is two). */
bool series_key(const struct numbered *n, text_t term_from, struct key *out);
/* The same in another term, "" in none. False: it is not of a term. */
bool series_of_term(const struct key *series, text_t term_from, struct key *out);
/* The key of the counter that gives the numbers of one series, whatever n->number is. `party`: by
 * term, else by the year of n->date. `organisation`: whose symbol the numbers have, however it is
 * spelt. False as above, and where the organisation is "" or too long. */
bool series_counter(const struct numbered *n, bool party, text_t organisation, text_t term_from,
		    struct key *out);
/* That of the secret documents instead (NĐ 30/2020 Art. 15: they have a series of their own). */
void series_make_secret(struct key *counter);
/* Of a counter: is its series one of a year; and the year in which its year or term begins. False:
 * it is of a time before any term that is known. */
bool series_is_of_year(const struct key *counter);
bool series_begins(const struct key *counter, char year[5]);
/* The prefix of the keys of all that the counter may have given a number, with those of other
 * organisations. False: of secret documents, which have none. */
bool series_members(const struct key *counter, struct key *prefix);
/* The whole key of one of them, and back. */
struct key series_member(const struct key *prefix, enum role role, struct serial serial);
bool series_parse(const struct key *k, enum role *role, struct serial *serial);

/* What the keys of all received with this number begin with, of whatever issuer; of the Party's
 * form in whatever term. False: as series_key. */
bool series_received(const struct numbered *n, struct key *out);
/* Those of one issuer among them, or with `issuer` "" those on paper; the key of one; and back. */
struct key series_received_from(const struct key *prefix, enum role role, text_t issuer);
struct key series_received_one(const struct key *prefix, enum role role, text_t issuer,
			       struct serial serial);
bool series_parse_received(const struct key *k, enum role *role, struct serial *serial);

/* The prefix of the keys of all entries on paper with a number, and the serial of one of them. */
struct key series_paper(enum direction direction, text_t number);
bool series_parse_paper(const struct key *k, struct serial *serial);

struct key series_shared(struct month month, enum role role, struct serial serial);
/* Before all shared ones of a month; and the month of one. */
struct key series_shared_from(struct month month);
bool series_parse_shared(const struct key *k, struct month *month);
struct key series_shared_all(void); /* prefix */

/* What a number says of itself: the symbol of a type of document, as printed. 31-KH/ĐU (the Party's
 * form): "KH"; 15/QĐ-BNV (the State's): "QĐ"; 05/BNV-VP: none, for a công văn of the State has no
 * symbol of its own. *party: which form it has. "" none. */
struct number_symbol {
	char text[NUMBER_MAX + 1];
	bool party;
};

void series_symbol(text_t number, struct number_symbol *out);

#endif
