/* The terminal: width, colours, progress. */
#ifndef VANTHU_TOOLS_OUTPUT_TERMINAL_H
#define VANTHU_TOOLS_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

int term_width(void); /* cells of stdout; COLUMNS or 80 when it is none */
/* where running text is wrapped: COLUMNS or the terminal's cells; 0 for a file or pipe, which
 * programs read */
int term_wrap_width(int fd);
/* NO_COLOR (no-color.org), --color and whether stdout is a terminal. */
bool term_colors(int wanted);
bool term_colors_stderr(int wanted);

/* A bar on stderr, drawn at most ten times a second, only on a terminal. */
struct progress {
	const char *label;
	uint64_t all;
	int64_t drawn_ms;
	bool on, drawn;
};

void progress_begin(struct progress *p, const char *label, uint64_t all, bool quiet);
void progress_at(struct progress *p, uint64_t done);
void progress_end(struct progress *p);

#endif
