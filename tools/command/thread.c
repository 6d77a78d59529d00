/* show --thread: the whole matter that a document belongs to, as a tree. */
#include <stdio.h>
#include <string.h>

#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { LABEL_BYTES = 1024, INDENT_MAX = 24 };

/* With --plain: as it has always been. */
static const struct column plain_columns[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "label", "label", FORMAT_TEXT, true },
	{ "from", "from", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, true },
	{ "issued", "issued", FORMAT_DATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "label", N_("Matter"), FORMAT_TEXT, true },
	{ "from_text", N_("From"), FORMAT_TEXT, true },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "issued", N_("Issued"), FORMAT_DATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const char *relation_name(Vanthu__V1__ThreadRelation r)
{
	switch (r) {
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_ANSWERS:
		return "answers";
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_FINISHES:
		return "finishes";
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_RECALLS:
		return "recalls";
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_UPDATES:
		return "updates";
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_REPLACES:
		return "replaces";
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_REMINDS:
		return "reminds";
	default:
		return "begins";
	}
}

/* What people read where it does not answer the one above it. */
static const char *instead_of_answer(Vanthu__V1__ThreadRelation r)
{
	switch (r) {
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_RECALLS:
		return _(" (recalls it)");
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_UPDATES:
		return _(" (updates it)");
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_REPLACES:
		return _(" (replaces it)");
	case VANTHU__V1__THREAD_RELATION__THREAD_RELATION_REMINDS:
		return _(" (reminds of it)");
	default:
		return "";
	}
}

/* For people: indented by its depth, the one asked about marked. */
static json_t *label(const Vanthu__V1__ThreadLine *l)
{
	const char *number = l->line != NULL	? l->line->number
			     : l->paper != NULL ? l->paper->number
						: "";
	unsigned depth = l->depth < INDENT_MAX ? l->depth : INDENT_MAX;
	char text[LABEL_BYTES] = "";

	if (l->line == NULL && l->paper == NULL)
		number = _("(not here)");
	else if (number[0] == '\0')
		number = _("(no number)");
	/* lines, for a table cuts blanks off at the beginning */
	for (unsigned i = 0; i < depth; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s",
			 i == 0 ? "└─" : "──");
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s%s%s", depth > 0 ? " " : "",
		 number, l->asked ? " *" : "", instead_of_answer(l->relation));
	return json_string(text);
}

static json_t *row_of(const struct cli *cli, const Vanthu__V1__ThreadLine *l)
{
	json_t *row = l->line != NULL	 ? json_line(l->line)
		      : l->paper != NULL ? json_paper(l->paper)
					 : json_object();

	if (l->paper != NULL) {
		json_object_set_new(row, "from", json_null());
		json_object_set_new(row, "issued", json_text_or_null(l->paper->issued_on[0] != '\0'
								    ? l->paper->issued_on
								    : l->paper->date));
	} else if (l->line == NULL) {
		json_object_set_new(row, "id", json_uuid(l->id));
		json_object_set_new(row, "from", json_text_or_null(l->origin));
	}
	json_object_set_new(row, "here", json_boolean(l->line != NULL || l->paper != NULL));
	json_object_set_new(row, "paper", json_boolean(l->paper != NULL));
	json_object_set_new(row, "incomplete", json_boolean(l->incomplete));
	json_object_set_new(row, "depth", json_integer((json_int_t)l->depth));
	json_object_set_new(row, "relation", json_string(relation_name(l->relation)));
	json_object_set_new(row, "under", json_uuid(l->under));
	json_object_set_new(row, "asked", json_boolean(l->asked));
	json_object_set_new(row, "left_out", json_integer((json_int_t)l->left_out));
	if (!cli->json) {
		json_object_set_new(row, "label", label(l));
		json_object_set_new(row, "from_text",
				    l->line != NULL
					    ? people_name(l->line->from_name, l->line->from)
					    : people_name(l->origin_name, l->origin));
	}
	return row;
}

static enum err collect(struct call *c, json_t *rows, uint64_t *left_out)
{
	Vanthu__V1__Reply *reply;
	enum err e;

	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_THREAD, &reply)) == ERR_OK) {
		json_array_append_new(rows, row_of(call_cli(c), reply->thread));
		*left_out += reply->thread->left_out;
	}
	/* the end of a list has the code of a document that is not there */
	return e == ERR_NOT_FOUND && !call_cli(c)->error_printed ? ERR_OK : e;
}

int thread_show(struct cli *cli, const char *id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	json_t *rows = json_array();
	uint64_t left_out = 0;
	struct call *c = NULL;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_THREAD;
	request.thread = &ref;
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK) {
		e = call_send(c, &request);
		e = e == ERR_OK ? collect(c, rows, &left_out) : call_fail(c, e, NULL);
	}
	call_close(c);
	if (e != ERR_OK) {
		json_decref(rows);
		return err_exit_code(e);
	}
	output_list(cli, rows, cli->plain ? plain_columns : columns);
	if (json_is_true(json_object_get(json_array_get(rows, 0), "incomplete")))
		cli_warn(cli, "%s",
			 _("The store is still being read after an upgrade: documents may be "
			   "missing here. Ask again later."));
	if (left_out > 0)
		cli_hint(cli, _("%llu more are not shown: ask for one further down"),
			 (unsigned long long)left_out);
	return 0;
}
