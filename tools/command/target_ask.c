/* See target_ask.h. */
#include "tools/command/target_ask.h"

#include <stdlib.h>
#include <string.h>

#include "tools/input/input.h"
#include "tools/output/output.h"

/* Not more than one leaves a minute, and the answer is that it has left. */
enum { REPORT_WAIT_MS = 90 * 1000 };

/* What is asked comes back as reports always do, so there is nothing to wait for. */
static enum err ask_one(struct cli *cli, struct call *c, const char *id, json_t *list)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Neighbour who = VANTHU__V1__NEIGHBOUR__INIT;
	Vanthu__V1__Reply *reply;
	enum err e = ERR_OK;

	who.committee = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_ASK_REPORT;
	request.ask_report = &who;
	if (!cli->dry_run)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	if (e == ERR_OK)
		json_array_append_new(
			list, json_pack("{s:s, s:b}", "committee", id, "asked", !cli->dry_run));
	return e;
}

static bool is_wanted(const Vanthu__V1__Reporter *r, bool missing)
{
	switch (r->stand) {
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE:
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING:
		return true;
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_THERE:
		return !missing;
	default:
		return false;
	}
}

/* Who is below is on the read socket; asking is the office's. */
static enum err ask_below(struct cli *cli, struct call *c, bool missing, json_t *list)
{
	struct figures_query query = { .by_direction = true };
	struct figures f = { .sum_count = 0 };
	struct call *read = NULL;
	enum err e = call_open(cli, CLIENT_READ, &read);

	if (e == ERR_OK)
		e = figures_ask(read, &query, &f);
	for (size_t i = 0; e == ERR_OK && i < f.reporter_count; i++) {
		if (is_wanted(f.reporters[i], missing))
			e = ask_one(cli, c, f.reporters[i]->committee, list);
	}
	figures_free(&f);
	call_close(read);
	return e;
}

static enum err ask_named(struct cli *cli, struct call *c, const char *name, json_t *list)
{
	struct call *read = NULL;
	char *id = NULL;
	enum err e = call_open(cli, CLIENT_READ, &read);

	if (e == ERR_OK)
		e = recipients_one(read, name, &id);
	call_close(read);
	if (e == ERR_OK)
		e = ask_one(cli, c, id == NULL ? name : id, list);
	free(id);
	return e;
}

int target_ask(struct cli *cli, int count, char **committees, bool missing)
{
	static const struct column columns[] = {
		{ "committee", N_("Committee"), FORMAT_TEXT, false },
		{ "asked", N_("Asked now"), FORMAT_BOOL, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *list = json_array();
	struct call *c = NULL;
	bool asked;
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	if (e == ERR_OK && count == 0)
		e = ask_below(cli, c, missing, list);
	for (int i = 0; e == ERR_OK && i < count; i++)
		e = ask_named(cli, c, committees[i], list);
	call_close(c);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	asked = json_array_size(list) > 0 && !cli->dry_run;
	output_list(cli, list, columns);
	if (asked)
		cli_hint(cli, "%s",
			 _("Their reports come within minutes: vanthu target by committee"));
	return 0;
}

int target_report(struct cli *cli)
{
	static const struct column columns[] = {
		{ "reported", N_("Report sent"), FORMAT_BOOL, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli_given(cli, "timeout") == NULL)
		cli->timeout_ms = REPORT_WAIT_MS;
	e = call_open(cli, CLIENT_OFFICE, &c);
	request.what_case = VANTHU__V1__REQUEST__WHAT_REPORT_NOW;
	request.report_now = &nothing;
	if (e == ERR_OK && !cli->dry_run)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	call_close(c);
	if (e != ERR_OK)
		return err_exit_code(e);
	return output_object(cli, json_pack("{s:b}", "reported", !cli->dry_run), columns);
}
