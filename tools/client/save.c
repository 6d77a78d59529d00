/* See save.h. */
#include "tools/client/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "proto/digest.h"
#include "tools/base/files.h"

enum { NAME_TRIES = 1000 };

/* Another part of this very document has the name: it is taken, whatever is in it. */
static bool is_ours(const struct save *s, const char *name)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (strcmp(s->parts[i].taken, name) == 0)
			return true;
	}
	return false;
}

/* A file that has just this content already: saved before. Who saves again gets no doubles. */
static bool has_content(int folder, const char *name, const struct save_part *p)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct digest_stream *hash = NULL;
	uint8_t bytes[65536];
	struct stat st;
	struct digest d;
	ssize_t n = 0;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size == p->part.size_bytes)
		hash = digest_begin();
	while (hash != NULL && (n = read(fd, bytes, sizeof bytes)) > 0)
		digest_add(hash, (struct blob){ bytes, (size_t)n });
	if (fd >= 0)
		close(fd);
	if (hash == NULL)
		return false;
	d = digest_end(hash);
	return n == 0 && digest_equal(&d, &p->part.sha256);
}

/* The folder does not take such a name, though it may take another. */
static bool refuses_name(int why)
{
	return why == ENAMETOOLONG || why == EINVAL || why == EILSEQ || why == ENOENT || why == EIO;
}

/* A new file, or the one that has the content already (*there): "name", else "name-2" …, in the
 * first form that the folder takes. The names were checked by the daemon, and are checked again:
 * they come from far. -1: errno says why. */
static int create_new(const struct save *s, const char *wanted, struct save_part *p, bool *there)
{
	unsigned form = 0;
	char taken[FILE_NAME_SIZE];

	*there = false;
	for (unsigned i = 1; i < NAME_TRIES;) {
		int fd;

		if (!file_name_form(wanted, i, form, taken))
			return -1; /* errno is that of the last form */
		if (is_ours(s, taken)) {
			i++;
			continue;
		}
		*there = has_content(s->folder, taken, p);
		fd = *there ? -1
			    : openat(s->folder, taken,
				     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (*there || fd >= 0) {
			snprintf(p->taken, sizeof p->taken, "%s", taken);
			return fd;
		}
		if (errno == EEXIST)
			i++;
		else if (refuses_name(errno))
			form++;
		else
			return -1;
	}
	return -1;
}

/* False: errno says why. */
static bool write_piece(int fd, const uint8_t *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, bytes + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

struct sink {
	struct save *save;
	struct save_part *p;
	int fd;
	uint64_t got_bytes;
};

static enum err take(void *ctx, const uint8_t *bytes, size_t len)
{
	struct sink *k = ctx;

	if (!write_piece(k->fd, bytes, len)) {
		k->p->why = errno;
		return ERR_FILE;
	}
	k->got_bytes += len;
	if (k->save->progress != NULL)
		k->save->progress(k->save->progress_ctx, &k->p->part, k->got_bytes);
	return ERR_OK;
}

enum err save_descriptor(struct save *s, struct save_part *p, int fd)
{
	struct sink k = { .save = s, .p = p, .fd = fd };
	struct client_fault fault;
	enum err e;

	p->why = 0;
	if (s->progress != NULL)
		s->progress(s->progress_ctx, &p->part, 0);
	e = content_read(s->client, s->document, &p->part, take, &k, &fault);
	/* a pipe has no disk */
	if (e == ERR_OK && fsync(fd) != 0 && errno != EINVAL && errno != EROFS) {
		p->why = errno;
		e = ERR_FILE;
	}
	return e;
}

static enum err fail_here(struct save_part *p)
{
	p->why = errno;
	return ERR_FILE;
}

/* Into a file that gets its name when it is whole: whoever is stopped half way leaves nothing. The
 * folder has said that it takes the name. */
static enum err save_hidden(struct save *s, const char *wanted, struct save_part *p, int hidden)
{
	enum err e;

	/* What stays would look like somebody's file of that name. */
	if (unlinkat(s->folder, p->taken, 0) != 0 && errno != ENOENT)
		return fail_here(p);
	e = save_descriptor(s, p, hidden);
	while (e == ERR_OK && !fs_show(hidden, s->folder, p->taken)) {
		/* by somebody, meanwhile: it may be the same, else the next one is ours */
		bool there = false, taken = errno == EEXIST;
		int fd;

		p->taken[0] = taken ? '\0' : p->taken[0];
		fd = taken ? create_new(s, wanted, p, &there) : -1;
		if (there)
			return ERR_OK;
		if (fd < 0)
			return fail_here(p);
		close(fd);
		if (unlinkat(s->folder, p->taken, 0) != 0 && errno != ENOENT)
			return fail_here(p);
	}
	return e;
}

void save_part(struct save *s, struct save_part *p, const char *as)
{
	const char *wanted = as != NULL ? as : p->part.name;
	bool there;
	int hidden = -1, fd = create_new(s, wanted, p, &there);

	if (there)
		return;
	if (fd < 0)
		p->fault = fail_here(p);
	else if ((hidden = fs_hidden(s->folder)) >= 0)
		p->fault = save_hidden(s, wanted, p, hidden);
	else
		p->fault = save_descriptor(s, p, fd);
	if (hidden >= 0)
		close(hidden);
	if (fd >= 0 && close(fd) != 0 && p->fault == ERR_OK)
		p->fault = fail_here(p);
	if (p->fault != ERR_OK) {
		if (fd >= 0 && hidden < 0)
			/* half a file would look like a whole one */
			unlinkat(s->folder, p->taken, 0);
		p->taken[0] = '\0';
	}
}

enum err save_file(struct save *s, struct save_part *p, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644), folder,
	    hidden = -1;
	const char *name;
	enum err e;

	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : fail_here(p);
	folder = fs_open_folder_of(path, &name);
	if (folder >= 0 && (hidden = fs_hidden(folder)) >= 0 && unlinkat(folder, name, 0) != 0) {
		close(hidden); /* then into the one that has its name */
		hidden = -1;
	}
	e = save_descriptor(s, p, hidden >= 0 ? hidden : fd);
	if (e == ERR_OK && hidden >= 0 && !fs_show(hidden, folder, name))
		e = errno == EEXIST ? ERR_EXISTS : fail_here(p);
	if (close(fd) != 0 && e == ERR_OK)
		e = fail_here(p);
	if (e != ERR_OK && hidden < 0)
		unlink(path);
	if (e == ERR_OK && folder_sync_parent(path) != ERR_OK)
		e = fail_here(p);
	if (hidden >= 0)
		close(hidden);
	if (folder >= 0)
		close(folder);
	return e;
}
