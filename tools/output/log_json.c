/* See log_json.h. */
#include "tools/output/log_json.h"

#include "tools/output/reply_json.h"

static const char *stand_name(Vanthu__V1__LogStand stand)
{
	switch (stand) {
	case VANTHU__V1__LOG_STAND__LOG_STAND_DIFFERS:
		return "differs";
	case VANTHU__V1__LOG_STAND__LOG_STAND_MISSING:
		return "gone";
	case VANTHU__V1__LOG_STAND__LOG_STAND_UNREADABLE:
		return "unreadable";
	default:
		return "same";
	}
}

static json_t *text_of_code(uint32_t code)
{
	return code == 0 ? json_null() : json_sprintf("VT-%u", code);
}

json_t *log_json_entry(const Vanthu__V1__LogEntry *e)
{
	json_t *out =
		json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "what", e->what, "stand",
			  stand_name(e->stand), "role", json_text_or_null(e->role), "document",
			  e->document.len == 16 ? json_uuid(e->document) : json_null(), "committee",
			  json_text_or_null(e->committee), "number",
			  e->number == 0 ? json_null() : json_integer((json_int_t)e->number));

	json_object_set_new(out, "verb", json_text_or_null(e->verb));
	json_object_set_new(out, "subject", json_text_or_null(e->subject));
	json_object_set_new(out, "uid", e->verb[0] == '\0' ? json_null() : json_integer(e->uid));
	json_object_set_new(out, "person", json_text_or_null(e->person));
	json_object_set_new(out, "code", text_of_code(e->reason));
	json_object_set_new(out, "before", e->before.len == 0 ? json_null() : json_hex(e->before));
	json_object_set_new(out, "key", json_hex(e->key));
	json_object_set_new(out, "digest", json_hex(e->digest));
	return out;
}

static json_t *line_of(const Vanthu__V1__LogLine *l)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < l->n_entries; i++)
		json_array_append_new(entries, log_json_entry(l->entries[i]));
	return json_pack("{s:I, s:o, s:b, s:o, s:o, s:o}", "number", (json_int_t)l->number, "at",
			 json_time(l->at_ms), "damaged", (int)l->damaged, "digest",
			 json_hex(l->digest), "chain", json_hex(l->chain), "entries", entries);
}

json_t *log_json_page(const Vanthu__V1__LogPage *m)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < m->n_lines; i++)
		json_array_append_new(lines, line_of(m->lines[i]));
	return json_pack("{s:o, s:I, s:I, s:o, s:o}", "lines", lines, "next", (json_int_t)m->next,
			 "last", (json_int_t)m->last, "head", json_hex(m->head), "id",
			 json_hex(m->id));
}
