/* The simulator's files: finished ones survive a crash, what is coming keeps an arbitrary part. See
 * files.h. */
#include "daemon/files/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/merkle.h"

struct memory_file {
	struct memory_file *next;
	struct digest sha256;
	size_t len_bytes;
	uint8_t *data;
};

struct memory_files_disk {
	struct memory_file *finished;
};

struct memory_files {
	struct files base;
	struct memory_files_disk *disk;
};

struct incoming {
	struct memory_files *owner;
	uint8_t *data;
	size_t len_bytes, capacity;
	struct digest *leaves;
	uint64_t leaf_count;
	struct manifest_item item;
	bool *there;
	bool unproven; /* its leaves are made of what comes */
};

/* Files of fewer chunks are taken without their leaves, so that the simulator does both. */
enum { UNPROVEN_CHUNKS_MAX = 3 };

struct memory_files_disk *memory_files_disk_new(void)
{
	return calloc(1, sizeof(struct memory_files_disk));
}

void memory_files_disk_destroy(struct memory_files_disk *d)
{
	while (d != NULL && d->finished != NULL) {
		struct memory_file *f = d->finished;

		d->finished = f->next;
		free(f->data);
		free(f);
	}
	free(d);
}

static struct memory_file **find(struct memory_files *m, const struct digest *sha256)
{
	struct memory_file **at = &m->disk->finished;

	while (*at != NULL && !digest_equal(&(*at)->sha256, sha256))
		at = &(*at)->next;
	return at;
}

static enum err memory_open(struct files *f, const char *name, struct incoming **out)
{
	(void)name;
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	(*out)->owner = (struct memory_files *)f;
	return ERR_OK;
}

static void reserve(struct incoming *i, size_t len_bytes)
{
	if (len_bytes <= i->capacity)
		return;
	i->capacity = len_bytes * 2;
	i->data = realloc(i->data, i->capacity);
	assert(i->data != NULL);
}

static enum err memory_append(struct incoming *i, struct blob bytes)
{
	reserve(i, i->len_bytes + bytes.len_bytes + 1);
	if (bytes.len_bytes > 0)
		memcpy(i->data + i->len_bytes, bytes.data, bytes.len_bytes);
	i->len_bytes += bytes.len_bytes;
	return ERR_OK;
}

static void describe(struct incoming *i, const struct manifest_item *item,
		     const struct digest *leaves, uint64_t count)
{
	free(i->leaves);
	free(i->there);
	i->leaves = calloc(count + 1, sizeof *leaves);
	i->there = calloc(count + 1, sizeof *i->there);
	assert(i->leaves != NULL && i->there != NULL);
	if (count > 0)
		memcpy(i->leaves, leaves, count * sizeof *leaves);
	i->leaf_count = count;
	i->item = *item;
	reserve(i, item->size_bytes + 1);
	i->len_bytes = item->size_bytes;
}

static enum err memory_set_leaves(struct incoming *i, const struct manifest_item *item,
				  const struct digest *leaves, uint64_t count)
{
	struct digest root = merkle_root(leaves, (size_t)count);

	if (count != files_chunks(item->size_bytes) || !digest_equal(&root, &item->chunk_root))
		return ERR_DIGEST;
	describe(i, item, leaves, count);
	return ERR_OK;
}

static enum err memory_resume(struct incoming *i, const struct manifest_item *item)
{
	static const struct digest none[UNPROVEN_CHUNKS_MAX];
	uint64_t count = files_chunks(item->size_bytes);

	if (count > UNPROVEN_CHUNKS_MAX)
		return ERR_NOT_FOUND;
	describe(i, item, none, count);
	i->unproven = true;
	return ERR_OK;
}

static enum err memory_missing(struct incoming *i, uint64_t from, uint64_t *chunk)
{
	while (from < i->leaf_count && i->there[from])
		from++;
	*chunk = from;
	return ERR_OK;
}

static bool is_good(struct incoming *i, uint64_t k, struct blob chunk)
{
	struct digest leaf = merkle_leaf(chunk), root;

	if (!i->unproven)
		return digest_equal(&leaf, &i->leaves[k]);
	i->leaves[k] = leaf;
	if (k + 1 < i->leaf_count)
		return true;
	root = merkle_root(i->leaves, (size_t)i->leaf_count);
	return digest_equal(&root, &i->item.chunk_root);
}

static enum err memory_incoming_chunks(struct incoming *i, uint64_t first, struct blob bytes)
{
	size_t at = 0;

	for (uint64_t k = first; k == first || at < bytes.len_bytes; k++) {
		size_t n = k + 1 == i->leaf_count ? (size_t)(i->item.size_bytes - k * CHUNK_BYTES)
						  : CHUNK_BYTES;

		if (k >= i->leaf_count || bytes.len_bytes - at < n ||
		    !is_good(i, k, (struct blob){ bytes.data + at, n }))
			return ERR_DIGEST;
		at += n;
	}
	memcpy(i->data + first * CHUNK_BYTES, bytes.data, bytes.len_bytes);
	for (uint64_t k = first; k * CHUNK_BYTES < first * CHUNK_BYTES + bytes.len_bytes; k++)
		i->there[k] = true;
	return ERR_OK;
}

static void memory_close_incoming(struct incoming *i, bool forget)
{
	(void)forget;
	if (i == NULL)
		return;
	free(i->data);
	free(i->leaves);
	free(i->there);
	free(i);
}

static struct digest root_of(struct blob bytes)
{
	struct merkle_stream m;

	merkle_begin(&m);
	for (size_t at = 0; at < bytes.len_bytes; at += CHUNK_BYTES) {
		size_t n = bytes.len_bytes - at < CHUNK_BYTES ? bytes.len_bytes - at : CHUNK_BYTES;

		merkle_add(&m, merkle_leaf((struct blob){ bytes.data + at, n }));
	}
	return merkle_end(&m);
}

static enum err memory_seal(struct incoming *i, struct manifest_item *item)
{
	struct blob all = { i->data, i->len_bytes };

	*item = (struct manifest_item){ .size_bytes = i->len_bytes,
					.sha256 = digest_of(all),
					.chunk_root = root_of(all) };
	return ERR_OK;
}

static enum err memory_finish(struct incoming *i, struct manifest_item *item)
{
	struct blob all = { i->data, i->len_bytes };
	struct digest sha256 = digest_of(all);
	struct memory_file **at = find(i->owner, &sha256);

	if (i->leaves != NULL && !digest_equal(&sha256, &item->sha256))
		return ERR_DIGEST;
	item->sha256 = sha256;
	item->size_bytes = i->len_bytes;
	item->chunk_root = root_of(all);
	if (*at == NULL) {
		*at = calloc(1, sizeof **at);
		assert(*at != NULL);
		(*at)->sha256 = sha256;
		(*at)->len_bytes = i->len_bytes;
		(*at)->data = i->data;
		i->data = NULL;
	}
	memory_close_incoming(i, true);
	return ERR_OK;
}

static enum err memory_read(struct files *f, const struct digest *sha256, uint64_t offset,
			    uint8_t *out, size_t len, size_t *got)
{
	struct memory_file *file = *find((struct memory_files *)f, sha256);

	*got = 0;
	if (file == NULL)
		return ERR_NOT_FOUND;
	if (offset < file->len_bytes) {
		*got = file->len_bytes - offset < len ? file->len_bytes - (size_t)offset : len;
		memcpy(out, file->data + offset, *got);
	}
	return ERR_OK;
}

static enum err memory_chunks(struct files *f, const struct manifest_item *item,
			      const struct chunk_range *range, uint8_t *const buffers[],
			      size_t *got)
{
	uint64_t all = files_chunks(item->size_bytes);
	enum err e = ERR_OK;

	*got = 0;
	if (range->count == 0 || range->count > CHUNKS_A_READ || range->first >= all ||
	    all - range->first < range->count)
		return ERR_NOT_FOUND;
	for (uint32_t k = 0; k < range->count && e == ERR_OK; k++) {
		size_t n = 0;

		e = memory_read(f, &item->sha256, (range->first + k) * CHUNK_BYTES, buffers[k],
				CHUNK_BYTES, &n);
		*got += n;
	}
	return e;
}

static enum err memory_leaves(struct files *f, const struct manifest_item *item, uint64_t piece,
			      struct digest *out, size_t *count)
{
	struct memory_file *file = *find((struct memory_files *)f, &item->sha256);
	uint64_t first = piece * LEAVES_PER_PIECE, all;

	*count = 0;
	if (file == NULL)
		return ERR_NOT_FOUND;
	all = files_chunks(file->len_bytes);
	for (uint64_t k = first; k < all && k < first + LEAVES_PER_PIECE; k++) {
		size_t at = (size_t)k * CHUNK_BYTES,
		       n = file->len_bytes - at < CHUNK_BYTES ? file->len_bytes - at : CHUNK_BYTES;

		out[(*count)++] = merkle_leaf((struct blob){ file->data + at, n });
	}
	return ERR_OK;
}

static bool memory_exists(struct files *f, const struct digest *sha256)
{
	return *find((struct memory_files *)f, sha256) != NULL;
}

/* Nothing is submitted in pieces there. */
static void memory_release(struct files *f, const struct digest *sha256)
{
	(void)f;
	(void)sha256;
}

static enum err memory_drop(struct files *f, const struct digest *sha256)
{
	struct memory_file **at = find((struct memory_files *)f, sha256), *gone = *at;

	if (gone == NULL)
		return ERR_NOT_FOUND;
	*at = gone->next;
	free(gone->data);
	free(gone);
	return ERR_OK;
}

/* There is nothing here to sync. */
static enum err memory_check(const struct files *base)
{
	(void)base;
	return ERR_OK;
}

static uint64_t memory_syncs(const struct files *f)
{
	(void)f;
	return 0;
}

static void memory_close(struct files *f)
{
	free(f);
}

enum err files_memory_open(struct memory_files_disk *d, struct files **out)
{
	static const struct files_ops ops = {
		.incoming_open = memory_open,
		.incoming_append = memory_append,
		.incoming_leaves = memory_set_leaves,
		.incoming_resume = memory_resume,
		.incoming_missing = memory_missing,
		.incoming_chunks = memory_incoming_chunks,
		.incoming_seal = memory_seal,
		.incoming_finish = memory_finish,
		.incoming_close = memory_close_incoming,
		.read = memory_read,
		.chunks = memory_chunks,
		.leaves = memory_leaves,
		.exists = memory_exists,
		.release = memory_release,
		.drop = memory_drop,
		.check = memory_check,
		.check_all = memory_check,
		.syncs = memory_syncs,
		.close = memory_close,
	};
	struct memory_files *m = calloc(1, sizeof *m);

	*out = NULL;
	if (m == NULL)
		return ERR_NO_MEMORY;
	m->base.ops = &ops;
	m->disk = d;
	*out = &m->base;
	return ERR_OK;
}
