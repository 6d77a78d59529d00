/* See page.h. */
#include "tools/output/page.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

/* Numbers of sheets by @page margin boxes: browsers that do not know them print none. */
static const char style[] =
	"@page{size:A4 landscape;margin:14mm 10mm 16mm 10mm;"
	"@bottom-right{content:counter(page) \"/\" counter(pages);font:9pt serif}}\n"
	"*{box-sizing:border-box}\n"
	"body{font:11pt/1.3 \"Times New Roman\",\"Liberation Serif\",\"Noto "
	"Serif\",serif;color:#000;"
	"background:#fff;margin:0 auto;padding:8mm;max-width:297mm}\n"
	"header{text-align:center;margin-bottom:5mm}\n"
	".office{text-align:left;font-weight:bold;text-transform:uppercase}\n"
	"h1{font-size:15pt;margin:4mm 0 0}\n"
	"header p{margin:1mm 0 0}\n"
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
	"td.nothing{text-align:center;padding:6mm}\n"
	"footer{display:flex;justify-content:space-around;font-size:11pt;margin-top:8mm;"
	"break-inside:avoid;"
	"text-align:center}\n"
	"footer div{width:40%;padding-bottom:24mm}\n"
	"footer p{margin:0 0 .5mm}\n"
	"footer b{text-transform:uppercase}\n"
	"@media print{body{padding:0;max-width:none}"
	"tr.addition td{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static void put_character(FILE *to, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", to);
		break;
	case '<':
		fputs("&lt;", to);
		break;
	case '>':
		fputs("&gt;", to);
		break;
	case '"':
		fputs("&quot;", to);
		break;
	case '\'':
		fputs("&#39;", to);
		break;
	case '\n':
		fputs("<br>", to);
		break;
	default:
		fputc(c, to);
		break;
	}
}

/* What others sent neither leaves its cell nor hides in it. Without memory: no text, rather than
 * one that is not safe. */
static void put(FILE *to, const char *text)
{
	char *safe = strdup(text == NULL ? "" : text);

	if (safe == NULL)
		return;
	text_lines(safe);
	for (const char *p = safe; *p != '\0'; p++)
		put_character(to, *p);
	free(safe);
}

static void put_in(FILE *to, const char *open, const char *text, const char *close)
{
	if (text == NULL || text[0] == '\0')
		return;
	fputs(open, to);
	put(to, text);
	fputs(close, to);
}

void page_begin(FILE *to, const struct page_head *head)
{
	fputs("<!DOCTYPE html>\n<html lang=\"", to);
	put(to, head->language);
	fputs("\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n",
	      to);
	put_in(to, "<title>", head->title, "</title>\n");
	fprintf(to, "<style>\n%s</style>\n</head>\n<body>\n<header>\n", style);
	put_in(to, "<p class=\"office\">", head->office, "</p>\n");
	put_in(to, "<h1 lang=\"vi\">", head->title, "</h1>\n");
	put_in(to, "<p class=\"beside\">", head->beside, "</p>\n");
	put_in(to, "<p>", head->period, "</p>\n");
	fputs("</header>\n", to);
}

void page_table_begin(FILE *to, const struct page_column *columns)
{
	unsigned count = 0;

	fputs("<table>\n<colgroup>", to);
	for (const struct page_column *c = columns; c->title != NULL; c++) {
		if (c->width == 0)
			fputs("<col>", to);
		else
			fprintf(to, "<col style=\"width:%u%%\">", c->width);
	}
	fputs("</colgroup>\n<thead>\n<tr>", to);
	for (const struct page_column *c = columns; c->title != NULL; c++) {
		put_in(to, "<th lang=\"vi\">", c->title, "");
		put_in(to, "<span class=\"beside\">", c->beside, "</span>");
		fputs("</th>", to);
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
		put(to, cells[i]);
		fputs("</td>", to);
	}
	fputs("</tr>\n", to);
}

void page_addition(FILE *to, const char *first, const char *text, unsigned columns)
{
	fputs("<tr class=\"addition\"><td>", to);
	put(to, first);
	fprintf(to, "</td><td colspan=\"%u\">", columns - 1);
	put(to, text);
	fputs("</td></tr>\n", to);
}

void page_nothing(FILE *to, const char *text, unsigned columns)
{
	fprintf(to, "<tr><td class=\"nothing\" colspan=\"%u\">", columns);
	put(to, text);
	fputs("</td></tr>\n", to);
}

static void put_signature(FILE *to, const char *who, const char *how, const char *place)
{
	fputs("<div>", to);
	put_in(to, "<p class=\"beside\">", place, "</p>");
	put_in(to, "<p><b>", who, "</b></p>");
	put_in(to, "<p class=\"beside\">", how, "</p>");
	fputs("</div>\n", to);
}

void page_signatures(FILE *to, const char *left, const char *right, const char *how,
		     const char *place, unsigned columns)
{
	fprintf(to, "<tr class=\"signatures\"><td colspan=\"%u\"><footer>\n", columns);
	put_signature(to, left, how, place[0] == '\0' ? "" : "\n");
	put_signature(to, right, how, place);
	fputs("</footer></td></tr>\n", to);
}

void page_table_end(FILE *to)
{
	fputs("</tbody>\n</table>\n", to);
}

void page_end(FILE *to)
{
	fputs("</body>\n</html>\n", to);
}
