/* UTF-8, for texts that come from outside. */
#ifndef VANTHU_PROTO_UTF8_H
#define VANTHU_PROTO_UTF8_H

#include "routing/base/types.h"

/* Is this valid UTF-8 without NUL (RFC 3629)? */
bool utf8_valid(struct blob bytes);

#endif
