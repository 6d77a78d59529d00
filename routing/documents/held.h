/* Documents that wait for a neighbour for HELD_MS: a relay reports it to the origin by a signed
 * relay record, once. */
#ifndef VANTHU_ROUTING_DOCUMENTS_HELD_H
#define VANTHU_ROUTING_DOCUMENTS_HELD_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct link;
struct turn_view;

/* Scans one lane from where the last tick stopped, a bounded number of rows a tick. ERR_STORE and
 * kin. */
must_use enum err held_scan(struct turn_view *t, struct link *l, enum lane lane);

#endif
