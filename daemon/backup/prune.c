/* Older backups are removed; see prune.h. */
#include "daemon/backup/prune.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/backup/manifest.h"

/* Digests that backups which stay name. */
struct needed {
	struct digest *list;
	size_t count, capacity;
};

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

static bool add(struct needed *n, const struct digest *sha256)
{
	if (n->count == n->capacity) {
		size_t capacity = n->capacity == 0 ? 1024 : n->capacity * 2;
		struct digest *grown = realloc(n->list, capacity * sizeof *grown);

		if (grown == NULL)
			return false;
		n->list = grown;
		n->capacity = capacity;
	}
	n->list[n->count++] = *sha256;
	return true;
}

static void sort(struct needed *n)
{
	size_t kept = 0;

	if (n->count > 0)
		qsort(n->list, n->count, sizeof *n->list, by_digest);
	for (size_t i = 0; i < n->count; i++) {
		if (kept == 0 || by_digest(&n->list[kept - 1], &n->list[i]) != 0)
			n->list[kept++] = n->list[i];
	}
	n->count = kept;
}

static enum err add_backup(struct backup_place *p, const char *name, struct needed *n)
{
	struct backup_manifest m;
	struct backup_reader *r;
	struct backup_content c;
	enum err e = backup_reader_open(p, name, &m, &r);

	while (e == ERR_OK && (e = backup_reader_next(r, &c)) == ERR_OK) {
		if (!c.missing && !add(n, &c.sha256))
			e = ERR_NO_MEMORY;
	}
	backup_reader_close(r);
	sort(n); /* most are the same as of the one before */
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* By a name that no whole one has first: what is cut off half removed is none. */
static enum err remove_backup(struct backup_place *p, const char *name)
{
	enum err e = backup_remove(p, BACKUP_MAKING);

	if (e == ERR_OK && renameat(p->fd, name, p->fd, BACKUP_MAKING) != 0)
		e = backup_errno(p, name);
	if (e == ERR_OK && fsync(p->fd) != 0 && errno != EINVAL)
		e = backup_errno(p, name);
	return e == ERR_OK ? backup_remove(p, BACKUP_MAKING) : e;
}

static void drop(int folder, const char *name, struct backup_pruned *out)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || unlinkat(folder, name, 0) != 0)
		return;
	out->contents++;
	out->content_bytes += (uint64_t)st.st_size;
}

static void drop_unneeded(struct backup_place *p, unsigned first, const struct needed *n,
			  struct backup_pruned *out)
{
	const struct dirent *entry;
	char name[8];
	int fd;
	DIR *d;

	snprintf(name, sizeof name, "%02x", first);
	fd = openat(p->files_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL && fd >= 0)
		close(fd);
	while (d != NULL && (entry = readdir(d)) != NULL) {
		struct digest sha256;

		if (digest_from_hex(entry->d_name, &sha256) == ERR_OK &&
		    (n->count == 0 ||
		     bsearch(&sha256, n->list, n->count, sizeof *n->list, by_digest) == NULL))
			drop(dirfd(d), entry->d_name, out);
	}
	if (d != NULL)
		closedir(d);
}

enum err backup_prune(struct backup_place *p, uint64_t keep, bool dry_run,
		      struct backup_pruned *out)
{
	struct needed needed = { .count = 0 };
	struct backup_names names;
	uint64_t whole = 0;
	bool unknown = false;
	enum err e = backup_names_read(p, &names);

	memset(out, 0, sizeof *out);
	if (e != ERR_OK)
		return e;
	/* the newest first */
	for (size_t i = names.count; e == ERR_OK && i-- > 0;) {
		e = add_backup(p, names.list[i], &needed);
		unknown = unknown || e == ERR_BACKUP_DAMAGED;
		if (e != ERR_OK) {
			e = e == ERR_BACKUP_DAMAGED ? ERR_OK : e;
		} else if (++whole >= keep) {
			/* what is older is not read: it goes */
			while (e == ERR_OK && i-- > 0) {
				struct backup_manifest m;

				e = backup_manifest_check(p, names.list[i], &m);
				unknown = unknown || e == ERR_BACKUP_DAMAGED;
				out->backups += e == ERR_OK;
				if (e == ERR_OK && !dry_run)
					e = remove_backup(p, names.list[i]);
				e = e == ERR_BACKUP_DAMAGED ? ERR_OK : e;
			}
			break;
		}
	}
	for (unsigned i = 0; e == ERR_OK && !dry_run && !unknown && i < BACKUP_FOLDERS; i++)
		drop_unneeded(p, i, &needed, out);
	free(names.list);
	free(needed.list);
	return e;
}
