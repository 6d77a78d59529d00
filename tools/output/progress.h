/* How far something long has come, for who watches. */
#ifndef VANTHU_TOOLS_OUTPUT_PROGRESS_H
#define VANTHU_TOOLS_OUTPUT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A bar on stderr, drawn at most ten times a second, only on a terminal. */
struct progress {
	const char *label;
	uint64_t all;
	int64_t drawn_ms;
	bool on, drawn;
};

/* `label` is kept by pointer; `all` in the unit of `done`. */
void progress_begin(struct progress *p, const char *label, uint64_t all, bool quiet);
void progress_at(struct progress *p, uint64_t done);
/* Takes the bar away. */
void progress_end(struct progress *p);

#endif
