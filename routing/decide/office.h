/* What the office does with a document that it has received: accept, return, assign, start, finish,
 * agree to a recall or decline it. Each is a signed status to the issuer, one of the history, and
 * where it belongs there a line of the register, all in one plan. */
#ifndef VANTHU_ROUTING_DECIDE_OFFICE_H
#define VANTHU_ROUTING_DECIDE_OFFICE_H

#include "routing/base/err.h"

struct ev_office;
struct turn_view;

/* The client is answered in any case: ERR_OK with what the document has become; ERR_BAD_STATE with
 * the status that forbids it; ERR_NOT_YET, ERR_NOT_RECIPIENT, ERR_FIELD, ERR_BAD_DATE, ERR_DUE_PAST
 * … . The same again is answered with what it did the first time. */
must_use enum err decide_office(struct turn_view *t, const struct ev_office *e);

#endif
