/* bench syncs FOLDER: what the disk of FOLDER takes for a sync while something else is measured, so
 * that a slow second says whose it was. A page and fdatasync, as a commit does, 50 times a second
 * until SIGTERM; then {"syncs":N,"p50_ms":X,"p99_ms":Y,"max_ms":Z}. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/conn.h"
#include "tests/bench/load.h"

enum {
	PAGE = 4096,
	PAGES = 64,
	PATH_BYTES = 512,
	EVERY_NS = 20 * 1000 * 1000,
	MOST = 600 * 50, /* ten minutes: who forgets it is not haunted by it */
};

static int create(const char *path)
{
	static const uint8_t page[PAGE];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	for (unsigned i = 0; i < PAGES && fd >= 0; i++) {
		if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE)
			bench_fail("%s: %s", path, strerror(errno));
	}
	if (fd < 0 || fsync(fd) != 0)
		bench_fail("%s: %s", path, strerror(errno));
	return fd;
}

static double one_ms(int fd, unsigned n)
{
	static uint8_t page[PAGE];
	double began = bench_now_s();

	memcpy(page, &n, sizeof n);
	if (pwrite(fd, page, PAGE, (off_t)(n % PAGES) * PAGE) != PAGE || fdatasync(fd) != 0)
		bench_fail("fdatasync: %s", strerror(errno));
	return (bench_now_s() - began) * 1000;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* SIGTERM is blocked and waited for: what is under way is always finished. */
static unsigned measure(int fd, double *ms)
{
	const struct timespec every = { .tv_nsec = EVERY_NS };
	sigset_t term;
	unsigned n = 0;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	do {
		ms[n] = one_ms(fd, n);
		n++;
	} while (n < MOST && sigtimedwait(&term, NULL, &every) < 0);
	return n;
}

int bench_syncs(int argc, char **argv)
{
	double *ms = calloc(MOST, sizeof *ms);
	char path[PATH_BYTES];
	unsigned n;
	int fd;

	if (argc != 1 || ms == NULL)
		bench_fail("bench syncs FOLDER");
	snprintf(path, sizeof path, "%s/syncs", argv[0]);
	fd = create(path);
	n = measure(fd, ms);
	close(fd);
	unlink(path);
	qsort(ms, n, sizeof *ms, compare);
	printf("{\"syncs\":%u,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n", n, ms[n / 2],
	       ms[(unsigned)(0.99 * (n - 1) + 0.5)], ms[n - 1]);
	free(ms);
	return 0;
}
