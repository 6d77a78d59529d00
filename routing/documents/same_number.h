/* Documents that came in twice: number, type, term and issuer are the same, on paper or not (Nghị
 * định 30/2020/NĐ-CP, Annex VI, III.1.h). Only ever a warning: what was sent twice may be meant so.
 *
 * The index has what stands in the register of incoming documents: a document is put there by the
 * act that accepts it, so that taking one costs nothing; an entry on paper when it is written. Its
 * keys are in routing/rules/series.h. A store from before there was one is read once (numbers.c).
 * Who issued an entry on paper is a text: it is compared with the committee's id, name and
 * symbol. */
#ifndef VANTHU_ROUTING_DOCUMENTS_SAME_NUMBER_H
#define VANTHU_ROUTING_DOCUMENTS_SAME_NUMBER_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"

struct lookup;
struct rec_document;
struct rec_paper;

/* One that was received, or is being registered, as far as this asks. Borrows its texts; `date` of
 * `numbered` may point into `day`, so it is not copied. */
struct received {
	struct doc_key self;
	struct doc_id id;
	struct numbered numbered; /* number "": nothing could be the same */
	struct committee_id origin; /* "" of one on paper */
	text_t party;               /* of one on paper; "" not said */
	char day[DATE_MAX + 1];
};

void same_number_document(const struct rec_document *d, struct doc_key self, struct received *out);
/* A secret one has a series of its own, one that was cancelled or corrected counts no more: they
 * have no number here. */
void same_number_paper(const struct rec_paper *p, struct serial serial, struct received *out);

/* The others that have its number, of those that stand: not returned, not recalled, not cancelled.
 * At most so many are compared, the newest of each kind first. */
enum { SAME_COMPARED_MAX = 64 };
struct same_number {
	uint32_t count; /* 0: none; the rest is of one of them */
	struct doc_id id;
	text_t number, date; /* in the arena; the day of issue, or of one on paper of receipt */
	bool paper;
};

must_use enum err same_number_find(const struct lookup *l, struct arena *a,
				   const struct received *r, struct same_number *out);
/* Another document has this id too: of another issuer, or on paper. *out: that one is here. */
must_use enum err same_id_find(const struct lookup *l, struct arena *a, const struct doc_id *id,
			       struct doc_key self, bool *out);
/* Into the index, and out of it. */
void same_number_put(struct turn_view *t, const struct received *r);
void same_number_drop(struct turn_view *t, const struct received *r);

#endif
