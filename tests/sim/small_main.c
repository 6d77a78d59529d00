/* Every sequence of a small world: those that begin alike share what they begin with, for each
 * operation goes on in a process of its own, a copy of the one before. See small.h. */
#include "tests/sim/small.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/places.h"
#include "tests/sim/world.h"

enum { SHOWN_MOST = 20 };

/* What all processes count in. */
struct tally {
	unsigned ran, failed;
	unsigned long long events, commits, in_flight, documents, back, shown, versions;
};

static struct tally *tally;
static struct small small; /* of the world of this process */

static void print_sequence(uint64_t sequence)
{
	for (unsigned i = 0; i < SMALL_LENGTH; i++)
		printf("%s%s", i == 0 ? "" : ", ", small_name(sequence, i));
}

static void failed(uint64_t sequence, const char *why)
{
	if (tally->failed++ < SHOWN_MOST) {
		printf("not ok - sequence %llu: ", (unsigned long long)sequence);
		print_sequence(sequence);
		printf(" # %s (again: %s --exhaust %llu)\n", why, program_invocation_name,
		       (unsigned long long)sequence);
	}
	fflush(stdout);
}

/* ---- one ---- */

static void end(struct world *w, uint64_t sequence)
{
	bool good = world_finish(w);

	tally->ran++;
	tally->events += w->events_done;
	tally->commits += w->commits_flown;
	tally->in_flight += w->crashes_in_flight;
	tally->documents += (unsigned)w->document_count;
	tally->back += w->setback;
	tally->shown += w->shown;
	tally->versions += w->version_count - 1;
	if (!good)
		failed(sequence, w->violation);
}

/* ---- all ---- */

/* How many sequences share their first operations. */
static uint64_t below(unsigned length)
{
	uint64_t n = 1;

	for (unsigned i = length; i < SMALL_LENGTH; i++)
		n *= SMALL_OPERATIONS;
	return n;
}

/* What is to be tried: the sequences from `first` to `last`. */
struct range {
	uint64_t first, last;
};

/* Not those that the first kind has, too; but one that is asked for alone. */
static bool is_meant(uint64_t sequence, const struct range *r)
{
	return small_is_new(sequence) || r->first == r->last;
}

static bool all_ran(const struct range *r)
{
	unsigned meant = 0;

	for (uint64_t i = r->first; i <= r->last; i++)
		meant += is_meant(i, r);
	return tally->ran == meant;
}

static void explore(struct world *w, unsigned length, uint64_t begun, const struct range *r);

/* All of the range that begin with the first `length` operations of `begun`, in a process of its
 * own. */
static void branch(struct world *w, unsigned length, uint64_t begun, const struct range *r)
{
	int status = 0;
	pid_t child;

	if (begun > r->last || begun + below(length) <= r->first ||
	    (length == SMALL_LENGTH && !is_meant(begun, r)))
		return;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (length > 0)
			small_operate(w, small_operation_of(begun, length - 1));
		else
			small_begin(w, &small, begun);
		explore(w, length, begun, r);
		fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		failed(begun, "it ended by itself");
}

/* All that begin as this world did; `begun` is the number of the first of them. */
static void explore(struct world *w, unsigned length, uint64_t begun, const struct range *r)
{
	if (length == SMALL_LENGTH) {
		end(w, begun);
		return;
	}
	for (unsigned i = 0; i < SMALL_OPERATIONS; i++)
		branch(w, length + 1, begun + i * below(length + 1), r);
}

static void print_sums(const struct range *r, bool good)
{
	printf("%s - sequences %llu to %llu\n", good ? "ok" : "not ok",
	       (unsigned long long)r->first, (unsigned long long)r->last);
	printf("# %u sequences of %d of %d operations, failed %u; %llu events, %llu documents, "
	       "commits under way %llu, crashes meanwhile %llu, disks put back %llu, shown by a "
	       "neighbour %llu, versions of the directory %llu\n",
	       tally->ran, SMALL_LENGTH, SMALL_OPERATIONS, tally->failed, tally->events,
	       tally->documents, tally->commits, tally->in_flight, tally->back, tally->shown,
	       tally->versions);
	places_print();
}

bool small_main(int argc, char **argv, int canary)
{
	struct range r = { 0, SMALL_KINDS * SMALL_OF_KIND - 1 };
	struct world *w = calloc(1, sizeof *w);
	bool good;

	if (argc > 0)
		r.first = r.last = strtoull(argv[0], NULL, 10);
	if (argc > 1)
		r.last = strtoull(argv[1], NULL, 10);
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (w == NULL || tally == MAP_FAILED || r.first > r.last ||
	    r.last >= SMALL_KINDS * SMALL_OF_KIND)
		exit(2);
	places_share();
	w->canary = (enum canary)canary;
	w->verbose = r.first == r.last;
	for (uint64_t k = 0; k < SMALL_KINDS; k++)
		branch(w, 0, k * SMALL_OF_KIND, &r);
	good = tally->failed == 0 && all_ran(&r);
	print_sums(&r, good);
	free(w);
	munmap(tally, sizeof *tally);
	return good;
}
