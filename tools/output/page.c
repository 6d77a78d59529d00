/* See page.h. */
#include "tools/output/page.h"

#include <stdlib.h>
#include <string.h>

#include "tools/output/markup.h"

/* Numbers of sheets by @page margin boxes: browsers that do not know them print none. */
static const char sheet[] =
	"@page{size:A4%s;margin:%s;"
	"@bottom-right{content:counter(page) \"/\" counter(pages);font:9pt serif}}\n"
	"body{max-width:%s}\n";
static const char style[] =
	"*{box-sizing:border-box}\n"
	"body{font:11pt/1.3 \"Times New Roman\",\"Liberation Serif\",\"Noto "
	"Serif\",serif;color:#000;"
	"background:#fff;margin:0 auto;padding:8mm}\n"
	"header{text-align:center;margin-bottom:5mm}\n"
	".superior{text-align:left;text-transform:uppercase}\n"
	".office{text-align:left;font-weight:bold;text-transform:uppercase}\n"
	"h1{font-size:15pt;margin:4mm 0 0}\n"
	"header p{margin:1mm 0 0}\n"
	"header .kind{font-size:15pt;font-weight:bold;margin-top:6mm}\n"
	".kind+h1{font-size:13pt;margin-top:0}\n"
	".beside{font-style:italic}\n"
	"table{width:100%;border-collapse:collapse;table-layout:fixed;font-size:9.5pt}\n"
	"thead{display:table-header-group}\n"
	"tr{break-inside:avoid}\n"
	/* signatures never stand on a sheet of their own: a row of the table, because browsers keep
	 * rows together, and what stands behind a table not with it */
	"tbody tr:nth-last-child(-n+3){break-after:avoid}\n"
	"tr.signatures{break-before:avoid}\n"
	"tr.signatures>td{border:0;padding:0}\n"
	"th,td{border:.6pt solid #000;padding:1mm 1.2mm;vertical-align:top;text-align:left;"
	"overflow-wrap:break-word}\n"
	"th{text-align:center;vertical-align:middle;font-weight:bold}\n"
	"th .beside{display:block;font-weight:normal;font-size:8.5pt}\n"
	"tr.order th{font-weight:normal;font-style:italic;font-size:8.5pt;padding:.3mm}\n"
	"tr.addition td{font-style:italic;background:#f4f4f4}\n"
	/* of several tables the last one ends before a text; and no row stands on a sheet of
	   its own */
	"h2~table,h2~table tbody tr:nth-last-child(-n+2){break-after:auto}\n"
	"h2~table tbody tr:first-child:not(:last-child),h2~table tbody tr:nth-last-child(2),"
	"h2~table tbody tr:nth-last-child(3){break-after:avoid}\n"
	"table.figures{font-size:8.5pt;line-height:1.2;margin:1mm 0 2mm}\n"
	".figures th,.figures td{padding:.7mm .6mm}\n"
	".figures thead tr:nth-child(2) th{font-weight:normal;font-size:8pt}\n"
	".figures td:first-child{padding-left:1.2mm}\n"
	"th.group{border-bottom-width:1.2pt}\n"
	"td.n{text-align:right;white-space:nowrap}\n"
	"tr.sum td{font-weight:bold;background:#eee}\n"
	"tr.out td{font-style:italic}\n"
	"h3{font-size:11pt;margin:4mm 0 1mm;break-after:avoid}\n"
	"h2{font-size:12.5pt;margin:6mm 0 2mm;break-after:avoid}\n"
	"main p,ul{margin:1mm 0;text-align:justify}\n"
	"ul{padding-left:6mm}\n"
	"li{break-inside:avoid}\n"
	".note{font-size:9.5pt;font-style:italic;break-before:avoid;break-inside:avoid}\n"
	".note+footer{break-before:avoid}\n"
	"svg.chart{display:block;width:100%;max-width:190mm;height:auto;margin:3mm "
	"auto;break-inside:avoid;font:11px \"Times New Roman\",\"Liberation "
	"Serif\",\"Noto Serif\",serif}\n"
	"svg .line{fill:none;stroke:#000;stroke-width:1.6;stroke-dasharray:6 3}\n"
	"svg .halo{fill:none;stroke:#fff;stroke-width:4}\n"
	"svg .grid{stroke:#bbb;stroke-width:.6}\n"
	"svg .axis{stroke:#000;stroke-width:1}\n"
	"svg .value{stroke:#fff;stroke-width:3px;paint-order:stroke;font-weight:bold}\n"
	"td.nothing{text-align:center;padding:6mm}\n"
	"footer{display:flex;justify-content:space-around;font-size:11pt;margin-top:8mm;"
	"break-inside:avoid;"
	"text-align:center}\n"
	"footer div{width:40%;padding-bottom:24mm}\n"
	"footer p{margin:0 0 .5mm}\n"
	"footer b{text-transform:uppercase}\n"
	"@media print{body{padding:0;max-width:none}"
	"tr.addition td,tr.sum td,svg.chart{-webkit-print-color-adjust:exact;"
	"print-color-adjust:exact}}\n";

void page_begin(FILE *to, const struct page_head *head)
{
	fputs("<!DOCTYPE html>\n<html lang=\"", to);
	markup_put(to, head->language);
	fputs("\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n",
	      to);
	markup_put_in(to, "<title>", head->title, "</title>\n");
	fputs("<style>\n", to);
	if (head->upright)
		fprintf(to, sheet, "", "18mm 15mm 18mm 25mm", "210mm");
	else
		fprintf(to, sheet, " landscape", "14mm 10mm 16mm 10mm", "297mm");
	fprintf(to, "%s</style>\n</head>\n<body>\n<header>\n", style);
	markup_put_in(to, "<p class=\"superior\">", head->superior, "</p>\n");
	markup_put_in(to, "<p class=\"office\">", head->office, "</p>\n");
	markup_put_in(to, "<p class=\"kind\" lang=\"vi\">", head->kind, "</p>\n");
	markup_put_in(to, "<h1 lang=\"vi\">", head->title, "</h1>\n");
	markup_put_in(to, "<p class=\"beside\">", head->beside, "</p>\n");
	markup_put_in(to, "<p>", head->period, "</p>\n");
	fputs("</header>\n<main>\n", to);
}

/* ---- tables ---- */

static bool in_group(const struct page_column *c)
{
	return c->group != NULL && c->group[0] != '\0';
}

static bool same_group(const struct page_column *a, const struct page_column *b)
{
	return in_group(a) && in_group(b) && strcmp(a->group, b->group) == 0;
}

static void put_head(FILE *to, const struct page_column *c, unsigned rows)
{
	fputs("<th", to);
	if (rows > 1)
		fprintf(to, " rowspan=\"%u\"", rows);
	/* where the reader's title stands beside it, it is in another language */
	fputs(c->beside == NULL ? ">" : " lang=\"vi\">", to);
	markup_put(to, c->title);
	markup_put_in(to, "<span class=\"beside\">", c->beside, "</span>");
	fputs("</th>", to);
}

/* What stands above columns, once for all of a group, and the columns that are in none. */
static void put_groups(FILE *to, const struct page_column *columns)
{
	for (const struct page_column *c = columns; c->title != NULL;) {
		const struct page_column *end = c + 1;

		if (!in_group(c)) {
			put_head(to, c++, 2);
			continue;
		}
		while (end->title != NULL && same_group(c, end))
			end++;
		fprintf(to, "<th class=\"group\" colspan=\"%u\">", (unsigned)(end - c));
		markup_put(to, c->group);
		fputs("</th>", to);
		c = end;
	}
	fputs("</tr>\n<tr>", to);
}

void page_table_begin(FILE *to, const struct page_column *columns)
{
	unsigned count = 0;
	bool groups = false, numbers = false;

	for (const struct page_column *c = columns; c->title != NULL; c++) {
		groups = groups || in_group(c);
		numbers = numbers || c->number;
	}
	fprintf(to, "<table%s>\n<colgroup>", numbers ? " class=\"figures\"" : "");
	for (const struct page_column *c = columns; c->title != NULL; c++) {
		if (c->width == 0)
			fputs("<col>", to);
		else
			fprintf(to, "<col style=\"width:%u%%\">", c->width);
	}
	fputs("</colgroup>\n<thead>\n<tr>", to);
	if (groups)
		put_groups(to, columns);
	for (const struct page_column *c = columns; c->title != NULL; c++) {
		if (!groups || in_group(c))
			put_head(to, c, 1);
	}
	fputs("</tr>\n<tr class=\"order\">", to);
	for (const struct page_column *c = columns; c->title != NULL; c++)
		fprintf(to, "<th>(%u)</th>", ++count);
	fputs("</tr>\n</thead>\n<tbody>\n", to);
}

void page_row(FILE *to, const char *const *cells, unsigned count)
{
	fputs("<tr>", to);
	for (unsigned i = 0; i < count; i++) {
		fputs("<td>", to);
		markup_put(to, cells[i]);
		fputs("</td>", to);
	}
	fputs("</tr>\n", to);
}

void page_figures(FILE *to, enum page_row kind, unsigned depth, const struct page_column *columns,
		  const char *const *cells)
{
	static const char *const kinds[] = { "", " class=\"sum\"", " class=\"out\"" };

	fprintf(to, "<tr%s>", kinds[kind]);
	for (unsigned i = 0; columns[i].title != NULL; i++) {
		if (i == 0 && depth > 0)
			fprintf(to, "<td style=\"padding-left:%umm\">", 1 + 3 * depth);
		else
			fputs(columns[i].number ? "<td class=\"n\">" : "<td>", to);
		markup_put(to, cells[i]);
		fputs("</td>", to);
	}
	fputs("</tr>\n", to);
}

void page_addition(FILE *to, const char *first, const char *text, unsigned columns)
{
	fputs("<tr class=\"addition\"><td>", to);
	markup_put(to, first);
	fprintf(to, "</td><td colspan=\"%u\">", columns - 1);
	markup_put(to, text);
	fputs("</td></tr>\n", to);
}

void page_nothing(FILE *to, const char *text, unsigned columns)
{
	fprintf(to, "<tr><td class=\"nothing\" colspan=\"%u\">", columns);
	markup_put(to, text);
	fputs("</td></tr>\n", to);
}

void page_table_end(FILE *to)
{
	fputs("</tbody>\n</table>\n", to);
}

/* ---- texts ---- */

void page_heading(FILE *to, const char *text)
{
	markup_put_in(to, "<h2>", text, "</h2>\n");
}

void page_subheading(FILE *to, const char *text)
{
	markup_put_in(to, "<h3>", text, "</h3>\n");
}

/* No line begins with the % of a number that ends the one before. */
static void put_sentences(FILE *to, const char *open, const char *text, const char *close)
{
	char *kept = malloc(2 * strlen(text == NULL ? "" : text) + 1), *out = kept;

	for (const char *p = text; kept != NULL && p != NULL && *p != '\0'; p++) {
		if (p > text && p[-1] >= '0' && p[-1] <= '9' && p[0] == ' ' && p[1] == '%')
			out = stpcpy(out, "\u00a0");
		else
			*out++ = *p;
	}
	if (kept != NULL)
		*out = '\0';
	markup_put_in(to, open, kept == NULL ? text : kept, close);
	free(kept);
}

void page_text(FILE *to, const char *text)
{
	put_sentences(to, "<p>", text, "</p>\n");
}

void page_note(FILE *to, const char *text)
{
	markup_put_in(to, "<p class=\"note\">", text, "</p>\n");
}

void page_list_begin(FILE *to)
{
	fputs("<ul>\n", to);
}

void page_list_item(FILE *to, const char *text)
{
	put_sentences(to, "<li>", text, "</li>\n");
}

void page_list_end(FILE *to)
{
	fputs("</ul>\n", to);
}

/* ---- the end ---- */

static void put_signature(FILE *to, const char *who, const char *how, const char *place)
{
	fputs("<div>", to);
	markup_put_in(to, "<p class=\"beside\">", place, "</p>");
	markup_put_in(to, "<p><b>", who, "</b></p>");
	markup_put_in(to, "<p class=\"beside\">", how, "</p>");
	fputs("</div>\n", to);
}

static void put_signatures(FILE *to, const char *left, const char *right, const char *how,
			   const char *place)
{
	fputs("<footer>\n", to);
	put_signature(to, left, how, place[0] == '\0' ? "" : "\n");
	put_signature(to, right, how, place);
	fputs("</footer>", to);
}

void page_signature_row(FILE *to, const char *left, const char *right, const char *how,
			const char *place, unsigned columns)
{
	fprintf(to, "<tr class=\"signatures\"><td colspan=\"%u\">", columns);
	put_signatures(to, left, right, how, place);
	fputs("</td></tr>\n", to);
}

void page_signatures(FILE *to, const char *left, const char *right, const char *how,
		     const char *place)
{
	put_signatures(to, left, right, how, place);
	fputs("\n", to);
}

void page_end(FILE *to)
{
	fputs("</main>\n</body>\n</html>\n", to);
}
