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

/* Does a spreadsheet take what begins so for a formula? Some read the wide forms too. */
static bool is_formula(const char *text)
{
	static const char *const wide[] = { "＝", "＋", "－", "＠" };
	bool so = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;

	for (unsigned i = 0; i < sizeof wide / sizeof wide[0] && !so; i++)
		so = strncmp(text, wide[i], strlen(wide[i])) == 0;
	return so;
}

static void put_cell(FILE *to, const char *text)
{
	bool quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (quoted)
		fputc('"', to);
	if (is_formula(text) && !is_number(text))
		fputc('\'', to);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
		if (*text == ';' && is_formula(text + 1))
			fputc('\'', to);
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
