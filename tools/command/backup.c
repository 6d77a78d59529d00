/* backup: the daemon makes one while it runs; what else is done with them needs none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/backup_run.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_KEEP = 1, OPT_BACKUP, OPT_NO_VERIFY };

const struct command_option backup_options[] = {
	{ "keep", OPT_KEEP, N_("N"), N_("so many stay, the oldest are removed"), VALUE_NONE,
	  "create prune" },
	{ "backup", OPT_BACKUP, N_("NAME"), N_("which one; otherwise the newest"), VALUE_NONE,
	  "verify restore" },
	{ "no-verify", OPT_NO_VERIFY, NULL,
	  N_("restore it although something in it is damaged or missing"), VALUE_NONE, "restore" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct wanted {
	const char *folder; /* absolute */
	const char *name;
	const char *keep_text;
	unsigned long keep;
	bool unchecked;
};

static const struct column create_columns[] = {
	{ "name", N_("Backup"), FORMAT_TEXT, false },
	{ "folder", N_("Folder"), FORMAT_TEXT, false },
	{ "store_bytes", N_("Store"), FORMAT_BYTES, false },
	{ "contents", N_("Contents"), FORMAT_COUNT, false },
	{ "content_bytes", N_("Their size"), FORMAT_BYTES, false },
	{ "new_contents", N_("New of them"), FORMAT_COUNT, false },
	{ "new_content_bytes", N_("Size of the new"), FORMAT_BYTES, false },
	{ "missing", N_("Missing"), FORMAT_COUNT, false },
	{ "removed", N_("Removed"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column kept_columns[] = {
	{ "name", N_("Backup"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "taken_at", N_("Made"), FORMAT_MINUTE, false },
	{ "store_bytes", N_("Store"), FORMAT_BYTES, false },
	{ "contents", N_("Contents"), FORMAT_COUNT, false },
	{ "content_bytes", N_("Size"), FORMAT_BYTES, false },
	{ "missing", N_("Missing"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column verify_columns[] = {
	{ "name", N_("Backup"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "taken_at", N_("Made"), FORMAT_MINUTE, false },
	{ "records", N_("Records"), FORMAT_COUNT, false },
	{ "contents", N_("Contents"), FORMAT_COUNT, false },
	{ "content_bytes", N_("Their size"), FORMAT_BYTES, false },
	{ "missing", N_("Missing"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column fault_columns[] = {
	{ "fault", N_("Fault"), FORMAT_TEXT, false },
	{ "what", N_("What"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column restore_columns[] = {
	{ "name", N_("Backup"), FORMAT_TEXT, false },
	{ "taken_at", N_("Made"), FORMAT_MINUTE, false },
	{ "data", N_("Data folder"), FORMAT_TEXT, true },
	{ "contents", N_("Contents"), FORMAT_COUNT, false },
	{ "content_bytes", N_("Their size"), FORMAT_BYTES, false },
	{ "missing", N_("Missing"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column prune_columns[] = {
	{ "removed", N_("Removed"), FORMAT_COUNT, false },
	{ "contents", N_("Contents removed"), FORMAT_COUNT, false },
	{ "content_bytes", N_("Their size"), FORMAT_BYTES, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static json_t *number(const char *text)
{
	return json_integer((json_int_t)strtoull(text, NULL, 10));
}

static json_t *moment(const char *text)
{
	return json_time((int64_t)strtoll(text, NULL, 10));
}

/* ---- create ---- */

static void say_phase(struct cli *cli, const Vanthu__V1__BackupView *v)
{
	json_t *done = json_integer((json_int_t)v->done_bytes);
	char size[64], text[160];

	output_format(NULL, done, FORMAT_BYTES, false, size, sizeof size);
	json_decref(done);
	snprintf(text, sizeof text,
		 v->phase == VANTHU__V1__BACKUP_PHASE__BACKUP_PHASE_STORE
			 ? _("the store: %s copied")
		 : v->phase == VANTHU__V1__BACKUP_PHASE__BACKUP_PHASE_PRUNING
			 ? _("older backups are removed")
			 : _("contents: %s copied"),
		 size);
	backup_progress(cli, text);
}

static json_t *json_backup(const Vanthu__V1__BackupView *v, const struct wanted *w, bool dry_run)
{
	json_t *out =
		json_pack("{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "name",
			  dry_run ? json_null() : json_string(v->name), "folder", w->folder,
			  "store_bytes", (json_int_t)v->store_bytes, "contents",
			  (json_int_t)v->contents, "content_bytes", (json_int_t)v->content_bytes,
			  "new_contents", (json_int_t)v->new_contents, "new_content_bytes",
			  (json_int_t)v->new_content_bytes, "linked", (json_int_t)v->linked,
			  "missing", (json_int_t)v->missing, "removed", (json_int_t)v->removed);

	json_object_set_new(out, "dry_run", json_boolean(dry_run));
	return out;
}

static enum err ask(struct cli *cli, struct call *c, const struct wanted *w,
		    Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__BackupWanted wanted = VANTHU__V1__BACKUP_WANTED__INIT;
	enum err e;

	wanted.folder = (char *)(uintptr_t)w->folder;
	wanted.dry_run = cli->dry_run;
	wanted.keep = (uint32_t)w->keep;
	request.what_case = VANTHU__V1__REQUEST__WHAT_BACKUP;
	request.backup = &wanted;
	e = call_send(c, &request);
	/* However long it takes: each word of how far it is lets us wait on. */
	while (e == ERR_OK && (e = call_next(c, reply)) == ERR_OK && (*reply)->more &&
	       (*reply)->what_case == VANTHU__V1__REPLY__WHAT_BACKUP)
		say_phase(cli, (*reply)->backup);
	backup_progress(cli, NULL);
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_BACKUP)
		return ERR_OK;
	return call_fail(c, e, e == ERR_OK ? *reply : NULL);
}

static int create(struct cli *cli, const struct wanted *w)
{
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_OPERATE, &c);

	if (e == ERR_OK)
		e = ask(cli, c, w, &reply);
	if (e == ERR_OK) {
		output_object(cli, json_backup(reply->backup, w, cli->dry_run), create_columns);
		if (reply->backup->missing > 0) {
			e = ERR_BACKUP_PARTLY;
			cli_warn(cli, "VT-%d %s: %s", (int)e, _(err_text(e)), _(err_fix(e)));
		}
	}
	call_close(c);
	return err_exit_code(e);
}

/* ---- without a daemon ---- */

struct found {
	json_t *rows; /* backups, or faults */
	json_t *one;
	bool valid;
};

static void read_list(void *ctx, const char *const f[BACKUP_FIELDS_MAX])
{
	struct found *found = ctx;
	bool whole = strcmp(f[2], "whole") == 0;

	if (strcmp(f[0], "backup") != 0)
		return;
	json_array_append_new(
		found->rows,
		json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s}", "name", f[1], "state",
			  f[2], "taken_at", whole ? moment(f[3]) : json_null(), "store_bytes",
			  number(f[4]), "contents", number(f[5]), "content_bytes", number(f[6]),
			  "missing", number(f[7]), "software", f[8], "committee", f[9]));
}

static int list(struct cli *cli, const struct wanted *w)
{
	struct found found = { .rows = json_array() };
	const struct backup_order o = {
		.verb = "list", .folder = w->folder, .line = read_list, .ctx = &found
	};
	enum err e = backup_run(cli, &o, false);

	if (e == ERR_OK)
		return output_list(cli, found.rows, kept_columns);
	json_decref(found.rows);
	return err_exit_code(e);
}

static const char *fault_words(const char *kind)
{
	static const struct {
		const char *kind, *words;
	} words[] = {
		{ "manifest", N_("the manifest is damaged") },
		{ "store", N_("the store is damaged or missing") },
		{ "record", N_("a record is damaged") },
		{ "hidden", N_("records are not found that the store says it has") },
		{ "unlisted", N_("a content that a record names is not in the manifest") },
		{ "content", N_("a content is damaged") },
		{ "absent", N_("a content is missing") },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(kind, words[i].kind) == 0)
			return _(words[i].words);
	}
	return kind;
}

static void add_fault(struct found *found, const char *kind, const char *what)
{
	json_array_append_new(found->rows, json_pack("{s:s, s:s, s:s}", "kind", kind, "what", what,
						     "fault", fault_words(kind)));
}

static void read_verified(void *ctx, const char *const f[BACKUP_FIELDS_MAX])
{
	struct found *found = ctx;

	if (strcmp(f[0], "fault") == 0) {
		add_fault(found, f[1], f[2]);
	} else if (strcmp(f[0], "verified") == 0) {
		found->valid = strcmp(f[5], "0") == 0;
		found->one =
			json_pack("{s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "name", f[1], "valid",
				  found->valid, "state", found->valid ? "whole" : "damaged",
				  "taken_at", f[7][0] == '0' ? json_null() : moment(f[7]),
				  "records", number(f[2]), "contents", number(f[3]),
				  "content_bytes", number(f[4]), "missing", number(f[6]));
	}
}

static int verify(struct cli *cli, const struct wanted *w)
{
	struct found found = { .rows = json_array() };
	const struct backup_order o = { .verb = "verify",
					.folder = w->folder,
					.name = w->name,
					.line = read_verified,
					.ctx = &found };
	enum err e = backup_run(cli, &o, true);

	if (found.one == NULL) {
		json_decref(found.rows);
		return err_exit_code(e);
	}
	json_object_set(found.one, "faults", found.rows);
	cli->renderer->object(cli, found.one, cli->json ? NULL : verify_columns);
	if (!cli->json && json_array_size(found.rows) > 0)
		cli->renderer->list(cli, found.rows, fault_columns);
	if (!found.valid)
		cli_hint(cli, "%s",
			 _("A damaged or missing content is copied again by the next backup create "
			   "when its file is deleted in DIR/files"));
	json_decref(found.rows);
	json_decref(found.one);
	return err_exit_code(e);
}

static void read_restored(void *ctx, const char *const f[BACKUP_FIELDS_MAX])
{
	struct found *found = ctx;

	if (strcmp(f[0], "fault") == 0)
		add_fault(found, f[1], f[2]);
	else if (strcmp(f[0], "restored") == 0)
		found->one = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o}", "name", f[1], "taken_at",
				       moment(f[2]), "data", f[6], "contents", number(f[3]),
				       "content_bytes", number(f[4]), "missing", number(f[5]));
}

/* A daemon that runs on a folder that was moved away keeps it. */
static enum err not_running(struct cli *cli, const struct config *config)
{
	struct client *c;
	enum err e = client_connect(config, CLIENT_READ, cli->timeout_ms, &c);

	if (e == ERR_OK)
		client_close(c);
	if (e != ERR_OK && e != ERR_PLACES)
		return ERR_OK;
	cli_fail(cli, ERR_STORE_BUSY, NULL);
	return ERR_STORE_BUSY;
}

static int restore(struct cli *cli, const struct wanted *w)
{
	struct config *config = calloc(1, sizeof *config);
	struct found found = { .rows = json_array() };
	struct backup_order o = { .verb = "restore",
				  .folder = w->folder,
				  .name = w->name,
				  .unchecked = w->unchecked,
				  .line = read_restored,
				  .ctx = &found };
	enum err e = config == NULL ? ERR_NO_MEMORY : cli_config(cli, config);

	if (e == ERR_OK && cli->dry_run) {
		json_decref(found.rows);
		free(config);
		return verify(cli, w);
	}
	if (e == ERR_OK)
		e = not_running(cli, config);
	if (e == ERR_OK) {
		o.config = config->file;
		e = backup_run(cli, &o, false);
	}
	if (e == ERR_OK && found.one != NULL) {
		if (json_integer_value(json_object_get(found.one, "missing")) > 0)
			e = ERR_BACKUP_PARTLY;
		output_object(cli, found.one, restore_columns);
		cli_hint(
			cli, "%s",
			_("Start the daemon. It is behind its neighbours (VT-2034): vanthu recover "
			  "status"));
	}
	if (!cli->json && json_array_size(found.rows) > 0)
		cli->renderer->list(cli, found.rows, fault_columns);
	json_decref(found.rows);
	free(config);
	return err_exit_code(e);
}

static void read_pruned(void *ctx, const char *const f[BACKUP_FIELDS_MAX])
{
	struct found *found = ctx;

	if (strcmp(f[0], "pruned") == 0)
		found->one = json_pack("{s:o, s:o, s:o}", "removed", number(f[1]), "contents",
				       number(f[2]), "content_bytes", number(f[3]));
}

static int prune(struct cli *cli, const struct wanted *w)
{
	struct found found = { .one = NULL };
	const struct backup_order o = { .verb = "prune",
					.folder = w->folder,
					.name = w->keep_text,
					.dry_run = cli->dry_run,
					.line = read_pruned,
					.ctx = &found };
	enum err e = backup_run(cli, &o, false);

	if (e == ERR_OK && found.one != NULL)
		return output_object(cli, found.one, prune_columns);
	return err_exit_code(e);
}

/* ---- the command ---- */

/* The daemon has another working folder. Links in the path are followed, the last is not: a folder
 * that is one is refused. */
static bool make_absolute(const char *folder, char *out, size_t size)
{
	char here[CONFIG_PATH_MAX];
	int n;

	if (folder[0] == '/')
		n = snprintf(out, size, "%s", folder);
	else if (getcwd(here, sizeof here) == NULL)
		return false;
	else
		n = snprintf(out, size, "%s/%s", here, folder);
	return (size_t)n < size;
}

int cmd_backup(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(struct cli *cli, const struct wanted *w);
	} verbs[] = { { "create", create },
		      { "list", list },
		      { "verify", verify },
		      { "restore", restore },
		      { "prune", prune } };
	char folder[CONFIG_PATH_MAX * 2];
	struct wanted w = { .folder = folder };
	int c, count;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?' || (c == OPT_KEEP && !cli_number(cli, 1, BACKUPS_KEPT_MAX, &w.keep)))
			return err_exit_code(ERR_USAGE);
		w.keep_text = c == OPT_KEEP ? optarg : w.keep_text;
		w.name = c == OPT_BACKUP ? optarg : w.name;
		w.unchecked = w.unchecked || c == OPT_NO_VERIFY;
	}
	count = argc - optind;
	for (size_t i = 0; count == 2 && i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(argv[optind], verbs[i].word) != 0)
			continue;
		if (argv[optind + 1][0] == '\0' ||
		    !make_absolute(argv[optind + 1], folder, sizeof folder))
			return cli_usage(cli, argv[optind + 1]);
		/* what has to be said is checked by the table, where something is missing */
		return verbs[i].run == prune && w.keep == 0
			       ? arguments_missing(cli, count, argv + optind)
			       : verbs[i].run(cli, &w);
	}
	return arguments_missing(cli, count, argv + optind);
}
