/* See layout.h. */
#include "tools/layout.h"

#include <stdint.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "tools/text.h"

void layout_measure(struct layout_column *c, const char *text, bool fold)
{
	int width = text_width(text);
	char word[512];

	c->natural_cells = width > c->natural_cells ? width : c->natural_cells;
	if (!fold) {
		c->least_cells = width > c->least_cells ? width : c->least_cells;
		return;
	}
	while (*text != '\0') {
		size_t len = strcspn(text, " "), kept = len < sizeof word - 1 ? len : sizeof word - 1;
		int cells;

		memcpy(word, text, kept);
		word[kept] = '\0';
		cells = text_width(word);
		cells = cells > LAYOUT_WORD_CELLS ? LAYOUT_WORD_CELLS : cells;
		c->least_cells = cells > c->least_cells ? cells : c->least_cells;
		text += len + (text[len] == ' ');
	}
}

/* The column whose texts would take most lines; count: none wants more. */
static unsigned most_pressed(const struct layout_column *columns, unsigned count)
{
	unsigned worst = count;

	for (unsigned i = 0; i < count; i++) {
		const struct layout_column *c = &columns[i];

		if (c->width_cells >= c->natural_cells)
			continue;
		/* natural/width, compared without a division */
		if (worst == count || c->natural_cells * columns[worst].width_cells > columns[worst].natural_cells * c->width_cells)
			worst = i;
	}
	return worst;
}

int layout_share(struct layout_column *columns, unsigned count, int total_cells)
{
	int used = count == 0 ? 0 : (int)count - 1;

	for (unsigned i = 0; i < count; i++) {
		struct layout_column *c = &columns[i];

		c->width_cells = c->least_cells;
		used += c->width_cells;
	}
	while (used < total_cells) {
		unsigned i = most_pressed(columns, count);

		if (i == count)
			break;
		columns[i].width_cells++;
		used++;
	}
	return used;
}

/* ---- lines ---- */

struct fold {
	char *out;
	size_t used, size;
	int at;         /* cells in this line */
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

static void new_line(struct fold *f)
{
	if (f->lines == LAYOUT_LINES) {
		put(f, "…", sizeof "…" - 1);
		f->full = true;
		return;
	}
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

/* A word that may be wider than a line. The last line keeps a cell for "…". */
static void put_word(struct fold *f, const char *word, size_t len, int line_cells)
{
	for (size_t i = 0; i < len && !f->full;) {
		int cells, room = f->lines == LAYOUT_LINES ? line_cells - 1 : line_cells;
		size_t n = cluster(word + i, len - i, &cells);

		if (f->at > 0 && f->at + cells > room) {
			new_line(f);
			continue;
		}
		put(f, word + i, n);
		f->at += cells;
		i += n;
	}
}

static int width_of(const char *word, size_t len)
{
	return u8_width((const uint8_t *)word, len, "UTF-8");
}

void layout_fold(const char *text, int cells, char *out, size_t size_bytes)
{
	struct fold f = { .out = out, .size = size_bytes, .lines = 1 };

	out[0] = '\0';
	while (*text != '\0' && !f.full) {
		size_t len = strcspn(text, " ");
		int room = f.lines == LAYOUT_LINES ? cells - 1 : cells;

		if (f.at > 0 && f.at + 1 + width_of(text, len) > room) {
			new_line(&f);
		} else if (f.at > 0) {
			put(&f, " ", 1);
			f.at++;
		}
		put_word(&f, text, len, cells);
		text += len + (text[len] == ' ');
	}
}
