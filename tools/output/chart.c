/* See chart.h. */
#include "tools/output/chart.h"

#include <string.h>

#include "tools/base/text.h"
#include "tools/output/markup.h"

/* Units of a picture: what a browser takes for pixels, so that its letters are as large as those of
 * the page. */
enum {
	WIDTH = 700,
	LEGEND_HEIGHT = 22,
	/* columns */
	AXIS_X = 44,
	PLOT_HEIGHT = 160,
	PLOT_TOP = LEGEND_HEIGHT + 22, /* room for the values */
	BASE_HEIGHT = 20,	       /* labels below */
	COLUMN_WIDTH_MAX = 34,
	/* bars */
	NAME_WIDTH = 236,
	NAME_CELLS = 40, /* letters of a name in a line */
	BAR_ROOM = 62,	 /* for the value behind the longest */
	BAR_HEIGHT = 14,
	ROW_HEIGHT = 20,
	ROW_HEIGHT_TWO = 30,
	LETTERS = 12, /* from one line of a name to the next */
};

/* ---- what both have ---- */

static void put_text(FILE *to, int x, int y, const char *how, const char *text)
{
	fprintf(to, "<text x=\"%d\" y=\"%d\"%s>", x, y, how);
	markup_put_line(to, text, strlen(text));
	fputs("</text>\n", to);
}

static void begin(FILE *to, const struct chart *c, unsigned part, int height)
{
	fprintf(to,
		"<svg class=\"chart\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"role=\"img\" "
		"aria-labelledby=\"%s-%u\">\n<title id=\"%s-%u\">",
		WIDTH, height, WIDTH, height, c->name, part, c->name, part);
	markup_put_line(to, c->title, strlen(c->title));
	fprintf(to,
		"</title>\n<defs><pattern id=\"%s-%u-below\" width=\"5\" height=\"5\" "
		"patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
		"<rect width=\"5\" height=\"5\" fill=\"#fff\"/>"
		"<rect width=\"1.6\" height=\"5\" fill=\"#000\"/></pattern></defs>\n",
		c->name, part);
}

static void put_box(FILE *to, const struct chart *c, unsigned part, bool reached, const int box[4])
{
	fprintf(to, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" stroke=\"#000\" ", box[0],
		box[1], box[2], box[3]);
	if (reached)
		fputs("fill=\"#555\"/>\n", to);
	else
		fprintf(to, "fill=\"url(#%s-%u-below)\"/>\n", c->name, part);
}

/* From left to right; each text is given the room that its letters take. */
static void put_legend(FILE *to, const struct chart *c, unsigned part)
{
	const int height = 10, y = 3;
	int x = 2;

	if (c->line == NULL)
		return;
	put_box(to, c, part, true, (const int[]){ x, y, 14, height });
	put_text(to, x + 19, y + height - 1, "", c->reached);
	x += 19 + 7 * text_width(c->reached) + 18;
	put_box(to, c, part, false, (const int[]){ x, y, 14, height });
	put_text(to, x + 19, y + height - 1, "", c->below);
	x += 19 + 7 * text_width(c->below) + 18;
	fprintf(to, "<path class=\"line\" d=\"M%d %dh22\"/>\n", x, y + height / 2);
	put_text(to, x + 27, y + height - 1, "", c->line);
}

static int scaled(int share, int whole)
{
	int within = share < 0 ? 0 : share > CHART_WHOLE ? CHART_WHOLE : share;

	return (int)((long)within * whole / CHART_WHOLE);
}

/* ---- columns ---- */

static int column_y(int share)
{
	return PLOT_TOP + PLOT_HEIGHT - scaled(share, PLOT_HEIGHT);
}

static void put_axis(FILE *to)
{
	for (int percent = 0; percent <= 100; percent += 25) {
		int y = column_y(percent * CHART_WHOLE / 100);
		char text[16];

		snprintf(text, sizeof text, "%d %%", percent);
		fprintf(to, "<path class=\"grid\" d=\"M%d %dH%d\"/>\n", AXIS_X, y, WIDTH - 4);
		put_text(to, AXIS_X - 5, y + 4, " text-anchor=\"end\"", text);
	}
}

/* As steps: it holds for whole months. */
static void put_line(FILE *to, const char *class, const struct chart_value *values, unsigned count,
		     int slot)
{
	bool open = false;

	fprintf(to, "<path class=\"%s\" d=\"", class);
	for (unsigned i = 0; i < count; i++) {
		if (values[i].line < 0) {
			open = false;
			continue;
		}
		if (open)
			fprintf(to, "V%d", column_y(values[i].line));
		else
			fprintf(to, "M%d %d", AXIS_X + (int)i * slot, column_y(values[i].line));
		fprintf(to, "h%d", slot);
		open = true;
	}
	fputs("\"/>\n", to);
}

static void put_column(FILE *to, const struct chart *c, unsigned part, int x, int slot,
		       const struct chart_value *v)
{
	int width = slot * 3 / 5 < COLUMN_WIDTH_MAX ? slot * 3 / 5 : COLUMN_WIDTH_MAX,
	    middle = x + slot / 2, y = column_y(v->share < 0 ? 0 : v->share);

	if (v->share >= 0)
		put_box(to, c, part, v->reached,
			(const int[]){ middle - width / 2, y, width, PLOT_TOP + PLOT_HEIGHT - y });
	put_text(to, middle, PLOT_TOP + PLOT_HEIGHT + 14, " text-anchor=\"middle\"", v->label);
}

/* In a row of their own above all of it: no line goes through them. */
static void put_column_value(FILE *to, int middle, const struct chart_value *v)
{
	put_text(to, middle, PLOT_TOP - 7, " class=\"value\" text-anchor=\"middle\"", v->value);
}

void chart_columns(FILE *to, const struct chart *c)
{
	for (unsigned from = 0; from < c->count; from += CHART_COLUMNS) {
		const struct chart_value *v = c->values + from;
		unsigned left = c->count - from,
			 count = left < CHART_COLUMNS ? left : CHART_COLUMNS,
			 part = from / CHART_COLUMNS;
		int slot = (WIDTH - AXIS_X - 4) / CHART_COLUMNS;

		begin(to, c, part, PLOT_TOP + PLOT_HEIGHT + BASE_HEIGHT);
		put_legend(to, c, part);
		put_axis(to);
		for (unsigned i = 0; i < count; i++)
			put_column(to, c, part, AXIS_X + (int)i * slot, slot, &v[i]);
		/* what is dashed is seen on what is dark, too */
		put_line(to, "halo", v, count, slot);
		put_line(to, "line", v, count, slot);
		for (unsigned i = 0; i < count; i++)
			put_column_value(to, AXIS_X + (int)i * slot + slot / 2, &v[i]);
		fputs("</svg>\n", to);
	}
}

/* ---- bars ---- */

/* Bytes of a name that stand in its first line: to a blank where one is near its end. */
static size_t first_line(const char *name, size_t *next)
{
	size_t blank = 0, at = 0;
	int cells = 0;

	for (; name[at] != '\0'; at++) {
		bool begins = ((unsigned char)name[at] & 0xc0) != 0x80;

		if (begins && ++cells > NAME_CELLS)
			break;
		if (name[at] == ' ')
			blank = at;
	}
	if (name[at] == '\0' || blank == 0) {
		*next = at;
		return at;
	}
	*next = blank + 1;
	return blank;
}

static bool has_two_lines(const char *name)
{
	return text_width(name) > NAME_CELLS;
}

static void put_name_line(FILE *to, int y, const char *name, size_t len, bool cut)
{
	fprintf(to, "<text x=\"0\" y=\"%d\">", y);
	markup_put_line(to, name, len);
	fprintf(to, "%s</text>\n", cut ? "…" : "");
}

/* Whole in its tooltip when two lines are not enough. */
static void put_name(FILE *to, int top, int height, const char *name)
{
	size_t next, rest = 0, len = first_line(name, &next), second;
	int middle = top + height / 2 + 4;

	if (!has_two_lines(name)) {
		put_name_line(to, middle, name, strlen(name), false);
		return;
	}
	second = first_line(name + next, &rest);
	fputs("<g><title>", to);
	markup_put_line(to, name, strlen(name));
	fputs("</title>\n", to);
	put_name_line(to, middle - LETTERS / 2, name, len, false);
	put_name_line(to, middle + LETTERS / 2, name + next, second, name[next + rest] != '\0');
	fputs("</g>\n", to);
}

static void put_bar(FILE *to, const struct chart *c, unsigned part, int top, int height,
		    const struct chart_value *v)
{
	const int whole = WIDTH - NAME_WIDTH - BAR_ROOM;
	int y = top + (height - BAR_HEIGHT) / 2, width = scaled(v->share, whole);

	put_name(to, top, height, v->label);
	if (v->share >= 0)
		put_box(to, c, part, v->reached, (const int[]){ NAME_WIDTH, y, width, BAR_HEIGHT });
	if (v->line >= 0)
		fprintf(to,
			"<path class=\"halo\" d=\"M%d %dv%d\"/>\n"
			"<path class=\"line\" d=\"M%d %dv%d\"/>\n",
			NAME_WIDTH + scaled(v->line, whole), top, height,
			NAME_WIDTH + scaled(v->line, whole), top, height);
	/* in a column of their own: no line goes through them */
	put_text(to, v->share < 0 ? NAME_WIDTH + 6 : NAME_WIDTH + whole + 8, top + height / 2 + 4,
		 " class=\"value\"", v->value);
}

void chart_bars(FILE *to, const struct chart *c)
{
	/* as many in each: a last one alone would look lost */
	unsigned pictures = (c->count + CHART_BARS - 1) / CHART_BARS,
		 each = pictures == 0 ? 0 : (c->count + pictures - 1) / pictures;

	for (unsigned from = 0; from < c->count; from += each) {
		const struct chart_value *v = c->values + from;
		unsigned left = c->count - from, count = left < each ? left : each,
			 part = from / each;
		int height = ROW_HEIGHT;

		for (unsigned i = 0; i < count; i++) {
			if (has_two_lines(v[i].label))
				height = ROW_HEIGHT_TWO;
		}
		begin(to, c, part, LEGEND_HEIGHT + (int)count * height + 2);
		put_legend(to, c, part);
		fprintf(to, "<path class=\"axis\" d=\"M%d %dv%d\"/>\n", NAME_WIDTH, LEGEND_HEIGHT,
			(int)count * height);
		for (unsigned i = 0; i < count; i++)
			put_bar(to, c, part, LEGEND_HEIGHT + (int)i * height, height, &v[i]);
		fputs("</svg>\n", to);
	}
}
