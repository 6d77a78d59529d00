/* The parts of the benchmark's program; each takes the words after its name, prints one JSON
 * object, and ends the process when it cannot. */
#ifndef VANTHU_TESTS_BENCH_LOAD_H
#define VANTHU_TESTS_BENCH_LOAD_H

int bench_load(int argc, char **argv);    /* load FOLDER --option=value…: documents through a lab */
/* rest FOLDER --option=value…: the same documents over a gateway */
int bench_rest(int argc, char **argv);
/* figures FOLDER: the daemon's counters since its start */
int bench_figures(int argc, char **argv);
/* limits FOLDER: what this machine can do at all, on FOLDER's disk */
int bench_limits(int argc, char **argv);
/* syncs FOLDER: what its disk takes for a sync, until SIGTERM */
int bench_syncs(int argc, char **argv);

#endif
