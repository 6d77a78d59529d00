/* Who is signed in at the office's page: in memory, so that all are signed out when the gateway
 * ends. A session is known by 32 random bytes in a cookie, of which only the SHA-256 is held here.
 * Whether its account may still do anything is looked up at each request: what `vanthu user`
 * changes holds at once. All functions may be called from any thread. */
#ifndef VANTHU_TOOLS_GATEWAY_SESSIONS_H
#define VANTHU_TOOLS_GATEWAY_SESSIONS_H

#include <stdbool.h>

#include "tools/account/account.h"
#include "tools/base/secret.h"
#include "tools/token/token.h"

enum {
	SESSIONS_MAX = 4096,
	SESSIONS_OF_ONE_MAX = 16, /* one more ends the one that is longest unused */
	SESSION_IDLE_MS = 30 * 60 * 1000,
	SESSION_MOST_MS = 12 * 60 * 60 * 1000,
	SESSION_SECRET_SIZE = SECRET_TEXT_SIZE
};

struct sessions;

/* What is told to the browser, once: `secret` in a cookie that no script reads, `proof` to the page
 * itself, which sends it with each change. */
struct session_secrets {
	char secret[SESSION_SECRET_SIZE], proof[SESSION_SECRET_SIZE];
};

/* A session at one request. */
struct session {
	struct digest id; /* of its secret */
	char proof[SESSION_SECRET_SIZE];
	struct account account; /* without its password and its second factor */
	int64_t idle_ms, ends_ms; /* Unix time: when it ends unless it is used, and in any case */
};

/* `gateway_folder` is lent. NULL without memory. */
struct sessions *sessions_new(const char *gateway_folder);
void sessions_free(struct sessions *s); /* NULL is fine */

/* Of an account that has just proven who it is. ERR_BUSY: there are SESSIONS_MAX; ERR_SYSTEM: no
 * randomness. */
must_use enum err sessions_begin(struct sessions *s, const char *account, int64_t now_ms,
				 struct session_secrets *out);
/* Whose request is it? Counts as a use unless `only_look`: what a page asks by itself keeps no
 * session alive. Blocks on the disk, for a small file.
 * ERR_SESSION: there is none, it has ended, or its account is disabled or has another password
 * since; ERR_FILE, ERR_NO_MEMORY: the account cannot be read now, and nobody is let in. */
must_use enum err sessions_find(struct sessions *s, const char *secret, int64_t now_ms,
				bool only_look, struct session *out);
/* The same by its id, for what began long ago. */
must_use enum err sessions_still(struct sessions *s, const struct digest *id, int64_t now_ms);
void sessions_end(struct sessions *s, const struct digest *id);
/* All of an account but one (NULL: all). */
void sessions_end_others(struct sessions *s, const char *account, const struct digest *but);
unsigned sessions_count(struct sessions *s, int64_t now_ms);

/* What such a session may do: by the name "@ACCOUNT", and the scopes of its roles; nothing while
 * its password is to be changed. */
struct token_rights session_rights(const struct session *s);

/* The last step of the second factor that this account has used: a code is taken once. */
uint64_t sessions_step(struct sessions *s, const char *account);
/* False: somebody was faster with the same code. */
bool sessions_take_step(struct sessions *s, const char *account, uint64_t step);

#endif
