/* See result.h. */
#include "tools/spool/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/file_name.h"
#include "tools/spool/order.h"

enum { SAME_NAMES_MAX = 100000, WORD_SIZE = NAME_MAX_BYTES + 32 };
/* The results that an order may have, and what says that it waits. */
static const char *const endings[] = { "accepted", "refused", "waiting" };

void spool_result_name(const char *file, char out[NAME_MAX_BYTES + 1])
{
	size_t len = strlen(file) - (spool_order_ends(file, ".yaml")    ? strlen(".yaml")
				     : spool_order_ends(file, ".edxml") ? strlen(".edxml")
									: 0);
	char name[NAME_MAX_BYTES + 1], portable[FILE_NAME_SIZE];

	snprintf(name, sizeof name, "%.*s", (int)len, file);
	if (len > RESULT_NAME_MAX || !file_name_is_portable(name)) {
		file_name_portable(name, portable);
		file_name_numbered(portable, 1, RESULT_NAME_MAX, name);
	}
	memcpy(out, name, sizeof name);
}

/* A name for what lies beside others: NAME, NAME-2, … */
static void numbered(const char *name, unsigned n, char out[WORD_SIZE])
{
	if (n == 1)
		snprintf(out, WORD_SIZE, "%s", name);
	else
		snprintf(out, WORD_SIZE, "%s-%u", name, n);
}

/* The folder that the files go to: a new one, or an empty one, which is what is left of an attempt
 * that ended before it was noted. */
static enum err choose_target(const struct spool_place *p, json_t *entry, int at)
{
	char name[NAME_MAX_BYTES + 1], word[WORD_SIZE];
	enum err e = ERR_EXISTS;

	spool_result_name(spool_journal_text(entry, "file"), name);
	for (unsigned n = 1; e == ERR_EXISTS && n <= SAME_NAMES_MAX; n++) {
		numbered(name, n, word);
		e = spool_disk_new_folder(&p->disk, at, word);
		if (e == ERR_EXISTS && unlinkat(at, word, AT_REMOVEDIR) == 0)
			e = spool_disk_new_folder(&p->disk, at, word);
	}
	if (e == ERR_OK)
		e = spool_disk_sync(&p->disk, at);
	if (e == ERR_OK)
		json_object_set_new(entry, "target", json_string(word));
	return e == ERR_OK ? spool_journal_put(p, entry) : e;
}

static void temporary_of(const json_t *entry, char out[WORD_SIZE])
{
	snprintf(out, WORD_SIZE, ".vanthu-%.32s.tmp", spool_journal_text(entry, "key"));
}

/* From here on it is known whether it was shown: by the temporary name, which is there or not. */
static enum err lay_ready(const struct spool_place *p, json_t *entry, int at)
{
	const json_t *result = json_object_get(entry, "result");
	bool silent = json_is_true(json_object_get(entry, "silent"));
	char word[WORD_SIZE];
	int target = -1;
	enum err e = ERR_OK;

	if (spool_journal_text(entry, "target")[0] == '\0')
		e = choose_target(p, entry, at);
	if (e == ERR_OK)
		e = spool_disk_folder(&p->disk, at, spool_journal_text(entry, "target"),
				      DISK_SHARED_FOLDER, &target);
	if (e == ERR_OK)
		e = spool_disk_put(&p->disk, target, ".result.tmp", "result.json", result,
				   DISK_SHARED_FILE);
	if (target >= 0)
		close(target);
	temporary_of(entry, word);
	if (e == ERR_OK && !silent)
		e = spool_disk_put(&p->disk, p->out, ".vanthu-result.tmp", word, result,
				   DISK_SHARED_FILE);
	json_object_set_new(entry, "stage", json_integer(STAGE_SHOWN));
	return e == ERR_OK ? spool_journal_put(p, entry) : e;
}

/* The result of this order is the only one that stands beside its name: earlier ones lie in the
 * folders of theirs. */
static enum err show(const struct spool_place *p, const json_t *entry)
{
	const char *verdict = spool_journal_text(entry, "verdict");
	char name[NAME_MAX_BYTES + 1], word[WORD_SIZE], temporary[WORD_SIZE];
	enum err e = ERR_OK;

	temporary_of(entry, temporary);
	if (!spool_disk_has(p->out, temporary))
		return ERR_OK;
	spool_result_name(spool_journal_text(entry, "file"), name);
	for (size_t i = 0; e == ERR_OK && i < sizeof endings / sizeof endings[0]; i++) {
		snprintf(word, sizeof word, "%s.%s.json", name, endings[i]);
		if (strcmp(endings[i], verdict) != 0)
			e = spool_disk_unlink(&p->disk, p->out, word);
	}
	snprintf(word, sizeof word, "%s.%s.json", name, verdict);
	if (e == ERR_OK)
		e = spool_disk_rename(&p->disk, p->out, temporary, p->out, word);
	return e == ERR_OK ? spool_disk_sync(&p->disk, p->out) : e;
}

/* It has been moved, or was never a file of its own: a link, a folder, a device. */
static bool is_no_file(int error)
{
	return error == ENOENT || error == ELOOP || error == ENOTDIR || error == EINVAL ||
	       error == ENXIO || error == EISDIR;
}

/* Where it lay below out/, it lies below the target. A link or a file that somebody put in the way:
 * in the target itself. */
static enum err open_place(const struct spool_place *p, const char *path, int target, int *fd)
{
	enum err e = spool_disk_way(&p->disk, target, path, fd);

	if (e == ERR_OK || !is_no_file(errno))
		return e;
	*fd = fcntl(target, F_DUPFD_CLOEXEC, 0);
	return *fd < 0 ? ERR_FILE : ERR_OK;
}

/* *fd is the file `name` of `folder`, which goes to `to`. */
static enum err move_file(const struct spool_place *p, int fd, int folder, const char *name, int to)
{
	char word[FILE_NAME_SIZE];
	enum err e;

	snprintf(word, sizeof word, "%s", name);
	for (unsigned n = 2; spool_disk_has(to, word); n++)
		file_name_numbered(name, n, NAME_MAX_BYTES, word);
	e = spool_disk_rename(&p->disk, folder, name, to, word);
	/* Written anew between the look and the step: it is another's. */
	if (e == ERR_OK && !spool_disk_is(fd, to, word) && !spool_disk_has(folder, name))
		e = spool_disk_rename(&p->disk, to, word, folder, name);
	return e == ERR_OK ? spool_disk_sync(&p->disk, to) : e;
}

/* One that is not there any more has been moved; one that was written since is another's. */
static enum err move(const struct spool_place *p, const json_t *input, int target)
{
	const char *path = spool_journal_text(input, "path"), *name;
	uint64_t size_bytes;
	int64_t modified_ns;
	int folder, fd, to;
	enum err e = spool_disk_walk(p->out, path, &folder, &name);

	if (e != ERR_OK)
		return is_no_file(errno) ? ERR_OK : e;
	e = spool_disk_open(folder, name, &fd, &size_bytes, &modified_ns);
	if (e == ERR_OK) {
		const json_t *size = json_object_get(input, "size"),
			     *modified = json_object_get(input, "modified");

		if (size == NULL || (json_integer_value(size) == (json_int_t)size_bytes &&
				     json_integer_value(modified) == (json_int_t)modified_ns)) {
			e = open_place(p, path, target, &to);
			if (e == ERR_OK)
				e = move_file(p, fd, folder, name, to);
			if (to >= 0)
				close(to);
		}
		close(fd);
	} else if (is_no_file(errno)) {
		e = ERR_OK;
	}
	close(folder);
	return e;
}

static enum err move_all(const struct spool_place *p, const json_t *entry, int at)
{
	char name[NAME_MAX_BYTES + 1], word[WORD_SIZE];
	const char *file = spool_journal_text(entry, "file");
	json_t *each, *ready;
	int target;
	size_t i;
	enum err e = spool_disk_folder(&p->disk, at, spool_journal_text(entry, "target"),
				       DISK_SHARED_FOLDER, &target);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(entry, "inputs"), i, each)
	{
		if (e == ERR_OK)
			e = move(p, each, target);
	}
	snprintf(name, sizeof name, "%.*s", (int)(strrchr(file, '.') - file), file);
	snprintf(word, sizeof word, "%s.ready", name);
	ready = json_pack("{s:s}", "path", word);
	/* Of another order by now, where its own is there again. */
	if (e == ERR_OK && ready != NULL && !spool_disk_has(p->out, file))
		e = move(p, ready, target);
	json_decref(ready);
	if (e == ERR_OK)
		e = spool_disk_sync(&p->disk, target);
	if (e == ERR_OK)
		e = spool_disk_sync(&p->disk, p->out);
	close(target);
	return e;
}

enum err spool_result_finish(const struct spool_place *p, json_t *entry)
{
	bool accepted = strcmp(spool_journal_text(entry, "verdict"), "accepted") == 0;
	int at = accepted ? p->done : p->refused;
	enum err e = ERR_OK;

	if (json_integer_value(json_object_get(entry, "stage")) == STAGE_ENDED)
		e = lay_ready(p, entry, at);
	if (e == ERR_OK)
		e = show(p, entry);
	if (e == ERR_OK)
		e = move_all(p, entry, at);
	return e == ERR_OK ? spool_journal_close(p, entry) : e;
}

enum err spool_result_wait(const struct spool_place *p, const char *file, json_t *error)
{
	char name[NAME_MAX_BYTES + 1], word[WORD_SIZE];
	json_t *value;
	enum err e;

	spool_result_name(file, name);
	snprintf(word, sizeof word, "%s.waiting.json", name);
	value = json_pack("{s:i, s:s, s:O}", "v", 1, "name", name, "error", error);
	if (value == NULL)
		return ERR_NO_MEMORY;
	e = spool_disk_put(&p->disk, p->out, ".vanthu-result.tmp", word, value, DISK_SHARED_FILE);
	json_decref(value);
	return e;
}
