/* Random documents of a station, one after the other, and a catalogue over them that is made when a
 * test says so. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_STACKS_H
#define VANTHU_TESTS_UNIT_SUPPORT_STACKS_H

#include "daemon/control/catalogue.h"
#include "tests/unit/support/desk.h"

enum { STACKS_SPAN = 64, STACKS_DOCUMENTS = 400, STACKS_COMMITTEES = 6, STACKS_TYPES = 5 };

/* Jobs wait in it until the test has them done. */
struct waiting_job {
	struct job *job;
};

struct stacks {
	struct desk *d;
	struct catalogue *catalogue;
	struct waiting_job waiting;
	char folder[64];
	uint64_t random;
	unsigned documents; /* so far; their serials are 1 and on */
	bool no_desks;	    /* that are asked for */
	struct tables tables;
};

extern const char *const stacks_committees[STACKS_COMMITTEES];
extern const char *const stacks_types[STACKS_TYPES];

struct stacks *stacks_new(uint64_t seed);
void stacks_end(struct stacks *k);
uint64_t stacks_draw(struct stacks *k, uint64_t below);
bool stacks_chance(struct stacks *k, unsigned percent);
#define ONE_OF(k, list) ((list)[stacks_draw((k), COUNT_OF(list))])

/* For another catalogue over the same: ctx is `waiting`. */
void stacks_take_job(void *ctx, struct job *j);
void stacks_finish_job(struct stacks *k);
/* Ticks until nothing is left to be made. */
void stacks_make(struct stacks *k);

struct doc_id stacks_id(unsigned n); /* of the n-th document */
void stacks_put(struct stacks *k, unsigned count);
/* State, work or whether it is open of one of them, or it is gone. */
void stacks_change(struct stacks *k);
/* A committee gets another name: names are no part of the catalogue. */
void stacks_rename(struct stacks *k);

#endif
