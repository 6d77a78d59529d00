/* See target_ask.h. */
#include "tools/command/target_ask.h"

#include <stdlib.h>
#include <string.h>

#include "tools/input/input.h"
#include "tools/output/output.h"

/* Not more than one leaves a minute, and the answer is that it has left. */
enum { REPORT_WAIT_MS = 90 * 1000 };

/* It has not answered the last question yet. `at`: YYYY-MM-DD HH:MM in Vietnam. */
static void add_refused(const char *id, const char *at, json_t *list)
{
	struct day day;
	char date[DATE_MAX + 1];
	unsigned hour = 0, minute = 0;
	json_t *again = json_null();

	snprintf(date, sizeof date, "%s", at);
	if (date_day(date, &day) && sscanf(at + DATE_MAX, "%u:%u", &hour, &minute) == 2)
		again = json_time(day_begin_ms(day) + (int64_t)(hour * 60 + minute) * 60000);
	json_array_append_new(list, json_pack("{s:s, s:b, s:o}", "committee", id, "asked", false,
					      "again", again));
}

/* Those that were not asked, and from when one of them may be. *count: how many they are; none
 * else: reported, ERR_REPORT_ASKED. */
static enum err fail_if_none(struct cli *cli, const json_t *list, unsigned *count)
{
	char message[192], time[64];
	const json_t *one, *first = NULL;
	unsigned refused = 0;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const json_t *again = json_object_get(one, "again");

		if (!json_is_string(again))
			continue;
		refused++;
		if (first == NULL || strcmp(json_string_value(again),
					    json_string_value(json_object_get(first, "again"))) < 0)
			first = one;
	}
	*count = refused;
	if (refused == 0)
		return ERR_OK;
	output_format(cli, json_object_get(first, "again"), FORMAT_MINUTE, true, time, sizeof time);
	snprintf(
		message, sizeof message,
		ngettext("%u committee was asked a short time ago and has not answered yet; it may "
			 "be asked again at %s",
			 "%u committees were asked a short time ago and have not answered yet; the "
			 "first may be asked again at %s",
			 refused),
		refused, time);
	if (refused < json_array_size(list)) {
		cli_warn(cli, "%s", message);
		return ERR_OK;
	}
	cli_fail_text(cli, ERR_REPORT_ASKED, message, _(err_fix(ERR_REPORT_ASKED)));
	return ERR_REPORT_ASKED;
}

/* What is asked comes back as reports always do, so there is nothing to wait for. */
static enum err ask_one(struct cli *cli, struct call *c, const char *id, json_t *list)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Neighbour who = VANTHU__V1__NEIGHBOUR__INIT;
	Vanthu__V1__Reply *reply = NULL;
	enum err e = ERR_OK;

	who.committee = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_ASK_REPORT;
	request.ask_report = &who;
	if (!cli->dry_run && (e = call_send(c, &request)) == ERR_OK)
		e = call_next(c, &reply);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	if (!cli->dry_run && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	    reply->error->code == ERR_REPORT_ASKED) {
		add_refused(id, reply->error->about, list);
		return ERR_OK;
	}
	if (!cli->dry_run && reply->what_case != VANTHU__V1__REPLY__WHAT_DONE)
		return call_fail(c, ERR_OK, reply);
	json_array_append_new(list, json_pack("{s:s, s:b, s:n}", "committee", id, "asked",
					      !cli->dry_run, "again"));
	return ERR_OK;
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
	static const struct column with_again[] = {
		{ "committee", N_("Committee"), FORMAT_TEXT, false },
		{ "asked", N_("Asked now"), FORMAT_BOOL, false },
		{ "again", N_("Again at"), FORMAT_MINUTE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *list = json_array();
	unsigned refused = 0;
	struct call *c = NULL;
	bool asked;
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	if (e == ERR_OK && count == 0)
		e = ask_below(cli, c, missing, list);
	for (int i = 0; e == ERR_OK && i < count; i++)
		e = ask_named(cli, c, committees[i], list);
	call_close(c);
	if (e == ERR_OK)
		e = fail_if_none(cli, list, &refused);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	asked = json_array_size(list) > refused && !cli->dry_run;
	output_list(cli, list, refused == 0 ? columns : with_again);
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
