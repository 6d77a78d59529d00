/* What is more often a slip than meant, of what an office sends or registers: reported to the
 * client as warnings, or refused in strict mode. */
#ifndef VANTHU_ROUTING_DOCUMENTS_SLIPS_H
#define VANTHU_ROUTING_DOCUMENTS_SLIPS_H

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/numbers.h"
#include "routing/documents/same_number.h"
#include "routing/state/memory.h"

struct act_reply;
struct key;
struct policy_question;

/* The weightiest first: enum err, as warnings. */
struct slips_found {
	uint32_t codes[WARNINGS_MAX];
	uint32_t count;
	/* with ERR_SAME_NUMBER: one of those that have the number, and how many there are */
	struct doc_id same;
	uint32_t same_count;
	/* of one that came in: that one; count 0: `same` is one of ours */
	struct same_number received;
	struct number_others others; /* all that have the number of ours, for number_put_beside */
	uint32_t gap;		     /* with ERR_NUMBER_GAP: how many numbers are skipped */
};

/* `series` NULL: it has no number of ours; `self`: where it lies, or will; `gap`: how many numbers
 * it skips. */
must_use enum err slips_check(struct turn_view *t, const struct key *series, struct doc_key self,
			      uint32_t gap, struct policy_question *q, struct slips_found *out);
/* Of one that came in, besides: has another its number? It goes before the rest. */
must_use enum err slips_received(struct turn_view *t, const struct received *r,
				 struct slips_found *out);
/* Has another document its id? Likewise. */
must_use enum err slips_same_id(struct turn_view *t, const struct doc_id *id, struct doc_key self,
				struct slips_found *out);
must_use enum err slips_own_symbol(struct turn_view *t, text_t *out); /* "" not known */
/* In the plan's arena: the answer is sent when the decision is over. */
void slips_answer(struct turn_view *t, const struct slips_found *s, struct act_reply *a);

#endif
