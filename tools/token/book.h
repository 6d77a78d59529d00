/* All tokens in memory, for a gateway that checks one at each request. It follows the folder by
 * itself: what `vanthu token` adds or revokes holds from the next check on. All functions may be
 * called from any thread. */
#ifndef VANTHU_TOOLS_TOKEN_BOOK_H
#define VANTHU_TOOLS_TOKEN_BOOK_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct token_rights;
struct token_book;

/* Tokens. Where there are more files, revoked ones are left out first, then others: that is logged,
 * and counted. */
enum { TOKEN_BOOK_MAX = 1024 };

struct token_book_counts {
	unsigned tokens, damaged; /* damaged: files of the folder that are none */
	unsigned left_out;	  /* not revoked, and nobody is let in by them */
};


/* Both clocks, as the functions below want them. */
struct now token_book_now(void);

/* Opens the book over the gateway's folder (its folders `tokens` and `uses` are made, mode 0700).
 * `rate`: requests a second of a token that has no rate of its own, 0: no bound. `warn` is told
 * each time that there are others than before beyond TOKEN_BOOK_MAX, from the thread that asks.
 * ERR_FILE (errno), ERR_NO_MEMORY, ERR_SYSTEM. *out is the caller's. Blocks on the disk. */
must_use enum err token_book_open(const char *gateway_folder, uint32_t rate,
				  void (*warn)(unsigned left_out), struct token_book **out);
void token_book_close(struct token_book *b); /* NULL is fine */

/* Whose request is it, and may it be served now? `bearer`: what stands after "Bearer " in the
 * field Authorization (RFC 6750 §2.1). Costs one stat of a folder, and reads the files when it has
 * changed; and writes the time of the last use, at most once a minute a token.
 *   ERR_OK             *rights says what it may do
 *   ERR_TOKEN_UNKNOWN  401: no such token, or no token at all (also NULL)
 *   ERR_TOKEN_EXPIRED, ERR_TOKEN_REVOKED   401; rights->name is filled, for the audit log
 *   ERR_TOKEN_RATE     429, Retry-After: rights->retry_after_s
 *   ERR_FILE, ERR_NO_MEMORY   503: the folder cannot be read; nobody is let in */
must_use enum err token_book_check(struct token_book *b, const char *bearer, struct now now,
				   struct token_rights *rights);
/* The same by the certificate of a client: the SHA-256 of its DER, and its subject's common name.
 * The TLS handshake has proven that the client has its key; `subject` is NULL unless its chain
 * ends at gateway.client_ca. The certificate itself goes before its name. */
must_use enum err token_book_check_certificate(struct token_book *b, const struct digest *der,
					       const char *subject, struct now now,
					       struct token_rights *rights);
/* Is a token that began something long (a stream of changes) still good? Without counting it as a
 * request. ERR_OK, ERR_TOKEN_UNKNOWN, ERR_TOKEN_EXPIRED, ERR_TOKEN_REVOKED, ERR_FILE. */
must_use enum err token_book_still(struct token_book *b, const char *name, struct now now);
void token_book_count(struct token_book *b, struct token_book_counts *out);

#endif
