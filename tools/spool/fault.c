/* See fault.h. */
#include "tools/spool/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"

void spool_fault_set(struct spool_fault *f, enum err e, const char *field, const char *format, ...)
{
	va_list args;

	*f = (struct spool_fault){ .err = e };
	snprintf(f->field, sizeof f->field, "%s", field);
	text_one_line(f->field);
	va_start(args, format);
	vsnprintf(f->text, sizeof f->text, gettext(format), args);
	va_end(args);
	va_start(args, format);
	vsnprintf(f->english, sizeof f->english, format, args);
	va_end(args);
	text_one_line(f->text);
	text_one_line(f->english);
}

json_t *spool_fault_json(const struct spool_fault *f)
{
	json_t *out =
	    json_pack("{s:o, s:s, s:s, s:s, s:s}", "code", json_sprintf("VT-%d", (int)f->err),
		      "message", f->text[0] == '\0' ? _(err_text(f->err)) : f->text, "fix",
		      _(err_fix(f->err)), "message_en",
		      f->english[0] == '\0' ? err_text(f->err) : f->english, "fix_en",
		      err_fix(f->err));

	if (out != NULL && f->field[0] != '\0')
		json_object_set_new(out, "field", json_string(f->field));
	if (out != NULL && f->line != 0) {
		json_object_set_new(out, "line", json_integer(f->line));
		json_object_set_new(out, "column", json_integer(f->column));
	}
	return out;
}

void spool_fault_warn(json_t *data, enum err e)
{
	const struct spool_fault fault = { .err = e };
	json_t *list = json_object_get(data, "warnings"), *each, *warning = spool_fault_json(&fault);
	size_t i;

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(data, "warnings", list);
	}
	json_array_foreach(list, i, each)
	{
		if (json_equal(json_object_get(each, "code"), json_object_get(warning, "code"))) {
			json_decref(warning);
			return;
		}
	}
	json_array_append_new(list, warning);
}
