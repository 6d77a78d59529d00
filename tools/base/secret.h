/* Secrets that are shown once: tokens, sessions. */
#ifndef VANTHU_TOOLS_BASE_SECRET_H
#define VANTHU_TOOLS_BASE_SECRET_H

#include "routing/base/err.h"

enum { SECRET_TEXT_SIZE = 44 }; /* 43 characters and a NUL */

/* 32 bytes of the kernel's randomness in base64url without padding (RFC 4648 §5). ERR_SYSTEM: there
 * is none. */
must_use enum err secret_new(char out[SECRET_TEXT_SIZE]);

#endif
