/* A document that recalls, updates or replaces an older one of its issuer (DocumentBody.business,
 * .concerns; docs/DOMAIN.md §11). At the issuer: may it, and what the register says of the older
 * one. At a recipient: it asks the office, as a status 13 does, and the answer is a status 15 or 16
 * about the older one that names it. Which of the two comes first does not matter: an index by the
 * id of the older one (MATTER_CONCERNED, routing/rules/matter_keys.h) finds the newer ones. Several
 * ask one after the other: a recall before a replacement before an update, the oldest first. */
#ifndef VANTHU_ROUTING_DOCUMENTS_CONCERNS_H
#define VANTHU_ROUTING_DOCUMENTS_CONCERNS_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct doc_key;
struct ev_submit;
struct rec_document;
struct rec_work;
struct recipient_list;
struct turn_view;

/* The older document, by its id; zero: none. What one issuer says of another's counts for
 * nothing. */
const struct doc_id *concerns_older(const struct summary *s, struct committee_id origin);
void concerns_index(struct turn_view *t, const struct rec_document *newer, struct doc_key doc);

/* May ours be sent? *out: ERR_OK, ERR_CONCERNS_UNKNOWN, ERR_NOT_ISSUER, ERR_RECALLED or
 * ERR_REPLACED; *by: the number of the one that replaced it, or NULL. */
must_use enum err concerns_check(struct turn_view *t, const struct summary *s, enum err *out,
				 text_t *by);
/* What is to be warned of, of one that may be: ERR_CONCERNS_TYPE, ERR_CONCERNS_SOME; into `out`,
 * two at most. */
must_use enum err concerns_warn(struct turn_view *t, const struct ev_submit *e,
				const struct recipient_list *to, enum err out[2]);
/* The register's line of the older one says what became of it. */
must_use enum err concerns_enter(struct turn_view *t, const struct rec_document *newer,
				 uint32_t uid);
/* Of one of ours: what it does with the older one, and its number; BUSINESS_NONE and "" when it is
 * not here, or does nothing. */
must_use enum err concerns_of(struct turn_view *t, const struct doc_id *newer, enum business *what,
			      text_t *number);
/* Has the issuer recalled `doc` by a newer document? */
must_use enum err concerns_recalled(struct turn_view *t, struct doc_key doc,
				    const struct rec_document *d, bool *yes);

/* One for us is whole: it asks for what it wants, and is asked for by those that came before it. */
must_use enum err concerns_arrived(struct turn_view *t, struct doc_key doc,
				   const struct rec_document *d);
/* The next that asks for something and has no answer yet, into `work` of the older one; nothing
 * goes before a status 13 that waits for its answer. */
must_use enum err concerns_next(struct turn_view *t, struct doc_key older,
				const struct rec_document *d, struct rec_work *work);
/* Here, of the same issuer, and for us. ERR_NOT_FOUND: there is none. */
must_use enum err concerns_find(struct turn_view *t, const struct rec_document *newer,
				struct doc_key *older);
/* How our office answered the request of that document: OFFICE_NONE not yet. */
must_use enum err concerns_answer(struct turn_view *t, struct doc_key older,
				  const struct doc_id *request, enum office_status *out);
/* The number of a document of `origin`; "" when it is not here. */
must_use enum err concerns_number(struct turn_view *t, struct committee_id origin,
				  const struct doc_id *id, text_t *out);

#endif
