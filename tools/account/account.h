/* Who signs in at the office's page: a person with a name, a password, roles, and often a second
 * factor. One file an account lies in `accounts` of the gateway's folder (file.h), which
 * `vanthu user` writes and the gateway reads. Of a password only its argon2id is stored
 * (password.h); the secret of the second factor is stored as it is, for it has to be known to be
 * compared (totp.h). */
#ifndef VANTHU_TOOLS_ACCOUNT_ACCOUNT_H
#define VANTHU_TOOLS_ACCOUNT_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "tools/account/password.h"
#include "tools/account/totp.h"

enum {
	ACCOUNT_NAME_MAX = 31, /* one less than a token's: its rights go by "@NAME" */
	ACCOUNT_PERSON_MAX = 128, /* bytes: as the registers name people */
};

/* What somebody does here. An account may have several roles: what one of them allows is
 * allowed. */
enum account_role {
	ACCOUNT_NOBODY = 0,
	ACCOUNT_CLERK = 1,    /* receives, sends, keeps the registers */
	ACCOUNT_LEADER = 2,   /* reads what arrived, decides, passes on */
	ACCOUNT_HANDLER = 4,  /* works on what is assigned, finishes it */
	ACCOUNT_OPERATOR = 8, /* links, queues, disk; no content */
	ACCOUNT_VIEWER = 16,  /* figures and states; no content */
};

struct account_role_row {
	const char *name; /* as people write it: "clerk"; NULL ends the table */
	const char *help; /* marked for translation */
	enum account_role role;
	unsigned scopes; /* of a token that may do the same (tools/token/token.h) */
};

const struct account_role_row *account_roles(void);
/* "clerk,leader" to bits. ERR_USAGE: no such role, or none at all. */
must_use enum err account_roles_parse(const char *text, unsigned *roles);
/* The reverse; out always ends with a NUL. */
void account_roles_print(unsigned roles, char *out, size_t size_bytes);
/* Scopes of all these roles, as bits of enum token_scope. */
unsigned account_scopes(unsigned roles);

/* An account as it is stored. */
struct account {
	char name[ACCOUNT_NAME_MAX + 1]; /* [a-z0-9-]{1,31} */
	char person[ACCOUNT_PERSON_MAX + 1]; /* what acts are logged and registered as */
	unsigned roles;			     /* bits of enum account_role */
	char password[PASSWORD_STORED_SIZE]; /* "": none yet, nobody signs in by one */
	bool must_change; /* the password was made by another: the first act is to change it */
	bool has_totp;
	uint8_t totp[TOTP_SECRET_BYTES];
	int64_t created_ms, changed_ms, disabled_ms; /* Unix time; 0: never */
};

/* [a-z0-9-]{1,31}. ERR_ACCOUNT_NAME. */
must_use enum err account_name_check(const char *name);
/* UTF-8 without control characters, 1 to ACCOUNT_PERSON_MAX bytes. */
bool account_is_person(const char *person);

/* What else of this folder others use. */
#include "tools/account/file.h"

#endif
