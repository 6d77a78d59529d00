/* See tools/output/terminal.h. */
#include "tools/output/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/base/text.h"

int terminal_wrap_width(int fd)
{
	struct winsize w;
	const char *columns = getenv("COLUMNS");
	long n = columns == NULL ? 0 : strtol(columns, NULL, 10);

	if (n >= 20 && n < 1000)
		return (int)n;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20 ? w.ws_col : 0;
}

int terminal_height(void)
{
	struct winsize w;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_row : 0;
}

int terminal_width(void)
{
	int n = terminal_wrap_width(STDOUT_FILENO);

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

bool terminal_colors(int wanted)
{
	return colors(wanted, STDOUT_FILENO);
}

bool terminal_colors_stderr(int wanted)
{
	return colors(wanted, STDERR_FILENO);
}

void terminal_say(const char *text)
{
	fflush(stdout); /* the talk is about it, so it comes behind it */
	text_wrap(stderr, text, 0, 0, terminal_wrap_width(STDERR_FILENO));
	fputc('\n', stderr);
}
