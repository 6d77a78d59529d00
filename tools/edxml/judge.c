/* See tools/edxml/judge.h. */
#include "tools/edxml/judge.h"

#include <string.h>

#include "tools/edxml/media.h"
#include "tools/edxml/values.h"

static bool empty(text_t text)
{
	return edxml_text(text)[0] == '\0';
}

static void date(struct edxml_slips *s, const char *name, text_t text)
{
	char day[DATE_MAX + 1];

	if (!empty(text) && !edxml_date(text, day))
		edxml_slip_note(s, EDXML_SLIP_DATE, 0, name);
}

static void dates(const struct edxml_message *m, struct edxml_slips *s)
{
	date(s, "PromulgationDate", m->date);
	date(s, "DueDate", m->due_date);
	date(s, "Timestamp", m->status_timestamp);
	for (uint32_t i = 0; i < m->response_count; i++)
		date(s, "ResponseFor/PromulgationDate", m->responses[i].date);
	for (uint32_t i = 0; i < m->trace_count; i++)
		date(s, "TraceHeader/Timestamp", m->traces[i].timestamp);
}

static void organs(const struct edxml_message *m, struct edxml_slips *s)
{
	if (empty(m->from.organ_id))
		edxml_slip_note(s, EDXML_SLIP_NO_FROM, 0, "From");
	for (uint32_t i = 0; i < m->to_count; i++)
		if (empty(m->to[i].organ_id))
			edxml_slip_note(s, EDXML_SLIP_NO_ORGAN, 0, "To");
	for (uint32_t i = 0; i < m->trace_count; i++)
		if (empty(m->traces[i].organ_id))
			edxml_slip_note(s, EDXML_SLIP_NO_ORGAN, 0, "TraceHeader");
	for (uint32_t i = 0; i < m->receiver_count; i++)
		if (empty(m->receivers[i].organ_id))
			edxml_slip_note(s, EDXML_SLIP_NO_ORGAN, 0, "Receiver");
	for (uint32_t i = 0; i < m->response_count; i++)
		if (empty(m->responses[i].organ_id))
			edxml_slip_note(s, EDXML_SLIP_NO_ORGAN, 0, "ResponseFor");
}

static void business(const struct edxml_message *m, struct edxml_slips *s)
{
	text_t type = edxml_text(m->business_type);

	if (!m->has_business || type[0] == '\0')
		edxml_slip_note(s, EDXML_SLIP_NO_BUSINESS, 0, "Bussiness");
	else if (edxml_business(type) < 0)
		edxml_slip_note(s, EDXML_SLIP_BUSINESS, 0, type);
	if (!empty(m->priority) && edxml_priority(m->priority) < 0)
		edxml_slip_note(s, EDXML_SLIP_PRIORITY, 0, m->priority);
}

static void document(const struct edxml_message *m, struct edxml_slips *s)
{
	if (m->to_count == 0)
		edxml_slip_note(s, EDXML_SLIP_NO_TO, 0, "To");
	if (empty(m->document_id))
		edxml_slip_note(s, EDXML_SLIP_NO_ID, 0, "DocumentId");
	if (empty(m->code_number))
		edxml_slip_note(s, EDXML_SLIP_NO_NUMBER, 0, "CodeNumber");
	if (empty(m->subject) && empty(m->content))
		edxml_slip_note(s, EDXML_SLIP_NO_SUBJECT, 0, "Subject");
	if (empty(m->date))
		edxml_slip_note(s, EDXML_SLIP_NO_DATE, 0, "PromulgationDate");
	business(m, s);
	if (m->part_count == 0 && edxml_business(edxml_text(m->business_type)) != EDXML_RECALL)
		edxml_slip_note(s, EDXML_SLIP_NO_PART, 0, "AttachmentEncoded");
	for (uint32_t i = 0; i < m->part_count; i++) {
		const struct edxml_part *p = &m->parts[i];

		if (!empty(p->content_type) && !empty(p->listed_type) &&
		    strcmp(edxml_media_read(p->content_type), edxml_media_read(p->listed_type)) !=
			    0)
			edxml_slip_note(s, EDXML_SLIP_TYPE, 0, edxml_part_name(p));
	}
}

void judge_message(const struct edxml_message *m, struct edxml_slips *slips)
{
	organs(m, slips);
	dates(m, slips);
	if (!empty(m->signature))
		edxml_slip_note(slips, EDXML_SLIP_SIGNATURE, 0, "Signature");
	if (m->kind == EDXML_DOCUMENT) {
		document(m, slips);
		return;
	}
	if (edxml_status_text(m->status_code) == NULL)
		edxml_slip_note(slips, EDXML_SLIP_STATUS, 0, m->status_code);
	if (m->response_count == 0)
		edxml_slip_note(slips, EDXML_SLIP_NO_ORGAN, 0, "ResponseFor");
}
