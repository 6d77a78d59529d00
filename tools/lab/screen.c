/* See screen.h. */
#include "tools/lab/screen.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/output/output.h"

/* A chapter's lines fit into the smallest; a summary is no wider than one can read. */
enum { LEAST_HEIGHT = 24, LEAST_WIDTH = 60, MOST_WIDTH = 100, SLICE_MS = 100 };

static const char *const tones[] = { "",	 "\033[1m",  "\033[2m", "\033[32m",
				     "\033[31m", "\033[33m", "\033[36m" };

/* ---- open, close ---- */

static bool terminal_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return strcasestr(value, "utf-8") != NULL ||
			       strcasestr(value, "utf8") != NULL;
	}
	return false;
}

static bool can_redraw(struct screen *s)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || s->cli->color == 0 || (no != NULL && no[0] != '\0') ||
	    term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
		return false;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_row < LEAST_HEIGHT ||
	    w.ws_col < LEAST_WIDTH)
		return false;
	s->height = w.ws_row;
	if (s->width_cells > w.ws_col) /* COLUMNS may be old */
		s->width_cells = w.ws_col;
	return true;
}

/* A key goes on: read at once and not shown. In the background the terminal is another's. */
static void take_keys(struct screen *s)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
	    tcgetattr(STDIN_FILENO, &s->before) != 0)
		return;
	raw = s->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	s->keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void screen_open(struct screen *s, struct cli *cli, bool fast)
{
	*s = (struct screen){ .cli = cli, .width_cells = terminal_width() };
	s->began_ms = text_now_ms();
	s->ascii = !terminal_is_utf8();
	s->color = terminal_colors(cli->color);
	s->live = can_redraw(s);
	if (s->width_cells > MOST_WIDTH)
		s->width_cells = MOST_WIDTH;
	if (!s->live)
		return;
	s->pauses = !fast;
	take_keys(s);
	printf("\033[?1049h\033[?25l"); /* a screen of its own, no cursor */
	fflush(stdout);
}

void screen_close(struct screen *s)
{
	if (s->keys)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &s->before);
	s->keys = false;
	if (!s->live)
		return;
	s->live = false;
	printf("\033[?25h\033[?1049l");
	fflush(stdout);
}

/* ---- lines ---- */

/* Copies as many characters as fit into the cells (NFC: a cell each), the last one as "…" where it
 * is cut. Returns the cells. */
static int cut(const char *text, int cells, char *out, size_t size)
{
	int all = text_width(text), n = 0;
	size_t used = 0;

	while (*text != '\0' && n < (all > cells ? cells - 1 : cells)) {
		size_t len = 1;

		while (((unsigned char)text[len] & 0xc0) == 0x80)
			len++;
		if (used + len + sizeof "…" > size)
			break;
		memcpy(out + used, text, len);
		used += len;
		text += len;
		n++;
	}
	out[used] = '\0';
	if (*text != '\0') {
		memcpy(out + used, "…", sizeof "…");
		n++;
	}
	return n;
}

void screen_part(struct screen_line *l, enum tone tone, int cells, const char *format, ...)
{
	char text[SCREEN_TEXT], *out;
	size_t used;
	va_list args;
	int n;

	if (l->count == SCREEN_PARTS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	out = l->parts[l->count].text;
	l->parts[l->count++].tone = tone;
	n = cut(text, cells == 0 ? SCREEN_TEXT : cells, out, SCREEN_TEXT);
	for (used = strlen(out); n < cells && used + 1 < SCREEN_TEXT; n++)
		out[used++] = ' ';
	out[used] = '\0';
}

/* Symbols that only decorate, as they are typed. */
static void put_text(const struct screen *s, const char *text)
{
	static const struct {
		const char *symbol, *ascii;
	} plain[] = { { "✓", "+" }, { "✗", "x" }, { "…", "." }, { "→", ">" }, { "·", "*" },
		      { "├", "|" }, { "└", "`" }, { "│", "|" }, { "─", "-" }, { "█", "#" },
		      { "░", "." }, { "┃", "|" }, { "–", "-" }, { "←", "<" }, { "↑", "^" } };

	while (s->ascii && *text != '\0') {
		size_t i = 0, all = sizeof plain / sizeof plain[0];

		while (i < all && strncmp(text, plain[i].symbol, strlen(plain[i].symbol)) != 0)
			i++;
		if (i < all) {
			fputs(plain[i].ascii, stdout);
			text += strlen(plain[i].symbol);
		} else {
			fputc(*text++, stdout);
		}
	}
	fputs(text, stdout);
}

static void put_line(const struct screen *s, const struct screen_line *l)
{
	unsigned count = l->count;

	for (unsigned i = 0; i < count; i++) {
		bool toned = s->color && l->parts[i].tone != TONE_NONE;

		if (toned)
			fputs(tones[l->parts[i].tone], stdout);
		put_text(s, l->parts[i].text);
		if (toned)
			fputs("\033[0m", stdout);
	}
}

/* One behind the other; the blanks at its end that only fill a column are left out. */
static void print_line(const struct screen *s, const struct screen_line *l)
{
	struct screen_line bare = *l;

	while (bare.count > 0) {
		char *text = bare.parts[bare.count - 1].text;
		size_t len = strlen(text);

		while (len > 0 && text[len - 1] == ' ')
			text[--len] = '\0';
		if (len > 0)
			break;
		bare.count--;
	}
	put_line(s, &bare);
	printf("\n");
	fflush(stdout);
}

/* The heading and the last lines that there is room for; the lowest row is the hint's. */
static void draw(const struct screen *s)
{
	unsigned room = (unsigned)s->height - 2, from = s->count > room ? s->count - room + 1 : 1;

	fputs("\033[H", stdout);
	for (unsigned i = 0; i < s->count; i = i == 0 ? from : i + 1) {
		put_line(s, &s->lines[i]);
		fputs("\033[K\n", stdout);
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

unsigned screen_add(struct screen *s, const struct screen_line *l, bool quiet)
{
	unsigned place = s->count == SCREEN_LINES ? SCREEN_LINES - 1 : s->count++;

	s->lines[place] = *l;
	if (s->live) {
		draw(s);
	} else if (!quiet) {
		print_line(s, l);
	}
	return place;
}

void screen_set(struct screen *s, unsigned place, const struct screen_line *l)
{
	s->lines[place] = *l;
	if (s->live)
		draw(s);
	else
		print_line(s, l);
}

void screen_chapter(struct screen *s, unsigned n, unsigned of, const char *title)
{
	struct screen_line l = { .count = 0 };
	char at[32];

	output_decimal((double)(text_now_ms() - s->began_ms) / 1000, 1, " s", at, sizeof at);
	s->count = 0;
	if (!s->live)
		printf("\n");
	screen_part(&l, TONE_DIM, 0, "[%7s] ", at);
	screen_part(&l, TONE_TITLE, s->live ? s->width_cells - 10 : 0, "%u/%u  %s", n, of, title);
	screen_add(s, &l, false);
	if (s->live) {
		l.count = 0;
		screen_part(&l, TONE_NONE, 0, "%s", "");
		screen_add(s, &l, true);
	}
}

void screen_say(struct screen *s, enum tone tone, const char *text)
{
	char *lines = NULL, *rest, *line;
	size_t size = 0;
	FILE *f = open_memstream(&lines, &size);

	if (f == NULL)
		return;
	fputs("  ", f);
	text_wrap(f, text, 2, 2, s->width_cells);
	fclose(f);
	rest = lines;
	while ((line = strsep(&rest, "\n")) != NULL) {
		struct screen_line l = { .count = 0 };

		screen_part(&l, tone, 0, "%s", line);
		screen_add(s, &l, false);
	}
	free(lines);
}

void screen_pause(struct screen *s, int ms, bool hint)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char typed[64];
	bool key = false;

	if (!s->live || !s->pauses)
		return;
	if (hint) {
		struct screen_line l = { .count = 0 };

		screen_part(&l, TONE_DIM, s->width_cells - 1, "%s",
			    s->keys ? _("Any key: go on (in a few seconds by itself). Ctrl-C: end.")
				    : _("It goes on by itself. Ctrl-C: end."));
		printf("\033[%d;1H", s->height);
		put_line(s, &l);
		fflush(stdout);
	}
	for (int64_t until = text_now_ms() + ms;
	     !key && text_now_ms() < until && *s->cli->stop == 0 && ferror(stdout) == 0;) {
		key = poll(&in, s->keys ? 1 : 0, SLICE_MS) > 0 &&
		      read(STDIN_FILENO, typed, sizeof typed) > 0;
	}
	if (hint)
		draw(s);
}

void screen_bar(struct screen_line *l, double share, double line, int cells)
{
	char filled[SCREEN_TEXT] = "", rest[SCREEN_TEXT] = "";
	int full = (int)(share * cells + 1e-9), mark = (int)(line * cells + 1e-9);

	for (int i = 0; i < cells; i++) {
		char *to = i < full ? filled : rest;
		const char *what = i == mark ? "┃" : i < full ? "█" : "░";

		if (strlen(to) + sizeof "█" < SCREEN_TEXT)
			memcpy(to + strlen(to), what, strlen(what) + 1);
	}
	screen_part(l, share + 1e-9 >= line ? TONE_GOOD : TONE_BAD, 0, "%s", filled);
	screen_part(l, TONE_DIM, 0, "%s", rest);
}
