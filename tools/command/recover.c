/* recover: a store that is behind what its neighbours hold of it, or an identity that runs
 * twice. */
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

/* What may be lost, said where somebody decides. */
static void print_losses(enum err alarm)
{
	if (alarm == ERR_BEHIND) {
		printf("%s\n", _("What was sent, received, receipted or registered here after this "
				 "copy was made is not in this store. What its neighbours hold of "
				 "it comes back by itself; when all of them have given it back, "
				 "new documents are taken again."));
		printf("%s\n", _("If a newer copy of the store exists, stop the daemon and put "
				 "that in its place instead."));
		printf("%s\n", _("Without waiting for them: vanthu recover resume"));
		return;
	} else {
		printf("%s\n", _("Two daemons sign and publish under these keys. What one of them "
				 "accepted may be unknown to the other, and a number may have "
				 "been given twice. Stop the one that should not run, and make "
				 "sure that it is not started again."));
	}
	printf("%s\n", _("Then go on with: vanthu recover resume"));
}

static json_t *json_alarm(unsigned code, int64_t since_ms, const char *by)
{
	return json_pack("{s:o, s:o, s:o}", "code", code == 0 ? json_null() : json_code(code),
			 "since", json_time(since_ms), "shown_by", json_text_or_null(by));
}

static enum err ask(struct cli *cli, struct call **c, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	enum err e = call_open(cli, CLIENT_READ, c);

	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	if (e == ERR_OK && (e = call_send(*c, &request)) != ERR_OK)
		e = call_fail(*c, e, NULL);
	return e == ERR_OK ? call_row(*c, VANTHU__V1__REPLY__WHAT_STATUS, reply) : e;
}

static const struct column alarm_columns[] = {
	{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
	{ "code", N_("Code"), FORMAT_TEXT, false },
	{ "since", N_("Since"), FORMAT_TIME, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* How far the way back is, or what the last one brought. */
static void print_recovery(struct cli *cli, const Vanthu__V1__Status *s, json_t *recovery)
{
	static const struct column columns[] = {
		{ "now", N_("Getting back"), FORMAT_TEXT, false },
		{ "began_at", N_("Since"), FORMAT_TIME, false },
		{ "ended_at", N_("Got back at"), FORMAT_TIME, false },
		{ "came", N_("Documents that came"), FORMAT_COUNT, false },
		{ "returned", N_("Our own of them"), FORMAT_COUNT, false },
		{ "gone", N_("Nobody has whole"), FORMAT_COUNT, false },
		{ "voids", N_("Numbers made void"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column neighbours[] = {
		{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
		{ "state", N_("What it holds"), FORMAT_STATE, false },
		{ "last_proof_at", N_("Last proof"), FORMAT_MINUTE, false },
		{ "came", N_("Documents"), FORMAT_COUNT, false },
		{ "lacks", N_("Not whole"), FORMAT_COUNT, false },
		{ "holds_up_since", N_("Holds up since"), FORMAT_MINUTE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *list = json_object_get(recovery, "neighbours"), *voided;
	const char *book;
	json_int_t voids = 0;
	char words[256];

	json_object_foreach(json_object_get(recovery, "voided"), book, voided) voids +=
		json_integer_value(voided);
	json_object_set_new(recovery, "voids", json_integer(voids));
	if (recovery_words(s, words, sizeof words)[0] != '\0')
		json_object_set_new(recovery, "now", json_string(words));
	printf("\n");
	cli->renderer->object(cli, recovery, columns);
	if (json_array_size(list) > 0) {
		cli->renderer->heading(cli, _("What neighbours give back"));
		cli->renderer->list(cli, list, neighbours);
	}
	if (s->recovery->listed > 0)
		printf("%s\n", _("By name, what nobody has whole: vanthu recover list"));
}

static void print_status(struct cli *cli, const Vanthu__V1__Status *s, json_t *out)
{
	static const struct column giving[] = {
		{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
		{ "state", N_("What we hold"), FORMAT_STATE, false },
		{ "published", N_("Sent again"), FORMAT_COUNT, false },
		{ "gone", N_("Not whole"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	if (s->store_alarm == 0) {
		printf("%s\n",
		       _("This store is not known to be behind what its neighbours hold of it."));
	} else {
		printf("VT-%u %s\n", s->store_alarm, _(err_text((enum err)s->store_alarm)));
		if (s->store_alarm_by[0] != '\0')
			printf(_("Shown by %s.\n"), s->store_alarm_by);
		print_losses((enum err)s->store_alarm);
	}
	if (s->recovery != NULL)
		print_recovery(cli, s, json_object_get(out, "recovery"));
	if (json_array_size(json_object_get(out, "neighbours")) > 0) {
		cli->renderer->heading(cli, _("Neighbours"));
		cli->renderer->list(cli, json_object_get(out, "neighbours"), alarm_columns);
	}
	if (json_array_size(json_object_get(out, "giving")) > 0) {
		cli->renderer->heading(cli, _("What neighbours get back from here"));
		cli->renderer->list(cli, json_object_get(out, "giving"), giving);
	}
	fflush(stdout);
}

static json_t *status_json(const Vanthu__V1__Status *s)
{
	json_t *neighbours = json_array();

	for (size_t i = 0; i < s->n_links; i++) {
		if (s->links[i]->store_alarm != 0)
			json_array_append_new(
				neighbours,
				json_pack("{s:s, s:o, s:o}", "committee", s->links[i]->committee,
					  "code", json_code(s->links[i]->store_alarm), "since",
					  json_time(s->links[i]->store_alarm_since_ms)));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "store",
			 json_alarm(s->store_alarm, s->store_alarm_since_ms, s->store_alarm_by),
			 "neighbours", neighbours, "recovery", recovery_json(s), "giving",
			 recovery_giving_json(s));
}

static int status(struct cli *cli)
{
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = ask(cli, &c, &reply);

	if (e == ERR_OK) {
		json_t *out = status_json(reply->status);

		if (cli->json)
			cli->renderer->object(cli, out, NULL);
		else if (cli->plain)
			cli->renderer->list(cli, json_object_get(out, "neighbours"), alarm_columns);
		else
			print_status(cli, reply->status, out);
		json_decref(out);
	}
	call_close(c);
	return err_exit_code(e);
}

/* ---- what nobody holds ---- */

static json_t *gone_json(const Vanthu__V1__GoneLine *g)
{
	static const char *const books[] = { "", "book-out", "book-in", "book-secret-out",
					     "book-secret-in" };
	const char *role = strcmp(g->role, "out") == 0	? "our-own"
			   : strcmp(g->role, "in") == 0 ? "for-us"
							: "passing";

	if (g->book != 0)
		return json_pack("{s:s, s:I, s:I, s:o}", "book",
				 g->book < sizeof books / sizeof books[0] ? books[g->book] : "",
				 "year", (json_int_t)g->year, "line", (json_int_t)g->line, "since",
				 json_time(g->at_ms));
	return json_pack("{s:o, s:s, s:o, s:o, s:s, s:s, s:o}", "id", json_uuid(g->id), "from",
			 g->origin, "number", json_text_or_null(g->number), "issued_on",
			 json_text_or_null(g->issued_on), "role", role, "told_by", g->committee,
			 "since", json_time(g->at_ms));
}

static void print_gone(struct cli *cli, json_t *documents, json_t *voided)
{
	static const struct column columns[] = {
		{ "id", N_("Id"), FORMAT_ID, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "issued_on", N_("Date"), FORMAT_DATE, false },
		{ "from", N_("From"), FORMAT_TEXT, false },
		{ "role", N_("Here it was"), FORMAT_WORD, false },
		{ "told_by", N_("Says"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column lines[] = {
		{ "book", N_("Register"), FORMAT_WORD, false },
		{ "year", N_("Year"), FORMAT_TEXT, false },
		{ "line", N_("Number"), FORMAT_COUNT, false },
		{ "since", N_("Since"), FORMAT_TIME, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	if (json_array_size(documents) == 0 && json_array_size(voided) == 0) {
		printf("%s\n", _("No neighbour knows of anything that this store lost and that "
				 "nobody has whole."));
		return;
	}
	if (json_array_size(documents) > 0)
		cli->renderer->list(cli, documents, columns);
	if (json_array_size(voided) > 0) {
		cli->renderer->heading(cli, _("Numbers that nobody knows any more"));
		cli->renderer->list(cli, voided, lines);
	}
}

static int list(struct cli *cli)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	json_t *documents = json_array(), *voided = json_array();
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	request.what_case = VANTHU__V1__REQUEST__WHAT_GONE_LIST;
	request.gone_list = &nothing;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK && (e = call_row(c, VANTHU__V1__REPLY__WHAT_GONE, &reply)) == ERR_OK)
		json_array_append_new(reply->gone->book != 0 ? voided : documents,
				      gone_json(reply->gone));
	call_close(c);
	e = e == ERR_NOT_FOUND ? ERR_OK : e;
	if (e == ERR_OK && cli->json)
		output_object(cli,
			      json_pack("{s:O, s:O}", "documents", documents, "voided", voided),
			      NULL);
	else if (e == ERR_OK)
		print_gone(cli, documents, voided);
	json_decref(documents);
	json_decref(voided);
	return err_exit_code(e);
}

/* ---- going on ---- */

static int resume(struct cli *cli, const char *neighbour)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Neighbour name = VANTHU__V1__NEIGHBOUR__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli->dry_run)
		return status(cli);
	if (neighbour[0] == '\0' && !cli_confirmed(cli, _("Go on with this store?")))
		return cli_wanted(
		    cli, _("nothing was done: what may be lost says: vanthu recover status"),
		    _("vanthu recover resume -y"));
	name.committee = (char *)(uintptr_t)neighbour;
	request.what_case = VANTHU__V1__REQUEST__WHAT_RECOVER;
	request.recover = &name;
	e = call_open(cli, CLIENT_OPERATE, &c);
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	call_close(c);
	if (e == ERR_OK && cli->json)
		return output_object(cli, json_pack("{s:b}", "resumed", 1), NULL);
	if (e == ERR_OK)
		cli_say(cli, "%s",
			neighbour[0] == '\0' ? _("the daemon takes new documents again")
					     : _("the alarm about this neighbour is settled"));
	return err_exit_code(e);
}

/* ---- giving up ---- */

static int accept_loss(struct cli *cli)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli->dry_run)
		return status(cli);
	if (!cli_confirmed(cli, _("Accept that these records are lost?")))
		return cli_wanted(cli, _("nothing was done: which are missing says: vanthu status"),
				  _("vanthu recover accept -y"));
	request.what_case = VANTHU__V1__REQUEST__WHAT_ACCEPT_LOSS;
	request.accept_loss = &nothing;
	e = call_open(cli, CLIENT_OPERATE, &c);
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	call_close(c);
	if (e == ERR_OK && cli->json)
		return output_object(cli, json_pack("{s:b}", "accepted", 1), NULL);
	if (e == ERR_OK)
		cli_say(cli, "%s", _("the loss is accepted; it is in the log of acts"));
	return err_exit_code(e);
}

int cmd_recover(struct cli *cli, int argc, char **argv)
{
	int count;

	if (cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	count = argc - optind;
	if (count == 0 || (count == 1 && strcmp(argv[optind], "status") == 0))
		return status(cli);
	if (count == 1 && strcmp(argv[optind], "accept") == 0)
		return accept_loss(cli);
	if (count == 1 && strcmp(argv[optind], "list") == 0)
		return list(cli);
	if (count <= 2 && strcmp(argv[optind], "resume") == 0)
		return resume(cli, count == 2 ? argv[optind + 1] : "");
	return arguments_missing(cli, count, argv + optind);
}
