/* Between files.c and daemon/files/incoming.c; for nobody else. */
#ifndef VANTHU_DAEMON_FILES_INTERNAL_H
#define VANTHU_DAEMON_FILES_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "daemon/config/config.h"
#include "daemon/files/files.h"

enum {
	FILES_PATH_MAX = CONFIG_PATH_MAX + 128,
	FILES_FOLDERS = 256 /* by the first byte of the digest */
};
#define FILES_SUBMIT_PREFIX "submit."

enum { FILES_RECENT_MAX = 4096, FILES_RECENT_MS = 5 * 60 * 1000 };
/* A file of so many chunks is small: 2 MiB, hashed again in two or three milliseconds. 1,024 of
 * them keep 2 MiB of leaves at most. */
enum { SMALL_CHUNKS_MAX = 64, LEAF_CACHE_MAX = 1024 };

/* What was settled lately: its record may not be committed yet, so it is not dropped. */
struct recent_file {
	struct digest sha256;
	int64_t at_ms; /* monotonic; 0: empty */
};

/* Leaf hashes of small files that were settled or served lately. */
struct cached_leaves {
	struct manifest_item item;
	struct digest *leaves;
};

struct leaf_cache {
	pthread_mutex_t lock;
	struct cached_leaves list[LEAF_CACHE_MAX];
	unsigned next;
};

struct disk_files {
	struct files base;
	char directory[CONFIG_PATH_MAX];
	struct stat contents, incoming; /* the folders, as their names led to them at the start */
	pthread_mutex_t lock; /* settling and dropping */
	struct recent_file recent[FILES_RECENT_MAX];
	unsigned recent_next;
	/* what submissions under way have settled; one that several have stands there as often */
	struct digest *pins;
	size_t pin_count, pin_capacity;
	struct leaf_cache cache;
	_Atomic uint64_t syncs;
};

enum err files_errno(const char *what); /* logs errno and maps it: ERR_DISK_FULL or ERR_FILE */
/* The same after a file could not be made or named: ENOSPC may mean inodes, and a folder that is
 * missing is gone. */
enum err files_not_made(const struct disk_files *f, const char *what);
must_use enum err files_read_full(int fd, uint64_t offset, uint8_t *out, size_t len, size_t *got);
must_use enum err files_write_full(int fd, uint64_t offset, struct blob bytes);
/* DIRECTORY/files/ab/ab12…SUFFIX */
void files_path(const struct disk_files *f, const struct digest *sha256, const char *suffix,
		char out[FILES_PATH_MAX]);
void files_note_recent(struct disk_files *f, const struct digest *sha256);
must_use enum err files_pin(struct disk_files *f, const struct digest *sha256); /* ERR_NO_MEMORY */
void files_release(struct files *base, const struct digest *sha256);
enum err files_read(struct files *base, const struct digest *sha256, uint64_t offset, uint8_t *out,
		    size_t len, size_t *got);

/* ---- daemon/files/leaves.c ---- */
void leaf_cache_init(struct leaf_cache *c);
void leaf_cache_destroy(struct leaf_cache *c);
/* So few that they are not kept on disk. */
static inline bool files_leaves_small(uint64_t count)
{
	return count <= SMALL_CHUNKS_MAX;
}
enum err files_read_leaves(struct files *base, const struct manifest_item *item, uint64_t piece,
			   struct digest *out, size_t *count);
enum err files_read_chunks(struct files *base, const struct manifest_item *item,
			   const struct chunk_range *range, uint8_t *const places[], size_t *got);
/* Of a file that has just been settled: in memory or beside it. */
must_use enum err files_keep_leaves(struct disk_files *f, const struct manifest_item *item,
				    const struct digest *leaves);

/* ---- daemon/files/incoming.c ---- */
enum err files_incoming_open(struct files *f, const char *name, struct incoming **out);
enum err files_incoming_append(struct incoming *i, struct blob bytes);
enum err files_incoming_leaves(struct incoming *i, const struct manifest_item *item,
			       const struct digest *leaves, uint64_t count);
enum err files_incoming_resume(struct incoming *i, const struct manifest_item *item);
enum err files_incoming_missing(struct incoming *i, uint64_t from, uint64_t *chunk);
enum err files_incoming_chunks(struct incoming *i, uint64_t first, struct blob bytes);
enum err files_incoming_finish(struct incoming *i, struct manifest_item *item);
void files_incoming_close(struct incoming *i, bool forget);

#endif
