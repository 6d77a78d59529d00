/* See spool_desk.h. */
#include "tests/unit/support/spool_desk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "proto/digest.h"
#include "tools/base/files.h"
#include "tools/client/uuid.h"

enum { TEXT_SIZE = 1 << 16, PATH_SIZE = 1024 };

static void path_of(const struct spool_desk *d, const char *path, char out[PATH_SIZE])
{
	snprintf(out, PATH_SIZE, "%s/%s", d->root, path);
}

/* ---- the stand-in ---- */

static void step(void *ctx)
{
	struct spool_desk *d = ctx;

	if (++d->steps == d->die_at)
		_exit(9);
}

static enum err say(struct run_result *out, int code, json_t *answer)
{
	out->code = code;
	out->out = json_dumps(answer, JSON_COMPACT);
	out->len = strlen(out->out);
	json_decref(answer);
	return ERR_OK;
}

static enum err say_error(struct run_result *out, int code, const char *vt)
{
	return say(out, code,
		   json_pack("{s:i, s:{s:s, s:s, s:s}}", "v", 1, "error", "code", vt, "message",
			     "no", "fix", "mend it"));
}

static const char *argument(const char *const *args, const char *name)
{
	size_t len = strlen(name);

	for (; *args != NULL; args++) {
		if (strncmp(*args, name, len) == 0)
			return *args + len;
	}
	return "";
}

static void append_file(const char *path, char *text)
{
	size_t len = strlen(text), n;
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	n = fread(text + len, 1, TEXT_SIZE - len - 1, f);
	text[len + n] = '\0';
	fclose(f);
}

/* All that makes it the same document: options and contents. */
static void content_of(const char *const *args, char *text)
{
	bool files = false;

	text[0] = '\0';
	for (args++; *args != NULL; args++) {
		size_t len = strlen(text);

		if (files) {
			snprintf(text + len, TEXT_SIZE - len, "\n%s\n", strrchr(*args, '/') + 1);
			append_file(*args, text);
		} else {
			snprintf(text + len, TEXT_SIZE - len, "%s ", *args);
		}
		files |= strcmp(*args, "--") == 0;
	}
}

/* What `show` will say of it. */
static void note_shown(const struct spool_desk *d, const char *const *args, const char *id)
{
	const char *issued = argument(args, "--date=");
	json_t *files = json_array(), *shown;
	char word[64], *text = malloc(TEXT_SIZE), hex[DIGEST_HEX_SIZE];
	bool is_file = false;

	assert_non_null(text);
	for (; *args != NULL; args++) {
		struct digest digest;

		if (is_file) {
			text[0] = '\0';
			append_file(*args, text);
			digest = digest_of((struct blob){ (const uint8_t *)text, strlen(text) });
			digest_to_hex(&digest, hex);
			json_array_append_new(files, json_pack("{s:s}", "sha256", hex));
		}
		is_file |= strcmp(*args, "--") == 0;
	}
	shown = json_pack("{s:s, s:s, s:s, s:o}", "id", id, "from", d->config.committee.text,
			  "issued", issued, "attachments", files);
	free(text);
	text = json_dumps(shown, 0);
	snprintf(word, sizeof word, "shown/%s", id);
	spool_desk_write(d, word, text);
	free(text);
	json_decref(shown);
}

static enum err do_send(struct spool_desk *d, const char *const *args, struct run_result *out)
{
	const char *id = argument(args, "--id=");
	char path[PATH_SIZE], word[64], *text = malloc(TEXT_SIZE), *before = malloc(TEXT_SIZE);
	bool there, same;

	assert_true(text != NULL && before != NULL);
	d->asked++;
	snprintf(word, sizeof word, "daemon/%s", id);
	path_of(d, word, path);
	content_of(args, text);
	for (unsigned i = 0; args[i] != NULL; i++) {
		if (strcmp(args[i], "--") == 0)
			snprintf(d->path, sizeof d->path, "%s", args[i + 1]);
	}
	there = access(path, F_OK) == 0;
	before[0] = '\0';
	if (there)
		append_file(path, before);
	same = strcmp(before, text) == 0;
	step(d);
	if (!there && strcmp(d->mood, "closed") != 0 &&
	    strcmp(argument(args, "--to="), "nobody") != 0) {
		note_shown(d, args, id);
		spool_desk_write(d, word, text);
		step(d);
	}
	free(before);
	free(text);
	if (strcmp(d->mood, "lost") == 0)
		return say_error(out, 8, "VT-5002");
	if (there && !same)
		return say_error(out, 6, "VT-2002");
	if (access(path, F_OK) != 0)
		return say_error(out, 5, "VT-2005");
	return say(out, strcmp(d->mood, "unfinished") == 0 ? 7 : 0,
		   json_pack("{s:i, s:{s:s, s:b}}", "v", 1, "data", "id", id, "repeated",
			     (int)there));
}

/* Its id is made of the file; "<x/>" is none, and "<status/>" is about another document. */
static enum err do_import(struct spool_desk *d, const char *const *args, struct run_result *out)
{
	bool dry = strcmp(args[0], "--dry-run") == 0;
	const char *path = args[dry ? 4 : 3];
	char *text = malloc(TEXT_SIZE), id[UUID_TEXT_SIZE], option[64];
	const char *line[] = { "send", option, "--date=2026-11-29", "--", path, NULL };
	struct doc_id made;
	bool none, status;

	assert_non_null(text);
	text[0] = '\0';
	append_file(path, text);
	uuid_of_key("edxml", text, &made);
	uuid_print(made.bytes, id);
	none = strcmp(text, "<x/>") == 0;
	status = strcmp(text, "<status/>") == 0;
	free(text);
	if (none)
		return say_error(out, 2, "VT-1001");
	if (status)
		return say(out, 0, json_pack("{s:i, s:{s:s}}", "v", 1, "data", "id", id));
	if (dry)
		return say(out, 0, json_pack("{s:i, s:{s:s, s:s}}", "v", 1, "data", "id", id,
					     "competence", "yes"));
	snprintf(option, sizeof option, "--id=%s", id);
	return do_send(d, line, out);
}

static const json_t *find(const json_t *list, const char *id)
{
	json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
	{
		const char *one = json_string_value(json_object_get(each, "id"));

		if (one != NULL && strcmp(one, id) == 0)
			return each;
	}
	return NULL;
}

static enum err do_show(struct spool_desk *d, const char *id, struct run_result *out)
{
	json_t *inbox = json_loads(d->inbox == NULL ? "[]" : d->inbox, 0, NULL);
	const json_t *found = find(inbox, id);
	char word[64], path[PATH_SIZE];
	enum err e;

	assert_non_null(inbox);
	snprintf(word, sizeof word, "daemon/%s", id);
	path_of(d, word, path);
	if (found != NULL) {
		e = say(out, 0, json_pack("{s:i, s:O}", "v", 1, "data", found));
	} else if (access(path, F_OK) == 0) {
		snprintf(word, sizeof word, "shown/%s", id);
		e = say(out, 0, json_pack("{s:i, s:o}", "v", 1, "data", spool_desk_json(d, word)));
	} else {
		e = say_error(out, 4, "VT-2001");
	}
	json_decref(inbox);
	return e;
}

/* As the daemon's names come: each saved under its own, numbered where the folder has it. */
static enum err do_save(struct spool_desk *d, const char *const *args, struct run_result *out)
{
	const char *to = argument(args, "--to="), *id = args[4];
	json_t *inbox = json_loads(d->inbox, 0, NULL), *each, *saved = json_array();
	const json_t *list = json_object_get(find(inbox, id), "attachments");
	char path[PATH_SIZE], taken[PATH_SIZE];
	size_t i;

	if (json_is_string(list)) { /* "VT-2056": its content is gone */
		enum err e = say_error(out, 5, json_string_value(list));

		json_decref(inbox);
		json_decref(saved);
		return e;
	}
	json_array_foreach(list, i, each)
	{
		const char *name = json_string_value(json_object_get(each, "name"));
		FILE *f;

		snprintf(taken, sizeof taken, "%s", name);
		snprintf(path, sizeof path, "%s/%s", to, taken);
		if (access(path, F_OK) == 0) {
			snprintf(taken, sizeof taken, "%zu-%s", i, name);
			snprintf(path, sizeof path, "%s/%s", to, taken);
		}
		f = fopen(path, "we");
		assert_non_null(f);
		fputs(name, f);
		assert_int_equal(fclose(f), 0);
		json_array_append_new(saved, json_pack("{s:s, s:s, s:i}", "name", taken,
						       "given_name", name, "part", (int)i + 1));
	}
	json_decref(inbox);
	return say(out, 0, json_pack("{s:i, s:{s:o, s:[]}}", "v", 1, "data", "files", saved,
				     "missing"));
}

static enum err do_changes(struct spool_desk *d, const char *const *args, struct run_result *out)
{
	json_t *all = json_loads(d->changes == NULL ? "[]" : d->changes, 0, NULL),
	       *some = json_array(), *each;
	bool from_first = argument(args, "--since=")[0] == '\0';
	unsigned long since = strtoul(argument(args, "--since="), NULL, 10);
	const char *feed = argument(args, "--feed=");
	bool missed = !from_first && ((feed[0] != '\0' && strcmp(feed, d->feed) != 0) ||
				      since + 1 < d->first);
	json_int_t next = (json_int_t)since;
	size_t i;

	assert_non_null(all);
	json_array_foreach(all, i, each)
	{
		json_int_t number = json_integer_value(json_object_get(each, "number"));

		if (number > (json_int_t)since && number >= (json_int_t)d->first && !missed) {
			json_array_append(some, each);
			next = number;
		}
	}
	json_decref(all);
	return say(out, missed ? 5 : 0,
		   json_pack("{s:i, s:{s:o, s:I, s:i, s:s, s:b}}", "v", 1, "data", "changes", some,
			     "next", missed ? (json_int_t)d->first - 1 : next, "first",
			     (int)d->first, "feed", d->feed, "missed", (int)missed));
}

static enum err run(void *ctx, const struct run_program *p, const char *const *args,
		    struct run_result *out)
{
	struct spool_desk *d = ctx;

	(void)p;
	step(d);
	if (strcmp(d->mood, "down") == 0)
		return say_error(out, 3, "VT-5001");
	if (strncmp(args[0], "--timeout", 9) == 0 && strcmp(args[1], "send") == 0)
		return do_send(d, args + 1, out);
	if (strcmp(args[0], "edxml") == 0 || strcmp(args[1], "edxml") == 0)
		return do_import(d, args, out);
	if (strcmp(args[0], "show") == 0)
		return do_show(d, args[2], out);
	if (strncmp(args[0], "--timeout", 9) == 0 && strcmp(args[1], "save") == 0)
		return do_save(d, args, out);
	if (strcmp(args[0], "changes") == 0)
		return do_changes(d, args, out);
	if (strcmp(args[0], "inbox") == 0 || strcmp(args[1], "inbox") == 0)
		return say(out, 0, json_pack("{s:i, s:o}", "v", 1, "data",
					     json_loads(d->inbox == NULL ? "[]" : d->inbox, 0,
							NULL)));
	return say_error(out, 2, "VT-1001"); /* no such command */
}

static void log_line(void *ctx, enum err e, const char *text)
{
	struct spool_desk *d = ctx;

	snprintf(d->last_text, sizeof d->last_text, "%s", text);
	d->logged++;
	d->last_logged = e;
}

/* ---- the desk ---- */

void spool_desk_open(struct spool_desk *d)
{
	static const char *const folders[] = { "spool", "gateway", "daemon", "shown", "taken",
					       "taken/receipts" };
	char path[PATH_SIZE];

	memset(d, 0, sizeof *d);
	/* Syncs cost nothing in memory, and nothing here depends on what they do. */
	snprintf(d->root, sizeof d->root, "%s/vanthu-spool-XXXXXX",
		 access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(d->root));
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		path_of(d, folders[i], path);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	snprintf(d->config.file, sizeof d->config.file, "%s/vanthud.yaml", d->root);
	snprintf(d->config.gateway_spool, sizeof d->config.gateway_spool, "%s/spool", d->root);
	snprintf(d->config.gateway_folder, sizeof d->config.gateway_folder, "%s/gateway", d->root);
	snprintf(d->config.committee.text, sizeof d->config.committee.text, "tren");
	d->config.gateway_spool_poll_ms = SPOOL_DESK_POLL_MS;
	d->config.attachment_max_bytes = 1000;
	d->parts = (struct spool_parts){ .config = &d->config, .vanthu = "/none", .run = run,
					 .run_ctx = d, .log = log_line, .log_ctx = d,
					 .step = step, .step_ctx = d };
	d->mood = "";
	d->feed = "f1";
	d->first = 1;
	d->turn = (struct spool_turn){ .parts = &d->parts, .stop = -1 };
	/* Makes the folders; nothing is there yet. */
	spool_desk_turns(d, 1);
}

void spool_desk_close(struct spool_desk *d)
{
	spool_turn_free(&d->turn);
	fs_remove_tree(d->root);
}

void spool_desk_restart(struct spool_desk *d)
{
	spool_turn_free(&d->turn);
	d->turn = (struct spool_turn){ .parts = &d->parts, .stop = -1 };
}

void spool_desk_turns(struct spool_desk *d, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		assert_true(spool_turn(&d->turn, d->now_ms) >= 0);
		d->now_ms += SPOOL_DESK_POLL_MS;
	}
}

void spool_desk_write(const struct spool_desk *d, const char *path, const char *text)
{
	char whole[PATH_SIZE], *slash;
	FILE *f;

	path_of(d, path, whole);
	slash = strrchr(whole, '/');
	*slash = '\0';
	(void)mkdir(whole, 0700);
	*slash = '/';
	f = fopen(whole, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

bool spool_desk_has(const struct spool_desk *d, const char *path)
{
	char whole[PATH_SIZE];
	struct stat st;

	path_of(d, path, whole);
	return lstat(whole, &st) == 0;
}

void spool_desk_lose_state(const struct spool_desk *d)
{
	char path[PATH_SIZE];

	path_of(d, "gateway", path);
	fs_remove_tree(path);
	assert_int_equal(mkdir(path, 0700), 0);
}

json_t *spool_desk_json(const struct spool_desk *d, const char *path)
{
	char whole[PATH_SIZE];

	path_of(d, path, whole);
	return json_load_file(whole, JSON_REJECT_DUPLICATES, NULL);
}

unsigned spool_desk_count(const struct spool_desk *d, const char *folder, const char *but)
{
	char whole[PATH_SIZE];
	struct dirent *each;
	unsigned count = 0;
	DIR *list;

	path_of(d, folder, whole);
	list = opendir(whole);
	assert_non_null(list);
	while ((each = readdir(list)) != NULL)
		count += each->d_name[0] != '.' && strstr(but, each->d_name) == NULL;
	closedir(list);
	return count;
}

static bool take_from(const struct spool_desk *d, const char *from, const char *to)
{
	char source[PATH_SIZE], target[PATH_SIZE];
	struct dirent *each;
	bool once = true;
	DIR *list;

	path_of(d, from, source);
	list = opendir(source);
	assert_non_null(list);
	while ((each = readdir(list)) != NULL) {
		char word[600];
		struct stat st;

		if (each->d_name[0] == '.' || strcmp(each->d_name, "receipts") == 0)
			continue;
		snprintf(word, sizeof word, "%s/%s", from, each->d_name);
		path_of(d, word, source);
		snprintf(word, sizeof word, "%s/%s", to, each->d_name);
		path_of(d, word, target);
		once &= lstat(target, &st) != 0;
		if (once)
			assert_int_equal(rename(source, target), 0);
	}
	closedir(list);
	return once;
}

bool spool_desk_consume(const struct spool_desk *d)
{
	return take_from(d, "spool/in", "taken") &&
	       take_from(d, "spool/in/receipts", "taken/receipts");
}

void spool_desk_assert_text(json_t *value, const char *path, const char *wanted)
{
	char words[128], *rest = words, *word;
	json_t *at = value;

	snprintf(words, sizeof words, "%s", path);
	while ((word = strsep(&rest, ".")) != NULL)
		at = json_object_get(at, word);
	assert_non_null(at);
	assert_string_equal(json_string_value(at), wanted);
}

/* Of a result, that its code is this one. */
void spool_desk_assert_code(const struct spool_desk *d, const char *path, const char *code)
{
	json_t *result = spool_desk_json(d, path);

	assert_non_null(result);
	spool_desk_assert_text(result, "error.code", code);
	assert_non_null(json_object_get(json_object_get(result, "error"), "message_en"));
	json_decref(result);
}

/* The id of an accepted one. */
void spool_desk_id(const struct spool_desk *d, const char *path, char id[40])
{
	json_t *result = spool_desk_json(d, path);

	assert_non_null(result);
	snprintf(id, 40, "%s",
		 json_string_value(json_object_get(json_object_get(result, "data"), "id")));
	json_decref(result);
}
