/* Bodies of payloads, one for documents, facts and the directory's head each, checked as heads are
 * (head.h). Unpacking fails with ERR_FORMAT, ERR_UTF8, or ERR_UNSUPPORTED for critical fields. */
#ifndef VANTHU_PROTO_BODY_H
#define VANTHU_PROTO_BODY_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"

struct part {
	text_t name;
	text_t media_type;
	struct blob content; /* only when inlined */
};

/* A document's body. Texts are "" when absent. */
struct document_body {
	text_t number, type_code, type_name, term, subject;
	text_t signer_name, signer_position, signer_competence;
	text_t issued_on, due_on, note;
	struct document_ref reply_to; /* origin "" when none */
	struct document_ref concerns; /* with business 2 to 4; origin "" when none */
	text_t reminds;		      /* an id: it reminds that committee of reply_to */
	text_t foreign_id;	      /* by another system; "" none; at most FOREIGN_ID_MAX */
	uint32_t business;            /* 1 new, 2 recall, 3 update, 4 replace */
	uint32_t paper_copies;        /* that went on paper besides; at most PAPER_COPIES_MAX */
	bool published;		      /* everybody may read it */
	struct blob edxml; /* what it has of edXML besides; at most EDXML_REST_MAX */
	const struct part *parts;
	uint32_t part_count;
	/* unpacked, in the arena: the names of the parts, a line each; reply_to and concerns, NULL:
	 * none */
	text_t files;
	const struct document_ref *answers, *older;
	/* when it could not be read: the field that is to blame, as envelope.proto calls it; else
	 * NULL */
	text_t fault;
};

struct directory_body {
	uint64_t version;
	bool has_previous;
	struct digest previous;
	int64_t valid_until_ms;
	struct digest entries_root;
	uint64_t entry_count;
	struct blob competence; /* a table as text; empty: none */
	struct blob lists;      /* the same */
};

enum { DOCUMENT_BODY_VERSION = 1, FACT_BODY_VERSION = 1, DIRECTORY_BODY_VERSION = 1 };

must_use enum err document_body_pack(struct arena *a, const struct document_body *b,
				     struct blob *out);
must_use enum err document_body_unpack(struct arena *a, struct blob bytes,
				       struct document_body *out);
/* Are its texts, and the names and media types of its parts, such that people see what they read
 * (routing/base/visible.h)? ERR_FIELD: *fault is the field that is to blame, as envelope.proto
 * calls it. A matter of who reads the body: whoever passes it on does not ask. */
must_use enum err document_body_texts(const struct document_body *b, text_t *fault);
/* Unpacks what the client submitted, puts the inline contents in and packs again (the only place
 * where a body is packed twice: before it is signed). Unknown fields are kept. contents[i].data
 * NULL: part i is a file. */
must_use enum err document_body_fill(struct arena *a, struct blob submitted,
				     const struct blob *contents, uint32_t count, struct blob *out);
enum {
	/* what document_body_number adds, at most */
	DOCUMENT_BODY_NUMBER_BYTES = NUMBER_MAX + 2
};

/* A packed body without number gets one: the same bytes as if it had been packed with it. *out lies
 * in the arena. ERR_FORMAT: it has one, or the number is "" or too long. */
must_use enum err document_body_number(struct arena *a, struct blob body, text_t number,
				       struct blob *out);
struct summary document_summary(const struct document_body *b);

must_use enum err fact_pack(struct arena *a, const struct fact *f, struct blob *out);
must_use enum err fact_unpack(struct arena *a, enum kind kind, struct blob bytes, struct fact *out);

must_use enum err directory_body_pack(struct arena *a, const struct directory_body *b,
				      struct blob *out);
must_use enum err directory_body_unpack(struct arena *a, struct blob bytes,
					struct directory_body *out);

#endif
