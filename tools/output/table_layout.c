/* See tools/output/table_layout.h. */
#include "tools/output/table_layout.h"

#include <stdint.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "tools/base/text.h"

void table_layout_measure(struct table_layout_column *c, const char *text, bool heading)
{
	int width = 0, longest = 0, cells;

	for (;;) {
		text += text_word(text, &cells);
		width += cells;
		longest = cells > longest ? cells : longest;
		if (*text == '\0')
			break;
		text++;
		width++;
	}
	c->natural_cells = width > c->natural_cells ? width : c->natural_cells;
	if (c->give != LAYOUT_FREELY && !heading)
		longest = width;
	else if (longest > LAYOUT_WORD_CELLS)
		longest = LAYOUT_WORD_CELLS;
	c->least_cells = longest > c->least_cells ? longest : c->least_cells;
}

/* The column whose texts would take most lines; count: none wants more. */
static unsigned most_pressed(const struct table_layout_column *columns, unsigned count)
{
	unsigned worst = count;

	for (unsigned i = 0; i < count; i++) {
		const struct table_layout_column *c = &columns[i];

		if (c->width_cells >= c->natural_cells)
			continue;
		/* natural/width, compared without a division */
		if (worst == count || c->natural_cells * columns[worst].width_cells >
					  columns[worst].natural_cells * c->width_cells)
			worst = i;
	}
	return worst;
}

/* The widest column that may give, wider than `floor`; count: none. The last of equals, which
 * matters least. */
static unsigned widest(const struct table_layout_column *columns, unsigned count,
		       enum table_layout_give least_give, int floor)
{
	unsigned best = count;

	for (unsigned i = 0; i < count; i++) {
		if (columns[i].give >= least_give && columns[i].width_cells > floor &&
		    (best == count || columns[i].width_cells >= columns[best].width_cells))
			best = i;
	}
	return best;
}

/* A column of one word a line is hard to read: where there is room, a sentence begins with more. */
static int first_width(const struct table_layout_column *c)
{
	int some = c->natural_cells < LAYOUT_WORD_CELLS ? c->natural_cells : LAYOUT_WORD_CELLS;

	return c->give == LAYOUT_FREELY && some > c->least_cells ? some : c->least_cells;
}

int table_layout_share(struct table_layout_column *columns, unsigned count, int total_cells)
{
	int used = count == 0 ? 0 : (int)count - 1;
	unsigned i;

	for (i = 0; i < count; i++) {
		columns[i].width_cells = first_width(&columns[i]);
		used += columns[i].width_cells;
	}
	for (; used > total_cells &&
	       (i = widest(columns, count, LAYOUT_PRESSED, LAYOUT_FLOOR_CELLS)) < count;
	     used--)
		columns[i].width_cells--;
	for (; used > total_cells && (i = widest(columns, count, LAYOUT_NEVER, 1)) < count; used--)
		columns[i].width_cells--;
	for (; used < total_cells && (i = most_pressed(columns, count)) < count; used++)
		columns[i].width_cells++;
	return used;
}

/* ---- lines ---- */

struct fold {
	char *out;
	size_t used, size;
	int at, widest; /* cells in this line, and in the widest */
	unsigned lines; /* begun */
	bool full;
};

static void put(struct fold *f, const char *bytes, size_t len)
{
	if (f->used + len >= f->size)
		return;
	memcpy(f->out + f->used, bytes, len);
	f->used += len;
	f->out[f->used] = '\0';
}

static void end_line(struct fold *f)
{
	f->widest = f->at > f->widest ? f->at : f->widest;
}

static void new_line(struct fold *f)
{
	if (f->lines == LAYOUT_LINES) {
		put(f, "…", sizeof "…" - 1);
		f->at++;
		f->full = true;
		return;
	}
	end_line(f);
	put(f, "\n", 1);
	f->at = 0;
	f->lines++;
}

/* A character and the marks on it. */
static size_t cluster(const char *text, size_t len, int *cells)
{
	size_t n = 0;
	ucs4_t c;

	*cells = 0;
	while (n < len) {
		int bytes = u8_mbtouc(&c, (const uint8_t *)text + n, len - n);
		int width = uc_width(c, "UTF-8");

		if (n > 0 && width != 0)
			break;
		*cells += width > 0 ? width : 0;
		n += (size_t)bytes;
	}
	return n;
}

/* What stays together of a word that is wider than a line: up to and with the last of - / , . that
 * fits, else all that fits. */
static size_t piece(const char *word, size_t len, int room)
{
	size_t at = 0, behind = 0;
	int used = 0, cells;

	while (at < len) {
		size_t n = cluster(word + at, len - at, &cells);

		if (used + cells > room && at > 0)
			return behind > 0 ? behind : at;
		used += cells;
		at += n;
		if (n == 1 && strchr("-/,.", word[at - 1]) != NULL)
			behind = at;
	}
	return len;
}

/* A word of `whole` cells, which may be more than a line has. The last line keeps a cell for "…".
 */
static void put_word(struct fold *f, const char *word, size_t len, int whole, int line_cells)
{
	/* most are not */
	if (!f->full && f->at + whole <= (f->lines == LAYOUT_LINES ? line_cells - 1 : line_cells)) {
		put(f, word, len);
		f->at += whole;
		return;
	}
	for (size_t i = 0; i < len && !f->full;) {
		int room = f->lines == LAYOUT_LINES ? line_cells - 1 : line_cells;
		size_t n = piece(word + i, len - i, room - f->at);

		if (f->at > 0 && f->at + text_cells(word + i, n) > room) {
			new_line(f);
			continue;
		}
		put(f, word + i, n);
		f->at += text_cells(word + i, n);
		i += n;
		if (i < len)
			new_line(f);
	}
}

int table_layout_fold(const char *text, int cells, char *out, size_t size_bytes)
{
	struct fold f = { .out = out, .size = size_bytes, .lines = 1 };

	out[0] = '\0';
	while (*text != '\0' && !f.full) {
		int room = f.lines == LAYOUT_LINES ? cells - 1 : cells, word;
		size_t len = text_word(text, &word);

		if (f.at > 0 && f.at + 1 + word > room) {
			new_line(&f);
		} else if (f.at > 0) {
			put(&f, " ", 1);
			f.at++;
		}
		put_word(&f, text, len, word, cells);
		text += len + (text[len] == ' ');
	}
	end_line(&f);
	return f.widest;
}
