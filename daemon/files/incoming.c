/* Files that are still coming: a submission grows at its end, a fetch gets its checked chunks in
 * any order. The whole digest is carried on while chunks come in order, so that a file is read
 * again only where it did not. See files.h. */
#include "daemon/files/incoming.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/files/disk_files.h"
#include "daemon/files/disk_io.h"
#include "daemon/files/kept.h"
#include "daemon/files/leaves.h"
#include "proto/chunk_digest.h"
#include "proto/digest.h"
#include "proto/merkle.h"

/* of a coming file that may wait in the page cache before the next is begun */
enum { STRETCH_BYTES = 4 << 20 };
/* leaves of a submission that are in memory before they are written beside it: those of 32 MiB */
enum { LEAVES_HELD_MAX = 1024 };

struct incoming {
	struct disk_files *owner;
	int fd;
	char part[FILES_PATH_MAX];
	char leaves_path[FILES_PATH_MAX];
	uint64_t size_bytes;		     /* submission: so far */
	uint64_t stretch_begin, stretch_end; /* the newest whose write-back was started */
	struct chunk_digest *sha256;
	uint64_t hashed_bytes;
	struct digest *leaves;
	uint64_t leaf_count, leaf_capacity; /* of `leaves`; of a submission beside those spilled */
	bool unwritten;			    /* something of it did not reach the disk */
	struct manifest_item item;	    /* fetch */
	bool fetch;
	/* its leaves are made of what comes, in order, and compared when the last is there */
	bool unproven;
	bool fresh; /* nothing of the file is on disk yet: no chunk needs to be searched for */
	/* A submission's unfinished chunk, … */
	uint8_t *tail;
	size_t tail_bytes;
	/* … its root so far, and how many leaves are in the file leaves_path */
	struct merkle_stream root;
	uint64_t spilled_count;
	bool sealed; /* whole and synced: `item` describes it, only its name is to come */
};

enum err files_incoming_open(struct files *f, const char *name, struct incoming **out)
{
	struct incoming *i = calloc(1, sizeof *i);

	*out = NULL;
	if (i == NULL)
		return ERR_NO_MEMORY;
	i->owner = (struct disk_files *)f;
	snprintf(i->part, sizeof i->part, "%s/incoming/%s.part", i->owner->directory, name);
	snprintf(i->leaves_path, sizeof i->leaves_path, "%s/incoming/%s.leaves",
		 i->owner->directory, name);
	i->fd = open(i->part, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (i->fd < 0) {
		enum err e = files_not_made(i->owner, "open");

		free(i);
		return e;
	}
	merkle_begin(&i->root);
	i->sha256 = chunk_digest_begin();
	i->tail = malloc(CHUNK_BYTES);
	if (i->sha256 == NULL || i->tail == NULL) {
		files_incoming_close(i, false);
		return ERR_NO_MEMORY;
	}
	*out = i;
	return ERR_OK;
}

void files_incoming_close(struct incoming *i, bool forget)
{
	if (i == NULL)
		return;
	if (i->fd >= 0)
		close(i->fd);
	if (forget || i->unwritten) {
		unlink(i->part);
		unlink(i->leaves_path);
	}
	chunk_digest_abandon(i->sha256);
	free(i->leaves);
	free(i->tail);
	free(i);
}

/* The kernel says once to each descriptor that writing back has failed, and keeps in memory as if
 * written what it could not write (errseq_t; A. Rebello et al., "Can Applications Recover from
 * fsync Failures?", USENIX ATC 2020). So nothing of such a file is trusted again: neither a second
 * sync nor what is read back. */
static enum err not_written(struct incoming *i, const char *call)
{
	i->unwritten = true;
	return files_errno(call);
}

static enum err write_back(struct incoming *i, uint64_t begin, uint64_t end, unsigned flags)
{
	if (sync_file_range(i->fd, (off_t)begin, (off_t)(end - begin), flags) == 0)
		return ERR_OK;
	/* A file system that does not do this has the sync at the end. */
	return errno == ENOSYS || errno == EINVAL || errno == ESPIPE
		       ? ERR_OK
		       : not_written(i, "sync_file_range");
}

/* What was submitted is read again at once, for whom it goes to. Large files go through the cache
 * in the stretches below: so their writing and their coming overlap. */
static bool goes_past_cache(const struct incoming *i)
{
	return i->fetch && files_leaves_small(i->leaf_count);
}

/* Bytes go to the disk while they come. Were it left to the sync at the end, a gigabyte would go at
 * once, and the store's own sync, which an urgent document waits for, would stand behind it in the
 * journal of the file system. */
static enum err write_and_pass_on(struct incoming *i, uint64_t offset, struct blob bytes)
{
	uint64_t before = i->stretch_begin, begin = i->stretch_end, end = offset + bytes.len_bytes;
	enum err e = goes_past_cache(i) ? files_write_past_cache(i->owner, i->fd, offset, bytes)
					: files_write_full(i->fd, offset, bytes);

	if (e != ERR_OK || end < begin + STRETCH_BYTES)
		return e;
	i->stretch_begin = begin;
	i->stretch_end = end;
	/* One stretch is written back while the next one fills. */
	e = write_back(i, begin, end, SYNC_FILE_RANGE_WRITE);
	if (e == ERR_OK && begin > before)
		e = write_back(i, before, begin,
			       SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				       SYNC_FILE_RANGE_WAIT_AFTER);
	return e;
}

/* ---- submissions ---- */

/* So few leaves are not worth a file: see leaves.h. Of more, those in memory are written behind
 * those that are there. */
static enum err spill_leaves(struct incoming *i)
{
	struct blob bytes = { (const uint8_t *)i->leaves, i->leaf_count * sizeof *i->leaves };
	int fd = open(i->leaves_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	enum err e;

	if (fd < 0)
		return files_not_made(i->owner, "open");
	e = files_write_full(fd, i->spilled_count * sizeof *i->leaves, bytes);
	close(fd);
	i->spilled_count += i->leaf_count;
	i->leaf_count = 0;
	return e;
}

static enum err add_leaf(struct incoming *i, struct blob chunk)
{
	struct digest leaf = chunk_digest_add(i->sha256, chunk);

	if (i->leaf_count == LEAVES_HELD_MAX) {
		enum err e = spill_leaves(i);

		if (e != ERR_OK)
			return e;
	}
	if (i->leaf_count == i->leaf_capacity) {
		uint64_t capacity = i->leaf_capacity == 0 ? 32 : i->leaf_capacity * 2;
		struct digest *grown = realloc(i->leaves, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		i->leaves = grown;
		i->leaf_capacity = capacity;
	}
	merkle_add(&i->root, leaf);
	i->leaves[i->leaf_count++] = leaf;
	return ERR_OK;
}

enum err files_incoming_append(struct incoming *i, struct blob bytes)
{
	enum err e = write_and_pass_on(i, i->size_bytes, bytes);

	if (e != ERR_OK)
		return e;
	i->size_bytes += bytes.len_bytes;
	while (e == ERR_OK && bytes.len_bytes > 0) {
		size_t n = CHUNK_BYTES - i->tail_bytes < bytes.len_bytes
				   ? CHUNK_BYTES - i->tail_bytes
				   : bytes.len_bytes;

		if (n == CHUNK_BYTES) {
			/* A whole one, where it is. */
			e = add_leaf(i, (struct blob){ bytes.data, n });
			bytes.data += n;
			bytes.len_bytes -= n;
			continue;
		}
		memcpy(i->tail + i->tail_bytes, bytes.data, n);
		i->tail_bytes += n;
		bytes.data += n;
		bytes.len_bytes -= n;
		if (i->tail_bytes == CHUNK_BYTES) {
			e = add_leaf(i, (struct blob){ i->tail, CHUNK_BYTES });
			i->tail_bytes = 0;
		}
	}
	return e;
}

/* ---- fetches ---- */

static enum err take_leaves(struct incoming *i, const struct manifest_item *item,
			    struct digest *leaves)
{
	struct stat st;
	struct digest root = merkle_root(leaves, (size_t)files_chunks(item->size_bytes));

	if (!digest_equal(&root, &item->chunk_root)) {
		free(leaves);
		return ERR_DIGEST;
	}
	free(i->leaves);
	i->leaves = leaves;
	i->leaf_count = files_chunks(item->size_bytes);
	i->item = *item;
	i->fetch = true;
	if (fstat(i->fd, &st) != 0)
		return files_errno("fstat");
	i->fresh = st.st_size == 0;
	if (!i->fresh && ftruncate(i->fd, (off_t)item->size_bytes) != 0)
		return files_errno("ftruncate");
	return ERR_OK;
}

enum err files_incoming_leaves(struct incoming *i, const struct manifest_item *item,
			       const struct digest *leaves, uint64_t count)
{
	struct digest *copy;
	struct blob bytes = { (const uint8_t *)leaves, count * sizeof *leaves };
	enum err e;
	int fd;

	if (count != files_chunks(item->size_bytes))
		return ERR_DIGEST;
	copy = calloc(count + 1, sizeof *copy);
	if (copy == NULL)
		return ERR_NO_MEMORY;
	if (count > 0)
		memcpy(copy, leaves, bytes.len_bytes);
	e = take_leaves(i, item, copy);
	if (e != ERR_OK || files_leaves_small(count))
		return e; /* few: fetched again after a crash */
	fd = open(i->leaves_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return files_errno("open");
	e = files_write_full(fd, 0, bytes);
	close(fd);
	return e;
}

/* A file that is begun again gets its leaves first: they say what of it is here and good, so that a
 * line that breaks again and again comes to the end of it too. */
static enum err begin_unproven(struct incoming *i, const struct manifest_item *item)
{
	uint64_t count = files_chunks(item->size_bytes);
	struct stat st;

	if (fstat(i->fd, &st) != 0)
		return files_errno("fstat");
	if (st.st_size != 0)
		return ERR_NOT_FOUND;
	i->leaves = calloc(count + 1, sizeof *i->leaves);
	if (i->leaves == NULL)
		return ERR_NO_MEMORY;
	i->leaf_count = count;
	i->item = *item;
	i->fetch = i->fresh = i->unproven = true;
	return ERR_OK;
}

enum err files_incoming_resume(struct incoming *i, const struct manifest_item *item)
{
	uint64_t count = files_chunks(item->size_bytes);
	struct digest *leaves = NULL;
	size_t got = 0;
	enum err e;
	int fd;

	if (files_leaves_small(count))
		return begin_unproven(i, item);
	leaves = calloc(count + 1, sizeof *leaves);
	fd = open(i->leaves_path, O_RDONLY | O_CLOEXEC);
	if (leaves == NULL || fd < 0) {
		free(leaves);
		if (fd >= 0)
			close(fd);
		return fd < 0 ? ERR_NOT_FOUND : ERR_NO_MEMORY;
	}
	e = files_read_full(fd, 0, (uint8_t *)leaves, count * sizeof *leaves, &got);
	close(fd);
	if (e != ERR_OK || got != count * sizeof *leaves) {
		free(leaves);
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	}
	e = take_leaves(i, item, leaves);
	return e == ERR_DIGEST ? ERR_NOT_FOUND : e;
}

static size_t chunk_size(const struct incoming *i, uint64_t index)
{
	return index + 1 == i->leaf_count ? (size_t)(i->item.size_bytes - index * CHUNK_BYTES)
					  : CHUNK_BYTES;
}

/* Carries the whole digest on when this chunk, whose leaf is known, is the next one. */
static void hash_in_order(struct incoming *i, uint64_t index, struct blob chunk)
{
	if (i->hashed_bytes != index * CHUNK_BYTES)
		return;
	chunk_digest_add_whole(i->sha256, chunk);
	i->hashed_bytes += chunk.len_bytes;
}

/* The leaf of a chunk that has come; when it is the next one the whole digest goes on with it. */
static struct digest hash_chunk(struct incoming *i, uint64_t index, struct blob chunk)
{
	if (i->hashed_bytes != index * CHUNK_BYTES)
		return merkle_leaf(chunk);
	i->hashed_bytes += chunk.len_bytes;
	return chunk_digest_add(i->sha256, chunk);
}

enum err files_incoming_missing(struct incoming *i, uint64_t from, uint64_t *chunk)
{
	uint64_t at = from;

	for (; !i->fresh && at < i->leaf_count; at++) {
		size_t want = chunk_size(i, at), got;
		struct digest leaf;
		enum err e = files_read_full(i->fd, at * CHUNK_BYTES, i->tail, want, &got);

		if (e != ERR_OK)
			return e;
		leaf = merkle_leaf((struct blob){ i->tail, got });
		if (got != want || !digest_equal(&leaf, &i->leaves[at]))
			break;
		hash_in_order(i, at, (struct blob){ i->tail, got });
	}
	*chunk = at;
	return ERR_OK;
}

/* Its leaf is what it should be, or the last of those that together should be their root. */
static bool is_good(struct incoming *i, uint64_t index, struct blob chunk)
{
	struct digest leaf = hash_chunk(i, index, chunk), root;

	if (!i->unproven)
		return digest_equal(&leaf, &i->leaves[index]);
	i->leaves[index] = leaf;
	if (index + 1 < i->leaf_count)
		return true;
	root = merkle_root(i->leaves, (size_t)i->leaf_count);
	return digest_equal(&root, &i->item.chunk_root);
}

/* What is hashed and not taken must not count. */
static enum err hash_again(struct incoming *i)
{
	chunk_digest_abandon(i->sha256);
	i->sha256 = chunk_digest_begin();
	i->hashed_bytes = 0;
	return i->sha256 == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err check_chunks(struct incoming *i, uint64_t first, struct blob bytes)
{
	uint64_t index = first;
	size_t at = 0;

	do {
		size_t len = index < i->leaf_count ? chunk_size(i, index) : SIZE_MAX;
		struct blob chunk = { bytes.data + at, len };

		if (bytes.len_bytes - at < len || !is_good(i, index, chunk)) {
			enum err e = hash_again(i);

			return e == ERR_OK ? ERR_DIGEST : e;
		}
		index++;
		at += len;
	} while (at < bytes.len_bytes);
	return ERR_OK;
}

enum err files_incoming_chunks(struct incoming *i, uint64_t first, struct blob bytes)
{
	enum err e;

	if (i->unproven && first * CHUNK_BYTES != i->hashed_bytes)
		return ERR_GAP;
	e = check_chunks(i, first, bytes);
	if (e != ERR_OK)
		return e;
	i->fresh = false;
	return write_and_pass_on(i, first * CHUNK_BYTES, bytes);
}

/* Chunks that did not come in order are read back. */
static enum err hash_rest(struct incoming *i)
{
	while (i->hashed_bytes < i->item.size_bytes) {
		uint64_t index = i->hashed_bytes / CHUNK_BYTES, next;
		enum err e = files_incoming_missing(i, index, &next);

		if (e != ERR_OK)
			return e;
		if (next != i->leaf_count)
			return ERR_GAP;
	}
	return ERR_OK;
}

/* ---- both ---- */

static enum err sync_folder(const char *file)
{
	char folder[FILES_PATH_MAX];
	char *slash;
	enum err e = ERR_OK;
	int fd;

	snprintf(folder, sizeof folder, "%s", file);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		*slash = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		e = files_errno("fsync");
	if (fd >= 0)
		close(fd);
	return e;
}

static bool content_good(const char *path, const struct digest *sha256)
{
	struct digest_stream *s = digest_begin();
	uint8_t *chunk = malloc(CHUNK_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct digest d;
	uint64_t at = 0;
	size_t got = 0;
	bool read = s != NULL && chunk != NULL && fd >= 0;

	while (read && files_read_full(fd, at, chunk, CHUNK_BYTES, &got) == ERR_OK && got > 0) {
		digest_add(s, (struct blob){ chunk, got });
		at += got;
	}
	if (fd >= 0)
		close(fd);
	free(chunk);
	if (!read) {
		digest_abandon(s);
		return false;
	}
	d = digest_end(s);
	return digest_equal(&d, sha256);
}

/* A file of this name is there. Is it what its name says? If not, the new file replaces it and the
 * old file is kept for the operator. */
static enum err replace_damaged(struct incoming *i, const struct manifest_item *item,
				const char *path)
{
	char aside[FILES_PATH_MAX + 8];

	if (content_good(path, &item->sha256)) {
		unlink(i->part);
		return ERR_OK;
	}
	snprintf(aside, sizeof aside, "%s.damaged", path);
	log_event(LOG_ERROR, "file-damaged", "file=%s", path);
	if (rename(path, aside) != 0 ||
	    renameat2(AT_FDCWD, i->part, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		return files_errno("rename");
	return ERR_OK;
}

/* All bytes of a submission are there. From here on it takes little memory and no descriptor. */
static enum err seal(struct incoming *i)
{
	enum err e = ERR_OK;

	if (i->tail_bytes > 0)
		e = add_leaf(i, (struct blob){ i->tail, i->tail_bytes });
	if (e == ERR_OK && !files_leaves_small(i->spilled_count + i->leaf_count))
		e = spill_leaves(i);
	if (e != ERR_OK)
		return e;
	i->item = (struct manifest_item){ .size_bytes = i->size_bytes,
					  .sha256 = chunk_digest_end(i->sha256),
					  .chunk_root = merkle_end(&i->root) };
	i->sha256 = NULL;
	if (fsync(i->fd) != 0)
		return not_written(i, "fsync");
	atomic_fetch_add(&i->owner->syncs, 1);
	close(i->fd);
	i->fd = -1;
	free(i->tail);
	i->tail = NULL;
	if (i->spilled_count > 0) {
		free(i->leaves);
		i->leaves = NULL;
	}
	i->sealed = true;
	return ERR_OK;
}

enum err files_incoming_seal(struct incoming *i, struct manifest_item *item)
{
	enum err e = i->sealed ? ERR_OK : seal(i);

	if (e == ERR_OK)
		*item = i->item;
	return e;
}

/* Under its final name. Never over a file: what is there has the same content, or is damage that is
 * set aside first. */
static enum err settle(struct incoming *i, const struct manifest_item *item)
{
	char path[FILES_PATH_MAX];
	enum err e;

	files_path(i->owner, &item->sha256, "", path);
	files_note_recent(i->owner, &item->sha256);
	if (renameat2(AT_FDCWD, i->part, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
		if (errno != EEXIST)
			return files_not_made(i->owner, "rename");
		e = replace_damaged(i, item, path);
		if (e != ERR_OK)
			return e;
	}
	e = sync_folder(path);
	atomic_fetch_add(&i->owner->syncs, 1);
	if (e == ERR_OK && i->spilled_count > 0)
		e = files_adopt_leaves(i->owner, item, i->leaves_path);
	else if (e == ERR_OK && i->leaf_count > 0)
		e = files_keep_leaves(i->owner, item, i->leaves);
	return e;
}

static enum err finish_submission(struct incoming *i, struct manifest_item *item)
{
	enum err e = files_incoming_seal(i, item);

	if (e == ERR_OK)
		e = files_pin(i->owner, &item->sha256); /* before it can be found to be nobody's */
	if (e != ERR_OK)
		return e;
	e = settle(i, item);
	if (e != ERR_OK)
		files_release(&i->owner->base, &item->sha256);
	return e;
}

static enum err finish_fetch(struct incoming *i, const struct manifest_item *item)
{
	enum err e = hash_rest(i);
	struct digest sha256;

	if (e != ERR_OK)
		return e;
	sha256 = chunk_digest_end(i->sha256);
	i->sha256 = NULL;
	if (!digest_equal(&sha256, &item->sha256))
		return ERR_DIGEST;
	if (fsync(i->fd) != 0)
		return not_written(i, "fsync");
	atomic_fetch_add(&i->owner->syncs, 1);
	e = settle(i, item);
	if (e == ERR_OK && !files_leaves_small(i->leaf_count))
		unlink(i->leaves_path);
	return e;
}

enum err files_incoming_finish(struct incoming *i, struct manifest_item *item)
{
	enum err e = i->fetch ? finish_fetch(i, item) : finish_submission(i, item);

	if (e == ERR_OK)
		files_incoming_close(i, false);
	return e;
}
