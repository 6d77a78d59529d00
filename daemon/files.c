/* Attachments on disk; see files.h. Coming files are in files_incoming.c. */
#include "daemon/files_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/log.h"
#include "proto/digest.h"
#include "proto/merkle.h"

enum err files_errno(const char *what)
{
	int saved = errno;

	log_event(LOG_ERROR, "file-failed", "call=%s errno=%d", what, saved);
	return saved == ENOSPC || saved == EDQUOT ? ERR_DISK_FULL : ERR_FILE;
}

enum err files_read_full(int fd, uint64_t offset, uint8_t *out, size_t len, size_t *got)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = pread(fd, out + *got, len - *got, (off_t)(offset + *got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_errno("pread");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return ERR_OK;
}

enum err files_write_full(int fd, uint64_t offset, struct blob bytes)
{
	size_t done = 0;

	while (done < bytes.len_bytes) {
		ssize_t n = pwrite(fd, bytes.data + done, bytes.len_bytes - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_errno("pwrite");
		done += (size_t)n;
	}
	return ERR_OK;
}

void files_path(const struct disk_files *f, const struct digest *sha256, const char *suffix, char out[FILES_PATH_MAX])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	snprintf(out, FILES_PATH_MAX, "%s/files/%.2s/%s%s", f->directory, hex, hex, suffix);
}

static enum err disk_read(struct files *base, const struct digest *sha256, uint64_t offset, uint8_t *out, size_t len, size_t *got)
{
	char path[FILES_PATH_MAX];
	enum err e;
	int fd;

	*got = 0;
	files_path((struct disk_files *)base, sha256, "", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : files_errno("open");
	e = files_read_full(fd, offset, out, len, got);
	close(fd);
	return e;
}

/* All leaf hashes of a finished file, made from its content. The caller frees. */
static enum err make_leaves(struct disk_files *f, const struct manifest_item *item, struct digest **out)
{
	uint64_t count = files_chunks(item->size_bytes);
	struct digest *leaves = calloc(count + 1, sizeof *leaves);
	uint8_t *chunk = malloc(CHUNK_BYTES);
	enum err e = leaves == NULL || chunk == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint64_t i = 0; e == ERR_OK && i < count; i++) {
		size_t want = i + 1 == count ? (size_t)(item->size_bytes - i * CHUNK_BYTES) : CHUNK_BYTES, got;

		e = disk_read(&f->base, &item->sha256, i * CHUNK_BYTES, chunk, want, &got);
		if (e == ERR_OK && got != want)
			e = ERR_DAMAGED;
		if (e == ERR_OK)
			leaves[i] = merkle_leaf((struct blob){ chunk, got });
	}
	free(chunk);
	if (e != ERR_OK) {
		free(leaves);
		leaves = NULL;
	}
	*out = leaves;
	return e;
}

static bool leaves_fit(const struct digest *leaves, const struct manifest_item *item)
{
	struct digest root = merkle_root(leaves, (size_t)files_chunks(item->size_bytes));

	return digest_equal(&root, &item->chunk_root);
}

enum err files_keep_leaves(struct disk_files *f, const struct manifest_item *item, const struct digest *leaves)
{
	char path[FILES_PATH_MAX], temporary[FILES_PATH_MAX + 8];
	struct blob bytes = { (const uint8_t *)leaves, (size_t)files_chunks(item->size_bytes) * sizeof *leaves };
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

/* The first piece checks the cache against the signed root: a wrong one would make the receiver distrust us. */
static enum err check_leaves(struct disk_files *f, const struct manifest_item *item)
{
	uint64_t count = files_chunks(item->size_bytes);
	struct digest *leaves = calloc(count + 1, sizeof *leaves);
	char path[FILES_PATH_MAX];
	size_t got = 0;
	bool good = false;
	enum err e;
	int fd;

	if (leaves == NULL)
		return ERR_NO_MEMORY;
	files_path(f, &item->sha256, ".leaves", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		good = files_read_full(fd, 0, (uint8_t *)leaves, count * sizeof *leaves, &got) == ERR_OK && got == count * sizeof *leaves &&
		       leaves_fit(leaves, item);
		close(fd);
	}
	free(leaves);
	if (good)
		return ERR_OK;
	e = make_leaves(f, item, &leaves);
	if (e == ERR_OK && !leaves_fit(leaves, item))
		e = ERR_DAMAGED;
	if (e == ERR_OK)
		e = files_keep_leaves(f, item, leaves);
	free(leaves);
	return e;
}

static enum err disk_leaves(struct files *base, const struct manifest_item *item, uint64_t piece, struct digest *out, size_t *count)
{
	struct disk_files *f = (struct disk_files *)base;
	char path[FILES_PATH_MAX];
	size_t got;
	enum err e = piece == 0 ? check_leaves(f, item) : ERR_OK;
	int fd;

	*count = 0;
	if (e != ERR_OK)
		return e;
	files_path(f, &item->sha256, ".leaves", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : files_errno("open");
	e = files_read_full(fd, piece * LEAVES_PER_PIECE * sizeof *out, (uint8_t *)out, LEAVES_PER_PIECE * sizeof *out, &got);
	close(fd);
	*count = got / sizeof *out;
	return e;
}

static enum err read_leaf(struct disk_files *f, const struct manifest_item *item, uint64_t index, struct digest *out)
{
	char path[FILES_PATH_MAX];
	size_t got = 0;
	enum err e;
	int fd;

	if (files_chunks(item->size_bytes) == 1) {
		*out = item->chunk_root;
		return ERR_OK;
	}
	files_path(f, &item->sha256, ".leaves", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : files_errno("open");
	e = files_read_full(fd, index * sizeof *out, out->bytes, sizeof *out, &got);
	close(fd);
	return e == ERR_OK && got != sizeof *out ? ERR_NOT_FOUND : e;
}

static enum err disk_chunk(struct files *base, const struct manifest_item *item, uint64_t index, uint8_t *out, size_t *got)
{
	struct disk_files *f = (struct disk_files *)base;
	uint64_t offset = index * CHUNK_BYTES;
	size_t want = item->size_bytes - offset < CHUNK_BYTES ? (size_t)(item->size_bytes - offset) : CHUNK_BYTES;
	struct digest leaf, is;
	enum err e;

	*got = 0;
	if (offset >= item->size_bytes)
		return ERR_NOT_FOUND;
	e = read_leaf(f, item, index, &leaf);
	if (e == ERR_NOT_FOUND) {
		e = check_leaves(f, item); /* makes them again */
		if (e == ERR_OK)
			e = read_leaf(f, item, index, &leaf);
	}
	if (e == ERR_OK)
		e = disk_read(base, &item->sha256, offset, out, want, got);
	if (e != ERR_OK)
		return e;
	is = merkle_leaf((struct blob){ out, *got });
	return *got == want && digest_equal(&is, &leaf) ? ERR_OK : ERR_DAMAGED;
}

static bool disk_exists(struct files *base, const struct digest *sha256)
{
	char path[FILES_PATH_MAX];

	files_path((struct disk_files *)base, sha256, "", path);
	return access(path, R_OK) == 0;
}

static enum err disk_drop(struct files *base, const struct digest *sha256)
{
	struct disk_files *f = (struct disk_files *)base;
	int64_t since_ms = clock_now().mono_ms - FILES_RECENT_MS;
	char path[FILES_PATH_MAX];
	enum err e = ERR_OK;

	pthread_mutex_lock(&f->lock);
	for (unsigned i = 0; i < FILES_RECENT_MAX; i++) {
		if (f->recent[i].at_ms > since_ms && f->recent[i].at_ms != 0 && digest_equal(&f->recent[i].sha256, sha256))
			e = ERR_BUSY;
	}
	if (e == ERR_OK) {
		files_path(f, sha256, ".leaves", path);
		unlink(path);
		files_path(f, sha256, "", path);
		if (unlink(path) != 0)
			e = errno == ENOENT ? ERR_NOT_FOUND : files_errno("unlink");
	}
	pthread_mutex_unlock(&f->lock);
	return e;
}

static uint64_t disk_syncs(const struct files *base)
{
	return atomic_load(&((const struct disk_files *)base)->syncs);
}

static void disk_close(struct files *base)
{
	struct disk_files *f = (struct disk_files *)base;

	if (f == NULL)
		return;
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static enum err make_folder(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return files_errno("mkdir");
	return ERR_OK;
}

/* A submission is acknowledged when it is whole: what a crash cut off has no owner. */
static void delete_cut_off(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strncmp(entry->d_name, FILES_SUBMIT_PREFIX, sizeof FILES_SUBMIT_PREFIX - 1) == 0)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
}

enum err files_open(const char *directory, struct files **out)
{
	static const struct files_ops ops = {
		.incoming_open = files_incoming_open, .incoming_append = files_incoming_append, .incoming_leaves = files_incoming_leaves,
		.incoming_resume = files_incoming_resume, .incoming_missing = files_incoming_missing,
		.incoming_chunk = files_incoming_chunk, .incoming_finish = files_incoming_finish, .incoming_close = files_incoming_close,
		.read = disk_read, .chunk = disk_chunk, .leaves = disk_leaves, .exists = disk_exists, .drop = disk_drop, .syncs = disk_syncs,
		.close = disk_close,
	};
	struct disk_files *f = calloc(1, sizeof *f);
	char path[FILES_PATH_MAX];
	enum err e;

	*out = NULL;
	if (f == NULL)
		return ERR_NO_MEMORY;
	f->base.ops = &ops;
	pthread_mutex_init(&f->lock, NULL);
	if ((size_t)snprintf(f->directory, sizeof f->directory, "%s", directory) >= sizeof f->directory) {
		free(f);
		return ERR_FILE;
	}
	e = make_folder(directory);
	snprintf(path, sizeof path, "%s/files", directory);
	if (e == ERR_OK)
		e = make_folder(path);
	for (unsigned i = 0; e == ERR_OK && i < 256; i++) {
		snprintf(path, sizeof path, "%s/files/%02x", directory, i);
		e = make_folder(path);
	}
	snprintf(path, sizeof path, "%s/incoming", directory);
	if (e == ERR_OK)
		e = make_folder(path);
	if (e != ERR_OK) {
		free(f);
		return e;
	}
	delete_cut_off(path);
	*out = &f->base;
	return ERR_OK;
}
