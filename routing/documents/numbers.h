/* The numbers of our documents, one index for those sent here and those registered on paper; see
 * routing/rules/series.h for its keys. A second document under a number is reported to its client
 * as a warning, or refused in strict mode (routing/decide/submit.c, routing/decide/paper.c). Within
 * a turn a decision sees what the one before has planned, so of two clerks with one number the
 * second gets the warning, however close they are. A store from before there was an index is read
 * once, a bounded number of records a tick. */
#ifndef VANTHU_ROUTING_DOCUMENTS_NUMBERS_H
#define VANTHU_ROUTING_DOCUMENTS_NUMBERS_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/memory.h"

struct key;
struct number_term;
struct numbered;
struct rec_document;
struct rec_paper;

/* Others that have a number: how many (SAME_NUMBER_MAX at most), and one of them, the newest of its
 * kind. */
struct number_others {
	uint32_t count;
	struct doc_key one;
};

/* The key that all with its number begin with, in our own series. *has false: nothing that could be
 * another's number too. */
must_use enum err number_of_document(struct turn_view *t, const struct rec_document *d,
				     text_t type_name, struct key *series, bool *has);
must_use enum err number_of_paper(struct turn_view *t, const struct rec_paper *p,
				  struct key *series, bool *has);
must_use enum err number_others(struct turn_view *t, const struct key *series, struct doc_key self,
				struct number_others *out);
/* Is a number of the Party's form that was not given in `term` one of it by the day of a document?
 * One that was sent on the term's first days, before the directory said that it had begun, stands
 * in the series of the one before. `n`: its number, type, and a day of the term. Of paper:
 * alike_find. */
must_use enum err number_in_term(struct turn_view *t, const struct numbered *n,
				 const struct number_term *term, bool *yes);
/* zero when it cannot be read */
must_use enum err number_id(struct turn_view *t, struct doc_key p, struct doc_id *id);
/* Adds or removes a document or paper entry under its number; the keys of shared numbers follow. */
must_use enum err number_put(struct turn_view *t, const struct key *series, struct doc_key doc);
/* The same for who knows the others already. */
must_use enum err number_put_beside(struct turn_view *t, const struct key *series,
				    struct doc_key doc, const struct number_others *others);
must_use enum err number_drop(struct turn_view *t, const struct key *series, struct doc_key doc);
must_use enum err numbers_load(struct turn_view *t);
must_use enum err numbers_tick(struct turn_view *t);

#endif
