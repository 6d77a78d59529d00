/* The catalogue: by which lists and look-ups read what they name instead of all that there is. It
 * holds nothing that the store has not: no answer comes out of it, only which records are worth
 * reading, and each of those is judged as if all had been read. So it may lack anything (then the
 * records are read one after the other) and may name too much, but must not leave out what would be
 * shown.
 *
 * It lives as long as the process, in folios of one span of serials each (folio.h). A folio is made
 * by a worker when all serials of its span are given: one a second at most while nobody asks, fewer
 * while documents come in numbers, one after the other when somebody has asked. What changes
 * afterwards is noted, a bit a document, and such a document is read whatever its folio says; when
 * they are many the folio is made again. The documents behind the last whole span are few, and are
 * always read.
 *
 * Nothing is written on the way of a document: that costs a bit for each record that is committed,
 * and a process that dies leaves nothing that could be half written or of another build. */
#ifndef VANTHU_DAEMON_CONTROL_CATALOGUE_H
#define VANTHU_DAEMON_CONTROL_CATALOGUE_H

#include "daemon/base/workers.h"
#include "daemon/control/folio.h"

struct catalogue;
struct plan;
struct store;

/* Over a store and a runner that outlive it, with its files in `folder`; `span` is FOLIO_SPAN, less
 * in tests. NULL without memory: then all is read. Control thread only, as all below. */
struct catalogue *catalogue_new(struct store *store, struct job_runner runner, const char *folder,
				uint32_t span);
void catalogue_free(struct catalogue *c); /* NULL is fine; no job is out */

/* A plan has been committed: lookups show it, and nobody has been told. In this order, or a folio
 * that is being made could miss it. NULL is fine. */
void catalogue_follow(struct catalogue *c, const struct plan *p);
/* Each second. With less than some `spare_bytes` of the disk no folio is made. NULL is fine. */
void catalogue_tick(struct catalogue *c, uint64_t spare_bytes);
/* Each turn: what somebody has asked for follows at once. NULL is fine. */
void catalogue_go_on(struct catalogue *c);
/* Somebody asks: what is missing is made now. NULL is fine. */
void catalogue_ask(struct catalogue *c);

/* The folio with this serial, until the next turn; NULL: none, read. */
const struct folio *catalogue_folio(const struct catalogue *c, uint64_t serial);
/* Adds what has changed since that folio was made. */
void catalogue_add_changed(const struct catalogue *c, const struct folio *p,
			   struct folio_bits *bits);
bool catalogue_has_changed(const struct catalogue *c, const struct folio *p, uint32_t at);
/* Whether more documents than so many spans hold are described by no folio any more, or not yet:
 * they are to be read. */
bool catalogue_lacks(struct catalogue *c, unsigned spans);
/* Parts that are there, and that have been made, again ones too. */
unsigned catalogue_count(const struct catalogue *c);
uint64_t catalogue_made(const struct catalogue *c);

#endif
