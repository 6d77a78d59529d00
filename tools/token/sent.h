/* Which documents a token handed in: the scope `send` sees these alone. Files of a token in `sent`
 * of the gateway's folder, 16 bytes a document: NAME in the order of their coming, and when it is
 * full NAME.0 to NAME.f, and so on. */
#ifndef VANTHU_TOOLS_TOKEN_SENT_H
#define VANTHU_TOOLS_TOKEN_SENT_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { TOKEN_SENT_FILE_IDS = 4096 }; /* of a file, then the next ones are begun */

/* Notes that the token of this name handed in the document. Twice is no fault. ERR_FILE (errno).
 * From any thread. Synced when it returns. */
must_use enum err token_sent_add(const char *gateway_folder, const char *name,
				 const struct doc_id *id);
/* Did it? *yes; the newest are found first. ERR_FILE (errno). Reads at most a file of
 * 64 KiB a level, three or four for a million documents; one that was not cut up yet, of an
 * earlier version, whole, once. */
must_use enum err token_sent_has(const char *gateway_folder, const char *name,
				 const struct doc_id *id, bool *yes);

#endif
