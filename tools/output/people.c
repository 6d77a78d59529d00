/* See people.h. */
#include "tools/output/people.h"

#include <stdio.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/output/output.h"

enum { TEXT_BYTES = 4096 };

static const char *string_of(const json_t *value)
{
	const char *text = json_string_value(value);

	return text == NULL ? "" : text;
}

void people_shorten(const char *text, int cells, char *out, size_t size)
{
	size_t fits = 0;

	snprintf(out, size, "%s", text);
	if (text_width(out) <= cells)
		return;
	for (const char *at = strchr(text, ' '); at != NULL; at = strchr(at + 1, ' ')) {
		snprintf(out, size, "%.*s", (int)(at - text), text);
		if (text_width(out) > cells - 1)
			break;
		fits = (size_t)(at - text);
	}
	if (fits == 0) /* one long word: the layout folds it */
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "%.*s…", (int)fits, text);
}

json_t *people_name(const char *name, const char *id)
{
	char text[TEXT_BYTES];

	people_shorten(name[0] == '\0' ? id : name, PEOPLE_NAME_CELLS, text, sizeof text);
	return json_string(text);
}

json_t *people_name_id(const char *name, const char *id)
{
	return name[0] == '\0' ? json_string(id) : json_sprintf("%s (%s)", name, id);
}

json_t *people_names(struct cli *cli, const json_t *ids, const json_t *names, bool whole)
{
	size_t count = json_array_size(ids), used = 0,
	       shown = count > PEOPLE_NAMED_MAX + 1 ? PEOPLE_NAMED_MAX : count;
	char text[TEXT_BYTES] = "", id[256];

	for (size_t i = 0; i < shown && used < sizeof text; i++) {
		const char *name = string_of(json_array_get(names, i));
		json_t *cell;

		output_format(cli, json_array_get(ids, i), FORMAT_WHO, true, id, sizeof id);
		cell = whole ? people_name_id(name, id) : people_name(name, id);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
					 i == 0 ? "" : ", ", string_of(cell));
		json_decref(cell);
	}
	if (shown < count && used < sizeof text)
		snprintf(text + used, sizeof text - used,
			 ngettext(", and %zu more", ", and %zu more", count - shown),
			 count - shown);
	return json_string(text);
}

json_t *people_reference(const json_t *reference, bool whole)
{
	const char *number = string_of(json_object_get(reference, "number")),
		   *subject = string_of(json_object_get(reference, "subject")),
		   *id = string_of(json_object_get(reference, "id"));

	if (!json_is_object(reference))
		return json_null();
	if (number[0] == '\0' && subject[0] == '\0')
		return whole ? json_sprintf(_("%s, which is not here"), id) : json_string("");
	if (!whole || subject[0] == '\0')
		return json_string(number[0] == '\0' ? subject : number);
	return number[0] == '\0' ? json_string(subject) : json_sprintf("%s – %s", number, subject);
}

json_t *people_signer(const json_t *signer)
{
	const char *acts = string_of(json_object_get(signer, "competence")),
		   *stands = string_of(json_object_get(signer, "position")),
		   *name = string_of(json_object_get(signer, "name"));
	bool who = stands[0] != '\0' || name[0] != '\0';

	if (!json_is_object(signer))
		return json_null();
	return json_sprintf("%s%s%s%s%s", acts, acts[0] != '\0' && who ? ", " : "", stands,
			    stands[0] != '\0' && name[0] != '\0' ? " " : "", name);
}

json_t *people_same_number(struct cli *cli, const json_t *same, bool whole)
{
	long more = (long)json_integer_value(json_object_get(same, "count")) - 1;
	char date[64], text[TEXT_BYTES];
	size_t used;

	if (!json_is_object(same))
		return json_null();
	output_format(cli, json_object_get(same, "date"), FORMAT_DATE, true, date, sizeof date);
	used = (size_t)snprintf(text, sizeof text, "%s, %s",
				string_of(json_object_get(same, "number")), date);
	if (whole && used < sizeof text)
		used += (size_t)snprintf(text + used, sizeof text - used, ", %s",
					 string_of(json_object_get(same, "id")));
	if (json_is_true(json_object_get(same, "paper")) && used < sizeof text)
		used += (size_t)snprintf(text + used, sizeof text - used, ", %s", _("on paper"));
	if (more > 0 && used < sizeof text)
		snprintf(text + used, sizeof text - used,
			 ngettext(", and %lu more", ", and %lu more", (unsigned long)more),
			 (unsigned long)more);
	return json_string(text);
}

/* What has its number goes with it. */
static json_t *with_same_number(struct cli *cli, const json_t *line, json_t *subject)
{
	json_t *same = people_same_number(cli, json_object_get(line, "same_number"), false), *out;

	out = json_is_string(same) ? json_sprintf(_("%s (number repeats: %s)"), string_of(subject),
						  json_string_value(same))
				   : json_incref(subject);
	json_decref(same);
	json_decref(subject);
	return out;
}

json_t *people_status(const char *code, const char *asks, bool issuer)
{
	if (code[0] == '\0')
		return json_null();
	return json_sprintf("%s%s", code,
			    strcmp(asks, "update") == 0		     ? "-3"
			    : strcmp(asks, "replace") == 0	     ? "-4"
			    : issuer && strcmp(code, "13") == 0 ? "-1"
								     : "");
}

json_t *people_request(const json_t *of, const char *key)
{
	return people_status(string_of(json_object_get(of, key)),
			     string_of(json_object_get(of, "asks")), false);
}

json_t *people_does(const char *business, const char *number)
{
	if (strcmp(business, "recall") == 0)
		return json_sprintf(_("recalls %s"), number);
	if (strcmp(business, "update") == 0)
		return json_sprintf(_("updates %s"), number);
	return json_sprintf(_("replaces %s"), number);
}

json_t *people_done(const char *business, const char *number)
{
	if (strcmp(business, "recall") == 0)
		return json_sprintf(_("recalled by %s"), number);
	if (strcmp(business, "update") == 0)
		return json_sprintf(_("updated by %s"), number);
	return json_sprintf(_("replaced by %s"), number);
}

/* The weightiest of those that concern it: a recall or a replacement before an update. */
static const json_t *weightiest(const json_t *list)
{
	const json_t *each, *best = NULL;
	size_t i;

	json_array_foreach(list, i, each)
	{
		if (best == NULL ||
		    strcmp(string_of(json_object_get(each, "business")), "update") != 0)
			best = each;
	}
	return best;
}

/* Behind the subject, what a newer one did with it, or it with an older one. `subject` is taken. */
static json_t *with_others(const json_t *line, json_t *subject)
{
	const json_t *newer = weightiest(json_object_get(line, "concerned_by"));
	json_t *number = people_reference(
		newer != NULL ? newer : json_object_get(line, "concerns"), false);
	json_t *said, *out;

	if (!json_is_string(number))
		return subject;
	said = newer != NULL ? people_done(string_of(json_object_get(newer, "business")),
					   string_of(number))
			     : people_does(string_of(json_object_get(line, "business")),
					   string_of(number));
	out = json_sprintf("%s (%s)", string_of(subject), string_of(said));
	json_decref(number);
	json_decref(said);
	json_decref(subject);
	return out;
}

json_t *people_reminded(struct cli *cli, const json_t *reminded, bool cell)
{
	unsigned long count =
		(unsigned long)json_integer_value(json_object_get(reminded, "count"));
	char on[64], text[160];

	if (count == 0)
		return json_null();
	output_format(cli, json_object_get(reminded, "last_on"), FORMAT_DATE, false, on,
		      sizeof on);
	if (cell)
		snprintf(text, sizeof text, "%lu× %s", count, on);
	else
		snprintf(text, sizeof text,
			 ngettext("%lu time, last %s", "%lu times, last %s", count), count, on);
	return json_string(text);
}

/* Behind the subject, that its issuer has reminded of it. `subject` is taken. */
static json_t *with_reminders(struct cli *cli, const json_t *line, json_t *subject)
{
	json_t *said = people_reminded(cli, json_object_get(line, "reminded"), false), *out;

	if (!json_is_string(said)) {
		json_decref(said);
		return subject;
	}
	out = json_sprintf(_("%s (reminded %s)"), string_of(subject), json_string_value(said));
	json_decref(said);
	json_decref(subject);
	return out;
}

static json_t *subject_text(struct cli *cli, const json_t *line)
{
	const char *subject = string_of(json_object_get(line, "subject"));
	json_t *answers = people_reference(json_object_get(line, "answers"), false), *out;

	if (!json_is_string(answers))
		out = json_string(subject);
	else if (json_is_string(json_object_get(line, "reminds")))
		out = json_sprintf(_("%s (reminds of %s)"), subject, json_string_value(answers));
	else if (json_string_length(answers) == 0)
		out = json_sprintf(_("%s (an answer)"), subject);
	else
		out = json_sprintf(_("%s (answers %s)"), subject, json_string_value(answers));
	json_decref(answers);
	return with_others(line, with_reminders(cli, line, out));
}

/* Lists by their names, then who stands beside them. */
static json_t *to_text(struct cli *cli, const json_t *line)
{
	const json_t *lists = json_object_get(line, "lists"), *to = json_object_get(line, "to"),
		     *names = json_object_get(line, "to_names");
	json_t *ids = json_array(), *shown = json_array(), *out;
	size_t listed = (size_t)json_integer_value(json_object_get(line, "listed"));

	json_array_extend(ids, (json_t *)(uintptr_t)lists);
	json_array_extend(shown, (json_t *)(uintptr_t)lists);
	for (size_t i = 0; i + listed < json_array_size(to); i++) {
		json_array_append(ids, json_array_get(to, i));
		json_array_append(shown, json_array_get(names, i));
	}
	out = people_names(cli, ids, shown, false);
	json_decref(ids);
	json_decref(shown);
	return out;
}

void people_line(struct cli *cli, json_t *line)
{
	const json_t *work = json_object_get(line, "work");

	json_object_set_new(line, "from_text",
			    people_name(string_of(json_object_get(line, "from_name")),
					string_of(json_object_get(line, "from"))));
	json_object_set_new(line, "to_text", to_text(cli, line));
	json_object_set_new(line, "subject_text",
			    with_same_number(cli, line, subject_text(cli, line)));
	json_object_set(line, "person_text", json_object_get(work, "to"));
	json_object_set_new(line, "recall_text", people_request(work, "recall"));
	/* what was given back is that, whatever the work on it had come to */
	json_object_set(line, "now_text",
			strcmp(string_of(json_object_get(line, "recall_text")), "15") == 0
				? json_object_get(line, "recall_text")
				: json_object_get(line, "code"));
}

void people_committees(json_t *list)
{
	json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
	{
		json_object_set_new(each, "name_text",
				    people_name(string_of(json_object_get(each, "name")),
						string_of(json_object_get(each, "committee"))));
	}
}
