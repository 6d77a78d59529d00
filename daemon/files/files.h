/* Attachments: files named by their SHA-256, beside LMDB. A file is written under a temporary name,
 * synced, renamed without replacing, its folder synced; only then may a record name it.
 *     files/ab/ab12…   the content (sha256sum agrees)
 *     files/ab/ab12….leaves   leaf hashes of its 32 KiB chunks: a cache, checked against the root
 *                             when used, made again when wrong
 *     incoming/NAME.part, NAME.leaves   what is still coming
 * All calls block on the disk and belong to workers, but for the ones that say otherwise. This is
 * the interface; who opens files chooses where they lie, and includes the header of that:
 *   daemon/files/disk.h    a folder (the default)
 *   daemon/files/memory.h  the simulator's */
#ifndef VANTHU_DAEMON_FILES_FILES_H
#define VANTHU_DAEMON_FILES_FILES_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct files;
struct incoming; /* a file that is still coming; one thread at a time */

enum { CHUNKS_A_READ = 32 };
/* Contents that begin at a multiple of this in memory are written without being copied. */
enum { FILES_DIRECT_ALIGN = 4096 };
struct chunk_range {
	uint64_t first;
	uint32_t count; /* 1 to CHUNKS_A_READ */
	bool check;     /* each against its leaf */
};

struct content_proof {
	uint64_t bytes; /* that were read */
	bool mended;	/* it is right, and was in quarantine once */
};

struct files_ops {
	/* Begins, or goes on with, the incoming file of this name ([a-z0-9.-]; names that begin
	 * with "submit." do not survive the process). Survives a crash: what was synced or happens
	 * to be there is checked chunk by chunk when the leaves are known. */
	enum err (*incoming_open)(struct files *f, const char *name, struct incoming **out);
	/* Sequential write of bytes whose digest nobody knows yet (a local submission): computes
	 * SHA-256, leaves and root as it goes. */
	enum err (*incoming_append)(struct incoming *i, struct blob bytes);
	/* The leaf hashes for a fetch, whole; checked against size and root: ERR_DIGEST. Kept
	 * beside the part. */
	enum err (*incoming_leaves)(struct incoming *i, const struct manifest_item *item,
				    const struct digest *leaves, uint64_t count);
	/* Loads leaves kept by an earlier try. Of a small file of which nothing is here yet none
	 * are needed: its chunks are to come in order, and the last one is compared with the root.
	 * ERR_NOT_FOUND: fetch them. */
	enum err (*incoming_resume)(struct incoming *i, const struct manifest_item *item);
	/* First chunk at or after `from` that is missing or wrong on disk; == chunk count when all
	 * are there. */
	enum err (*incoming_missing)(struct incoming *i, uint64_t from, uint64_t *chunk);
	/* Writes whole consecutive chunks at their offsets after checking each against its leaf, or
	 * all that came against the root: ERR_DIGEST, and nothing of them is written; then close
	 * it. Bytes that lie at a multiple of FILES_DIRECT_ALIGN are written from where they
	 * are. */
	enum err (*incoming_chunks)(struct incoming *i, uint64_t first, struct blob bytes);
	/* A submission's bytes are all there: syncs them, returns size and digests in the item, and
	 * gives up descriptor and buffers. No content has this name yet; incoming_finish gives it,
	 * incoming_close forgets it. Twice is fine. */
	enum err (*incoming_seal)(struct incoming *i, struct manifest_item *item);
	/* Done: checks (fetch) or returns in the item (submission) the whole digest, syncs,
	 * renames, syncs the folder. Frees i on success. A submission's content is pinned from here
	 * on: see release. ERR_DIGEST: the chunks fit their root, but the whole is not what the
	 * manifest says. ERR_GAP: a chunk on disk is not what was written; start again from
	 * incoming_missing. */
	enum err (*incoming_finish)(struct incoming *i, struct manifest_item *item);
	/* Releases `i`; `forget` also deletes what is on disk. NULL is fine. */
	void (*incoming_close)(struct incoming *i, bool forget);

	/* Reads up to len bytes at an offset of a finished file. ERR_NOT_FOUND, ERR_DAMAGED
	 * (shorter than it should be). */
	enum err (*read)(struct files *f, const struct digest *sha256, uint64_t offset,
			 uint8_t *out, size_t len, size_t *got);
	/* Whole consecutive chunks, one to each slot of the buffer; only the last of the file is
	 * shorter. ERR_DAMAGED: one of them was checked and is not what its leaf says, or the file
	 * is too short; ERR_NOT_FOUND: one of them is beyond the end. */
	enum err (*chunks)(struct files *f, const struct manifest_item *item,
			   const struct chunk_range *range, uint8_t *const buffers[], size_t *got);
	/* One piece (LEAVES_PER_PIECE) of the file's leaf hashes. Makes them when they are not
	 * there. */
	enum err (*leaves)(struct files *f, const struct manifest_item *item, uint64_t piece,
			   struct digest *out, size_t *count);
	/* A descriptor of the content, for reading alone: the caller's, who closes it. Who backs it
	 * up gives the file a second name by it, or copies it. ERR_NOT_FOUND, ERR_FILE. NULL: what
	 * lies in no file system. */
	enum err (*open)(struct files *f, const struct digest *sha256, int *fd);
	/* Reads the whole content and compares it with its name. One that is not that, or that the
	 * disk does not give, goes into quarantine/content-SHA256 of the data folder: ERR_DAMAGED.
	 * One that is not there is put back from there when that copy is right: somebody has mended
	 * it. Else ERR_NOT_FOUND. NULL: nothing can be damaged there. */
	enum err (*prove)(struct files *f, const struct digest *sha256, struct content_proof *out);
	bool (*exists)(struct files *f, const struct digest *sha256); /* does not block for long */
	/* Releases the content that incoming_finish pinned for a submission, when the record that
	 * names it is committed, or never will be. Does not block. */
	void (*release)(struct files *f, const struct digest *sha256);
	/* ERR_BUSY: pinned, or settled or released within the last five minutes, so that somebody
	 * may be about to name it. */
	enum err (*drop)(struct files *f, const struct digest *sha256);
	/* Are the folders still the ones that were opened, at their paths? ERR_STORE_GONE, logged.
	 * Two system calls: asked before each turn. */
	enum err (*check)(const struct files *f);
	/* As check, of all folders that contents lie in; asked each second. */
	enum err (*check_all)(const struct files *f);
	/* of files and folders, since files_open; does not block */
	uint64_t (*syncs)(const struct files *f);
	void (*close)(struct files *f);
};

enum { FILES_SUSPECTS_MAX = 16 };

struct files {
	const struct files_ops *ops;
	/* found wrong by a reader, and looked at soon (daemon/scrub_files.h) */
	struct digest suspects[FILES_SUSPECTS_MAX];
	unsigned suspect_count;
};

/* A reader has found that it is not what its name says. More than FILES_SUSPECTS_MAX wait for the
 * next reader, or for the scrub. On the control thread. */
void files_suspect(struct files *f, const struct digest *sha256);

/* Number of 32 KiB chunks; 0 bytes have none. */
uint64_t files_chunks(uint64_t size_bytes);

/* What else of this folder others use. */
#include "daemon/files/garbage.h"

#endif
