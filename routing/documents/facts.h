/* Facts of ours, and those of others that pass. */
#ifndef VANTHU_ROUTING_DOCUMENTS_FACTS_H
#define VANTHU_ROUTING_DOCUMENTS_FACTS_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct digest;
struct rec_stream;
struct sealed;
struct turn_view;

/* Plans the signing of a fact of ours, addressed to `to`. Returns the draft's reference
 * (plan_draft), 0 without memory. The fact's arrays must live as long as the plan's arena. */
uint32_t fact_draft(struct turn_view *t, struct committee_id to, const struct fact *fact);
/* Plans a fact of ours to a committee, by the next hop towards it. `keep` (may be NULL) gets the
 * sealed reference for a record of our own. */
must_use enum err fact_send(struct turn_view *t, struct committee_id to, const struct fact *fact,
			    const struct blob *relays, uint32_t relay_count, struct sealed *keep);
/* Has the key ended, or been revoked, that signed this fact of ours? Then who did not take it
 * before refuses it for ever. *digest: of the envelope; not known where the answer is yes or the
 * core has no signed_with. A fact that is still to be sealed: no. ERR_NO_MEMORY, ERR_STORE. */
must_use enum err fact_key_ended(struct turn_view *t, const struct sealed *fact,
				 struct digest *digest, bool *yes);
/* Passes an envelope with a fact on, as it came. */
must_use enum err fact_forward(struct turn_view *t, struct committee_id to,
			       struct committee_id from, const struct rec_stream *fact);

#endif
