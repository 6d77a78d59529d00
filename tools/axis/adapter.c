/* See adapter.h. */
#include "tools/axis/adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/base/files.h"

bool axis_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < AXIS_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

enum err axis_address_check(const char *address)
{
	static const char *const own[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
	const char *host = strstr(address, "://");
	size_t len = strlen(address);
	bool allowed = strncmp(address, "https://", 8) == 0;

	if (host == NULL || len >= AXIS_ADDRESS_SIZE || host[3] == '\0' || host[3] == '/' ||
	    strpbrk(address, "?#@\\ \"<>") != NULL)
		return ERR_AXIS_ADDRESS;
	for (const char *at = address; *at != '\0'; at++) {
		if (*at < '!' || *at > '~')
			return ERR_AXIS_ADDRESS;
	}
	for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++) {
		size_t word = strlen(own[i]);

		allowed = allowed || (strncmp(address, own[i], word) == 0 &&
				      strchr(":/", address[word]) != NULL);
	}
	return allowed ? ERR_OK : ERR_AXIS_ADDRESS;
}

void axis_path(const char *gateway_folder, const char *name, const char *word,
	       char out[AXIS_PATH_MAX])
{
	snprintf(out, AXIS_PATH_MAX, "%s/axis%s%s%s%s", gateway_folder, name == NULL ? "" : "/",
		 name == NULL ? "" : name, word == NULL ? "" : "/", word == NULL ? "" : word);
}

enum err axis_folder_make(const char *gateway_folder, const char *name)
{
	static const char *const words[] = { NULL, "in", "out", "sent", "work" };
	char path[AXIS_PATH_MAX];
	enum err e = fs_mkdir(gateway_folder, true);

	axis_path(gateway_folder, NULL, NULL, path);
	if (e == ERR_OK)
		e = fs_mkdir(path, true);
	for (unsigned i = 0; e == ERR_OK && name != NULL && i < sizeof words / sizeof *words; i++) {
		axis_path(gateway_folder, name, words[i], path);
		e = fs_mkdir(path, true);
	}
	return e;
}

static void path_of(const char *folder, const char *name, char out[AXIS_PATH_MAX])
{
	char file[AXIS_NAME_SIZE + 8];

	snprintf(file, sizeof file, "%s.json", name);
	axis_path(folder, file, NULL, out);
}

static bool copy(char *out, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		return false;
	memcpy(out, from, len + 1);
	return true;
}

static bool read_speaks(const json_t *list, struct axis_adapter *a)
{
	const json_t *one;
	size_t i;

	if (json_array_size(list) > AXIS_SPEAKS_MAX)
		return false;
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one) ||
		    !copy(a->speaks[a->speaks_count], AXIS_CODE_SIZE, json_string_value(one)))
			return false;
		a->speaks_count++;
	}
	return true;
}

static enum err read_adapter(json_t *json, struct axis_adapter *a)
{
	const char *address, *system, *secret, *ca, *feed;
	json_int_t poll, order, created, since;
	int v, paused;
	json_t *speaks;

	if (json_unpack(json, "{s:i, s:s, s:s, s:s, s:s, s:I, s:o, s:b, s:I, s:I, s:I, s:s}", "v",
			&v, "address", &address, "system", &system, "secret_file", &secret, "ca",
			&ca, "poll_ms", &poll, "speaks", &speaks, "paused", &paused, "order",
			&order, "created_ms", &created, "since", &since, "feed", &feed) != 0 ||
	    v != 1 || poll < AXIS_POLL_MIN_MS || order < 0 || since < 0)
		return ERR_AXIS_FILE;
	a->poll_ms = poll;
	a->paused = paused != 0;
	a->order = (uint64_t)order;
	a->created_ms = created;
	a->since = (uint64_t)since;
	return copy(a->address, sizeof a->address, address) &&
			       copy(a->system, sizeof a->system, system) &&
			       copy(a->secret_file, sizeof a->secret_file, secret) &&
			       copy(a->ca, sizeof a->ca, ca) &&
			       copy(a->feed, sizeof a->feed, feed) && read_speaks(speaks, a)
		       ? ERR_OK
		       : ERR_AXIS_FILE;
}

enum err axis_adapter_read(const char *gateway_folder, const char *name, struct axis_adapter *out)
{
	char path[AXIS_PATH_MAX];
	json_t *json;
	enum err e;

	memset(out, 0, sizeof *out);
	if (!copy(out->name, sizeof out->name, name) || !axis_name_valid(name))
		return ERR_NOT_FOUND;
	path_of(gateway_folder, name, path);
	e = axis_disk_read(path, &json);
	if (e == ERR_OK)
		e = read_adapter(json, out);
	json_decref(json);
	return e;
}

enum err axis_adapter_write(const char *gateway_folder, const struct axis_adapter *a)
{
	json_t *speaks = json_array();
	char path[AXIS_PATH_MAX];

	for (unsigned i = 0; i < a->speaks_count; i++)
		json_array_append_new(speaks, json_string(a->speaks[i]));
	path_of(gateway_folder, a->name, path);
	return axis_disk_write(
		path, json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:o, s:b, s:I, s:I, s:I, s:s}", "v",
				1, "address", a->address, "system", a->system, "secret_file",
				a->secret_file, "ca", a->ca, "poll_ms", (json_int_t)a->poll_ms,
				"speaks", speaks, "paused", a->paused ? 1 : 0, "order",
				(json_int_t)a->order, "created_ms", (json_int_t)a->created_ms,
				"since", (json_int_t)a->since, "feed", a->feed));
}

/* What it has taken and sent stays, so that one of the same name later does nothing twice. */
enum err axis_adapter_remove(const char *gateway_folder, const char *name)
{
	char path[AXIS_PATH_MAX];

	path_of(gateway_folder, name, path);
	if (unlink(path) != 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_FILE;
	axis_path(gateway_folder, name, "state.json", path);
	if (unlink(path) != 0 && errno != ENOENT)
		return ERR_FILE;
	axis_path(gateway_folder, NULL, NULL, path);
	return folder_sync(path);
}

enum err axis_state_read(const char *gateway_folder, const struct axis_adapter *a,
			 struct axis_state *out)
{
	json_int_t order, done, stopped, failing, attempts, next, polled;
	json_int_t taken, failed, sent, no;
	char path[AXIS_PATH_MAX];
	const char *feed, *reason;
	json_t *json;
	enum err e;

	*out = (struct axis_state){ .order = a->order, .done = a->since };
	memcpy(out->feed, a->feed, sizeof out->feed);
	axis_path(gateway_folder, a->name, "state.json", path);
	e = axis_disk_read(path, &json);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if (json_unpack(json,
			"{s:I, s:I, s:s, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			"order",
			&order, "done", &done, "feed", &feed, "stopped", &stopped, "failing",
			&failing, "reason", &reason, "attempts", &attempts, "next_ms", &next,
			"polled_ms", &polled, "taken", &taken, "failed", &failed, "sent", &sent,
			"refused", &no) == 0) {
		*out = (struct axis_state){ .order = (uint64_t)order,
					    .done = (uint64_t)done,
					    .stopped = (enum err)stopped,
					    .failing = (enum err)failing,
					    .attempts = (unsigned)attempts,
					    .next_ms = next,
					    .polled_ms = polled,
					    .taken = (uint64_t)taken,
					    .failed = (uint64_t)failed,
					    .sent = (uint64_t)sent,
					    .refused = (uint64_t)no };
		e = copy(out->feed, sizeof out->feed, feed) &&
				    copy(out->reason, sizeof out->reason, reason)
			    ? ERR_OK
			    : ERR_AXIS_FILE;
	} else {
		e = ERR_AXIS_FILE;
	}
	json_decref(json);
	return e;
}

enum err axis_state_write(const char *gateway_folder, const char *name, const struct axis_state *s)
{
	char path[AXIS_PATH_MAX];

	axis_path(gateway_folder, name, "state.json", path);
	return axis_disk_write(
		path,
		json_pack("{s:I, s:I, s:s, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			  "order", (json_int_t)s->order, "done", (json_int_t)s->done, "feed",
			  s->feed, "stopped", (json_int_t)s->stopped, "failing",
			  (json_int_t)s->failing, "reason", s->reason, "attempts",
			  (json_int_t)s->attempts, "next_ms", (json_int_t)s->next_ms, "polled_ms",
			  (json_int_t)s->polled_ms, "taken", (json_int_t)s->taken, "failed",
			  (json_int_t)s->failed, "sent", (json_int_t)s->sent, "refused",
			  (json_int_t)s->refused));
}

enum err axis_secret_read(const struct axis_adapter *a, char out[AXIS_SECRET_SIZE])
{
	int fd = open(a->secret_file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0)
		n = read(fd, out, AXIS_SECRET_SIZE);
	if (fd >= 0)
		close(fd);
	if (n <= 0 || n >= AXIS_SECRET_SIZE)
		return ERR_AXIS_SECRET;
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return out[0] == '\0' ? ERR_AXIS_SECRET : ERR_OK;
}
