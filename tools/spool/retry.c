/* See retry.h. */
#include "tools/spool/retry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/spool/order.h"
#include "tools/spool/result.h"

struct spool_retry {
	struct spool_place place;
	bool dry;
	char about[ORDER_PATH_MAX];
};

/* What goes back: from `from` below the folder to `to` below out/. */
struct file {
	char from[ORDER_PATH_MAX], to[ORDER_PATH_MAX];
};

struct moving {
	struct spool_retry *r;
	int folder;
	char order[NAME_MAX_BYTES + 1]; /* "" none is there */
	struct file files[PARTS_MAX + 1];
	unsigned count;
};

static bool has_path(int at, const char *path)
{
	const char *name;
	int fd;
	bool has = spool_disk_walk(at, path, &fd, &name) == ERR_OK && spool_disk_has(fd, name);

	if (fd >= 0)
		close(fd);
	return has;
}

/* The order itself; result.json is none. */
static enum err find_order(struct moving *m)
{
	int fd = openat(m->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *each;

	if (list == NULL) {
		if (fd >= 0)
			close(fd);
		return ERR_FILE;
	}
	while ((each = readdir(list)) != NULL) {
		if (each->d_name[0] != '.' && (spool_order_ends(each->d_name, ".yaml") ||
					       spool_order_ends(each->d_name, ".edxml")))
			snprintf(m->order, sizeof m->order, "%s", each->d_name);
	}
	closedir(list);
	return m->order[0] == '\0' ? ERR_SPOOL_NONE : ERR_OK;
}

static void add(struct moving *m, const char *from, const char *to)
{
	struct file *f = &m->files[m->count++];

	snprintf(f->from, sizeof f->from, "%s", from);
	snprintf(f->to, sizeof f->to, "%s", to);
}

/* Where it lies now: in the folders that it had, or without them, as earlier versions put it. One
 * that is not there was back already, or never was. */
static void add_listed(struct moving *m, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (has_path(m->folder, path))
		add(m, path, path);
	else if (slash != NULL && has_path(m->folder, slash + 1))
		add(m, slash + 1, path);
}

/* An order that cannot be read names no files: they were not moved either. */
static enum err list_files(struct moving *m)
{
	char ready[NAME_MAX_BYTES + 16];
	struct spool_order order;
	struct spool_fault fault;
	struct blob text;

	if (spool_order_ends(m->order, ".yaml") &&
	    spool_disk_read(m->folder, m->order, ORDER_MAX_BYTES, &text) == ERR_OK) {
		if (spool_order_read(text, &order, &fault) == ERR_OK) {
			for (unsigned i = 0; i < order.file_count; i++)
				add_listed(m, order.files[i]);
			spool_order_free(&order);
		}
		free((void *)(uintptr_t)text.data);
	}
	for (unsigned i = 0; i <= m->count; i++) {
		const char *to = i < m->count ? m->files[i].to : m->order;

		if (has_path(m->r->place.out, to)) {
			snprintf(m->r->about, sizeof m->r->about, "%s", to);
			return ERR_EXISTS;
		}
	}
	snprintf(ready, sizeof ready, "%.*s.ready", (int)(strrchr(m->order, '.') - m->order),
		 m->order);
	if (m->count < PARTS_MAX && has_path(m->folder, ready) &&
	    !has_path(m->r->place.out, ready))
		add(m, ready, ready);
	add(m, m->order, m->order);
	return ERR_OK;
}

static enum err move_one(const struct spool_place *p, int folder, const struct file *f)
{
	const char *name, *last;
	int from, to = -1;
	enum err e = spool_disk_walk(folder, f->from, &from, &name);

	if (e == ERR_OK)
		e = spool_disk_way(&p->disk, p->out, f->to, &to);
	last = strrchr(f->to, '/');
	if (e == ERR_OK)
		e = spool_disk_rename(&p->disk, from, name, to, last == NULL ? f->to : last + 1);
	if (e == ERR_OK)
		e = spool_disk_sync(&p->disk, to);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return e;
}

/* Folders of files that are gone; what else lies there stays. */
static void remove_empty(int at, const char *path)
{
	char way[ORDER_PATH_MAX], *slash;

	snprintf(way, sizeof way, "%s", path);
	while ((slash = strrchr(way, '/')) != NULL) {
		*slash = '\0';
		(void)unlinkat(at, way, AT_REMOVEDIR);
	}
}

static enum err move_all(struct moving *m, const char *name)
{
	const struct spool_place *p = &m->r->place;
	char result[NAME_MAX_BYTES + 1], word[NAME_MAX_BYTES + 32];
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < m->count; i++) {
		if (i + 1 == m->count) {
			/* Before the order can be seen: what is beside it then is of this try. */
			spool_result_name(m->order, result);
			snprintf(word, sizeof word, "%s.refused.json", result);
			e = spool_disk_unlink(&p->disk, p->out, word);
		}
		if (e == ERR_OK)
			e = move_one(p, m->folder, &m->files[i]);
	}
	if (e != ERR_OK)
		return e;
	for (unsigned i = 0; i < m->count; i++)
		remove_empty(m->folder, m->files[i].from);
	e = spool_disk_unlink(&p->disk, m->folder, "result.json");
	(void)unlinkat(p->refused, name, AT_REMOVEDIR);
	return e == ERR_OK ? spool_disk_sync(&p->disk, p->refused) : e;
}

enum err spool_retry_open(const struct spool_parts *parts, bool dry, struct spool_retry **out)
{
	struct spool_retry *r = calloc(1, sizeof *r);
	enum err e;

	*out = r;
	if (r == NULL)
		return ERR_NO_MEMORY;
	r->dry = dry;
	e = spool_place_view(parts->config, &r->place);
	r->place.disk = (struct spool_disk){ parts->step, parts->step_ctx };
	return e;
}

void spool_retry_close(struct spool_retry *r)
{
	if (r != NULL)
		spool_place_close(&r->place);
	free(r);
}

const char *spool_retry_about(const struct spool_retry *r)
{
	return r->about;
}

enum err spool_retry_order(struct spool_retry *r, const char *name)
{
	struct moving m = { .r = r, .folder = -1 };
	enum err e;

	snprintf(r->about, sizeof r->about, "%s", name);
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
		return ERR_SPOOL_NONE;
	m.folder = r->place.refused < 0 ? -1
					: openat(r->place.refused, name,
						 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (m.folder < 0)
		return errno == EACCES ? ERR_FILE : ERR_SPOOL_NONE;
	e = find_order(&m);
	if (e == ERR_OK)
		e = list_files(&m);
	if (e == ERR_OK && !r->dry)
		e = move_all(&m, name);
	close(m.folder);
	return e;
}

enum err spool_retry_document(struct spool_retry *r, const char *id)
{
	size_t len = strlen(id);
	int fd = r->place.stuck < 0
			 ? -1
			 : openat(r->place.stuck, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	enum err e = ERR_SPOOL_NONE;
	struct dirent *each;

	snprintf(r->about, sizeof r->about, "%s", id);
	if (list == NULL && fd >= 0)
		close(fd);
	while (list != NULL && e == ERR_SPOOL_NONE && (each = readdir(list)) != NULL) {
		size_t whole = strlen(each->d_name);
		json_t *entry;

		if (whole != PLACE_ID_SIZE - 1 + strlen(".json") || len < 4 ||
		    len > PLACE_ID_SIZE - 1 ||
		    strncmp(each->d_name + PLACE_ID_SIZE - 1 - len, id, len) != 0)
			continue;
		entry = spool_disk_get(r->place.stuck, each->d_name);
		if (entry == NULL)
			continue;
		snprintf(r->about, sizeof r->about, "%.*s", PLACE_ID_SIZE - 1, each->d_name);
		json_object_set_new(entry, "next", json_integer(0));
		/* A name of its own: the gateway writes there, too. */
		e = r->dry ? ERR_OK
			   : spool_disk_put(&r->place.disk, r->place.stuck, "retry", each->d_name,
					    entry, DISK_PRIVATE_FILE);
		json_decref(entry);
	}
	if (list != NULL)
		closedir(list);
	return e;
}
