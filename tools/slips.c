/* See slips.h. */
#include "tools/slips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/json.h"
#include "tools/text.h"
#include "tools/uuid.h"

/* What it is, in a sentence: of a number that is used already, by which document. */
static const char *sentence(uint32_t code, const Vanthu__V1__Accepted *a, char *out, size_t size)
{
	char id[UUID_TEXT_SIZE];
	unsigned long more = a->same_number_count == 0 ? 0 : (unsigned long)a->same_number_count - 1;

	snprintf(out, size, "%s", _(err_text(err_known(code) ? (enum err)code : ERR_FIELD)));
	if (code != ERR_SAME_NUMBER || a->same_number_id.len != 16)
		return out;
	uuid_print(a->same_number_id.data, id);
	snprintf(out + strlen(out), size - strlen(out), ": %s", id);
	if (more > 0)
		snprintf(out + strlen(out), size - strlen(out), ngettext(", and %lu more", ", and %lu more", more), more);
	return out;
}

static bool is_told(const struct slips *told, uint32_t code)
{
	for (unsigned i = 0; i < told->count; i++) {
		if (told->codes[i] == code)
			return true;
	}
	return false;
}

void slips_tell(struct cli *cli, struct slips *told, const Vanthu__V1__Accepted *a)
{
	char text[512];

	for (size_t i = 0; i < a->n_warnings; i++) {
		if (is_told(told, a->warnings[i]) || told->count == SLIPS_MAX)
			continue;
		told->codes[told->count++] = a->warnings[i];
		cli_warn(cli, "VT-%u %s", (unsigned)a->warnings[i], sentence(a->warnings[i], a, text, sizeof text));
	}
}

bool slips_can_ask(const struct cli *cli)
{
	return !cli->yes && !cli->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int slips_ask(struct cli *cli, const struct slips *told)
{
	char line[64];
	char *folded;
	bool yes;

	if (told->count == 0)
		return 0;
	fputs(_("Send it all the same? [y/n] "), stderr);
	fflush(stderr);
	folded = fgets(line, sizeof line, stdin) == NULL ? NULL : text_fold(line);
	/* Yes in either language, whatever the other is. */
	yes = folded != NULL && (folded[0] == 'y' || folded[0] == 'c');
	free(folded);
	return yes ? 0 : cli_fail_text(cli, ERR_CANCELLED, _("nothing was sent"), "");
}

int slips_refuse(struct cli *cli, const Vanthu__V1__Accepted *a)
{
	enum err first = a->n_warnings == 0 ? ERR_OK : (enum err)a->warnings[0];
	char text[512];
	int code;

	if (first == ERR_OK)
		return 0;
	code = cli_fail_text(cli, first, sentence(a->warnings[0], a, text, sizeof text), _(err_fix(first)));
	return first == ERR_FUTURE ? err_exit_code(ERR_REFUSED) : code;
}

void slips_add(json_t *out, const Vanthu__V1__Accepted *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n_warnings; i++)
		json_array_append_new(list, json_code(a->warnings[i]));
	json_object_set_new(out, "warnings", list);
	if (a->same_number_count > 0)
		json_object_set_new(out, "same_number", json_pack("{s:o, s:I}", "id", json_uuid(a->same_number_id), "count",
								  (json_int_t)a->same_number_count));
}
