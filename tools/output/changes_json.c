/* See changes_json.h. */
#include "tools/output/changes_json.h"

#include "tools/output/reply_json.h"

static json_t *json_document(const Vanthu__V1__ChangeDocument *d)
{
	json_t *out;

	if (d == NULL)
		return json_null();
	out = json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:I}", "type", d->type_code, "number",
			d->number, "subject", json_text_or_null(d->subject), "urgency",
			json_urgency(d->urgency), "due", json_text_or_null(d->due_on), "issued",
			json_text_or_null(d->issued_on), "business",
			d->business == VANTHU__V1__BUSINESS__BUSINESS_UNSPECIFIED
				? json_null()
				: json_string(json_business(d->business)),
			"attachment_count", (json_int_t)d->attachment_count);
	if (d->n_to > 0)
		json_object_set_new(out, "to", json_texts(d->to, d->n_to));
	return out;
}

static json_t *json_register_line(const Vanthu__V1__Change *m)
{
	return m->line == 0 ? json_null()
			    : json_pack("{s:s, s:I, s:I}", "book", m->book, "year",
					(json_int_t)m->year, "number", (json_int_t)m->line);
}

json_t *json_change(const Vanthu__V1__Change *m)
{
	json_t *out = json_pack(
		"{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "number", (json_int_t)m->number,
		"kind", m->kind, "id", m->id.len == 0 ? json_null() : json_uuid(m->id), "at",
		json_time(m->at_ms), "from", json_text_or_null(m->origin), "committee",
		json_text_or_null(m->committee), "code", json_text_or_null(m->code), "reason",
		json_code(m->reason), "what", json_text_or_null(m->what));

	json_object_set_new(out, "line", json_register_line(m));
	json_object_set_new(out, "version",
			    m->version == 0 ? json_null() : json_integer((json_int_t)m->version));
	json_object_set_new(out, "target", json_text_or_null(m->target));
	json_object_set_new(out, "direction",
			    m->origin[0] == '\0' ? json_null()
						 : json_string(m->sent ? "out" : "in"));
	json_object_set_new(out, "document", json_document(m->document));
	return out;
}

json_t *json_changes(const Vanthu__V1__Changes *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->n_changes; i++)
		json_array_append_new(list, json_change(m->changes[i]));
	return json_pack("{s:o, s:I, s:I, s:I, s:o, s:b}", "changes", list, "next",
			 (json_int_t)m->next, "first", (json_int_t)m->first, "last",
			 (json_int_t)m->last, "feed", json_hex(m->feed), "missed", (int)m->missed);
}
