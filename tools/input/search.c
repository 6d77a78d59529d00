/* See search.h. */
#include "tools/input/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/base/words.h"
#include "tools/input/input.h"

enum {
	OPT_LIMIT = 1,
	OPT_FROM,
	OPT_TO,
	OPT_TYPE,
	OPT_NUMBER,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_STATE,
	OPT_CURSOR,
};
enum { SIFTED_MAX = 32 }; /* words that a daemon sifts by */

const struct command_option list_options[] = {
	{ "from", OPT_FROM, N_("WHO"), N_("only from this committee, by its id or name"),
	  VALUE_COMMITTEE, NULL },
	{ "to", OPT_TO, N_("WHO"),
	  N_("only to this committee, by its id or name; as a member of a group too"),
	  VALUE_COMMITTEE, NULL },
	{ "type", OPT_TYPE, N_("TYPE"), N_("only of this type, by its symbol"), VALUE_TYPE, NULL },
	{ "number", OPT_NUMBER, N_("NUMBER"), N_("only with this number"), VALUE_NONE, NULL },
	{ "state", OPT_STATE, "accepted|sending|delivered|refused|expired",
	  N_("only in this state"), VALUE_WORDS, NULL },
	{ "since", OPT_SINCE, N_("DATE"), N_("from this day on: YYYY-MM-DD or DD/MM/YYYY"),
	  VALUE_NONE, NULL },
	{ "until", OPT_UNTIL, N_("DATE"), N_("up to this day"), VALUE_NONE, NULL },
	{ "limit", OPT_LIMIT, N_("N"), N_("at most so many, the newest"), VALUE_NONE, NULL },
	{ "cursor", OPT_CURSOR, N_("CURSOR"),
	  N_("go on behind this place: `next` of a list that --limit cut"), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* ---- where a list ended: SERIAL[.DAY.ID] ---- */

void search_cursor(uint64_t serial, const char *day, const char *id, char out[CURSOR_SIZE])
{
	snprintf(out, CURSOR_SIZE, "%llu%s%s%s%s", (unsigned long long)serial,
		 day[0] == '\0' ? "" : ".", day, id[0] == '\0' ? "" : ".", id);
}

static bool read_cursor(struct search *s, const char *text)
{
	unsigned long long serial;
	char *end;
	int64_t ms;
	size_t len;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	serial = strtoull(text, &end, 10);
	s->list.before = serial;
	s->resumed = true;
	if (errno != 0 || *end == '\0')
		return errno == 0 && serial != 0;
	len = strcspn(end + 1, ".");
	if (*end != '.' || len != sizeof s->paper_day - 1 || end[1 + len] != '.' ||
	    strlen(end + 2 + len) != sizeof s->paper_id - 1)
		return false;
	memcpy(s->paper_day, end + 1, len);
	memcpy(s->paper_id, end + 2 + len, sizeof s->paper_id);
	return text_day_ms(s->paper_day, 0, &ms);
}

/* ---- what was typed ---- */

void search_begin(struct search *s, Vanthu__V1__Box box)
{
	*s = (struct search){ .limit = 0 };
	vanthu__v1__list__init(&s->list);
	s->list.box = box;
	s->list.details = true;
}

bool search_take(struct search *s, int option, char *value)
{
	char *end;

	switch (option) {
	case OPT_LIMIT:
		s->limit = (unsigned)strtoul(value, &end, 10);
		s->limited = true;
		return *value >= '0' && *value <= '9' && *end == '\0';
	case OPT_FROM:
		s->typed_from = value;
		return true;
	case OPT_TO:
		s->typed_to = value;
		return true;
	case OPT_TYPE:
		s->type = value;
		return true;
	case OPT_NUMBER:
		free(s->number);
		s->number = text_entry(value);
		s->list.number = s->number;
		return s->number != NULL;
	case OPT_SINCE:
		return text_day_ms(value, 0, &s->list.since_ms);
	case OPT_UNTIL:
		return text_day_ms(value, 1, &s->list.until_ms);
	case OPT_STATE:
		s->list.state = value;
		return true;
	case OPT_CURSOR:
		return read_cursor(s, value);
	default:
		return false;
	}
}

const char *search_fix(int option)
{
	if (option == OPT_CURSOR)
		return _("it is `next` of an earlier list, as --json tells it");
	return option == OPT_LIMIT ? _("give a number") : _(err_fix(ERR_BAD_DATE));
}

int search_read_words(struct cli *cli, struct search *s, char **texts, int count)
{
	s->words = words_new(texts, (size_t)count);
	words_plain(s->words, s->plain, sizeof s->plain);
	s->list.text = s->plain;
	if (s->words != NULL)
		return 0;
	return cli_fail(cli, ERR_UTF8, NULL);
}

bool search_person(struct search *s, const char *name)
{
	char *texts[] = { (char *)(uintptr_t)name };

	words_drop(s->person);
	s->person = words_new(texts, 1);
	return !words_empty(s->person);
}

static size_t count_words(const char *text)
{
	size_t words = text[0] != '\0';

	for (; *text != '\0'; text++)
		words += *text == ' ';
	return words;
}

void search_sift_person(struct search *s)
{
	char person[sizeof s->plain];
	size_t used = strlen(s->plain);

	if (s->person == NULL)
		return;
	words_plain(s->person, person, sizeof person);
	if (person[0] != '\0' && used + 1 + strlen(person) < sizeof s->plain &&
	    count_words(s->plain) + count_words(person) <= SIFTED_MAX)
		snprintf(s->plain + used, sizeof s->plain - used, "%s%s", used == 0 ? "" : " ",
			 person);
}

int search_read_type(struct cli *cli, struct search *s)
{
	const char *code = "";
	int exit_code = s->type == NULL ? 0 : doctype_option_filter(cli, s->type, &code);

	s->list.type_code = (char *)(uintptr_t)(code == NULL ? "" : code);
	s->bare_type = exit_code == 0 && s->type != NULL && code[0] == '\0';
	return exit_code;
}

static enum err resolve_one(struct call *c, const char *typed, char **id, struct words **words)
{
	char *texts[] = { (char *)(uintptr_t)typed };

	if (typed == NULL)
		return ERR_OK;
	*words = words_new(texts, 1);
	return recipients_one(c, typed, id);
}

enum err search_resolve(struct call *c, struct search *s)
{
	enum err e = resolve_one(c, s->typed_from, &s->from, &s->from_words);

	s->self = call_committee(c);
	if (e == ERR_OK)
		e = resolve_one(c, s->typed_to, &s->to, &s->to_words);
	if (s->from != NULL)
		s->list.from = s->from;
	if (s->to != NULL)
		s->list.to = s->to;
	return e;
}

void search_end(struct search *s)
{
	words_drop(s->words);
	words_drop(s->person);
	words_drop(s->from_words);
	words_drop(s->to_words);
	free(s->number);
	free(s->from);
	free(s->to);
}

/* ---- matching ---- */

bool search_is_daemons(const struct search *s)
{
	return words_empty(s->words) && s->person == NULL && !s->bare_type;
}

bool search_is_whole(const struct search *s)
{
	return search_is_daemons(s) && s->sections[0] == NULL && s->typed_from == NULL &&
	       s->typed_to == NULL && s->type == NULL && s->number == NULL &&
	       s->list.since_ms == 0 && s->list.until_ms == 0 && s->list.state[0] == '\0';
}

bool search_has_section(const struct search *s, const char *section)
{
	for (size_t i = 0; i < sizeof s->sections / sizeof s->sections[0]; i++) {
		if (s->sections[i] != NULL && strcmp(s->sections[i], section) == 0)
			return true;
	}
	return s->sections[0] == NULL;
}

static void add_people(struct words *w, const Vanthu__V1__WorkView *work)
{
	if (work == NULL)
		return;
	words_add(w, work->to);
	for (size_t i = 0; i < work->n_with; i++)
		words_add(w, work->with[i]);
}

static bool has_person(struct search *s, const Vanthu__V1__WorkView *work)
{
	if (s->person == NULL)
		return true;
	words_begin(s->person);
	add_people(s->person, work);
	return words_match(s->person);
}

/* Its own office is not searched: that would find every document. */
static void add_committee(struct search *s, const char *id, const char *name)
{
	if (strcmp(id, s->self.text) == 0)
		return;
	words_add(s->words, id);
	words_add(s->words, name);
}

static void add_line(struct search *s, const Vanthu__V1__DocumentLine *l)
{
	struct words *w = s->words;

	words_add_number(w, l->number);
	words_add(w, l->subject);
	add_committee(s, l->from, l->from_name);
	for (size_t i = 0; i < l->n_to; i++)
		add_committee(s, l->to[i], i < l->n_to_names ? l->to_names[i] : "");
	for (size_t i = 0; i < l->n_lists; i++)
		words_add(w, l->lists[i]);
	words_add(w, l->type_code);
	words_add(w, l->type_name);
	words_add(w, l->signer);
	words_add(w, l->files);
	add_people(w, l->work);
	if (l->work != NULL)
		words_add(w, l->work->person);
	if (l->answers != NULL)
		words_add_number(w, l->answers->number);
}

bool search_matches(struct search *s, const Vanthu__V1__DocumentLine *l)
{
	if ((s->bare_type && l->type_code[0] != '\0') || !search_has_section(s, l->section) ||
	    !has_person(s, l->work))
		return false;
	if (words_empty(s->words))
		return true;
	words_begin(s->words);
	add_line(s, l);
	return words_match(s->words);
}

static bool has_party(struct words *wanted, const Vanthu__V1__PaperLine *p,
		      Vanthu__V1__Direction direction)
{
	if (wanted == NULL)
		return true;
	words_begin(wanted);
	words_add(wanted, p->party);
	return p->direction == direction && words_match(wanted);
}

static bool has_day(const struct search *s, const char *date)
{
	int64_t ms;

	if (s->list.since_ms == 0 && s->list.until_ms == 0)
		return true;
	return text_day_ms(date, 0, &ms) && (s->list.since_ms == 0 || ms >= s->list.since_ms) &&
	       (s->list.until_ms == 0 || ms < s->list.until_ms);
}

bool search_matches_paper(struct search *s, const Vanthu__V1__PaperLine *p)
{
	/* it has no state, and nobody works on it here */
	if (s->list.state[0] != '\0' || s->person != NULL || s->sections[0] != NULL ||
	    (s->bare_type && p->type_code[0] != '\0') ||
	    (s->list.type_code[0] != '\0' && strcmp(s->list.type_code, p->type_code) != 0) ||
	    (s->number != NULL && !spelling_same_number(s->number, p->number)) ||
	    !has_day(s, p->date) ||
	    !has_party(s->from_words, p, VANTHU__V1__DIRECTION__DIRECTION_IN) ||
	    !has_party(s->to_words, p, VANTHU__V1__DIRECTION__DIRECTION_OUT))
		return false;
	if (words_empty(s->words))
		return true;
	words_begin(s->words);
	words_add_number(s->words, p->number);
	words_add(s->words, p->subject);
	words_add(s->words, p->party);
	words_add(s->words, p->type_code);
	words_add(s->words, p->type_name);
	return words_match(s->words);
}

/* ---- asking ---- */

enum err search_documents(struct call *c, struct search *s,
			  void (*take)(void *ctx, const Vanthu__V1__DocumentLine *l), void *ctx,
			  Vanthu__V1__DeskCount *count)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply;
	bool more = true;
	size_t matched = 0;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &s->list;
	e = call_send(c, &request);
	while (e == ERR_OK && more) {
		e = call_next(c, &reply);
		if (e != ERR_OK)
			break;
		more = reply->more;
		if (reply->what_case == VANTHU__V1__REPLY__WHAT_DESK && count != NULL)
			*count = *reply->desk;
		else if (reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR)
			return call_fail(c, ERR_OK, reply);
		else if (reply->what_case == VANTHU__V1__REPLY__WHAT_LINE &&
			 search_matches(s, reply->line)) {
			take(ctx, reply->line);
			if (++matched == s->enough && more) {
				client_abandon(call_client(c)); /* the rest is not wanted */
				more = false;
			}
		}
	}
	return e == ERR_OK ? ERR_OK : call_fail(c, e, NULL);
}

/* Is it newer than the last entry that an earlier list told, or that one itself? Among those of its
 * day the daemon's order decides, and the entry itself may have been cancelled since: then those of
 * its day come again, rather than not at all. */
static bool is_told(const struct search *s, const Vanthu__V1__PaperLine *p, bool day_told)
{
	int order = s->paper_day[0] == '\0' ? -1 : strcmp(p->date, s->paper_day);

	return order > 0 || (order == 0 && day_told);
}

static bool is_last_told(const struct search *s, const Vanthu__V1__PaperLine *p)
{
	char id[UUID_TEXT_SIZE];

	if (p->id.len != 16)
		return false;
	uuid_print(p->id.data, id);
	return strcmp(id, s->paper_id) == 0;
}

/* Does the entry that the cursor names stand there still? */
static enum err find_last_told(struct call *c, const struct search *s, bool *found)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery query = VANTHU__V1__PAPER_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	*found = false;
	if (s->paper_id[0] == '\0')
		return ERR_OK;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPERS;
	request.papers = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_PAPER, &reply)) == ERR_OK)
		*found = *found || is_last_told(s, reply->paper);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err search_papers(struct call *c, struct search *s,
		       void (*take)(void *ctx, const Vanthu__V1__PaperLine *p), void *ctx)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery query = VANTHU__V1__PAPER_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	bool day_told;
	enum err e = find_last_told(c, s, &day_told);

	if (e != ERR_OK)
		return e;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPERS;
	request.papers = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_PAPER, &reply)) == ERR_OK) {
		bool told = is_told(s, reply->paper, day_told);

		if (is_last_told(s, reply->paper))
			day_told = false; /* those behind it are not */
		if (!told && search_matches_paper(s, reply->paper))
			take(ctx, reply->paper);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void search_hint_unknown(struct call *c, const struct search *s)
{
	if (s->list.from[0] != '\0')
		recipients_hint_unknown(c, s->list.from);
	if (s->list.to[0] != '\0')
		recipients_hint_unknown(c, s->list.to);
}
