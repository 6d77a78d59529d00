/* See served.h. */
#include "tools/axis/served.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/axis/kept.h"
#include "tools/base/files.h"
#include "tools/base/text.h"

enum { LOCK_MS = 10000, LOOK_MS = 50 };
enum { ROOM_BYTES = 16 << 20 };
enum { MAKE_S = 120, LATE_MAX = 6, BYTES_A_SECOND = 1 << 20 };
enum { BATCH = 200, BATCHES_MAX = 100, ORDER_DIGITS = SERVED_ORDER_SIZE - 1, TIME_SIZE = 40 };

static const char *const folders[] = { "out", "failed", "done" };

void served_path(const char *gateway_folder, const char *system, const char *word,
		 char out[AXIS_PATH_MAX])
{
	snprintf(out, AXIS_PATH_MAX, "%s/axis-server%s%s%s%s", gateway_folder,
		 system == NULL ? "" : "/", system == NULL ? "" : system, word == NULL ? "" : "/",
		 word == NULL ? "" : word);
}

static void path_of(const struct served *s, const char *word, char out[AXIS_PATH_MAX])
{
	served_path(s->work.gateway_folder, s->work.adapter.name, word, out);
}

static const char *key_in(const char *id)
{
	return id + ORDER_DIGITS + 1;
}

/* Of one that is done only the key is in its name. */
static void file_of(const struct served *s, enum served_where where, const char *id,
		    char out[AXIS_PATH_MAX])
{
	char word[SERVED_ID_SIZE + 16];

	snprintf(word, sizeof word, "%s/%s.json", folders[where],
		 where == SERVED_DONE ? key_in(id) : id);
	path_of(s, word, out);
}

bool served_id_valid(const char *id)
{
	return strlen(id) == SERVED_ID_SIZE - 1 && id[ORDER_DIGITS] == '-' &&
	       strspn(id, "0123456789abcdef") == ORDER_DIGITS &&
	       strspn(id + ORDER_DIGITS + 1, "0123456789abcdef") == AXIS_KEY_SIZE - 1;
}

/* ---- the state ---- */

static enum err write_state(struct served *s)
{
	const struct served_state *t = &s->state;
	char path[AXIS_PATH_MAX];

	path_of(s, "state.json", path);
	return axis_disk_write(
		path, json_pack("{s:i, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s}", "v",
				1,
				"done", (json_int_t)t->done, "feed", t->feed, "last",
				(json_int_t)t->last, "from_ms", (json_int_t)t->from_ms, "made_ms",
				(json_int_t)t->made_ms, "seen_ms", (json_int_t)t->seen_ms,
				"told_done", (json_int_t)t->told_done, "told_failed",
				(json_int_t)t->told_failed, "stopped", (json_int_t)t->stopped,
				"looked", (int)t->looked, "to", t->to));
}

static enum err take_state(const json_t *json, struct served_state *t)
{
	json_int_t done, last, from, made, seen, told, failed, stopped;
	const char *feed;
	int v;

	if (json_unpack((json_t *)(uintptr_t)json,
			"{s:i, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "v", &v, "done",
			&done, "feed", &feed, "last", &last, "from_ms", &from, "made_ms", &made,
			"seen_ms", &seen, "told_done", &told, "told_failed", &failed, "stopped",
			&stopped) != 0 ||
	    v != 1 || done < 0 || last < 0 || strlen(feed) >= AXIS_FEED_SIZE)
		return ERR_AXIS_FILE;
	*t = (struct served_state){ .done = (uint64_t)done,
				    .last = (uint64_t)last,
				    .from_ms = from,
				    .made_ms = made,
				    .seen_ms = seen,
				    .told_done = (uint64_t)told,
				    .told_failed = (uint64_t)failed,
				    .stopped = (enum err)stopped };
	memcpy(t->feed, feed, strlen(feed) + 1);
	/* Once there were none of these. */
	t->looked = json_is_true(json_object_get(json, "looked"));
	snprintf(t->to, sizeof t->to, "%.60s", axis_text(json, "to"));
	return ERR_OK;
}

static enum err read_state(struct served *s, int64_t from_ms)
{
	char path[AXIS_PATH_MAX];
	json_t *json;
	enum err e;

	path_of(s, "state.json", path);
	e = axis_disk_read(path, &json);
	if (e == ERR_NOT_FOUND) {
		s->state = (struct served_state){ .from_ms = from_ms };
		return write_state(s);
	}
	if (e == ERR_OK)
		e = take_state(json, &s->state);
	json_decref(json);
	return e;
}

static enum err make_folders(const struct served *s)
{
	static const char *const words[] = { NULL, "out", "failed", "done", "work" };
	char path[AXIS_PATH_MAX];
	enum err e;

	served_path(s->work.gateway_folder, NULL, NULL, path);
	e = fs_mkdir(path, true);
	for (unsigned i = 0; e == ERR_OK && i < sizeof words / sizeof *words; i++) {
		path_of(s, words[i], path);
		e = fs_mkdir(path, true);
	}
	return e;
}

/* Not longer than some seconds: who waits has a thread of the gateway's. */
static enum err lock(const struct served *s, const char *word, int *out)
{
	struct pollfd stop = { .fd = s->work.program.stop, .events = POLLIN };
	char path[AXIS_PATH_MAX];

	path_of(s, word, path);
	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*out < 0)
		return ERR_FILE;
	for (int waited = 0; flock(*out, LOCK_EX | LOCK_NB) != 0; waited += LOOK_MS) {
		enum err e = errno != EWOULDBLOCK && errno != EINTR  ? ERR_FILE
			     : waited >= LOCK_MS		     ? ERR_BUSY
			     : poll(&stop, 1, LOOK_MS) > 0	     ? ERR_CANCELLED
								     : ERR_OK;

		if (e != ERR_OK) {
			close(*out);
			*out = -1;
			return e;
		}
	}
	return ERR_OK;
}

enum err served_open(struct served *s, int64_t from_ms)
{
	enum err e;

	s->lock = -1;
	e = axis_name_valid(s->work.adapter.name) ? make_folders(s) : ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = lock(s, ".lock", &s->lock);
	return e == ERR_OK ? read_state(s, from_ms) : e;
}

void served_close(struct served *s)
{
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
}

/* ---- children ---- */

enum err served_run(struct served *s, const char *const *args, json_t **said,
		    char reason[AXIS_REASON_SIZE])
{
	enum err e;

	*said = NULL;
	if (s->place_take != NULL && !s->place_take())
		return ERR_BUSY;
	e = axis_run(&s->work, args, said, reason);
	if (s->place_give != NULL)
		s->place_give();
	return e;
}

/* ---- entering ---- */

/* The keys of what waits or has failed: those of before sorted, those of this run behind them. */
struct known {
	char (*keys)[AXIS_KEY_SIZE];
	size_t sorted, count, size;
	size_t waiting;
};

static void known_free(struct known *k)
{
	free(k->keys);
}

static enum err names_in(const struct served *s, enum served_where where, char ***names,
			 size_t *count)
{
	char path[AXIS_PATH_MAX];

	path_of(s, folders[where], path);
	return axis_disk_names(path, ".json", SIZE_MAX, names, count);
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, AXIS_KEY_SIZE);
}

static void known_sort(struct known *k)
{
	if (k->count > 0)
		qsort(k->keys, k->count, sizeof *k->keys, by_key);
	k->sorted = k->count;
}

static enum err known_add(struct known *k, const char *id)
{
	if (k->count == k->size) {
		size_t size = k->size == 0 ? BATCH : k->size * 2;
		char(*more)[AXIS_KEY_SIZE] = realloc(k->keys, size * sizeof *more);

		if (more == NULL)
			return ERR_NO_MEMORY;
		k->keys = more;
		k->size = size;
	}
	memcpy(k->keys[k->count++], key_in(id), AXIS_KEY_SIZE);
	return ERR_OK;
}

/* Also an order that the state had not yet noted when the process ended. */
static enum err known_load_from(struct served *s, enum served_where where, struct known *k)
{
	char **names;
	size_t count;
	enum err e = names_in(s, where, &names, &count);

	if (e != ERR_OK)
		return e;
	if (count > 0) {
		uint64_t order = strtoull(names[count - 1], NULL, 16);

		s->state.last = order > s->state.last ? order : s->state.last;
	}
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		if (served_id_valid(names[i]))
			e = known_add(k, names[i]);
	}
	if (where == SERVED_WAITING)
		k->waiting = count;
	axis_disk_names_free(names, count);
	return e;
}

static enum err known_load(struct served *s, struct known *k)
{
	enum err e = ERR_OK;

	memset(k, 0, sizeof *k);
	for (int i = 0; e == ERR_OK && i < SERVED_DONE; i++)
		e = known_load_from(s, (enum served_where)i, k);
	known_sort(k);
	return e;
}

static bool is_known(const struct served *s, const struct known *k, const char *id)
{
	char path[AXIS_PATH_MAX], key[AXIS_KEY_SIZE];

	memcpy(key, key_in(id), sizeof key);
	if (k->sorted > 0 && bsearch(key, k->keys, k->sorted, sizeof *k->keys, by_key) != NULL)
		return true;
	for (size_t i = k->sorted; i < k->count; i++) { /* a batch's at most */
		if (by_key(k->keys[i], key) == 0)
			return true;
	}
	file_of(s, SERVED_DONE, id, path);
	return access(path, F_OK) == 0;
}

static bool is_earlier(const struct served *s, const json_t *change)
{
	char from[TIME_SIZE];

	text_rfc3339(s->state.from_ms, from, sizeof from);
	return strcmp(axis_text(change, "at"), from) < 0;
}

static enum err enter_one(struct served *s, const json_t *change, struct known *k)
{
	char key[AXIS_KEY_SIZE], id[SERVED_ID_SIZE], path[AXIS_PATH_MAX];
	const char *status, *whose, *document = axis_text(change, "id");
	int64_t now = text_now_ms();
	enum err e;

	if (!axis_outbox_wanted(change, s->work.committee, &status, &whose) ||
	    is_earlier(s, change) || !s->wants(s->of, change))
		return ERR_OK;
	axis_outbox_key(document, status, whose, key);
	snprintf(id, sizeof id, "%016llx-%s", (unsigned long long)s->state.last + 1, key);
	if (is_known(s, k, id))
		return ERR_OK;
	s->state.made_ms = now > s->state.made_ms ? now : s->state.made_ms;
	file_of(s, SERVED_WAITING, id, path);
	e = axis_disk_write(path, json_pack("{s:s, s:s, s:s, s:I}", "document", document, "status",
					    status, "whose", whose, "made_ms",
					    (json_int_t)s->state.made_ms));
	if (e != ERR_OK)
		return e;
	s->state.last++;
	k->waiting++;
	return known_add(k, id);
}

/* Nothing was entered yet, and what is kept begins behind what is for it. */
static bool begins_late(const struct served *s, const json_t *said)
{
	const json_t *oldest = json_array_get(json_object_get(said, "changes"), 0);

	return s->state.feed[0] == '\0' && !s->state.looked && oldest != NULL &&
	       json_integer_value(json_object_get(said, "first")) > 1 && !is_earlier(s, oldest);
}

static enum err ask(struct served *s, json_t **said, char reason[AXIS_REASON_SIZE])
{
	char since[40], limit[24], feed[AXIS_FEED_SIZE + 8];
	const char *args[] = { "changes", limit, NULL, NULL, NULL };
	enum err e;

	snprintf(since, sizeof since, "--since=%llu", (unsigned long long)s->state.done);
	snprintf(limit, sizeof limit, "--limit=%d", BATCH);
	snprintf(feed, sizeof feed, "--feed=%s", s->state.feed);
	if (s->state.feed[0] != '\0') { /* else all that is kept */
		args[2] = since;
		args[3] = feed;
	}
	e = served_run(s, args, said, reason);
	if (e == ERR_OK && !json_is_true(json_object_get(*said, "missed")) &&
	    !begins_late(s, *said))
		return ERR_OK;
	json_decref(*said);
	*said = NULL;
	if (e == ERR_OK || e == ERR_FEED_MISSED || e == ERR_FEED_OTHER) {
		s->state.stopped = ERR_AXIS_FEED;
		e = write_state(s);
		return e == ERR_OK ? ERR_AXIS_FEED : e;
	}
	return e;
}

static enum err enter_batch(struct served *s, const json_t *said, struct known *k)
{
	const json_t *changes = json_object_get(said, "changes"), *change;
	const json_t *next = json_object_get(said, "next");
	enum err e = ERR_OK;
	size_t i;

	json_array_foreach(changes, i, change)
	{
		if (e == ERR_OK)
			e = enter_one(s, change, k);
	}
	known_sort(k);
	if (e != ERR_OK)
		return e;
	if (json_is_integer(next))
		s->state.done = (uint64_t)json_integer_value(next);
	snprintf(s->state.feed, sizeof s->state.feed, "%.64s", axis_text(said, "feed"));
	return write_state(s);
}

enum err served_enter(struct served *s, char reason[AXIS_REASON_SIZE])
{
	size_t got = BATCH;
	struct known k;
	enum err e;

	reason[0] = '\0';
	s->state.seen_ms = text_now_ms();
	if (s->state.stopped != ERR_OK)
		return s->state.stopped;
	e = known_load(s, &k);
	for (unsigned i = 0; e == ERR_OK && i < BATCHES_MAX && got >= BATCH &&
			     k.waiting < AXIS_WAITING_MAX;
	     i++) {
		json_t *said;

		e = ask(s, &said, reason);
		if (e != ERR_OK)
			break;
		got = json_array_size(json_object_get(said, "changes"));
		e = enter_batch(s, said, &k);
		json_decref(said);
	}
	known_free(&k);
	return e;
}

/* ---- messages ---- */

enum err served_ids(const struct served *s, enum served_where where, const char *after,
		    char ***ids, size_t *count)
{
	size_t kept = 0;
	enum err e = names_in(s, where, ids, count);

	for (size_t i = 0; e == ERR_OK && i < *count; i++) {
		char *id = (*ids)[i];

		if (served_id_valid(id) && strncmp(id, after, ORDER_DIGITS) > 0)
			(*ids)[kept++] = id;
		else
			free(id);
	}
	*count = e == ERR_OK ? kept : 0;
	return e;
}

enum err served_find(const struct served *s, const char *id, json_t **entry,
		     enum served_where *where)
{
	enum err e = ERR_NOT_FOUND;

	*entry = NULL;
	for (int i = 0; served_id_valid(id) && e == ERR_NOT_FOUND && i <= SERVED_DONE; i++) {
		char path[AXIS_PATH_MAX];

		*where = (enum served_where)i;
		file_of(s, *where, id, path);
		e = axis_disk_read(path, entry);
	}
	/* The same key under another order was never one of ours. */
	if (e == ERR_OK && *where == SERVED_DONE && strcmp(axis_text(*entry, "id"), id) != 0) {
		json_decref(*entry);
		*entry = NULL;
		return ERR_NOT_FOUND;
	}
	return e;
}

static enum err rewrite(const struct served *s, const char *id, json_t *entry)
{
	enum served_where where;
	json_t *old;
	char path[AXIS_PATH_MAX];
	enum err e = served_find(s, id, &old, &where);

	json_decref(old);
	if (e != ERR_OK)
		return e;
	file_of(s, where, id, path);
	return axis_disk_write(path, json_incref(entry));
}

static enum err write_file(struct served *s, const json_t *entry, const char *path,
			   char reason[AXIS_REASON_SIZE])
{
	char output[AXIS_PATH_MAX + 16], code[16], of[96];
	const char *document = axis_text(entry, "document"), *status = axis_text(entry, "status");
	const char *whole[] = { "edxml", "export", output, "--", document, NULL };
	const char *word[] = { "edxml", "export", output, code, of, "--", document, NULL };
	const char *language = s->work.program.language;
	json_t *said;
	enum err e;

	unlink(path);
	s->work.program.language = "vi"; /* the same file, whoever asks */
	snprintf(output, sizeof output, "--output=%s", path);
	snprintf(code, sizeof code, "--status=%.8s", status);
	snprintf(of, sizeof of, "--of=%.64s", axis_text(entry, "whose"));
	e = served_run(s, status[0] == '\0' ? whole : word, &said, reason);
	s->work.program.language = language;
	json_decref(said);
	return e;
}

/* ---- made files ---- */

void served_kept(const struct served *s, const char *id, char out[AXIS_PATH_MAX])
{
	char word[SERVED_ID_SIZE + 16];

	snprintf(word, sizeof word, "work/%.*s.edxml", SERVED_ID_SIZE - 1, id);
	path_of(s, word, out);
}

static void forget_kept(const struct served *s, const char *id)
{
	char path[AXIS_PATH_MAX];

	served_kept(s, id, path);
	unlink(path);
}

static bool is_kept(const struct served *s, const char *id, const json_t *entry)
{
	char path[AXIS_PATH_MAX];
	struct stat st;

	served_kept(s, id, path);
	return axis_text(entry, "sha256")[0] != '\0' && lstat(path, &st) == 0 &&
	       S_ISREG(st.st_mode) &&
	       st.st_size == json_integer_value(json_object_get(entry, "size_bytes"));
}

/* ---- making ---- */

bool served_is_late(const json_t *entry)
{
	return json_integer_value(json_object_get(entry, "late")) > 0;
}

static int limit_ms(const json_t *entry)
{
	json_int_t late = json_integer_value(json_object_get(entry, "late")),
		   bytes = json_integer_value(json_object_get(entry, "size_bytes")),
		   more = bytes / BYTES_A_SECOND;

	late = late < 0 ? 0 : late > LATE_MAX ? LATE_MAX : late;
	more = more < 0 ? 0 : more > MAKE_S << LATE_MAX ? MAKE_S << LATE_MAX : more;
	return (int)((MAKE_S << late) + more) * 1000;
}

static enum err check_room(const struct served *s, const json_t *entry)
{
	uint64_t bytes = (uint64_t)json_integer_value(json_object_get(entry, "size_bytes"));
	char path[AXIS_PATH_MAX];
	struct statvfs disk;

	path_of(s, "work", path);
	if (statvfs(path, &disk) != 0)
		return ERR_FILE;
	return (uint64_t)disk.f_bavail * disk.f_frsize < s->reserve_bytes + ROOM_BYTES + bytes
		       ? ERR_DISK_FULL
		       : ERR_OK;
}

/* What it is now: "sha256", "size_bytes", "from"; without the folder's lock. */
static enum err make(struct served *s, const json_t *entry, const char *path, json_t **said,
		     char reason[AXIS_REASON_SIZE])
{
	const int before_ms = s->work.program.timeout_ms;
	int making;
	enum err e;

	served_close(s);
	*said = NULL;
	e = lock(s, "work/.lock", &making);
	if (e != ERR_OK)
		return e;
	e = check_room(s, entry);
	if (e == ERR_OK) {
		s->work.program.timeout_ms = limit_ms(entry);
		e = write_file(s, entry, path, reason);
		s->work.program.timeout_ms = before_ms;
	}
	if (e == ERR_OK)
		e = kept_measure(path, said);
	close(making);
	return e;
}

/* As others have left it meanwhile. */
static enum err come_back(struct served *s, const char *id, json_t **entry,
			  enum served_where *where)
{
	enum err e = lock(s, ".lock", &s->lock);

	if (e == ERR_OK)
		e = read_state(s, 0);
	if (e != ERR_OK) {
		served_close(s);
		return e;
	}
	json_decref(*entry);
	return served_find(s, id, entry, where);
}

static enum err note_made(struct served *s, const char *id, json_t *entry, const json_t *said)
{
	char before[DIGEST_HEX_SIZE];
	enum err e;

	snprintf(before, sizeof before, "%.64s", axis_text(entry, "sha256"));
	if (strcmp(before, axis_text(said, "sha256")) == 0)
		return ERR_OK;
	json_object_set(entry, "sha256", json_object_get(said, "sha256"));
	json_object_set(entry, "size_bytes", json_object_get(said, "size_bytes"));
	json_object_set(entry, "from_organ", json_object_get(said, "from"));
	json_object_del(entry, "late");
	e = rewrite(s, id, entry);
	return e == ERR_OK && before[0] != '\0' ? ERR_AXIS_ANEW : e;
}

/* More time for it when it is made the next time. */
static enum err note_late(struct served *s, const char *id, json_t *entry)
{
	json_int_t late = json_integer_value(json_object_get(entry, "late"));

	json_object_set_new(entry, "late", json_integer(late + 1));
	return rewrite(s, id, entry);
}

/* As it is on the disk again. */
static enum err settle_made(struct served *s, const char *id, json_t *entry, const char *path,
			    const json_t *said)
{
	char kept[AXIS_PATH_MAX];
	enum err e = note_made(s, id, entry, said);

	if (e != ERR_OK && e != ERR_AXIS_ANEW)
		return e;
	served_kept(s, id, kept);
	if (rename(path, kept) != 0)
		return ERR_FILE;
	kept_bound(s->work.gateway_folder);
	return e;
}

enum err served_make(struct served *s, const char *id, json_t **entry, enum served_where *where,
		     const char *path, char reason[AXIS_REASON_SIZE])
{
	json_t *said;
	enum err made, e;

	reason[0] = '\0';
	if (is_kept(s, id, *entry))
		return ERR_OK;
	made = make(s, *entry, path, &said, reason);
	e = come_back(s, id, entry, where);
	if (e == ERR_OK && made == ERR_OK)
		made = settle_made(s, id, *entry, path, said);
	else if (e == ERR_OK && made == ERR_TIMEOUT)
		e = note_late(s, id, *entry);
	if (e != ERR_OK || (made != ERR_OK && made != ERR_AXIS_ANEW))
		unlink(path);
	json_decref(said);
	return e == ERR_OK ? made : e;
}

enum err served_set_to(struct served *s, const char *to)
{
	if (strncmp(s->state.to, to, sizeof s->state.to) == 0)
		return ERR_OK;
	snprintf(s->state.to, sizeof s->state.to, "%.60s", to);
	return write_state(s);
}

static enum err move(struct served *s, const char *id, json_t *entry, enum served_where from,
		     enum served_where to)
{
	char old[AXIS_PATH_MAX], new[AXIS_PATH_MAX];
	enum err e;

	file_of(s, from, id, old);
	file_of(s, to, id, new);
	e = axis_disk_write(old, json_incref(entry));
	if (e == ERR_OK && from != to)
		e = axis_disk_move(old, new);
	if (e != ERR_OK)
		return e;
	forget_kept(s, id);
	if (to == SERVED_DONE)
		s->state.told_done++;
	else
		s->state.told_failed++;
	return write_state(s);
}

static enum err tell(struct served *s, const char *id, bool done, const char *reason, bool by_us)
{
	enum served_where where;
	json_t *entry;
	enum err e = served_find(s, id, &entry, &where);

	if (e == ERR_OK && where == SERVED_DONE) {
		e = done ? ERR_OK : ERR_AXIS_TOLD;
	} else if (e == ERR_OK &&
		   !(where == SERVED_FAILED && !done && served_is_ours(entry) == by_us &&
		     strcmp(axis_text(entry, "reason"), reason) == 0)) {
		json_object_set_new(entry, "id", json_string(id));
		json_object_set_new(entry, "reason", json_string(reason));
		json_object_set_new(entry, "told_ms", json_integer((json_int_t)text_now_ms()));
		if (by_us)
			json_object_set_new(entry, "by", json_string("us"));
		else
			json_object_del(entry, "by");
		e = move(s, id, entry, where, done ? SERVED_DONE : SERVED_FAILED);
	}
	json_decref(entry);
	return e;
}

bool served_is_ours(const json_t *entry)
{
	return strcmp(axis_text(entry, "by"), "us") == 0;
}

enum err served_tell(struct served *s, const char *id, bool done, const char *reason)
{
	return tell(s, id, done, reason, false);
}

enum err served_drop(struct served *s, const char *id, const char *reason)
{
	return tell(s, id, false, reason, true);
}

/* ---- the operator ---- */

/* What is entered again is there already, unless it is new. */
static enum err resume(struct served *s)
{
	s->state.stopped = ERR_OK;
	s->state.looked = true;
	s->state.done = 0;
	s->state.feed[0] = '\0';
	return write_state(s);
}

enum err served_retry(struct served *s)
{
	char **ids, from[AXIS_PATH_MAX], to[AXIS_PATH_MAX];
	size_t count;
	enum err e = served_ids(s, SERVED_FAILED, "", &ids, &count);

	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		file_of(s, SERVED_FAILED, ids[i], from);
		file_of(s, SERVED_WAITING, ids[i], to);
		e = axis_disk_move(from, to);
	}
	axis_disk_names_free(ids, count);
	return e == ERR_OK && s->state.stopped != ERR_OK ? resume(s) : e;
}

enum err served_look(struct served *s)
{
	char path[AXIS_PATH_MAX];
	json_t *json;
	enum err e;

	s->lock = -1;
	if (!axis_name_valid(s->work.adapter.name))
		return ERR_NOT_FOUND;
	path_of(s, "state.json", path);
	e = axis_disk_read(path, &json);
	if (e == ERR_OK)
		e = take_state(json, &s->state);
	json_decref(json);
	return e;
}

enum err served_systems(const char *gateway_folder, char ***names, size_t *count)
{
	char path[AXIS_PATH_MAX];

	served_path(gateway_folder, NULL, NULL, path);
	return axis_disk_names(path, "", SIZE_MAX, names, count);
}
