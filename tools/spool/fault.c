/* See fault.h. */
#include "tools/spool/fault.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"

enum { CODES_MAX = 7000 };

/* Each has its place for what it is about once, or not at all. */
static const char *const texts[SAID_COUNT] = {
	[SAID_NOTHING] = "",
	[SAID_NOT_THERE] = N_("the file is not there: %s"),
	[SAID_NO_FILE] = N_("no ordinary file, but a link, a folder or a device: %s"),
	[SAID_UNREADABLE] = N_("the file cannot be read: %s"),
	[SAID_FILE_LARGE] = N_("the file is larger than attachment.max: %s"),
	[SAID_FLAG] = N_("%s: write true or false"),
	[SAID_ONE] = N_("%s: write one value"),
	[SAID_LIST] = N_("%s: write a list of values: [a, b]"),
	[SAID_PATH] = N_("no file below out/ may be named so: %s"),
	[SAID_FILE_TWICE] = N_("this file is named twice: %s"),
	[SAID_NO_FILES] = N_("files: write the names of the files, the document first"),
	[SAID_NO_KEY] = N_("no such key: %s; taken are the options of vanthu send and files"),
	[SAID_KEY_TWICE] = N_("this key is there twice: %s"),
	[SAID_NO_KEYS] = N_("the file has no keys: write the options of vanthu send, a "
			    "line each, like type: CV"),
	[SAID_ORDER_LARGE] = N_("the order is larger than 64 KiB: %s"),
};

/* In Vietnamese, of catalogues that stay mapped; NULL: not kept. */
static struct {
	const char *said[SAID_COUNT], *text[CODES_MAX], *fix[CODES_MAX];
	bool kept, english; /* english: the process speaks it */
} words;

/* Of "" gettext gives the head of the catalogue. */
static const char *translated(const char *text)
{
	return text[0] == '\0' ? "" : gettext(text);
}

void spool_fault_open(void)
{
	const char *own = getenv("LANGUAGE");

	words.english = own == NULL || strncmp(own, "vi", 2) != 0;
	if (!i18n_open("vi"))
		return;
	for (int i = 0; i < SAID_COUNT; i++)
		words.said[i] = translated(texts[i]);
	for (unsigned n = 1; n < CODES_MAX; n++) {
		if (!err_known(n))
			continue;
		words.text[n] = translated(err_text((enum err)n));
		words.fix[n] = translated(err_fix((enum err)n));
	}
	words.kept = i18n_open(words.english ? "en" : "vi");
}

static const char *code_text(enum err e, bool fix)
{
	unsigned n = (unsigned)e;

	if (words.kept && n < CODES_MAX && words.text[n] != NULL)
		return fix ? words.fix[n] : words.text[n];
	return translated(fix ? err_fix(e) : err_text(e));
}

static void fill(const char *text, const char *about, char out[SPOOL_FAULT_TEXT_SIZE])
{
	const char *place = strstr(text, "%s");

	if (place == NULL)
		snprintf(out, SPOOL_FAULT_TEXT_SIZE, "%s", text);
	else
		snprintf(out, SPOOL_FAULT_TEXT_SIZE, "%.*s%s%s", (int)(place - text), text, about,
			 place + 2);
	text_one_line(out);
}

void spool_fault_set(struct spool_fault *f, enum err e, const char *field, enum spool_said said,
		     const char *about)
{
	*f = (struct spool_fault){ .err = e };
	snprintf(f->field, sizeof f->field, "%s", field);
	text_one_line(f->field);
	fill(words.kept ? words.said[said] : translated(texts[said]), about, f->text);
	fill(texts[said], about, f->english);
}

void spool_fault_set_text(struct spool_fault *f, enum err e, const char *text)
{
	*f = (struct spool_fault){ .err = e };
	snprintf(f->text, sizeof f->text, "%s", words.kept && words.english ? "" : text);
	snprintf(f->english, sizeof f->english, "%s", words.kept && !words.english ? "" : text);
}

json_t *spool_fault_json(const struct spool_fault *f)
{
	json_t *out = json_pack(
	    "{s:o, s:s, s:s, s:s, s:s}", "code", json_sprintf("VT-%d", (int)f->err), "message",
	    f->text[0] == '\0' ? code_text(f->err, false) : f->text, "fix",
	    code_text(f->err, true), "message_en",
	    f->english[0] == '\0' ? err_text(f->err) : f->english, "fix_en", err_fix(f->err));

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
	json_t *list = json_object_get(data, "warnings"), *each,
	       *warning = spool_fault_json(&fault);
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
