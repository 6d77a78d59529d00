/* A backup becomes a data folder again; see restore.h. */
#include "daemon/backup/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/folder.h"

enum { TARGET_SIZE = CONFIG_PATH_MAX + 32, FILE_SIZE = TARGET_SIZE + DIGEST_HEX_SIZE + 16 };

/* The names that a folder inside the data folder is moved to at the end: the store last, for
 * without it nothing has been restored. */
static const char *const parts[] = { "files", "incoming", "restored", "store" };

struct restoring {
	struct backup_place *place;
	struct backup_check *check;
	const struct config *config;
	const char *name;
	char target[TARGET_SIZE]; /* where it is written first */
	bool inside;		  /* of the data folder, which cannot be replaced */
	bool unchecked;
	uid_t uid;
	gid_t gid;
	struct backup_restored *out;
};

static enum err fails(struct restoring *r, const char *path)
{
	int why = errno;

	snprintf(r->place->about, sizeof r->place->about, "%s: %s", path, strerror(why));
	return why == ENOSPC || why == EDQUOT ? ERR_BACKUP_DISK : ERR_BACKUP_PLACE;
}

/* ---- where ---- */

static bool is_empty(const char *path)
{
	static const char *const fine[] = { ".", "..", "lost+found", ".restoring" };
	DIR *d = opendir(path);
	const struct dirent *entry;
	bool empty = d != NULL;

	while (empty && (entry = readdir(d)) != NULL) {
		empty = false;
		for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
			empty = empty || strcmp(entry->d_name, fine[i]) == 0;
	}
	if (d != NULL)
		closedir(d);
	return empty;
}

/* What an earlier try has left. */
static void remove_tree(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		char below[FILE_SIZE];
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
		if (lstat(below, &st) == 0 && S_ISDIR(st.st_mode))
			remove_tree(below);
		else
			unlink(below);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

/* Another file system begins there: nothing can be renamed over it. */
static bool is_mount(const char *path)
{
	char above[TARGET_SIZE];
	struct stat here, there;

	snprintf(above, sizeof above, "%s/..", path);
	return stat(path, &here) == 0 && stat(above, &there) == 0 && here.st_dev != there.st_dev;
}

/* Beside the data folder, so that it appears by one rename; inside it where it is a file system of
 * its own, or where only it may be written to. */
static enum err choose(struct restoring *r)
{
	const char *data = r->config->data;
	struct stat st;
	bool there = lstat(data, &st) == 0;

	if (there && (!S_ISDIR(st.st_mode) || !is_empty(data)))
		return backup_fails(r->place, ERR_BACKUP_OVER, data);
	snprintf(r->target, sizeof r->target, "%s/.restoring", data);
	remove_tree(r->target);
	snprintf(r->target, sizeof r->target, "%s.restoring", data);
	remove_tree(r->target);
	if (!there || !is_mount(data)) {
		if (mkdir(r->target, 0700) == 0)
			return ERR_OK;
		if (!there || (errno != EACCES && errno != EROFS && errno != EPERM))
			return fails(r, r->target);
	}
	r->inside = true;
	snprintf(r->target, sizeof r->target, "%s/.restoring", data);
	return mkdir(r->target, 0700) == 0 ? ERR_OK : fails(r, r->target);
}

/* Whose the signing key is runs the daemon. */
static enum err choose_owner(struct restoring *r)
{
	struct stat st;

	r->uid = geteuid();
	r->gid = getegid();
	if (r->uid != 0)
		return ERR_OK;
	if (stat(r->config->signing_key, &st) != 0)
		return fails(r, r->config->signing_key);
	r->uid = st.st_uid;
	r->gid = st.st_gid;
	return ERR_OK;
}

static enum err give(struct restoring *r, const char *path)
{
	return geteuid() != 0 || lchown(path, r->uid, r->gid) == 0 ? ERR_OK : fails(r, path);
}

static enum err make_folder(struct restoring *r, const char *name)
{
	char path[FILE_SIZE];

	snprintf(path, sizeof path, "%s/%s", r->target, name);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fails(r, path);
	return give(r, path);
}

/* ---- writing ---- */

/* A copy, never a second name: what a disk does to one must not happen to the other. ERR_DIGEST:
 * what was read is not what it should be. */
static enum err copy(struct restoring *r, int from, const char *path, struct backup_content *wanted)
{
	const struct backup_watch *watch = r->check->watch.copied == NULL ? NULL : &r->check->watch;
	struct backup_content got = { .bytes = 0 };
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum err e = to < 0 ? fails(r, path) : backup_copy(from, to, watch, &got);

	if (e == ERR_SYSTEM)
		e = fails(r, path);
	if (to >= 0)
		close(to);
	if (e == ERR_OK &&
	    (got.bytes != wanted->bytes || !digest_equal(&got.sha256, &wanted->sha256)))
		e = ERR_DIGEST;
	return e == ERR_OK ? give(r, path) : e;
}

static enum err write_store(struct restoring *r)
{
	struct backup_content wanted = { .sha256 = r->check->manifest.store,
					 .bytes = r->check->manifest.store_bytes };
	char path[FILE_SIZE];
	enum err e = make_folder(r, "store");
	int fd = -1;

	snprintf(path, sizeof path, "%s/store/data.mdb", r->target);
	if (e == ERR_OK) {
		fd = backup_open_at(r->place, r->name, BACKUP_STORE_FILE, O_RDONLY);
		e = fd < 0 ? backup_errno(r->place, BACKUP_STORE_FILE) : copy(r, fd, path, &wanted);
	}
	if (fd >= 0)
		close(fd);
	if (e == ERR_DIGEST)
		e = r->unchecked ? give(r, path)
				 : backup_fails(r->place, ERR_BACKUP_DAMAGED, BACKUP_STORE_FILE);
	snprintf(path, sizeof path, "%s/store", r->target);
	return e == ERR_OK && folder_sync(path) != ERR_OK ? fails(r, path) : e;
}

static enum err write_content(struct restoring *r, struct backup_content *c)
{
	char hex[DIGEST_HEX_SIZE], path[FILE_SIZE];
	int fd = backup_content_open(r->place, &c->sha256);
	enum err e;

	digest_to_hex(&c->sha256, hex);
	snprintf(path, sizeof path, "%s/files/%.2s/%s", r->target, hex, hex);
	e = fd < 0 ? ERR_DIGEST : copy(r, fd, path, c);
	if (e == ERR_OK) {
		r->out->contents++;
		r->out->content_bytes += c->bytes;
	} else if (e == ERR_DIGEST) {
		backup_verify_fault(r->check, fd < 0 ? BACKUP_FAULT_ABSENT : BACKUP_FAULT_CONTENT,
				    hex);
		unlink(path); /* the daemon finds that it is missing */
		r->out->missing++;
		e = r->unchecked ? ERR_OK : backup_fails(r->place, ERR_BACKUP_DAMAGED, hex);
	}
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err make_content_folders(struct restoring *r)
{
	enum err e = make_folder(r, "files");

	for (unsigned i = 0; e == ERR_OK && i < BACKUP_FOLDERS; i++) {
		char name[16];

		snprintf(name, sizeof name, "files/%02x", i);
		e = make_folder(r, name);
	}
	return e == ERR_OK ? make_folder(r, "incoming") : e;
}

static enum err sync_content_folders(struct restoring *r)
{
	char path[FILE_SIZE];

	for (unsigned i = 0; i <= BACKUP_FOLDERS; i++) {
		if (i == BACKUP_FOLDERS)
			snprintf(path, sizeof path, "%s/files", r->target);
		else
			snprintf(path, sizeof path, "%s/files/%02x", r->target, i);
		if (folder_sync(path) != ERR_OK)
			return fails(r, path);
	}
	return ERR_OK;
}

static enum err write_contents(struct restoring *r)
{
	struct backup_reader *reader = NULL;
	struct backup_manifest m;
	struct backup_content c;
	enum err e = make_content_folders(r);

	if (e == ERR_OK)
		e = backup_reader_open(r->place, r->name, &m, &reader);
	while (e == ERR_OK && (e = backup_reader_next(reader, &c)) == ERR_OK) {
		r->out->missing += c.missing;
		if (!c.missing)
			e = write_content(r, &c);
	}
	backup_reader_close(reader);
	return e == ERR_NOT_FOUND ? sync_content_folders(r) : e;
}

static enum err write_restored(struct restoring *r)
{
	char path[FILE_SIZE], text[BACKUP_PATH_MAX + 256];
	int len = snprintf(text, sizeof text,
			   "vanthu-restored 1\nbackup %s\ntaken %" PRId64 "\nrestored %" PRId64
			   "\nfolder %s\n",
			   r->name, r->check->manifest.taken_ms, clock_now().wall_ms,
			   r->place->path),
	    fd;
	bool done;

	snprintf(path, sizeof path, "%s/restored", r->target);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	done = fd >= 0 && write(fd, text, (size_t)len) == len && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return done ? give(r, path) : fails(r, path);
}

/* ---- the end ---- */

static enum err move_inside(struct restoring *r)
{
	char from[FILE_SIZE], to[FILE_SIZE];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(from, sizeof from, "%s/%s", r->target, parts[i]);
		snprintf(to, sizeof to, "%s/%s", r->config->data, parts[i]);
		if (rename(from, to) != 0 || folder_sync(r->config->data) != ERR_OK)
			return fails(r, to);
	}
	rmdir(r->target);
	return ERR_OK;
}

static enum err publish(struct restoring *r)
{
	enum err e = give(r, r->target);

	if (e == ERR_OK && folder_sync(r->target) != ERR_OK)
		e = fails(r, r->target);
	if (e != ERR_OK || r->inside)
		return e == ERR_OK ? move_inside(r) : e;
	/* over an empty one, never over data */
	if (rename(r->target, r->config->data) != 0)
		return errno == ENOTEMPTY || errno == EEXIST
			       ? backup_fails(r->place, ERR_BACKUP_OVER, r->config->data)
			       : fails(r, r->config->data);
	return folder_sync_parent(r->config->data) == ERR_OK ? ERR_OK : fails(r, r->config->data);
}

static enum err verify(struct restoring *r)
{
	enum err e = r->unchecked ? backup_manifest_check(r->place, r->name, &r->check->manifest)
				  : backup_verify_store(r->place, r->name, r->check);
	const char *whose = r->check->manifest.committee.text;

	if (e == ERR_OK && strcmp(whose, r->config->committee.text) != 0)
		return backup_fails(r->place, ERR_BACKUP_COMMITTEE, whose);
	return e;
}

enum err backup_restore(struct backup_place *p, const char *name, const struct config *config,
			struct backup_check *c, bool unchecked, struct backup_restored *out)
{
	struct restoring r = { .place = p,
			       .check = c,
			       .config = config,
			       .name = name,
			       .unchecked = unchecked,
			       .out = out };
	enum err e = choose(&r);
	bool begun = e == ERR_OK;

	memset(out, 0, sizeof *out);
	if (e == ERR_OK)
		e = verify(&r);
	if (e == ERR_OK)
		e = choose_owner(&r);
	if (e == ERR_OK)
		e = write_store(&r);
	if (e == ERR_OK)
		e = write_contents(&r);
	if (e == ERR_OK)
		e = write_restored(&r);
	if (e == ERR_OK)
		e = publish(&r);
	if (e != ERR_OK && begun)
		remove_tree(r.target);
	return e;
}
