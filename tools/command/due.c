/* due: what the office has still to do, and until when: overdue first, then today, then soon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_SOON = 1, OPT_BY, OPT_PERSON, OPT_UNIT, OPT_ALL, OPT_SENT, SOON_MAX_DAYS = 250 };

const struct command_option due_options[] = {
	{ "soon", OPT_SOON, N_("DAYS"), N_("working days ahead; else as deadline.soon says"),
	  VALUE_NONE, NULL },
	{ "by", OPT_BY, "person|unit", N_("how many of each state a person or unit has"),
	  VALUE_WORDS, NULL },
	{ "person", OPT_PERSON, N_("NAME"), N_("only what this person deals with"), VALUE_PERSON,
	  NULL },
	{ "unit", OPT_UNIT, N_("NAME"), N_("only what this unit deals with"), VALUE_PERSON, NULL },
	{ "all", OPT_ALL, NULL, N_("what is due later, or has no deadline, too"), VALUE_NONE,
	  NULL },
	{ "sent", OPT_SENT, NULL, N_("what recipients have not done with what we sent with a day"),
	  VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column due_table[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "late", N_("Working days"), FORMAT_TEXT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "who", N_("In charge"), FORMAT_TEXT, true },
	{ "reminded_text", N_("Reminded"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
/* With --plain: values as they are. */
static const struct column due_plain[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "state", "state", FORMAT_TEXT, false },
	{ "due", "due", FORMAT_TEXT, false },
	{ "late_days", "late_days", FORMAT_COUNT, false },
	{ "reason", "reason", FORMAT_TEXT, false },
	{ "arrival", "arrival", FORMAT_COUNT, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "from", "from", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "to", "to", FORMAT_TEXT, false },
	{ "unit", "unit", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column sent_table[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "late", N_("Working days"), FORMAT_TEXT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "recipient", N_("To"), FORMAT_TEXT, true },
	{ "code", N_("Office"), FORMAT_OFFICE, true },
	{ "reminded_text", N_("Reminded"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column sent_plain[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "state", "state", FORMAT_TEXT, false },
	{ "due", "due", FORMAT_TEXT, false },
	{ "late_days", "late_days", FORMAT_COUNT, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "recipient", "recipient", FORMAT_TEXT, false },
	{ "recipient_name", "recipient_name", FORMAT_TEXT, false },
	{ "code", "code", FORMAT_TEXT, false },
	{ "said_at", "said_at", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "remind", "remind", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column by_table[] = {
	{ "name", N_("In charge"), FORMAT_TEXT, true },
	{ "overdue", N_("Overdue"), FORMAT_COUNT, false },
	{ "today", N_("Today"), FORMAT_COUNT, false },
	{ "soon", N_("Soon"), FORMAT_COUNT, false },
	{ "later", N_("Later"), FORMAT_COUNT, false },
	{ "none", N_("No deadline"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const char *const states[] = { "none", "later", "soon", "today", "overdue" };
static const char *const reasons[] = { "", "register", "at-once", "assigned", "own-date" };

/* As vanthu remind says them. */
static const char *const verdicts[] = { "now",	      "no-day",	     "not-yet", "done",
					"asked-back", "undelivered", "reminded" };

enum { VERDICTS = sizeof verdicts / sizeof verdicts[0] };
enum { STATES = sizeof states / sizeof states[0], REASONS = sizeof reasons / sizeof reasons[0] };

enum grouping { BY_NOBODY, BY_PERSON, BY_UNIT };

struct due_wanted {
	Vanthu__V1__DueQuery query; /* its texts are argv's */
	enum grouping by;
	json_t *list;	   /* ours */
	struct flow *flow; /* ours; NULL: all are collected first */
	bool flowed;	   /* they are on the screen */
	/* of the first line that people see */
	char first_id[64];
	bool unregistered;
};

static json_t *line_json(const Vanthu__V1__DueLine *l)
{
	const Vanthu__V1__WorkView *w = l->work;
	unsigned state = (unsigned)l->state, reason = (unsigned)l->reason;
	json_t *out = json_pack(
		"{s:o, s:s, s:o, s:I, s:o, s:o, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, "
		"s:o}",
		"id", json_uuid(l->id), "state", states[state < STATES ? state : 0], "due",
		json_text_or_null(l->due_on), "late_days", (json_int_t)l->late_days, "due_at",
		json_time(l->due_at_ms), "reason",
		json_text_or_null(reasons[reason < REASONS ? reason : 0]), "number", l->symbol,
		"type", l->type_code, "from", l->from, "from_name",
		json_text_or_null(l->from_name), "type_name", l->type_name, "subject", l->subject,
		"urgency", json_urgency(l->urgency), "arrived_at", json_time(l->arrived_at_ms),
		"to", json_text_or_null(w == NULL ? "" : w->to), "unit",
		json_text_or_null(l->unit), "work", w == NULL ? json_null() : json_work(w));

	json_object_set_new(out, "arrival",
			    w == NULL || w->arrival == 0 ? json_null()
							 : json_integer((json_int_t)w->arrival));
	json_object_set_new(out, "reminded", json_reminded(l->reminded));
	if (l->to[0] == '\0')
		return out;
	json_object_set_new(out, "recipient", json_string(l->to));
	json_object_set_new(out, "recipient_name", json_text_or_null(l->to_name));
	json_object_set_new(out, "code", json_text_or_null(l->code));
	json_object_set_new(out, "said_at", json_time(l->said_at_ms));
	if (l->remind != NULL) {
		unsigned verdict = (unsigned)l->remind->verdict;

		json_object_set_new(out, "remind",
				    json_string(verdicts[verdict < VERDICTS ? verdict : 1]));
		json_object_set_new(out, "remind_next", json_text_or_null(l->remind->next_on));
	}
	return out;
}

/* ---- in the order of a clerk ---- */

static int rank(const json_t *line)
{
	const char *state = json_string_value(json_object_get(line, "state"));

	for (unsigned i = 0; state != NULL && i < STATES; i++) {
		if (strcmp(states[i], state) == 0)
			return -(int)i;
	}
	return 0;
}

static const char *text_at(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text == NULL ? "" : text;
}

/* The worst state first, in it the earliest deadline, then what came first. */
static int compare(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int order = rank(x) - rank(y);

	if (order == 0)
		order = strcmp(text_at(x, "due_at"), text_at(y, "due_at"));
	if (order == 0)
		order = strcmp(text_at(x, "arrived_at"), text_at(y, "arrived_at"));
	return order == 0 ? strcmp(text_at(x, "id"), text_at(y, "id")) : order;
}

/* The list in order; releases it. NULL without memory. */
static json_t *sorted(json_t *list)
{
	size_t count = json_array_size(list);
	json_t **rows = calloc(count + 1, sizeof *rows), *out = json_array();

	for (size_t i = 0; rows != NULL && i < count; i++)
		rows[i] = json_array_get(list, i);
	if (rows != NULL)
		qsort(rows, count, sizeof *rows, compare);
	for (size_t i = 0; rows != NULL && i < count; i++)
		json_array_append(out, rows[i]);
	free(rows);
	json_decref(list);
	return out;
}

/* ---- for people ---- */

static void add_words(struct cli *cli, json_t *line)
{
	json_int_t late = json_integer_value(json_object_get(line, "late_days"));
	char words[96] = "";

	if (json_is_string(json_object_get(line, "due"))) {
		if (late > 0)
			snprintf(words, sizeof words,
				 ngettext("%lld late", "%lld late", (unsigned long)late),
				 (long long)late);
		else if (late < 0)
			snprintf(words, sizeof words,
				 ngettext("%lld left", "%lld left", (unsigned long)-late),
				 (long long)-late);
	}
	json_object_set_new(line, "late", json_string(words));
	json_object_set_new(line, "reminded_text",
			    people_reminded(cli, json_object_get(line, "reminded"), true));
	if (json_is_null(json_object_get(line, "arrival")))
		json_object_set_new(line, "who", json_string(_("(not registered yet)")));
	else
		json_object_set(line, "who", json_object_get(line, "to"));
}

static json_t *group_of(json_t *groups, const char *name)
{
	json_t *group;
	size_t i;

	json_array_foreach(groups, i, group) {
		if (strcmp(text_at(group, "name"), name) == 0)
			return group;
	}
	group = json_object();
	json_object_set_new(group, "name", json_text_or_null(name));
	for (unsigned k = STATES; k-- > 0;)
		json_object_set_new(group, states[k], json_integer(0));
	json_array_append_new(groups, group);
	return group;
}

static json_t *grouped(const json_t *list, enum grouping by)
{
	json_t *out = json_array(), *line;
	size_t i;

	json_array_foreach(list, i, line) {
		json_t *group = group_of(out, text_at(line, by == BY_UNIT ? "unit" : "to"));
		json_t *count = json_object_get(group, text_at(line, "state"));

		json_integer_set(count, json_integer_value(count) + 1);
	}
	return out;
}

static int print_groups(struct cli *cli, json_t *list, enum grouping by)
{
	json_t *groups = grouped(list, by), *group;
	size_t i;

	json_decref(list);
	if (!cli->json && !cli->plain) {
		json_array_foreach(groups, i, group) {
			if (json_is_null(json_object_get(group, "name")))
				json_object_set_new(group, "name", json_string(_("(nobody yet)")));
		}
	}
	if (json_array_size(groups) == 0)
		cli_hint(cli, _("All that is still to do: vanthu due --all%s"),
			 by == BY_UNIT ? " --by unit" : " --by person");
	return output_list(cli, groups, by_table);
}

/* A line as people read it; the first one is kept for what is said below the table. */
static void prepare(struct cli *cli, struct due_wanted *w, json_t *line)
{
	json_t *name = json_object_get(line, "recipient_name");

	add_words(cli, line);
	if (w->query.sent && json_is_string(name))
		json_object_set(line, "recipient", name);
	if (w->first_id[0] != '\0')
		return;
	output_format(cli, json_object_get(line, "id"), FORMAT_ID, false, w->first_id,
		      sizeof w->first_id);
	w->unregistered = json_is_null(json_object_get(line, "arrival"));
}

static void print_hint(struct cli *cli, const struct due_wanted *w)
{
	if (w->query.sent && w->first_id[0] != '\0')
		cli_hint(cli,
			 _("Remind them: vanthu remind %s; all who are late: vanthu remind "
			   "--all-late"),
			 w->first_id);
	else if (w->query.sent)
		return;
	else if (w->first_id[0] == '\0' && !w->query.all)
		cli_hint(cli, _("All that is still to do: vanthu due --all%s"), "");
	else if (w->first_id[0] != '\0')
		cli_hint(cli,
			 w->unregistered ? _("Register it: vanthu accept %s")
					 : _("When it is done: vanthu finish %s"),
			 w->first_id);
}

static int print(struct cli *cli, json_t *list, struct due_wanted *w)
{
	const bool sent = w->query.sent;
	json_t *line;
	size_t i;

	if (w->by != BY_NOBODY)
		return print_groups(cli, list, w->by);
	if (cli->json || cli->plain)
		return output_list(cli, list, sent ? sent_plain : due_plain);
	json_array_foreach(list, i, line) prepare(cli, w, line);
	output_list(cli, list, sent ? sent_table : due_table);
	print_hint(cli, w);
	return 0;
}

/* ---- the command ---- */

/* One more line: on the screen at once where the daemon sends them in order, else to the others. */
static void keep(struct cli *cli, struct due_wanted *w, const Vanthu__V1__DueLine *line)
{
	json_t *row = line_json(line);

	if (w->flow != NULL && line->in_order) {
		prepare(cli, w, row);
		flow_row(w->flow, row);
		w->flowed = true;
	} else {
		json_array_append_new(w->list, row);
	}
}

static enum err collect(struct call *c, struct due_wanted *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	w->query.in_order = w->flow != NULL;
	request.what_case = VANTHU__V1__REQUEST__WHAT_DUE;
	request.due = &w->query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_DUE, &reply)) == ERR_OK)
		keep(call_cli(c), w, reply->due);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool take(struct due_wanted *w, int option, char *value)
{
	static const char *const words[] = { "person", "unit", NULL };
	char *end;

	switch (option) {
	case OPT_SOON:
		w->query.soon_days = (uint32_t)strtoul(value, &end, 10);
		return *value >= '0' && *value <= '9' && *end == '\0' &&
		       w->query.soon_days >= 1 && w->query.soon_days <= SOON_MAX_DAYS;
	case OPT_BY:
		w->by = (enum grouping)(text_choose(value, words) + 1);
		return w->by != BY_NOBODY;
	case OPT_PERSON:
		w->query.person = value;
		return true;
	case OPT_UNIT:
		w->query.unit = value;
		return true;
	case OPT_ALL:
		w->query.all = true;
		return true;
	case OPT_SENT:
		w->query.sent = true;
		return true;
	default:
		return false;
	}
}

static int run(struct cli *cli, struct due_wanted *w)
{
	struct call *client = NULL;
	enum err e;

	w->list = json_array();
	if (w->by == BY_NOBODY)
		w->flow = flow_new(cli, w->query.sent ? sent_table : due_table);
	e = call_open(cli, CLIENT_OFFICE, &client);
	if (e == ERR_OK)
		e = collect(client, w);
	call_close(client);
	if (e == ERR_OK && w->flowed) {
		flow_end(w->flow);
		print_hint(cli, w);
	} else {
		flow_drop(w->flow);
	}
	if (e == ERR_OK && !w->flowed)
		return print(cli, sorted(w->list), w);
	json_decref(w->list);
	return e == ERR_OK ? 0 : err_exit_code(e);
}

int cmd_due(struct cli *cli, int argc, char **argv)
{
	struct due_wanted w = { .by = BY_NOBODY };
	int c;

	vanthu__v1__due_query__init(&w.query);
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!take(&w, c, optarg))
			return cli_bad_value(cli, c == OPT_SOON ? _("give a number of days, from 1 "
								    "to 250")
								: _("person or unit"));
	}
	if (optind < argc)
		return cli_usage(cli, argv[optind]);
	if (w.query.sent && (w.by != BY_NOBODY || w.query.person[0] != '\0' ||
			     w.query.unit[0] != '\0'))
		return cli_wanted(cli, _("--sent is of other committees: no person, no unit"), "");
	return run(cli, &w);
}
