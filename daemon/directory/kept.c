/* See kept.h. */
#include "daemon/directory/kept.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "proto/directory_file.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/plan.h"

enum { SCRATCH_BYTES = 16 << 20, CHECKED_AT_ONCE = 4096, PIECE_ENTRIES = 256 };
static const int64_t again_ms = 600 * 1000;

/* ---- a file, read where it lies ---- */

struct file {
	int fd;
	struct directory_source source;
};

static enum err read_at(void *ctx, uint64_t at, uint8_t *out, size_t len_bytes)
{
	const struct file *f = ctx;

	while (len_bytes > 0) {
		ssize_t n = pread(f->fd, out, len_bytes, (off_t)at);

		if (n <= 0)
			return ERR_FILE;
		out += n;
		at += (uint64_t)n;
		len_bytes -= (size_t)n;
	}
	return ERR_OK;
}

static bool open_file(struct file *f, const char *path)
{
	struct stat st;

	f->fd = path[0] == '\0' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return false;
	if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(f->fd);
		return false;
	}
	f->source = (struct directory_source){ .ctx = f,
					       .size_bytes = (uint64_t)st.st_size,
					       .read = read_at };
	return true;
}

/* The version that its head says, signed by the registry; 0: none. */
static uint64_t version_of(const struct file *f, struct directory_trust trust)
{
	struct directory_scan *scan = directory_scan_new(f->source, trust, NULL);
	const struct rec_directory *head;
	uint64_t version = 0;

	if (scan != NULL && directory_scan_head(scan, &head) == ERR_OK)
		version = head->version;
	directory_scan_destroy(scan);
	return version;
}

static void path_of(const char *data, const char *name, char path[CONFIG_PATH_MAX + 32])
{
	snprintf(path, CONFIG_PATH_MAX + 32, "%s/%s", data, name);
}

/* ---- mending ---- */

enum { LOST_MAX = 1024 };

struct lost {
	struct committee_id ids[LOST_MAX];
	uint32_t count;
};

/* Looked for here: of a large store nobody has walked over everything yet. */
static enum err find_lost(struct store *store, struct arena *scratch, struct lost *out)
{
	struct lookup l = store->ops->lookup(store);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	enum err e = ERR_OK;

	out->count = 0;
	scan.report_damage = true;
	while ((e == ERR_OK || e == ERR_DAMAGED) && out->count < LOST_MAX) {
		struct record r;

		arena_reset(scratch);
		e = l.next(l.ctx, scratch, FAMILY_COMMITTEE, &scan, &r);
		if (e == ERR_DAMAGED && key_parse_committee(&scan.at, &out->ids[out->count]))
			out->count++;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* A head that cannot be read has its version in its key. */
static uint64_t version_in_force(struct store *store, struct arena *a)
{
	struct lookup l = store->ops->lookup(store);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	uint64_t version = 0;
	enum err e;

	scan.report_damage = true;
	e = l.last(l.ctx, a, FAMILY_DIRECTORY, &scan, &r);
	if ((e != ERR_OK && e != ERR_DAMAGED) || !key_parse_number(&scan.at, &version))
		return 0;
	return version;
}

/* The piece's memory is used again: what is wanted of it is decoded once more. */
static enum err take(const struct lost *lost, const struct directory_piece *piece,
		     struct plan *plan)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < piece->count && e == ERR_OK; i++) {
		struct record r = { .family = FAMILY_COMMITTEE };
		struct blob entry = piece->entries[i].entry;
		uint8_t *bytes;
		bool wanted = false;

		for (uint32_t k = 0; k < lost->count && !wanted; k++)
			wanted = id_equal(lost->ids[k], piece->entries[i].id);
		if (!wanted)
			continue;
		bytes = arena_raw(plan->arena, entry.len_bytes);
		if (bytes == NULL)
			return ERR_NO_MEMORY;
		memcpy(bytes, entry.data, entry.len_bytes);
		entry.data = bytes;
		e = directory_entry_unpack(plan->arena, entry, &r.u.committee);
		if (e != ERR_OK)
			continue;
		plan_put(plan, key_committee(r.u.committee.id), &r);
		log_event(LOG_WARNING, "entry-mended", "committee=%s", r.u.committee.id.text);
	}
	return e;
}

/* What lies there is checked whole first. */
static enum err take_all(struct directory_scan *scan, const struct lost *lost,
			 struct arena *scratch, struct plan *plan)
{
	const struct directory_measure most = { .count = PIECE_ENTRIES,
						.bytes = SCRATCH_BYTES / 4,
						.writes = UINT64_MAX };
	struct directory_piece piece = { .last = false };
	bool done = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && !done)
		e = directory_scan_check(scan, CHECKED_AT_ONCE, &done);
	while (e == ERR_OK && !piece.last) {
		arena_reset(scratch);
		e = directory_scan_next(scan, scratch, &most, &piece);
		if (e == ERR_OK && piece.count == 0)
			break;
		if (e == ERR_OK)
			e = take(lost, &piece, plan);
	}
	return e;
}

static enum err mend_from(struct store *store, const char *path, struct directory_trust trust,
			  const struct lost *lost, struct plan *plan)
{
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	struct directory_scan *scan;
	struct file f;
	enum err e;

	if (scratch == NULL || !open_file(&f, path)) {
		arena_destroy(scratch);
		return ERR_OK;
	}
	scan = version_of(&f, trust) == version_in_force(store, scratch)
		       ? directory_scan_new(f.source, trust, NULL)
		       : NULL;
	e = scan == NULL ? ERR_OK : take_all(scan, lost, scratch, plan);
	directory_scan_destroy(scan);
	arena_destroy(scratch);
	close(f.fd);
	/* no memory for it here is no reason not to start */
	if (e != ERR_OK) {
		log_event(LOG_WARNING, "kept-directory-not-taken", "path=%s error=VT-%d", path,
			  (int)e);
		plan_clear(plan);
		return ERR_OK;
	}
	return plan->write_count > 0 ? store->ops->commit(store, plan) : ERR_OK;
}

enum err kept_mend(struct store *store, const struct config *config, struct directory_trust trust)
{
	static struct lost lost; /* of the start, on one thread */
	char kept[CONFIG_PATH_MAX + 32];
	const char *const paths[] = { config->directory, kept };
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	struct plan *plan;
	enum err e = scratch == NULL ? ERR_NO_MEMORY : find_lost(store, scratch, &lost);

	arena_destroy(scratch);
	if (e != ERR_OK || lost.count == 0)
		return e;
	path_of(config->data, "directory.vtd", kept);
	plan = plan_new(store->ops->lookup(store));
	if (plan == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < 2 && e == ERR_OK && plan->write_count == 0; i++)
		e = mend_from(store, paths[i], trust, &lost, plan);
	plan_destroy(plan);
	return e;
}

/* ---- keeping ---- */

enum { OUT_BYTES = 64 << 10 };

struct out {
	int fd;
	size_t used;
	uint8_t bytes[OUT_BYTES];
};

static enum err flush(struct out *o)
{
	size_t done = 0;

	while (done < o->used) {
		ssize_t n = write(o->fd, o->bytes + done, o->used - done);

		if (n <= 0)
			return ERR_FILE;
		done += (size_t)n;
	}
	o->used = 0;
	return ERR_OK;
}

static enum err append(void *ctx, struct blob bytes)
{
	struct out *o = ctx;
	enum err e = ERR_OK;

	while (e == ERR_OK && bytes.len_bytes > 0) {
		size_t room = sizeof o->bytes - o->used,
		       n = bytes.len_bytes < room ? bytes.len_bytes : room;

		memcpy(o->bytes + o->used, bytes.data, n);
		o->used += n;
		bytes.data += n;
		bytes.len_bytes -= n;
		if (o->used == sizeof o->bytes)
			e = flush(o);
	}
	return e;
}

static void forget(void *ctx)
{
	(void)ctx;
}

/* Each entry in the order of its id, as many as the head says. */
static enum err write_entries(struct store *store, struct arena *scratch,
			      struct directory_sink sink, uint64_t count)
{
	struct lookup l = store->ops->lookup(store);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	enum err e = ERR_OK;

	scan.report_damage = true;
	while (e == ERR_OK) {
		struct record r;

		arena_reset(scratch);
		e = l.next(l.ctx, scratch, FAMILY_COMMITTEE, &scan, &r);
		if (e != ERR_OK)
			continue;
		e = directory_append_field(sink, DIRECTORY_FIELD_ENTRY, r.u.committee.entry);
		count--;
	}
	if (e == ERR_NOT_FOUND)
		e = count == 0 ? ERR_OK : ERR_DIRECTORY_AHEAD; /* another one came into force */
	return e;
}

static enum err write_all(const struct kept *k, struct arena *scratch, struct out *out)
{
	const struct directory_sink sink = { .ctx = out, .append = append, .reset = forget };
	struct lookup l = k->store->ops->lookup(k->store);
	const struct key key = key_number(k->version);
	struct record head;
	enum err e = l.get(l.ctx, scratch, FAMILY_DIRECTORY, &key, &head);
	uint64_t count = head.u.directory.entry_count;

	if (e == ERR_OK)
		e = directory_append_head(sink, head.u.directory.head, 0);
	if (e == ERR_OK)
		e = write_entries(k->store, scratch, sink, count);
	return e == ERR_OK ? flush(out) : e;
}

static enum err write_file(const struct kept *k, struct arena *scratch, const char *path)
{
	struct out *out = malloc(sizeof *out);
	enum err e;

	if (out == NULL)
		return ERR_NO_MEMORY;
	out->used = 0;
	out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	e = out->fd < 0 ? ERR_FILE : write_all(k, scratch, out);
	if (out->fd >= 0 && fsync(out->fd) != 0)
		e = e == ERR_OK ? ERR_FILE : e;
	if (out->fd >= 0)
		close(out->fd);
	free(out);
	return e;
}

static bool is_there(const struct kept *k, const char *path)
{
	struct file f;
	bool yes;

	if (!open_file(&f, path))
		return false;
	yes = version_of(&f, k->trust) == k->version;
	close(f.fd);
	return yes;
}

static void work(struct job *j)
{
	struct kept *k = (struct kept *)j;
	char path[CONFIG_PATH_MAX + 32], fresh[CONFIG_PATH_MAX + 32];
	struct arena *scratch;

	path_of(k->data, "directory.vtd", path);
	path_of(k->data, "directory.vtd.new", fresh);
	k->result = ERR_OK;
	if (is_there(k, path))
		return;
	scratch = arena_new(SCRATCH_BYTES);
	k->result = scratch == NULL ? ERR_NO_MEMORY : write_file(k, scratch, fresh);
	arena_destroy(scratch);
	if (k->result == ERR_OK && rename(fresh, path) != 0)
		k->result = ERR_FILE;
	if (k->result == ERR_OK)
		k->result = folder_sync(k->data);
	else
		unlink(fresh);
}

static void worked(struct job *j)
{
	struct kept *k = (struct kept *)j;

	k->running = false;
	if (k->result == ERR_OK)
		return;
	k->version = 0; /* again, after a while */
	log_event(LOG_WARNING, "directory-not-kept", "error=VT-%d", (int)k->result);
}

void kept_second(struct kept *k, uint64_t version_in_force, int64_t mono_ms)
{
	if (k->running || version_in_force == 0 || version_in_force == k->version ||
	    mono_ms < k->next_ms)
		return;
	k->version = version_in_force;
	k->next_ms = mono_ms + again_ms;
	k->running = true;
	k->job = (struct job){ .work = work, .done = worked };
	k->runner.run(k->runner.ctx, &k->job);
}
