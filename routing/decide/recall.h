/* The issuer asks for a document of its own back: a status 13 to each recipient, signed for each.
 * One envelope a recipient, and no document that recalls: it needs no number of a series, reaches
 * those of a group whom the document reached, whatever the tree is by now, is answered by each for
 * itself, and waits for whoever does not have the document yet (routing/documents/told.h). */
#ifndef VANTHU_ROUTING_DECIDE_RECALL_H
#define VANTHU_ROUTING_DECIDE_RECALL_H

#include "routing/base/err.h"

struct ev_office;
struct turn_view;

/* The client is answered in any case, with how many were asked now. ERR_NOT_ISSUER: it is
 * another's. ERR_NOT_RECIPIENT: one of those named is none. ERR_RECALLED: all have agreed already.
 * Those who were asked and have not answered are not asked again: then it is a repetition. */
must_use enum err decide_recall(struct turn_view *t, const struct ev_office *e);

#endif
