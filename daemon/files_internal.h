/* Between files.c and files_incoming.c; for nobody else. */
#ifndef VANTHU_DAEMON_FILES_INTERNAL_H
#define VANTHU_DAEMON_FILES_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon/config.h"
#include "daemon/files.h"

enum { FILES_PATH_MAX = CONFIG_PATH_MAX + 128 };
#define FILES_SUBMIT_PREFIX "submit."

enum { FILES_RECENT_MAX = 4096, FILES_RECENT_MS = 5 * 60 * 1000 };

/* What was settled lately: its record may not be committed yet, so it is not dropped. */
struct recent_file {
	struct digest sha256;
	int64_t at_ms; /* monotonic; 0: empty */
};

struct disk_files {
	struct files base;
	char directory[CONFIG_PATH_MAX];
	pthread_mutex_t lock; /* settling and dropping */
	struct recent_file recent[FILES_RECENT_MAX];
	unsigned recent_next;
	_Atomic uint64_t syncs;
};

enum err files_errno(const char *what); /* logs errno and maps it: ERR_DISK_FULL or ERR_FILE */
must_use enum err files_read_full(int fd, uint64_t offset, uint8_t *out, size_t len, size_t *got);
must_use enum err files_write_full(int fd, uint64_t offset, struct blob bytes);
/* DIRECTORY/files/ab/ab12…SUFFIX */
void files_path(const struct disk_files *f, const struct digest *sha256, const char *suffix, char out[FILES_PATH_MAX]);
must_use enum err files_keep_leaves(struct disk_files *f, const struct manifest_item *item, const struct digest *leaves);

enum err files_incoming_open(struct files *f, const char *name, struct incoming **out);
enum err files_incoming_append(struct incoming *i, struct blob bytes);
enum err files_incoming_leaves(struct incoming *i, const struct manifest_item *item, const struct digest *leaves, uint64_t count);
enum err files_incoming_resume(struct incoming *i, const struct manifest_item *item);
enum err files_incoming_missing(struct incoming *i, uint64_t from, uint64_t *chunk);
enum err files_incoming_chunk(struct incoming *i, uint64_t index, struct blob bytes);
enum err files_incoming_finish(struct incoming *i, struct manifest_item *item);
void files_incoming_close(struct incoming *i, bool forget);

#endif
