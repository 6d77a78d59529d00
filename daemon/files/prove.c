/* See prove.h, and files_ops.prove. */
#include "daemon/files/prove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/files/disk_io.h"
#include "proto/digest.h"

static enum err hash(int fd, struct digest *out, uint64_t *bytes)
{
	struct digest_stream *s = digest_begin();
	uint8_t *chunk = malloc(CHUNK_BYTES);
	enum err e = s == NULL || chunk == NULL ? ERR_NO_MEMORY : ERR_OK;
	size_t got = 1;

	*bytes = 0;
	while (e == ERR_OK && got > 0) {
		e = files_read_full(fd, *bytes, chunk, CHUNK_BYTES, &got);
		if (e == ERR_OK)
			digest_add(s, (struct blob){ chunk, got });
		*bytes += e == ERR_OK ? got : 0;
	}
	free(chunk);
	if (e == ERR_OK)
		*out = digest_end(s);
	else if (s != NULL)
		digest_abandon(s);
	return e;
}

static enum err path_aside(const struct disk_files *f, const struct digest *sha256,
			   char out[FILES_PATH_MAX])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	return snprintf(out, FILES_PATH_MAX, "%s/quarantine/content-%s", f->directory, hex) >=
			       FILES_PATH_MAX
		       ? ERR_FILE
		       : ERR_OK;
}

/* Unless it was replaced by a good one meanwhile. */
static enum err set_aside(struct disk_files *f, const struct digest *sha256, int fd)
{
	char path[FILES_PATH_MAX], folder[FILES_PATH_MAX], aside[FILES_PATH_MAX];
	struct stat read, there;
	enum err e = path_aside(f, sha256, aside);

	files_path(f, sha256, "", path);
	snprintf(folder, sizeof folder, "%s/quarantine", f->directory);
	if (e == ERR_OK)
		e = folder_make(folder);
	pthread_mutex_lock(&f->lock);
	if (e == ERR_OK && (fstat(fd, &read) != 0 || stat(path, &there) != 0 ||
			    read.st_ino != there.st_ino || read.st_dev != there.st_dev))
		e = ERR_BUSY;
	if (e == ERR_OK && rename(path, aside) != 0)
		e = files_errno("rename");
	pthread_mutex_unlock(&f->lock);
	if (e == ERR_OK)
		log_event(LOG_ERROR, "content-damaged", "path=%s", aside);
	return e;
}

/* The copy in quarantine is what its name says, and stands in its place again. */
static enum err put_back(struct disk_files *f, const struct digest *sha256,
			 struct content_proof *out)
{
	char path[FILES_PATH_MAX], aside[FILES_PATH_MAX];
	struct digest is;
	enum err e = path_aside(f, sha256, aside);
	int fd = e == ERR_OK ? open(aside, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return ERR_NOT_FOUND;
	e = hash(fd, &is, &out->bytes);
	if (e == ERR_FILE || (e == ERR_OK && !digest_equal(&is, sha256)))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK && fsync(fd) != 0)
		e = files_errno("fsync");
	close(fd);
	if (e != ERR_OK)
		return e;
	files_path(f, sha256, "", path);
	if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		return errno == EEXIST ? ERR_OK : files_errno("rename");
	out->mended = true;
	log_event(LOG_INFO, "content-put-back", "path=%s", path);
	return ERR_OK;
}

enum err files_prove(struct files *base, const struct digest *sha256, struct content_proof *out)
{
	struct disk_files *f = (struct disk_files *)base;
	char aside[FILES_PATH_MAX];
	struct digest is;
	enum err e;
	int fd;

	*out = (struct content_proof){ .bytes = 0 };
	e = base->ops->open(base, sha256, &fd);
	if (e == ERR_NOT_FOUND)
		return put_back(f, sha256, out);
	if (e != ERR_OK)
		return e;
	e = hash(fd, &is, &out->bytes);
	/* what the disk does not give any more is as lost as what it gives wrongly */
	if (e == ERR_FILE || (e == ERR_OK && !digest_equal(&is, sha256))) {
		e = set_aside(f, sha256, fd);
		if (e == ERR_OK)
			e = ERR_DAMAGED;
	} else if (e == ERR_OK) {
		out->mended = path_aside(f, sha256, aside) == ERR_OK && access(aside, F_OK) == 0;
	}
	close(fd);
	return e == ERR_BUSY ? ERR_OK : e;
}
