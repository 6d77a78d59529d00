/* See tools/output/progress.h. */
#include "tools/output/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void progress_begin(struct progress *p, const char *label, uint64_t all, bool quiet)
{
	*p = (struct progress){ .label = label,
				.all = all,
				.drawn_ms = mono_ms(),
				.on = !quiet && isatty(STDERR_FILENO) };
}

void progress_at(struct progress *p, uint64_t done)
{
	enum { CELLS = 30, INTERVAL_MS = 100 };
	unsigned filled = p->all == 0 ? CELLS : (unsigned)(done * CELLS / p->all);
	int64_t now_ms = mono_ms();

	if (!p->on || now_ms - p->drawn_ms < INTERVAL_MS)
		return;
	p->drawn_ms = now_ms;
	p->drawn = true;
	fprintf(stderr, "\r%s [", p->label);
	for (unsigned i = 0; i < CELLS; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, "] %3u %%", p->all == 0 ? 100 : (unsigned)(done * 100 / p->all));
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->drawn)
		fprintf(stderr, "\r\033[K");
}
