/* See sights.h. */
#include "tools/spool/sights.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "proto/utf8.h"
#include "tools/spool/order.h"

enum { LATER_MAX_MS = 600 * 1000, DOUBLINGS_MAX = 20 };

static int by_name(const void *a, const void *b)
{
	const struct spool_sight *one = a, *other = b;

	return strcmp(one->file, other->file);
}

static bool is_order(const char *name)
{
	return name[0] != '.' && (spool_order_ends(name, ".yaml") ||
				  spool_order_ends(name, ".edxml"));
}

static enum err add(struct spool_sights *s, const char *name)
{
	struct spool_sight *sight = &s->list[s->count];

	*sight = (struct spool_sight){ .file = strdup(name) };
	if (sight->file == NULL)
		return ERR_NO_MEMORY;
	s->count++;
	return ERR_OK;
}

static enum err list(const struct spool_place *p, struct spool_sights *s)
{
	int fd = openat(p->out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *each;
	enum err e = ERR_OK;

	if (folder == NULL) {
		if (fd >= 0)
			close(fd);
		return ERR_FILE;
	}
	/* Only orders are counted: results and files of others hide none. */
	while (e == ERR_OK && s->count < SIGHTS_MAX && (each = readdir(folder)) != NULL) {
		const struct blob name = { (const uint8_t *)each->d_name, strlen(each->d_name) };

		if (!is_order(each->d_name))
			continue;
		if (utf8_valid(name)) {
			e = add(s, each->d_name);
		} else if (!s->named) {
			s->named = true;
			spool_place_log(p, ERR_SPOOL_NAME,
					_("a file in out/ whose name is not UTF-8 is left there"));
		}
	}
	closedir(folder);
	return e;
}

void spool_sights_free(struct spool_sights *s)
{
	for (unsigned i = 0; i < s->count; i++)
		free(s->list[i].file);
	free(s->list);
	s->list = NULL;
	s->count = 0;
}

enum err spool_sights_look(const struct spool_place *p, struct spool_sights *s)
{
	struct spool_sights fresh = { .list = calloc(SIGHTS_MAX, sizeof *fresh.list),
				      .named = s->named };
	enum err e = fresh.list == NULL ? ERR_NO_MEMORY : list(p, &fresh);

	if (e != ERR_OK) {
		spool_sights_free(&fresh);
		return e;
	}
	if (fresh.count > 0)
		qsort(fresh.list, fresh.count, sizeof *fresh.list, by_name);
	for (unsigned i = 0; i < fresh.count && s->count > 0; i++) {
		struct spool_sight *old = bsearch(&fresh.list[i], s->list, s->count,
						  sizeof *s->list, by_name);
		char *file = fresh.list[i].file;

		if (old != NULL) {
			fresh.list[i] = *old;
			fresh.list[i].file = file;
		}
	}
	spool_sights_free(s);
	*s = fresh;
	return ERR_OK;
}

bool spool_sights_same(struct spool_sight *s, const struct digest *stamp, int64_t now_ms,
		       int64_t apart_ms)
{
	if (s->same == 0 || !digest_equal(&s->stamp, stamp)) {
		s->stamp = *stamp;
		s->same = 1;
		s->seen_ms = now_ms;
		return false;
	}
	if (now_ms - s->seen_ms >= apart_ms) {
		s->same++;
		s->seen_ms = now_ms;
	}
	return s->same > 1;
}

void spool_sights_later(struct spool_sight *s, int64_t first_ms, int64_t now_ms)
{
	int64_t wait_ms = first_ms;

	for (unsigned i = 0; i < s->failures && i < DOUBLINGS_MAX && wait_ms < LATER_MAX_MS; i++)
		wait_ms *= 2;
	s->failures++;
	s->next_ms = now_ms + (wait_ms < LATER_MAX_MS ? wait_ms : LATER_MAX_MS);
}
