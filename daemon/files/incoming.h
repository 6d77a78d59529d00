/* Coming files: struct incoming, and what files_ops says of it. */
#ifndef VANTHU_DAEMON_FILES_INCOMING_H
#define VANTHU_DAEMON_FILES_INCOMING_H

#include "daemon/files/files.h"

/* A name that begins so does not survive the process. */
#define FILES_SUBMIT_PREFIX "submit."

must_use enum err files_incoming_open(struct files *f, const char *name, struct incoming **out);
must_use enum err files_incoming_append(struct incoming *i, struct blob bytes);
must_use enum err files_incoming_leaves(struct incoming *i, const struct manifest_item *item,
					const struct digest *leaves, uint64_t count);
must_use enum err files_incoming_resume(struct incoming *i, const struct manifest_item *item);
must_use enum err files_incoming_missing(struct incoming *i, uint64_t from, uint64_t *chunk);
must_use enum err files_incoming_chunks(struct incoming *i, uint64_t first, struct blob bytes);
must_use enum err files_incoming_seal(struct incoming *i, struct manifest_item *item);
must_use enum err files_incoming_finish(struct incoming *i, struct manifest_item *item);
void files_incoming_close(struct incoming *i, bool forget);

#endif
