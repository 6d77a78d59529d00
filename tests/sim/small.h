/* Small worlds: three committees and every sequence of a few operations. Nothing in them is drawn:
 * frames and commits take the same time each, who dies starts again after the same time, and
 * between two operations no time passes but by operations. What comes of a sequence is the same
 * each time, and follows from its number alone.
 *
 *         c0          the top, and the relay between the two
 *        /  \
 *      c1    c2       c1 issues and asks back; c2's office works on what comes
 *
 * Of the kinds of them the first has all its sequences. The others have another operation in the
 * place of one or two, and of them those with such a one run: c2 gets another superior, which is
 * c1, and c1 another key; not c0's store is put back to an earlier copy, but c1's, or c2's. */
#ifndef VANTHU_TESTS_SIM_SMALL_H
#define VANTHU_TESTS_SIM_SMALL_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SMALL_OPERATIONS = 12,
	SMALL_LENGTH = 4,
	SMALL_OF_KIND = 12 * 12 * 12 * 12, /* sequences */
	SMALL_CREDIT = 4,		   /* messages a lane */
	SMALL_FRAME_MS = 2,
	SMALL_COMMIT_MS = 4,
	/* So much passes in a step: less than a hop takes, which is a frame and a commit, so that
	 * one finds both under way, now this one and now that. */
	SMALL_STEP_MS = 4,
	SMALL_QUIET_MS = 2500, /* and when all is to become quiet */
	SMALL_RESTART_MS = 20
};
_Static_assert(SMALL_OPERATIONS == 12 && SMALL_LENGTH == 4, "SMALL_OF_KIND");

/* In the order of the numbers of their sequences: those of the second follow on the first's. */
enum small_kind {
	SMALL_SETBACK,
	SMALL_CHANGING,
	SMALL_ISSUER_BACK,
	SMALL_OFFICE_BACK,
	SMALL_KINDS
};

struct world;

/* What a small world remembers of its operations. */
struct small {
	enum small_kind kind;
	unsigned clocks, recalls; /* how often each was */
};

/* Up to where all sequences of a kind begin: documents have gone each way, a disk was copied and
 * more has gone since, and the next document was just handed in. `s` belongs to the caller and
 * outlives the world. */
void small_begin(struct world *w, struct small *s, uint64_t sequence);
/* The operation of that index. */
void small_operate(struct world *w, unsigned operation);
/* The n-th operation of a sequence by its number, counted from 0; its index, and its name. */
unsigned small_operation_of(uint64_t sequence, unsigned n);
const char *small_name(uint64_t sequence, unsigned n);
/* Is it none that the first kind has, too? */
bool small_is_new(uint64_t sequence);

/* sim --exhaust [FIRST [LAST]]; the arguments behind it. Without LAST that one alone, told in full;
 * without both all. Each is healed, drained and checked; those that fail, the first few of them,
 * are printed with their operations. `canary`: enum canary. False: one failed. */
bool small_main(int argc, char **argv, int canary);

#endif
