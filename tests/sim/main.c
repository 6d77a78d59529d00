/* sim SEED               one seed, told in full
 * sim --seeds FIRST N    many, one line each, and their sum
 * sim --twice SEED       the same run twice must be the same, frame for frame
 * sim --exhaust [FIRST [LAST]]   every sequence of a few operations, or one, or some (small.h)
 * sim --canary NAME FIRST N   as --seeds, of a program with a fault (enum canary): must be noticed;
 *   --canary NAME --exhaust FIRST LAST likewise
 * sim --plants SEED      an office or mandate world, and then faults of its disks, each of which
 *   must be noticed
 * sim -v SEED            with every notice
 * sim --year SEED N [plants]  a year of N documents (year_main.c)
 * Exits 1 when an invariant was violated. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "tests/sim/figures.h"
#include "tests/sim/places.h"
#include "tests/sim/small.h"
#include "tests/sim/world.h"
#include "tests/sim/year.h"

/* Plans are megabytes of zeros that hardly any turn uses: pages of their own each time, which cost
 * nothing until they are. */
enum { LARGE_BYTES = 128 * 1024 };

struct sums {
	enum canary canary;
	unsigned seeds, failed, documents, members, entries, recounts, wide, borrowed, clocks;
	unsigned asides, settled, doubts, setback, shown, acts, statuses, answers, asked, frozen;
	unsigned replaced, early, let_go, recalled_by, numbers, skipped, same_instant;
	unsigned out_of_order, term_crashes, term_begun, by_list, forbidden, unlawful;
	unsigned refusals[2], unjudged;
	unsigned long long commits_flown;
	unsigned crashes_in_flight;
	unsigned nights, reports, lost, again, forged, impossible, asks, lies,
		declared;
	unsigned long long events, struck[FAULT_COUNT], changes[TREE_CHANGES], relocated;
};

static void add(struct sums *s, const struct world *w)
{
	s->seeds++;
	s->documents += (unsigned)w->document_count;
	s->members += (unsigned)w->member_count;
	s->entries += (unsigned)w->entry_count;
	s->recounts += w->recounts;
	s->wide += (unsigned)w->wide_count;
	s->borrowed += (unsigned)w->borrowed_count;
	s->commits_flown += w->commits_flown;
	s->crashes_in_flight += w->crashes_in_flight;
	s->clocks += w->clocks_wrong;
	s->asides += w->asides;
	s->settled += w->settled;
	s->doubts += w->doubts;
	s->setback += w->setback;
	s->acts += (unsigned)w->act_count;
	s->statuses += w->statuses;
	s->answers += w->answers;
	s->asked += w->asked;
	s->frozen += w->frozen;
	s->replaced += w->replaced;
	s->early += w->early;
	s->let_go += w->let_go;
	s->recalled_by += w->recalled_by;
	s->numbers += w->numbers_seen;
	s->term_crashes += w->term_crashes;
	s->term_begun += w->term_begun;
	s->by_list += w->by_list;
	s->forbidden += w->forbidden;
	s->unlawful += w->unlawful;
	s->refusals[0] += w->refusals[0];
	s->refusals[1] += w->refusals[1];
	s->unjudged += w->unjudged;
	s->skipped += w->numbers_skipped;
	s->same_instant += w->same_instant;
	s->out_of_order += w->out_of_order;
	s->shown += w->shown;
	s->events += w->events_done;
	for (int f = 0; f < FAULT_COUNT; f++)
		s->struck[f] += w->struck[f];
	for (int k = 0; k < TREE_CHANGES; k++)
		s->changes[k] += w->struck_change[k];
	s->relocated += w->relocated;
	if (w->figures == NULL)
		return;
	s->nights += w->figures->nights;
	s->reports += w->figures->count;
	s->lost += w->figures->lost;
	s->again += w->figures->again;
	s->forged += w->figures->forged;
	s->impossible += w->figures->impossible;
	s->asks += w->figures->asks;
	s->lies += w->figures->lies;
	s->declared += w->figures->declared;
}

static void print_sums(const struct sums *s)
{
	printf("# %u seeds, %u committees, %u documents, %llu events; faults:", s->seeds,
	       s->members, s->documents, s->events);
	for (int f = 0; f < FAULT_COUNT; f++)
		printf(" %s %llu%s", fault_name((enum fault)f), s->struck[f],
		       f + 1 == FAULT_COUNT ? "" : ",");
	printf("; ids of others asked for %u", s->borrowed);
	printf("; commits under way %llu, crashes meanwhile %u", s->commits_flown,
	       s->crashes_in_flight);
	printf("; clocks wrong %u, set aside %u, settled %u, doubted %u", s->clocks, s->asides,
	       s->settled, s->doubts);
	if (s->changes[0] + s->changes[5] > 0)
		printf("; changes: move %llu, join %llu, keys %llu, end %llu, renew %llu, relocate "
		       "%llu",
		       s->changes[0] + s->changes[1] + s->changes[2], s->changes[3] + s->changes[4],
		       s->changes[5] + s->changes[6], s->changes[7], s->changes[8], s->relocated);
	if (s->acts > 0)
		printf("; acts of offices %u, statuses %u, answers indexed %u, asked back %u, "
		       "given back %u, replaced %u; statuses out of order %u; numbers on paper %u, "
		       "skipped by hand %u, two at one instant %u",
		       s->acts, s->statuses, s->answers, s->asked, s->frozen, s->replaced,
		       s->out_of_order, s->numbers, s->skipped, s->same_instant);
	if (s->let_go > 0)
		printf("; recalled by a document %u, asked back early %u, contents let go %u",
		       s->recalled_by, s->early, s->let_go);
	if (s->entries > 0)
		printf("; on paper %u, recounts %u", s->entries, s->recounts);
	if (s->term_begun > 0)
		printf("; died at midnight %u, numbers in the new term %u", s->term_crashes,
		       s->term_begun);
	if (s->by_list > 0)
		printf("; by list %u, refused where submitted %u, submitted against the table %u, "
		       "refused at the first hop %u, at a recipient %u, by others' versions %u",
		       s->by_list, s->forbidden, s->unlawful, s->refusals[0], s->refusals[1],
		       s->unjudged);
	if (s->wide > 0)
		printf("; with more names than fit an item %u", s->wide);
	if (s->nights > 0)
		printf("; nights %u, reports %u, asked for %u, lost %u, shown again %u, forged %u, "
		       "impossible %u, lies %u, declared %u",
		       s->nights, s->reports, s->asks, s->lost, s->again, s->forged, s->impossible,
		       s->lies, s->declared);
	if (s->setback > 0)
		printf("; disks put back %u, shown by a neighbour %u", s->setback, s->shown);
	printf("\n");
}

static bool run_seed(uint64_t seed, struct sums *sums, uint32_t *hash, bool quiet, bool verbose)
{
	struct world *w = calloc(1, sizeof *w);
	bool good;

	if (w == NULL)
		exit(2);
	w->verbose = verbose;
	w->canary = sums->canary;
	good = world_run(w, seed);
	if (!quiet || !good)
		printf("%s - seed %llu: %d committees, %d documents, %llu events, %lld virtual "
		       "ms%s%s\n",
		       good ? "ok" : "not ok", (unsigned long long)seed, w->member_count,
		       w->document_count, (unsigned long long)w->events_done, (long long)w->now_ms,
		       good ? "" : " # ", w->violation);
	fflush(stdout);
	*hash = w->hash;
	add(sums, w);
	sums->failed += !good;
	world_free(w);
	free(w);
	return good;
}

static enum canary canary_of(const char *name)
{
	static const char *const names[CANARY_COUNT] = { "",
							 "never-reopens",
							 "skips-number",
							 "term-goes-on",
							 "looks-away",
							 "half-compared",
							 "keeps-recalled",
							 "forgets-early",
							 "keeps-first",
							 "forgets-change",
							 "one-early",
							 "rewrites",
							 "leaves-damage" };

	for (unsigned i = 1; i < CANARY_COUNT; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum canary)i;
	}
	fprintf(stderr, "sim: no canary is named %s\n", name);
	exit(2);
}

static bool run_plants(uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);
	bool good;

	if (w == NULL)
		exit(2);
	good = world_run(w, seed);
	if (!good)
		printf("not ok - seed %llu: # %s\n", (unsigned long long)seed, w->violation);
	good = good && (w->mandates  ? mandate_plants
			: w->recalls ? recall_plants
				     : office_plants)(w);
	world_free(w);
	free(w);
	return good;
}

int main(int argc, char **argv)
{
	struct sums sums;
	uint32_t hash = 0, again = 0;
	bool good = true;

	log_open(LOG_ERROR);
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	if (argc > 1 && strncmp(argv[1], "--year", 6) == 0)
		return year_main(argc, argv);
	memset(&sums, 0, sizeof sums);
	if (argc >= 5 && strcmp(argv[1], "--canary") == 0) {
		sums.canary = canary_of(argv[2]);
		argc -= argv[3][0] == '-' ? 2 : 1;
		argv += argv[3][0] == '-' ? 2 : 1;
	}
	if (argc > 1 && strcmp(argv[1], "--exhaust") == 0)
		return small_main(argc - 2, argv + 2, (int)sums.canary) ? 0 : 1;
	if (argc == 4 && (strcmp(argv[1], "--seeds") == 0 || sums.canary != CANARY_NONE)) {
		uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);

		for (uint64_t i = 0; i < count; i++)
			good = run_seed(first + i, &sums, &hash, false, false) && good;
	} else if (argc == 3 && strcmp(argv[1], "--twice") == 0) {
		uint64_t seed = strtoull(argv[2], NULL, 10);

		good = run_seed(seed, &sums, &hash, true, false) &&
		       run_seed(seed, &sums, &again, true, false) && hash == again;
		printf("%s - seed %llu twice: %08x %08x\n", good ? "ok" : "not ok",
		       (unsigned long long)seed, hash, again);
	} else if (argc == 3 && strcmp(argv[1], "--plants") == 0) {
		return run_plants(strtoull(argv[2], NULL, 10)) ? 0 : 1;
	} else if (argc == 3 && strcmp(argv[1], "-v") == 0) {
		good = run_seed(strtoull(argv[2], NULL, 10), &sums, &hash, false, true);
	} else if (argc == 2) {
		good = run_seed(strtoull(argv[1], NULL, 10), &sums, &hash, false, false);
	} else {
		fprintf(stderr, "usage: sim SEED | sim --seeds FIRST COUNT | sim --twice SEED\n");
		return 2;
	}
	print_sums(&sums);
	places_print();
	return good ? 0 : 1;
}
