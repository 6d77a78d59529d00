/* The numbers of our documents, as they are given: of each series (issuer, term or year, type) the
 * store keeps the last one, in family SERIES. An automatic number is the next; one that a clerk
 * chose pushes the last one up, and leaves a gap where it skips some. No number is given twice, and
 * the last one never goes back: a document or entry that is cancelled keeps its number. Within a
 * turn a decision sees what the one before has planned, so two clerks get two numbers, however
 * close they are.
 *
 * Days of a new term on which numbers were given by the series of the one before, because the
 * directory had not said yet that it begins, are days of the new one: its numbers begin with 01 all
 * the same, and those that are on such a day already, made void or cancelled or not, are left out.
 *
 * A store from before has no records of SERIES: the highest number of a series is looked for in
 * NUMBER. What was cancelled on paper, and secret documents, are not in that index: the first
 * automatic number after such a one may be its number. Secret documents have series of their own.
 */
#ifndef VANTHU_ROUTING_DOCUMENTS_GIVEN_H
#define VANTHU_ROUTING_DOCUMENTS_GIVEN_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

struct turn_view;

/* What a number is for. */
struct given_question {
	text_t type_code, type_name;
	text_t date; /* YYYY-MM-DD, of issue; "" or NULL: today */
	bool secret;
};

/* A number in its series. */
struct given {
	bool counted; /* it belongs to a series; else nothing below is set */
	bool unknown; /* `last` is not known: an older store is still being read */
	/* the record of SERIES is damaged, or `last` was not found in time: a number by hand says
	 * where the series stands */
	bool lost;
	bool stored; /* the record of SERIES is there */
	uint32_t n;	    /* the number itself */
	uint64_t last;	    /* of its series, before it; 0: none */
	struct key counter; /* of SERIES */
};

/* The next number after the template ("auto…"); *number lives as long as the plan. Answers for the
 * client, given_is_answer: ERR_NUMBER_TYPE (the template is for another type), ERR_NO_NUMBER (the
 * date lies before our term; the series is lost, or has given its last number; no symbol of type or
 * committee), ERR_BAD_DATE, ERR_BUSY (an older store is still being read). Else a failure. */
must_use enum err given_next(struct turn_view *t, const struct given_question *q, text_t template,
			     struct given *out, text_t *number);
bool given_is_answer(enum err e);
/* What a number that somebody chose means for its series. One that cannot be taken apart, or whose
 * type is not clear, is not counted. Failures only. */
must_use enum err given_by_hand(struct turn_view *t, const struct given_question *q, text_t number,
				struct given *out);
/* Only of which series it is, and the number itself; *n 0: it is not counted. Failures. */
must_use enum err given_counter(struct turn_view *t, const struct given_question *q, text_t number,
				struct key *counter, uint64_t *n);
/* How many numbers of the series it skips; of the first one that is known: 0. */
uint32_t given_gap(const struct given *g);
/* Plans that it has been given. */
void given_take(struct turn_view *t, const struct given *g);
/* Is it this number that the template gave, or would give? For repeated requests. */
bool given_fits(struct turn_view *t, const struct given_question *q, text_t template,
		text_t own_symbol, text_t number);

#endif
