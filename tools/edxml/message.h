/* An edXML message as data (docs/DOMAIN.md §17): a document or a status, with every field that
 * QCVN 102 and its samples know. Texts are UTF-8 without blanks at both ends, "" where a field is
 * absent; dates and numbers are kept as they were written. What a field means is not judged here.
 */
#ifndef VANTHU_TOOLS_EDXML_MESSAGE_H
#define VANTHU_TOOLS_EDXML_MESSAGE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"

enum {
	EDXML_MEMORY_BYTES = 4 << 20,  /* of one message, without the contents of its parts */
	EDXML_ITEMS_MAX = 1000,	       /* of one list */
	EDXML_TEXT_MAX = 16 << 10,     /* bytes of one field */
	EDXML_UNKNOWN_MAX = 256 << 10, /* bytes of one element that is kept as it is */
};

enum edxml_kind { EDXML_DOCUMENT = 0, EDXML_STATUS = 1 };

struct edxml_texts {
	text_t *items;
	uint32_t count;
};

/* From and To. */
struct edxml_organ {
	text_t organ_id, in_charge, name, address, email, telephone, fax, website;
};

/* What is answered: a document of another organ. */
struct edxml_response {
	text_t organ_id, code, document_id, date;
};

struct edxml_trace {
	text_t organ_id, timestamp;
};

/* Whose place in the list of recipients changes: type "0" removed, "1" added. */
struct edxml_receiver {
	text_t organ_id, type;
};

struct edxml_replacement {
	text_t document_id;
	struct edxml_texts organ_ids;
};

struct edxml_staff {
	text_t department, department_id, staff, staff_id, email, mobile;
};

/* A file. What the manifest says of it and what stands beside its content may differ. */
struct edxml_part {
	text_t content_id, name, description, field_name, mime_type, content_type;
	bool listed; /* in the manifest, which says: */
	text_t listed_type, listed_description, listed_name;
	bool has_content;
	uint64_t size_bytes; /* decoded */
};

/* A field of vanthu that edXML has no place for. */
struct edxml_pair {
	text_t name, value;
};

/* Where an element stood that nobody knows: it is written there again. */
enum edxml_place { EDXML_IN_HEADER, EDXML_IN_MESSAGE, EDXML_IN_TRACE, EDXML_IN_BUSINESS };

struct edxml_unknown {
	enum edxml_place place;
	text_t xml; /* the element, whole, with its namespaces */
};

struct edxml_message {
	struct arena *memory; /* of every text and list here */
	enum edxml_kind kind;

	/* MessageHeader */
	struct edxml_organ from;
	struct edxml_organ *to;
	uint32_t to_count;
	text_t document_id, code_number, code_notation, place, date;
	text_t type, type_detail, type_name, subject, content;
	text_t competence, position, signer, due_date;
	text_t priority, sphere, typist, amount, pages, direction;
	struct edxml_texts reply_fors, reference_codes, appendixes;
	struct edxml_response *responses;
	uint32_t response_count;
	text_t steering_type, application_type;
	struct edxml_texts task_codes, places;

	/* of a status, in MessageHeader too */
	text_t status_code, status_note, status_timestamp;

	/* Bussiness in TraceHeaderList */
	bool has_business;
	text_t business_id, business_type, business_reason, paper;
	text_t info_changed, receivers_changed; /* DocumentInfo, DocumentReceiver */
	struct edxml_receiver *receivers;
	uint32_t receiver_count;
	struct edxml_replacement *replacements;
	uint32_t replacement_count;
	struct edxml_staff staff; /* of a status: the one in MessageHeader */

	struct edxml_trace *traces;
	uint32_t trace_count;
	text_t signature; /* the element as it came; nobody can verify it (docs/DOMAIN.md §17) */
	struct edxml_part *parts;
	uint32_t part_count;
	struct edxml_pair *pairs;
	uint32_t pair_count;
	struct edxml_unknown *unknown;
	uint32_t unknown_count;
};

/* An empty message, the caller's; NULL without memory. */
struct edxml_message *edxml_message_new(void);
void edxml_message_free(struct edxml_message *m); /* NULL is fine */

/* A list with room for one item more than *count, which is counted up; the new item is zeroed.
 * Returns the list, which may have moved; NULL past EDXML_ITEMS_MAX or without memory, and the old
 * one stays. */
void *edxml_message_grow(struct edxml_message *m, void *items, uint32_t *count, size_t item_bytes);
/* Copies a text into the message. False: no memory. */
must_use bool edxml_message_set(struct edxml_message *m, text_t *field, const char *text);
must_use bool edxml_message_add(struct edxml_message *m, struct edxml_texts *list,
				const char *text);
/* Sets a field of vanthu; another one of that name stays before it. */
must_use bool edxml_message_pair(struct edxml_message *m, const char *name, const char *value);
/* The first of that name; "" where there is none. */
text_t edxml_message_value(const struct edxml_message *m, const char *name);
/* Never NULL: "" for a text that was never set. */
text_t edxml_text(text_t text);
/* Whether two messages say the same, part for part; contents are not compared. */
bool edxml_message_equal(const struct edxml_message *a, const struct edxml_message *b);

typedef void edxml_visit_fn(void *ctx, const char *text);
/* Tells every text that makes the message what it is, in an order of its own, with the lengths of
 * its lists: two messages say the same when the same is told of both. Not what a system writes anew
 * with each file: TraceHeader, the signature, the time of a status. Parts and contents are the
 * caller's. */
void edxml_message_visit(const struct edxml_message *m, edxml_visit_fn *text, void *ctx);

#endif
