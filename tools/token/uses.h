/* When a token was used last: one small file a token in `uses` of the gateway's folder, which the
 * gateway writes and `vanthu token` shows. Never synced: it is a hint for people. */
#ifndef VANTHU_TOOLS_TOKEN_USES_H
#define VANTHU_TOOLS_TOKEN_USES_H

#include "routing/base/err.h"

#include <stdint.h>

enum { TOKEN_USES_EVERY_MS = 60000 }; /* no file is written more often */

/* Fails quietly: a full disk keeps nobody out. */
void token_uses_write(const char *gateway_folder, const char *name, int64_t at_ms);
/* 0: never, or not known. */
int64_t token_uses_read(const char *gateway_folder, const char *name);

#endif
