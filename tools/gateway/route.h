/* The table of all that can be asked over HTTP: who may ask it, what it takes, what does it. It
 * routes, it checks requests, and docs/openapi.json is made from it. A request without a row is
 * refused. */
#ifndef VANTHU_TOOLS_GATEWAY_ROUTE_H
#define VANTHU_TOOLS_GATEWAY_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/token/token.h"

struct exchange;

enum { ROUTE_WORDS = 2, ROUTE_FIELDS = 24, ROUTE_WORD_SIZE = 512 };

enum route_type {
	ROUTE_TEXT,
	ROUTE_TEXTS, /* a list of texts; the command line takes it with commas between */
	ROUTE_FLAG,
	ROUTE_COUNT,  /* a whole number from 0 on, of 31 bits */
	ROUTE_NUMBER, /* the same of 63 bits */
	ROUTE_DATE,  /* YYYY-MM-DD */
	ROUTE_CHOICE /* one of `choices`, between | */
};

/* A member of the request: of a GET a word of its query, else of its JSON object. `name` is that of
 * the option of the command line, with _ for -. */
struct route_field {
	const char *name;
	enum route_type type;
	bool required;
	const char *help;    /* in English, for the description */
	const char *choices; /* "in|out"; NULL else */
	int32_t least, most; /* of ROUTE_COUNT; most 0: what 31 bits have */
};

enum route_body {
	ROUTE_NO_BODY,
	ROUTE_JSON, /* an object, in memory */
	ROUTE_FORM,  /* multipart/form-data, as a stream: meta and files */
	ROUTE_PARCEL /* the same: a part for each field, and one file (parcel.h) */
};

/* Is it read as a stream, of any length? */
#define ROUTE_STREAMS(body) ((body) == ROUTE_FORM || (body) == ROUTE_PARCEL)

/* What {id} is, for tokens that may not see everything. */
enum route_about {
	ROUTE_GENERAL,	 /* no document's */
	ROUTE_DOCUMENT,	 /* a document's: permit_document */
	ROUTE_RECIPIENTS /* likewise, and it goes to recipients of that: permit_recipients */
};

/* For everybody, without a token. */
#define ROUTE_OPEN ((enum token_act)TOKEN_ACTS)
/* For everybody on loopback; where the gateway listens elsewhere, for every token of any scope. */
#define ROUTE_ANYBODY ((enum token_act)(TOKEN_ACTS + 1))
/* For who is signed in at the office's page, whatever the account may do else. */
#define ROUTE_SESSION ((enum token_act)(TOKEN_ACTS + 2))

struct route {
	const char *method;
	const char *path; /* "/v1/documents/{id}/accept" */
	const char *name; /* operationId */
	const char *tag; /* NULL: for browsers alone, and not described */
	const char *summary;
	/* who may; or ROUTE_OPEN, ROUTE_ANYBODY, ROUTE_SESSION */
	enum token_act act;
	enum route_about about;
	enum route_body body;
	/* Run by the command line: its words, and then in this order what is no option: names of
	 * {…} or of fields, between blanks. NULL: `answer` does it. */
	const char *command, *operands;
	const char *pick; /* the member of the command's data that is the answer; NULL: all of it */
	void (*answer)(struct exchange *x);
	const struct route_field *fields; /* end with a NULL name; NULL: none */
};

/* What a path means. `words` gets the values of {…}, decoded (RFC 3986 §2.1). ERR_HTTP_ROUTE: there
 * is nothing; ERR_HTTP_METHOD: not by this method, `allow` names those that are; ERR_HTTP_REQUEST:
 * a path that cannot be decoded. HEAD is GET. */
struct route_words {
	char values[ROUTE_WORDS][ROUTE_WORD_SIZE];
	unsigned count;
};

struct route_question {
	const struct route *routes; /* the table */
	const char *method, *path;
};

must_use enum err route_find(const struct route_question *q, const struct route **out,
			     struct route_words *words, char *allow, size_t allow_size);
/* The value of a {…} of this name; NULL: the row has none. */
const char *route_word(const struct route *r, const struct route_words *words, const char *name,
		       size_t name_len);
/* Of percent-encoded text; '+' stays. False: not well-formed, a NUL, not UTF-8, or too long. */
bool route_decode(const char *text, size_t len, char *out, size_t size_bytes);

#endif
