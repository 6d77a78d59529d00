/* Leaf hashes of finished files, and chunks checked against them; see files.h. Large files keep
 * theirs beside them, so that a chunk of a gigabyte is served without reading the gigabyte. Small
 * files' stay in memory for a while: a file more for each costs the disk more than hashing the
 * content once again does. */
#include "daemon/files/leaves.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "daemon/files/disk_io.h"
#include "proto/digest.h"
#include "proto/merkle.h"

bool files_leaves_small(uint64_t count)
{
	return count <= SMALL_CHUNKS_MAX;
}

/* ---- in memory ---- */

void leaf_cache_init(struct leaf_cache *c)
{
	pthread_mutex_init(&c->lock, NULL);
}

void leaf_cache_destroy(struct leaf_cache *c)
{
	for (unsigned i = 0; i < LEAF_CACHE_MAX; i++)
		free(c->list[i].leaves);
	pthread_mutex_destroy(&c->lock);
}

static bool same_file(const struct manifest_item *a, const struct manifest_item *b)
{
	return memcmp(&a->sha256, &b->sha256, sizeof a->sha256) == 0 &&
	       a->size_bytes == b->size_bytes &&
	       memcmp(&a->chunk_root, &b->chunk_root, sizeof a->chunk_root) == 0;
}

/* Without memory nothing is remembered: they are made again. */
static void remember(struct leaf_cache *c, const struct manifest_item *item,
		     const struct digest *leaves)
{
	size_t bytes = (size_t)files_chunks(item->size_bytes) * sizeof *leaves;
	struct digest *copy = malloc(bytes);
	struct cached_leaves *slot;

	if (copy == NULL)
		return;
	memcpy(copy, leaves, bytes);
	pthread_mutex_lock(&c->lock);
	slot = &c->list[c->next++ % LEAF_CACHE_MAX];
	free(slot->leaves);
	*slot = (struct cached_leaves){ .item = *item, .leaves = copy };
	pthread_mutex_unlock(&c->lock);
}

/* The newest are searched first: what has just come is asked for soonest. */
static bool recall(struct leaf_cache *c, const struct manifest_item *item, uint64_t first,
		   size_t count, struct digest *out)
{
	bool found = false;

	pthread_mutex_lock(&c->lock);
	for (unsigned i = 1; i <= LEAF_CACHE_MAX && !found; i++) {
		const struct cached_leaves *slot = &c->list[(c->next - i) % LEAF_CACHE_MAX];

		found = slot->leaves != NULL && same_file(&slot->item, item);
		if (found)
			memcpy(out, slot->leaves + first, count * sizeof *out);
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}

/* ---- made from the content ---- */

/* All of them. The caller frees. ERR_DAMAGED: the content is not what the manifest says. */
static enum err make_leaves(struct disk_files *f, const struct manifest_item *item,
			    struct digest **out)
{
	uint64_t count = files_chunks(item->size_bytes);
	struct digest *leaves = calloc(count + 1, sizeof *leaves), root;
	uint8_t *chunk = malloc(CHUNK_BYTES);
	enum err e = leaves == NULL || chunk == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint64_t i = 0; e == ERR_OK && i < count; i++) {
		size_t want = i + 1 == count ? (size_t)(item->size_bytes - i * CHUNK_BYTES)
					     : CHUNK_BYTES,
		       got;

		e = files_read(&f->base, &item->sha256, i * CHUNK_BYTES, chunk, want, &got);
		if (e == ERR_OK && got != want)
			e = ERR_DAMAGED;
		if (e == ERR_OK)
			leaves[i] = merkle_leaf((struct blob){ chunk, got });
	}
	free(chunk);
	if (e == ERR_OK) {
		root = merkle_root(leaves, (size_t)count);
		e = digest_equal(&root, &item->chunk_root) ? ERR_OK : ERR_DAMAGED;
	}
	if (e != ERR_OK) {
		free(leaves);
		leaves = NULL;
	}
	*out = leaves;
	return e;
}

/* ---- beside a large file ---- */

static enum err write_leaves(struct disk_files *f, const struct manifest_item *item,
			     const struct digest *leaves)
{
	char path[FILES_PATH_MAX], temporary[FILES_PATH_MAX + 8];
	struct blob bytes = { (const uint8_t *)leaves,
			      (size_t)files_chunks(item->size_bytes) * sizeof *leaves };
	enum err e;
	int fd;

	files_path(f, &item->sha256, ".leaves", path);
	snprintf(temporary, sizeof temporary, "%s.new", path);
	/* One at a time: the same content may come in two documents at once. */
	pthread_mutex_lock(&f->lock);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	e = fd < 0 ? files_errno("open") : files_write_full(fd, 0, bytes);
	if (fd >= 0)
		close(fd);
	if (e == ERR_OK && rename(temporary, path) != 0)
		e = files_errno("rename");
	pthread_mutex_unlock(&f->lock);
	return e;
}

enum err files_keep_leaves(struct disk_files *f, const struct manifest_item *item,
			   const struct digest *leaves)
{
	uint64_t count = files_chunks(item->size_bytes);

	if (count <= 1)
		return ERR_OK; /* the only leaf is the root */
	if (!files_leaves_small(count))
		return write_leaves(f, item, leaves);
	remember(&f->cache, item, leaves);
	return ERR_OK;
}

enum err files_adopt_leaves(struct disk_files *f, const struct manifest_item *item,
			    const char *leaves_path)
{
	char path[FILES_PATH_MAX];
	enum err e = ERR_OK;

	files_path(f, &item->sha256, ".leaves", path);
	pthread_mutex_lock(&f->lock);
	if (rename(leaves_path, path) != 0)
		e = files_errno("rename");
	pthread_mutex_unlock(&f->lock);
	return e;
}

/* So many leaves of the kept ones. ERR_NOT_FOUND: they are not there, or not all. */
static enum err read_leaves(struct disk_files *f, const struct manifest_item *item, uint64_t first,
			    size_t count, struct digest *out)
{
	char path[FILES_PATH_MAX];
	size_t got = 0;
	enum err e;
	int fd;

	files_path(f, &item->sha256, ".leaves", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : files_errno("open");
	e = files_read_full(fd, first * sizeof *out, (uint8_t *)out, count * sizeof *out, &got);
	close(fd);
	return e == ERR_OK && got != count * sizeof *out ? ERR_NOT_FOUND : e;
}

/* The kept ones might be damaged themselves: a wrong leaf would make the receiver distrust us. */
static enum err check_leaves(struct disk_files *f, const struct manifest_item *item)
{
	uint64_t count = files_chunks(item->size_bytes);
	struct digest *leaves = calloc(count + 1, sizeof *leaves), root;
	enum err e =
	    leaves == NULL ? ERR_NO_MEMORY : read_leaves(f, item, 0, (size_t)count, leaves);

	if (e == ERR_OK) {
		root = merkle_root(leaves, (size_t)count);
		e = digest_equal(&root, &item->chunk_root) ? ERR_OK : ERR_NOT_FOUND;
	}
	free(leaves);
	if (e != ERR_NOT_FOUND)
		return e;
	e = make_leaves(f, item, &leaves);
	if (e == ERR_OK)
		e = files_keep_leaves(f, item, leaves);
	free(leaves);
	return e;
}

/* ---- either ---- */

static enum err small_leaves(struct disk_files *f, const struct manifest_item *item, uint64_t first,
			     size_t count, struct digest *out)
{
	struct digest *leaves;
	enum err e;

	if (recall(&f->cache, item, first, count, out))
		return ERR_OK;
	e = make_leaves(f, item, &leaves);
	if (e != ERR_OK)
		return e;
	memcpy(out, leaves + first, count * sizeof *out);
	remember(&f->cache, item, leaves);
	free(leaves);
	return ERR_OK;
}

/* first + count must not pass the end. */
static enum err load_leaves(struct disk_files *f, const struct manifest_item *item, uint64_t first,
			    size_t count, struct digest *out)
{
	uint64_t all = files_chunks(item->size_bytes);
	enum err e;

	if (all == 1) {
		*out = item->chunk_root;
		return ERR_OK;
	}
	if (files_leaves_small(all))
		return small_leaves(f, item, first, count, out);
	e = read_leaves(f, item, first, count, out);
	if (e != ERR_NOT_FOUND)
		return e;
	e = check_leaves(f, item); /* makes them again */
	return e == ERR_OK ? read_leaves(f, item, first, count, out) : e;
}

enum err files_read_leaves(struct files *base, const struct manifest_item *item, uint64_t piece,
			   struct digest *out, size_t *count)
{
	struct disk_files *f = (struct disk_files *)base;
	uint64_t all = files_chunks(item->size_bytes), first = piece * LEAVES_PER_PIECE,
		 left = first < all ? all - first : 0;
	enum err e = ERR_OK;

	*count = 0;
	if (piece == 0 && !files_leaves_small(all))
		e = check_leaves(f, item);
	if (e != ERR_OK || left == 0)
		return e;
	left = left < LEAVES_PER_PIECE ? left : LEAVES_PER_PIECE;
	e = load_leaves(f, item, first, (size_t)left, out);
	*count = e == ERR_OK ? (size_t)left : 0;
	return e;
}

/* Reads until the slots are full; *got is less where the file ends before that. */
static enum err read_into(struct disk_files *f, const struct manifest_item *item,
			  const struct chunk_range *range, uint8_t *const buffers[], size_t *got)
{
	struct iovec list[CHUNKS_A_READ];
	char path[FILES_PATH_MAX];
	enum err e = ERR_OK;
	int fd;

	files_path(f, &item->sha256, "", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : files_errno("open");
	while (e == ERR_OK) {
		unsigned first = (unsigned)(*got / CHUNK_BYTES), n = 0;
		size_t inside = *got % CHUNK_BYTES;
		ssize_t more;

		for (unsigned k = first; k < range->count; k++, inside = 0)
			list[n++] = (struct iovec){ buffers[k] + inside, CHUNK_BYTES - inside };
		more = n == 0
			   ? 0
			   : preadv(fd, list, (int)n, (off_t)(range->first * CHUNK_BYTES + *got));
		if (more == 0)
			break;
		if (more > 0)
			*got += (size_t)more;
		else if (errno != EINTR)
			e = files_errno("preadv");
	}
	close(fd);
	return e;
}

static enum err check_chunks(struct disk_files *f, const struct manifest_item *item,
			     const struct chunk_range *range, uint8_t *const buffers[],
			     size_t len_bytes)
{
	struct digest leaves[CHUNKS_A_READ], is;
	enum err e = load_leaves(f, item, range->first, range->count, leaves);

	for (size_t i = 0, at = 0; e == ERR_OK && at < len_bytes; i++, at += CHUNK_BYTES) {
		is = merkle_leaf((struct blob){
			buffers[i], len_bytes - at < CHUNK_BYTES ? len_bytes - at : CHUNK_BYTES });
		e = digest_equal(&is, &leaves[i]) ? ERR_OK : ERR_DAMAGED;
	}
	return e;
}

enum err files_read_chunks(struct files *base, const struct manifest_item *item,
			   const struct chunk_range *range, uint8_t *const buffers[], size_t *got)
{
	struct disk_files *f = (struct disk_files *)base;
	uint64_t all = files_chunks(item->size_bytes), offset = range->first * CHUNK_BYTES;
	size_t want;
	enum err e;

	*got = 0;
	if (range->count == 0 || range->count > CHUNKS_A_READ || range->first >= all ||
	    all - range->first < range->count)
		return ERR_NOT_FOUND;
	want = range->first + range->count == all ? (size_t)(item->size_bytes - offset)
						  : (size_t)range->count * CHUNK_BYTES;
	e = read_into(f, item, range, buffers, got);
	if (e == ERR_OK && *got != want)
		e = ERR_DAMAGED;
	if (e == ERR_OK && range->check)
		e = check_chunks(f, item, range, buffers, want);
	return e;
}
