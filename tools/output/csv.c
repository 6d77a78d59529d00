/* See csv.h. */
#include "tools/output/csv.h"

#include <stdbool.h>
#include <string.h>

static bool is_number(const char *text)
{
	size_t sign = text[0] == '-' || text[0] == '+' ? 1 : 0, len = strlen(text);

	return len > sign && strspn(text + sign, "0123456789.,") == len - sign &&
	       strpbrk(text, "0123456789") != NULL;
}

static void put_cell(FILE *to, const char *text)
{
	bool guarded = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL && !is_number(text);
	bool quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (quoted)
		fputc('"', to);
	if (guarded)
		fputc('\'', to);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	if (quoted)
		fputc('"', to);
}

void csv_row(FILE *to, const char *const *cells, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', to);
		put_cell(to, cells[i]);
	}
	fputs("\r\n", to);
}
