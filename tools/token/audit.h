/* The log of who changed what over the gateway: a line of JSON for each request that changes
 * something, in `audit.log` of the gateway's folder (0600). Older ones are audit.log.1 to .3.
 * Functions may be called from any thread. */
#ifndef VANTHU_TOOLS_TOKEN_AUDIT_H
#define VANTHU_TOOLS_TOKEN_AUDIT_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct token_audit;

/* Borrowed texts; NULL and "" are left out. */
struct token_audit_line {
	const char *token;  /* its name */
	const char *remote; /* address of the client */
	const char *method, *path;
	const char *request;  /* id of the request, joins its two lines */
	const char *document; /* id, once it is known */
	unsigned status;      /* of HTTP; 0: not known yet */
	enum err err;	      /* why it was refused */
};

/* `keep_bytes`: what all files together may hold. `required`: a change that cannot be logged is
 * refused. ERR_FILE (errno): with `required` alone; without, it is tried again at each line.
 * *out is the caller's. */
must_use enum err token_audit_open(const char *gateway_folder, uint64_t keep_bytes, bool required,
				   struct token_audit **out);
void token_audit_close(struct token_audit *a); /* NULL is fine */
/* Before the change. With `required` a line with "begun": true is written and synced, for a line
 * after the change may be lost; ERR_AUDIT (503): it cannot be, and nothing may be changed. Without
 * `required` it does nothing. Blocks on the disk. */
must_use enum err token_audit_begin(struct token_audit *a, const struct token_audit_line *line,
				    int64_t now_ms);
/* After it, with what came of it; also for what was refused. ERR_AUDIT: it could not be written;
 * the change has happened, so whoever calls logs that and answers as it would. */
must_use enum err token_audit_end(struct token_audit *a, const struct token_audit_line *line,
				  int64_t now_ms);

#endif
