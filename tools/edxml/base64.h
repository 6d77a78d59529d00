/* Base64 (RFC 4648 §4) in pieces of any length: blanks and line ends count for nothing. */
#ifndef VANTHU_TOOLS_EDXML_BASE64_H
#define VANTHU_TOOLS_EDXML_BASE64_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct base64 {
	uint32_t bits;	/* read and not written yet */
	unsigned chars; /* of the group of four that is under way */
	unsigned padding;
};

/* Decodes; `out` has room for 3/4 of len_bytes and 3 more. Returns the bytes written. *bad is set
 * where a character is none of base64, or stands behind the end. */
size_t base64_decode(struct base64 *b, const char *text, size_t len_bytes, uint8_t *out, bool *bad);
/* Whether the end of the text is one of base64: whole groups, padded or not. *out gets what was
 * left; at most 2 bytes. */
must_use bool base64_end(struct base64 *b, uint8_t out[2], size_t *len_bytes);

/* Encodes; `out` has room for 4 characters for each 3 bytes begun. Lines are not broken. Returns
 * the characters written; `last`: what is left is padded. Otherwise len_bytes is a multiple of 3.
 */
size_t base64_encode(const uint8_t *bytes, size_t len_bytes, bool last, char *out);

#endif
