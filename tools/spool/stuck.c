/* See stuck.h. */
#include "tools/spool/stuck.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/text.h"

enum { NAME_SIZE = PLACE_ID_SIZE + 8, LATER_MAX_MS = 600 * 1000, DOUBLINGS_MAX = 16 };

static void name_of(const char *id, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, "%.*s.json", PLACE_ID_SIZE - 1, id);
}

static json_int_t number_of(const json_t *entry, const char *name)
{
	return json_integer_value(json_object_get(entry, name));
}

enum err spool_stuck_note(const struct spool_place *p, const char *id, uint64_t number,
			  const json_t *error)
{
	int64_t now_ms = text_now_ms(), wait_ms = p->parts->config->gateway_spool_poll_ms;
	char name[NAME_SIZE];
	json_t *entry, *copy = json_deep_copy(error);
	json_int_t tries;
	enum err e;

	name_of(id, name);
	entry = spool_disk_get(p->stuck, name);
	tries = number_of(entry, "tries");
	for (json_int_t i = 0; i < tries && i < DOUBLINGS_MAX && wait_ms < LATER_MAX_MS; i++)
		wait_ms *= 2;
	if (entry == NULL) {
		entry = json_pack("{s:i, s:s, s:I, s:I}", "v", 1, "id", id, "number",
				  (json_int_t)number, "since", (json_int_t)now_ms);
		spool_place_log(p, (enum err)spool_place_number(error), id);
	}
	json_object_set_new(entry, "tries", json_integer(tries + 1));
	json_object_set_new(entry, "next", json_integer(now_ms + (wait_ms < LATER_MAX_MS
									  ? wait_ms
									  : LATER_MAX_MS)));
	json_object_set_new(entry, "error", copy);
	e = entry == NULL ? ERR_NO_MEMORY
			  : spool_disk_put(&p->disk, p->stuck, "new", name, entry,
					   DISK_PRIVATE_FILE);
	json_decref(entry);
	return e;
}

enum err spool_stuck_forget(const struct spool_place *p, const char *id)
{
	char name[NAME_SIZE];

	name_of(id, name);
	return spool_disk_unlink(&p->disk, p->stuck, name);
}

bool spool_stuck_due(const struct spool_place *p, int64_t now_ms, char id[PLACE_ID_SIZE],
		     uint64_t *number)
{
	int fd = openat(p->stuck, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *each;
	bool found = false;

	if (list == NULL && fd >= 0)
		close(fd);
	while (list != NULL && !found && (each = readdir(list)) != NULL) {
		json_t *entry = strlen(each->d_name) == PLACE_ID_SIZE - 1 + strlen(".json")
					? spool_disk_get(p->stuck, each->d_name)
					: NULL;

		found = entry != NULL && number_of(entry, "next") <= now_ms;
		if (found) {
			snprintf(id, PLACE_ID_SIZE, "%s", each->d_name);
			*number = (uint64_t)number_of(entry, "number");
		}
		json_decref(entry);
	}
	if (list != NULL)
		closedir(list);
	return found;
}
