/* See posted.h. */
#include "tools/axis/posted.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/axis/served.h"
#include "tools/base/files.h"

enum { WAIT_MS = 5000, PAUSE_MS = 20 };

static void path_of(const struct posted *p, const char *folder, const char *name,
		    char out[AXIS_PATH_MAX])
{
	char word[96];

	snprintf(word, sizeof word, "%.16s/%.64s.json", folder, name);
	served_path(p->gateway_folder, p->system, word, out);
}

static void hash(const char *what, const char *text, char out[POSTED_ID_SIZE])
{
	struct digest_stream *s = digest_begin();
	struct digest d = { { 0 } };
	char hex[DIGEST_HEX_SIZE];

	if (s != NULL) {
		digest_add(s, (struct blob){ (const uint8_t *)what, strlen(what) + 1 });
		digest_add(s, (struct blob){ (const uint8_t *)text, strlen(text) });
		d = digest_end(s);
	}
	digest_to_hex(&d, hex);
	snprintf(out, POSTED_ID_SIZE, "%.32s", hex);
}

/* Whoever has it does one message; a system that sends several at once asks again for the others,
 * and does not hold a thread for each. */
static enum err wait_for(int lock)
{
	for (unsigned ms = 0; flock(lock, LOCK_EX | LOCK_NB) != 0; ms += PAUSE_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ERR_FILE;
		if (ms >= WAIT_MS)
			return ERR_BUSY;
		poll(NULL, 0, PAUSE_MS);
	}
	return ERR_OK;
}

enum err posted_open(struct posted *p)
{
	static const char *const words[] = { NULL, "in", "keys" };
	char path[AXIS_PATH_MAX];
	enum err e;

	p->lock = -1;
	served_path(p->gateway_folder, NULL, NULL, path);
	e = axis_name_valid(p->system) ? fs_mkdir(path, true) : ERR_NOT_FOUND;
	for (unsigned i = 0; e == ERR_OK && i < sizeof words / sizeof *words; i++) {
		served_path(p->gateway_folder, p->system, words[i], path);
		e = fs_mkdir(path, true);
	}
	if (e != ERR_OK)
		return e;
	served_path(p->gateway_folder, p->system, ".lock-in", path);
	p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->lock < 0)
		return ERR_FILE;
	return wait_for(p->lock);
}

void posted_close(struct posted *p)
{
	if (p->lock >= 0)
		close(p->lock);
	p->lock = -1;
}

void posted_id(const struct posted *p, const char *sha256, char out[POSTED_ID_SIZE])
{
	hash(p->system, sha256, out);
}

enum err posted_find(const struct posted *p, const char *id, json_t **entry)
{
	char path[AXIS_PATH_MAX];

	path_of(p, "in", id, path);
	return axis_disk_read(path, entry);
}

static enum err read_key(const struct posted *p, const char *key, json_t **entry)
{
	char path[AXIS_PATH_MAX], name[POSTED_ID_SIZE];

	hash("senderDocId", key, name);
	path_of(p, "keys", name, path);
	return axis_disk_read(path, entry);
}

enum err posted_find_key(const struct posted *p, const char *key, json_t **entry)
{
	const char *id;
	json_t *named;
	enum err e = read_key(p, key, &named);

	*entry = NULL;
	if (e == ERR_OK) {
		id = json_string_value(json_object_get(named, "id"));
		e = id == NULL ? ERR_AXIS_FILE : posted_find(p, id, entry);
	}
	json_decref(named);
	return e;
}

enum err posted_check_key(const struct posted *p, const char *key, const char *id)
{
	const char *is;
	json_t *named;
	enum err e = key[0] == '\0' ? ERR_NOT_FOUND : read_key(p, key, &named);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	is = json_string_value(json_object_get(named, "id"));
	e = is == NULL ? ERR_AXIS_FILE : strcmp(is, id) == 0 ? ERR_OK : ERR_AXIS_KEY;
	json_decref(named);
	return e;
}

enum err posted_note(const struct posted *p, const char *id, const char *key, json_t *entry)
{
	char path[AXIS_PATH_MAX], name[POSTED_ID_SIZE];
	enum err e;

	path_of(p, "in", id, path);
	e = axis_disk_write(path, entry);
	if (e != ERR_OK || key[0] == '\0')
		return e;
	hash("senderDocId", key, name);
	path_of(p, "keys", name, path);
	return axis_disk_write(path, json_pack("{s:s, s:s}", "id", id, "senderDocId", key));
}
