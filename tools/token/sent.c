/* See sent.h. A file that is full is left as it is, and what comes behind it goes into one of
 * sixteen others by the next digit of the id's SHA-256: nothing is ever moved, so a process may end
 * anywhere, and a lookup reads one file a level. The digest, for ids of version 7 begin alike, and
 * whoever makes them could make a chain. */
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
#include "proto/digest.h"

enum {
	ID_BYTES = 16,
	IDS_AT_ONCE = 2048,
	FULL_BYTES = ID_BYTES * TOKEN_SENT_FILE_IDS,
	LEVELS = 16
};

/* A file on the way of an id: sent/NAME, sent/NAME.7, sent/NAME.7c, … */
struct place {
	char path[PATH_MAX];
	size_t len;
	char digits[DIGEST_HEX_SIZE];
	unsigned level;
};

static bool place_begin(struct place *p, const char *gateway_folder, const char *name)
{
	int len = snprintf(p->path, sizeof p->path, "%s/sent/%s", gateway_folder, name);

	p->len = (size_t)len;
	p->level = 0;
	/* with room for what follows */
	if (len > 0 && p->len + LEVELS + 2 < sizeof p->path)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static void place_aim(struct place *p, const struct doc_id *id)
{
	struct digest d = digest_of((struct blob){ id->bytes, ID_BYTES });

	digest_to_hex(&d, p->digits);
}

static bool place_deeper(struct place *p)
{
	if (p->level == LEVELS)
		return false;
	if (p->level == 0)
		p->path[p->len++] = '.';
	p->path[p->len++] = p->digits[p->level++];
	p->path[p->len] = '\0';
	return true;
}

static int place_open(const struct place *p, int flags)
{
	return open(p->path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static enum err done(int fd, enum err e)
{
	int why = errno;

	close(fd);
	errno = why;
	return e;
}

/* Whole ids. -1: errno. */
static off_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 ? -1 : st.st_size - st.st_size % ID_BYTES;
}

/* ---- adding, under a lock on the first file ---- */

/* What a full disk or a power cut left of an id goes first: all ids behind it would be read from
 * the wrong byte. */
static enum err append(int fd, const struct doc_id *id)
{
	off_t size = size_of(fd);
	ssize_t n;

	if (size < 0 || ftruncate(fd, size) != 0)
		return ERR_FILE;
	n = write(fd, id->bytes, ID_BYTES);
	if (n >= 0 && n < ID_BYTES)
		errno = ENOSPC;
	return n == ID_BYTES ? ERR_OK : ERR_FILE;
}

/* Into the first file on its way that has room; *fd is open then, for it to be synced. */
static enum err put(struct place *p, const struct doc_id *id, int *fd, bool *first)
{
	off_t size;
	enum err e = ERR_FILE;

	place_aim(p, id);
	for (;;) {
		*fd = place_open(p, O_RDWR | O_CREAT | O_APPEND);
		size = *fd < 0 ? -1 : size_of(*fd);
		if (size < 0)
			break;
		*first = size == 0;
		if (size < FULL_BYTES || p->level == LEVELS) {
			e = append(*fd, id);
			break;
		}
		close(*fd);
		(void)place_deeper(p);
	}
	if (e != ERR_OK && *fd >= 0) {
		(void)done(*fd, e);
		*fd = -1;
	}
	return e;
}

/* A file of an earlier version has all of its ids: those for which it has no room are put where
 * they belong, and only when they are on the disk it is cut. */
static enum err spread(const struct place *root, int fd, off_t size)
{
	uint8_t bytes[ID_BYTES * IDS_AT_ONCE];
	enum err e = ERR_OK;

	for (off_t at = FULL_BYTES; e == ERR_OK && at < size;) {
		ssize_t n = pread(fd, bytes, sizeof bytes, at);

		if (n < ID_BYTES)
			return ERR_FILE;
		for (ssize_t i = 0; e == ERR_OK && i + ID_BYTES <= n; i += ID_BYTES) {
			struct place p = *root;
			struct doc_id id;
			bool first;
			int below = -1;

			memcpy(id.bytes, bytes + i, ID_BYTES);
			e = put(&p, &id, &below, &first);
			if (e == ERR_OK)
				close(below);
		}
		at += n - n % ID_BYTES;
	}
	if (e == ERR_OK && (syncfs(fd) != 0 || ftruncate(fd, FULL_BYTES) != 0))
		e = ERR_FILE;
	return e;
}

/* The first file, locked: others of this token wait. */
static enum err lock_root(const struct place *root, const char *gateway_folder, int *fd)
{
	int flags = O_RDWR | O_CREAT | O_APPEND;
	off_t size;

	*fd = place_open(root, flags);
	if (*fd < 0 && errno == ENOENT) {
		char folder[PATH_MAX];

		if (snprintf(folder, sizeof folder, "%s/sent", gateway_folder) < PATH_MAX &&
		    folder_make(folder) == ERR_OK)
			*fd = place_open(root, flags);
	}
	if (*fd < 0)
		return ERR_FILE;
	if (flock(*fd, LOCK_EX) != 0)
		return ERR_FILE;
	size = size_of(*fd);
	if (size < 0)
		return ERR_FILE;
	return size > FULL_BYTES ? spread(root, *fd, size) : ERR_OK;
}

enum err token_sent_add(const char *gateway_folder, const char *name, const struct doc_id *id)
{
	struct place root, p;
	int lock = -1, fd = -1;
	bool first = false;
	enum err e;

	if (!place_begin(&root, gateway_folder, name))
		return ERR_FILE;
	e = lock_root(&root, gateway_folder, &lock);
	p = root;
	if (e == ERR_OK)
		e = put(&p, id, &fd, &first);
	if (lock >= 0)
		(void)done(lock, e); /* others may write while this is synced */
	if (e != ERR_OK)
		return e;
	e = done(fd, fdatasync(fd) == 0 ? ERR_OK : ERR_FILE);
	return e == ERR_OK && first ? folder_sync_parent(p.path) : e;
}

/* ---- looking ---- */

static bool contains(const uint8_t *bytes, size_t len, const struct doc_id *id)
{
	for (const uint8_t *at = bytes; len >= ID_BYTES; at += ID_BYTES, len -= ID_BYTES) {
		if (memcmp(at, id->bytes, ID_BYTES) == 0)
			return true;
	}
	return false;
}

/* From the end on: what somebody asks for was mostly handed in a short time ago. */
static enum err look(int fd, const struct doc_id *id, bool *yes)
{
	uint8_t bytes[ID_BYTES * IDS_AT_ONCE];
	off_t at = size_of(fd);

	if (at < 0)
		return ERR_FILE;
	while (at > 0 && !*yes) {
		off_t from = at > (off_t)sizeof bytes ? at - (off_t)sizeof bytes : 0;
		ssize_t n = pread(fd, bytes, (size_t)(at - from), from);

		if (n < 0)
			return ERR_FILE;
		*yes = contains(bytes, (size_t)n, id);
		at = from;
	}
	return ERR_OK;
}

/* One of an earlier version is read whole a last time. Without room for that it stays as it is. */
static void mend(const struct place *root, const char *gateway_folder)
{
	int lock;

	(void)lock_root(root, gateway_folder, &lock);
	if (lock >= 0)
		close(lock);
}

enum err token_sent_has(const char *gateway_folder, const char *name, const struct doc_id *id,
			bool *yes)
{
	struct place p;
	enum err e = ERR_OK;

	*yes = false;
	if (!place_begin(&p, gateway_folder, name))
		return ERR_FILE;
	place_aim(&p, id);
	do {
		int fd = place_open(&p, O_RDONLY);

		if (fd < 0)
			return errno == ENOENT ? ERR_OK : ERR_FILE;
		if (p.level == 0 && size_of(fd) > FULL_BYTES)
			mend(&p, gateway_folder);
		e = done(fd, look(fd, id, yes));
	} while (e == ERR_OK && !*yes && place_deeper(&p));
	return e;
}
