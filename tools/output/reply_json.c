/* See tools/output/reply_json.h. */
#include "tools/output/reply_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/err.h"
#include "routing/documents/documents.h"
#include "tools/base/text.h"
#include "tools/client/client.h"

json_t *json_time(int64_t ms)
{
	char text[40];

	text_rfc3339(ms, text, sizeof text);
	return ms == 0 ? json_null() : json_string(text);
}

json_t *json_text_or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

json_t *json_hex(ProtobufCBinaryData bytes)
{
	char *hex = malloc(bytes.len * 2 + 1);
	json_t *out;

	if (hex == NULL)
		return json_null();
	for (size_t i = 0; i < bytes.len; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes.data[i]);
	hex[2 * bytes.len] = '\0';
	out = json_string(hex);
	free(hex);
	return out;
}

json_t *json_uuid(ProtobufCBinaryData id)
{
	char text[UUID_TEXT_SIZE];

	if (id.len != 16)
		return json_null();
	uuid_print(id.data, text);
	return json_string(text);
}

json_t *json_texts(char **list, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(out, json_string(list[i]));
	return out;
}

const char *json_urgency(Vanthu__V1__Urgency urgency)
{
	switch (urgency) {
	case VANTHU__V1__URGENCY__URGENCY_KHAN:
		return "khan";
	case VANTHU__V1__URGENCY__URGENCY_THUONG_KHAN:
		return "thuong-khan";
	case VANTHU__V1__URGENCY__URGENCY_HOA_TOC:
		return "hoa-toc";
	default:
		return "thuong";
	}
}

json_t *json_code(unsigned code)
{
	char text[16];

	snprintf(text, sizeof text, "VT-%u", code);
	return code == 0 ? json_null() : json_string(text);
}

static json_t *json_reason(unsigned code)
{
	return code == 0 ? json_null()
			 : json_pack("{s:o, s:s}", "code", json_code(code), "text",
				     err_text((enum err)code));
}

enum { RECALL = VANTHU__V1__BUSINESS__BUSINESS_RECALL };

const char *json_business(Vanthu__V1__Business b)
{
	switch (b) {
	case VANTHU__V1__BUSINESS__BUSINESS_RECALL:
		return "recall";
	case VANTHU__V1__BUSINESS__BUSINESS_UPDATE:
		return "update";
	case VANTHU__V1__BUSINESS__BUSINESS_REPLACE:
		return "replace";
	default:
		return "new";
	}
}

/* Its id, "to" and others have names of their own: it is an object of its own in a line. */
json_t *json_work(const Vanthu__V1__WorkView *w)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o}",
			 "code", json_text_or_null(w->code), "recall",
			 json_text_or_null(w->recall), "arrival",
			 w->arrival == 0 ? json_null() : json_integer((json_int_t)w->arrival),
			 "arrival_year",
			 w->arrival == 0 ? json_null() : json_integer((json_int_t)w->arrival_year),
			 "to", json_text_or_null(w->to), "with", json_texts(w->with, w->n_with),
			 "due", json_text_or_null(w->due_on), "note", json_text_or_null(w->note),
			 "person", json_text_or_null(w->person), "accepted_at",
			 json_time(w->accepted_at_ms), "finished_at", json_time(w->finished_at_ms),
			 "since", json_time(w->since_ms), "answer", json_uuid(w->answer),
			 "recall_reason", json_text_or_null(w->recall_reason), "asks",
			 w->recall[0] == '\0' ? json_null()
						 : json_string(json_business(
							   w->asks == 0 ? RECALL : w->asks)),
			 "request", json_uuid(w->request), "replaced_by",
			 json_uuid(w->replaced_by));
}

json_t *json_statuses(Vanthu__V1__StatusView **list, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++) {
		const Vanthu__V1__StatusView *s = list[i];

		json_array_append_new(
		    out, json_pack("{s:s, s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				   "committee", s->committee, "name",
				   json_text_or_null(s->name), "code", s->code, "n",
				   (json_int_t)s->n, "at",
				   json_time(s->at_ms), "note", json_text_or_null(s->note),
				   "person", json_text_or_null(s->person), "arrival",
				   s->arrival == 0 ? json_null()
						   : json_integer((json_int_t)s->arrival),
				   "due", json_text_or_null(s->due_on), "answer",
				   json_uuid(s->answer), "request", json_uuid(s->request)));
	}
	return out;
}

json_t *json_reference(const Vanthu__V1__Reference *r)
{
	if (r == NULL)
		return json_null();
	return json_pack("{s:o, s:s, s:o, s:o}", "id", json_uuid(r->id), "from", r->from, "number",
			 json_text_or_null(r->number), "subject", json_text_or_null(r->subject));
}

json_t *json_signer(const char *name, const char *position, const char *competence)
{
	if (name[0] == '\0' && position[0] == '\0' && competence[0] == '\0')
		return json_null();
	return json_pack("{s:s, s:s, s:s}", "name", name, "position", position, "competence",
			 competence);
}

json_t *json_same_number(const Vanthu__V1__SameNumber *s)
{
	if (s == NULL)
		return json_null();
	return json_pack("{s:o, s:s, s:o, s:b, s:I}", "id", json_uuid(s->id), "number", s->number,
			 "date", json_text_or_null(s->date), "paper", s->paper, "count",
			 (json_int_t)s->count);
}

json_t *json_reminded(const Vanthu__V1__Reminded *r)
{
	char on[11];

	if (r == NULL)
		return json_null();
	text_day(r->last_at_ms, on);
	return json_pack("{s:I, s:s, s:o, s:s, s:o}", "count", (json_int_t)r->count, "last_on",
			 on, "last_at", json_time(r->last_at_ms), "last_number", r->last_number,
			 "last_id", json_uuid(r->last_id));
}

/* What recalls, updates or replaces it. */
static json_t *json_newer(const Vanthu__V1__DocumentLine *l)
{
	json_t *out = json_array();

	for (size_t i = 0; i < l->n_newer; i++) {
		json_t *each = json_reference(l->newer[i]->document);

		json_object_set_new(each, "business",
				    json_string(json_business(l->newer[i]->business)));
		json_object_set_new(each, "answer", json_text_or_null(l->newer[i]->answer));
		json_array_append_new(out, each);
	}
	return out;
}

/* What a daemon tells that was asked for details. */
static void add_details(json_t *out, const Vanthu__V1__DocumentLine *l)
{
	json_object_set_new(out, "from_name", json_text_or_null(l->from_name));
	json_object_set_new(out, "to_names", json_texts(l->to_names, l->n_to_names));
	json_object_set_new(out, "type_name", json_text_or_null(l->type_name));
	json_object_set_new(out, "section", json_text_or_null(l->section));
	json_object_set_new(out, "deadline", json_text_or_null(l->deadline));
	json_object_set_new(out, "answers", json_reference(l->answers));
	json_object_set_new(out, "answered_by", json_reference(l->answered_by));
	json_object_set_new(out, "same_number", json_same_number(l->same_number));
	json_object_set_new(out, "business", json_string(json_business(l->business)));
	json_object_set_new(out, "concerns", json_reference(l->older));
	json_object_set_new(out, "concerned_by", json_newer(l));
	json_object_set_new(out, "reminded", json_reminded(l->reminded));
	json_object_set_new(out, "reminds", json_text_or_null(l->reminds));
	json_object_set_new(out, "paper_copies", json_integer((json_int_t)l->paper_copies));
	json_object_set_new(out, "published", json_boolean(l->published));
}

json_t *json_line(const Vanthu__V1__DocumentLine *l)
{
	json_t *out = json_pack(
	    "{s:o, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I}",
	    "id", json_uuid(l->id), "from", l->from, "to", json_texts(l->to, l->n_to), "type",
	    l->type_code, "number", l->number, "subject", l->subject, "urgency",
	    json_urgency(l->urgency), "state", l->state, "code", json_text_or_null(l->code),
	    "arrived_at", json_time(l->arrived_at_ms), "due", json_text_or_null(l->due_on),
	    "issued", json_text_or_null(l->issued_on), "recipient_count",
	    (json_int_t)l->recipient_count, "delivered", (json_int_t)l->delivered, "refused",
	    (json_int_t)l->refused, "attachment_count", (json_int_t)l->attachment_count);

	if (l->work != NULL) {
		json_object_set_new(out, "work", json_work(l->work));
		json_object_set(out, "arrival",
				json_object_get(json_object_get(out, "work"), "arrival"));
	}
	if (l->n_lists > 0) {
		json_object_set_new(out, "lists", json_texts(l->lists, l->n_lists));
		json_object_set_new(out, "listed", json_integer((json_int_t)l->listed));
	}
	add_details(out, l);
	return out;
}

static json_t *json_said(const Vanthu__V1__PaperSaid *s)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o}", "type", s->type_code,
			 "type_name", s->type_name, "number", s->number, "subject",
			 json_text_or_null(s->subject), "date", s->date, "party",
			 json_text_or_null(s->party), "since", json_time(s->at_ms), "issued",
			 json_text_or_null(s->issued_on));
}

json_t *json_paper(const Vanthu__V1__PaperLine *l)
{
	static const char *const secrecies[] = { "thuong", "mat", "toi-mat", "tuyet-mat" };
	json_t *earlier = json_array(), *out;
	bool secret = l->secrecy > VANTHU__V1__SECRECY__SECRECY_THUONG,
	     in = l->direction == VANTHU__V1__DIRECTION__DIRECTION_IN;
	unsigned secrecy = l->secrecy >= VANTHU__V1__SECRECY__SECRECY_THUONG &&
				   (unsigned)l->secrecy <= sizeof secrecies / sizeof secrecies[0]
			       ? (unsigned)l->secrecy - 1
			       : 0;

	out = json_pack("{s:o, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:o}", "id",
			 json_uuid(l->id), "direction", in ? "in" : "out", "type", l->type_code,
			 "type_name", l->type_name, "number", l->number, "subject",
			 json_text_or_null(l->subject), "date", l->date, "party",
			 json_text_or_null(l->party), "secrecy", secrecies[secrecy], "state",
			 l->not_issued		 ? "void"
			 : l->cancelled_at_ms != 0 ? "cancelled"
			 : secret		 ? "secret"
						 : "counted",
			 "added_at", json_time(l->added_at_ms), "cancelled_at",
			 json_time(l->cancelled_at_ms), "reason", json_text_or_null(l->reason));
	json_object_set_new(out, "corrected_at", json_time(l->changed_at_ms));
	json_object_set_new(out, "correction", json_text_or_null(l->change_reason));
	for (size_t i = 0; i < l->n_earlier; i++)
		json_array_append_new(earlier, json_said(l->earlier[i]));
	json_object_set_new(out, "earlier", earlier);
	json_object_set_new(out, "signer", json_signer(l->signer, l->position, l->competence));
	json_object_set_new(out, "note", json_text_or_null(l->note));
	json_object_set_new(out, "answers", json_reference(l->answers));
	json_object_set_new(out, "issued", json_text_or_null(l->issued_on));
	return out;
}

/* Who sent it knows the others' receipts; of what came here only our own is known. */
static bool has_receipts(const Vanthu__V1__DocumentLine *l)
{
	return l->delivered + l->refused > 0 || lifecycle_named(l->state) != LIFECYCLE_DELIVERED;
}

json_t *json_progress(const Vanthu__V1__DocumentLine *l)
{
	if (!has_receipts(l))
		return json_string("");
	return json_sprintf("%llu/%llu", (unsigned long long)l->delivered,
			    (unsigned long long)l->recipient_count);
}

json_t *json_receipts(Vanthu__V1__ReceiptView **list, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    out, json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				   "committee", list[i]->committee, "name",
				   json_text_or_null(list[i]->name), "state", list[i]->state, "at",
				   json_time(list[i]->at_ms), "reason", json_code(list[i]->reason),
				   "rule", json_text_or_null(list[i]->rule),
				   "code", json_text_or_null(list[i]->code), "recall",
				   json_text_or_null(list[i]->recall), "arrival",
				   list[i]->arrival == 0
				       ? json_null()
				       : json_integer((json_int_t)list[i]->arrival),
				   "recall_note", json_text_or_null(list[i]->recall_note),
				   "request", json_text_or_null(list[i]->request), "request_note",
				   json_text_or_null(list[i]->request_note)));
	return out;
}

json_t *json_clock(const Vanthu__V1__Clock *c)
{
	if (c == NULL)
		return json_null();
	return json_pack(
	    "{s:o, s:b, s:I, s:o, s:{s:b, s:o, s:o, s:o}}", "refusing", json_code(c->refusing),
	    "confirmed", c->confirmed, "ahead_ms", (json_int_t)c->ahead_ms, "now",
	    json_time(c->now_ms), "key", "known", c->key_known, "from", json_time(c->key_from_ms),
	    "to", json_time(c->key_to_ms), "revoked_from", json_time(c->key_revoked_from_ms));
}

static json_t *json_link_clock(const Vanthu__V1__LinkView *l)
{
	if (l->clock_measured_at_ms == 0)
		return json_null();
	return json_pack("{s:I, s:o, s:o}", "ahead_ms", (json_int_t)l->clock_ahead_ms, "error_ms",
			 l->clock_error_ms < 0 ? json_null()
					       : json_integer((json_int_t)l->clock_error_ms),
			 "measured_at", json_time(l->clock_measured_at_ms));
}

/* What is held of its history; null: nothing. */
static json_t *json_held(const Vanthu__V1__HeldHistory *m)
{
	if (m == NULL)
		return json_null();
	return json_pack("{s:I, s:o, s:o, s:i, s:o}", "line", (json_int_t)m->line, "head",
			 json_hex(m->head), "id", json_hex(m->id), "heads", (int)m->heads, "before",
			 m->before_line == 0
				 ? json_null()
				 : json_pack("{s:I, s:o}", "line", (json_int_t)m->before_line,
					     "head", json_hex(m->before_head)));
}

json_t *json_link(const Vanthu__V1__LinkView *l)
{
	json_t *out = json_pack(
	    "{s:s, s:s, s:b, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:I}", "committee",
	    l->committee, "role", l->role, "up", l->up, "state", l->up ? "up" : "down",
	    "last_proof_at", json_time(l->last_proof_ms), "queued", (json_int_t)l->queued,
	    "oldest_queued_s", (json_int_t)l->oldest_queued_s, "fetching", (json_int_t)l->fetching,
	    "violations", (json_int_t)l->violations, "round_trip_us", (json_int_t)l->round_trip_us,
	    "endpoint", json_text_or_null(l->endpoint), "directory_version",
	    (json_int_t)l->directory_version);
	static const char *const lanes[] = { "facts", "urgent", "normal" };
	json_t *by_lane = json_object();

	for (size_t i = 0; i < l->n_queued_lane && i < 3; i++)
		json_object_set_new(by_lane, lanes[i], json_integer((json_int_t)l->queued_lane[i]));
	json_object_set_new(out, "queued_by_lane", by_lane);
	json_object_set_new(out, "down_reason", json_reason(l->down_reason));
	json_object_set_new(out, "waits_for", json_reason(l->waits_for));
	json_object_set_new(out, "held_for", json_reason(l->held_for));
	json_object_set_new(out, "set_aside", json_integer((json_int_t)l->set_aside));
	json_object_set_new(out, "set_aside_oldest_s",
			    json_integer((json_int_t)l->set_aside_oldest_s));
	json_object_set_new(out, "rejected", json_integer((json_int_t)l->rejected));
	json_object_set_new(out, "clock", json_link_clock(l));
	json_object_set_new(out, "store_alarm",
			    l->store_alarm == 0 ? json_null() : json_code(l->store_alarm));
	json_object_set_new(out, "store_alarm_since", json_time(l->store_alarm_since_ms));
	json_object_set_new(out, "history", json_held(l->history));
	return out;
}
