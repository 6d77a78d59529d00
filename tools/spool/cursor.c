/* See cursor.h. */
#include "tools/spool/cursor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/client/client.h"
#include "tools/spool/journal.h"

enum { LINE = UUID_TEXT_SIZE, LINES_AT_ONCE = 1024, PART_SIZE = 3 };

/* ---- the ids that were put: lines of one length, in 256 files by the last two digits ---- */

static bool part_of(const char *id, char out[PART_SIZE])
{
	if (strlen(id) != UUID_TEXT_SIZE - 1 || strspn(id, "0123456789abcdef-") != strlen(id))
		return false;
	snprintf(out, PART_SIZE, "%s", id + UUID_TEXT_SIZE - PART_SIZE);
	return true;
}

enum err spool_cursor_has(const struct spool_place *p, const char *id, bool *out)
{
	char part[PART_SIZE], lines[LINES_AT_ONCE * LINE];
	ssize_t n = 1;
	size_t len = 0;
	int fd;

	*out = false;
	if (!part_of(id, part))
		return ERR_OK;
	fd = openat(p->delivered, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	while (!*out && n > 0) {
		n = read(fd, lines + len, sizeof lines - len);
		len += n > 0 ? (size_t)n : 0;
		if (n > 0 && len < sizeof lines)
			continue;
		for (size_t at = 0; at + LINE <= len; at += LINE)
			*out |= memcmp(lines + at, id, LINE - 1) == 0;
		len = 0; /* whole lines fill the buffer: but at the end of the file */
	}
	close(fd);
	return n < 0 ? ERR_FILE : ERR_OK;
}

/* A line that broke off when the machine stopped is written over. */
static enum err add_id(const struct spool_place *p, const char *id)
{
	char part[PART_SIZE], line[LINE + 1];
	bool there;
	off_t end;
	int fd;
	enum err e = spool_cursor_has(p, id, &there);

	if (e != ERR_OK || there || !part_of(id, part))
		return e;
	if (p->disk.step != NULL)
		p->disk.step(p->disk.ctx);
	fd = openat(p->delivered, part, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		    DISK_PRIVATE_FILE);
	if (fd < 0)
		return ERR_FILE;
	snprintf(line, sizeof line, "%s\n", id);
	end = lseek(fd, 0, SEEK_END);
	end -= end % LINE;
	if (end < 0 || pwrite(fd, line, LINE, end) != LINE || fsync(fd) != 0)
		e = ERR_FILE;
	close(fd);
	return e == ERR_OK ? spool_disk_sync(&p->disk, p->delivered) : e;
}

/* ---- the cursor ---- */

static enum err save(const struct spool_place *p, const struct spool_cursor *c,
		     const struct spool_putting *putting)
{
	json_t *value = json_pack("{s:i, s:s, s:I, s:b, s:I, s:s}", "v", 1, "feed", c->feed,
				  "since", (json_int_t)c->since, "catching",
				  (int)c->catching, "on", (json_int_t)c->on, "day", c->day);
	enum err e;

	if (value != NULL && putting != NULL)
		json_object_set_new(value, "putting",
				    json_pack("{s:s, s:s, s:b, s:I, s:s}", "from", putting->from,
					      "to", putting->to, "receipt", (int)putting->receipt,
					      "number", (json_int_t)putting->number, "id",
					      putting->id));
	e = value == NULL ? ERR_NO_MEMORY
			  : spool_disk_put(&p->disk, p->state, "cursor.new", "cursor", value,
					   DISK_PRIVATE_FILE);
	json_decref(value);
	return e;
}

enum err spool_cursor_save(const struct spool_place *p, const struct spool_cursor *c)
{
	return save(p, c, NULL);
}

/* From step 3 on. */
static enum err put_noted(const struct spool_place *p, struct spool_cursor *c,
			  const struct spool_putting *what)
{
	int at = what->receipt ? p->receipts : p->in;
	enum err e = ERR_OK;

	if (spool_disk_has(p->in, what->from))
		e = spool_disk_rename(&p->disk, p->in, what->from, at, what->to);
	if (e == ERR_OK)
		e = spool_disk_sync(&p->disk, at);
	if (e == ERR_OK && what->receipt)
		e = spool_disk_sync(&p->disk, p->in);
	if (e == ERR_OK && what->id[0] != '\0')
		e = add_id(p, what->id);
	if (e == ERR_OK && what->number > c->since)
		c->since = what->number;
	return e == ERR_OK ? save(p, c, NULL) : e;
}

enum err spool_cursor_put(const struct spool_place *p, struct spool_cursor *c,
			  const struct spool_putting *what)
{
	enum err e = save(p, c, what);

	return e == ERR_OK ? put_noted(p, c, what) : e;
}

/* What was being made when the process ended. */
static enum err clear(const struct spool_place *p)
{
	int fd = openat(p->in, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	enum err e = list == NULL ? ERR_FILE : ERR_OK;
	struct dirent *each;

	if (list == NULL && fd >= 0)
		close(fd);
	while (e == ERR_OK && (each = readdir(list)) != NULL) {
		if (strncmp(each->d_name, ".tmp-", 5) == 0)
			e = spool_disk_remove(&p->disk, p->in, each->d_name);
	}
	if (list != NULL)
		closedir(list);
	return e;
}

static bool is_ours(const struct spool_putting *w)
{
	return strncmp(w->from, ".tmp-", 5) == 0 && strchr(w->from, '/') == NULL &&
	       w->to[0] != '\0' && w->to[0] != '.' && strchr(w->to, '/') == NULL;
}

enum err spool_cursor_load(const struct spool_place *p, struct spool_cursor *out)
{
	json_t *value = spool_disk_get(p->state, "cursor"),
	       *putting = json_object_get(value, "putting");
	enum err e = ERR_OK;

	memset(out, 0, sizeof *out);
	if (value == NULL && spool_disk_has(p->state, "cursor"))
		return ERR_DAMAGED; /* nobody may guess how far it was */
	out->begun = value != NULL;
	snprintf(out->feed, sizeof out->feed, "%s", spool_journal_text(value, "feed"));
	snprintf(out->day, sizeof out->day, "%s", spool_journal_text(value, "day"));
	out->since = (uint64_t)json_integer_value(json_object_get(value, "since"));
	out->catching = json_is_true(json_object_get(value, "catching"));
	out->on = (uint64_t)json_integer_value(json_object_get(value, "on"));
	if (json_is_object(putting)) {
		const struct spool_putting what = {
			.from = spool_journal_text(putting, "from"),
			.to = spool_journal_text(putting, "to"),
			.receipt = json_is_true(json_object_get(putting, "receipt")),
			.number =
			    (uint64_t)json_integer_value(json_object_get(putting, "number")),
			.id = spool_journal_text(putting, "id"),
		};

		e = is_ours(&what) ? put_noted(p, out, &what) : ERR_DAMAGED;
	}
	json_decref(value);
	return e == ERR_OK ? clear(p) : e;
}
