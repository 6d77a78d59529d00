/* See journal.h. */
#include "tools/spool/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/i18n.h"

enum { KEY_NAME_SIZE = DIGEST_HEX_SIZE + 8, OPEN_MAX = 20000 };
static const int64_t keep_ms = 366LL * 24 * 3600 * 1000;

const char *spool_journal_text(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text == NULL ? "" : text;
}

static void name_of(const char *key, char out[KEY_NAME_SIZE])
{
	snprintf(out, KEY_NAME_SIZE, "%.*s.json", DIGEST_HEX_SIZE - 1, key);
}

/* The part of known/ that a key is in: -1 when there is none and none is to be made. */
static int part_of(const struct spool_place *p, const char *key, bool make)
{
	char part[3];
	int fd = -1;

	snprintf(part, sizeof part, "%.2s", key);
	if (!make)
		return openat(p->known, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return spool_disk_folder(&p->disk, p->known, part, DISK_PRIVATE_FOLDER, &fd) == ERR_OK
		   ? fd
		   : -1;
}

json_t *spool_journal_open(const struct spool_place *p, const char *key)
{
	char name[KEY_NAME_SIZE];

	name_of(key, name);
	return spool_disk_get(p->open, name);
}

enum err spool_journal_put(const struct spool_place *p, const json_t *entry)
{
	char name[KEY_NAME_SIZE];

	name_of(spool_journal_text(entry, "key"), name);
	return spool_disk_put(&p->disk, p->open, "new", name, entry, DISK_PRIVATE_FILE);
}

static enum err keep(const struct spool_place *p, const json_t *entry, const char *name)
{
	int fd = part_of(p, name, true);
	enum err e = fd < 0 ? ERR_FILE : ERR_OK;

	if (e == ERR_OK)
		e = spool_disk_put(&p->disk, fd, "new", name, entry, DISK_PRIVATE_FILE);
	if (fd >= 0)
		close(fd);
	return e;
}

enum err spool_journal_close(const struct spool_place *p, const json_t *entry)
{
	char name[KEY_NAME_SIZE];
	enum err e = ERR_OK;

	name_of(spool_journal_text(entry, "key"), name);
	if (strcmp(spool_journal_text(entry, "verdict"), "accepted") == 0)
		e = keep(p, entry, name);
	if (e == ERR_OK)
		e = spool_disk_unlink(&p->disk, p->open, name);
	return e == ERR_OK ? spool_disk_sync(&p->disk, p->open) : e;
}

json_t *spool_journal_known(const struct spool_place *p, const char *key)
{
	char name[KEY_NAME_SIZE];
	int fd = part_of(p, key, false);
	json_t *entry;

	if (fd < 0)
		return NULL;
	name_of(key, name);
	entry = spool_disk_get(fd, name);
	close(fd);
	return entry;
}

static DIR *list_of(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (list == NULL && fd >= 0)
		close(fd);
	return list;
}

enum err spool_journal_each(struct spool_place *p,
			    enum err (*take)(void *ctx, struct spool_place *p, json_t *entry),
			    void *ctx)
{
	DIR *list = list_of(p->open);
	enum err e = list == NULL ? ERR_FILE : ERR_OK;
	struct dirent *each;
	unsigned seen = 0;

	while (e == ERR_OK && seen < OPEN_MAX && (each = readdir(list)) != NULL) {
		json_t *entry;

		if (strlen(each->d_name) != DIGEST_HEX_SIZE - 1 + strlen(".json"))
			continue;
		seen++;
		entry = spool_disk_get(p->open, each->d_name);
		if (entry == NULL) {
			spool_place_log(p, ERR_DAMAGED, each->d_name);
			continue;
		}
		e = take(ctx, p, entry);
		json_decref(entry);
	}
	if (list != NULL)
		closedir(list);
	return e;
}

void spool_journal_sweep(const struct spool_place *p, unsigned turn, int64_t now_ms)
{
	char part[3];
	struct dirent *each;
	DIR *list;
	int fd;

	snprintf(part, sizeof part, "%02x", turn % 256);
	fd = part_of(p, part, false);
	list = fd < 0 ? NULL : list_of(fd);
	while (list != NULL && (each = readdir(list)) != NULL) {
		json_t *entry = each->d_name[0] == '.' ? NULL : spool_disk_get(fd, each->d_name);

		if (entry != NULL &&
		    json_integer_value(json_object_get(entry, "at")) + keep_ms < now_ms &&
		    spool_disk_unlink(&p->disk, fd, each->d_name) != ERR_OK)
			spool_place_log(p, ERR_FILE, each->d_name);
		json_decref(entry);
	}
	if (list != NULL)
		closedir(list);
	if (fd >= 0)
		close(fd);
}
