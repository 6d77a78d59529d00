/* Attachments in a folder: making it, checking it, and the table of its operations; see disk.h. */
#include "daemon/files/disk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/files/disk_files.h"
#include "daemon/files/disk_io.h"
#include "daemon/files/incoming.h"
#include "daemon/files/kept.h"
#include "daemon/files/leaves.h"
#include "daemon/files/prove.h"

static bool disk_exists(struct files *base, const struct digest *sha256)
{
	char path[FILES_PATH_MAX];

	files_path((struct disk_files *)base, sha256, "", path);
	return access(path, R_OK) == 0;
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

enum err files_disk_open(const char *directory, struct files **out)
{
	static const struct files_ops ops = {
		.incoming_open = files_incoming_open,
		.incoming_append = files_incoming_append,
		.incoming_leaves = files_incoming_leaves,
		.incoming_resume = files_incoming_resume,
		.incoming_missing = files_incoming_missing,
		.incoming_chunks = files_incoming_chunks,
		.incoming_seal = files_incoming_seal,
		.incoming_finish = files_incoming_finish,
		.incoming_close = files_incoming_close,
		.read = files_read,
		.chunks = files_read_chunks,
		.leaves = files_read_leaves,
		.open = files_open,
		.prove = files_prove,
		.exists = disk_exists,
		.release = files_release,
		.drop = files_drop,
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
