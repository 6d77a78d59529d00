/* See intake.h. */
#include "tools/axis/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/text.h"

enum {
	LIST_MAX = 100,
	ROUNDS_MAX = 100,    /* lists of one turn */
	BAD_MAX = 6,	     /* times that a content may be wrong before it is given up */
	EARLY_MAX = 64,	     /* documents that have not come, of one turn */
	WORD_SIZE = 768,     /* of an id, percent-encoded */
	TO_SIZE = 64 << 10   /* ids of the committees that a document goes to */
};

/* Documents whose statuses came before them. */
struct early {
	char ids[EARLY_MAX][AXIS_REASON_SIZE];
	unsigned count;
};

/* One message under way. */
struct intake {
	struct axis_work *work;
	const json_t *item;
	const char *id;
	char hex[DIGEST_HEX_SIZE]; /* of its file */
	char file[AXIS_PATH_MAX];
	char about[AXIS_REASON_SIZE]; /* id of the document that a status is about; "" none */
	char reason[AXIS_REASON_SIZE];
	char document[64]; /* what it became */
	struct early *early;
	bool waits; /* behind an earlier one of the same document */
};

/* ---- the list ---- */

static bool waits(const json_t *item)
{
	const char *status = axis_text(item, "status");

	return axis_text(item, "id")[0] != '\0' && strcasecmp(status, "done") != 0 &&
	       strcasecmp(status, "fail") != 0;
}

static int by_making(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	int order = strcmp(axis_text(*x, "createdTime"), axis_text(*y, "createdTime"));

	return order != 0 ? order : strcmp(axis_text(*x, "id"), axis_text(*y, "id"));
}

enum err axis_intake_sort(const json_t *answer, json_t **items)
{
	json_t *list = json_object_get(answer, "edocs"), **all;
	size_t count = json_array_size(list), used = 0;

	*items = NULL;
	if (!json_is_array(list))
		return ERR_AXIS_ANSWER;
	all = calloc(count + 1, sizeof *all);
	*items = json_array();
	if (all == NULL || *items == NULL) {
		free(all);
		return ERR_NO_MEMORY;
	}
	for (size_t i = 0; i < count; i++) {
		if (waits(json_array_get(list, i)))
			all[used++] = json_array_get(list, i);
	}
	qsort(all, used, sizeof *all, by_making);
	for (size_t i = 0; i < used; i++)
		json_array_append(*items, all[i]);
	free(all);
	return ERR_OK;
}

/* ---- what is known of a file ---- */

static void journal_path(const struct intake *t, char out[AXIS_PATH_MAX])
{
	char word[DIGEST_HEX_SIZE + 16];

	snprintf(word, sizeof word, "in/%s.json", t->hex);
	axis_path(t->work->gateway_folder, t->work->adapter.name, word, out);
}

/* *json: NULL, nothing is known. */
static enum err look_up(const struct intake *t, json_t **json)
{
	char path[AXIS_PATH_MAX];
	enum err e;

	journal_path(t, path);
	e = axis_disk_read(path, json);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err write_down(const struct intake *t, const char *result, int64_t first_ms)
{
	char path[AXIS_PATH_MAX];

	journal_path(t, path);
	return axis_disk_write(path, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "id", t->id,
					       "sha256", t->hex, "result", result, "reason",
					       t->reason, "document", t->document, "first_ms",
					       (json_int_t)first_ms, "at_ms",
					       (json_int_t)text_now_ms()));
}

/* ---- telling the axis ---- */

static enum err tell(struct intake *t, const char *result)
{
	struct axis_answer a;
	enum err e;

	axis_wire_post(t->work->wire, "/v1/updateStatus",
		       json_pack("{s:s, s:s, s:s}", "docId", t->id, "status", result, "reason",
				 t->reason),
		       &a);
	e = axis_work_follow(t->work, &a);
	axis_answer_free(&a);
	return e;
}

/* It is written down, then told. */
static enum err finish(struct intake *t, const char *result)
{
	enum err e = write_down(t, result, 0);

	if (e != ERR_OK) {
		axis_work_note(t->work, e, t->file);
		return e;
	}
	if (strcmp(result, "done") == 0)
		t->work->state.taken++;
	else
		t->work->state.failed++;
	return tell(t, result);
}

static enum err refuse(struct intake *t, enum err e)
{
	snprintf(t->reason, sizeof t->reason, "VT-%d %s", (int)e, err_text(e));
	return finish(t, "fail");
}

/* ---- its content ---- */

/* Whether a content is wrong again and again. */
static bool is_hopeless(struct intake *t)
{
	struct axis_work *w = t->work;

	if (strcmp(w->bad, t->id) != 0) {
		snprintf(w->bad, sizeof w->bad, "%.255s", t->id);
		w->bad_count = 0;
	}
	return ++w->bad_count >= BAD_MAX;
}

/* ERR_OK: it is in the file, and is what the list says. ERR_AXIS_DIGEST: it is not, for good. */
static enum err fetch(struct intake *t)
{
	const char *wanted = axis_text(t->item, "contentSha256");
	json_t *length = json_object_get(t->item, "contentLength");
	char word[WORD_SIZE], path[WORD_SIZE + 32];
	struct axis_answer a;
	struct digest digest;
	uint64_t bytes = 0;
	enum err e;

	if (!axis_wire_word(t->id, word, sizeof word))
		return ERR_AXIS_ANSWER;
	snprintf(path, sizeof path, "/v1/edocs/%s", word);
	axis_wire_fetch(t->work->wire, path, t->file, &a, &digest, &bytes);
	e = axis_work_follow(t->work, &a);
	if (e == ERR_OK && a.verdict != AXIS_DONE) {
		axis_work_note(t->work, ERR_AXIS_ANSWER, a.reason);
		e = ERR_AXIS_ANSWER;
	}
	axis_answer_free(&a);
	if (e != ERR_OK)
		return e;
	digest_to_hex(&digest, t->hex);
	if ((wanted[0] == '\0' || strcasecmp(wanted, t->hex) == 0) &&
	    (!json_is_integer(length) || (uint64_t)json_integer_value(length) == bytes))
		return ERR_OK;
	axis_work_note(t->work, ERR_AXIS_DIGEST, t->id);
	return is_hopeless(t) ? ERR_AXIS_DIGEST : ERR_AXIS_ANSWER;
}

/* ---- doing it ---- */

static bool has(const json_t *list, const char *text)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *code = json_is_object(one) ? axis_text(one, "code")
						       : json_string_value(one);

		if (code != NULL && strcasecmp(code, text) == 0)
			return true;
	}
	return false;
}

static bool is_organ_of(const json_t *committee, const char *code)
{
	return has(json_object_get(committee, "organ_ids"), code) ||
	       has(json_object_get(committee, "organs"), code) ||
	       strcasecmp(axis_text(committee, "id"), code) == 0;
}

/* Whether we may issue what this organ has written: ERR_OK, or ERR_AXIS_SENDER. */
static enum err check_sender(struct intake *t, const char *code)
{
	const char *const args[] = { "committee", "show", "--", t->work->committee, NULL };
	const struct axis_adapter *a = &t->work->adapter;
	json_t *us;
	enum err e;

	for (unsigned i = 0; i < a->speaks_count; i++) {
		if (strcasecmp(a->speaks[i], code) == 0)
			return ERR_OK;
	}
	e = axis_run(t->work, args, &us, t->reason);
	if (e == ERR_OK && (code[0] == '\0' || !is_organ_of(us, code)))
		e = ERR_AXIS_SENDER;
	json_decref(us);
	return e;
}

/* Of its recipients those that are committees: others get it by the axis itself. ERR_AXIS_NOBODY:
 * none is. */
static enum err find_recipients(struct intake *t, const json_t *to, char *out, size_t size)
{
	static const char *const args[] = { "committee", "list", NULL };
	json_t *all, *committee, *organ;
	size_t i, n, used = 0;
	enum err e = axis_run(t->work, args, &all, t->reason);

	if (e != ERR_OK)
		return e;
	snprintf(out, size, "--to=");
	used = strlen(out);
	json_array_foreach(all, i, committee)
	{
		const char *id = axis_text(committee, "id");
		bool wanted = false;

		json_array_foreach(to, n, organ)
			wanted = wanted || is_organ_of(committee, axis_text(organ, "organ_id"));
		if (!wanted || strcmp(id, t->work->committee) == 0)
			continue;
		if (used + strlen(id) + 2 > size) {
			e = ERR_TOO_LARGE;
			break;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%s", used == 5 ? "" : ",", id);
	}
	json_decref(all);
	return e == ERR_OK && used == 5 ? ERR_AXIS_NOBODY : e;
}

static enum err import(struct intake *t, const json_t *said)
{
	const char *plain[] = { "edxml", "import", "--", t->file, NULL };
	json_t *done = NULL;
	enum err e = axis_run(t->work, plain, &done, t->reason);

	if (e == ERR_EDXML_ORGAN) {
		char *to = malloc(TO_SIZE);
		const char *with[] = { "edxml", "import", to, "--", t->file, NULL };

		e = to == NULL ? ERR_NO_MEMORY
			       : find_recipients(t, json_object_get(said, "to"), to, TO_SIZE);
		if (e == ERR_OK)
			e = axis_run(t->work, with, &done, t->reason);
		free(to);
	}
	snprintf(t->document, sizeof t->document, "%.40s",
		 axis_text(json_is_array(done) ? json_array_get(done, 0) : done, "id"));
	json_decref(done);
	return e;
}

static bool is_early(const struct early *list, const char *about)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (about[0] != '\0' && strcmp(list->ids[i], about) == 0)
			return true;
	}
	return false;
}

/* What `edxml check` says of it: who wrote it, what it is about. */
static enum err work_on(struct intake *t)
{
	const char *const args[] = { "edxml", "check", "--", t->file, NULL };
	json_t *said;
	enum err e = axis_run(t->work, args, &said, t->reason);

	if (e == ERR_OK) {
		const json_t *about = json_array_get(json_object_get(said, "about"), 0);

		snprintf(t->about, sizeof t->about, "%.250s", axis_text(about, "document_id"));
		t->waits = is_early(t->early, t->about);
	}
	if (e == ERR_OK && !t->waits)
		e = check_sender(t, axis_text(json_object_get(said, "from"), "organ_id"));
	if (e == ERR_OK && !t->waits)
		e = import(t, said);
	json_decref(said);
	return e;
}

/* ---- one message ---- */

/* Its document has not come. Others of the same document wait behind it; it is given up after a
 * day. */
static enum err come_early(struct intake *t, const json_t *known)
{
	json_t *first = json_object_get(known, "first_ms");
	int64_t now = text_now_ms(), since = now;

	if (json_is_integer(first))
		since = json_integer_value(first);
	if (now - since >= AXIS_PATIENCE_MS)
		return finish(t, "fail");
	if (t->early->count < EARLY_MAX && t->about[0] != '\0')
		memcpy(t->early->ids[t->early->count++], t->about, sizeof t->about);
	return known == NULL ? write_down(t, "early", since) : ERR_OK;
}

static enum err settle(struct intake *t, enum err e, const json_t *known)
{
	if (e == ERR_OK)
		return t->waits ? ERR_OK : finish(t, "done");
	if (axis_err_early(e))
		return come_early(t, known);
	if (axis_err_passes(e)) {
		axis_work_note(t->work, e, t->reason);
		return e;
	}
	return e == ERR_AXIS_SENDER || e == ERR_AXIS_NOBODY ? refuse(t, e) : finish(t, "fail");
}

static bool is_over(const json_t *known)
{
	const char *result = axis_text(known, "result");

	return strcmp(result, "done") == 0 || strcmp(result, "fail") == 0;
}

/* The list may say what the file is before it is fetched. */
static enum err know(struct intake *t, json_t **known)
{
	enum err e = ERR_OK;

	snprintf(t->hex, sizeof t->hex, "%.64s", axis_text(t->item, "contentSha256"));
	if (strspn(t->hex, "0123456789abcdef") == sizeof t->hex - 1)
		e = look_up(t, known);
	if (e != ERR_OK || is_over(*known))
		return e;
	e = fetch(t);
	if (e == ERR_OK && *known == NULL)
		e = look_up(t, known);
	return e;
}

static enum err take(struct axis_work *w, const json_t *item, struct early *early)
{
	struct intake t = {
		.work = w, .item = item, .id = axis_text(item, "id"), .early = early
	};
	json_t *known = NULL;
	enum err e;

	axis_path(w->gateway_folder, w->adapter.name, "work/taken.edxml", t.file);
	e = know(&t, &known);
	if (e == ERR_AXIS_DIGEST) {
		snprintf(t.reason, sizeof t.reason, "VT-%d %s", (int)e, err_text(e));
		w->state.failed++;
		e = tell(&t, "fail");
	} else if (e == ERR_OK && is_over(known)) {
		snprintf(t.reason, sizeof t.reason, "%s", axis_text(known, "reason"));
		e = tell(&t, axis_text(known, "result"));
	} else if (e == ERR_OK) {
		e = settle(&t, work_on(&t), known);
	}
	unlink(t.file);
	json_decref(known);
	return e;
}

/* *left: whether the list had something that is dealt with, so that there may be more. */
static enum err take_list(struct axis_work *w, struct early *early, bool *left)
{
	struct axis_answer a;
	json_t *items = NULL, *item;
	unsigned before = early->count;
	enum err e;
	size_t i;

	axis_wire_get(w->wire, "/v1/receivedEdocs?status=INITIAL&limit=100", &a);
	e = axis_work_follow(w, &a);
	if (e == ERR_OK)
		e = axis_intake_sort(a.json, &items);
	axis_answer_free(&a);
	json_array_foreach(items, i, item)
	{
		if (e == ERR_OK)
			e = take(w, item, early);
	}
	*left = json_array_size(items) >= LIST_MAX && early->count == before;
	json_decref(items);
	return e;
}

enum err axis_intake(struct axis_work *w)
{
	struct early *early = calloc(1, sizeof *early);
	bool left = true;
	enum err e = early == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (unsigned i = 0; e == ERR_OK && left && i < ROUNDS_MAX; i++)
		e = take_list(w, early, &left);
	free(early);
	return e;
}
