/* Bodies of the kinds of envelope; see body.h. */
#include "proto/body.h"

#include <string.h>

#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/report.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/visible.h"

/* Packing reads strings and never writes them: protobuf-c has no const in its structs. */
static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* ---- documents ---- */

static bool has_reply(const struct document_ref *r)
{
	return r->origin.text[0] != '\0';
}

static void fill_ref(const struct document_ref *from, Vanthu__V1__DocumentRef *to)
{
	static const struct digest zero;

	to->origin = text(from->origin.text);
	to->id = field_bytes(from->id.bytes, sizeof from->id.bytes);
	if (memcmp(&zero, &from->digest, sizeof zero) != 0)
		to->digest = field_bytes(from->digest.bytes, sizeof from->digest.bytes);
}

/* A fact may be about bytes that nobody could read: then origin and id are empty and only the
 * digest speaks. */
static enum err read_ref(const Vanthu__V1__DocumentRef *from, bool digest_only_too,
			 struct document_ref *to)
{
	enum err e;

	memset(to, 0, sizeof *to);
	if (from == NULL)
		return ERR_FORMAT;
	e = field_id(from->origin, digest_only_too, &to->origin);
	if (e == ERR_OK && to->origin.text[0] == '\0')
		return field_fixed(from->digest, to->digest.bytes, sizeof to->digest.bytes);
	if (e == ERR_OK)
		e = field_fixed(from->id, to->id.bytes, sizeof to->id.bytes);
	return e == ERR_OK ? field_optional(from->digest, to->digest.bytes, sizeof to->digest.bytes)
			   : e;
}

enum err document_body_pack(struct arena *a, const struct document_body *b, struct blob *out)
{
	Vanthu__V1__DocumentBody m = VANTHU__V1__DOCUMENT_BODY__INIT;
	Vanthu__V1__Signer signer = VANTHU__V1__SIGNER__INIT;
	Vanthu__V1__DocumentRef reply = VANTHU__V1__DOCUMENT_REF__INIT, older = reply;
	Vanthu__V1__Part *parts = arena_array(a, b->part_count, sizeof *parts);

	m.parts = arena_array(a, b->part_count, sizeof *m.parts);
	if (parts == NULL || m.parts == NULL)
		return ERR_NO_MEMORY;
	m.number = text(b->number);
	m.type_code = text(b->type_code);
	m.type_name = text(b->type_name);
	m.term = text(b->term);
	m.subject = text(b->subject);
	signer.name = text(b->signer_name);
	signer.position = text(b->signer_position);
	signer.competence = text(b->signer_competence);
	m.signer = &signer;
	m.issued_on = text(b->issued_on);
	m.due_on = text(b->due_on);
	m.note = text(b->note);
	if (has_reply(&b->reply_to)) {
		fill_ref(&b->reply_to, &reply);
		m.reply_to = &reply;
	}
	if (has_reply(&b->concerns)) {
		fill_ref(&b->concerns, &older);
		m.concerns = &older;
	}
	m.reminds = text(b->reminds);
	m.foreign_id = text(b->foreign_id);
	m.paper_copies = b->paper_copies;
	m.published = b->published;
	m.edxml = field_bytes(b->edxml.data, b->edxml.len_bytes);
	m.business = (Vanthu__V1__Business)b->business;
	m.n_parts = b->part_count;
	for (uint32_t i = 0; i < b->part_count; i++) {
		vanthu__v1__part__init(&parts[i]);
		parts[i].name = text(b->parts[i].name);
		parts[i].media_type = text(b->parts[i].media_type);
		parts[i].content =
		    field_bytes(b->parts[i].content.data, b->parts[i].content.len_bytes);
		m.parts[i] = &parts[i];
	}
	return pb_pack(a, &m.base, out);
}

/* A name that stays in a clerk's folder. Which characters it has is for document_body_texts. */
static enum err check_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_BYTES || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strchr(name, '/') != NULL)
		return ERR_FORMAT;
	return ERR_OK;
}

static text_t lines_of_names(struct arena *a, const struct part *parts, size_t count)
{
	size_t used = 0, need = 1;
	char *out;

	for (size_t i = 0; i < count; i++)
		need += strlen(parts[i].name) + 1;
	out = arena_alloc(a, need);
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(parts[i].name);

		if (i > 0)
			out[used++] = '\n';
		memcpy(out + used, parts[i].name, len);
		used += len;
	}
	out[used] = '\0';
	return out;
}

static enum err read_parts(struct arena *a, const Vanthu__V1__DocumentBody *m,
			   struct document_body *out)
{
	struct part *parts;

	if (m->n_parts > PARTS_MAX)
		return ERR_FORMAT;
	parts = arena_array(a, m->n_parts, sizeof *parts);
	if (parts == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_parts; i++) {
		enum err e = check_name(m->parts[i]->name);

		parts[i].name = m->parts[i]->name;
		if (e == ERR_OK)
			e = field_text(m->parts[i]->media_type, NAME_MAX_BYTES,
				       &parts[i].media_type);
		if (e != ERR_OK)
			return e;
		parts[i].content = field_blob(m->parts[i]->content);
	}
	out->parts = parts;
	out->part_count = (uint32_t)m->n_parts;
	out->files = lines_of_names(a, parts, m->n_parts);
	return out->files == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err read_signer(const Vanthu__V1__Signer *s, struct document_body *out)
{
	enum err e;

	out->signer_name = out->signer_position = out->signer_competence = "";
	if (s == NULL)
		return ERR_OK;
	e = field_text(s->name, COMMITTEE_NAME_MAX, &out->signer_name);
	if (e == ERR_OK)
		e = field_text(s->position, COMMITTEE_NAME_MAX, &out->signer_position);
	return e == ERR_OK ? field_text(s->competence, COMMITTEE_NAME_MAX, &out->signer_competence)
			   : e;
}

static enum err blame(struct document_body *out, text_t field, enum err e)
{
	if (e != ERR_OK)
		out->fault = field;
	return e;
}

static enum err read_texts(const Vanthu__V1__DocumentBody *m, struct document_body *out)
{
	const struct {
		text_t name;
		const char *from;
		size_t most_bytes;
		text_t *to;
	} texts[] = {
		{ "number", m->number, NUMBER_MAX, &out->number },
		{ "type_code", m->type_code, TYPE_CODE_MAX, &out->type_code },
		{ "type_name", m->type_name, COMMITTEE_NAME_MAX, &out->type_name },
		{ "term", m->term, COMMITTEE_NAME_MAX, &out->term },
		{ "subject", m->subject, SUBJECT_MAX, &out->subject },
		{ "note", m->note, SUBJECT_MAX, &out->note },
		{ "foreign_id", m->foreign_id, FOREIGN_ID_MAX, &out->foreign_id },
	};
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < sizeof texts / sizeof texts[0]; i++)
		e = blame(out, texts[i].name,
			  field_text(texts[i].from, texts[i].most_bytes, texts[i].to));
	if (e == ERR_OK)
		e = blame(out, "issued_on", field_date(m->issued_on, &out->issued_on));
	return e == ERR_OK ? blame(out, "due_on", field_date(m->due_on, &out->due_on)) : e;
}

/* `m` NULL: none. */
static enum err read_named(struct arena *a, const Vanthu__V1__DocumentRef *m,
			   struct document_ref *out, const struct document_ref **kept)
{
	struct document_ref *copy;
	enum err e;

	if (m == NULL)
		return ERR_OK;
	copy = arena_alloc(a, sizeof *copy);
	e = copy == NULL ? ERR_NO_MEMORY : read_ref(m, false, out);
	if (e != ERR_OK)
		return e;
	*copy = *out;
	*kept = copy;
	return ERR_OK;
}

/* A committee, and something that it is reminded of. */
static enum err read_reminder(const Vanthu__V1__DocumentBody *m, struct document_body *out)
{
	struct committee_id whom;
	enum err e = field_id(m->reminds, true, &whom);

	out->reminds = m->reminds;
	return e == ERR_OK && m->reminds[0] != '\0' && out->answers == NULL ? ERR_FORMAT : e;
}

enum err document_body_unpack(struct arena *a, struct blob bytes, struct document_body *out)
{
	const Vanthu__V1__DocumentBody *m;
	enum err e;

	memset(out, 0, sizeof *out);
	m = pb_unpack(a, &vanthu__v1__document_body__descriptor, bytes, &e);
	if (m == NULL)
		return e;
	e = read_texts(m, out);
	if (e == ERR_OK)
		e = blame(out, "business", field_enum(m->business, 0, 4));
	if (e == ERR_OK)
		e = blame(out, "signer", read_signer(m->signer, out));
	if (e == ERR_OK)
		e = blame(out, "reply_to",
			  read_named(a, m->reply_to, &out->reply_to, &out->answers));
	if (e == ERR_OK)
		e = blame(out, "concerns",
			  read_named(a, m->concerns, &out->concerns, &out->older));
	if (e == ERR_OK)
		e = blame(out, "reminds", read_reminder(m, out));
	if (e == ERR_OK)
		e = blame(out, "paper_copies", field_enum(m->paper_copies, 0, PAPER_COPIES_MAX));
	if (e != ERR_OK)
		return e;
	if (m->edxml.len > EDXML_REST_MAX)
		return blame(out, "edxml", ERR_FORMAT);
	out->edxml = field_blob(m->edxml);
	out->paper_copies = m->paper_copies;
	out->published = m->published != 0;
	out->business = (uint32_t)m->business;
	return blame(out, "parts", read_parts(a, m, out));
}

enum err document_body_texts(const struct document_body *b, text_t *fault)
{
	const struct {
		text_t name, text;
	} texts[] = {
		{ "number", b->number },
		{ "type_code", b->type_code },
		{ "type_name", b->type_name },
		{ "term", b->term },
		{ "subject", b->subject },
		{ "note", b->note },
		{ "foreign_id", b->foreign_id },
		{ "signer", b->signer_name },
		{ "signer", b->signer_position },
		{ "signer", b->signer_competence },
	};

	*fault = NULL;
	for (size_t i = 0; *fault == NULL && i < sizeof texts / sizeof texts[0]; i++) {
		if (texts[i].text != NULL && visible_fault(texts[i].text) != 0)
			*fault = texts[i].name;
	}
	for (uint32_t i = 0; *fault == NULL && i < b->part_count; i++) {
		if (visible_fault(b->parts[i].name) != 0 || visible_blank(b->parts[i].name) ||
		    visible_fault(b->parts[i].media_type) != 0)
			*fault = "parts";
	}
	return *fault == NULL ? ERR_OK : ERR_FIELD;
}

enum err document_body_fill(struct arena *a, struct blob submitted, const struct blob *contents,
			    uint32_t count, struct blob *out)
{
	Vanthu__V1__DocumentBody *m;
	enum err e;

	m = pb_unpack(a, &vanthu__v1__document_body__descriptor, submitted, &e);
	if (m == NULL)
		return e;
	if (m->n_parts != count)
		return ERR_FORMAT;
	for (uint32_t i = 0; i < count; i++)
		m->parts[i]->content = field_bytes(
		    contents[i].data, contents[i].data == NULL ? 0 : contents[i].len_bytes);
	return pb_pack(a, &m->base, out);
}

enum err document_body_number(struct arena *a, struct blob body, text_t number, struct blob *out)
{
	enum { FIELD_NUMBER = 1 << 3 | 2, HEAD_BYTES = 2 }; /* field 1, length-delimited */
	size_t len = strlen(number);
	uint8_t *bytes;

	/* The length takes one byte, and the field is the lowest there is: it goes first. */
	if (len == 0 || len > NUMBER_MAX || (body.len_bytes > 0 && body.data[0] == FIELD_NUMBER))
		return ERR_FORMAT;
	bytes = arena_raw(a, HEAD_BYTES + len + body.len_bytes);
	if (bytes == NULL)
		return ERR_NO_MEMORY;
	bytes[0] = FIELD_NUMBER;
	bytes[1] = (uint8_t)len;
	memcpy(bytes + HEAD_BYTES, number, len);
	if (body.len_bytes > 0)
		memcpy(bytes + HEAD_BYTES + len, body.data, body.len_bytes);
	*out = (struct blob){ bytes, HEAD_BYTES + len + body.len_bytes };
	return ERR_OK;
}

struct summary document_summary(const struct document_body *b)
{
	return (struct summary){ .number = b->number,
				 .type_code = b->type_code,
				 .subject = b->subject,
				 .issued_on = b->issued_on,
				 .due_on = b->due_on,
				 .type_name = b->type_name,
				 .signer_name = b->signer_name,
				 .files = b->files,
				 .reply_to = b->answers,
				 .signer_competence = b->signer_competence,
				 .signer_position = b->signer_position,
				 .business = (enum business)b->business,
				 .concerns = b->older,
				 .reminds = b->reminds,
				 .paper_copies = b->paper_copies,
				 .published = b->published,
				 .foreign_id = b->foreign_id };
}

/* ---- facts ---- */

static enum err pack_refusal(struct arena *a, const struct fact *f, Vanthu__V1__DocumentRef *ref,
			     struct blob *out)
{
	Vanthu__V1__RefusalBody m = VANTHU__V1__REFUSAL_BODY__INIT;

	m.document = ref;
	m.refused_at_ms = f->at_ms;
	m.reason = f->reason;
	m.rule = text(f->rule);
	m.from = text(f->from.text);
	m.n_targets = f->target_count;
	m.targets = arena_array(a, f->target_count, sizeof *m.targets);
	if (m.targets == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < f->target_count; i++)
		m.targets[i] = text(f->targets[i].text);
	return pb_pack(a, &m.base, out);
}

static enum err pack_doubt(struct arena *a, const struct fact *f, Vanthu__V1__DocumentRef *ref,
			   struct blob *out)
{
	Vanthu__V1__DoubtBody m = VANTHU__V1__DOUBT_BODY__INIT;

	m.document = ref;
	m.digest = field_bytes(f->doubted.bytes, sizeof f->doubted.bytes);
	m.kind = (Vanthu__V1__Kind)f->doubted_kind;
	m.signed_at_ms = f->doubted_at_ms;
	m.at_ms = f->at_ms;
	m.token = field_bytes(f->token.data, f->token.len_bytes);
	m.envelope = field_bytes(f->envelope.data, f->envelope.len_bytes);
	return pb_pack(a, &m.base, out);
}

static enum err pack_correction(struct arena *a, const struct fact *f, Vanthu__V1__DocumentRef *ref,
				struct blob *out)
{
	Vanthu__V1__CorrectionBody m = VANTHU__V1__CORRECTION_BODY__INIT;

	m.document = ref;
	m.digest = field_bytes(f->doubted.bytes, sizeof f->doubted.bytes);
	m.kind = (Vanthu__V1__Kind)f->doubted_kind;
	m.at_ms = f->at_ms;
	m.token = field_bytes(f->token.data, f->token.len_bytes);
	return pb_pack(a, &m.base, out);
}

static enum err pack_asked(struct arena *a, const struct fact *f, Vanthu__V1__DocumentRef *ref,
			   struct blob *out)
{
	Vanthu__V1__AskedBody m = VANTHU__V1__ASKED_BODY__INIT;

	m.document = ref;
	m.at_ms = f->at_ms;
	m.own = f->asked_own;
	m.yours = f->asked_yours;
	m.answered = f->asked_answered;
	m.content = f->asked_content;
	return pb_pack(a, &m.base, out);
}

static enum err pack_returned(struct arena *a, const struct fact *f, Vanthu__V1__DocumentRef *ref,
			      struct blob *out)
{
	Vanthu__V1__ReturnedBody m = VANTHU__V1__RETURNED_BODY__INIT;

	m.document = ref;
	m.at_ms = f->at_ms;
	m.envelope = field_bytes(f->envelope.data, f->envelope.len_bytes);
	return pb_pack(a, &m.base, out);
}

static enum err pack_gone(struct arena *a, const struct fact *f, Vanthu__V1__DocumentRef *ref,
			  struct blob *out)
{
	Vanthu__V1__GoneBody m = VANTHU__V1__GONE_BODY__INIT;

	m.document = ref;
	m.at_ms = f->at_ms;
	m.role = (uint32_t)f->gone_role;
	m.secrecy = (Vanthu__V1__Secrecy)f->gone_secrecy;
	if (f->gone_number != NULL)
		m.number = text(f->gone_number);
	if (f->gone_issued_on != NULL)
		m.issued_on = text(f->gone_issued_on);
	return pb_pack(a, &m.base, out);
}

enum err fact_pack(struct arena *a, const struct fact *f, struct blob *out)
{
	Vanthu__V1__DocumentRef ref = VANTHU__V1__DOCUMENT_REF__INIT;
	Vanthu__V1__ReceiptBody receipt = VANTHU__V1__RECEIPT_BODY__INIT;
	Vanthu__V1__StatusBody status = VANTHU__V1__STATUS_BODY__INIT;
	Vanthu__V1__RelayBody relay = VANTHU__V1__RELAY_BODY__INIT;

	fill_ref(&f->document, &ref);
	if (f->document.origin.text[0] == '\0') {
		/* Bytes that nobody could read: all that is known of them is their digest, zeros
		 * where not even their outer shape decodes. */
		ref.id = field_bytes(NULL, 0);
		ref.digest = field_bytes(f->document.digest.bytes, sizeof f->document.digest.bytes);
	}
	switch (f->kind) {
	case KIND_RECEIPT:
		receipt.document = &ref;
		receipt.received_at_ms = f->at_ms;
		receipt.from = text(f->from.text);
		return pb_pack(a, &receipt.base, out);
	case KIND_REFUSAL:
		return pack_refusal(a, f, &ref, out);
	case KIND_STATUS:
		status.document = &ref;
		status.code = text(f->code);
		status.note = text(f->note);
		status.at_ms = f->at_ms;
		status.n = f->status.n;
		status.arrival = f->status.arrival;
		status.person = text(f->status.person);
		status.due_on = text(f->status.due_on);
		if (doc_id_valid(&f->status.answer))
			status.answer = field_bytes(f->status.answer.bytes,
						    sizeof f->status.answer.bytes);
		if (doc_id_valid(&f->status.request))
			status.request = field_bytes(f->status.request.bytes,
						     sizeof f->status.request.bytes);
		return pb_pack(a, &status.base, out);
	case KIND_RELAY:
		relay.document = &ref;
		relay.from = text(f->from.text);
		relay.received_at_ms = f->at_ms;
		relay.event = (Vanthu__V1__RelayEvent)f->relay_event;
		relay.hop = f->hop;
		return pb_pack(a, &relay.base, out);
	case KIND_DOUBT:
		return pack_doubt(a, f, &ref, out);
	case KIND_CORRECTION:
		return pack_correction(a, f, &ref, out);
	case KIND_ASKED:
		return pack_asked(a, f, &ref, out);
	case KIND_RETURNED:
		return pack_returned(a, f, &ref, out);
	case KIND_GONE:
		return pack_gone(a, f, &ref, out);
	case KIND_REPORT:
		return report_pack(a, f->report, out);
	default:
		return ERR_UNSUPPORTED;
	}
}

static enum err unpack_receipt(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__ReceiptBody *m =
	    pb_unpack(a, &vanthu__v1__receipt_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->at_ms = m->received_at_ms;
	e = field_id(m->from, true, &out->from);
	return e == ERR_OK ? read_ref(m->document, false, &out->document) : e;
}

static enum err unpack_refusal(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__RefusalBody *m =
	    pb_unpack(a, &vanthu__v1__refusal_body__descriptor, bytes, &e);
	struct committee_id *targets;

	if (m == NULL)
		return e;
	if (m->n_targets > RECIPIENTS_MAX)
		return ERR_FORMAT;
	targets = arena_array(a, m->n_targets, sizeof *targets);
	if (targets == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_targets; i++) {
		e = field_id(m->targets[i], false, &targets[i]);
		if (e != ERR_OK)
			return e;
	}
	out->targets = targets;
	out->target_count = (uint32_t)m->n_targets;
	out->at_ms = m->refused_at_ms;
	out->reason = m->reason;
	e = field_text(m->rule, RULE_MAX, &out->rule);
	if (e == ERR_OK)
		e = field_id(m->from, true, &out->from);
	return e == ERR_OK ? read_ref(m->document, true, &out->document) : e;
}

static enum err unpack_status(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__StatusBody *m =
	    pb_unpack(a, &vanthu__v1__status_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (strlen(m->code) != sizeof out->code - 1)
		return ERR_FORMAT;
	memcpy(out->code, m->code, sizeof out->code);
	out->at_ms = m->at_ms;
	out->status.n = m->n;
	out->status.arrival = m->arrival;
	if (strspn(out->code, "0123456789") != sizeof out->code - 1)
		return ERR_FORMAT;
	e = field_text(m->note, NOTE_MAX, &out->note);
	if (e == ERR_OK)
		e = field_text(m->person, PERSON_MAX, &out->status.person);
	if (e == ERR_OK)
		e = field_text(m->due_on, DATE_MAX, &out->status.due_on);
	if (e == ERR_OK)
		e = field_optional(m->answer, out->status.answer.bytes,
				   sizeof out->status.answer.bytes);
	if (e == ERR_OK)
		e = field_optional(m->request, out->status.request.bytes,
				   sizeof out->status.request.bytes);
	return e == ERR_OK ? read_ref(m->document, false, &out->document) : e;
}

static enum err unpack_relay(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__RelayBody *m =
	    pb_unpack(a, &vanthu__v1__relay_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	e = field_enum(m->event, 1, 2);
	if (e == ERR_OK)
		e = field_enum(m->hop, 1, HOP_LIMIT);
	if (e == ERR_OK)
		e = field_id(m->from, true, &out->from);
	if (e != ERR_OK)
		return e;
	out->at_ms = m->received_at_ms;
	out->relay_event = (uint32_t)m->event;
	out->hop = m->hop;
	return read_ref(m->document, false, &out->document);
}

/* What a doubt and its correction say alike. */
static enum err read_doubted(const Vanthu__V1__DocumentRef *document, ProtobufCBinaryData digest,
			     int kind, ProtobufCBinaryData token, struct fact *out)
{
	enum err e = field_fixed(digest, out->doubted.bytes, sizeof out->doubted.bytes);

	if (e == ERR_OK)
		e = field_enum(kind, KIND_DOCUMENT, kind < KIND_ASKED ? KIND_RELAY : KIND_GONE);
	if (e == ERR_OK && token.len > DOUBT_TOKEN_MAX)
		e = ERR_FORMAT;
	out->doubted_kind = (enum kind)kind;
	out->token = field_blob(token);
	return e == ERR_OK ? read_ref(document, true, &out->document) : e;
}

static enum err unpack_doubt(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__DoubtBody *m =
	    pb_unpack(a, &vanthu__v1__doubt_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->at_ms = m->at_ms;
	out->doubted_at_ms = m->signed_at_ms;
	out->envelope = field_blob(m->envelope);
	return read_doubted(m->document, m->digest, (int)m->kind, m->token, out);
}

static enum err unpack_correction(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__CorrectionBody *m =
	    pb_unpack(a, &vanthu__v1__correction_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->at_ms = m->at_ms;
	return read_doubted(m->document, m->digest, (int)m->kind, m->token, out);
}

static enum err unpack_asked(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__AskedBody *m =
		pb_unpack(a, &vanthu__v1__asked_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	out->at_ms = m->at_ms;
	out->asked_own = m->own;
	out->asked_yours = m->yours;
	out->asked_answered = m->answered;
	out->asked_content = m->content;
	return read_ref(m->document, false, &out->document);
}

static enum err unpack_returned(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__ReturnedBody *m =
		pb_unpack(a, &vanthu__v1__returned_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (m->envelope.len == 0 || m->envelope.len > RETURNED_ENVELOPE_MAX_BYTES)
		return ERR_FORMAT;
	out->at_ms = m->at_ms;
	out->envelope = field_blob(m->envelope);
	return read_ref(m->document, false, &out->document);
}

static enum err unpack_gone(struct arena *a, struct blob bytes, struct fact *out)
{
	enum err e;
	const Vanthu__V1__GoneBody *m = pb_unpack(a, &vanthu__v1__gone_body__descriptor, bytes, &e);

	if (m == NULL)
		return e;
	if (m->role != ROLE_OUT && m->role != ROLE_IN && m->role != ROLE_RELAY)
		return ERR_FORMAT;
	out->at_ms = m->at_ms;
	out->gone_role = (enum role)m->role;
	out->gone_secrecy = (enum secrecy)m->secrecy;
	e = field_enum(m->secrecy, SECRECY_THUONG, SECRECY_TUYET_MAT);
	if (e == ERR_OK)
		e = field_text(m->number, NUMBER_MAX, &out->gone_number);
	if (e == ERR_OK)
		e = field_text(m->issued_on, DATE_MAX, &out->gone_issued_on);
	return e == ERR_OK ? read_ref(m->document, false, &out->document) : e;
}

static enum err unpack_report(struct arena *a, struct blob bytes, struct fact *out)
{
	struct report *r = arena_alloc(a, sizeof *r);

	if (r == NULL)
		return ERR_NO_MEMORY;
	out->report = r;
	return report_unpack(a, bytes, r);
}

enum err fact_unpack(struct arena *a, enum kind kind, struct blob bytes, struct fact *out)
{
	memset(out, 0, sizeof *out);
	out->kind = kind;
	out->note = out->status.person = out->status.due_on = "";
	switch (kind) {
	case KIND_RECEIPT:
		return unpack_receipt(a, bytes, out);
	case KIND_REFUSAL:
		return unpack_refusal(a, bytes, out);
	case KIND_STATUS:
		return unpack_status(a, bytes, out);
	case KIND_RELAY:
		return unpack_relay(a, bytes, out);
	case KIND_DOUBT:
		return unpack_doubt(a, bytes, out);
	case KIND_CORRECTION:
		return unpack_correction(a, bytes, out);
	case KIND_ASKED:
		return unpack_asked(a, bytes, out);
	case KIND_RETURNED:
		return unpack_returned(a, bytes, out);
	case KIND_GONE:
		return unpack_gone(a, bytes, out);
	case KIND_REPORT:
		return unpack_report(a, bytes, out);
	default:
		return ERR_UNSUPPORTED;
	}
}

/* ---- directory heads ---- */

enum err directory_body_pack(struct arena *a, const struct directory_body *b, struct blob *out)
{
	Vanthu__V1__DirectoryBody m = VANTHU__V1__DIRECTORY_BODY__INIT;

	m.version = b->version;
	if (b->has_previous)
		m.previous_digest = field_bytes(b->previous.bytes, sizeof b->previous.bytes);
	m.valid_until_ms = b->valid_until_ms;
	m.entries_root = field_bytes(b->entries_root.bytes, sizeof b->entries_root.bytes);
	m.entry_count = b->entry_count;
	m.competence = field_bytes(b->competence.data, b->competence.len_bytes);
	m.lists = field_bytes(b->lists.data, b->lists.len_bytes);
	return pb_pack(a, &m.base, out);
}

enum err directory_body_unpack(struct arena *a, struct blob bytes, struct directory_body *out)
{
	enum err e;
	const Vanthu__V1__DirectoryBody *m =
	    pb_unpack(a, &vanthu__v1__directory_body__descriptor, bytes, &e);

	memset(out, 0, sizeof *out);
	if (m == NULL)
		return e;
	out->version = m->version;
	out->has_previous = m->previous_digest.len != 0;
	e = field_optional(m->previous_digest, out->previous.bytes, sizeof out->previous.bytes);
	if (e == ERR_OK)
		e = field_fixed(m->entries_root, out->entries_root.bytes,
				sizeof out->entries_root.bytes);
	out->valid_until_ms = m->valid_until_ms;
	out->entry_count = m->entry_count;
	out->competence = field_blob(m->competence);
	out->lists = field_blob(m->lists);
	if (m->competence.len > COMPETENCE_MAX || m->lists.len > LISTS_TEXT_MAX)
		return ERR_FORMAT;
	return e == ERR_OK && m->version == 0 ? ERR_FORMAT : e;
}
