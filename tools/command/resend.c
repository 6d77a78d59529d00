/* resend: documents again to a neighbour that lost its disk, as they were signed: those that are
 * named, or all that this daemon has for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_TO = 1, OPT_ALL, OPT_SINCE };

const struct command_option resend_options[] = {
	{ "to", OPT_TO, N_("WHO"), N_("the neighbour, by its id or name"), VALUE_NEIGHBOUR, NULL },
	{ "all", OPT_ALL, NULL, N_("everything that is here for it, also what only passed through"),
	  VALUE_NONE, NULL },
	{ "since", OPT_SINCE, N_("DATE"),
	  N_("of these only what is from this day on: YYYY-MM-DD or DD/MM/YYYY"), VALUE_NONE,
	  NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct wanted {
	const char *to, *since;
	char *neighbour; /* the id of `to` */
	json_t *called;	 /* the same with its name, for people; NULL: unknown */
	bool all;
	char **names;
	size_t count;
};

struct outcome {
	unsigned long sent, waiting, refused, not_here;
	enum err first; /* of what could not be done */
};

/* ---- which ---- */

/* Newest first, as they are listed. */
static enum err collect(struct call *c, struct wanted *w, int64_t since_ms)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__List list = VANTHU__V1__LIST__INIT;
	Vanthu__V1__Reply *reply;
	size_t capacity = 0;
	enum err e;

	list.box = VANTHU__V1__BOX__BOX_ALL;
	list.passing = 1;
	list.to = w->neighbour;
	list.since_ms = since_ms;
	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &list;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_LINE, &reply)) == ERR_OK) {
		char id[UUID_TEXT_SIZE];

		if (w->count == capacity) {
			char **grown =
			    realloc(w->names, (capacity = capacity * 2 + 64) * sizeof *grown);

			if (grown == NULL)
				return cli_fail(call_cli(c), ERR_NO_MEMORY, NULL) == 0
					   ? ERR_OK
					   : ERR_NO_MEMORY;
			w->names = grown;
		}
		uuid_print(reply->line->id.data, id);
		w->names[w->count] = strdup(id);
		if (w->names[w->count] == NULL)
			return cli_fail(call_cli(c), ERR_NO_MEMORY, NULL) == 0 ? ERR_OK
									       : ERR_NO_MEMORY;
		w->count++;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- one ---- */

static enum err send_one(struct call *c, const struct wanted *w, const char *name, bool *waiting,
			 enum err *refused)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Resend resend = VANTHU__V1__RESEND__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	ref.text = (char *)(uintptr_t)name;
	resend.ref = &ref;
	resend.to = w->neighbour;
	resend.dry_run = call_cli(c)->dry_run;
	request.what_case = VANTHU__V1__REQUEST__WHAT_RESEND;
	request.resend = &resend;
	e = call_send(c, &request);
	if (e == ERR_OK)
		e = call_next(c, &reply);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	*refused = ERR_OK;
	*waiting = false;
	if (reply->what_case == VANTHU__V1__REPLY__WHAT_RESENT)
		*waiting = reply->resent->waiting;
	else if (w->all && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
		 (reply->error->code == ERR_NOT_HERE || reply->error->code == ERR_NOT_YET ||
		  reply->error->code == ERR_DAMAGED))
		*refused = (enum err)reply->error->code; /* of many: reported together */
	else
		return call_fail(c, ERR_OK, reply);
	return ERR_OK;
}

static enum err send_all(struct call *c, const struct wanted *w, struct outcome *out)
{
	struct progress progress;
	enum err e = ERR_OK;

	progress_begin(&progress, _("Sending"), w->count, call_cli(c)->quiet);
	/* The oldest first, as they came then. */
	for (size_t i = w->count; i-- > 0 && e == ERR_OK;) {
		enum err refused = ERR_OK;
		bool waiting = false;

		e = send_one(c, w, w->names[i], &waiting, &refused);
		if (e != ERR_OK)
			break;
		if (refused != ERR_OK) {
			out->not_here++;
			out->first = out->first == ERR_OK ? refused : out->first;
		} else if (waiting) {
			out->waiting++;
		} else {
			out->sent++;
		}
		progress_at(&progress, w->count - i);
	}
	progress_end(&progress);
	return e;
}

/* ---- the command ---- */

/* Without its name it is called by its id. */
static enum err ask_name(struct call *c, struct wanted *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.id = w->neighbour;
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_COMMITTEE, &reply)) == ERR_OK) {
		json_decref(w->called);
		w->called = people_name_id(reply->committee->name, w->neighbour);
	}
	return e == ERR_NOT_FOUND && !call_cli(c)->error_printed ? ERR_OK : e;
}

static int print(struct cli *cli, const struct wanted *w, const struct outcome *o)
{
	static const struct column columns[] = {
		{ "to", N_("To"), FORMAT_TEXT, false },
		{ "sent", N_("Sent again"), FORMAT_COUNT, false },
		{ "waiting", N_("Waiting already"), FORMAT_COUNT, false },
		{ "not_here", N_("Not here any more"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *out =
	    json_pack("{s:s, s:I, s:I, s:I}", "to", w->neighbour, "sent", (json_int_t)o->sent,
		      "waiting", (json_int_t)o->waiting, "not_here", (json_int_t)o->not_here);

	if (w->called != NULL)
		json_object_set(out, "to", w->called);
	if (cli->dry_run)
		json_object_set_new(out, "dry_run", json_true());
	output_object(cli, out, columns);
	if (cli->dry_run)
		cli_hint(cli, "%s", _("Nothing was sent: this was a dry run."));
	else if (o->sent > 0)
		cli_hint(cli, _("What waits for it: vanthu queue list %s"), w->neighbour);
	if (o->not_here == 0)
		return 0;
	cli_warn(cli, "VT-%u %s: %s", (unsigned)o->first, _(err_text(o->first)),
		 _(err_fix(o->first)));
	return 7;
}

static int run(struct cli *cli, struct wanted *w)
{
	struct outcome outcome = { .sent = 0 };
	struct call *c = NULL;
	int64_t since_ms = 0;
	enum err e;

	if (w->since != NULL && !text_day_ms(w->since, 0, &since_ms))
		return cli_bad_value(cli, _(err_fix(ERR_BAD_DATE)));
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = recipients_one(c, w->to, &w->neighbour);
	if (e == ERR_OK && !cli->json && !cli->plain)
		e = ask_name(c, w);
	if (e == ERR_OK && w->all)
		e = collect(c, w, since_ms);
	if (e == ERR_OK)
		e = send_all(c, w, &outcome);
	call_close(c);
	return e == ERR_OK ? print(cli, w, &outcome) : err_exit_code(e);
}

int cmd_resend(struct cli *cli, int argc, char **argv)
{
	struct wanted w = { .to = NULL };
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_TO)
			w.to = optarg;
		else if (c == OPT_SINCE)
			w.since = optarg;
		else
			w.all = true;
	}
	if (w.to == NULL || w.to[0] == '\0')
		return cli_wanted(cli, _("still missing: --to (to whom)"), "");
	if (w.all == (optind < argc))
		return cli_wanted(cli, _("name the documents, or --all"), "");
	for (int i = argc; !w.all && i-- > optind;) { /* from the last, as listed ones are */
		char **grown = realloc(w.names, (w.count + 1) * sizeof *grown);

		if (grown == NULL || (grown[w.count] = strdup(argv[i])) == NULL) {
			w.names = grown == NULL ? w.names : grown;
			break;
		}
		w.names = grown;
		w.count++;
	}
	code = run(cli, &w);
	for (size_t i = 0; i < w.count; i++)
		free(w.names[i]);
	free(w.names);
	free(w.neighbour);
	json_decref(w.called);
	return code;
}
