/* The files of the subscriptions: `<gateway.folder>/webhooks/ID.json`, written by `vanthu webhook`
 * under a lock, and `…/cursors/ID.json`, written by the one gateway that sends. So nobody writes
 * what another one writes, too. Each is written whole: temporary file, fsync, rename, fsync of the
 * folder. Folders have mode 0700, files 0600. */
#ifndef VANTHU_TOOLS_WEBHOOK_FOLDER_H
#define VANTHU_TOOLS_WEBHOOK_FOLDER_H

#include "daemon/config/config.h"
#include "tools/webhook/cursor.h"
#include "tools/webhook/subscription.h"

enum {
	WEBHOOK_MAX = 64,
	WEBHOOK_PATH_MAX = CONFIG_PATH_MAX + 64 /* of a file in it */
};

struct webhook_folder {
	char path[CONFIG_PATH_MAX + 16];
};

/* What there is of one: `fault` is ERR_OK, or why its file cannot be read (then only the id stands,
 * as the file's name has it). */
struct webhook_entry {
	enum err fault;
	struct webhook_subscription subscription;
	struct webhook_cursor cursor;
};

/* That of the configuration; nothing is made. ERR_TOO_LARGE: its path is too long. */
must_use enum err webhook_folder_of(const struct config *config, struct webhook_folder *out);
/* Makes what is missing. ERR_FILE (errno). */
must_use enum err webhook_folder_make(const struct webhook_folder *f);

/* All there are, in the order of their names; *entries is the caller's (free). No folder: none.
 * ERR_FILE (errno), ERR_NO_MEMORY, ERR_WEBHOOK_MANY: more than WEBHOOK_MAX. */
must_use enum err webhook_folder_load(const struct webhook_folder *f,
				      struct webhook_entry **entries, unsigned *count);

/* Who changes subscriptions holds this, from before it reads until it has written. Blocks while
 * another process has it. The descriptor is the caller's (close). ERR_FILE (errno). */
must_use enum err webhook_folder_lock(const struct webhook_folder *f, int *fd);
/* Who sends holds this as long as it runs. ERR_WEBHOOK_RUNNING: another process has it. */
must_use enum err webhook_folder_lock_sender(const struct webhook_folder *f, int *fd);
/* Whether anybody has it. */
bool webhook_folder_has_sender(const struct webhook_folder *f);

/* ERR_FILE (errno), ERR_NO_MEMORY. */
must_use enum err webhook_folder_save(const struct webhook_folder *f,
				      const struct webhook_subscription *s);
must_use enum err webhook_folder_save_cursor(const struct webhook_folder *f, const char *id,
					     const struct webhook_cursor *c);
must_use enum err webhook_folder_remove(const struct webhook_folder *f, const char *id);

/* Something that changes whenever a subscription does; the cursors are not in it. */
struct webhook_stamp {
	int64_t modified_ns;
	uint64_t inode;
	bool settled; /* it is old enough that a further change would show */
};
/* False: it is the same as `*last` was, and settled. */
bool webhook_folder_changed(const struct webhook_folder *f, struct webhook_stamp *last);

#endif
