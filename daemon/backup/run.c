/* One backup: the store first, in one transaction; then, from that copy, what its records name. See
 * run.h. */
#include "daemon/backup/run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/backup/contents.h"
#include "daemon/backup/prune.h"
#include "daemon/base/log.h"
#include "daemon/base/version.h"
#include "routing/base/arena.h"
#include "routing/state/record.h"

enum { SYNC_EVERY_BYTES = 4 << 20, LOOK_EVERY_BYTES = 8 << 20, RECORD_ARENA_BYTES = 1 << 20 };

/* ---- whether it may go on ---- */

static enum err may_go_on(const struct backup_run *r)
{
	return (enum err)atomic_load(&r->stop);
}

/* On the store's own disk a backup leaves the room that submissions need. */
static enum err look_at_disk(struct backup_run *r, uint64_t bytes)
{
	struct statvfs fs;

	r->unchecked_bytes += bytes;
	if (r->floor_bytes == 0 || r->unchecked_bytes < LOOK_EVERY_BYTES)
		return ERR_OK;
	r->unchecked_bytes = 0;
	if (fstatvfs(r->place.fd, &fs) != 0 || (uint64_t)fs.f_bavail * fs.f_frsize > r->floor_bytes)
		return ERR_OK;
	return backup_fails(&r->place, ERR_BACKUP_STOPPED, r->folder);
}

static enum err copied(void *ctx, uint64_t bytes)
{
	struct backup_run *r = ctx;
	enum err e = may_go_on(r);

	atomic_fetch_add(&r->done_bytes, bytes);
	return e == ERR_OK ? look_at_disk(r, bytes) : e;
}

static void enter(struct backup_run *r, enum backup_phase phase, uint64_t total_bytes)
{
	atomic_store(&r->done_bytes, 0);
	atomic_store(&r->total_bytes, total_bytes);
	atomic_store(&r->phase, (int)phase);
}

static uint64_t store_bytes(const struct backup_run *r)
{
	char path[BACKUP_PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof path, "%s/store/data.mdb", r->parts->config->data);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void find_floor(struct backup_run *r)
{
	const struct config *c = r->parts->config;
	struct stat here, there;

	if (fstat(r->place.fd, &here) == 0 && stat(c->data, &there) == 0 &&
	    here.st_dev == there.st_dev)
		r->floor_bytes = c->reserve_bytes + c->reserve_bytes / 4 + LOOK_EVERY_BYTES;
}

/* ---- the store ---- */

struct store_file {
	struct backup_run *run;
	struct digest_stream *digest;
	uint64_t bytes, unsynced;
	int fd;
};

static enum err take(void *ctx, struct blob bytes)
{
	struct store_file *f = ctx;
	size_t done = 0;

	while (done < bytes.len_bytes) {
		ssize_t n = write(f->fd, bytes.data + done, bytes.len_bytes - done);

		if (n < 0 && errno != EINTR)
			return backup_errno(&f->run->place, BACKUP_STORE_FILE);
		done += n > 0 ? (size_t)n : 0;
	}
	digest_add(f->digest, bytes);
	f->bytes += bytes.len_bytes;
	f->unsynced += bytes.len_bytes;
	if (f->unsynced >= SYNC_EVERY_BYTES) {
		f->unsynced = 0;
		if (fdatasync(f->fd) != 0)
			return backup_errno(&f->run->place, BACKUP_STORE_FILE);
	}
	return copied(f->run, bytes.len_bytes);
}

static enum err copy_store(struct backup_run *r, struct backup_manifest *m)
{
	struct store *store = r->parts->store;
	struct store_file f = { .run = r, .fd = -1 };
	const struct store_sink sink = { .ctx = &f, .take = take };
	enum err e = store->ops->copy == NULL ? ERR_UNSUPPORTED : ERR_OK;

	if (e == ERR_OK)
		f.digest = digest_begin();
	if (e == ERR_OK && f.digest == NULL)
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		f.fd = backup_open_at(&r->place, BACKUP_MAKING, BACKUP_STORE_FILE,
				      O_WRONLY | O_CREAT | O_TRUNC);
	if (e == ERR_OK && f.fd < 0)
		e = backup_errno(&r->place, BACKUP_STORE_FILE);
	enter(r, BACKUP_STORE, store_bytes(r));
	if (e == ERR_OK)
		e = store->ops->copy(store, &sink);
	if (e == ERR_OK && fsync(f.fd) != 0)
		e = backup_errno(&r->place, BACKUP_STORE_FILE);
	if (f.fd >= 0)
		close(f.fd);
	if (e == ERR_OK) {
		m->store = digest_end(f.digest);
		m->store_bytes = r->view.store_bytes = f.bytes;
	} else {
		digest_abandon(f.digest);
	}
	return e;
}

/* ---- contents ---- */

/* What cannot be read here is named as missing: a backup of all the rest is worth having. */
static enum err put_content(struct backup_run *r, struct backup_content *c)
{
	const struct backup_watch watch = { .copied = copied, .ctx = r };
	struct files *files = r->parts->files;
	enum backup_how how = BACKUP_THERE;
	int fd = -1;
	enum err e = files->ops->open(files, &c->sha256, &fd);

	if (e == ERR_OK) {
		e = backup_content_put(&r->place, fd, c, &watch, &how);
		close(fd);
	}
	if (e == ERR_NOT_FOUND || e == ERR_FILE || e == ERR_DIGEST) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&c->sha256, hex);
		log_event(LOG_ERROR, "backup-content-missing", "file=%s error=VT-%d", hex, (int)e);
		c->missing = true;
		r->view.missing++;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	r->view.contents++;
	r->view.content_bytes += c->bytes;
	if (how == BACKUP_THERE)
		return ERR_OK;
	r->view.new_contents++;
	r->view.new_content_bytes += c->bytes;
	r->view.linked += how == BACKUP_LINKED;
	return ERR_OK;
}

/* What a dry run finds. */
static enum err look_at_content(struct backup_run *r, struct backup_content *c)
{
	struct files *files = r->parts->files;
	struct stat st;
	int fd = -1;

	if (files->ops->open(files, &c->sha256, &fd) != ERR_OK || fstat(fd, &st) != 0) {
		r->view.missing++;
	} else {
		c->bytes = (uint64_t)st.st_size;
		r->view.contents++;
		r->view.content_bytes += c->bytes;
		if (!backup_content_there(&r->place, c)) {
			r->view.new_contents++;
			r->view.new_content_bytes += c->bytes;
		}
	}
	if (fd >= 0)
		close(fd);
	return ERR_OK;
}

/* Each content that FILE records name, once: they stand in the order of digests. With a writer it
 * is put in its place and into the manifest. */
static enum err walk_contents(struct backup_run *r, struct lookup l, struct backup_writer *w)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(RECORD_ARENA_BYTES);
	struct backup_content c = { .bytes = 0 };
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;
	bool any = false;

	while (e == ERR_OK && (e = may_go_on(r)) == ERR_OK) {
		struct digest sha256;
		struct record record;
		struct serial serial;
		enum role role;

		arena_reset(a);
		e = l.next(l.ctx, a, FAMILY_FILE, &scan, &record);
		if (e != ERR_OK || !key_parse_file(&scan.at, &sha256, &role, &serial) ||
		    (any && digest_equal(&sha256, &c.sha256)))
			continue;
		any = true;
		c = (struct backup_content){ .sha256 = sha256 };
		e = w == NULL ? look_at_content(r, &c) : put_content(r, &c);
		if (e == ERR_OK && w != NULL)
			e = backup_writer_put(w, &c);
	}
	arena_destroy(a);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err read_format(struct store *copy, uint64_t *format)
{
	struct lookup l = copy->ops->lookup(copy);
	struct arena *a = arena_new(RECORD_ARENA_BYTES);
	struct key key = key_name("format");
	struct record r;
	enum err e = a == NULL ? ERR_NO_MEMORY : l.get(l.ctx, a, FAMILY_META, &key, &r);

	*format = e == ERR_OK ? r.u.note.number : 0;
	arena_destroy(a);
	return e;
}

static enum err copy_contents(struct backup_run *r, struct backup_manifest *m)
{
	char path[BACKUP_PATH_MAX + 64];
	struct backup_writer *w = NULL;
	struct store *copy = NULL;
	enum err e;

	backup_path_at(&r->place, BACKUP_MAKING, BACKUP_STORE_FILE, path, sizeof path);
	enter(r, BACKUP_CONTENTS, 0);
	e = r->parts->open_copy(path, &copy);
	if (e == ERR_OK)
		e = read_format(copy, &m->store_format);
	if (e == ERR_OK)
		e = backup_writer_open(&r->place, m, &w);
	if (e == ERR_OK)
		e = walk_contents(r, copy->ops->lookup(copy), w);
	if (e == ERR_OK)
		e = backup_contents_sync(&r->place);
	if (e == ERR_OK)
		e = backup_writer_end(w);
	backup_writer_close(w);
	if (copy != NULL)
		copy->ops->close(copy);
	return e;
}

/* ---- the whole ---- */

/* From here on it is one: all that it is made of is on disk. */
static enum err publish(struct backup_run *r)
{
	int fd =
		openat(r->place.fd, BACKUP_MAKING, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (fd >= 0)
		close(fd);
	done = done && renameat(r->place.fd, BACKUP_MAKING, r->place.fd, r->view.name) == 0 &&
	       (fsync(r->place.fd) == 0 || errno == EINVAL);
	return done ? ERR_OK : backup_errno(&r->place, r->view.name);
}

static enum err make(struct backup_run *r)
{
	struct backup_manifest m = { .committee = r->parts->config->committee,
				     .taken_ms = r->taken_ms };
	enum err e = backup_remove(&r->place, BACKUP_MAKING);

	snprintf(m.software, sizeof m.software, "%s", VANTHU_VERSION);
	if (e == ERR_OK && mkdirat(r->place.fd, BACKUP_MAKING, 0700) != 0)
		e = backup_errno(&r->place, BACKUP_MAKING);
	find_floor(r);
	if (e == ERR_OK)
		e = copy_store(r, &m);
	if (e == ERR_OK)
		e = copy_contents(r, &m);
	if (e == ERR_OK)
		e = publish(r);
	if (e == ERR_OK)
		return ERR_OK;
	/* Its store is of no use to the next one; the contents are. */
	if (backup_remove(&(struct backup_place){ .fd = r->place.fd }, BACKUP_MAKING) != ERR_OK)
		log_event(LOG_WARNING, "backup-not-cleared", "path=%s errno=%d", r->folder, errno);
	return e;
}

static enum err look(struct backup_run *r)
{
	struct store *store = r->parts->store;

	r->view.store_bytes = store_bytes(r);
	return walk_contents(r, store->ops->lookup(store), NULL);
}

static void note(struct backup_run *r)
{
	struct backup_note *n = &r->note;

	n->tried_ms = r->parts->wall_ms();
	n->result = r->result;
	if (r->result == ERR_OK) {
		n->whole_ms = r->taken_ms;
		n->bytes = r->view.store_bytes + r->view.content_bytes;
		snprintf(n->name, sizeof n->name, "%s", r->view.name);
		snprintf(n->folder, sizeof n->folder, "%s", r->folder);
	}
	r->noted = true;
	if (backup_note_write(r->parts->config->data, n) != ERR_OK)
		log_event(LOG_WARNING, "backup-note-lost", "folder=%s", r->folder);
}

static enum err prune(struct backup_run *r)
{
	struct backup_pruned pruned;
	enum err e;

	enter(r, BACKUP_PRUNING, 0);
	e = backup_prune(&r->place, r->keep, false, &pruned);
	r->view.removed = pruned.backups;
	return e;
}

/* There it would be lost with what it is a copy of, and moved away when that is restored. */
static bool in_data(const struct backup_run *r)
{
	const char *data = r->parts->config->data;
	size_t len = strlen(data);

	return strncmp(r->folder, data, len) == 0 &&
	       (r->folder[len] == '/' || r->folder[len] == '\0');
}

void backup_run_work(struct job *j)
{
	struct backup_run *r = (struct backup_run *)j;
	enum err e;

	r->taken_ms = r->parts->wall_ms();
	backup_name_of(r->taken_ms, r->view.name);
	r->place.fd = r->place.lock_fd = r->place.files_fd = -1;
	if (in_data(r))
		e = backup_fails(&r->place, ERR_BACKUP_FOLDER, r->folder);
	else
		e = backup_place_open(&r->place, r->folder, r->dry_run ? BACKUP_LOOK : BACKUP_MAKE,
				      &r->parts->config->committee);
	if (e == ERR_OK)
		e = r->dry_run ? look(r) : make(r);
	r->result = e;
	if (!r->dry_run)
		note(r);
	if (e == ERR_OK && !r->dry_run && r->keep > 0)
		r->result = prune(r);
	backup_place_close(&r->place);
}
