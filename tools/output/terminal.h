/* The terminal: width, colours, talk. */
#ifndef VANTHU_TOOLS_OUTPUT_TERMINAL_H
#define VANTHU_TOOLS_OUTPUT_TERMINAL_H

#include <stdbool.h>

int terminal_width(void); /* cells of stdout; COLUMNS or 80 when it is none */
/* where running text is wrapped: COLUMNS or the terminal's cells; 0 for a file or pipe, which
 * programs read */
int terminal_wrap_width(int fd);
/* Lines of the terminal that stdout is; 0 when it is none. */
int terminal_height(void);
/* NO_COLOR (no-color.org), --color and whether stdout is a terminal. */
bool terminal_colors(int wanted);
bool terminal_colors_stderr(int wanted);

/* A text on stderr behind what stdout has so far, wrapped where a terminal reads it. */
void terminal_say(const char *text);

#endif
