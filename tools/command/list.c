/* outbox and find: documents, differently asked. For people at most so many: a screenful is read,
 * thousands are not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

/* What matches words and is not shown is counted, but not thousands: each is read whole. */
enum { SHOWN_MAX = 200, COUNTED_MAX = 300, ENDING_CHARS = 8 };

/* With --plain, values as they are; what people read is in the next. */
static const struct column outbox_plain[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "to", "to", FORMAT_WHO, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "state", "state", FORMAT_STATE, false },
	{ "progress", "progress", FORMAT_TEXT, false },
	{ "arrived_at", "arrived_at", FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column outbox_text[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "to_text", N_("To"), FORMAT_TEXT, true },
	{ "subject_text", N_("Subject"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "progress", N_("Receipts"), FORMAT_TEXT, false },
	{ "date_text", N_("Sent"), FORMAT_DATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column find_plain[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "from", "from", FORMAT_TEXT, false },
	{ "to", "to", FORMAT_WHO, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "state", "state", FORMAT_STATE, false },
	{ "kind", "kind", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column find_text[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "direction", N_("Direction"), FORMAT_STATE, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject_text", N_("Subject"), FORMAT_TEXT, true },
	{ "party_text", N_("From/to"), FORMAT_TEXT, true },
	{ "date_text", N_("Date"), FORMAT_DATE, false },
	{ "kind_text", N_("Form"), FORMAT_STATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* Rows of one source, the newest first. */
struct rows {
	struct cli *cli;
	json_t *list;
	size_t most;	/* that are kept; 0: all */
	size_t matched; /* of them all */
	uint64_t *serials; /* of documents: as many as `list` has; its own */
	bool people;
};

/* For the cursor of a list that is cut: of no other. */
static void note_serial(struct rows *r, uint64_t serial)
{
	size_t at = json_array_size(r->list);

	if (r->most == 0)
		return;
	if (at % 256 == 0) {
		uint64_t *more = realloc(r->serials, (at + 256) * sizeof *more);

		if (more == NULL)
			abort();
		r->serials = more;
	}
	r->serials[at] = serial;
}

static void take_document(void *ctx, const Vanthu__V1__DocumentLine *l)
{
	struct rows *r = ctx;
	bool in = l->work != NULL; /* one that was received */
	json_t *line;

	if (r->most != 0 && r->matched++ >= r->most)
		return;
	note_serial(r, l->serial);
	line = json_line(l);
	json_object_set_new(line, "progress", json_progress(l));
	json_object_set_new(line, "kind", json_string(in ? "in" : "out"));
	if (r->people) {
		char date[sizeof "YYYY-MM-DD"];

		people_line(r->cli, line);
		text_day(l->arrived_at_ms, date);
		json_object_set_new(line, "date_text", json_string(date));
		json_object_set_new(line, "direction", json_string(in ? "in" : "out"));
		json_object_set(line, "party_text",
				json_object_get(line, in ? "from_text" : "to_text"));
	}
	json_array_append_new(r->list, line);
}

/* With the keys of a document, so that one reader reads both; what it has not is empty. */
static void take_paper(void *ctx, const Vanthu__V1__PaperLine *p)
{
	struct rows *r = ctx;
	bool in = p->direction == VANTHU__V1__DIRECTION__DIRECTION_IN;
	json_t *line;

	if (r->most != 0 && r->matched++ >= r->most)
		return;
	line = json_pack(
	    "{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "id", json_uuid(p->id),
	    "kind", "paper", "direction", in ? "in" : "out", "from", in ? p->party : "", "type",
	    p->type_code, "type_name", p->type_name, "number", p->number, "subject", p->subject,
	    "date", p->date, "state", p->cancelled_at_ms != 0 ? "cancelled" : "paper", "to",
	    json_texts((char **)(uintptr_t)&p->party, !in && p->party[0] != '\0' ? 1 : 0), "party",
	    p->party);
	if (r->people) {
		json_object_set(line, "subject_text", json_object_get(line, "subject"));
		json_object_set_new(line, "party_text", people_name(p->party, ""));
		json_object_set_new(line, "date_text", json_string(p->date));
		json_object_set(line, "kind_text", json_object_get(line, "state"));
	}
	json_array_append_new(r->list, line);
}

/* ---- find: both in one ---- */

/* When it came or went, so that texts compare as times do. */
static void time_of(const json_t *line, char out[32])
{
	const char *date = json_string_value(json_object_get(line, "date")),
		   *at = json_string_value(json_object_get(line, "arrived_at"));
	int64_t ms;

	/* paper has a day, which its documents of the same day stand in front of */
	if (date != NULL && text_day_ms(date, 0, &ms))
		text_rfc3339(ms, out, 32);
	else
		snprintf(out, 32, "%s", at == NULL ? "" : at);
}

/* How many of each are in the list. */
struct used {
	size_t documents, papers;
};

static json_t *merge(json_t *a, json_t *b, size_t most, struct used *used)
{
	json_t *out = json_array();
	size_t i = 0, k = 0;

	while ((i < json_array_size(a) || k < json_array_size(b)) &&
	       (most == 0 || json_array_size(out) < most)) {
		json_t *x = json_array_get(a, i), *y = json_array_get(b, k);
		char first[32] = "", second[32] = "";

		if (x != NULL)
			time_of(x, first);
		if (y != NULL)
			time_of(y, second);
		if (y == NULL || (x != NULL && strcmp(first, second) >= 0))
			json_array_append(out, json_array_get(a, i++));
		else
			json_array_append(out, json_array_get(b, k++));
	}
	*used = (struct used){ i, k };
	return out;
}

/* What a clerk may want next, with the newest as the example. */
static void hint_next(struct cli *cli, const json_t *list, Vanthu__V1__Box box)
{
	const char *id = json_string_value(json_object_get(json_array_get(list, 0), "id")),
		   *kind = json_string_value(json_object_get(json_array_get(list, 0), "kind"));

	if (id == NULL || strlen(id) < ENDING_CHARS)
		return;
	id += strlen(id) - ENDING_CHARS;
	if (box == VANTHU__V1__BOX__BOX_OUTBOX)
		cli_hint(cli, _("Where one is now: vanthu trace %s"), id);
	else if (kind != NULL && strcmp(kind, "paper") == 0)
		cli_hint(cli, _("Read one: vanthu paper show %s"), id);
	else
		cli_hint(cli,
			 _("Read one: vanthu show %s. Save its files: vanthu save %s --to DIR"), id,
			 id);
}

static void hint_more(struct cli *cli, size_t shown, size_t matched, bool counted)
{
	if (matched > shown && !counted)
		cli_hint(cli,
			 _("The newest %zu, and there are more. All of them: --limit 0; fewer: "
			   "words, --since, --from"),
			 shown);
	else if (matched > shown)
		cli_hint(cli,
			 _("The newest %zu of %zu. All of them: --limit 0; fewer: more words, "
			   "--since, --from"),
			 shown, matched);
}

/* Where the next part begins, when there is more than was wanted. */
static void say_next(struct cli *cli, const struct rows *documents, const struct rows *papers,
		     const struct search *s, const struct used *used)
{
	const json_t *paper = used->papers == 0 ? NULL
						: json_array_get(papers->list, used->papers - 1);
	uint64_t serial = s->list.before;

	cli->paged = s->limited || s->resumed;
	if (documents->most == 0 ||
	    documents->matched + papers->matched <= used->documents + used->papers)
		return;
	if (used->documents > 0)
		serial = documents->serials[used->documents - 1];
	/* before any: behind a serial that is never given */
	search_cursor(serial == 0 ? INT64_MAX : serial,
		      paper == NULL ? s->paper_day
				    : json_string_value(json_object_get(paper, "date")),
		      paper == NULL ? s->paper_id : json_string_value(json_object_get(paper, "id")),
		      cli->next);
}

static int print(struct cli *cli, const struct rows *documents, const struct rows *papers,
		 const struct search *s)
{
	Vanthu__V1__Box box = s->list.box;
	bool find = box == VANTHU__V1__BOX__BOX_ALL;
	struct used used = { json_array_size(documents->list), 0 };
	json_t *out = find ? merge(documents->list, papers->list, documents->most, &used)
			   : json_incref(documents->list);
	const struct column *columns = cli->plain ? (find ? find_plain : outbox_plain)
						  : (find ? find_text : outbox_text);

	say_next(cli, documents, papers, s, &used);
	cli->renderer->list(cli, out, columns);
	if (documents->most != 0)
		hint_more(cli, json_array_size(out), documents->matched + papers->matched,
			  !search_is_daemons(s) && documents->matched < s->enough);
	hint_next(cli, out, box);
	output_release(out);
	return 0;
}

/* ---- what recipients gave back ---- */

/* Of the newest that were sent, and not of thousands. */
enum { LOOKED_AT = 40 };

static void hint_answers(struct cli *cli, const Vanthu__V1__DocumentView *v, const char *name)
{
	unsigned long returned = 0, asked = 0, agreed = 0, declined = 0;

	for (size_t i = 0; i < v->n_receipts; i++) {
		const Vanthu__V1__ReceiptView *r = v->receipts[i];

		returned += strcmp(r->code, "02") == 0 && r->recall[0] == '\0';
		asked += strcmp(r->recall, "13") == 0;
		agreed += strcmp(r->recall, "15") == 0;
		declined += strcmp(r->recall, "16") == 0;
	}
	if (returned > 0)
		cli_hint(cli, _("%s: given back by %lu. Why: vanthu show %s"), name, returned,
			 name);
	if (asked + agreed + declined > 0)
		cli_hint(cli,
			 _("%s is asked back: %lu agreed, %lu declined, %lu have not answered. "
			   "Who: vanthu show %s"),
			 name, agreed, declined, asked, name);
}

/* The list has how many receipts there are; what the offices did with it is asked for. */
static void look_at_answers(struct call *c, const struct rows *documents)
{
	const json_t *row;
	size_t i;

	json_array_foreach(documents->list, i, row) {
		Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
		Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
		const char *id = json_string_value(json_object_get(row, "id")),
			   *number = json_string_value(json_object_get(row, "number"));
		Vanthu__V1__Reply *reply;

		if (i == LOOKED_AT || id == NULL || strlen(id) < ENDING_CHARS)
			return;
		ref.text = (char *)(uintptr_t)id;
		request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
		request.show = &ref;
		if (call_send(c, &request) != ERR_OK || call_next(c, &reply) != ERR_OK)
			return;
		if (reply->what_case == VANTHU__V1__REPLY__WHAT_VIEW)
			hint_answers(call_cli(c), reply->view,
				     number == NULL || number[0] == '\0'
					     ? id + strlen(id) - ENDING_CHARS
					     : number);
	}
}

/* ---- asking ---- */

static enum err collect(struct call *c, struct search *s, struct rows *documents,
			struct rows *papers)
{
	struct cli *cli = call_cli(c);
	enum err e;

	documents->most = papers->most =
	    s->limited || cli->json || cli->plain ? s->limit : SHOWN_MAX;
	/* People read "subtree"; programs get the committees. */
	s->list.members = cli->json || cli->plain;
	s->list.files = s->list.box == VANTHU__V1__BOX__BOX_ALL;
	/* What is matched here cannot be limited there; one more tells that there are more. */
	s->enough = documents->most == 0 ? 0
		    : documents->people	 ? documents->most + COUNTED_MAX
					 : documents->most + 1;
	if (search_is_daemons(s) && documents->most != 0)
		s->list.limit = (uint32_t)documents->most + 1;
	e = search_documents(c, s, take_document, documents, NULL);
	if (e == ERR_OK && s->list.box == VANTHU__V1__BOX__BOX_ALL)
		e = search_papers(c, s, take_paper, papers);
	if (e == ERR_OK && json_array_size(documents->list) + json_array_size(papers->list) == 0)
		search_hint_unknown(c, s);
	return e;
}

static int read_line(struct cli *cli, struct search *s, int argc, char **argv)
{
	int option, code;

	while ((option = cli_option(cli, argc, argv)) != -1) {
		if (option == '?')
			return err_exit_code(ERR_USAGE);
		if (!search_take(s, option, optarg))
			return cli_bad_value(cli, search_fix(option));
	}
	code = search_read_words(cli, s, argv + optind, argc - optind);
	return code == 0 ? search_read_type(cli, s) : code;
}

static int list(struct cli *cli, int argc, char **argv, Vanthu__V1__Box box)
{
	struct rows documents = { .cli = cli, .list = json_array() },
		    papers = { .cli = cli, .list = json_array() };
	struct call *c = NULL;
	struct search s;
	enum err e;
	int code;

	search_begin(&s, box);
	code = read_line(cli, &s, argc, argv);
	if (code == 0) {
		documents.people = papers.people = !cli->json && !cli->plain;
		e = call_open(cli, CLIENT_OFFICE, &c);
		if (e == ERR_OK)
			e = search_resolve(c, &s);
		if (e == ERR_OK)
			e = collect(c, &s, &documents, &papers);
		code = e == ERR_OK ? print(cli, &documents, &papers, &s) : err_exit_code(e);
		if (e == ERR_OK && box == VANTHU__V1__BOX__BOX_OUTBOX && documents.people)
			look_at_answers(c, &documents);
		call_close(c);
	}
	search_end(&s);
	json_decref(documents.list);
	json_decref(papers.list);
	free(documents.serials);
	return code;
}

int cmd_outbox(struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, VANTHU__V1__BOX__BOX_OUTBOX);
}

int cmd_find(struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, VANTHU__V1__BOX__BOX_ALL);
}
