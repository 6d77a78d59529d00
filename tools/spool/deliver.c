/* See deliver.h. */
#include "tools/spool/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/file_name.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/spool/fault.h"
#include "tools/spool/heal.h"
#include "tools/spool/journal.h"
#include "tools/spool/stuck.h"

enum {
	FOLDER_NAME_MAX = 120, /* bytes, so that paths stay short on other systems */
	SHORT_ID = 12,
	SAME_NAMES_MAX = 1000,
	FILE_NAME_MAX = 180
};
static const char document_json[] = "document.json";

/* ---- names ---- */

/* The day in Vietnam of an instant as JSON has it. */
static void day_of(const char *arrived, char day[11])
{
	char local[64];

	text_local_time(arrived, false, local, sizeof local);
	/* DD/MM/YYYY hh:mm:ss */
	if (strlen(local) == 19 && local[2] == '/')
		snprintf(day, 11, "%.4s-%.2s-%.2s", local + 6, local + 3, local);
	else
		snprintf(day, 11, "%.10s", arrived);
}

/* 2026-11-29-31-KH_ĐU-95a65549f4c5 */
static void folder_name(const json_t *shown, const char *id, char out[CURSOR_NAME_SIZE])
{
	char name[FILE_NAME_SIZE * 2], portable[FILE_NAME_SIZE], cut[FILE_NAME_SIZE];
	size_t len = strlen(id);
	char day[11];

	day_of(spool_journal_text(shown, "arrived_at"), day);
	snprintf(name, sizeof name, "%s-%.150s", day, spool_journal_text(shown, "number"));
	file_name_portable(name, portable);
	for (char *c = portable; *c != '\0'; c++) {
		if (*c == ' ')
			*c = '_';
	}
	file_name_numbered(portable, 1, FOLDER_NAME_MAX, cut);
	snprintf(out, CURSOR_NAME_SIZE, "%s-%s", cut, len > SHORT_ID ? id + len - SHORT_ID : id);
}

static bool is_taken(const char *folded, char *const *taken, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(taken[i], folded) == 0)
			return true;
	}
	return false;
}

/* A name that every system keeps, and no other of the document has in any case of its letters: two
 * that differ in their tone marks alone count as the same, too, which does no harm. Adds it,
 * folded, to those that are taken. */
static enum err safe_name(const char *given, char **taken, unsigned count,
			  char out[FILE_NAME_SIZE])
{
	char portable[FILE_NAME_SIZE], *folded;

	file_name_portable(given, portable);
	if (portable[0] == '.')
		portable[0] = '_';
	for (unsigned n = 1; n <= SAME_NAMES_MAX; n++) {
		file_name_numbered(portable, n, FILE_NAME_MAX, out);
		folded = text_fold(out);
		if (folded == NULL)
			return ERR_NO_MEMORY;
		if (!is_taken(folded, taken, count)) {
			taken[count] = folded;
			return ERR_OK;
		}
		free(folded);
	}
	return ERR_EXISTS;
}

/* ---- the command ---- */

/* ERR_OK: *data is what it said. ERR_NOT_FOUND: it refuses for good, ERR_DAMAGED: something of this
 * document has to be mended first; *data is then its error. Otherwise: later. EXIT 7 is for who
 * saved some of the files, and says which. */
static enum err ask(const struct spool_place *p, const char *const *args, json_t **data)
{
	enum { PARTLY = 7 };
	json_t *answer;
	int code;
	unsigned number;
	enum err e = spool_place_ask(p, "en", args, &code, &answer);

	*data = NULL;
	if (e != ERR_OK)
		return e;
	number = spool_place_code(answer);
	if (code == 0 || code == PARTLY)
		*data = json_incref(json_object_get(answer, "data"));
	else if (spool_heals_alone(number) || !spool_heals(number))
		*data = json_incref(json_object_get(answer, "error"));
	json_decref(answer);
	if (*data == NULL)
		return number == 0 ? ERR_BUSY : (enum err)number;
	if (code == 0 || code == PARTLY)
		return ERR_OK;
	return spool_heals_alone(number) ? ERR_DAMAGED : ERR_NOT_FOUND;
}

/* What of it is missing, as ask() says it of all: later, to be mended, or never. */
static enum err check_missing(json_t *saved, json_t **error)
{
	json_t *each, *missing = json_object_get(saved, "missing");
	enum err e = ERR_OK;
	size_t i;

	*error = NULL;
	json_array_foreach(missing, i, each)
	{
		unsigned number = spool_place_number(each);

		if (spool_heals(number) && !spool_heals_alone(number))
			return ERR_BUSY;
		if (spool_heals_alone(number) || e == ERR_OK) {
			*error = each;
			e = spool_heals_alone(number) ? ERR_DAMAGED : ERR_NOT_FOUND;
		}
	}
	json_incref(*error);
	return e;
}

/* ---- the folder ---- */

struct making {
	const struct spool_place *p;
	const char *id;
	char temporary[64];
	int folder;
	json_t *shown, *error;
	uint64_t number;
};

static json_t *line_of(const json_t *saved, const char *name)
{
	json_t *line = json_copy((json_t *)(uintptr_t)saved);

	json_object_set_new(line, "name", json_string(name));
	return line;
}

/* Each file gets the name that it has on every system; `files` lists them. */
static enum err copy_files(struct making *m, int from, const json_t *saved, json_t *files)
{
	const json_t *list = json_object_get(saved, "files");
	char **taken = calloc(json_array_size(list) + 2, sizeof *taken);
	char name[FILE_NAME_SIZE];
	unsigned count = 0;
	json_t *each;
	size_t i;
	enum err e = taken == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK)
		e = safe_name(document_json, taken, count++, name);
	json_array_foreach(list, i, each)
	{
		if (e == ERR_OK)
			e = safe_name(spool_journal_text(each, "given_name"), taken, count++,
				      name);
		if (e == ERR_OK)
			e = spool_disk_copy(&m->p->disk, from, spool_journal_text(each, "name"),
					    m->folder, name);
		if (e == ERR_OK)
			json_array_append_new(files, line_of(each, name));
	}
	for (unsigned k = 0; taken != NULL && k < count; k++)
		free(taken[k]);
	free(taken);
	return e;
}

/* Saved first where only the gateway writes: whoever shares in/ might put a link in the place of a
 * folder that the command is told by its path. */
static enum err save_files(struct making *m, json_t *files)
{
	char room[PLACE_ID_SIZE], to[PLACE_PATH_SIZE + PLACE_ID_SIZE + 16];
	const char *const args[] = { "--timeout=600", "save", to, "--", m->id, NULL };
	json_t *saved = NULL;
	int from;
	enum err e;

	if (json_integer_value(json_object_get(m->shown, "attachment_count")) == 0)
		return ERR_OK;
	e = spool_place_room(m->p, room, &from);
	snprintf(to, sizeof to, "--to=%s/%s", m->p->work_path, room);
	if (e == ERR_OK)
		e = ask(m->p, args, &saved);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		m->error = json_incref(saved);
	if (e == ERR_OK)
		e = check_missing(saved, &m->error);
	if (e == ERR_OK)
		e = copy_files(m, from, saved, files);
	if (from >= 0)
		close(from);
	if (room[0] != '\0' && spool_disk_remove(&m->p->disk, m->p->work, room) != ERR_OK)
		spool_place_log(m->p, ERR_FILE, m->p->work_path);
	json_decref(saved);
	return e;
}

static enum err fill_folder(struct making *m)
{
	json_t *files = json_array();
	json_t *value = json_pack("{s:i, s:O, s:o, s:I}", "v", 1, "data", m->shown, "files", files,
				  "change", (json_int_t)m->number);
	enum err e = value == NULL ? ERR_NO_MEMORY : save_files(m, files);

	if (e == ERR_OK)
		e = spool_disk_put(&m->p->disk, m->folder, ".document.tmp", document_json, value,
				   DISK_SHARED_FILE);
	json_decref(value);
	return e;
}

static enum err make_folder(struct making *m)
{
	enum err e = spool_disk_remove(&m->p->disk, m->p->in, m->temporary);

	if (e == ERR_OK)
		e = spool_disk_folder(&m->p->disk, m->p->in, m->temporary, DISK_SHARED_FOLDER,
				      &m->folder);
	if (e == ERR_OK)
		e = fill_folder(m);
	if (m->folder >= 0)
		close(m->folder);
	if (e == ERR_OK)
		e = spool_disk_sync(&m->p->disk, m->p->in);
	if (e != ERR_OK && spool_disk_remove(&m->p->disk, m->p->in, m->temporary) != ERR_OK)
		spool_place_log(m->p, ERR_FILE, m->temporary);
	return e;
}

static enum err put_folder(struct making *m, struct spool_cursor *c)
{
	char name[CURSOR_NAME_SIZE], word[CURSOR_NAME_SIZE + 16];
	struct spool_putting what = { .from = m->temporary, .to = word, .number = m->number,
				      .id = m->id };

	folder_name(m->shown, m->id, name);
	snprintf(word, sizeof word, "%s", name);
	for (unsigned n = 2; spool_disk_has(m->p->in, word); n++)
		snprintf(word, sizeof word, "%s-%u", name, n);
	return spool_cursor_put(m->p, c, &what);
}

static enum err put_note(const struct spool_place *p, struct spool_cursor *c, const json_t *change,
			 uint64_t number, const char *document)
{
	char temporary[64], name[CURSOR_NAME_SIZE];
	const char *id = spool_journal_text(change, "id");
	json_t *value = json_pack("{s:i, s:O}", "v", 1, "data", change);
	struct spool_putting what = { .from = temporary, .to = name, .receipt = true,
				      .number = number, .id = document };
	enum err e = ERR_NO_MEMORY;

	snprintf(temporary, sizeof temporary, ".tmp-%llu.json", (unsigned long long)number);
	snprintf(name, sizeof name, "%.40s-%llu.json", id[0] == '\0' ? "changes" : id,
		 (unsigned long long)number);
	if (value != NULL)
		e = spool_disk_put(&p->disk, p->in, ".tmp-writing", temporary, value,
				   DISK_SHARED_FILE);
	json_decref(value);
	return e == ERR_OK ? spool_cursor_put(p, c, &what) : e;
}

/* Never to be put: somebody should know why, once. */
static enum err put_error(const struct making *m, struct spool_cursor *c)
{
	json_t *note = json_pack("{s:s, s:s, s:I, s:O}", "kind", "arrived", "id", m->id, "number",
				 (json_int_t)m->number, "error", m->error);
	enum err e = note == NULL ? ERR_NO_MEMORY : put_note(m->p, c, note, m->number, m->id);

	json_decref(note);
	return e;
}

enum err spool_deliver_document(const struct spool_place *p, struct spool_cursor *c,
				const char *id, uint64_t number)
{
	const char *const args[] = { "show", "--", id, NULL };
	struct making m = { .p = p, .id = id, .folder = -1, .number = number };
	bool there;
	enum err e = spool_cursor_has(p, id, &there);

	if (e != ERR_OK || there)
		return e;
	snprintf(m.temporary, sizeof m.temporary, ".tmp-%.40s", id);
	e = ask(p, args, &m.shown);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		m.error = json_incref(m.shown);
	if (e == ERR_OK)
		e = make_folder(&m);
	if (e == ERR_OK)
		e = put_folder(&m, c);
	else if (e == ERR_NOT_FOUND && m.error != NULL)
		e = put_error(&m, c);
	else if (e == ERR_DAMAGED && m.error != NULL)
		e = spool_stuck_note(p, id, number, m.error);
	json_decref(m.shown);
	json_decref(m.error);
	return e;
}

enum err spool_deliver_stuck(const struct spool_place *p, struct spool_cursor *c)
{
	enum { AT_ONCE = 16 };
	char id[UUID_TEXT_SIZE];
	uint64_t number;
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < AT_ONCE; i++) {
		bool there;

		if (!spool_stuck_due(p, text_now_ms(), id, &number))
			return ERR_OK;
		e = spool_deliver_document(p, c, id, number);
		if (e == ERR_OK)
			e = spool_cursor_has(p, id, &there);
		if (e == ERR_OK && there)
			e = spool_stuck_forget(p, id);
	}
	return e;
}

enum err spool_deliver_note(const struct spool_place *p, struct spool_cursor *c,
			    const json_t *change, uint64_t number)
{
	return put_note(p, c, change, number, "");
}
