/* What the office of a recipient does with a document, as codes that the State's document exchange
 * uses (QCVN 102:2016/BTTTT and its samples: docs/DOMAIN.md §11), and which may follow which. Of
 * the codes 01 to 16 only those here are in real use; any other is kept and shown as it came.
 *
 *                        .---- return ----> RETURNED 02
 *                        |                     | accept (the return was a mistake)
 *     (nothing) = ARRIVED 01 -- accept --> ACCEPTED 03 <-'
 *                                             |  \__ return ---> RETURNED 02
 *                                 assign      v
 *                              .--------- ASSIGNED 04 <-. assign (to another)
 *                        start |              |         |
 *                              v              |         |
 *                        PROCESSING 05 -------+---------'
 *                              |  ^           |
 *                       finish v  | start     | finish
 *                           FINISHED 06 <-----'         (finish also from ACCEPTED)
 *
 * A status is never erased: what undoes one is one that follows it. To recall is a question of its
 * own beside these: the issuer asks (13), the recipient's office agrees (15) or declines (16). Once
 * it has agreed, nothing may follow: the document is frozen. A newer document that updates or
 * replaces this one asks in the same way. Agreed to an update, the work goes on, with both. Agreed
 * to a replacement, this one can be returned and finished, and no work on it begins. */
#ifndef VANTHU_ROUTING_RULES_OFFICE_STATUS_H
#define VANTHU_ROUTING_RULES_OFFICE_STATUS_H

#include <stdbool.h>

#include "routing/base/types.h"

/* As printed and signed: "03". "" for OFFICE_NONE. Static. */
text_t office_status_code(enum office_status s);
/* OFFICE_NONE: not one that this build knows. */
enum office_status office_status_of(text_t code);
/* Does the recipient's office say it, or (13) the issuer? */
bool office_status_from_issuer(enum office_status s);

/* The table above. */
bool office_status_may_follow(const struct office_stand *at, enum office_status next);
/* Given back: nothing may be done with it. */
bool office_stand_frozen(const struct office_stand *at);
/* Is it asked back (not updated or replaced) and not answered yet? */
bool office_stand_asked_back(const struct office_stand *at);
/* What is known after it. An order that the table does not have is taken all the same: it is what
 * somebody signed. */
void office_status_apply(struct office_stand *at, enum office_status next);

#endif
