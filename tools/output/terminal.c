/* See tools/output/terminal.h. */
#include "tools/output/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

int term_wrap_width(int fd)
{
	struct winsize w;
	const char *columns = getenv("COLUMNS");
	long n = columns == NULL ? 0 : strtol(columns, NULL, 10);

	if (n >= 20 && n < 1000)
		return (int)n;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20 ? w.ws_col : 0;
}

int term_width(void)
{
	int n = term_wrap_width(STDOUT_FILENO);

	return n == 0 ? 80 : n;
}

static bool colors(int wanted, int fd)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (wanted >= 0)
		return wanted == 1;
	return (no == NULL || no[0] == '\0') && isatty(fd) &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

bool term_colors(int wanted)
{
	return colors(wanted, STDOUT_FILENO);
}

bool term_colors_stderr(int wanted)
{
	return colors(wanted, STDERR_FILENO);
}

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
