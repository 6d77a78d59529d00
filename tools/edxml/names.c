/* See tools/edxml/names.h. */
#include "tools/edxml/names.h"

#include <ctype.h>
#include <string.h>

/* clang-format off: a row each */
#define M(field)     ITEM_MESSAGE, offsetof(struct edxml_message, field)
#define ORGAN(field) ITEM_ORGAN, offsetof(struct edxml_organ, field)
#define ENTER(in, name, to, item)                                                                  \
	{                                                                                          \
		in, name, NAME_ENTER, to, item, 0, false                                           \
	}
#define ENTER_WRONG(in, name, to, item) { in, name, NAME_ENTER, to, item, 0, true }
#define TEXT(in, name, at)                                                                         \
	{                                                                                          \
		in, name, NAME_TEXT, IN_LEAF, at, false                                            \
	}
#define WRONG(in, name, at)                                                                        \
	{                                                                                          \
		in, name, NAME_TEXT, IN_LEAF, at, true                                             \
	}
#define TEXTS(in, name, at)                                                                        \
	{                                                                                          \
		in, name, NAME_TEXTS, IN_LEAF, at, false                                           \
	}
#define ORGAN_ROWS(in)                                                                             \
	TEXT(in, "OrganId", ORGAN(organ_id)), TEXT(in, "OrganizationInCharge", ORGAN(in_charge)),  \
		WRONG(in, "OrganInCharge", ORGAN(in_charge)), TEXT(in, "OrganName", ORGAN(name)),  \
		WRONG(in, "OrganizationName", ORGAN(name)), TEXT(in, "OrganAdd", ORGAN(address)),  \
		WRONG(in, "OrganAddress", ORGAN(address)), TEXT(in, "Email", ORGAN(email)),        \
		TEXT(in, "Telephone", ORGAN(telephone)), WRONG(in, "Telephon", ORGAN(telephone)),  \
		TEXT(in, "Fax", ORGAN(fax)), TEXT(in, "Website", ORGAN(website))
#define PART(field)	ITEM_PART, offsetof(struct edxml_part, field)
#define LISTED(field)	ITEM_LISTED, offsetof(struct edxml_part, field)
#define RESPONSE(field) ITEM_RESPONSE, offsetof(struct edxml_response, field)
#define TRACE(field)	ITEM_TRACE, offsetof(struct edxml_trace, field)
#define RECEIVER(field) ITEM_RECEIVER, offsetof(struct edxml_receiver, field)
#define REPLACED(field) ITEM_REPLACEMENT, offsetof(struct edxml_replacement, field)
#define PAIR(field)	ITEM_PAIR, offsetof(struct edxml_pair, field)

static const struct edxml_name names[] = {
	ENTER(IN_WRAPPER, "edXML", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "edXMLEnvelope", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "edXMLHeader", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "edXMLBody", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "Envelope", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "Header", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "Body", IN_WRAPPER, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "MessageHeader", IN_MESSAGE, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "TraceHeaderList", IN_TRACES, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "Bussiness", IN_BUSINESS, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "edXMLManifest", IN_MANIFEST, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "Manifest", IN_MANIFEST, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "AttachmentEncoded", IN_ATTACHMENTS, ITEM_MESSAGE),
	ENTER_WRONG(IN_WRAPPER, "AttachmentEncode", IN_ATTACHMENTS, ITEM_MESSAGE),
	ENTER_WRONG(IN_WRAPPER, "AttachmentsEncoded", IN_ATTACHMENTS, ITEM_MESSAGE),
	ENTER(IN_WRAPPER, "Attachment", IN_ATTACHMENT, ITEM_PART),
	ENTER(IN_WRAPPER, "Extension", IN_EXTENSION, ITEM_MESSAGE),
	{ IN_WRAPPER, "Signature", NAME_OPAQUE, IN_LEAF, M(signature), false },
	{ IN_WRAPPER, "DigitalSignature", NAME_OPAQUE, IN_LEAF, M(signature), false },

	ENTER(IN_MESSAGE, "From", IN_FROM, ITEM_ORGAN),
	ENTER(IN_MESSAGE, "To", IN_TO, ITEM_ORGAN),
	TEXT(IN_MESSAGE, "DocumentId", M(document_id)),
	ENTER(IN_MESSAGE, "Code", IN_CODE, ITEM_MESSAGE),
	ENTER(IN_MESSAGE, "PromulgationInfo", IN_PROMULGATION, ITEM_MESSAGE),
	ENTER_WRONG(IN_MESSAGE, "PromulagationInfo", IN_PROMULGATION, ITEM_MESSAGE),
	ENTER(IN_MESSAGE, "DocumentType", IN_DOCUMENT_TYPE, ITEM_MESSAGE),
	TEXT(IN_MESSAGE, "Subject", M(subject)),
	TEXT(IN_MESSAGE, "Content", M(content)),
	ENTER(IN_MESSAGE, "SignerInfo", IN_SIGNER, ITEM_MESSAGE),
	ENTER(IN_MESSAGE, "Author", IN_SIGNER, ITEM_MESSAGE),
	TEXT(IN_MESSAGE, "DueDate", M(due_date)),
	ENTER(IN_MESSAGE, "OtherInfo", IN_OTHER, ITEM_MESSAGE),
	ENTER(IN_MESSAGE, "ResponseFor", IN_RESPONSE, ITEM_RESPONSE),
	WRONG(IN_MESSAGE, "SteringType", M(steering_type)),
	TEXT(IN_MESSAGE, "SteeringType", M(steering_type)),
	ENTER(IN_MESSAGE, "ResponseForTask", IN_TASKS, ITEM_MESSAGE),
	TEXT(IN_MESSAGE, "ApplicationType", M(application_type)),
	ENTER(IN_MESSAGE, "ToPlaces", IN_PLACES, ITEM_MESSAGE),
	ENTER(IN_MESSAGE, "StaffInfo", IN_STAFF, ITEM_MESSAGE),
	TEXT(IN_MESSAGE, "StatusCode", M(status_code)),
	TEXT(IN_MESSAGE, "Description", M(status_note)),
	TEXT(IN_MESSAGE, "Timestamp", M(status_timestamp)),
	ENTER(IN_MESSAGE, "TraceHeaderList", IN_TRACES, ITEM_MESSAGE),
	ENTER(IN_MESSAGE, "Bussiness", IN_BUSINESS, ITEM_MESSAGE),

	ORGAN_ROWS(IN_FROM),
	ORGAN_ROWS(IN_TO),

	TEXT(IN_CODE, "CodeNumber", M(code_number)),
	TEXT(IN_CODE, "CodeNotation", M(code_notation)),
	WRONG(IN_CODE, "CodeNotion", M(code_notation)),
	TEXT(IN_PROMULGATION, "Place", M(place)),
	TEXT(IN_PROMULGATION, "PromulgationDate", M(date)),
	WRONG(IN_PROMULGATION, "PromulagationDate", M(date)),
	TEXT(IN_DOCUMENT_TYPE, "Type", M(type)),
	TEXT(IN_DOCUMENT_TYPE, "TypeDetail", M(type_detail)),
	TEXT(IN_DOCUMENT_TYPE, "TypeName", M(type_name)),
	TEXT(IN_SIGNER, "Competence", M(competence)),
	WRONG(IN_SIGNER, "Competance", M(competence)),
	TEXT(IN_SIGNER, "Position", M(position)),
	WRONG(IN_SIGNER, "Function", M(position)),
	TEXT(IN_SIGNER, "FullName", M(signer)),

	TEXT(IN_OTHER, "Priority", M(priority)),
	TEXT(IN_OTHER, "SphereOfPromulgation", M(sphere)),
	TEXT(IN_OTHER, "TyperNotation", M(typist)),
	WRONG(IN_OTHER, "TypeNotation", M(typist)),
	WRONG(IN_OTHER, "TyperNotion", M(typist)),
	TEXT(IN_OTHER, "PromulgationAmount", M(amount)),
	TEXT(IN_OTHER, "PageAmount", M(pages)),
	TEXT(IN_OTHER, "Direction", M(direction)),
	ENTER(IN_OTHER, "ReplyFors", IN_REPLY_FORS, ITEM_MESSAGE),
	ENTER(IN_OTHER, "ReferenceCodes", IN_REFERENCE_CODES, ITEM_MESSAGE),
	ENTER(IN_OTHER, "Appendixes", IN_APPENDIXES, ITEM_MESSAGE),
	ENTER_WRONG(IN_OTHER, "Appendices", IN_APPENDIXES, ITEM_MESSAGE),
	TEXTS(IN_REPLY_FORS, "ReplyFor", M(reply_fors)),
	TEXTS(IN_REFERENCE_CODES, "ReferenceCode", M(reference_codes)),
	TEXTS(IN_APPENDIXES, "Appendix", M(appendixes)),

	TEXT(IN_RESPONSE, "OrganId", RESPONSE(organ_id)),
	TEXT(IN_RESPONSE, "Code", RESPONSE(code)),
	TEXT(IN_RESPONSE, "DocumentId", RESPONSE(document_id)),
	TEXT(IN_RESPONSE, "PromulgationDate", RESPONSE(date)),
	WRONG(IN_RESPONSE, "PromulagationDate", RESPONSE(date)),
	TEXTS(IN_TASKS, "TaskCode", M(task_codes)),
	TEXTS(IN_PLACES, "Place", M(places)),

	ENTER(IN_TRACES, "TraceHeader", IN_TRACE, ITEM_TRACE),
	ENTER(IN_TRACES, "Bussiness", IN_BUSINESS, ITEM_MESSAGE),
	TEXT(IN_TRACE, "OrganId", TRACE(organ_id)),
	TEXT(IN_TRACE, "Timestamp", TRACE(timestamp)),

	TEXT(IN_BUSINESS, "DocumentId", M(business_id)),
	TEXT(IN_BUSINESS, "BussinessDocType", M(business_type)),
	TEXT(IN_BUSINESS, "BussinessDocReason", M(business_reason)),
	TEXT(IN_BUSINESS, "Paper", M(paper)),
	ENTER(IN_BUSINESS, "BussinessDocumentInfo", IN_INFO, ITEM_MESSAGE),
	ENTER(IN_BUSINESS, "ReplacementInfoList", IN_REPLACEMENTS, ITEM_MESSAGE),
	ENTER(IN_BUSINESS, "StaffInfo", IN_STAFF, ITEM_MESSAGE),
	TEXT(IN_INFO, "DocumentInfo", M(info_changed)),
	TEXT(IN_INFO, "DocumentReceiver", M(receivers_changed)),
	ENTER(IN_INFO, "ReceiverList", IN_RECEIVERS, ITEM_MESSAGE),
	ENTER(IN_RECEIVERS, "Receiver", IN_RECEIVER, ITEM_RECEIVER),
	TEXT(IN_RECEIVER, "OrganId", RECEIVER(organ_id)),
	TEXT(IN_RECEIVER, "ReceiverType", RECEIVER(type)),
	ENTER(IN_REPLACEMENTS, "ReplacementInfo", IN_REPLACEMENT, ITEM_REPLACEMENT),
	TEXT(IN_REPLACEMENT, "DocumentId", REPLACED(document_id)),
	ENTER(IN_REPLACEMENT, "OrganIdList", IN_ORGAN_IDS, ITEM_REPLACEMENT),
	TEXTS(IN_ORGAN_IDS, "OrganId", REPLACED(organ_ids)),
	TEXT(IN_STAFF, "Department", M(staff.department)),
	TEXT(IN_STAFF, "DepartmentId", M(staff.department_id)),
	TEXT(IN_STAFF, "Staff", M(staff.staff)),
	TEXT(IN_STAFF, "StaffId", M(staff.staff_id)),
	TEXT(IN_STAFF, "Email", M(staff.email)),
	TEXT(IN_STAFF, "Mobile", M(staff.mobile)),

	ENTER(IN_MANIFEST, "Reference", IN_LISTED, ITEM_LISTED),
	TEXT(IN_LISTED, "ContentId", LISTED(content_id)),
	TEXT(IN_LISTED, "ContentType", LISTED(listed_type)),
	TEXT(IN_LISTED, "Description", LISTED(listed_description)),
	TEXT(IN_LISTED, "AttachmentName", LISTED(listed_name)),
	WRONG(IN_LISTED, "AttachmentFileName", LISTED(listed_name)),
	ENTER(IN_ATTACHMENTS, "Attachment", IN_ATTACHMENT, ITEM_PART),
	TEXT(IN_ATTACHMENT, "ContentId", PART(content_id)),
	TEXT(IN_ATTACHMENT, "AttachmentName", PART(name)),
	WRONG(IN_ATTACHMENT, "AttachmentFileName", PART(name)),
	TEXT(IN_ATTACHMENT, "Description", PART(description)),
	TEXT(IN_ATTACHMENT, "FieldName", PART(field_name)),
	TEXT(IN_ATTACHMENT, "MimeType", PART(mime_type)),
	TEXT(IN_ATTACHMENT, "ContentType", PART(content_type)),
	{ IN_ATTACHMENT, "ContentTransferEncoded", NAME_CONTENT, IN_LEAF, PART(size_bytes), false },
	{ IN_ATTACHMENT, "ContentTransferEncode", NAME_CONTENT, IN_LEAF, PART(size_bytes), true },
	{ IN_ATTACHMENT, "ContentTransferEncoding", NAME_CONTENT, IN_LEAF, PART(size_bytes), true },

	ENTER(IN_EXTENSION, "Field", IN_PAIR, ITEM_PAIR),
	TEXT(IN_PAIR, "Name", PAIR(name)),
	TEXT(IN_PAIR, "Value", PAIR(value)),
};
/* clang-format on */

void edxml_name_fold(const char *name, char out[EDXML_NAME_SIZE])
{
	size_t n = 0;

	for (const char *at = name; *at != '\0' && n + 1 < EDXML_NAME_SIZE; at++) {
		char c = (char)tolower((unsigned char)*at);

		if (c == '_' || c == '-' || c == '.' || (n > 0 && out[n - 1] == c))
			continue;
		out[n++] = c;
	}
	out[n] = '\0';
}

/* As it is written first; then by what it sounds like. */
const struct edxml_name *edxml_name_find(enum edxml_context in, const char *name, bool *misspelt)
{
	char wanted[EDXML_NAME_SIZE], has[EDXML_NAME_SIZE];

	*misspelt = false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].in == in && strcmp(names[i].name, name) == 0) {
			*misspelt = names[i].misspelt;
			return &names[i];
		}
	edxml_name_fold(name, wanted);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].in != in)
			continue;
		edxml_name_fold(names[i].name, has);
		if (strcmp(has, wanted) == 0) {
			*misspelt = true;
			return &names[i];
		}
	}
	return NULL;
}
