/* See sent.h. */
#include "tools/token/sent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"

enum { ID_BYTES = 16, IDS_AT_ONCE = 2048 };

static int open_of(const char *gateway_folder, const char *name, int flags)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/sent/%s", gateway_folder, name) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static enum err done(int fd, enum err e)
{
	int why = errno;

	close(fd);
	errno = why;
	return e;
}

/* Under a lock on the file. What a full disk or a power cut left of an id goes first: all ids
 * behind it would be read from the wrong byte. */
static enum err append(int fd, const struct doc_id *id, bool *first)
{
	struct stat st;
	ssize_t n;

	if (flock(fd, LOCK_EX) != 0 || fstat(fd, &st) != 0)
		return ERR_FILE;
	if (st.st_size % ID_BYTES != 0 && ftruncate(fd, st.st_size - st.st_size % ID_BYTES) != 0)
		return ERR_FILE;
	*first = st.st_size < ID_BYTES;
	n = write(fd, id->bytes, ID_BYTES);
	if (n >= 0 && n < ID_BYTES)
		errno = ENOSPC;
	(void)flock(fd, LOCK_UN); /* others may write while this is synced */
	return n == ID_BYTES && fdatasync(fd) == 0 ? ERR_OK : ERR_FILE;
}

enum err token_sent_add(const char *gateway_folder, const char *name, const struct doc_id *id)
{
	int flags = O_WRONLY | O_CREAT | O_APPEND, fd = open_of(gateway_folder, name, flags);
	char path[PATH_MAX];
	bool first = false;
	enum err e;

	if (fd < 0 && errno == ENOENT) {
		char folder[PATH_MAX];

		if (snprintf(folder, sizeof folder, "%s/sent", gateway_folder) < PATH_MAX &&
		    folder_make(folder) == ERR_OK)
			fd = open_of(gateway_folder, name, flags);
	}
	if (fd < 0)
		return ERR_FILE;
	e = done(fd, append(fd, id, &first));
	if (e == ERR_OK && first &&
	    snprintf(path, sizeof path, "%s/sent/%s", gateway_folder, name) < PATH_MAX)
		e = folder_sync_parent(path);
	return e;
}

static bool contains(const uint8_t *bytes, size_t len, const struct doc_id *id)
{
	for (const uint8_t *at = bytes; len >= ID_BYTES; at += ID_BYTES, len -= ID_BYTES) {
		if (memcmp(at, id->bytes, ID_BYTES) == 0)
			return true;
	}
	return false;
}

enum err token_sent_has(const char *gateway_folder, const char *name, const struct doc_id *id,
			bool *yes)
{
	uint8_t bytes[ID_BYTES * IDS_AT_ONCE];
	int fd = open_of(gateway_folder, name, O_RDONLY);
	struct stat st;
	off_t at;

	*yes = false;
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	if (fstat(fd, &st) != 0)
		return done(fd, ERR_FILE);
	/* From the end on: what somebody asks for was mostly handed in a short time ago. */
	for (at = st.st_size - st.st_size % ID_BYTES; at > 0 && !*yes;) {
		off_t from = at > (off_t)sizeof bytes ? at - (off_t)sizeof bytes : 0;
		ssize_t n;

		n = pread(fd, bytes, (size_t)(at - from), from);
		if (n < 0)
			return done(fd, ERR_FILE);
		*yes = contains(bytes, (size_t)n, id);
		at = from;
	}
	return done(fd, ERR_OK);
}
