/* What may be sent and taken, as rules without state. Each names its source. */
#ifndef VANTHU_ROUTING_RULES_POLICY_H
#define VANTHU_ROUTING_RULES_POLICY_H

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"

struct doctype_table;
struct ev_submit;
struct rec_paper;
struct relay_note;

/* Submissions: secrecy (Quyết định 28/2018/QĐ-TTg and QCVN 102 leave secrets to their own network),
 * counts, sizes. */
must_use enum err policy_submit(const struct ev_submit *e, uint64_t attachment_max_bytes);

/* What is more often a slip than meant, of what an office sends: reported as warnings, or refused
 * in strict mode. */
struct policy_question {
	const struct summary *summary;
	text_t type_name;
	const struct manifest_item *manifest;
	uint32_t manifest_count;
	text_t own_symbol; /* "" not known */
	bool odd_name;     /* a part's name is not portable */
	bool signed_for;   /* K/T for a committee */
	int64_t wall_ms;
	const struct doctype_table *types; /* NULL: as built in */
};

/* Codes (enum err), the weightiest first: ERR_NUMBER_TYPE, ERR_FOREIGN_SYMBOL, ERR_FUTURE,
 * ERR_DUE_PAST, ERR_EMPTY_FILE, ERR_FILE_NAME. Returns how many. */
uint32_t policy_warnings(const struct policy_question *q, uint32_t out[WARNINGS_MAX]);

/* An opened document from a neighbour. */
must_use enum err policy_document(const struct head *head, struct committee_id self,
				  const struct relay_note *relays, uint32_t relay_count,
				  uint64_t attachment_max_bytes);

/* A document on paper, to be registered: ERR_FORMAT (direction, secrecy), ERR_FIELD (a text that is
 * blank, too long or not what routing/base/visible.h allows), ERR_BAD_TYPE (the same of its type),
 * ERR_BAD_DATE, ERR_FUTURE (a date that has not come yet). */
must_use enum err policy_paper(const struct rec_paper *p, int64_t wall_ms);

/* A text that somebody gives: at most that many bytes, only what routing/base/visible.h allows, and
 * more than blanks when one is wanted. ERR_FIELD. */
must_use enum err policy_text(text_t text, size_t most_bytes, bool wanted);

#endif
