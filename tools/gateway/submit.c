/* See submit.h. */
#include "tools/gateway/submit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "tools/axis/axis.h"
#include "tools/base/file_name.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/gateway/command.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/permit.h"
#include "tools/gateway/pool.h"

enum { ARENA_BYTES = 4 << 20, IDEMPOTENCY_MAX_BYTES = 255, ROOM_EVERY_BYTES = 16 << 20 };

struct submit {
	struct exchange *x;
	struct arena *arena;
	struct doc_id id;
	bool known; /* a document of this id is here already */
	/* as a stream */
	struct pool_place *place;
	struct submission_stream *stream;
	struct submission m;
	struct client_fault fault;
	/* by the command line */
	char folder[CONFIG_PATH_MAX + 32]; /* "": as a stream */
	const char *paths[SUBMISSION_FILES_MAX];
	unsigned path_count;
	int fd; /* of the file that is written; -1: none */
	uint64_t file_bytes; /* of it so far */
};

static enum err refuse(struct submit *s, enum err e, const char *about, const char *field)
{
	exchange_refuse(s->x, e, about, field);
	return e;
}

/* ---- under which id ---- */

static enum err choose_id(struct submit *s)
{
	const char *given = exchange_field(s->x, "id"),
		   *key = exchange_header(s->x, "Idempotency-Key");

	/* Version 8 are those of keys, each in the name of its token. */
	if (given != NULL && (uuid_parse(given, &s->id) != ERR_OK || s->id.bytes[6] >> 4 == 8))
		return refuse(s, ERR_HTTP_FIELD, given, "id");
	if (given != NULL && key != NULL)
		return refuse(s, ERR_HTTP_FIELD, NULL, "Idempotency-Key"); /* which of them? */
	if (given == NULL && key != NULL && (key[0] == '\0' || strlen(key) > IDEMPOTENCY_MAX_BYTES))
		return refuse(s, ERR_HTTP_FIELD, NULL, "Idempotency-Key");
	if (given == NULL && key != NULL)
		uuid_of_key(s->x->rights.name, key, &s->id);
	else if (given == NULL && uuid_new(text_now_ms(), &s->id) != ERR_OK)
		return refuse(s, ERR_SYSTEM, NULL, NULL);
	uuid_print(s->id.bytes, s->x->document);
	return ERR_OK;
}

/* ---- what is there under this id ---- */

/* Repeated on another day, a document that says none is still of the day when it was first sent:
 * with today's it would be another one under the same id. */
static void keep_date(struct submit *s, const Vanthu__V1__DocumentLine *line)
{
	if (exchange_field(s->x, "date") == NULL && line->issued_on[0] != '\0')
		json_object_set_new(s->x->fields, "date", json_string(line->issued_on));
}

/* An id that the client chose may be that of a document, ours or another's: by the one's id the
 * other would not be found any more. */
static enum err look_up(struct submit *s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply = NULL;
	struct pool_place *place;
	enum err e;

	if (exchange_field(s->x, "id") == NULL &&
	    (exchange_field(s->x, "date") != NULL ||
	     exchange_header(s->x, "Idempotency-Key") == NULL))
		return ERR_OK; /* nobody has it, or all that it says is the same again */
	e = pool_take(s->x->gateway->pool, CLIENT_OFFICE, &s->x->rights, &place);
	if (e != ERR_OK)
		return refuse(s, e, NULL, NULL);
	ref.text = s->x->document;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = client_send(place->client, &request);
	if (e == ERR_OK)
		e = client_next(place->client, &reply);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_VIEW &&
	    reply->view->line != NULL) {
		s->known = true;
		if (strcmp(reply->view->line->from, s->x->gateway->config->committee.text) != 0)
			e = ERR_CONFLICT;
		else
			keep_date(s, reply->view->line);
	}
	pool_give(s->x->gateway->pool, place);
	return e == ERR_OK ? ERR_OK : refuse(s, e, s->x->document, e == ERR_CONFLICT ? "id" : NULL);
}

/* Sees only what it is noted to have handed in. */
static bool is_limited(const struct submit *s)
{
	return s->x->rights.name[0] != '\0' && !token_may(&s->x->rights, TOKEN_ACT_SEE_SENT) &&
	       !exchange_flag(s->x, "dry_run");
}

static enum err note(const struct submit *s)
{
	const char *folder = s->x->gateway->config->gateway_folder, *name = s->x->rights.name;
	bool yes = false;
	enum err e = token_sent_has(folder, name, &s->id, &yes);

	return e == ERR_OK && !yes ? token_sent_add(folder, name, &s->id) : e;
}

/* Before it is sent: who follows the feed is told of it before the gateway is. Not under the id of
 * a document that is there, which would be the token's own then. */
static enum err note_own(struct submit *s)
{
	if (!is_limited(s) || (s->known && exchange_field(s->x, "id") != NULL) ||
	    note(s) == ERR_OK)
		return ERR_OK;
	return refuse(s, errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_FILE, NULL, NULL);
}

/* ---- whom it is for ---- */

/* At most so many words, and one more than may be, so that too many are noticed. */
static size_t count_words(const json_t *to)
{
	size_t count = json_is_array(to) ? json_array_size(to) : 1, words = count;

	for (size_t i = 0; i < count && words <= SUBMISSION_RECIPIENTS_MAX; i++) {
		const json_t *one = json_is_array(to) ? json_array_get(to, i) : to;
		const char *at = to == NULL ? NULL : json_string_value(one);

		while (at != NULL && (at = strchr(at, ',')) != NULL) {
			words++;
			at++;
		}
	}
	return words < SUBMISSION_RECIPIENTS_MAX ? words : SUBMISSION_RECIPIENTS_MAX;
}

static enum err take_recipient(struct submit *s, const char *word)
{
	struct submission_recipient *all =
		(struct submission_recipient *)(uintptr_t)s->m.recipients;
	struct submission_recipient *r = &all[s->m.recipient_count];
	struct committee_id id;

	if (s->m.recipient_count == SUBMISSION_RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	*r = (struct submission_recipient){ .list = NULL };
	if (strcmp(word, "superior") == 0)
		r->superior = true;
	else if (strcmp(word, "subordinates") == 0)
		r->group = VANTHU__V1__GROUP__GROUP_SUBORDINATES;
	else if (strcmp(word, "subtree") == 0)
		r->group = VANTHU__V1__GROUP__GROUP_SUBTREE;
	else if (word[0] == '@' && word[1] != '\0')
		r->list = word + 1;
	else if (id_parse(word, strlen(word), &id) == ERR_OK)
		r->committee = word;
	else
		return ERR_UNKNOWN_RECIPIENT; /* perhaps a name */
	s->m.recipient_count++;
	return ERR_OK;
}

/* A text with commas, or a list: all words in the arena. *named: one is no id, perhaps a name. */
static enum err read_recipients(struct submit *s, bool *named)
{
	const json_t *to = json_object_get(s->x->fields, "to"), *one;
	size_t i, count = json_is_array(to) ? json_array_size(to) : 1;

	s->m.recipients = arena_array(s->arena, count_words(to), sizeof *s->m.recipients);
	if (s->m.recipients == NULL)
		return ERR_NO_MEMORY;
	for (i = 0; to != NULL && i < count; i++) {
		const char *text;
		char *rest, *word;

		one = json_is_array(to) ? json_array_get(to, i) : to;
		text = json_string_value(one);
		rest = (char *)(uintptr_t)arena_text(s->arena, text, strlen(text));
		while (rest != NULL && (word = strsep(&rest, ",")) != NULL) {
			enum err e;

			text_trim(word);
			e = word[0] == '\0' ? ERR_OK : take_recipient(s, word);
			*named |= e == ERR_UNKNOWN_RECIPIENT;
			if (e != ERR_OK && e != ERR_UNKNOWN_RECIPIENT)
				return e;
		}
	}
	return ERR_OK;
}

/* A token bound to committees sends to these alone, each by its id. */
static enum err check_rights(struct submit *s, bool named)
{
	const char *ids[SUBMISSION_RECIPIENTS_MAX], *which = NULL;
	unsigned count = 0;

	if (s->x->rights.committee_count == 0)
		return ERR_OK;
	for (unsigned i = 0; i < s->m.recipient_count; i++) {
		const struct submission_recipient *r = &s->m.recipients[i];

		ids[count++] = r->committee == NULL ? "" : r->committee;
	}
	if (named || count == 0 || !token_may_send_to(&s->x->rights, ids, count, &which))
		return refuse(s, ERR_TOKEN_COMMITTEE, which, "to");
	return ERR_OK;
}

/* What it does to other documents is asked as if it were asked by itself. */
static enum err check_references(struct submit *s)
{
	if (exchange_flag(s->x, "finish") && !token_may(&s->x->rights, TOKEN_ACT_OFFICE))
		return refuse(s, ERR_TOKEN_SCOPE, NULL, "finish");
	return permit_reference(s->x, "reply_to", false) &&
			       permit_reference(s->x, "update", true) &&
			       permit_reference(s->x, "replace", true)
		       ? ERR_OK
		       : ERR_TOKEN_SCOPE;
}

/* ---- its fields ---- */

/* A text as people write it: NFC, without blanks around; in the arena. */
static const char *text_of(struct submit *s, const char *name)
{
	const char *given = exchange_field(s->x, name), *kept;
	char *entry = given == NULL ? NULL : text_entry(given);

	if (entry == NULL)
		return "";
	kept = arena_text(s->arena, entry, strlen(entry));
	free(entry);
	return kept == NULL ? "" : kept;
}

static int choice_of(const struct submit *s, const char *name, const char *const *words)
{
	const char *given = exchange_field(s->x, name);

	return given == NULL ? 1 : text_choose(given, words) + 1;
}

static enum err fill_type(struct submit *s)
{
	const struct doctype_table *table;
	struct client_types_offer offer;
	const struct doctype *type;
	const char *word = exchange_field(s->x, "type");
	enum err e = pool_types(s->place, &table, &s->fault);

	if (e != ERR_OK) {
		exchange_fault(s->x, &s->fault);
		return e;
	}
	client_types_on(table, s->m.issued_on, &offer);
	e = client_types_find(&offer, word, &type);
	if (e != ERR_OK)
		return refuse(s, e, word, "type");
	/* The table may be asked for anew before this is sent. */
	s->m.type_code = arena_text(s->arena, type->code, strlen(type->code));
	s->m.type_name = arena_text(s->arena, type->name, strlen(type->name));
	return s->m.type_code == NULL || s->m.type_name == NULL
		       ? refuse(s, ERR_NO_MEMORY, NULL, NULL)
		       : ERR_OK;
}

static enum err fill(struct submit *s)
{
	static const char *const urgencies[] = { "thuong", "khan", "thuong-khan", "hoa-toc", NULL };
	static const char *const secrecies[] = { "thuong", "mat", "toi-mat", "tuyet-mat", NULL };
	const char *date = exchange_field(s->x, "date"), *due = exchange_field(s->x, "due");
	struct submission *m = &s->m;

	m->id = s->id;
	m->number = text_of(s, "number");
	m->subject = text_of(s, "subject");
	m->note = text_of(s, "note");
	m->term = text_of(s, "term");
	m->signer_name = m->signer_position = "";
	m->signer_competence = text_of(s, "competence");
	m->urgency = (Vanthu__V1__Urgency)choice_of(s, "urgency", urgencies);
	m->secrecy = (Vanthu__V1__Secrecy)choice_of(s, "secrecy", secrecies);
	m->reply_origin = m->older_origin = "";
	m->paper_copies =
		(uint32_t)json_integer_value(json_object_get(s->x->fields, "paper_copies"));
	m->published = exchange_flag(s->x, "publish");
	m->dry_run = exchange_flag(s->x, "dry_run");
	m->strict = exchange_flag(s->x, "strict");
	if (date == NULL)
		text_today(m->issued_on);
	else if (!text_date(date, m->issued_on))
		return refuse(s, ERR_BAD_DATE, date, "date");
	if (due != NULL && !text_date(due, m->due_on))
		return refuse(s, ERR_BAD_DATE, due, "due");
	return fill_type(s);
}

/* What the clerk's command looks up before it sends. */
static bool wants_command(const struct submit *s)
{
	static const char *const names[] = { "reply_to", "update",   "replace",	  "finish",
					     "signer",	 "position", "competence" };

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (json_object_get(s->x->fields, names[i]) != NULL)
			return true;
	}
	return false;
}

/* ---- beginning ---- */

static enum err begin_stream(struct submit *s)
{
	enum err e = pool_take(s->x->gateway->pool, CLIENT_OFFICE, &s->x->rights, &s->place);

	if (e != ERR_OK)
		return refuse(s, e, NULL, NULL);
	e = fill(s);
	if (e == ERR_OK) {
		e = submission_stream_begin(s->place->client, &s->m, &s->fault, &s->stream);
		if (e != ERR_OK)
			exchange_refuse(s->x, e, NULL, NULL);
	}
	return e;
}

static enum err begin_folder(struct submit *s)
{
	const char *base = s->x->gateway->config->gateway_folder;
	char incoming[CONFIG_PATH_MAX + 16];

	snprintf(incoming, sizeof incoming, "%s/incoming", base);
	snprintf(s->folder, sizeof s->folder, "%s/incoming/%s", base, s->x->id);
	if (fs_mkdir(incoming, true) != ERR_OK || fs_mkdir(s->folder, true) != ERR_OK) {
		s->folder[0] = '\0';
		return refuse(s, errno == ENOSPC ? ERR_DISK_FULL : ERR_FILE, NULL, NULL);
	}
	return ERR_OK;
}

enum err submit_begin(struct exchange *x, struct submit **out)
{
	struct submit *s = calloc(1, sizeof *s);
	bool named = false;
	enum err e;

	*out = s;
	if (s != NULL)
		s->arena = arena_new(ARENA_BYTES);
	if (s == NULL || s->arena == NULL) {
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return ERR_NO_MEMORY;
	}
	s->x = x;
	s->fd = -1;
	e = choose_id(s);
	if (e == ERR_OK)
		e = look_up(s);
	if (e != ERR_OK)
		return e;
	e = read_recipients(s, &named);
	if (e != ERR_OK)
		return refuse(s, e, NULL, "to");
	e = check_rights(s, named);
	if (e == ERR_OK)
		e = check_references(s);
	if (e == ERR_OK)
		e = note_own(s);
	if (e != ERR_OK)
		return e;
	if (wants_command(s) || named)
		return begin_folder(s);
	return s->m.recipient_count == 0 ? refuse(s, ERR_NO_RECIPIENT, NULL, "to")
					 : begin_stream(s);
}

/* ---- files ---- */

static enum err fail_stream(struct submit *s, enum err e)
{
	s->fault.err = e;
	exchange_fault(s->x, &s->fault);
	return e;
}

static enum err fail_write(struct submit *s)
{
	enum err e = errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_FILE;

	return refuse(s, e, NULL, NULL);
}

/* A name of one word, as several of the same come, into the folder. */
static enum err open_file(struct submit *s, const char *name)
{
	const char *word = strrchr(name, '/');
	char safe[FILE_NAME_SIZE], numbered[FILE_NAME_SIZE], *path;
	size_t size;

	if (s->path_count == SUBMISSION_FILES_MAX)
		return refuse(s, ERR_TOO_MANY_ATTACHMENTS, NULL, "file");
	if (!file_name_form(word == NULL ? name : word + 1, 1, 0, safe))
		return refuse(s, ERR_HTTP_MULTIPART, name, "file");
	size = strlen(s->folder) + FILE_NAME_SIZE + 2;
	path = arena_array(s->arena, size, 1);
	if (path == NULL)
		return refuse(s, ERR_NO_MEMORY, NULL, NULL);
	for (unsigned n = 1; n <= SUBMISSION_FILES_MAX; n++) {
		file_name_numbered(safe, n, NAME_MAX_BYTES, numbered);
		snprintf(path, size, "%s/%s", s->folder, numbered);
		s->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (s->fd >= 0 || errno != EEXIST)
			break;
	}
	if (s->fd < 0)
		return fail_write(s);
	s->paths[s->path_count++] = path;
	s->file_bytes = 0;
	return ERR_OK;
}

enum err submit_file_begin(struct submit *s, const char *name)
{
	enum err e;

	if (s->folder[0] != '\0')
		return open_file(s, name);
	e = submission_stream_part_begin(s->stream, name);
	return e == ERR_OK ? ERR_OK : fail_stream(s, e);
}

/* The daemon is not asked before all is here: what it keeps free is left free. */
static enum err check_room(struct submit *s, size_t len)
{
	const struct config *c = s->x->gateway->config;
	const uint64_t before = s->file_bytes;
	struct statvfs disk;

	s->file_bytes += len;
	if (s->file_bytes > c->attachment_max_bytes)
		return refuse(s, ERR_TOO_LARGE, NULL, "file");
	if (before / ROOM_EVERY_BYTES == s->file_bytes / ROOM_EVERY_BYTES && before > 0)
		return ERR_OK;
	if (fstatvfs(s->fd, &disk) != 0)
		return fail_write(s);
	return (uint64_t)disk.f_bavail * disk.f_frsize < c->reserve_bytes + ROOM_EVERY_BYTES
		       ? refuse(s, ERR_DISK_FULL, NULL, NULL)
		       : ERR_OK;
}

enum err submit_file_bytes(struct submit *s, const char *bytes, size_t len)
{
	enum err e;

	if (s->folder[0] == '\0') {
		e = submission_stream_part_write(s->stream, bytes, len);
		return e == ERR_OK ? ERR_OK : fail_stream(s, e);
	}
	e = check_room(s, len);
	while (e == ERR_OK && len > 0) {
		ssize_t n = write(s->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_write(s);
		bytes += n;
		len -= (size_t)n;
	}
	return e;
}

enum err submit_file_end(struct submit *s)
{
	enum err e = ERR_OK;

	if (s->folder[0] == '\0') {
		e = submission_stream_part_end(s->stream, NULL);
		return e == ERR_OK ? ERR_OK : fail_stream(s, e);
	}
	if (close(s->fd) != 0)
		e = fail_write(s);
	s->fd = -1;
	return e;
}

/* ---- sending ---- */

static json_t *texts(char **list, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(out, json_string(list[i]));
	return out;
}

/* As `vanthu --json send` says it. */
static json_t *accepted_json(const struct submit *s, const Vanthu__V1__Accepted *a)
{
	json_t *out = json_pack("{s:s, s:o, s:o}", "id", s->x->document, "recipients",
				texts(a->recipients, a->n_recipients), "warnings", json_array());
	char text[UUID_TEXT_SIZE];

	if (a->number != NULL && a->number[0] != '\0')
		json_object_set_new(out, "number", json_string(a->number));
	else if (s->m.number[0] != '\0' && !numbering_is_template(s->m.number))
		json_object_set_new(out, "number", json_string(s->m.number));
	if (a->n_lists > 0)
		json_object_set_new(out, "lists", texts(a->lists, a->n_lists));
	if (a->repeated_submission)
		json_object_set_new(out, "repeated", json_true());
	if (s->m.dry_run)
		json_object_set_new(out, "dry_run", json_true());
	for (size_t i = 0; i < a->n_warnings; i++) {
		snprintf(text, sizeof text, "VT-%u", a->warnings[i]);
		json_array_append_new(json_object_get(out, "warnings"), json_string(text));
	}
	if (a->same_number_count > 0 && a->same_number_id.len == 16) {
		uuid_print(a->same_number_id.data, text);
		json_object_set_new(out, "same_number",
				    json_pack("{s:s, s:I}", "id", text, "count",
					      (json_int_t)a->same_number_count));
	}
	if (a->number_gap > 0)
		json_object_set_new(out, "number_gap", json_integer((json_int_t)a->number_gap));
	return out;
}

static void add_location(struct exchange *x)
{
	char location[64];

	snprintf(location, sizeof location, "/v1/documents/%s", x->document);
	exchange_add_header(x, "Location", location);
}

static void finish_stream(struct submit *s)
{
	Vanthu__V1__Accepted *accepted;
	bool made;
	enum err e = submission_stream_finish(s->stream, &accepted);

	if (e != ERR_OK) {
		(void)fail_stream(s, e);
		return;
	}
	made = !accepted->repeated_submission && !s->m.dry_run;
	exchange_json(s->x, made ? MHD_HTTP_CREATED : MHD_HTTP_OK, accepted_json(s, accepted));
	if (!s->m.dry_run)
		add_location(s->x);
}

static void finish_folder(struct submit *s)
{
	struct command_line *l = arena_array(s->arena, 1, sizeof *l);

	if (l == NULL || s->path_count == 0) {
		exchange_refuse(s->x, l == NULL ? ERR_NO_MEMORY : ERR_HTTP_MULTIPART, NULL, "file");
		return;
	}
	*l = (struct command_line){ .arena = s->arena };
	command_add(l, "send");
	json_object_del(s->x->fields, "id");
	command_fields(l, s->x, NULL);
	command_option(l, "id", s->x->document);
	command_add(l, "--");
	for (unsigned i = 0; i < s->path_count; i++)
		command_add(l, s->paths[i]);
	command_run(s->x, l, exchange_flag(s->x, "dry_run") ? MHD_HTTP_OK : MHD_HTTP_CREATED, NULL);
	if (s->x->status == MHD_HTTP_CREATED)
		add_location(s->x);
}

void submit_finish(struct submit *s)
{
	if (s->folder[0] == '\0')
		finish_stream(s);
	else
		finish_folder(s);
	/* The same again as what is there: it has it all. */
	if (s->known && is_limited(s) && s->x->err == ERR_OK && note(s) != ERR_OK)
		exchange_add_header(s->x, "Warning", "199 - \"not noted as this token's\"");
}

void submit_free(struct submit *s)
{
	if (s == NULL)
		return;
	submission_stream_free(s->stream);
	if (s->place != NULL)
		pool_give(s->x->gateway->pool, s->place);
	if (s->fd >= 0)
		close(s->fd);
	if (s->folder[0] != '\0')
		fs_remove_tree(s->folder);
	arena_destroy(s->arena);
	free(s);
}

void submit_sweep(const char *gateway_folder)
{
	char incoming[CONFIG_PATH_MAX + 16];

	snprintf(incoming, sizeof incoming, "%s/incoming", gateway_folder);
	fs_remove_tree(incoming);
	kept_sweep(gateway_folder);
}
