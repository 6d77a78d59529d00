/* sim --year SEED N            a year of N documents (year.c)
 * sim --year SEED N plants     and then faults on a disk, each of which must be noticed
 * sim --year SEED N weekly     a year in which offices work on one day a week, and the same faults
 * sim --year SEED N store ID FOLDER [ID FOLDER]   and write stores of it (year_store.c), after a
 *                              line for each version of its directory
 * sim --year-tree              its tree, for `vanthu lab create` */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/year.h"

int year_main(int argc, char **argv)
{
	struct year_run run = { .seed = 0 };
	struct world *w;
	bool good, stores = argc > 4 && strcmp(argv[4], "store") == 0;

	if (argc == 2 && strcmp(argv[1], "--year-tree") == 0) {
		year_print_tree();
		return 0;
	}
	if (argc < 4 || (argc > 5 && !stores))
		return 2;
	run.seed = strtoull(argv[2], NULL, 10);
	run.documents = (uint32_t)strtoul(argv[3], NULL, 10);
	run.weekly = argc == 5 && strcmp(argv[4], "weekly") == 0;
	if (argc == 5 && strcmp(argv[4], "plants") != 0 && !run.weekly)
		return 2;
	run.plants = argc == 5 && !stores;
	/* Each of 8,000 boots makes plans and buffers of megabytes that stay nearly empty: fresh
	 * pages are zero already. */
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	w = calloc(1, sizeof *w);
	if (w == NULL)
		return 2;
	good = year_run(w, &run);
	if (stores)
		year_print_directories(w);
	for (int i = 5; stores && i + 1 < argc; i += 2)
		good = good && year_store(w, argv[i], argv[i + 1]);
	world_free(w);
	free(w);
	return good ? 0 : 1;
}
