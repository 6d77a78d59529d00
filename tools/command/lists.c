/* lists: the distribution lists that documents can be sent to, and who is in them. */
#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { NAMES_BYTES = 1 << 20 };

static const struct column columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "source", N_("Of"), FORMAT_WORD, false },
	{ "count", N_("Members"), FORMAT_COUNT, false },
	{ "members_text", N_("Who"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column member_columns[] = {
	{ "id", N_("Id"), FORMAT_TEXT, false },
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "fault", N_("Not there any more"), FORMAT_MARK, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static bool is_fault(const Vanthu__V1__ListLine *l, const char *member)
{
	for (size_t i = 0; i < l->n_faults; i++) {
		if (strcmp(l->faults[i], member) == 0)
			return true;
	}
	return false;
}

static json_t *list_json(const Vanthu__V1__ListLine *l)
{
	json_t *members = json_array();

	for (size_t i = 0; i < l->n_members; i++)
		json_array_append_new(
		    members,
		    json_pack("{s:s, s:o, s:b}", "id", l->members[i], "name",
			      json_text_or_null(i < l->n_names ? l->names[i] : ""), "fault",
			      is_fault(l, l->members[i])));
	return json_pack("{s:s, s:s, s:I, s:I, s:o}", "name", l->name, "source",
			 l->of_directory ? "directory" : "office", "count",
			 (json_int_t)l->n_members, "faults", (json_int_t)l->n_faults, "members",
			 members);
}

static enum err collect(struct call *c, json_t *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LISTS;
	request.lists = &nothing;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_LIST, &reply)) == ERR_OK)
		json_array_append_new(out, list_json(reply->list));
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Who is in them, by name, for people. */
static void add_texts(struct cli *cli, json_t *lists)
{
	json_t *list, *member;
	size_t i, k;

	json_array_foreach(lists, i, list)
	{
		json_t *ids = json_array(), *names = json_array();

		json_array_foreach(json_object_get(list, "members"), k, member)
		{
			json_array_append(ids, json_object_get(member, "id"));
			json_array_append(names, json_object_get(member, "name"));
		}
		json_object_set_new(list, "members_text", people_names(cli, ids, names, false));
		json_decref(ids);
		json_decref(names);
	}
}

/* The one that is meant, as for a submission; NULL: *e says why. */
static json_t *find(const json_t *lists, const char *name, enum err *e)
{
	struct arena *a = arena_new(NAMES_BYTES);
	struct distribution *each =
	    a == NULL ? NULL : arena_array(a, json_array_size(lists), sizeof *each);
	struct distributions all = { .list = each };
	struct distribution found;
	json_t *list, *out = NULL;
	size_t i;

	*e = each == NULL ? ERR_NO_MEMORY : ERR_OK;
	if (each == NULL) {
		arena_destroy(a);
		return NULL;
	}
	json_array_foreach(lists, i, list)
	{
		each[i].name = json_string_value(json_object_get(list, "name"));
		all.count++;
	}
	*e = distributions_find(&all, NULL, name + (name[0] == '@'), &found);
	for (i = 0; *e == ERR_OK && out == NULL && i < all.count; i++) {
		if (each[i].name == found.name)
			out = json_array_get(lists, i);
	}
	arena_destroy(a);
	return out;
}

static int print(struct cli *cli, json_t *lists, const char *name)
{
	char *nfc = name == NULL ? NULL : text_nfc(name);
	json_t *one;
	enum err e;

	if (name == NULL) {
		add_texts(cli, lists);
		if (json_array_size(lists) > 0)
			cli_hint(cli, "%s", _("Send to one with: vanthu send … --to @NAME"));
		return output_list(cli, json_incref(lists), columns);
	}
	e = ERR_UTF8;
	one = nfc == NULL ? NULL : find(lists, nfc, &e);
	free(nfc);
	if (one == NULL)
		return cli_fail(cli, e, name);
	return output_list(cli, json_incref(json_object_get(one, "members")), member_columns);
}

int cmd_lists(struct cli *cli, int argc, char **argv)
{
	struct call *c = NULL;
	json_t *lists;
	enum err e;
	int code;

	if (cli_option(cli, argc, argv) != -1)
		return err_exit_code(ERR_USAGE);
	if (optind + 1 < argc)
		return cli_usage(cli, argv[optind + 1]);
	lists = json_array();
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = collect(c, lists);
	call_close(c);
	code = e == ERR_OK ? print(cli, lists, argv[optind]) : err_exit_code(e);
	json_decref(lists);
	return code;
}
