/* inbox, outbox and find: the same list, differently asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/documents/documents.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_LIMIT = 1,
	OPT_FROM,
	OPT_TO,
	OPT_TYPE,
	OPT_NUMBER,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_STATE,
	ENDING_CHARS = 8
};

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
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column inbox_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "from", N_("From"), FORMAT_TEXT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "urgency", N_("Urgency"), FORMAT_URGENCY, false },
	{ "arrived_at", N_("Arrived"), FORMAT_MINUTE, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "code", N_("Now"), FORMAT_OFFICE, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column outbox_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "to", N_("To"), FORMAT_WHO, true },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "progress", N_("Receipts"), FORMAT_TEXT, false },
	{ "arrived_at", N_("Sent"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column find_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "from", N_("From"), FORMAT_TEXT, false },
	{ "to", N_("To"), FORMAT_WHO, true },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

struct search {
	Vanthu__V1__List list;
	char *folded; /* of the text searched for */
	char *number;
	unsigned limit;
	const char *type;
	char *from, *to; /* the ids of who was named */
	bool bare_type; /* one whose numbers have no symbol: the daemon knows no filter for these */
};

static bool take(struct search *s, int option, char *value)
{
	char *end;

	switch (option) {
	case OPT_LIMIT:
		s->limit = (unsigned)strtoul(value, &end, 10);
		return *value >= '0' && *value <= '9' && *end == '\0';
	case OPT_FROM:
		s->list.from = value;
		return true;
	case OPT_TO:
		s->list.to = value;
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
	default:
		return false;
	}
}

static bool contains(const char *text, const char *folded)
{
	char *f = text_fold(text);
	bool yes = f != NULL && strstr(f, folded) != NULL;

	free(f);
	return yes;
}

static bool matches(const struct search *s, const Vanthu__V1__DocumentLine *l)
{
	if (s->bare_type && l->type_code[0] != '\0')
		return false;
	if (s->folded == NULL || contains(l->subject, s->folded) ||
	    contains(l->number, s->folded) || contains(l->from, s->folded))
		return true;
	for (size_t i = 0; i < l->n_to; i++) {
		if (contains(l->to[i], s->folded))
			return true;
	}
	return false;
}

/* Who sent it knows the others' receipts; of what came here only our own is known. */
static bool has_receipts(const Vanthu__V1__DocumentLine *l)
{
	return l->delivered + l->refused > 0 || lifecycle_named(l->state) != LIFECYCLE_DELIVERED;
}

static enum err collect(struct call *c, struct search *s, json_t *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &s->list;
	/* People read "subtree"; programs get the committees. */
	s->list.members = call_cli(c)->json || call_cli(c)->plain;
	/* What is matched here cannot be limited there. */
	s->list.limit = s->folded == NULL && !s->bare_type ? s->limit : 0;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_LINE, &reply)) == ERR_OK) {
		const Vanthu__V1__DocumentLine *l = reply->line;
		char progress[48];
		json_t *line;

		if (!matches(s, l) || (s->limit != 0 && json_array_size(out) >= s->limit))
			continue;
		line = json_line(l);
		snprintf(progress, sizeof progress, "%llu/%llu", (unsigned long long)l->delivered,
			 (unsigned long long)l->recipient_count);
		json_object_set_new(line, "progress", json_string(has_receipts(l) ? progress : ""));
		json_array_append_new(out, line);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What a clerk may want next, with the newest as the example. */
static void hint_next(struct cli *cli, const json_t *list, Vanthu__V1__Box box)
{
	const char *id = json_string_value(json_object_get(json_array_get(list, 0), "id"));

	if (id == NULL || strlen(id) < ENDING_CHARS)
		return;
	id += strlen(id) - ENDING_CHARS;
	if (box == VANTHU__V1__BOX__BOX_OUTBOX)
		cli_hint(cli, _("Where one is now: vanthu trace %s"), id);
	else
		cli_hint(cli,
			 _("Read one: vanthu show %s. Save its files: vanthu save %s --to DIR"), id,
			 id);
}

static int read_type(struct cli *cli, struct search *s)
{
	const char *code = "";
	int exit_code = s->type == NULL ? 0 : doctype_option_filter(cli, s->type, &code);

	s->list.type_code = (char *)(uintptr_t)(code == NULL ? "" : code);
	s->bare_type = exit_code == 0 && s->type != NULL && code[0] == '\0';
	return exit_code;
}

static enum err resolve(struct call *c, struct search *s)
{
	enum err e = s->list.from[0] == '\0' ? ERR_OK : recipients_one(c, s->list.from, &s->from);

	if (e == ERR_OK && s->list.to[0] != '\0')
		e = recipients_one(c, s->list.to, &s->to);
	if (s->from != NULL)
		s->list.from = s->from;
	if (s->to != NULL)
		s->list.to = s->to;
	return e;
}

/* Nothing came: maybe a slip in a name. No refusal, for committees that have left the directory
 * still have documents. */
static void hint_unknown(struct call *c, const struct search *s)
{
	if (s->list.from[0] != '\0')
		recipients_hint_unknown(c, s->list.from);
	if (s->list.to[0] != '\0')
		recipients_hint_unknown(c, s->list.to);
}

static int list(struct cli *cli, int argc, char **argv, Vanthu__V1__Box box,
		const struct column *columns)
{
	struct search s = { .limit = 0 };
	struct call *client = NULL;
	json_t *out = json_array();
	enum err e;
	int c;

	vanthu__v1__list__init(&s.list);
	s.list.box = box;
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?' || !take(&s, c, optarg)) {
			json_decref(out);
			free(s.number);
			if (c == '?')
				return err_exit_code(ERR_USAGE);
			return cli_bad_value(cli, c == OPT_LIMIT ? _("give a number")
								 : _(err_fix(ERR_BAD_DATE)));
		}
	}
	if (argc - optind > 1) {
		json_decref(out);
		free(s.number);
		return cli_usage(cli, argv[optind + 1]);
	}
	if (optind < argc)
		s.folded = text_fold(argv[optind]);
	e = read_type(cli, &s) == 0 ? call_open(cli, CLIENT_OFFICE, &client) : ERR_BAD_TYPE;
	if (e == ERR_OK)
		e = resolve(client, &s);
	if (e == ERR_OK)
		e = collect(client, &s, out);
	if (e == ERR_OK && json_array_size(out) == 0)
		hint_unknown(client, &s);
	call_close(client);
	free(s.folded);
	free(s.number);
	free(s.from);
	free(s.to);
	if (e != ERR_OK) {
		json_decref(out);
		return err_exit_code(e);
	}
	cli->renderer->list(cli, out, columns);
	hint_next(cli, out, box);
	json_decref(out);
	return 0;
}

int cmd_inbox(struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, VANTHU__V1__BOX__BOX_INBOX, inbox_columns);
}

int cmd_outbox(struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, VANTHU__V1__BOX__BOX_OUTBOX, outbox_columns);
}

int cmd_find(struct cli *cli, int argc, char **argv)
{
	return list(cli, argc, argv, VANTHU__V1__BOX__BOX_ALL, find_columns);
}
