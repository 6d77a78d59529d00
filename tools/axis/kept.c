/* See kept.h. */
#include "tools/axis/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/axis/adapter.h"

enum { HEAD_BYTES = 64 << 10 };

static void path_in(const char *gateway_folder, const char *system, const char *word,
		    char out[AXIS_PATH_MAX])
{
	snprintf(out, AXIS_PATH_MAX, "%s/axis-server/%s/%s", gateway_folder, system, word);
}

static enum err systems_of(const char *gateway_folder, char ***names, size_t *count)
{
	char path[AXIS_PATH_MAX];

	snprintf(path, sizeof path, "%s/axis-server", gateway_folder);
	return axis_disk_names(path, "", SIZE_MAX, names, count);
}

/* ---- bounds ---- */

struct kept {
	char path[AXIS_PATH_MAX];
	uint64_t bytes;
	struct timespec at;
};

struct kept_list {
	struct kept *items;
	size_t count;
	uint64_t bytes;
};

static void find_kept(const char *folder, struct kept_list *l)
{
	char **names;
	size_t count;

	if (axis_disk_names(folder, ".edxml", SIZE_MAX, &names, &count) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		struct kept *more, *k;
		struct stat st;

		/* ORDER-KEY; another one is under way. */
		more = strchr(names[i], '-') == NULL
			       ? NULL
			       : realloc(l->items, (l->count + 1) * sizeof *more);
		if (more == NULL)
			continue;
		l->items = more;
		k = &more[l->count];
		snprintf(k->path, sizeof k->path, "%.*s/%s.edxml", AXIS_PATH_MAX - 80, folder,
			 names[i]);
		if (lstat(k->path, &st) != 0)
			continue;
		k->bytes = (uint64_t)st.st_size;
		k->at = st.st_mtim;
		l->bytes += k->bytes;
		l->count++;
	}
	axis_disk_names_free(names, count);
}

static int by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->at.tv_sec != y->at.tv_sec)
		return x->at.tv_sec < y->at.tv_sec ? -1 : 1;
	return x->at.tv_nsec < y->at.tv_nsec ? -1 : x->at.tv_nsec > y->at.tv_nsec;
}

void kept_bound(const char *gateway_folder)
{
	struct kept_list l = { NULL, 0, 0 };
	char path[AXIS_PATH_MAX], **systems;
	size_t count;

	if (systems_of(gateway_folder, &systems, &count) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		path_in(gateway_folder, systems[i], "work", path);
		find_kept(path, &l);
	}
	axis_disk_names_free(systems, count);
	if (l.count > 0)
		qsort(l.items, l.count, sizeof *l.items, by_age);
	for (size_t i = 0; i + 1 < l.count && (l.bytes > KEPT_BYTES ||
					       l.count - i > KEPT_FILES);
	     i++) {
		unlink(l.items[i].path);
		l.bytes -= l.items[i].bytes;
	}
	free(l.items);
}

/* ---- what one is ---- */

/* The code between the first <From>'s <OrganId> and its end: it is our own writing, where the
 * sender stands first. */
static json_t *sender_in(const char *head)
{
	const char *from = strstr(head, "From>"),
		   *code = from == NULL ? NULL : strstr(from, "OrganId>");

	if (code == NULL)
		return json_string("");
	code += strlen("OrganId>");
	return json_stringn(code, strcspn(code, "<"));
}

static enum err take_head(int fd, char head[HEAD_BYTES + 1], size_t *len)
{
	ssize_t n = 0;

	*len = 0;
	do {
		n = read(fd, head + *len, HEAD_BYTES - *len);
		*len += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && *len < HEAD_BYTES) || (n < 0 && errno == EINTR));
	head[*len] = '\0';
	return n < 0 ? ERR_FILE : ERR_OK;
}

static enum err measure_with(int fd, char *head, struct digest_stream *d, json_t **said)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];
	uint64_t bytes = 0;
	json_t *from = NULL;
	size_t len;
	enum err e;

	do {
		e = take_head(fd, head, &len);
		if (bytes == 0 && e == ERR_OK)
			from = sender_in(head);
		digest_add(d, (struct blob){ (const uint8_t *)head, len });
		bytes += len;
	} while (e == ERR_OK && len == HEAD_BYTES);
	digest = digest_end(d);
	digest_to_hex(&digest, hex);
	*said = e == ERR_OK ? json_pack("{s:s, s:I, s:O}", "sha256", hex, "size_bytes",
					(json_int_t)bytes, "from", from)
			    : NULL;
	json_decref(from);
	return e;
}

enum err kept_measure(const char *path, json_t **said)
{
	char *head = malloc(HEAD_BYTES + 1);
	struct digest_stream *d = head == NULL ? NULL : digest_begin();
	int fd = d == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = d == NULL ? ERR_NO_MEMORY : fd < 0 ? ERR_FILE : ERR_OK;

	if (e == ERR_OK)
		e = measure_with(fd, head, d, said);
	else
		digest_abandon(d);
	if (fd >= 0)
		close(fd);
	free(head);
	return e == ERR_OK && *said == NULL ? ERR_NO_MEMORY : e;
}

/* ---- after a process that was killed ---- */

static void remove_in(const char *folder, const char *ending)
{
	char path[AXIS_PATH_MAX + 300], **names;
	size_t count;

	if (axis_disk_names(folder, ending, SIZE_MAX, &names, &count) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s%s", folder, names[i], ending);
		unlink(path);
	}
	axis_disk_names_free(names, count);
}

static void sweep_one(const char *gateway_folder, const char *system)
{
	static const char *const words[] = { "out", "failed", "done", "" };
	char path[AXIS_PATH_MAX];
	int lock;

	path_in(gateway_folder, system, "work", path);
	remove_in(path, "");
	/* A command that lets messages come again may be at these. */
	path_in(gateway_folder, system, ".lock", path);
	lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (lock < 0)
		return;
	for (unsigned i = 0; flock(lock, LOCK_EX | LOCK_NB) == 0 &&
			     i < sizeof words / sizeof *words;
	     i++) {
		path_in(gateway_folder, system, words[i], path);
		remove_in(path, ".json.new");
	}
	close(lock);
}

void kept_sweep(const char *gateway_folder)
{
	char **names;
	size_t count;

	if (systems_of(gateway_folder, &names, &count) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		if (axis_name_valid(names[i]))
			sweep_one(gateway_folder, names[i]);
	}
	axis_disk_names_free(names, count);
}
