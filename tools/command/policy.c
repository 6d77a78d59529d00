/* policy: who may issue what, by the table of the directory in force. */
#include "proto/fields.h"
#include "routing/rules/rules.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { TABLE_BYTES = 1 << 20 };

static json_t *json_row(const struct competence_row *row)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:s, s:s}", "level",
			 competence_level_word(row->level), "direction",
			 json_text_or_null(competence_direction_word(row->direction)), "secrecy",
			 json_text_or_null(competence_secrecy_word(row->secrecy)), "symbol",
			 json_text_or_null(row->code), "type", row->name, "judgement",
			 competence_word(row->judgement), "rule", row->rule);
}

static enum err rows_of(struct call *c, struct blob text, json_t *out)
{
	struct arena *a = arena_new(TABLE_BYTES);
	struct competence_table table;
	uint32_t line;
	enum err e = a == NULL ? ERR_NO_MEMORY : competence_parse(text, a, &table, &line);

	for (uint32_t i = 0; e == ERR_OK && i < table.count; i++)
		json_array_append_new(out, json_row(&table.rows[i]));
	arena_destroy(a);
	return e == ERR_OK ? ERR_OK : call_fail(c, e, NULL);
}

int cmd_policy(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = {
		{ "level", N_("Level"), FORMAT_TEXT, false },
		{ "direction", N_("Direction"), FORMAT_TEXT, true },
		{ "secrecy", N_("Secrecy"), FORMAT_TEXT, true },
		{ "symbol", N_("Symbol"), FORMAT_TEXT, false },
		{ "type", N_("Type"), FORMAT_TEXT, false },
		{ "judgement", N_("May issue"), FORMAT_TEXT, false },
		{ "rule", N_("By rule"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false }
	};
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	json_t *out;
	enum err e;
	bool none;
	int code;

	if (cli_option(cli, argc, argv) != -1)
		return err_exit_code(ERR_USAGE);
	out = json_array();
	e = call_open(cli, CLIENT_READ, &c);
	request.what_case = VANTHU__V1__REQUEST__WHAT_POLICY;
	request.policy = &nothing;
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_POLICY, &reply);
	if (e == ERR_OK)
		e = rows_of(c, field_blob(reply->policy->table), out);
	call_close(c);
	if (e != ERR_OK) {
		json_decref(out);
		return err_exit_code(e);
	}
	none = json_array_size(out) == 0;
	code = output_list(cli, out, columns);
	if (none)
		cli_hint(cli, "%s",
			 _("The directory has no table of it: no document is refused for its "
			   "type."));
	return code;
}
