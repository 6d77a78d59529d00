/* Contents in a folder of backups; see contents.h. */
#include "daemon/backup/contents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is written goes to the disk in stretches: a gigabyte left to the end would hold up the syncs
 * of the store on the same disk. */
enum { PIECE_BYTES = 256 * 1024, STRETCH_BYTES = 4 << 20, CONTENT_NAME_SIZE = DIGEST_HEX_SIZE + 8 };

#define PART ".part"

static void name_of(const struct digest *sha256, char out[CONTENT_NAME_SIZE])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	snprintf(out, CONTENT_NAME_SIZE, "%.2s/%s", hex, hex);
}

int backup_content_open(const struct backup_place *p, const struct digest *sha256)
{
	char name[CONTENT_NAME_SIZE];

	name_of(sha256, name);
	return openat(p->files_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

bool backup_content_there(const struct backup_place *p, const struct backup_content *c)
{
	char name[CONTENT_NAME_SIZE];
	struct stat st;

	name_of(&c->sha256, name);
	return p->files_fd >= 0 && fstatat(p->files_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && (uint64_t)st.st_size == c->bytes;
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, bytes + done, len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

enum err backup_copy(int from, int to, const struct backup_watch *watch, struct backup_content *out)
{
	uint8_t *buffer = malloc(PIECE_BYTES);
	struct digest_stream *digest = digest_begin();
	uint64_t unsynced = 0;
	enum err e = buffer == NULL || digest == NULL ? ERR_NO_MEMORY : ERR_OK;
	ssize_t n = 1;

	out->bytes = 0;
	while (e == ERR_OK && n != 0) {
		n = read(from, buffer, PIECE_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (to >= 0 && !write_all(to, buffer, (size_t)n))) {
			e = n < 0 ? ERR_DIGEST : ERR_SYSTEM;
			break;
		}
		digest_add(digest, (struct blob){ buffer, (size_t)n });
		out->bytes += (uint64_t)n;
		unsynced += (uint64_t)n;
		if (to >= 0 && (n == 0 || unsynced >= STRETCH_BYTES)) {
			unsynced = 0;
			e = fdatasync(to) == 0 ? ERR_OK : ERR_SYSTEM;
		}
		if (e == ERR_OK && watch != NULL && n > 0)
			e = watch->copied(watch->ctx, (uint64_t)n);
	}
	if (e == ERR_OK)
		out->sha256 = digest_end(digest);
	else
		digest_abandon(digest);
	free(buffer);
	return e;
}

/* By the descriptor: its path is the business of whoever opened it. */
static bool link_to(const struct backup_place *p, int from, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", from);
	return linkat(AT_FDCWD, path, p->files_fd, name, AT_SYMLINK_FOLLOW) == 0;
}

static enum err copy_to(struct backup_place *p, int from, const struct backup_content *wanted,
			const struct backup_watch *watch)
{
	char name[CONTENT_NAME_SIZE];
	struct backup_content got;
	int fd = openat(p->files_fd, PART, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	enum err e = fd < 0 ? ERR_SYSTEM : backup_copy(from, fd, watch, &got);
	int why = errno;

	name_of(&wanted->sha256, name);
	if (fd >= 0)
		close(fd);
	errno = why;
	if (e == ERR_OK && !digest_equal(&got.sha256, &wanted->sha256))
		e = ERR_DIGEST;
	if (e == ERR_OK && renameat(p->files_fd, PART, p->files_fd, name) != 0)
		e = ERR_SYSTEM;
	if (e == ERR_OK)
		return ERR_OK;
	e = e == ERR_SYSTEM ? backup_errno(p, "files") : e;
	unlinkat(p->files_fd, PART, 0);
	return e;
}

enum err backup_content_put(struct backup_place *p, int from, struct backup_content *c,
			    const struct backup_watch *watch, enum backup_how *how)
{
	char name[CONTENT_NAME_SIZE];
	struct stat st;
	enum err e = ERR_OK;

	if (fstat(from, &st) != 0)
		return backup_errno(p, "files");
	c->bytes = (uint64_t)st.st_size;
	*how = BACKUP_THERE;
	/* also of one that is there: who put it there may not have come to syncing its name */
	p->touched[c->sha256.bytes[0]] = true;
	if (backup_content_there(p, c))
		return ERR_OK;
	name_of(&c->sha256, name);
	unlinkat(p->files_fd, name, 0); /* of another size: it is none */
	*how = link_to(p, from, name) ? BACKUP_LINKED : BACKUP_COPIED;
	if (*how == BACKUP_COPIED)
		e = copy_to(p, from, c, watch);
	return e;
}

enum err backup_contents_sync(struct backup_place *p)
{
	for (unsigned i = 0; i < BACKUP_FOLDERS; i++) {
		char name[8];
		bool done;
		int fd;

		if (!p->touched[i])
			continue;
		snprintf(name, sizeof name, "%02x", i);
		fd = openat(p->files_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
		if (!done) {
			enum err e = backup_errno(p, name);

			if (fd >= 0)
				close(fd);
			return e;
		}
		close(fd);
		p->touched[i] = false;
	}
	return ERR_OK;
}
