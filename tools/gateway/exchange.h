/* One request and its answer. The answer is held until the request's body has come to its end: an
 * answer that is sent before would meet a client that still sends, and be lost to it. */
#ifndef VANTHU_TOOLS_GATEWAY_EXCHANGE_H
#define VANTHU_TOOLS_GATEWAY_EXCHANGE_H

#include <jansson.h>
#include <microhttpd.h>

#include "tools/account/account.h"
#include "tools/client/client.h"
#include "tools/gateway/parts.h"
#include "tools/gateway/problem.h"
#include "tools/gateway/route.h"

enum { EXCHANGE_BODY_MAX_BYTES = 1 << 20, EXCHANGE_ID_SIZE = 17 };

struct form; /* a body of multipart/form-data under way: form.h */

struct exchange {
	struct gateway *gateway;
	struct MHD_Connection *connection;
	struct deadline *deadline; /* of the connection; deadlines.h */
	char id[EXCHANGE_ID_SIZE]; /* hexadecimal, for logs */
	char remote[64];	   /* address of the client */
	const char *method;	   /* of its row */
	bool head_only;		   /* HEAD: as GET, without the body */
	const char *path;  /* as it came, without its query; NULL before the head is there */
	size_t target_len; /* of it with its query */
	bool exact;	   /* its head (head.h) */
	bool unframed;	   /* nobody knows where it ends: the connection ends with its answer */
	const struct route *route; /* NULL: refused before it was found */
	struct route_words words;
	enum problem_language language;
	struct token_rights rights; /* name "": nobody's; "@NAME": an account's */
	struct digest session;	    /* of such a one */
	char person[ACCOUNT_PERSON_MAX + 1]; /* whose it is: what it does is done as this person */
	bool shares;		    /* counted in gateway->share, by this name */
	int64_t began_ms;	    /* monotonic */

	char *body; /* of ROUTE_JSON, ends with a NUL */
	size_t body_len, body_size;
	uint64_t body_bytes; /* that have come, whatever became of them */
	json_t *fields;	     /* an object of what the request gives; NULL until it is read */
	struct form *form;   /* of ROUTE_FORM: who made it frees it */

	unsigned status; /* 0: no answer yet */
	struct MHD_Response *response;
	enum err err;		       /* why it was refused */
	char document[UUID_TEXT_SIZE]; /* that it was about, for the audit; "" none */
	bool stream;		       /* its answer goes on and on: no rate is asked of it */
};

/* NULL without memory. */
struct exchange *exchange_new(struct gateway *g, struct MHD_Connection *c, size_t target_len);
void exchange_free(struct exchange *x);

/* Is it asked as of an axis (axis.h)? Its problems have the words of one beside. */
bool exchange_is_axis(const struct exchange *x);
/* A field of the head, or NULL. */
const char *exchange_header(const struct exchange *x, const char *name);

/* Answers. The first one holds; later ones are dropped. `data` is taken. */
void exchange_json(struct exchange *x, unsigned status, json_t *data);
/* The same without the object around it: what clients of an axis read. */
void exchange_bare(struct exchange *x, unsigned status, json_t *whole);
/* Text that is JSON already: freed by this. */
void exchange_text(struct exchange *x, unsigned status, char *text, size_t len);
/* A fixed text of another type. */
void exchange_plain(struct exchange *x, unsigned status, const char *type, const char *text);
/* A response made elsewhere; taken. */
void exchange_response(struct exchange *x, unsigned status, struct MHD_Response *r);
/* The same of a page of ours for browsers, whose policy and keeping its maker says. */
void exchange_page(struct exchange *x, unsigned status, struct MHD_Response *r);
/* A problem; `detail` and `field` may be NULL. */
void exchange_refuse(struct exchange *x, enum err e, const char *detail, const char *field);
/* One that the client of the daemon met. */
void exchange_fault(struct exchange *x, const struct client_fault *f);
/* A ready problem, taken. */
void exchange_problem(struct exchange *x, enum err e, json_t *problem);
/* Adds a field to the answer that is held. */
void exchange_add_header(struct exchange *x, const char *name, const char *value);

/* Gives the answer to MHD. Once. */
enum MHD_Result exchange_send(struct exchange *x);

/* What the request gives, in its query and its JSON object. ERR_OK; else it was refused. */
must_use enum err exchange_read_fields(struct exchange *x);
/* Text of a field; NULL: not given. */
const char *exchange_field(const struct exchange *x, const char *name);
bool exchange_flag(const struct exchange *x, const char *name);
/* The command line for this request: in its language, and blind for secret documents where its
 * token is not for them. */
struct run_program exchange_program(const struct exchange *x, int timeout_ms);
int exchange_fd(const struct exchange *x); /* the client's, lent; -1: unknown */
int64_t exchange_now_ms(void);		   /* monotonic */

/* May who asked still, after hours of an upload or of a stream: by a token, or signed in at the
 * page (`session`)? All three as in the exchange, which may be over. ERR_TOKEN_…, ERR_SESSION,
 * ERR_FILE. */
must_use enum err exchange_still(struct gateway *g, const struct token_rights *rights,
				 const struct digest *session);

#endif
