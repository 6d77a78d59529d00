/* See kept.h. */
#include "daemon/directory/kept.h"

#include <fcntl.h>
#include <stdio.h>
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

struct lost {
	struct committee_id ids[STORE_DAMAGES_MAX];
	uint32_t count;
};

static bool find_lost(struct store *store, struct lost *out)
{
	static struct store_damage damages[STORE_DAMAGES_MAX]; /* of the start, on one thread */
	uint32_t count = store->ops->damages == NULL ? 0 : store->ops->damages(store, damages);

	out->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (damages[i].family == FAMILY_COMMITTEE &&
		    key_parse_committee(&damages[i].key, &out->ids[out->count]))
			out->count++;
	}
	return out->count > 0;
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

static void take(const struct lost *lost, const struct directory_piece *piece, struct plan *plan)
{
	for (uint32_t i = 0; i < piece->count; i++) {
		struct record r = { .family = FAMILY_COMMITTEE, .u.committee = piece->entries[i] };
		bool wanted = false;

		for (uint32_t k = 0; k < lost->count && !wanted; k++)
			wanted = id_equal(lost->ids[k], piece->entries[i].id);
		if (!wanted)
			continue;
		plan_put(plan, key_committee(r.u.committee.id), &r);
		log_event(LOG_WARNING, "entry-mended", "committee=%s", r.u.committee.id.text);
	}
}

/* What lies there is checked whole first. */
static enum err take_all(struct directory_scan *scan, const struct lost *lost, struct plan *plan)
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
		e = directory_scan_next(scan, plan->arena, &most, &piece);
		if (e == ERR_OK && piece.count == 0)
			break;
		if (e == ERR_OK)
			take(lost, &piece, plan);
	}
	return e;
}

static enum err mend_from(struct store *store, const char *path, struct directory_trust trust,
			  const struct lost *lost, struct plan *plan)
{
	struct directory_scan *scan;
	struct file f;
	enum err e;

	if (!open_file(&f, path))
		return ERR_OK;
	scan = version_of(&f, trust) == version_in_force(store, plan->arena)
		       ? directory_scan_new(f.source, trust, NULL)
		       : NULL;
	e = scan == NULL ? ERR_OK : take_all(scan, lost, plan);
	directory_scan_destroy(scan);
	close(f.fd);
	if (e != ERR_OK) {
		log_event(LOG_WARNING, "kept-directory-not-taken", "path=%s error=VT-%d", path,
			  (int)e);
		plan_clear(plan);
		return e == ERR_NO_MEMORY ? e : ERR_OK;
	}
	return plan->write_count > 0 ? store->ops->commit(store, plan) : ERR_OK;
}

enum err kept_mend(struct store *store, const struct config *config, struct directory_trust trust)
{
	static struct lost lost; /* of the start, on one thread */
	char kept[CONFIG_PATH_MAX + 32];
	const char *const paths[] = { config->directory, kept };
	struct plan *plan;
	enum err e = ERR_OK;

	if (!find_lost(store, &lost))
		return ERR_OK;
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

static enum err append(void *ctx, struct blob bytes)
{
	return fwrite(bytes.data, 1, bytes.len_bytes, ctx) == bytes.len_bytes ? ERR_OK : ERR_FILE;
}

static void forget(void *ctx)
{
	(void)ctx;
}

/* Each entry in the order of its id, as many as the head says. */
static enum err write_entries(struct store *store, struct arena *scratch, FILE *out,
			      uint64_t count)
{
	const struct directory_sink sink = { .ctx = out, .append = append, .reset = forget };
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

static enum err write_file(const struct kept *k, struct arena *scratch, const char *path)
{
	struct lookup l = k->store->ops->lookup(k->store);
	const struct key key = key_number(k->version);
	FILE *out = fopen(path, "we");
	const struct directory_sink sink = { .ctx = out, .append = append, .reset = forget };
	struct record head;
	enum err e;

	if (out == NULL)
		return ERR_FILE;
	e = l.get(l.ctx, scratch, FAMILY_DIRECTORY, &key, &head);
	if (e == ERR_OK)
		e = directory_append_head(sink, head.u.directory.head, 0);
	if (e == ERR_OK)
		e = write_entries(k->store, scratch, out, head.u.directory.entry_count);
	if (fflush(out) != 0 || fsync(fileno(out)) != 0)
		e = e == ERR_OK ? ERR_FILE : e;
	fclose(out);
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
