/* See outbox.h. */
#include "tools/axis/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/text.h"

enum { BATCHES_MAX = 100, BATCH = 200, ORDER_DIGITS = 16, NAME_SIZE = 80 };

/* ---- what goes, under which key ---- */

bool axis_outbox_wanted(const json_t *change, const char *us, const char **status,
			const char **whose)
{
	const char *kind = axis_text(change, "kind"), *way = axis_text(change, "direction");
	const char *code = axis_text(change, "code");

	*status = "";
	*whose = axis_text(change, "committee");
	if (axis_text(change, "id")[0] == '\0')
		return false;
	if (strcmp(way, "in") == 0) {
		*whose = axis_text(change, "from");
		if (strcmp(kind, "recalled") == 0)
			*status = "13";
		return strcmp(kind, "arrived") == 0 || strcmp(kind, "recalled") == 0;
	}
	if (strcmp(way, "out") != 0 || **whose == '\0' || strcmp(*whose, us) == 0)
		return false;
	*status = strcmp(kind, "receipt") == 0	 ? "01"
		  : strcmp(kind, "refused") == 0 ? "02"
		  : strcmp(kind, "status") == 0	 ? code
						 : "";
	return **status != '\0';
}

void axis_outbox_key(const char *document, const char *status, const char *whose,
		     char out[AXIS_KEY_SIZE])
{
	char text[256], hex[DIGEST_HEX_SIZE];
	struct digest d;
	int n = snprintf(text, sizeof text, "vanthu axis v1\n%s\n%s\n%s", document, status, whose);

	d = digest_of((struct blob){ (const uint8_t *)text,
				     n < 0 || (size_t)n >= sizeof text ? sizeof text - 1
								       : (size_t)n });
	digest_to_hex(&d, hex);
	snprintf(out, AXIS_KEY_SIZE, "%.32s", hex);
}

/* ---- files ---- */

/* All that wait, by their order. */
struct waiting {
	char **names; /* "ORDER-KEY" */
	size_t count;
};

static enum err load(const char *gateway_folder, const char *name, struct waiting *out)
{
	char path[AXIS_PATH_MAX];

	axis_path(gateway_folder, name, "out", path);
	return axis_disk_names(path, ".json", AXIS_WAITING_MAX, &out->names, &out->count);
}

size_t axis_outbox_count(const char *gateway_folder, const char *name)
{
	struct waiting w;
	size_t count = 0;

	if (load(gateway_folder, name, &w) == ERR_OK) {
		count = w.count;
		axis_disk_names_free(w.names, w.count);
	}
	return count;
}

static const char *key_in(const char *name)
{
	return strlen(name) > ORDER_DIGITS + 1 ? name + ORDER_DIGITS + 1 : "";
}

static void file_of(const struct axis_work *w, const char *folder, const char *name,
		    char out[AXIS_PATH_MAX])
{
	char word[NAME_SIZE + 16];

	snprintf(word, sizeof word, "%s/%.70s.json", folder, name);
	axis_path(w->gateway_folder, w->adapter.name, word, out);
}

static bool is_known(const struct axis_work *w, const struct waiting *waiting, const char *key)
{
	char path[AXIS_PATH_MAX];

	for (size_t i = 0; i < waiting->count; i++) {
		if (strcmp(key_in(waiting->names[i]), key) == 0)
			return true;
	}
	file_of(w, "sent", key, path);
	return access(path, F_OK) == 0;
}

static uint64_t next_order(const struct waiting *waiting)
{
	return waiting->count == 0
		       ? 1
		       : strtoull(waiting->names[waiting->count - 1], NULL, ORDER_DIGITS) + 1;
}

static enum err add(struct waiting *waiting, const char *name)
{
	char **more = realloc(waiting->names, (waiting->count + 1) * sizeof *more);
	char *copy = strdup(name);

	if (more != NULL)
		waiting->names = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return ERR_NO_MEMORY;
	}
	more[waiting->count++] = copy;
	return ERR_OK;
}

/* ---- from the feed ---- */

static enum err enter_one(struct axis_work *w, const json_t *change, struct waiting *waiting)
{
	char key[AXIS_KEY_SIZE], name[NAME_SIZE], path[AXIS_PATH_MAX];
	const char *status, *whose, *id = axis_text(change, "id");
	enum err e;

	if (!axis_outbox_wanted(change, w->committee, &status, &whose))
		return ERR_OK;
	axis_outbox_key(id, status, whose, key);
	if (is_known(w, waiting, key))
		return ERR_OK;
	snprintf(name, sizeof name, "%016llx-%s", (unsigned long long)next_order(waiting), key);
	file_of(w, "out", name, path);
	e = axis_disk_write(path, json_pack("{s:s, s:s, s:s, s:s, s:b, s:I}", "document", id,
					    "status", status, "whose", whose, "key", key, "begun",
					    0, "at_ms", (json_int_t)text_now_ms()));
	return e == ERR_OK ? add(waiting, name) : e;
}

static enum err ask(struct axis_work *w, unsigned wait_s, json_t **said)
{
	char since[40], feed[AXIS_FEED_SIZE + 8], wait[24], limit[24], reason[AXIS_REASON_SIZE];
	const char *args[] = { "changes", since, limit, NULL, NULL, NULL };
	unsigned n = 3;
	enum err e;

	snprintf(since, sizeof since, "--since=%llu", (unsigned long long)w->state.done);
	snprintf(limit, sizeof limit, "--limit=%d", BATCH);
	snprintf(wait, sizeof wait, "--wait=%us", wait_s);
	snprintf(feed, sizeof feed, "--feed=%s", w->state.feed);
	if (wait_s > 0)
		args[n++] = wait;
	if (w->state.feed[0] != '\0')
		args[n++] = feed;
	reason[0] = '\0';
	e = axis_run(w, args, said, reason);
	if (e == ERR_OK && !json_is_true(json_object_get(*said, "missed")))
		return ERR_OK;
	json_decref(*said);
	*said = NULL;
	if (e == ERR_OK || e == ERR_FEED_MISSED || e == ERR_FEED_OTHER)
		e = w->state.stopped = ERR_AXIS_FEED;
	axis_work_note(w, e, reason);
	return e;
}

static enum err enter_batch(struct axis_work *w, const json_t *said, struct waiting *waiting)
{
	const json_t *changes = json_object_get(said, "changes"), *change;
	const json_t *next = json_object_get(said, "next");
	enum err e = ERR_OK;
	size_t i;

	json_array_foreach(changes, i, change)
	{
		if (e == ERR_OK)
			e = enter_one(w, change, waiting);
	}
	if (e != ERR_OK) {
		axis_work_note(w, e, "");
		return e;
	}
	if (json_is_integer(next))
		w->state.done = (uint64_t)json_integer_value(next);
	snprintf(w->state.feed, sizeof w->state.feed, "%.64s", axis_text(said, "feed"));
	return json_array_size(changes) == 0
		       ? ERR_OK
		       : axis_state_write(w->gateway_folder, w->adapter.name, &w->state);
}

enum err axis_outbox_enter(struct axis_work *w, unsigned wait_s)
{
	struct waiting waiting;
	enum err e = load(w->gateway_folder, w->adapter.name, &waiting);
	size_t got = BATCH;

	for (unsigned i = 0; e == ERR_OK && i < BATCHES_MAX && got >= BATCH &&
			     waiting.count < AXIS_WAITING_MAX - BATCH;
	     i++) {
		json_t *said;

		e = ask(w, i == 0 ? wait_s : 0, &said);
		if (e != ERR_OK)
			break;
		got = json_array_size(json_object_get(said, "changes"));
		e = enter_batch(w, said, &waiting);
		json_decref(said);
	}
	axis_disk_names_free(waiting.names, waiting.count);
	return e;
}

/* ---- to the axis ---- */

/* One under way. */
struct sending {
	struct axis_work *work;
	const char *name; /* of its file in out/ */
	json_t *entry;
	char path[AXIS_PATH_MAX], file[AXIS_PATH_MAX];
	char reason[AXIS_REASON_SIZE];
	char from[AXIS_CODE_SIZE], to[AXIS_CODE_SIZE], sha256[DIGEST_HEX_SIZE];
};

/* Its file stays under its key alone: this one has been dealt with. */
static enum err put_away(struct sending *s, const char *result, const char *axis_id)
{
	struct axis_work *w = s->work;
	char to[AXIS_PATH_MAX];
	enum err e;

	json_object_set_new(s->entry, "result", json_string(result));
	json_object_set_new(s->entry, "axis_id", json_string(axis_id));
	json_object_set_new(s->entry, "reason", json_string(s->reason));
	json_object_set_new(s->entry, "done_ms", json_integer((json_int_t)text_now_ms()));
	file_of(w, "sent", key_in(s->name), to);
	e = axis_disk_write(s->path, json_incref(s->entry));
	if (e == ERR_OK)
		e = axis_disk_move(s->path, to);
	if (e != ERR_OK)
		axis_work_note(w, e, s->path);
	else if (strcmp(result, "sent") == 0)
		w->state.sent++;
	else
		w->state.refused++;
	return e;
}

/* The file that goes, and who it is from. */
static enum err make(struct sending *s)
{
	struct axis_work *w = s->work;
	const char *status = axis_text(s->entry, "status"), *id = axis_text(s->entry, "document");
	char output[AXIS_PATH_MAX + 16], code[16], of[96];
	const char *document[] = { "edxml", "export", output, "--", id, NULL };
	const char *word[] = { "edxml", "export", output, code, of, "--", id, NULL };
	const char *check[] = { "edxml", "check", "--", s->file, NULL };
	json_t *said = NULL;
	enum err e;

	unlink(s->file);
	snprintf(output, sizeof output, "--output=%s", s->file);
	snprintf(code, sizeof code, "--status=%.8s", status);
	snprintf(of, sizeof of, "--of=%.64s", axis_text(s->entry, "whose"));
	e = axis_run(w, status[0] == '\0' ? document : word, &said, s->reason);
	json_decref(said);
	if (e == ERR_OK)
		e = axis_run(w, check, &said, s->reason);
	if (e != ERR_OK)
		return e;
	snprintf(s->from, sizeof s->from, "%.60s",
		 axis_text(json_object_get(said, "from"), "organ_id"));
	snprintf(s->sha256, sizeof s->sha256, "%.64s", axis_text(said, "sha256"));
	json_decref(said);
	return ERR_OK;
}

/* Our organ's code, which the axis knows us by; our id where the directory has none. */
static enum err find_us(struct sending *s)
{
	const char *const args[] = { "committee", "show", "--", s->work->committee, NULL };
	const json_t *first;
	json_t *us;
	enum err e = axis_run(s->work, args, &us, s->reason);

	if (e != ERR_OK)
		return e;
	first = json_array_get(json_object_get(us, "organ_ids"), 0);
	snprintf(s->to, sizeof s->to, "%.60s",
		 json_is_string(first) ? json_string_value(first) : s->work->committee);
	json_decref(us);
	return ERR_OK;
}

/* An attempt was begun and nobody knows how it ended. *there: the axis has it, under `axis_id`. */
static enum err ask_for(struct sending *s, bool *there, char axis_id[AXIS_REASON_SIZE])
{
	char path[128];
	struct axis_answer a;
	const json_t *found;
	enum err e;

	snprintf(path, sizeof path, "/v1/sentEdocs?senderDocId=%s", key_in(s->name));
	axis_wire_get(s->work->wire, path, &a);
	e = axis_work_follow(s->work, &a);
	found = json_array_get(json_object_get(a.json, "edocs"), 0);
	*there = e == ERR_OK && json_is_object(found) &&
		 strcmp(axis_text(found, "senderDocId"), key_in(s->name)) == 0;
	snprintf(axis_id, AXIS_REASON_SIZE, "%.250s", *there ? axis_text(found, "id") : "");
	axis_answer_free(&a);
	return e;
}

static enum err post(struct sending *s)
{
	const bool document = axis_text(s->entry, "status")[0] == '\0';
	const struct axis_label label = { document ? "edoc" : "status", s->from, s->to,
					  key_in(s->name), s->sha256 };
	char axis_id[AXIS_REASON_SIZE];
	struct axis_answer a;
	enum err e;

	json_object_set_new(s->entry, "begun", json_true());
	e = axis_disk_write(s->path, json_incref(s->entry));
	if (e != ERR_OK) {
		axis_work_note(s->work, e, s->path);
		return e;
	}
	axis_wire_send(s->work->wire, &label, s->file, &a);
	e = axis_work_follow(s->work, &a);
	snprintf(s->reason, sizeof s->reason, "%s", a.verdict == AXIS_DONE ? "" : a.reason);
	snprintf(axis_id, sizeof axis_id, "%.250s", axis_text(a.json, "docId"));
	if (e == ERR_OK)
		e = put_away(s, a.verdict == AXIS_DONE ? "sent" : "refused", axis_id);
	axis_answer_free(&a);
	return e;
}

static enum err send_one(struct axis_work *w, const char *name)
{
	struct sending s = { .work = w, .name = name };
	char axis_id[AXIS_REASON_SIZE] = "";
	bool there = false;
	enum err e;

	file_of(w, "out", name, s.path);
	axis_path(w->gateway_folder, w->adapter.name, "work/sent.edxml", s.file);
	e = axis_disk_read(s.path, &s.entry);
	if (e == ERR_OK && json_is_true(json_object_get(s.entry, "begun")))
		e = ask_for(&s, &there, axis_id);
	if (e == ERR_OK && there) {
		e = put_away(&s, "sent", axis_id);
	} else if (e == ERR_OK) {
		e = find_us(&s);
		if (e == ERR_OK)
			e = make(&s);
		if (e == ERR_OK)
			e = post(&s);
		else if (axis_err_passes(e) || e == ERR_CANCELLED)
			axis_work_note(w, e, s.reason);
		else /* what is not here any more, or was never said */
			e = put_away(&s, "refused", "");
	}
	unlink(s.file);
	json_decref(s.entry);
	return e;
}

enum err axis_outbox_send(struct axis_work *w)
{
	struct waiting waiting;
	enum err e = load(w->gateway_folder, w->adapter.name, &waiting);

	for (size_t i = 0; e == ERR_OK && i < waiting.count; i++)
		e = send_one(w, waiting.names[i]);
	axis_disk_names_free(waiting.names, waiting.count);
	return e;
}
