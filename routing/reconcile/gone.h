/* What was lost and nobody has whole is listed: a neighbour names to a store that is behind, and
 * that has asked for it, what it knows by its records only (KIND_GONE, a fact a document, at most
 * GONE_OF_ONE_MAX a round). The store that lost them keeps a list, at most GONE_MAX long; a
 * document that comes after all leaves it. */
#ifndef VANTHU_ROUTING_RECONCILE_GONE_H
#define VANTHU_ROUTING_RECONCILE_GONE_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_publish;
struct link;
struct rec_document;
struct turn_view;

/* Here: a document that the neighbour had, and that is not whole. */
must_use enum err gone_tell(struct turn_view *t, struct link *l, const struct rec_document *d);
/* There: KIND_GONE. What is known here, is said by somebody else than the neighbour, or comes while
 * nothing is asked for, is passed over. */
must_use enum err gone_take(struct turn_view *t, const struct ev_publish *e);
/* This document is here now. */
must_use enum err gone_came(struct turn_view *t, struct doc_id id, struct committee_id origin);

#endif
