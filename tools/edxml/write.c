/* See tools/edxml/write.h. */
#include "tools/edxml/write.h"

#include <stdlib.h>
#include <string.h>

#include "tools/edxml/base64.h"
#include "tools/edxml/names.h"
#include "tools/edxml/opaque.h"

enum { HELD_BYTES = 48 << 10, PIECE_BYTES = 12 << 10 };

struct writer {
	edxml_take *take;
	void *ctx;
	enum err err; /* the first fault: nothing is written after it */
	struct opaque held;
	int depth;
	/* of the content that is under way: bytes that make no group of three yet */
	uint8_t left[PIECE_BYTES];
	size_t left_len;
};

static void flush(struct writer *w)
{
	if (w->err == ERR_OK && w->held.over)
		w->err = ERR_NO_MEMORY;
	if (w->err == ERR_OK && w->held.len != 0)
		w->err = w->take(w->ctx, (const uint8_t *)w->held.text, w->held.len);
	opaque_begin(&w->held, SIZE_MAX / 2);
}

static void raw(struct writer *w, const char *text)
{
	opaque_raw(&w->held, text, strlen(text));
	if (w->held.len >= HELD_BYTES)
		flush(w);
}

static void line(struct writer *w)
{
	raw(w, "\n");
	for (int i = 0; i < w->depth; i++)
		raw(w, "  ");
}

static void open(struct writer *w, const char *name)
{
	line(w);
	raw(w, "<edXML:");
	raw(w, name);
	raw(w, ">");
	w->depth++;
}

static void close(struct writer *w, const char *name)
{
	w->depth--;
	line(w);
	raw(w, "</edXML:");
	raw(w, name);
	raw(w, ">");
}

/* `prefix` with its colon, or "". */
static void field(struct writer *w, const char *prefix, const char *name, text_t value)
{
	value = edxml_text(value);
	if (value[0] == '\0')
		return;
	line(w);
	raw(w, "<");
	raw(w, prefix);
	raw(w, name);
	raw(w, ">");
	opaque_escape(&w->held, value, strlen(value), false);
	raw(w, "</");
	raw(w, prefix);
	raw(w, name);
	raw(w, ">");
}

static void text(struct writer *w, const char *name, text_t value)
{
	field(w, "edXML:", name, value);
}

static bool any(const void *item, size_t bytes)
{
	const text_t *texts = item;

	for (size_t i = 0; i < bytes / sizeof *texts; i++)
		if (edxml_text(texts[i])[0] != '\0')
			return true;
	return false;
}

static void texts(struct writer *w, const char *list, const char *name,
		  const struct edxml_texts *values)
{
	if (values->count == 0)
		return;
	open(w, list);
	for (uint32_t i = 0; i < values->count; i++)
		text(w, name, values->items[i]);
	close(w, list);
}

static void unknown(struct writer *w, const struct edxml_message *m, enum edxml_place place)
{
	for (uint32_t i = 0; i < m->unknown_count; i++) {
		if (m->unknown[i].place != place)
			continue;
		line(w);
		raw(w, m->unknown[i].xml);
	}
}

/* ---- MessageHeader ---- */

static void organ(struct writer *w, const char *name, const struct edxml_organ *o)
{
	if (!any(o, sizeof *o))
		return;
	open(w, name);
	text(w, "OrganId", o->organ_id);
	text(w, "OrganizationInCharge", o->in_charge);
	text(w, "OrganName", o->name);
	text(w, "OrganAdd", o->address);
	text(w, "Email", o->email);
	text(w, "Telephone", o->telephone);
	text(w, "Fax", o->fax);
	text(w, "Website", o->website);
	close(w, name);
}

/* A group of up to three texts, left out when all are empty. */
static void group(struct writer *w, const char *name, const char *const names[3],
		  const text_t values[3])
{
	if (!any(values, 3 * sizeof *values))
		return;
	open(w, name);
	for (int i = 0; i < 3 && names[i] != NULL; i++)
		text(w, names[i], values[i]);
	close(w, name);
}

static void groups(struct writer *w, const struct edxml_message *m)
{
	group(w, "Code", (const char *[]){ "CodeNumber", "CodeNotation", NULL },
	      (const text_t[]){ m->code_number, m->code_notation, NULL });
	group(w, "PromulgationInfo", (const char *[]){ "Place", "PromulgationDate", NULL },
	      (const text_t[]){ m->place, m->date, NULL });
	group(w, "DocumentType", (const char *[]){ "Type", "TypeDetail", "TypeName" },
	      (const text_t[]){ m->type, m->type_detail, m->type_name });
	text(w, "Subject", m->subject);
	text(w, "Content", m->content);
	group(w, "SignerInfo", (const char *[]){ "Competence", "Position", "FullName" },
	      (const text_t[]){ m->competence, m->position, m->signer });
}

static void other_info(struct writer *w, const struct edxml_message *m)
{
	const text_t values[] = { m->priority, m->sphere, m->typist,
				  m->amount,   m->pages,  m->direction };

	if (!any(values, sizeof values) && m->reply_fors.count == 0 &&
	    m->reference_codes.count == 0 && m->appendixes.count == 0)
		return;
	open(w, "OtherInfo");
	text(w, "Priority", m->priority);
	text(w, "SphereOfPromulgation", m->sphere);
	text(w, "TyperNotation", m->typist);
	text(w, "PromulgationAmount", m->amount);
	text(w, "PageAmount", m->pages);
	texts(w, "ReplyFors", "ReplyFor", &m->reply_fors);
	text(w, "Direction", m->direction);
	texts(w, "ReferenceCodes", "ReferenceCode", &m->reference_codes);
	texts(w, "Appendixes", "Appendix", &m->appendixes);
	close(w, "OtherInfo");
}

static void responses(struct writer *w, const struct edxml_message *m)
{
	for (uint32_t i = 0; i < m->response_count; i++) {
		const struct edxml_response *r = &m->responses[i];

		open(w, "ResponseFor");
		text(w, "OrganId", r->organ_id);
		text(w, "Code", r->code);
		if (m->kind == EDXML_DOCUMENT)
			text(w, "DocumentId", r->document_id);
		text(w, "PromulgationDate", r->date);
		if (m->kind == EDXML_STATUS)
			text(w, "DocumentId", r->document_id);
		close(w, "ResponseFor");
	}
}

static void staff(struct writer *w, const struct edxml_staff *s)
{
	if (!any(s, sizeof *s))
		return;
	open(w, "StaffInfo");
	text(w, "Department", s->department);
	text(w, "DepartmentId", s->department_id);
	text(w, "Staff", s->staff);
	text(w, "StaffId", s->staff_id);
	text(w, "Email", s->email);
	text(w, "Mobile", s->mobile);
	close(w, "StaffInfo");
}

static void message_header(struct writer *w, const struct edxml_message *m)
{
	open(w, "MessageHeader");
	organ(w, "From", &m->from);
	for (uint32_t i = 0; i < m->to_count; i++)
		organ(w, "To", &m->to[i]);
	text(w, "DocumentId", m->document_id);
	groups(w, m);
	text(w, "DueDate", m->due_date);
	other_info(w, m);
	responses(w, m);
	text(w, "SteeringType", m->steering_type);
	texts(w, "ResponseForTask", "TaskCode", &m->task_codes);
	text(w, "ApplicationType", m->application_type);
	texts(w, "ToPlaces", "Place", &m->places);
	if (m->kind == EDXML_STATUS)
		staff(w, &m->staff);
	text(w, "StatusCode", m->status_code);
	text(w, "Description", m->status_note);
	text(w, "Timestamp", m->status_timestamp);
	unknown(w, m, EDXML_IN_MESSAGE);
	close(w, "MessageHeader");
}

/* ---- TraceHeaderList ---- */

static void info(struct writer *w, const struct edxml_message *m)
{
	const text_t values[] = { m->info_changed, m->receivers_changed };

	if (!any(values, sizeof values) && m->receiver_count == 0)
		return;
	open(w, "BussinessDocumentInfo");
	text(w, "DocumentInfo", m->info_changed);
	text(w, "DocumentReceiver", m->receivers_changed);
	if (m->receiver_count != 0) {
		open(w, "ReceiverList");
		for (uint32_t i = 0; i < m->receiver_count; i++) {
			open(w, "Receiver");
			text(w, "OrganId", m->receivers[i].organ_id);
			text(w, "ReceiverType", m->receivers[i].type);
			close(w, "Receiver");
		}
		close(w, "ReceiverList");
	}
	close(w, "BussinessDocumentInfo");
}

static void replacements(struct writer *w, const struct edxml_message *m)
{
	if (m->replacement_count == 0)
		return;
	open(w, "ReplacementInfoList");
	for (uint32_t i = 0; i < m->replacement_count; i++) {
		open(w, "ReplacementInfo");
		text(w, "DocumentId", m->replacements[i].document_id);
		texts(w, "OrganIdList", "OrganId", &m->replacements[i].organ_ids);
		close(w, "ReplacementInfo");
	}
	close(w, "ReplacementInfoList");
}

static bool has_unknown(const struct edxml_message *m, enum edxml_place place)
{
	for (uint32_t i = 0; i < m->unknown_count; i++)
		if (m->unknown[i].place == place)
			return true;
	return false;
}

static void business(struct writer *w, const struct edxml_message *m)
{
	if (!m->has_business && !has_unknown(m, EDXML_IN_BUSINESS))
		return;
	open(w, "Bussiness");
	text(w, "DocumentId", m->business_id);
	text(w, "BussinessDocType", m->business_type);
	text(w, "BussinessDocReason", m->business_reason);
	text(w, "Paper", m->paper);
	info(w, m);
	replacements(w, m);
	if (m->kind == EDXML_DOCUMENT)
		staff(w, &m->staff);
	unknown(w, m, EDXML_IN_BUSINESS);
	close(w, "Bussiness");
}

static void traces(struct writer *w, const struct edxml_message *m)
{
	if (!m->has_business && m->trace_count == 0 && !has_unknown(m, EDXML_IN_TRACE) &&
	    !has_unknown(m, EDXML_IN_BUSINESS))
		return;
	open(w, "TraceHeaderList");
	business(w, m);
	for (uint32_t i = 0; i < m->trace_count; i++) {
		open(w, "TraceHeader");
		text(w, "OrganId", m->traces[i].organ_id);
		text(w, "Timestamp", m->traces[i].timestamp);
		close(w, "TraceHeader");
	}
	unknown(w, m, EDXML_IN_TRACE);
	close(w, "TraceHeaderList");
}

static void extension(struct writer *w, const struct edxml_message *m)
{
	if (m->pair_count == 0)
		return;
	line(w);
	raw(w, "<vt:Extension xmlns:vt=\"" EDXML_EXTENSION "\">");
	w->depth++;
	for (uint32_t i = 0; i < m->pair_count; i++) {
		line(w);
		raw(w, "<vt:Field>");
		w->depth++;
		field(w, "vt:", "Name", m->pairs[i].name);
		field(w, "vt:", "Value", m->pairs[i].value);
		w->depth--;
		line(w);
		raw(w, "</vt:Field>");
	}
	w->depth--;
	line(w);
	raw(w, "</vt:Extension>");
}

/* ---- the body and the files ---- */

static void manifest(struct writer *w, const struct edxml_message *m)
{
	open(w, "edXMLBody");
	line(w);
	raw(w, "<edXML:edXMLManifest version=\"1.0\">");
	w->depth++;
	for (uint32_t i = 0; i < m->part_count; i++) {
		const struct edxml_part *p = &m->parts[i];

		if (!p->listed)
			continue;
		open(w, "Reference");
		text(w, "ContentId", p->content_id);
		text(w, "ContentType", p->listed_type);
		text(w, "Description", p->listed_description);
		text(w, "AttachmentName", p->listed_name);
		close(w, "Reference");
	}
	close(w, "edXMLManifest");
	close(w, "edXMLBody");
}

static void encode(struct writer *w, const uint8_t *bytes, size_t len, bool last)
{
	char out[PIECE_BYTES / 3 * 4 + 4];
	size_t n = base64_encode(bytes, len, last, out);

	opaque_raw(&w->held, out, n);
	if (w->held.len >= HELD_BYTES)
		flush(w);
}

static enum err take_content(void *ctx, const uint8_t *bytes, size_t len)
{
	struct writer *w = ctx;

	while (len != 0 && w->err == ERR_OK) {
		size_t n = sizeof w->left - w->left_len;

		if (n > len)
			n = len;
		memcpy(w->left + w->left_len, bytes, n);
		w->left_len += n;
		bytes += n;
		len -= n;
		if (w->left_len < sizeof w->left)
			break;
		encode(w, w->left, w->left_len, false);
		w->left_len = 0;
	}
	return w->err;
}

static void attachment(struct writer *w, const struct edxml_part *p, uint32_t index,
		       const struct edxml_source *source)
{
	line(w);
	raw(w, "<Attachment>");
	w->depth++;
	field(w, "", "ContentId", p->content_id);
	field(w, "", "AttachmentName", p->name);
	field(w, "", "Description", p->description);
	field(w, "", "FieldName", p->field_name);
	field(w, "", "MimeType", p->mime_type);
	field(w, "", "ContentType", p->content_type);
	line(w);
	raw(w, "<edXML:ContentTransferEncoded xmlns:edXML=\"" EDXML_NAMESPACE "\">");
	w->left_len = 0;
	if (w->err == ERR_OK) {
		enum err e = source->content(source->ctx, index, take_content, w);

		w->err = w->err != ERR_OK ? w->err : e;
	}
	encode(w, w->left, w->left_len, true);
	raw(w, "</edXML:ContentTransferEncoded>");
	w->depth--;
	line(w);
	raw(w, "</Attachment>");
}

static void attachments(struct writer *w, const struct edxml_message *m,
			const struct edxml_source *source)
{
	line(w);
	raw(w, "<AttachmentEncoded>");
	w->depth++;
	for (uint32_t i = 0; w->err == ERR_OK && i < m->part_count; i++)
		if (m->parts[i].has_content)
			attachment(w, &m->parts[i], i, source);
	w->depth--;
	line(w);
	raw(w, "</AttachmentEncoded>");
}

enum err edxml_write(const struct edxml_message *m, const struct edxml_source *source,
		     edxml_take *take, void *ctx)
{
	struct writer *w = calloc(1, sizeof *w);
	enum err e;

	if (w == NULL)
		return ERR_NO_MEMORY;
	w->take = take;
	w->ctx = ctx;
	opaque_begin(&w->held, SIZE_MAX / 2);
	raw(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<edXML xmlns=\"" EDXML_NAMESPACE
	       "\">\n  <edXML:edXMLEnvelope xmlns:edXML=\"" EDXML_NAMESPACE "\">");
	w->depth = 2;
	open(w, "edXMLHeader");
	message_header(w, m);
	traces(w, m);
	if (edxml_text(m->signature)[0] != '\0') {
		line(w);
		raw(w, m->signature);
	}
	extension(w, m);
	unknown(w, m, EDXML_IN_HEADER);
	close(w, "edXMLHeader");
	if (m->kind == EDXML_DOCUMENT || m->part_count != 0)
		manifest(w, m);
	raw(w, "\n  </edXML:edXMLEnvelope>");
	w->depth = 1;
	if (m->part_count != 0)
		attachments(w, m, source);
	raw(w, "\n</edXML>\n");
	flush(w);
	e = w->err;
	opaque_free(&w->held);
	free(w);
	return e;
}
