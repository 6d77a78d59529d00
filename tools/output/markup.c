/* See markup.h. */
#include "tools/output/markup.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

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

/* What others sent neither leaves its cell nor hides in it. */
void markup_put(FILE *to, const char *text)
{
	char *safe = strdup(text == NULL ? "" : text);

	if (safe == NULL)
		return;
	text_lines(safe);
	for (const char *p = safe; *p != '\0'; p++)
		put_character(to, *p);
	free(safe);
}

void markup_put_line(FILE *to, const char *text, size_t len)
{
	char *safe = strndup(text == NULL ? "" : text, len);

	if (safe == NULL)
		return;
	text_one_line(safe);
	for (const char *p = safe; *p != '\0'; p++)
		put_character(to, *p);
	free(safe);
}

void markup_put_in(FILE *to, const char *open, const char *text, const char *close)
{
	if (text == NULL || text[0] == '\0')
		return;
	fputs(open, to);
	markup_put(to, text);
	fputs(close, to);
}
