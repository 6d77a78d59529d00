/* Committee ids: lower-case letters, digits and hyphens, as a tree file has them. */
#ifndef VANTHU_ROUTING_BASE_COMMITTEE_ID_H
#define VANTHU_ROUTING_BASE_COMMITTEE_ID_H

#include "routing/base/err.h"
#include "routing/base/types.h"

bool id_equal(struct committee_id a, struct committee_id b);
bool id_empty(struct committee_id id);
/* Can it name a document? Any UUID (RFC 9562) but nil. */
bool doc_id_valid(const struct doc_id *id);

/* [a-z0-9-]{1,32}, not a reserved word (superior subordinates subtree all registry). ERR_BAD_ID. */
must_use enum err id_parse(const char *text, size_t len_bytes, struct committee_id *out);

#endif
