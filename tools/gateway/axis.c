/* See axis.h. */
#include "tools/gateway/axis.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/axis/axis.h"
#include "tools/base/text.h"
#include "tools/gateway/command.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/permit.h"

enum { TIMEOUT_MS = 120000, LIST_MS = 20000, TIME_SIZE = 40 };

void axis_prepare(const struct exchange *x, struct axis_work *w, const char *language)
{
	w->gateway_folder = x->gateway->config->gateway_folder;
	w->committee = x->gateway->config->committee.text;
	w->program = x->gateway->program;
	w->program.language = language;
	w->program.timeout_ms = TIMEOUT_MS;
	w->program.stop = x->gateway->stop;
}

/* ---- whose ---- */

/* A token bound to committees has what is from or to these. */
static bool is_within(const struct exchange *x, const json_t *change)
{
	const json_t *to = json_object_get(json_object_get(change, "document"), "to"), *one;
	const char *from = axis_text(change, "from");
	size_t i;

	if (token_may_see(&x->rights, from, NULL, 0))
		return true;
	json_array_foreach(to, i, one)
	{
		const char *who = json_string_value(one);

		if (who != NULL && token_may_see(&x->rights, who, NULL, 0))
			return true;
	}
	return false;
}

/* What arrives is for who may receive; what is said of a document, for who handed it in. */
static bool wants(void *of, const json_t *change)
{
	const struct exchange *x = of;
	struct doc_id id;
	bool yes = false;

	if (strcmp(axis_text(change, "direction"), "in") == 0)
		return token_may(&x->rights, TOKEN_ACT_SEE_RECEIVED) && is_within(x, change);
	return uuid_parse(axis_text(change, "id"), &id) == ERR_OK &&
	       token_sent_has(x->gateway->config->gateway_folder, x->rights.name, &id, &yes) ==
		       ERR_OK &&
	       yes;
}

static struct served *open_served(struct exchange *x)
{
	struct served *s = calloc(1, sizeof *s);
	struct token t;
	enum err e = s == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK) {
		axis_prepare(x, &s->work, problem_language_name(x->language));
		snprintf(s->work.adapter.name, sizeof s->work.adapter.name, "%s", x->rights.name);
		s->wants = wants;
		s->of = x;
		s->lock = -1;
		s->place_take = command_place_take;
		s->place_give = command_place_give;
		s->reserve_bytes = x->gateway->config->reserve_bytes;
		/* What came before there was such a token is not for it. */
		e = token_file_read(s->work.gateway_folder, x->rights.name, &t);
	}
	if (e == ERR_OK)
		e = served_open(s, t.created_ms);
	if (e == ERR_OK)
		return s;
	exchange_refuse(x, e, NULL, NULL);
	if (s != NULL)
		served_close(s);
	free(s);
	return NULL;
}

static void close_served(struct served *s)
{
	served_close(s);
	free(s);
}

/* ---- the list ---- */

struct page {
	struct exchange *x;
	struct served *s;
	enum served_where where;
	char to[AXIS_CODE_SIZE];
	char file[AXIS_PATH_MAX];
	char reason[AXIS_REASON_SIZE];
	json_t *items;
	enum err passed_over; /* the first one that cannot be made now; ERR_OK: none */
	enum err cannot;      /* why nothing more can be made, or asked for, now; ERR_OK */
	bool patient;	      /* also what was not made in time before */
};

static void file_of(const struct exchange *x, const struct served *s, char out[AXIS_PATH_MAX])
{
	char word[EXCHANGE_ID_SIZE + 16];

	snprintf(word, sizeof word, "work/%s.edxml", x->id);
	served_path(s->work.gateway_folder, s->work.adapter.name, word, out);
}

/* Our organ's code; our id where the directory has none. While the daemon is away what it said
 * last. */
static enum err find_us(struct page *p)
{
	const char *const args[] = { "committee", "show", "--", p->s->work.committee, NULL };
	const json_t *first;
	json_t *us;
	enum err e;

	if (p->to[0] != '\0')
		return ERR_OK;
	e = served_run(p->s, args, &us, p->reason);
	first = json_array_get(json_object_get(us, "organ_ids"), 0);
	if (e == ERR_OK) {
		snprintf(p->to, sizeof p->to, "%.60s",
			 json_is_string(first) ? json_string_value(first) : p->s->work.committee);
		e = served_set_to(p->s, p->to);
	} else if (e != ERR_CANCELLED && p->s->state.to[0] != '\0') {
		snprintf(p->to, sizeof p->to, "%s", p->s->state.to);
		e = ERR_OK;
	}
	json_decref(us);
	return e;
}

static void add_item(struct page *p, const char *id, const json_t *entry)
{
	char time[TIME_SIZE];
	json_t *item;

	text_rfc3339(json_integer_value(json_object_get(entry, "made_ms")), time, sizeof time);
	item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "status",
			 p->where == SERVED_FAILED ? "FAIL" : "INITIAL", "createdTime", time,
			 "messageType", axis_text(entry, "status")[0] == '\0' ? "edoc" : "status",
			 "from", axis_text(entry, "from_organ"), "to", p->to, "documentId",
			 axis_text(entry, "document"));
	json_object_set(item, "contentSha256", json_object_get(entry, "sha256"));
	json_object_set(item, "contentLength", json_object_get(entry, "size_bytes"));
	if (p->where == SERVED_FAILED)
		json_object_set(item, "statusDesc", json_object_get(entry, "reason"));
	json_array_append_new(p->items, item);
}

/* Of who makes a file the words are Vietnamese, as the file is. */
static void forget_reason(const struct exchange *x, char reason[AXIS_REASON_SIZE])
{
	if (x->language != PROBLEM_VI)
		reason[0] = '\0';
}

/* What there is no file of any more (its issuer has it back, say) does not hold up the others: it
 * stands among the failed. */
static enum err drop(struct served *s, const char *id, enum served_where where, const char *said)
{
	char reason[AXIS_REASON_SIZE];

	if (where != SERVED_WAITING)
		return ERR_OK;
	snprintf(reason, sizeof reason, "%s", said);
	return served_drop(s, id, reason);
}

static bool is_gone(enum err e)
{
	return e != ERR_OK && e != ERR_AXIS_ANEW && e != ERR_CANCELLED && !axis_err_passes(e);
}

static enum err make_one(struct page *p, const char *id, json_t **entry, enum served_where *where)
{
	enum err e;

	if (p->cannot != ERR_OK)
		return p->cannot;
	if (served_is_late(*entry) && !p->patient)
		return ERR_TIMEOUT;
	e = served_make(p->s, id, entry, where, p->file, p->reason);
	if (axis_err_passes(e))
		forget_reason(p->x, p->reason);
	if (axis_err_passes(e) && e != ERR_TIMEOUT && e != ERR_DISK_FULL)
		p->cannot = e;
	if (p->s->lock < 0 || e == ERR_CANCELLED || (*entry != NULL && axis_err_passes(e)))
		return e;
	/* Another list of it was made meanwhile: what this one says holds. */
	if (is_gone(e) && *entry != NULL) {
		e = drop(p->s, id, *where, p->reason);
		*where = SERVED_FAILED;
		return e;
	}
	return ERR_OK;
}

/* Nobody who could say whether it is this token's: it keeps its place. */
static enum err permit_one(struct page *p, const char *document)
{
	enum err e = permit_all(p->x) || p->cannot == ERR_OK ? permit_named(p->x, document)
							     : p->cannot;

	if (axis_err_passes(e))
		p->cannot = e;
	return e == ERR_OK || axis_err_passes(e) || e == ERR_CANCELLED ? e : ERR_NOT_FOUND;
}

static enum err list_one(struct page *p, const char *id)
{
	enum served_where where;
	json_t *entry;
	enum err e = served_find(p->s, id, &entry, &where);

	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* told while a file before it was made */
	if (e == ERR_OK)
		e = find_us(p);
	if (e == ERR_OK)
		e = permit_one(p, axis_text(entry, "document"));
	if (e == ERR_NOT_FOUND) {
		json_decref(entry);
		return ERR_OK; /* not for it any more: not a word of it */
	}
	if (e == ERR_OK && axis_text(entry, "sha256")[0] == '\0' && where == SERVED_WAITING)
		e = make_one(p, id, &entry, &where);
	/* Told, or dropped, meanwhile: it stands elsewhere. */
	if (e == ERR_OK && entry != NULL && where == p->where)
		add_item(p, id, entry);
	json_decref(entry);
	return e;
}

/* What cannot be made now does not hold up what is behind it, and has its place in the list still.
 */
static bool is_passed_over(struct page *p, enum err e)
{
	if (p->s->lock < 0 || !axis_err_passes(e) || e == ERR_CANCELLED)
		return false;
	if (p->passed_over == ERR_OK)
		p->passed_over = e;
	return true;
}

/* Making files takes its time: what is there after a while is a page too, and the next one goes on
 * from there. */
static enum err list_some(struct page *p, char **ids, size_t count, const char **next)
{
	const json_t *given = json_object_get(p->x->fields, "limit");
	size_t limit = given == NULL ? SERVED_PAGE_MAX : (size_t)json_integer_value(given), i;
	const int64_t until = exchange_now_ms() + LIST_MS;
	const char *late = NULL;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < count && json_array_size(p->items) < limit; i++) {
		if (json_array_size(p->items) > 0 && exchange_now_ms() > until)
			break;
		e = list_one(p, ids[i]);
		if (e == ERR_TIMEOUT && late == NULL)
			late = ids[i];
		if (is_passed_over(p, e))
			e = ERR_OK;
	}
	/* There is nothing else: all the time for the first of these. */
	if (e == ERR_OK && late != NULL && json_array_size(p->items) == 0) {
		p->patient = true;
		e = list_one(p, late);
	}
	*next = e == ERR_OK && i > 0 && i < count ? ids[i - 1] : NULL;
	if (json_array_size(p->items) > 0)
		return ERR_OK;
	return e == ERR_OK ? p->passed_over : e;
}

static void answer_list(struct page *p)
{
	const char *after = exchange_field(p->x, "after"), *next = NULL;
	char **ids = NULL;
	size_t count = 0;
	enum err entered = served_enter(p->s, p->reason), e;

	e = served_ids(p->s, p->where, after == NULL ? "" : after, &ids, &count);
	if (e == ERR_OK)
		e = list_some(p, ids, count, &next);
	/* What waits is handed out, whatever the daemon says of what is new. */
	if (e == ERR_OK && json_array_size(p->items) == 0)
		e = entered;
	if (e != ERR_OK)
		exchange_refuse(p->x, e, p->reason[0] == '\0' ? NULL : p->reason, NULL);
	else
		exchange_bare(p->x, MHD_HTTP_OK,
			      json_pack("{s:i, s:O, s:o}", "errorCode", 0, "edocs", p->items,
					"next",
					next == NULL ? json_null()
						     : json_stringn(next, SERVED_ORDER_SIZE - 1)));
	axis_disk_names_free(ids, count);
}

static bool is_order(const char *text)
{
	return strlen(text) == SERVED_ORDER_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == SERVED_ORDER_SIZE - 1;
}

void axis_list(struct exchange *x)
{
	const json_t *limit = json_object_get(x->fields, "limit");
	const char *status = exchange_field(x, "status"), *after = exchange_field(x, "after");
	struct page p = { .x = x };

	if (limit != NULL && (json_integer_value(limit) < 1 ||
			      json_integer_value(limit) > SERVED_PAGE_MAX)) {
		exchange_refuse(x, ERR_HTTP_FIELD, NULL, "limit");
		return;
	}
	if (after != NULL && !is_order(after)) {
		exchange_refuse(x, ERR_HTTP_FIELD, NULL, "after");
		return;
	}
	p.where = status != NULL && strcmp(status, "FAIL") == 0 ? SERVED_FAILED : SERVED_WAITING;
	p.items = json_array();
	p.s = open_served(x);
	if (p.s != NULL) {
		file_of(x, p.s, p.file);
		answer_list(&p);
		close_served(p.s);
	}
	json_decref(p.items);
}

/* ---- one file ---- */

static void answer_file(struct exchange *x, const char *path, const json_t *entry)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		/* No room for it beside what others have had made meanwhile: again. */
		exchange_refuse(x, errno == ENOENT ? ERR_BUSY : ERR_FILE, NULL, NULL);
		return;
	}
	exchange_response(x, MHD_HTTP_OK, MHD_create_response_from_fd64((uint64_t)st.st_size, fd));
	exchange_add_header(x, "Content-Type", "application/xml");
	exchange_add_header(x, "Content-Disposition", "attachment; filename=\"message.edxml\"");
	exchange_add_header(x, "Cache-Control", "no-store");
	exchange_add_header(x, "X-Content-Sha256", axis_text(entry, "sha256"));
}

/* Listed, and not here any more: it would wait for ever. */
static enum err make_for_fetch(struct served *s, const char *id, json_t **entry,
			       enum served_where *where, const char *path, char *reason)
{
	enum err e = served_make(s, id, entry, where, path, reason), dropped = ERR_OK;

	if (is_gone(e) && *entry != NULL)
		dropped = drop(s, id, *where, reason);
	return dropped == ERR_OK ? e : dropped;
}

void axis_fetch(struct exchange *x)
{
	const char *id = route_word(x->route, &x->words, "id", 2);
	char path[AXIS_PATH_MAX], reason[AXIS_REASON_SIZE] = "";
	enum served_where where;
	json_t *entry = NULL;
	struct served *s;
	enum err e;

	s = open_served(x);
	if (s != NULL) {
		file_of(x, s, path);
		e = served_find(s, id, &entry, &where);
		if (e == ERR_OK)
			e = permit_named(x, axis_text(entry, "document"));
		if (e == ERR_OK)
			e = make_for_fetch(s, id, &entry, &where, path, reason);
		forget_reason(x, reason);
		if (e == ERR_OK) {
			served_kept(s, id, path);
			answer_file(x, path, entry);
		} else
			exchange_refuse(x, e, reason[0] == '\0' ? NULL : reason, NULL);
		json_decref(entry);
		close_served(s);
	}
}

/* ---- what became of it ---- */

void axis_tell(struct exchange *x)
{
	const char *id = exchange_field(x, "docId"), *given = exchange_field(x, "reason");
	const bool done = strcmp(exchange_field(x, "status"), "done") == 0;
	char reason[AXIS_REASON_SIZE];
	enum served_where where;
	json_t *entry = NULL;
	struct served *s = open_served(x);
	enum err e;

	if (s == NULL)
		return;
	axis_keep(reason, given == NULL ? "" : given);
	text_one_line(reason);
	e = served_find(s, id, &entry, &where);
	if (e == ERR_OK) {
		snprintf(x->document, sizeof x->document, "%.36s", axis_text(entry, "document"));
		e = permit_named(x, x->document);
	}
	if (e == ERR_OK && exchange_flag(x, "dry_run"))
		e = where == SERVED_DONE && !done ? ERR_AXIS_TOLD : ERR_OK;
	else if (e == ERR_OK)
		e = served_tell(s, id, done, done ? "" : reason);
	json_decref(entry);
	close_served(s);
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, e == ERR_NOT_FOUND ? "docId" : NULL);
	else
		exchange_bare(x, MHD_HTTP_OK, json_pack("{s:i}", "errorCode", 0));
}

/* ---- what it has sent ---- */

void axis_sent(struct exchange *x)
{
	const char *key = exchange_field(x, "senderDocId");
	const struct posted p = { .gateway_folder = x->gateway->config->gateway_folder,
				  .system = x->rights.name };
	json_t *entry, *list = json_array();
	enum err e = posted_find_key(&p, key, &entry);

	if (e == ERR_OK)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s, s:s}", "id",
						axis_text(entry, "id"), "senderDocId", key,
						"messageType", axis_text(entry, "type"),
						"sendStatus", "DONE", "documentId",
						axis_text(entry, "document")));
	json_decref(entry);
	if (e == ERR_OK || e == ERR_NOT_FOUND) {
		exchange_bare(x, MHD_HTTP_OK,
			      json_pack("{s:i, s:o}", "errorCode", 0, "edocs", list));
		return;
	}
	json_decref(list);
	exchange_refuse(x, e, NULL, NULL);
}
