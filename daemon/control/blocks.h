/* In which months the lines of a register were made, by blocks of numbers: whoever asks for a month
 * reads past the blocks that have none of it. Noted by the walks that read a block whole, and
 * forgotten with the process, or when a line is written into one. A line that is damaged after its
 * block was noted is shown in the periods that read it, no more in all of its year. */
#ifndef VANTHU_DAEMON_CONTROL_BLOCKS_H
#define VANTHU_DAEMON_CONTROL_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/calendar.h"
#include "routing/state/record.h"

struct blocks;
struct plan;

enum { BLOCK_LINES = 512 };

/* The months of one. */
struct block {
	struct month from, to;
};

struct blocks *blocks_new(void);    /* NULL without memory: then none is known */
void blocks_free(struct blocks *b); /* NULL is fine, as for all below */
/* A plan has been committed: what it writes into blocks is not known any more. */
void blocks_follow(struct blocks *b, const struct plan *p);
/* Lines that were written since the process began: of two equal numbers a walk knows that nothing
 * was, in between. */
uint64_t blocks_writes(const struct blocks *b);
/* The block of that line. False: it is not known. */
bool blocks_find(const struct blocks *b, struct line_key at, struct block *out);
/* All its lines were read. */
void blocks_note(struct blocks *b, struct line_key at, struct block months);

#endif
