/* The documents that a benchmark sends, and what has become of each. */
#ifndef VANTHU_TESTS_BENCH_DOCUMENTS_H
#define VANTHU_TESTS_BENCH_DOCUMENTS_H

#include "routing/base/types.h"
#include "tests/bench/conn.h"

struct plan_of_load {
	const char *folder;   /* of the committee that sends */
	const char *to;       /* committee ids between commas, or "subordinates" */
	unsigned count;       /* documents */
	unsigned receipts;    /* for each, in all */
	size_t bytes;         /* of each; its content is random and no two are alike */
	unsigned in_flight;   /* submitted and not yet accepted */
	/* 0: as fast as it goes; else they are due at this rate, whatever becomes of the ones
	 * before */
	double per_s;
	bool await;           /* the next one only when all receipts of the one before are back */
	bool urgent;          /* hỏa tốc */
	bool varied;          /* of seven types, with subjects as offices write them */
	/* a file to which each document's time to its last receipt is added, in ms, a line each;
	 * NULL: none */
	const char *samples;
	bool no_receipts;     /* do not wait for any: nobody is there to give them */
};

struct documents;
struct documents *documents_new(const struct plan_of_load *plan);
void documents_free(struct documents *d); /* NULL is fine */

/* Document number n is due: its id, and its content of plan's bytes, which holds until the next. */
const uint8_t *documents_begin(struct documents *d, unsigned n, double due_s, struct doc_id *id);
/* Packs submission number n and notes the time it was due. */
void documents_submit(struct documents *d, struct conn *c, unsigned n, double due_s);
/* The daemon says: accepted. Twice, or one that nobody sent, ends the process. */
void documents_accepted(struct documents *d, unsigned n, double at_s);
/* A live event's document; false when it is none of these. A receipt too many ends the process. */
bool documents_receipt(struct documents *d, const uint8_t *id, size_t len_bytes, double at_s);
/* Asks the daemon for its outbox: what it says is delivered counts, whether or not its live event
 * came. Returns how many are. */
unsigned documents_recount(struct documents *d, double at_s);

unsigned documents_accepted_count(const struct documents *d);
unsigned documents_delivered_count(const struct documents *d); /* all receipts are back */
unsigned documents_receipt_count(const struct documents *d);
/* Time from due to accepted, and to the last receipt, in ms, at this share of all (0.5, 0.99). */
double documents_accept_ms(struct documents *d, double share);
double documents_receipt_ms(struct documents *d, double share);
void documents_write_samples(struct documents *d, const char *path);

#endif
