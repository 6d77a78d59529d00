/* archive: what may go by the office's rule, and archives without a daemon; archive_create.c does
 * the rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/certificate.h"
#include "routing/base/calendar.h"
#include "tools/archive/archive.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/archive_create.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum {
	OPT_BEFORE = 1,
	OPT_KEEP,
	OPT_NAME,
	OPT_ROOT,
	ROOT_MAX_BYTES = 65536,
	ARENA_BYTES = 512 << 20,
	FAULTS_MAX = 1000
};

const struct command_option archive_options[] = {
	{ "before", OPT_BEFORE, N_("DATE"),
	  N_("only what may go since before this day: YYYY-MM-DD or DD/MM/YYYY"), VALUE_NONE,
	  "list create" },
	{ "keep", OPT_KEEP, NULL, N_("export and verify only: nothing goes here"), VALUE_NONE,
	  "create" },
	{ "name", OPT_NAME, N_("TEXT"),
	  N_("what the records call the archive; otherwise the folder's name"), VALUE_NONE,
	  "create" },
	{ "root", OPT_ROOT, N_("PEM"), N_("the root certificate of the registry"), VALUE_FILE,
	  "verify" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* ---- list ---- */

static const struct column columns[] = {
	{ "from", N_("May go since"), FORMAT_DATE, false },
	{ "direction_text", "", FORMAT_TEXT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "done_on", N_("Done"), FORMAT_DATE, false },
	{ "years", N_("Years"), FORMAT_COUNT, false },
	{ "size_bytes", N_("Size"), FORMAT_BYTES, false },
	{ "held", N_("Held by"), FORMAT_CODE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column plain_columns[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "direction", "direction", FORMAT_TEXT, false },
	{ "from", "from", FORMAT_TEXT, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "type", "type", FORMAT_TEXT, false },
	{ "issuer", "issuer", FORMAT_TEXT, false },
	{ "done_at", "done_at", FORMAT_TEXT, false },
	{ "years", "years", FORMAT_COUNT, false },
	{ "size_bytes", "size_bytes", FORMAT_COUNT, false },
	{ "held", "held", FORMAT_CODE, false },
	{ "subject", "subject", FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static json_t *row_of(const Vanthu__V1__ArchiveLine *m)
{
	const Vanthu__V1__DocumentLine *l = m->line;

	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:I, s:o}", "id",
			 json_uuid(l->id), "direction", m->received ? "received" : "sent", "from",
			 m->from, "number", l->number, "type", l->type_code, "subject", l->subject,
			 "issuer", l->from, "done_at", json_time(m->done_at_ms), "years",
			 (int)m->years, "size_bytes", (json_int_t)m->size_bytes, "held",
			 m->held == 0 ? json_null() : json_code(m->held));
}

static int list(struct cli *cli, const struct archive_wanted *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__ArchiveQuery query = VANTHU__V1__ARCHIVE_QUERY__INIT;
	json_t *rows = json_array(), *row;
	Vanthu__V1__Reply *reply;
	char done_on[DATE_MAX + 1];
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	query.before = (char *)(uintptr_t)w->before;
	request.what_case = VANTHU__V1__REQUEST__WHAT_ARCHIVE;
	request.archive = &query;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK &&
	       (e = call_row(c, VANTHU__V1__REPLY__WHAT_ARCHIVE, &reply)) == ERR_OK) {
		row = row_of(reply->archive);
		date_of_ms(reply->archive->done_at_ms, done_on);
		json_object_set_new(row, "done_on", json_string(done_on));
		if (!cli->json && !cli->plain)
			json_object_set_new(row, "direction_text",
					    json_string(reply->archive->received ? "↓" : "↑"));
		json_array_append_new(rows, row);
	}
	call_close(c);
	if (e != ERR_NOT_FOUND) {
		json_decref(rows);
		return err_exit_code(e);
	}
	if (json_array_size(rows) == 0 && !cli->json && !cli->plain)
		cli_hint(cli, "%s",
			 _("Nothing may go by the office's rule: the table tables.retention."));
	return output_list(cli, rows, cli->plain ? plain_columns : columns);
}

/* ---- verify ---- */

static const struct column verify_columns[] = {
	{ "folder", N_("Folder"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "documents", N_("Whole documents"), FORMAT_COUNT, false },
	{ "files", N_("Files"), FORMAT_COUNT, false },
	{ "size_bytes", N_("Size"), FORMAT_BYTES, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column fault_columns[] = {
	{ "fault", N_("Fault"), FORMAT_TEXT, false },
	{ "what", N_("What"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct {
	const char *kind, *words;
} kinds[] = {
	[ARCHIVE_WHOLE] = { "", "" },
	[ARCHIVE_LIST] = { "list", N_("the list is missing or damaged") },
	[ARCHIVE_UNLISTED] = { "unlisted", N_("a document that the list does not have") },
	[ARCHIVE_ABSENT] = { "absent", N_("a file is missing") },
	[ARCHIVE_CHANGED] = { "changed", N_("a file is not what its list says") },
	[ARCHIVE_STRANGE] = { "strange", N_("a file that the document does not have") },
	[ARCHIVE_EVIDENCE] = { "evidence", N_("the proofs do not hold") },
};

struct faults {
	json_t *rows;
	uint64_t count;
};

static void add_fault(void *ctx, const struct archive_fault *f)
{
	struct faults *faults = ctx;
	json_t *row;

	if (++faults->count > FAULTS_MAX)
		return;
	row = json_pack("{s:s, s:s, s:s}", "kind", kinds[f->kind].kind, "what", f->what, "fault",
			_(kinds[f->kind].words));
	if (f->why != ERR_OK)
		json_object_set_new(row, "error", json_code((unsigned)f->why));
	json_array_append_new(faults->rows, row);
}

/* Whoever cannot find it must not make one: only the registry's own says anything. */
static int bad_root(struct cli *cli, enum err e, const char *root)
{
	char message[CONFIG_PATH_MAX + 256];

	if (e != ERR_CERTIFICATE && e != ERR_FORMAT && e != ERR_TOO_LARGE)
		return cli_fail_file(cli, e, root);
	snprintf(message, sizeof message, _("%s: not the root certificate of a registry"), root);
	return cli_fail_text(
		cli, e, message,
		_("give the root.pem that the registry has, as your operator handed it out"));
}

static int print_verdict(struct cli *cli, const struct archive_check *c, struct faults *faults)
{
	bool valid = faults->count == 0;
	json_t *one = json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:O}", "folder", c->folder,
				"state", valid ? "whole" : "damaged", "valid", valid, "documents",
				(json_int_t)c->sum.documents, "files", (json_int_t)c->sum.files,
				"size_bytes", (json_int_t)c->sum.size_bytes, "fault_count",
				(json_int_t)faults->count, "faults", faults->rows);

	cli->renderer->object(cli, one, cli->json ? NULL : verify_columns);
	if (!cli->json && !valid)
		cli->renderer->list(cli, faults->rows, fault_columns);
	json_decref(one);
	return valid ? 0 : err_exit_code(ERR_DIGEST);
}

static int verify(struct cli *cli, const struct archive_wanted *w)
{
	struct arena *a = arena_new(2 * (size_t)ROOT_MAX_BYTES);
	struct faults faults = { .rows = json_array() };
	struct archive_check c = { .folder = w->folder,
				   .wall_ms = text_now_ms(),
				   .fault = add_fault,
				   .ctx = &faults,
				   .arena = arena_new(ARENA_BYTES) };
	struct blob der;
	enum err e = a == NULL || c.arena == NULL ? ERR_NO_MEMORY : ERR_OK;
	int code;

	if (e == ERR_OK)
		e = fs_read(a, w->root, ROOT_MAX_BYTES, &c.root_pem);
	if (e == ERR_OK)
		e = certificate_from_pem(c.arena, c.root_pem, &der);
	if (e != ERR_OK) {
		code = bad_root(cli, e, w->root);
	} else {
		e = archive_check_all(&c);
		code = e != ERR_OK ? cli_fail_file(cli, e, w->folder)
				   : print_verdict(cli, &c, &faults);
	}
	json_decref(faults.rows);
	arena_destroy(c.arena);
	arena_destroy(a);
	return code;
}

/* ---- the command ---- */

static bool make_absolute(const char *folder, char *out, size_t size)
{
	char here[CONFIG_PATH_MAX];
	size_t len = strlen(folder);
	int n;

	while (len > 1 && folder[len - 1] == '/')
		len--;
	if (folder[0] == '/')
		n = snprintf(out, size, "%.*s", (int)len, folder);
	else if (getcwd(here, sizeof here) == NULL)
		return false;
	else
		n = snprintf(out, size, "%s/%.*s", here, (int)len, folder);
	return (size_t)n < size;
}

static bool read_options(struct cli *cli, int argc, char **argv, struct archive_wanted *w)
{
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		switch (c) {
		case OPT_BEFORE:
			if (!text_date(optarg, w->before)) {
				cli_bad_value(cli, _(err_fix(ERR_BAD_DATE)));
				return false;
			}
			break;
		case OPT_KEEP:
			w->keep = true;
			break;
		case OPT_NAME:
			w->name = optarg;
			break;
		case OPT_ROOT:
			w->root = optarg;
			break;
		default:
			return false;
		}
	}
	return true;
}

int cmd_archive(struct cli *cli, int argc, char **argv)
{
	char folder[CONFIG_PATH_MAX * 2];
	struct archive_wanted w = { .folder = folder };
	const char *verb;
	int count;

	if (!read_options(cli, argc, argv, &w))
		return err_exit_code(ERR_USAGE);
	count = argc - optind;
	verb = count > 0 ? argv[optind] : "";
	if (count == 1 && strcmp(verb, "list") == 0)
		return list(cli, &w);
	if (count != 2 || argv[optind + 1][0] == '\0' ||
	    (strcmp(verb, "create") != 0 && strcmp(verb, "verify") != 0))
		return arguments_missing(cli, count, argv + optind);
	if (!make_absolute(argv[optind + 1], folder, sizeof folder))
		return cli_usage(cli, argv[optind + 1]);
	if (strcmp(verb, "create") == 0)
		return archive_create(cli, &w);
	return w.root == NULL ? arguments_missing(cli, count, argv + optind) : verify(cli, &w);
}
