/* A folder of files that is open: what all files of this back end share, and nobody else. */
#ifndef VANTHU_DAEMON_FILES_DISK_FILES_H
#define VANTHU_DAEMON_FILES_DISK_FILES_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "daemon/config/config.h"
#include "daemon/files/files.h"

enum {
	FILES_PATH_MAX = CONFIG_PATH_MAX + 128,
	FILES_FOLDERS = 256 /* by the first byte of the digest */
};
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
	pthread_mutex_t lock;		/* settling and dropping */
	struct recent_file recent[FILES_RECENT_MAX];
	unsigned recent_next;
	/* what submissions under way have settled; one that several have stands there as often */
	struct digest *pins;
	size_t pin_count, pin_capacity;
	struct leaf_cache cache;
	_Atomic uint64_t syncs;
	atomic_bool no_direct; /* the file system writes through its cache only */
};

#endif
