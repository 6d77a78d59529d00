/* Which documents a token handed in: the scope `send` sees these alone. One file a token in `sent`
 * of the gateway's folder, 16 bytes a document in the order of their coming. It is written after
 * the daemon has accepted the document and is not synced: after a power cut the last may be
 * missing, and whoever hands in the same document again, as it must after a power cut, has it there
 * again. */
#ifndef VANTHU_TOOLS_TOKEN_SENT_H
#define VANTHU_TOOLS_TOKEN_SENT_H

#include "routing/base/err.h"
#include "routing/base/types.h"

/* Notes that the token of this name handed in the document. Twice is no fault. ERR_FILE (errno).
 * From any thread. */
must_use enum err token_sent_add(const char *gateway_folder, const char *name,
				 const struct doc_id *id);
/* Did it? *yes; the newest are found first. ERR_FILE (errno). Reads the file: 16 MB for a million
 * documents when it did not. */
must_use enum err token_sent_has(const char *gateway_folder, const char *name,
				 const struct doc_id *id, bool *yes);

#endif
