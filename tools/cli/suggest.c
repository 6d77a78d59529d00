/* See suggest.h. Edit distance with swaps of neighbours (Damerau, optimal string alignment) over
 * short names. */
#include "tools/cli/suggest.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/cli/command.h"

enum { NAME_MAX_CHARS = 24, NEAR = 2 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

unsigned suggest_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	unsigned d[NAME_MAX_CHARS + 1][NAME_MAX_CHARS + 1];

	if (n > NAME_MAX_CHARS || m > NAME_MAX_CHARS)
		return NAME_MAX_CHARS;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t k = 0; k <= m; k++)
		d[0][k] = (unsigned)k;
	for (size_t i = 1; i <= n; i++) {
		for (size_t k = 1; k <= m; k++) {
			d[i][k] = least(d[i - 1][k] + 1, d[i][k - 1] + 1,
					d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    d[i - 2][k - 2] + 1 < d[i][k])
				d[i][k] = d[i - 2][k - 2] + 1;
		}
	}
	return d[n][m];
}

/* How far a slip may be: of three letters two are no slip any more, but another word. One more than
 * that, for comparing. */
static unsigned near(const char *typed)
{
	size_t third = (strlen(typed) + 1) / 3;

	return (third < NEAR ? (unsigned)third : NEAR) + 1;
}

const char *suggest_form(const char *typed, const struct command *command)
{
	const char *best = NULL;
	unsigned nearest = near(typed);

	for (unsigned i = 0; i < COMMAND_FORMS_MAX && command->forms[i].word != NULL; i++) {
		unsigned d = suggest_distance(typed, command->forms[i].word);

		if (d < nearest) {
			nearest = d;
			best = command->forms[i].word;
		}
	}
	return best;
}

const char *suggest_command(const char *typed, const struct command *commands)
{
	const char *best = NULL;
	unsigned nearest = near(typed);

	for (const struct command *c = commands; c->name != NULL; c++) {
		unsigned d = suggest_distance(typed, c->name);

		if (d < nearest) {
			nearest = d;
			best = c->name;
		}
	}
	return best;
}

const char *suggest_option(const char *typed, const struct option *table)
{
	char name[NAME_MAX_CHARS + 2];
	const char *best = NULL;
	unsigned nearest;

	typed += strspn(typed, "-");
	snprintf(name, sizeof name, "%.*s", (int)strcspn(typed, "="), typed);
	nearest = near(name);
	for (; table->name != NULL; table++) {
		unsigned d = suggest_distance(name, table->name);

		if (d < nearest) {
			nearest = d;
			best = table->name;
		}
	}
	return best;
}
