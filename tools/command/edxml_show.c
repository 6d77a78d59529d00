/* edxml check: what an edXML file is. Reading it is shared with edxml import. */
#include "tools/command/edxml_show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/edxml_id.h"
#include "tools/output/output.h"

/* Long enough for a path, a line and what is wrong there. */
enum { MESSAGE_BYTES = 1024 };

/* What others wrote goes to a terminal. */
static void safe(char *text)
{
	text_one_line(text);
}

static int refused(struct cli *cli, const struct edxml_file *f)
{
	const struct edxml_fault *fault = &f->outcome.fault;
	char about[EDXML_ABOUT_MAX + 1], line[32] = "", message[MESSAGE_BYTES];

	snprintf(about, sizeof about, "%s", fault->about);
	safe(about);
	if (fault->line != 0)
		snprintf(line, sizeof line, ":%u", fault->line);
	snprintf(message, sizeof message, "%s%s: %s%s%s", f->path, line, _(err_text(fault->err)),
		 about[0] == '\0' ? "" : ": ", about);
	return cli_fail_text(cli, fault->err, message, _(err_fix(fault->err)));
}

static int load(struct cli *cli, struct edxml_file *f, int from)
{
	int folder = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), why;
	enum err e = ERR_FILE;

	if (folder >= 0)
		e = edxml_folder_load(from, folder, &f->outcome, &f->loaded);
	why = errno;
	if (folder >= 0)
		close(folder);
	errno = why;
	if (e == ERR_FILE || folder < 0)
		return cli_fail_file(cli, ERR_FILE, folder < 0 ? f->folder : f->path);
	return e == ERR_OK ? 0 : refused(cli, f);
}

int edxml_show_open(struct cli *cli, const char *path, struct edxml_file *f)
{
	const char *where = getenv("TMPDIR");
	bool from_stdin = strcmp(path, "-") == 0;
	uint64_t size;
	int fd = STDIN_FILENO, code;

	*f = (struct edxml_file){ .path = from_stdin ? _("standard input") : path };
	if (!from_stdin && fs_open(path, &fd, &size) != ERR_OK)
		return cli_fail_file(cli, ERR_FILE, path);
	snprintf(f->folder, sizeof f->folder, "%.200s/vanthu-edxml-XXXXXX",
		 where == NULL || where[0] == '\0' ? "/tmp" : where);
	if (mkdtemp(f->folder) == NULL) {
		code = cli_fail_file(cli, ERR_FILE, f->folder);
		f->folder[0] = '\0';
	} else {
		code = load(cli, f, fd);
	}
	if (!from_stdin)
		close(fd);
	return code;
}

void edxml_show_close(struct edxml_file *f)
{
	edxml_folder_free(f->loaded);
	f->loaded = NULL;
	if (f->folder[0] != '\0')
		fs_remove_tree(f->folder);
	f->folder[0] = '\0';
}

void edxml_show_warn(struct cli *cli, const struct edxml_file *f)
{
	const struct edxml_slips *s = &f->outcome.slips;

	for (unsigned i = 0; i < s->count; i++) {
		char about[EDXML_ABOUT_MAX + 1];

		snprintf(about, sizeof about, "%s", s->rows[i].about);
		safe(about);
		cli_warn(cli, "%s: %s%s%s", f->path, _(edxml_slip_text(s->rows[i].what)),
			 about[0] == '\0' ? "" : ": ", about);
	}
	if (s->more != 0)
		cli_warn(cli, _("%s: and %u further ones"), f->path, s->more);
}

/* ---- as JSON ---- */

static json_t *text(text_t value)
{
	return json_text_or_null(edxml_text(value));
}

static json_t *organ(const struct edxml_organ *o)
{
	return json_pack("{s:o, s:o}", "organ_id", text(o->organ_id), "name", text(o->name));
}

static json_t *day(text_t value)
{
	char out[EDXML_DATE_SIZE];

	(void)edxml_date(edxml_text(value), out);
	return json_text_or_null(out);
}

static json_t *organs(const struct edxml_message *m)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < m->to_count; i++)
		json_array_append_new(list, organ(&m->to[i]));
	return list;
}

static json_t *about(const struct edxml_message *m)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < m->response_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "organ_id",
						      text(m->responses[i].organ_id), "number",
						      text(m->responses[i].code), "document_id",
						      text(m->responses[i].document_id), "date",
						      day(m->responses[i].date)));
	return list;
}

static json_t *parts(const struct edxml_loaded *l)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < l->message->part_count; i++) {
		const struct edxml_part *p = &l->message->parts[i];
		const char *name = strchr(l->names[i], '/');

		json_array_append_new(list,
				      json_pack("{s:i, s:s, s:s, s:o, s:I}", "part", (int)i + 1,
						"name", name == NULL ? "" : name + 1, "media_type",
						media_type_of(l->names[i]), "content_type",
						text(p->content_type), "size_bytes",
						(json_int_t)l->sizes[i]));
	}
	return list;
}

static json_t *warnings(const struct edxml_slips *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < s->count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:i, s:s}", "kind",
						edxml_slip_word(s->rows[i].what), "about",
						s->rows[i].about, "line", (int)s->rows[i].line,
						"message", _(edxml_slip_text(s->rows[i].what))));
	return list;
}

static const char *business_of(const struct edxml_message *m)
{
	static const char *const words[] = { "new", "recall", "update", "replace" };
	int n = edxml_business(m->business_type);

	return words[n < 0 ? 0 : n];
}

static const char *kind_said(const struct cli *cli, const struct edxml_message *m)
{
	static const char *const words[] = { N_("document"), N_("status") };

	return cli->plain ? words[m->kind] : _(words[m->kind]);
}

static const char *business_said(const struct cli *cli, const struct edxml_message *m)
{
	static const char *const words[] = { N_("a new document"), N_("asks for an older one back"),
					     N_("changes an older one"),
					     N_("stands in the place of an older one") };
	int n = edxml_business(m->business_type);

	return cli->plain ? business_of(m) : _(words[n < 0 ? 0 : n]);
}

/* What people read of the organs: names, or codes where there are none. */
static json_t *said(const struct edxml_organ *list, uint32_t count)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < count; i++) {
		text_t name = edxml_text(list[i].name), id = edxml_text(list[i].organ_id);

		json_array_append_new(
			out, json_sprintf("%s%s%s", name,
					  name[0] != '\0' && id[0] != '\0' ? " · " : "", id));
	}
	return out;
}

text_t edxml_show_older(const struct edxml_message *m)
{
	const int business = edxml_business(m->business_type);
	text_t older = edxml_text(m->business_id);

	if (business == EDXML_UPDATE || business == EDXML_REPLACE)
		for (uint32_t n = 0; older[0] == '\0' && n < m->replacement_count; n++)
			older = edxml_text(m->replacements[n].document_id);
	return older;
}

static void add_document(json_t *out, const struct edxml_file *f)
{
	const struct edxml_message *m = f->loaded->message;
	char number[NUMBER_MAX * 2], id[UUID_TEXT_SIZE];

	edxml_number_join(m->code_number, m->code_notation, number, sizeof number);
	json_object_set_new(out, "document_id", text(m->document_id));
	json_object_set_new(out, "number", json_text_or_null(number));
	json_object_set_new(out, "date", day(m->date));
	json_object_set_new(out, "type", text(m->type_name));
	json_object_set_new(out, "subject", text(m->subject));
	json_object_set_new(out, "due", day(m->due_date));
	json_object_set_new(out, "signer", text(m->signer));
	json_object_set_new(out, "business", json_string(business_of(m)));
	json_object_set_new(out, "older", text(edxml_show_older(m)));
	edxml_id_of(f, id);
	json_object_set_new(out, "import_id", json_string(id));
	json_object_set_new(out, "origin", json_text_or_null(edxml_message_value(m, "origin")));
	json_object_set_new(out, "origin_id", json_text_or_null(edxml_message_value(m, "id")));
}

static void add_status(json_t *out, const struct edxml_message *m)
{
	const char *means = edxml_status_text(m->status_code);

	json_object_set_new(out, "code", text(m->status_code));
	json_object_set_new(out, "means", json_text_or_null(means == NULL ? "" : means));
	json_object_set_new(out, "note", text(m->status_note));
	json_object_set_new(out, "at", text(m->status_timestamp));
	json_object_set_new(out, "person", text(m->staff.staff));
	json_object_set_new(out, "unit", text(m->staff.department));
}

static json_t *whole(const struct edxml_file *f)
{
	const struct edxml_message *m = f->loaded->message;
	char sha256[DIGEST_HEX_SIZE];
	json_t *out;

	digest_to_hex(&f->loaded->sha256, sha256);
	out = json_pack("{s:s, s:s, s:I, s:s, s:o, s:o, s:o}", "file", f->path, "kind",
			m->kind == EDXML_STATUS ? "status" : "document", "size_bytes",
			(json_int_t)f->loaded->size_bytes, "sha256", sha256, "from",
			organ(&m->from), "to", organs(m), "about", about(m));
	if (m->kind == EDXML_STATUS)
		add_status(out, m);
	else
		add_document(out, f);
	json_object_set_new(out, "parts", parts(f->loaded));
	json_object_set_new(out, "warnings", warnings(&f->outcome.slips));
	return out;
}

int edxml_show(struct cli *cli, const struct edxml_file *f)
{
	static const struct column columns[] = {
		{ "kind_text", N_("Kind"), FORMAT_TEXT, false },
		{ "from_text", N_("From"), FORMAT_LIST, false },
		{ "to_text", N_("To"), FORMAT_LIST, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "date", N_("Issued"), FORMAT_DATE, false },
		{ "type", N_("Type"), FORMAT_TEXT, false },
		{ "subject", N_("Subject"), FORMAT_TEXT, false },
		{ "business_text", N_("Purpose"), FORMAT_TEXT, false },
		{ "code", N_("Status"), FORMAT_OFFICE, false },
		{ "note", N_("Note"), FORMAT_TEXT, false },
		{ "document_id", N_("Id"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column part_columns[] = {
		{ "part", N_("No."), FORMAT_COUNT, false },
		{ "name", N_("Name"), FORMAT_TEXT, true },
		{ "size_bytes", N_("Size"), FORMAT_BYTES, false },
		{ "media_type", N_("Kind"), FORMAT_MEDIA, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	const struct edxml_message *m = f->loaded->message;
	json_t *out = whole(f);

	if (!cli->json) {
		json_object_set_new(out, "kind_text", json_string(kind_said(cli, m)));
		json_object_set_new(out, "from_text", said(&m->from, 1));
		json_object_set_new(out, "to_text", said(m->to, m->to_count));
		if (m->kind == EDXML_DOCUMENT)
			json_object_set_new(out, "business_text",
					    json_string(business_said(cli, m)));
	}
	cli->renderer->object(cli, out, columns);
	if (!cli->json && m->part_count != 0) {
		cli->renderer->heading(cli, _("Parts"));
		cli->renderer->list(cli, json_object_get(out, "parts"), part_columns);
	}
	json_decref(out);
	edxml_show_warn(cli, f);
	return 0;
}
