/* Attachments on disk; see files.h. Coming files are in daemon/files/incoming.c. */
#include "daemon/files/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "proto/digest.h"

enum err files_errno(const char *what)
{
	int saved = errno;

	log_event(LOG_ERROR, "file-failed", "call=%s errno=%d", what, saved);
	return saved == ENOSPC || saved == EDQUOT ? ERR_DISK_FULL : ERR_FILE;
}

enum err files_not_made(const struct disk_files *f, const char *what)
{
	int saved = errno;
	struct statvfs disk;
	bool inodes = saved == ENOSPC && statvfs(f->directory, &disk) == 0 && disk.f_files > 0 &&
		      disk.f_favail == 0;

	errno = saved;
	if (saved == ENOENT)
		return ERR_STORE_GONE; /* the folder, which was made at the start */
	return inodes ? ERR_NO_INODES : files_errno(what);
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
		ssize_t n =
		    pwrite(fd, bytes.data + done, bytes.len_bytes - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_errno("pwrite");
		done += (size_t)n;
	}
	return ERR_OK;
}

void files_path(const struct disk_files *f, const struct digest *sha256, const char *suffix,
		char out[FILES_PATH_MAX])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	snprintf(out, FILES_PATH_MAX, "%s/files/%.2s/%s%s", f->directory, hex, hex, suffix);
}

enum err files_read(struct files *base, const struct digest *sha256, uint64_t offset, uint8_t *out,
		    size_t len, size_t *got)
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

static bool disk_exists(struct files *base, const struct digest *sha256)
{
	char path[FILES_PATH_MAX];

	files_path((struct disk_files *)base, sha256, "", path);
	return access(path, R_OK) == 0;
}

/* ---- what is not dropped ---- */

static void note_recent(struct disk_files *f, const struct digest *sha256)
{
	f->recent[f->recent_next++ % FILES_RECENT_MAX] =
	    (struct recent_file){ *sha256, clock_now().mono_ms };
}

void files_note_recent(struct disk_files *f, const struct digest *sha256)
{
	pthread_mutex_lock(&f->lock);
	note_recent(f, sha256);
	pthread_mutex_unlock(&f->lock);
}

static size_t find_pin(const struct disk_files *f, const struct digest *sha256)
{
	size_t at = 0;

	while (at < f->pin_count && !digest_equal(&f->pins[at], sha256))
		at++;
	return at;
}

enum err files_pin(struct disk_files *f, const struct digest *sha256)
{
	enum err e = ERR_OK;

	pthread_mutex_lock(&f->lock);
	if (f->pin_count == f->pin_capacity) {
		size_t capacity = f->pin_capacity == 0 ? 64 : f->pin_capacity * 2;
		struct digest *grown = realloc(f->pins, capacity * sizeof *grown);

		e = grown == NULL ? ERR_NO_MEMORY : ERR_OK;
		f->pins = grown == NULL ? f->pins : grown;
		f->pin_capacity = grown == NULL ? f->pin_capacity : capacity;
	}
	if (e == ERR_OK)
		f->pins[f->pin_count++] = *sha256;
	pthread_mutex_unlock(&f->lock);
	return e;
}

void files_release(struct files *base, const struct digest *sha256)
{
	struct disk_files *f = (struct disk_files *)base;
	size_t at;

	pthread_mutex_lock(&f->lock);
	at = find_pin(f, sha256);
	if (at < f->pin_count)
		f->pins[at] = f->pins[--f->pin_count];
	/* who decided to drop it before its record was there may be about to do so */
	note_recent(f, sha256);
	pthread_mutex_unlock(&f->lock);
}

static enum err disk_drop(struct files *base, const struct digest *sha256)
{
	struct disk_files *f = (struct disk_files *)base;
	int64_t since_ms = clock_now().mono_ms - FILES_RECENT_MS;
	char path[FILES_PATH_MAX];
	enum err e = ERR_OK;

	pthread_mutex_lock(&f->lock);
	if (find_pin(f, sha256) < f->pin_count)
		e = ERR_BUSY;
	for (unsigned i = 0; i < FILES_RECENT_MAX; i++) {
		if (f->recent[i].at_ms > since_ms && f->recent[i].at_ms != 0 &&
		    digest_equal(&f->recent[i].sha256, sha256))
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
	leaf_cache_destroy(&f->cache);
	free(f->pins);
	free(f);
}

/* ---- folders ---- */

static enum err still_there(const char *path, const struct stat *before)
{
	struct stat now;

	if (stat(path, &now) == 0 &&
	    (before == NULL || (now.st_dev == before->st_dev && now.st_ino == before->st_ino)))
		return ERR_OK;
	log_event(LOG_ERROR, "files-gone", "path=%s", path);
	return ERR_STORE_GONE;
}

static enum err disk_check(const struct files *base)
{
	const struct disk_files *f = (const struct disk_files *)base;
	char path[FILES_PATH_MAX];
	enum err e;

	snprintf(path, sizeof path, "%s/files", f->directory);
	e = still_there(path, &f->contents);
	snprintf(path, sizeof path, "%s/incoming", f->directory);
	return e == ERR_OK ? still_there(path, &f->incoming) : e;
}

static enum err disk_check_all(const struct files *base)
{
	const struct disk_files *f = (const struct disk_files *)base;
	enum err e = disk_check(base);

	for (unsigned i = 0; e == ERR_OK && i < FILES_FOLDERS; i++) {
		char path[FILES_PATH_MAX];

		snprintf(path, sizeof path, "%s/files/%02x", f->directory, i);
		e = still_there(path, NULL);
	}
	return e;
}

/* All folders, on disk when it returns: what is settled in them syncs only its own folder. */
static enum err make_folders(struct disk_files *f)
{
	char path[FILES_PATH_MAX];
	enum err e = folder_make(f->directory);

	for (unsigned i = 0; e == ERR_OK && i <= FILES_FOLDERS; i++) {
		if (i == 0)
			snprintf(path, sizeof path, "%s/files", f->directory);
		else
			snprintf(path, sizeof path, "%s/files/%02x", f->directory, i - 1);
		e = folder_make(path);
	}
	snprintf(path, sizeof path, "%s/files", f->directory);
	if (e == ERR_OK)
		e = folder_sync(path);
	if (e == ERR_OK && stat(path, &f->contents) != 0)
		e = ERR_FILE;
	snprintf(path, sizeof path, "%s/incoming", f->directory);
	if (e == ERR_OK)
		e = folder_make(path);
	if (e == ERR_OK && stat(path, &f->incoming) != 0)
		e = ERR_FILE;
	if (e == ERR_OK)
		e = folder_sync(f->directory);
	return e == ERR_OK ? ERR_OK : files_errno("folder");
}

/* A submission is acknowledged when it is whole: what a crash cut off has no owner. */
static void delete_cut_off(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strncmp(entry->d_name, FILES_SUBMIT_PREFIX, sizeof FILES_SUBMIT_PREFIX - 1) ==
		    0)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
}

enum err files_open(const char *directory, struct files **out)
{
	static const struct files_ops ops = {
		.incoming_open = files_incoming_open,
		.incoming_append = files_incoming_append,
		.incoming_leaves = files_incoming_leaves,
		.incoming_resume = files_incoming_resume,
		.incoming_missing = files_incoming_missing,
		.incoming_chunks = files_incoming_chunks,
		.incoming_finish = files_incoming_finish,
		.incoming_close = files_incoming_close,
		.read = files_read,
		.chunks = files_read_chunks,
		.leaves = files_read_leaves,
		.exists = disk_exists,
		.release = files_release,
		.drop = disk_drop,
		.check = disk_check,
		.check_all = disk_check_all,
		.syncs = disk_syncs,
		.close = disk_close,
	};
	struct disk_files *f = calloc(1, sizeof *f);
	char incoming[FILES_PATH_MAX];
	enum err e;

	*out = NULL;
	if (f == NULL)
		return ERR_NO_MEMORY;
	f->base.ops = &ops;
	pthread_mutex_init(&f->lock, NULL);
	leaf_cache_init(&f->cache);
	if ((size_t)snprintf(f->directory, sizeof f->directory, "%s", directory) >=
	    sizeof f->directory) {
		free(f);
		return ERR_FILE;
	}
	e = make_folders(f);
	if (e != ERR_OK) {
		free(f);
		return e;
	}
	snprintf(incoming, sizeof incoming, "%s/incoming", directory);
	delete_cut_off(incoming);
	*out = &f->base;
	return ERR_OK;
}
