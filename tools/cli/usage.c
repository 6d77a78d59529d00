/* See usage.h. */
#include "tools/cli/usage.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"
#include "tools/output/output.h"

enum { FOLD_CELLS = 4 };

void usage_line(const struct command *c, const struct command_form *f, char *out, size_t size)
{
	snprintf(out, size, "vanthu %s%s%s%s%s", c->name, f->word[0] != '\0' ? " " : "", f->word,
		 f->usage[0] != '\0' ? " " : "", f->usage[0] != '\0' ? _(f->usage) : "");
}

void usage_print(FILE *to, const struct command *c)
{
	const char *title = _("Usage:");
	int cells = text_width(title);

	for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++) {
		char line[256];

		usage_line(c, &c->forms[i], line, sizeof line);
		fprintf(to, "%s%*s ", i == 0 ? title : "", i == 0 ? 0 : cells, "");
		text_wrap(to, line, cells + 1 + FOLD_CELLS, cells + 1,
			  terminal_wrap_width(fileno(to)));
		fputc('\n', to);
	}
}

void usage_option_name(const struct command_option *o, char *out, size_t size_bytes)
{
	const char *argument = o->argument == NULL ? "" : _(o->argument);
	bool letter = o->code >= 'a' && o->code <= 'z';

	if (letter)
		snprintf(out, size_bytes, "-%c, --%s%s%s", (char)o->code, o->name,
			 argument[0] == '\0' ? "" : " ", argument);
	else
		snprintf(out, size_bytes, "--%s%s%s", o->name,
			 argument[0] == '\0' || argument[0] == '[' ? "" : " ", argument);
}
