/* See period.h. */
#include "tools/input/period.h"

#include <stdio.h>
#include <string.h>

static struct period of_months(unsigned year, unsigned first, unsigned count)
{
	struct period p = { month_make(year, first), month_make(year, first + count - 1) };

	return p;
}

/* One word, without "..". */
static bool parse_one(const char *text, struct period *out)
{
	unsigned year, n;
	char letter;
	int end = 0;

	memset(out, 0, sizeof *out);
	if (strspn(text, "0123456789") == 4 && text[4] == '\0' && sscanf(text, "%4u", &year) == 1)
		*out = of_months(year, 1, MONTHS_A_YEAR);
	else if (sscanf(text, "%4u-%2u%n", &year, &n, &end) == 2 && text[end] == '\0')
		*out = of_months(year, n, 1);
	else if (sscanf(text, "%2u/%4u%n", &n, &year, &end) == 2 && text[end] == '\0')
		*out = of_months(year, n, 1);
	else if (sscanf(text, "%4u-%c%1u%n", &year, &letter, &n, &end) == 3 && text[end] == '\0' &&
		 n >= 1) {
		if ((letter == 'Q' || letter == 'q') && n <= 4)
			*out = of_months(year, (n - 1) * 3 + 1, 3);
		else if ((letter == 'H' || letter == 'h') && n <= 2)
			*out = of_months(year, (n - 1) * 6 + 1, 6);
	}
	return out->from.n != 0 && out->to.n != 0;
}

bool period_parse(const char *text, struct period *out)
{
	const char *dots = strstr(text, "..");
	struct period last;
	char first[16];

	if (strcmp(text, "all") == 0) {
		*out = (struct period){ { 0 }, { UINT16_MAX } };
		return true;
	}
	if (dots == NULL)
		return parse_one(text, out);
	if ((size_t)(dots - text) >= sizeof first)
		return false;
	snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
	if (!parse_one(first, out) || !parse_one(dots + 2, &last))
		return false;
	out->to = last.to;
	return out->from.n <= out->to.n;
}

void period_print_month(struct month m, char *out, size_t size_bytes)
{
	snprintf(out, size_bytes, "%04u-%02u", month_year(m), month_in_year(m));
}

void period_print(struct period p, char *out, size_t size_bytes)
{
	unsigned months = (unsigned)(p.to.n - p.from.n) + 1, first = month_in_year(p.from);
	char from[16], to[16];

	period_print_month(p.from, from, sizeof from);
	period_print_month(p.to, to, sizeof to);
	if (months == 1)
		snprintf(out, size_bytes, "%s", from);
	else if (months == 12 && first == 1)
		snprintf(out, size_bytes, "%04u", month_year(p.from));
	else if (months == 6 && first % 6 == 1)
		snprintf(out, size_bytes, "%04u-H%u", month_year(p.from), first / 6 + 1);
	else if (months == 3 && first % 3 == 1)
		snprintf(out, size_bytes, "%04u-Q%u", month_year(p.from), first / 3 + 1);
	else
		snprintf(out, size_bytes, "%s..%s", from, to);
}
