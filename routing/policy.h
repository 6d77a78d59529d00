/* What may be sent and taken, as rules without state. Each names its source. */
#ifndef VANTHU_ROUTING_POLICY_H
#define VANTHU_ROUTING_POLICY_H

#include "routing/err.h"
#include "routing/event.h"
#include "routing/types.h"

/* Submissions: secrecy (Quyết định 28/2018/QĐ-TTg and QCVN 102 leave secrets to their own network), counts, sizes. */
must_use enum err policy_submit(const struct ev_submit *e, uint64_t attachment_max_bytes);

/* An opened document from a neighbour. */
must_use enum err policy_document(const struct head *head, struct committee_id self, const struct relay_note *relays, uint32_t relay_count,
				  uint64_t attachment_max_bytes);

/* A document on paper, to be registered: ERR_FORMAT (direction, secrecy), ERR_FIELD (a text that is blank, too long or not what visible.h allows),
 * ERR_BAD_TYPE (the same of its type), ERR_BAD_DATE, ERR_FUTURE (a date that has not come yet). */
must_use enum err policy_paper(const struct rec_paper *p, int64_t wall_ms);

/* A text that somebody gives: at most that many bytes, only what visible.h allows, and more than blanks when one is wanted. ERR_FIELD. */
must_use enum err policy_text(text_t text, size_t most_bytes, bool wanted);

#endif
