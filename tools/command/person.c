/* person: who belongs to the office, by its list. */
#include <string.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_ALL = 1 };

const struct command_option person_options[] = {
	{ "all", OPT_ALL, NULL, N_("those who were, or will be, with the office, too"), VALUE_NONE,
	  NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "position", N_("Position"), FORMAT_TEXT, true },
	{ "unit", N_("Unit"), FORMAT_TEXT, true },
	{ "signs", N_("Signs"), FORMAT_MARK, false },
	{ "from", N_("Since"), FORMAT_DATE, false },
	{ "until", N_("Until"), FORMAT_DATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static json_t *person_json(const Vanthu__V1__PersonLine *p)
{
	return json_pack("{s:s, s:o, s:o, s:b, s:o, s:o, s:b}", "name", p->name, "position",
			 json_text_or_null(p->position), "unit", json_text_or_null(p->unit),
			 "signs", p->signs, "from", json_text_or_null(p->from), "until",
			 json_text_or_null(p->until), "active", p->active);
}

static enum err collect(struct call *c, bool all, json_t *out, bool *any)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_PERSONS;
	request.persons = &nothing;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_PERSON, &reply)) == ERR_OK) {
		*any = true;
		if (all || reply->person->active)
			json_array_append_new(out, person_json(reply->person));
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

int cmd_person(struct cli *cli, int argc, char **argv)
{
	struct call *client = NULL;
	bool all = false, any = false;
	json_t *list;
	enum err e;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		all = true;
	}
	if (optind == argc)
		return cli_wanted(cli, _("what of the persons?"), "");
	if (strcmp(argv[optind], "list") != 0 || optind + 1 < argc)
		return cli_usage(cli, argv[optind]);
	list = json_array();
	e = call_open(cli, CLIENT_OFFICE, &client);
	if (e == ERR_OK)
		e = collect(client, all, list, &any);
	call_close(client);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	output_list(cli, list, columns);
	if (!any)
		cli_hint(cli, "%s",
			 _("This office has no list (tables.persons in vanthud.yaml): any name is "
			   "taken."));
	return 0;
}
