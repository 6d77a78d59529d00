/* See slips.h. */
#include "tools/cli/slips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/output/output.h"

/* The daemon says that there is one; which, is plain here. */
static void name_files(uint32_t code, struct slips_answer a, char *out, size_t size)
{
	const char *between = ": ";

	for (unsigned i = 0; i < a.file_count; i++) {
		const char *slash = strrchr(a.files[i], '/'),
			   *name = slash == NULL ? a.files[i] : slash + 1;
		struct stat st;
		bool meant = code == ERR_FILE_NAME ? !portable_name(name)
						   : stat(a.files[i], &st) == 0 && st.st_size == 0;

		if (!meant)
			continue;
		snprintf(out + strlen(out), size - strlen(out), "%s%s", between, name);
		between = ", ";
	}
	text_one_line(out);
}

static void name_received(struct cli *cli, const Vanthu__V1__SameNumber *same, char *out,
			  size_t size)
{
	json_t *one = json_same_number(same), *text = people_same_number(cli, one, true);

	snprintf(out + strlen(out), size - strlen(out), ": %s", json_string_value(text));
	json_decref(text);
	json_decref(one);
}

/* What it is, in a sentence: of a number that is used already, by which document. */
static const char *sentence(struct cli *cli, uint32_t code, struct slips_answer a, char *out,
			    size_t size)
{
	char id[UUID_TEXT_SIZE];
	unsigned long more = a.same_count == 0 ? 0 : (unsigned long)a.same_count - 1;

	snprintf(out, size, "%s", _(err_text(err_known(code) ? (enum err)code : ERR_FIELD)));
	if (code == ERR_FILE_NAME || code == ERR_EMPTY_FILE)
		name_files(code, a, out, size);
	if (code == ERR_NUMBER_GAP && a.gap > 0)
		snprintf(out + strlen(out), size - strlen(out),
			 ngettext(": %lu is skipped", ": %lu are skipped", (unsigned long)a.gap),
			 (unsigned long)a.gap);
	if (code == ERR_SAME_NUMBER && a.received != NULL) {
		name_received(cli, a.received, out, size);
		return out;
	}
	if (code != ERR_SAME_NUMBER || a.same.len != 16)
		return out;
	uuid_print(a.same.data, id);
	snprintf(out + strlen(out), size - strlen(out), ": %s", id);
	if (more > 0)
		snprintf(out + strlen(out), size - strlen(out),
			 ngettext(", and %lu more", ", and %lu more", more), more);
	return out;
}

static bool is_printed(const struct slips *printed, uint32_t code)
{
	for (unsigned i = 0; i < printed->count; i++) {
		if (printed->codes[i] == code)
			return true;
	}
	return false;
}

struct slips_answer slips_of(const Vanthu__V1__Accepted *a)
{
	return (struct slips_answer){ .codes = a->warnings,
				      .count = a->n_warnings,
				      .same = a->same_number_id,
				      .same_count = a->same_number_count,
				      .gap = a->number_gap };
}

struct slips_answer slips_of_office(const Vanthu__V1__OfficeDone *a)
{
	return (struct slips_answer){ .codes = a->warnings,
				      .count = a->n_warnings,
				      .received = a->same_number };
}

struct slips_answer slips_of_paper(const Vanthu__V1__PaperAccepted *a)
{
	return (struct slips_answer){ .codes = a->warnings,
				      .count = a->n_warnings,
				      .same = a->same_number_id,
				      .same_count = a->same_number_count,
				      .received = a->same_received,
				      .gap = a->number_gap };
}

void slips_print(struct cli *cli, struct slips *printed, struct slips_answer a)
{
	char text[1024];

	for (size_t i = 0; i < a.count; i++) {
		if (is_printed(printed, a.codes[i]) || printed->count == SLIPS_MAX)
			continue;
		printed->codes[printed->count++] = a.codes[i];
		sentence(cli, a.codes[i], a, text, sizeof text);
		if (a.about != NULL)
			cli_warn(cli, "%s: VT-%u %s", a.about, (unsigned)a.codes[i], text);
		else
			cli_warn(cli, "VT-%u %s", (unsigned)a.codes[i], text);
	}
}

bool slips_can_ask(const struct cli *cli)
{
	return !cli->yes && !cli->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int slips_ask(struct cli *cli, const struct slips *printed, const char *question, const char *left)
{
	char line[64];
	char *folded;
	bool yes;

	if (printed->count == 0)
		return 0;
	fputs(question, stderr);
	fflush(stderr);
	folded = fgets(line, sizeof line, stdin) == NULL ? NULL : text_fold(line);
	/* Yes in either language, whatever the other is. */
	yes = folded != NULL && (folded[0] == 'y' || folded[0] == 'c');
	free(folded);
	return yes ? 0 : cli_fail_text(cli, ERR_CANCELLED, left, "");
}

int slips_refuse(struct cli *cli, struct slips_answer a)
{
	enum err first = a.count == 0 ? ERR_OK : (enum err)a.codes[0];
	char text[1024];
	int code;

	if (first == ERR_OK)
		return 0;
	code = cli_fail_text(cli, first, sentence(cli, a.codes[0], a, text, sizeof text),
			     _(err_fix(first)));
	return first == ERR_FUTURE ? err_exit_code(ERR_REFUSED) : code;
}

void slips_add(json_t *out, struct slips_answer a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a.count; i++)
		json_array_append_new(list, json_code(a.codes[i]));
	json_object_set_new(out, "warnings", list);
	if (a.received != NULL)
		json_object_set_new(out, "same_number", json_same_number(a.received));
	else if (a.same_count > 0)
		json_object_set_new(out, "same_number",
				    json_pack("{s:o, s:I}", "id", json_uuid(a.same), "count",
					      (json_int_t)a.same_count));
	if (a.gap > 0)
		json_object_set_new(out, "number_gap", json_integer((json_int_t)a.gap));
}
