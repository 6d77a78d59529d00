/* The bytes of a request's head, behind what the library made of them. */
#ifndef VANTHU_TOOLS_GATEWAY_HEAD_H
#define VANTHU_TOOLS_GATEWAY_HEAD_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* Where the parts of a head lie; all of them in the one buffer that it came into, where the library
 * has put NULs for what stood between them. */
struct request_head {
	const char *method, *target, *version;
	size_t target_len;   /* before its query was cut off */
	const char *next;    /* where the next line begins */
	bool exact;	     /* up to there */
	unsigned line_count; /* fields */
};

/* The first line: one blank between its parts, and no NUL in them. */
struct request_head head_begin(const char *method, const char *target, size_t target_len,
			       const char *version);
/* The next field: right behind the line before, blanks alone between its colon and its value. */
void head_field(struct request_head *h, const char *name, const char *value);
/* Were all lines ended by CR LF, none folded, and none with a NUL, CR or LF in it (RFC 9110 §5.5,
 * RFC 9112 §2.2, §5.2)? Who reads such a head may see other fields than whoever passed it on.
 * `size_bytes` from the method on to the end of the empty line. */
bool head_end(const struct request_head *h, size_t size_bytes);

/* The same of a connection whose head has come. Libraries from 1.0 on refuse it themselves, and lay
 * it out otherwise: true. */
bool head_is_exact(struct MHD_Connection *c, struct request_head begun);

#endif
