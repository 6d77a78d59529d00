/* See tools/input/text_field.h. */
#include "tools/input/text_field.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/limits.h"
#include "routing/base/visible.h"
#include "tools/base/text.h"

static int fail(struct cli *cli, const char *message, const char *fix)
{
	return cli_fail_text(cli, ERR_FIELD, message, fix);
}

static int check(struct cli *cli, const struct text_field *f)
{
	char message[256];
	uint32_t hidden;
	size_t len;

	if (f->text == NULL)
		return 0;
	hidden = visible_fault(f->text);
	text_trim(f->text);
	len = strlen(f->text);
	if (len == 0 && !f->may_be_empty) {
		snprintf(message, sizeof message, _("--%s is empty"), f->option);
		return fail(cli, message, _("write what belongs there"));
	}
	if (len > f->most_bytes) {
		snprintf(message, sizeof message, _("--%s is too long: %zu bytes, at most %zu"),
			 f->option, len, f->most_bytes);
		return fail(cli, message,
			    _("shorten it; a letter with a diacritic takes two or three bytes"));
	}
	if (hidden == 0)
		return 0;
	snprintf(message, sizeof message, _("--%s has a character that nobody sees: U+%04X"),
		 f->option, (unsigned)hidden);
	return fail(cli, message,
		    _("type it anew: such characters come along when a text is copied"));
}

int text_field_check(struct cli *cli, const struct text_field *fields, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int code = check(cli, &fields[i]);

		if (code != 0)
			return code;
	}
	return 0;
}

int text_field_check_name(struct cli *cli, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
	size_t len = strlen(name);
	char message[NAME_MAX_BYTES + 256];

	/* Without a name it is no file, or a folder: opening it says which. */
	if (len <= NAME_MAX_BYTES && visible_fault(name) == 0)
		return 0;
	snprintf(message, sizeof message,
		 _("%.300s: a document cannot travel under this file name"), name);
	return fail(
		cli, message,
		_("rename the file: 1 to 255 bytes of UTF-8, no control or invisible characters"));
}

int text_field_check_past(struct cli *cli, const char *option, const char *date)
{
	char message[256], today[11];

	text_today(today);
	if (strcmp(date, today) <= 0)
		return 0;
	snprintf(message, sizeof message, _("--%s: %.2s/%.2s/%.4s lies in the future"), option,
		 date + 8, date + 5, date);
	return cli_fail_text(cli, ERR_FUTURE, message, _(err_fix(ERR_FUTURE)));
}
