/* The benchmark's program, a process of its own beside the daemons it measures. tests/bench/run
 * puts its parts together. */
#include <string.h>

#include "tests/bench/conn.h"
#include "tests/bench/load.h"

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} parts[] = { { "load", bench_load },
		      { "rest", bench_rest },
		      { "figures", bench_figures },
		      { "limits", bench_limits },
		      { "syncs", bench_syncs } };

	for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof parts[0]; i++) {
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 2, argv + 2);
	}
	bench_fail("bench load|rest|figures|limits|syncs …");
}
