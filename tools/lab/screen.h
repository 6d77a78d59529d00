/* What the demo draws. On a terminal one screen a chapter, whose lines are redrawn in place; in a
 * pipe, on a dumb terminal, with NO_COLOR or in a small window the same lines one after the other,
 * without a control character. Colours stand beside words, never instead of them. */
#ifndef VANTHU_TOOLS_LAB_SCREEN_H
#define VANTHU_TOOLS_LAB_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

struct cli;

enum { SCREEN_LINES = 48, SCREEN_PARTS = 5, SCREEN_TEXT = 256 };

enum tone { TONE_NONE, TONE_TITLE, TONE_DIM, TONE_GOOD, TONE_BAD, TONE_WAITING, TONE_TYPED };

struct screen_line {
	struct {
		enum tone tone;
		char text[SCREEN_TEXT];
	} parts[SCREEN_PARTS];
	unsigned count;
};

struct screen {
	struct cli *cli;
	bool live;  /* redrawn in place */
	bool color; /* may be without: --color never */
	bool ascii; /* the locale is not UTF-8: no line drawing and no symbols */
	bool pauses;
	bool keys; /* the terminal's input is ours */
	int width_cells, height;
	int64_t began_ms;
	unsigned count;
	struct screen_line lines[SCREEN_LINES];
	struct termios before; /* what `keys` changed */
};

/* `fast`: no pauses. A terminal becomes a screen of its own until screen_close, which may be called
 * twice. */
void screen_open(struct screen *s, struct cli *cli, bool fast);
void screen_close(struct screen *s);

/* An empty line: SCREEN_PARTS texts at most, what is more is left out. `cells`: cut or filled to
 * that width, 0: as it is. */
void screen_part(struct screen_line *l, enum tone tone, int cells, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A heading with the seconds since the beginning; on a terminal an empty screen under it. */
void screen_chapter(struct screen *s, unsigned n, unsigned of, const char *title);
/* Adds a line and returns its place. `quiet`: seen on a terminal alone, where it changes later. */
unsigned screen_add(struct screen *s, const struct screen_line *l, bool quiet);
/* Changes a line in its place; printed anew where nothing can be redrawn. */
void screen_set(struct screen *s, unsigned place, const struct screen_line *l);
/* A sentence, wrapped. */
void screen_say(struct screen *s, enum tone tone, const char *text);
/* Time to read: until a key or for so long, on a terminal alone. `hint`: says so. */
void screen_pause(struct screen *s, int ms, bool hint);

/* A bar of `cells` for a share from 0 to 1, with a mark at the line to reach. */
void screen_bar(struct screen_line *l, double share, double line, int cells);

#endif
