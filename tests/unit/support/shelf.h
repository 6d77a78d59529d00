/* What tests of several modules do at the stage's committee: what lies set aside is opened again,
 * signers speak, a subscriber acknowledges. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_SHELF_H
#define VANTHU_TESTS_UNIT_SUPPORT_SHELF_H

#include "tests/unit/support/fixture.h"

#define HOUR_MS (3600LL * 1000)

/* Commits, does what the plan says, and takes the last that was opened again for it. How many were
 * opened. */
unsigned shelf_settle(struct station *s);
/* So much later: a tick, and the same. */
unsigned shelf_tick(struct station *s, int64_t ms);

/* A document of tinh for us, signed then. */
struct draft shelf_document(struct stage *g, unsigned id, int64_t at_ms);
/* One that was signed seven hours ahead is here and lies aside; the plan of that is cleared. */
struct draft shelf_set_one(struct stage *g, unsigned id);
uint64_t shelf_have(struct stage *g, enum lane lane); /* of what tinh publishes */
bool shelf_complete(struct stage *g, const struct draft *d);
/* The fact at this sequence of a neighbour's queue, opened as its addressee would. */
struct fact shelf_fact(struct stage *g, const char *neighbour, uint64_t seq, struct opened *o);
/* A correction comes, by tinh; the plan before it is cleared. */
void shelf_correct(struct stage *g, const char *signer, const struct fact *doubt, int64_t at_ms);

/* A document of ours for xa-a1, under the id, committed. */
void shelf_queue_one(struct stage *g, unsigned id);
/* An honest acknowledgement of the first `have` of a fresh stream in the normal lane. */
struct message shelf_acknowledgement(struct station *s, const struct neighbour *n,
				     const struct stream_out *out, uint64_t have);

#endif
