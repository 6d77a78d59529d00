/* See check.h. */
#include "tools/archive/check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/config.h"
#include "proto/digest.h"
#include "tools/archive/sums.h"
#include "tools/base/files.h"
#include "tools/client/client.h"

enum { LISTED_MAX = 4096, PATH_BYTES = 4 * CONFIG_PATH_MAX };

static const char evidence_name[] = "evidence", files_name[] = "files";

static void report(const struct archive_check *c, enum archive_fault_kind kind, enum err why,
		   const char *what)
{
	struct archive_fault f = { .kind = kind, .why = why };

	snprintf(f.what, sizeof f.what, "%s", what);
	c->fault(c->ctx, &f);
}

static const char *join(const struct archive_check *c, const char *path, const char *name)
{
	const char *inner = fs_join(c->arena, path, name);

	return inner == NULL ? NULL : fs_join(c->arena, c->folder, inner);
}

/* ---- one document ---- */

/* What its list has. */
struct listed {
	const char **names;
	uint32_t count;
	bool whole;
	uint64_t size_bytes;
	struct digest evidence;
	bool has_evidence;
};

static enum err check_file(struct archive_check *c, const char *path, const struct sums_line *line,
			   struct listed *l)
{
	const char *whole = join(c, path, line->name),
		   *within = fs_join(c->arena, path, line->name);
	struct digest found;
	uint64_t size = 0;
	enum err e = whole == NULL || within == NULL ? ERR_NO_MEMORY
						     : sums_of_file(whole, &found, &size);

	if (e == ERR_FILE && (errno == ENOENT || errno == ENOTDIR || errno == EISDIR)) {
		report(c, ARCHIVE_ABSENT, ERR_OK, within);
		l->whole = false;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	if (!digest_equal(&found, &line->sha256)) {
		report(c, ARCHIVE_CHANGED, ERR_OK, within);
		l->whole = false;
	}
	l->size_bytes += size;
	if (strcmp(line->name, evidence_name) == 0) {
		l->evidence = found;
		l->has_evidence = true;
	}
	return ERR_OK;
}

static enum err check_listed(struct archive_check *c, const char *path, struct listed *l)
{
	const char *name = fs_join(c->arena, path, archive_sums_name),
		   *whole = name == NULL ? NULL : fs_join(c->arena, c->folder, name);
	struct sums_line *line = arena_alloc(c->arena, sizeof *line);
	struct blob text;
	size_t at = 0;
	bool fault;
	enum err e = whole == NULL || line == NULL
			     ? ERR_NO_MEMORY
			     : fs_read(c->arena, whole, ARCHIVE_SUMS_MAX_BYTES, &text);

	if (e == ERR_FILE && (errno == ENOENT || errno == ENOTDIR)) {
		report(c, ARCHIVE_ABSENT, ERR_OK, name);
		l->whole = false;
		return ERR_OK;
	}
	while (e == ERR_OK && l->count < LISTED_MAX && sums_next(text, &at, line, &fault)) {
		e = check_file(c, path, line, l);
		l->names[l->count] = arena_text(c->arena, line->name, strlen(line->name));
		if (l->names[l->count++] == NULL)
			e = ERR_NO_MEMORY;
	}
	if (e != ERR_OK && e != ERR_TOO_LARGE)
		return e;
	if (e == ERR_TOO_LARGE || fault || at < text.len_bytes) {
		report(c, ARCHIVE_CHANGED, ERR_OK, name);
		l->whole = false;
	}
	return ERR_OK;
}

static bool is_listed(const struct listed *l, const char *name)
{
	for (uint32_t i = 0; i < l->count; i++) {
		if (strcmp(l->names[i], name) == 0)
			return true;
	}
	return false;
}

/* Files that lie there and that the list does not have; `within` "" or the folder of the parts. */
static enum err check_strange(struct archive_check *c, const char *path, const char *within,
			      struct listed *l)
{
	const char *whole =
		within[0] == '\0' ? fs_join(c->arena, c->folder, path) : join(c, path, within);
	const struct dirent *entry;
	enum err e = whole == NULL ? ERR_NO_MEMORY : ERR_OK;
	DIR *folder = e == ERR_OK ? opendir(whole) : NULL;

	if (folder == NULL)
		return e != ERR_OK ? e : errno == ENOENT ? ERR_OK : ERR_FILE;
	while (e == ERR_OK && (errno = 0, entry = readdir(folder)) != NULL) {
		const char *name = within[0] == '\0' ? entry->d_name
						     : fs_join(c->arena, within, entry->d_name);
		bool known = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			     (within[0] == '\0' && (strcmp(entry->d_name, files_name) == 0 ||
						    strcmp(entry->d_name, archive_sums_name) == 0));

		if (name == NULL)
			e = ERR_NO_MEMORY;
		else if (!known && !is_listed(l, name)) {
			const char *what = fs_join(c->arena, path, name);

			report(c, ARCHIVE_STRANGE, ERR_OK, what == NULL ? name : what);
			l->whole = false;
		}
	}
	if (e == ERR_OK && errno != 0)
		e = ERR_FILE;
	closedir(folder);
	return e;
}

static enum err check_evidence(struct archive_check *c, const char *path, struct listed *l)
{
	const char *whole = join(c, path, evidence_name), *files = join(c, path, files_name),
		   *within = fs_join(c->arena, path, evidence_name);
	struct evidence_question q = { .folder = files, .wall_ms = c->wall_ms };
	struct evidence_verdict v;
	enum err e = whole == NULL || files == NULL || within == NULL
			     ? ERR_NO_MEMORY
			     : fs_read(c->arena, whole, EVIDENCE_MAX_BYTES, &q.file);

	if (e != ERR_OK)
		return e;
	e = evidence_verify_pem(c->arena, &q, c->root_pem, &v);
	if (e != ERR_OK)
		return e;
	if (v.result != ERR_OK) {
		report(c, ARCHIVE_EVIDENCE, v.result, within);
		l->whole = false;
	}
	return ERR_OK;
}

enum err archive_check_document(struct archive_check *c, const char *path, bool *whole)
{
	struct listed l = { .whole = true };
	enum err e;

	arena_reset(c->arena);
	l.names = arena_array(c->arena, LISTED_MAX, sizeof *l.names);
	e = l.names == NULL ? ERR_NO_MEMORY : check_listed(c, path, &l);
	if (e == ERR_OK && l.count > 0 && !l.has_evidence && l.whole) {
		report(c, ARCHIVE_EVIDENCE, ERR_NOT_FOUND, path);
		l.whole = false;
	}
	if (e == ERR_OK && l.count > 0)
		e = check_strange(c, path, "", &l);
	if (e == ERR_OK && l.count > 0)
		e = check_strange(c, path, files_name, &l);
	if (e == ERR_OK && l.whole)
		e = l.has_evidence ? check_evidence(c, path, &l) : ERR_OK;
	*whole = e == ERR_OK && l.whole && l.has_evidence;
	if (*whole) {
		c->sum.documents++;
		c->sum.files += l.count;
		c->sum.size_bytes += l.size_bytes;
		c->sum.evidence = l.evidence;
	}
	return e;
}

/* ---- all ---- */

/* Names of the list's lines, sorted, to find by. */
struct all {
	struct archive_check *check;
	char **names;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err take_folder(void *ctx, const char *path)
{
	struct all *all = ctx;
	char name[SUMS_NAME_SIZE], *key = name;

	snprintf(name, sizeof name, "%s/%s", path, archive_sums_name);
	if (all->count == 0 ||
	    bsearch(&key, all->names, all->count, sizeof *all->names, by_name) == NULL)
		report(all->check, ARCHIVE_UNLISTED, ERR_OK, path);
	return ERR_OK;
}

/* A line of the archive's list: the document's own list, and what that has. */
static enum err check_line(struct archive_check *c, const struct sums_line *line)
{
	static const char tail[] = "/SHA256SUMS";
	char path[PATH_BYTES], document[SUMS_NAME_SIZE];
	size_t len = strlen(line->name);
	struct digest found;
	uint64_t size;
	bool whole;
	enum err e;

	if (strcmp(line->name, archive_mark_name) == 0) {
		c->marked = true;
	} else if (len <= sizeof tail - 1 ||
		   strcmp(line->name + len - (sizeof tail - 1), tail) != 0 ||
		   strstr(line->name, "..") != NULL) {
		report(c, ARCHIVE_LIST, ERR_OK, line->name);
		return ERR_OK;
	}
	snprintf(path, sizeof path, "%s/%s", c->folder, line->name);
	e = sums_of_file(path, &found, &size);
	if (e == ERR_FILE && (errno == ENOENT || errno == ENOTDIR)) {
		report(c, ARCHIVE_ABSENT, ERR_OK, line->name);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	if (!digest_equal(&found, &line->sha256))
		report(c, ARCHIVE_CHANGED, ERR_OK, line->name);
	if (strcmp(line->name, archive_mark_name) == 0)
		return ERR_OK;
	memcpy(document, line->name, len - (sizeof tail - 1));
	document[len - (sizeof tail - 1)] = '\0';
	return archive_check_document(c, document, &whole);
}

static enum err check_lines(struct all *all, struct blob text)
{
	struct sums_line line;
	size_t at = 0;
	bool fault = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && sums_next(text, &at, &line, &fault)) {
		e = check_line(all->check, &line);
		if (all->count % 1024 == 0) {
			char **grown = realloc(all->names, (all->count + 1024) * sizeof *grown);

			if (grown == NULL)
				return ERR_NO_MEMORY;
			all->names = grown;
		}
		all->names[all->count] = strdup(line.name);
		if (all->names[all->count++] == NULL)
			return ERR_NO_MEMORY;
	}
	if (e == ERR_OK && fault)
		report(all->check, ARCHIVE_LIST, ERR_OK, archive_sums_name);
	return e;
}

enum err archive_check_all(struct archive_check *c)
{
	struct arena *a = arena_new(ARCHIVE_LIST_MAX_BYTES);
	struct all all = { .check = c };
	struct committee_id whose;
	char path[PATH_BYTES];
	struct blob text = { NULL, 0 };
	enum err e = a == NULL ? ERR_NO_MEMORY : archive_read(c->folder, &whose);

	snprintf(path, sizeof path, "%s/%s", c->folder, archive_sums_name);
	if (e == ERR_OK)
		e = fs_read(a, path, ARCHIVE_LIST_MAX_BYTES, &text);
	if (e == ERR_FILE && errno == ENOENT) {
		report(c, ARCHIVE_LIST, ERR_OK, archive_sums_name);
		e = ERR_OK;
	}
	c->marked = false;
	if (e == ERR_OK)
		e = check_lines(&all, text);
	if (e == ERR_OK && !c->marked)
		report(c, ARCHIVE_LIST, ERR_OK, archive_mark_name);
	if (all.count > 0)
		qsort(all.names, all.count, sizeof *all.names, by_name);
	if (e == ERR_OK)
		e = archive_each(c->folder, take_folder, &all);
	for (size_t i = 0; i < all.count; i++)
		free(all.names[i]);
	free(all.names);
	arena_destroy(a);
	return e;
}
