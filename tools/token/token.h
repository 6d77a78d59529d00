/* Who may use the gateway, and for what: a token is a name with a secret, scopes and bounds. One
 * file a token lies in the folder `tokens` of the gateway's folder (file.h), which `vanthu token`
 * writes and a running gateway reads (book.h). Of a secret only its SHA-256 is stored. */
#ifndef VANTHU_TOOLS_TOKEN_TOKEN_H
#define VANTHU_TOOLS_TOKEN_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

enum {
	TOKEN_NAME_MAX = 32,
	TOKEN_COMMITTEES_MAX = 64,
	TOKEN_SUBJECT_MAX = 64, /* bytes of a common name (RFC 5280, ub-common-name) */
	TOKEN_RATE_MAX = 1000000,
	/* "vt_" and 32 bytes as 43 characters of base64url (RFC 4648 §5, no padding), and a NUL */
	TOKEN_SECRET_SIZE = 3 + 43 + 1,
};

/* What a token is for. A token may have several: what one of them allows is allowed. */
enum token_scope {
	TOKEN_SCOPE_NONE = 0,
	TOKEN_SCOPE_OFFICE = 1,	  /* all that the office socket allows */
	TOKEN_SCOPE_OPERATE = 2,  /* all that the operate socket allows */
	TOKEN_SCOPE_READ = 4,	  /* all that the read socket allows */
	TOKEN_SCOPE_SEND = 8,	  /* hand in documents, and see those that this token handed in */
	TOKEN_SCOPE_RECEIVE = 16, /* see what arrives, accept and return it */
	TOKEN_SCOPE_SECRET = 32,  /* beside office: secret documents too */
	TOKEN_SCOPE_WORK = 64,	  /* see what arrives, work on it and finish it */
};

/* What a request does. Each belongs to one act: whoever serves it asks token_may first. */
enum token_act {
	TOKEN_ACT_SUBMIT,	/* hand in a document, also as a trial; and ask one's own back */
	TOKEN_ACT_SEE_OWN,	/* see what this token handed in: content, states, receipts */
	TOKEN_ACT_SEE_SENT,	/* the same of every document that the office has sent */
	TOKEN_ACT_SEE_RECEIVED, /* see what arrived, with its content */
	TOKEN_ACT_INTAKE,	/* accept, return */
	TOKEN_ACT_WORK,	   /* assign, finish, note what becomes of what arrived */
	TOKEN_ACT_OFFICE,  /* every other act of the office: assign, finish, registers, paper … */
	TOKEN_ACT_FIGURES, /* states and figures without content: status, target, committees */
	TOKEN_ACT_OPERATE, /* links, queues, resend, recover */
	TOKEN_ACT_CHANGES, /* follow the feed of changes: what token_may_see and the acts allow, and
			    * with TOKEN_ACT_FIGURES the rest of it without content, as the sockets
			    * operate and read tell it */
	TOKEN_ACT_AXIS,	   /* be a system of the gateway as an axis; what it sends and gets there is
			    * asked as these acts */
	/* Secret documents are there for it. No row asks for it: without it every request of the
	 * token is made as one that hides them (Request.no_secret), and the daemon judges. */
	TOKEN_ACT_SECRET,
};
enum { TOKEN_ACTS = TOKEN_ACT_SECRET + 1 };

/* One row a scope: what help, checks and documentation are made from. */
struct token_scope_row {
	const char *name;   /* as people write it: "office"; NULL ends the table */
	const char *help;   /* marked for translation */
	const char *socket; /* the local socket that its acts are asked over */
	enum token_scope scope;
	unsigned acts; /* bits, 1 << enum token_act */
};

const struct token_scope_row *token_scopes(void);
/* "office,read" to bits. ERR_USAGE: no such scope, none at all, or secret without office. */
must_use enum err token_scopes_parse(const char *text, unsigned *scopes);
/* The reverse; out always ends with a NUL. */
void token_scopes_print(unsigned scopes, char *out, size_t size_bytes);

/* What a request may do, as a copy: it stays as it was at the check whatever becomes of the
 * token. */
struct token_rights {
	char name[TOKEN_NAME_MAX + 1];
	unsigned scopes; /* bits of enum token_scope */
	/* documents from or to these alone; 0: all */
	struct committee_id committees[TOKEN_COMMITTEES_MAX];
	unsigned committee_count;
	uint32_t retry_after_s; /* after ERR_TOKEN_RATE; else 0 */
};

/* May a request do this? Whoever is refused gets ERR_TOKEN_SCOPE. */
bool token_may(const struct token_rights *r, enum token_act act);
/* Must secret documents be hidden from it? From nobody (NULL) they are hidden too. */
bool token_hides_secret(const struct token_rights *r);
/* May it see a document of this sender to these recipients? Always without a bound to committees;
 * else the sender or one of the recipients must be among them. Whoever is refused gets
 * ERR_TOKEN_COMMITTEE, or where even that there is such a document is not to be known
 * ERR_NOT_FOUND. Our own committee's id counts as any other: it is usually not in the list. */
bool token_may_see(const struct token_rights *r, const char *sender, const char *const *recipients,
		   unsigned count);
/* May it send to these? With a bound to committees all of them must be among these, as ids:
 * groups and distribution lists are refused. *which: the first that is not; may be NULL. */
bool token_may_send_to(const struct token_rights *r, const char *const *recipients, unsigned count,
		       const char **which);

/* A token as it is stored. */
struct token {
	char name[TOKEN_NAME_MAX + 1]; /* [a-z0-9-]{1,32} */
	unsigned scopes;
	struct committee_id committees[TOKEN_COMMITTEES_MAX];
	unsigned committee_count;
	int64_t created_ms, expires_ms, revoked_ms; /* Unix time; 0: never */
	/* requests a second; 0: no bound; TOKEN_RATE_DEFAULT: that of the configuration */
	uint32_t rate;
	/* How it is proven: exactly one of these three. */
	bool has_secret, has_certificate;
	struct digest secret;		     /* SHA-256 of the whole text with its "vt_" */
	struct digest certificate;	     /* SHA-256 of the certificate in DER */
	char subject[TOKEN_SUBJECT_MAX + 1]; /* common name of a certificate; "" none */
};

#define TOKEN_RATE_DEFAULT UINT32_MAX

/* [a-z0-9-]{1,32}. ERR_TOKEN_NAME. */
must_use enum err token_name_check(const char *name);
/* A new secret as it is shown once, and what is stored of it. ERR_SYSTEM: no randomness. */
must_use enum err token_secret_new(char out[TOKEN_SECRET_SIZE], struct digest *stored);
/* What is stored of a secret that somebody shows. False: it has not the form of one. */
bool token_secret_digest(const char *text, struct digest *out);

/* What else of this folder others use. */
#include "tools/token/audit.h"
#include "tools/token/book.h"
#include "tools/token/certificate.h"
#include "tools/token/file.h"
#include "tools/token/sent.h"
#include "tools/token/uses.h"

#endif
