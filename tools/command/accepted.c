/* See accepted.h. */
#include "tools/command/accepted.h"

#include "tools/cli/cli.h"
#include "tools/output/output.h"

json_t *accepted_may(const struct cli *cli, bool may)
{
	if (cli->json || cli->plain)
		return json_string(may ? "may" : "unknown");
	return json_string(may ? _("yes") : _("no rule says: it is not refused for it"));
}

void accepted_names(struct cli *cli, json_t *out, const Vanthu__V1__Accepted *a)
{
	json_t *names = json_texts(a->recipient_names, a->n_recipient_names);

	if (cli->plain)
		json_object_set(out, "to_text", json_object_get(out, "recipients"));
	else if (!cli->json)
		json_object_set_new(out, "to_text",
				    people_names(cli, json_object_get(out, "recipients"), names,
						 true));
	json_decref(names);
}

void accepted_lists(json_t *out, const Vanthu__V1__Accepted *a)
{
	if (a->n_lists > 0)
		json_object_set_new(out, "lists", json_texts(a->lists, a->n_lists));
}

json_t *accepted_why(const Vanthu__V1__Accepted *a)
{
	static const char *const words[] = { NULL, "no-level", "no-table", "no-row" };
	size_t i = a->competence_why;

	return i == 0 || i >= sizeof words / sizeof words[0] ? json_null() : json_string(words[i]);
}
