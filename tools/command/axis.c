/* axis: in which axes of the State this committee takes part. Adapters are files in the gateway's
 * folder; the gateway does what they say. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/axis/axis.h"
#include "tools/base/text.h"
#include "tools/command/axis_systems.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"
#include "tools/run/run.h"

enum { OPT_ADDRESS = 1, OPT_SYSTEM, OPT_SECRET, OPT_POLL, OPT_CA, OPT_SPEAKS };

const struct command_option axis_options[] = {
	{ "address", OPT_ADDRESS, N_("URL"), N_("of the axis: what stands before /v1/sendEdoc"),
	  VALUE_NONE, "add" },
	{ "system", OPT_SYSTEM, N_("NAME"), N_("who we are there: the system's id"), VALUE_NONE,
	  "add" },
	{ "secret-file", OPT_SECRET, N_("FILE"), N_("has the system's secret, mode 0600"),
	  VALUE_FILE, "add" },
	{ "poll", OPT_POLL, N_("TIME"), N_("how often it is asked for something new (5m)"),
	  VALUE_NONE, "add" },
	{ "ca", OPT_CA, N_("FILE"),
	  N_("certificates, PEM, that its certificate must be of (those of this machine)"),
	  VALUE_FILE, "add" },
	{ "speaks-for", OPT_SPEAKS, N_("CODE,…"),
	  N_("codes of organs, besides ours, whose documents go out as ours"), VALUE_NONE, "add" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* One run of the command. */
struct work {
	struct cli *cli;
	struct config config;
	struct axis_adapter adapter;
	struct axis_state state;
};

static int fail(struct work *w, enum err e, const char *about)
{
	return e == ERR_FILE ? cli_fail_file(w->cli, e, w->config.gateway_folder)
			     : cli_fail(w->cli, e, about);
}

/* ---- what is printed ---- */

static const char *state_of(const struct work *w)
{
	if (w->adapter.paused)
		return "paused";
	if (w->state.stopped != ERR_OK && w->state.order >= w->adapter.order)
		return "stopped";
	return w->state.failing != ERR_OK ? "failing" : "active";
}

static json_t *code_json(enum err e)
{
	char text[16];

	snprintf(text, sizeof text, "VT-%d", (int)e);
	return e == ERR_OK ? json_null() : json_string(text);
}

static json_t *view(const struct work *w)
{
	const struct axis_adapter *a = &w->adapter;
	const struct axis_state *s = &w->state;
	json_t *speaks = json_array();

	for (unsigned i = 0; i < a->speaks_count; i++)
		json_array_append_new(speaks, json_string(a->speaks[i]));
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o, "
		"s:o, s:o}",
		"name", a->name, "state", state_of(w), "address", a->address, "system", a->system,
		"secret_file", a->secret_file, "ca", json_text_or_null(a->ca), "poll_s",
		(json_int_t)(a->poll_ms / 1000), "speaks_for", speaks, "error",
		code_json(s->failing), "reason", json_text_or_null(s->reason), "waiting",
		(json_int_t)axis_outbox_count(w->config.gateway_folder, a->name), "sent",
		(json_int_t)s->sent, "refused", (json_int_t)s->refused, "taken",
		(json_int_t)s->taken, "failed", (json_int_t)s->failed, "polled",
		json_time(s->polled_ms), "next", json_time(s->next_ms), "created",
		json_time(a->created_ms));
}

static const struct column one_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "address", N_("Address"), FORMAT_TEXT, false },
	{ "system", N_("System"), FORMAT_TEXT, false },
	{ "secret_file", N_("Secret in"), FORMAT_TEXT, false },
	{ "ca", N_("Certificates"), FORMAT_TEXT, false },
	{ "poll_s", N_("Asks every"), FORMAT_AGE, false },
	{ "speaks_for", N_("Speaks for"), FORMAT_LIST, false },
	{ "error", N_("Error"), FORMAT_CODE, false },
	{ "reason", N_("It says"), FORMAT_TEXT, false },
	{ "waiting", N_("Waiting"), FORMAT_COUNT, false },
	{ "sent", N_("Sent"), FORMAT_COUNT, false },
	{ "refused", N_("Refused there"), FORMAT_COUNT, false },
	{ "taken", N_("Taken"), FORMAT_COUNT, false },
	{ "failed", N_("Refused here"), FORMAT_COUNT, false },
	{ "polled", N_("Asked last"), FORMAT_TIME, false },
	{ "next", N_("Asks next"), FORMAT_TIME, false },
	{ "created", N_("Created"), FORMAT_TIME, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column list_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "address", N_("Address"), FORMAT_TEXT, true },
	{ "waiting", N_("Waiting"), FORMAT_COUNT, false },
	{ "error", N_("Error"), FORMAT_CODE, true },
	{ "polled", N_("Asked last"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* ---- options ---- */

static bool take_speaks(struct axis_adapter *a, const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		if (len == 0 || len >= AXIS_CODE_SIZE || a->speaks_count == AXIS_SPEAKS_MAX)
			return false;
		memcpy(a->speaks[a->speaks_count++], list, len);
		list += len + (list[len] == ',');
	}
	return a->speaks_count > 0;
}

static bool take_poll(struct axis_adapter *a, const char *text)
{
	static const struct {
		char unit;
		uint32_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 } };
	size_t len = strlen(text);
	char digits[8];
	uint32_t n;

	if (len < 2 || len > sizeof digits)
		return false;
	memcpy(digits, text, len - 1);
	digits[len - 1] = '\0';
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (units[i].unit != text[len - 1])
			continue;
		a->poll_ms = text_count(digits, 10000, &n) ? n * (int64_t)units[i].ms : 0;
	}
	return a->poll_ms >= AXIS_POLL_MIN_MS && a->poll_ms <= 24 * 3600000;
}

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

/* The gateway has another working directory than who types this. */
static bool take_path(char *out, const char *path)
{
	char *whole = realpath(path, NULL);
	bool fits = whole != NULL && strlen(whole) < CONFIG_PATH_MAX;

	if (fits)
		memcpy(out, whole, strlen(whole) + 1);
	free(whole);
	return fits;
}

/* 0, or the exit code of a fault that was reported. */
static int take(struct cli *cli, int option, struct axis_adapter *a)
{
	const size_t len = strlen(optarg);

	switch (option) {
	case OPT_ADDRESS:
		if (axis_address_check(optarg) != ERR_OK)
			return cli_fail(cli, ERR_AXIS_ADDRESS, optarg);
		memcpy(a->address, optarg, len + 1);
		if (a->address[len - 1] == '/')
			a->address[len - 1] = '\0';
		return 0;
	case OPT_SYSTEM:
		if (len == 0 || len >= sizeof a->system || !is_printable(optarg))
			return cli_usage(cli, cli->value);
		memcpy(a->system, optarg, len + 1);
		return 0;
	case OPT_SECRET:
		return take_path(a->secret_file, optarg) ? 0
							 : cli_fail_file(cli, ERR_FILE, optarg);
	case OPT_CA:
		return take_path(a->ca, optarg) ? 0 : cli_fail_file(cli, ERR_FILE, optarg);
	case OPT_POLL:
		return take_poll(a, optarg)
			       ? 0
			       : cli_bad_value(cli, _("from 1s to 24h, such as 30s or 5m"));
	default:
		return take_speaks(a, optarg) ? 0 : cli_usage(cli, cli->value);
	}
}

/* ---- what is done ---- */

/* What arrives from now on goes there. */
static enum err begin_now(struct work *w)
{
	static const char *const args[] = { "changes", "--since=now", "--limit=1", NULL };
	char path[CONFIG_PATH_MAX];
	struct axis_work run = { .program = { .vanthu = path,
					      .config = w->config.file,
					      .timeout_ms = w->cli->timeout_ms,
					      .stop = -1 } };
	json_t *said;
	enum err e = run_find(path, sizeof path);

	if (e == ERR_OK)
		e = axis_run(&run, args, &said, NULL);
	if (e != ERR_OK)
		return e;
	w->adapter.since = (uint64_t)json_integer_value(json_object_get(said, "next"));
	snprintf(w->adapter.feed, sizeof w->adapter.feed, "%.64s", axis_text(said, "feed"));
	json_decref(said);
	return ERR_OK;
}

static int add(struct work *w, const char *name)
{
	struct axis_adapter *a = &w->adapter, old;
	const char *folder = w->config.gateway_folder;
	char secret[AXIS_SECRET_SIZE], path[AXIS_PATH_MAX], **names;
	size_t count;
	enum err e;

	if (a->address[0] == '\0' || a->system[0] == '\0' || a->secret_file[0] == '\0')
		return cli_wanted(w->cli,
				  _("--address, --system and --secret-file are wanted"), "");
	if (!axis_name_valid(name))
		return fail(w, ERR_AXIS_NAME, name);
	snprintf(a->name, sizeof a->name, "%s", name);
	if (axis_secret_read(a, secret) != ERR_OK)
		return fail(w, ERR_AXIS_SECRET, a->secret_file);
	explicit_bzero(secret, sizeof secret);
	if (axis_adapter_read(folder, name, &old) != ERR_NOT_FOUND)
		return fail(w, ERR_EXISTS, name);
	axis_path(folder, NULL, NULL, path);
	e = axis_disk_names(path, ".json", AXIS_ADAPTERS_MAX, &names, &count);
	if (e == ERR_OK) {
		axis_disk_names_free(names, count);
		e = count < AXIS_ADAPTERS_MAX ? begin_now(w) : ERR_AXIS_MANY;
	}
	a->created_ms = text_now_ms();
	a->order = 1;
	if (e == ERR_OK && !w->cli->dry_run) {
		e = axis_folder_make(folder, name);
		if (e == ERR_OK)
			e = axis_adapter_write(folder, a);
	}
	return e == ERR_OK ? output_object(w->cli, view(w), one_columns) : fail(w, e, name);
}

static int list(struct work *w)
{
	json_t *all = json_array();
	char path[AXIS_PATH_MAX], **names;
	size_t count;
	enum err e;

	axis_path(w->config.gateway_folder, NULL, NULL, path);
	e = axis_disk_names(path, ".json", AXIS_ADAPTERS_MAX, &names, &count);
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		e = axis_adapter_read(w->config.gateway_folder, names[i], &w->adapter);
		if (e == ERR_OK)
			e = axis_state_read(w->config.gateway_folder, &w->adapter, &w->state);
		if (e == ERR_OK)
			json_array_append_new(all, view(w));
		else if (e == ERR_AXIS_FILE)
			json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "name", names[i],
							     "state", "damaged", "error",
							     code_json(e)));
		e = e == ERR_AXIS_FILE || e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	axis_disk_names_free(names, count);
	if (e == ERR_OK)
		return output_list(w->cli, all, list_columns);
	json_decref(all);
	return fail(w, e, NULL);
}

/* show, pause, resume, remove. */
static int act(struct work *w, const char *word, const char *name)
{
	const char *folder = w->config.gateway_folder;
	struct axis_adapter *a = &w->adapter;
	enum err e = axis_name_valid(name) ? axis_adapter_read(folder, name, a) : ERR_AXIS_NAME;
	bool removes = strcmp(word, "remove") == 0;

	if (e == ERR_AXIS_FILE && removes)
		e = ERR_OK;
	else if (e == ERR_OK)
		e = axis_state_read(folder, a, &w->state);
	if (e != ERR_OK)
		return fail(w, e, name);
	if (strcmp(word, "show") == 0)
		return output_object(w->cli, view(w), one_columns);
	a->paused = strcmp(word, "pause") == 0;
	if (strcmp(word, "resume") == 0)
		a->order++;
	if (!w->cli->dry_run)
		e = removes ? axis_adapter_remove(folder, name) : axis_adapter_write(folder, a);
	return e == ERR_OK ? output_object(w->cli, view(w), one_columns) : fail(w, e, name);
}

int cmd_axis(struct cli *cli, int argc, char **argv)
{
	struct work *w = calloc(1, sizeof *w);
	int c, code = 0;

	if (w == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	w->cli = cli;
	w->adapter.poll_ms = 5 * 60 * INT64_C(1000);
	while (code == 0 && (c = cli_option(cli, argc, argv)) != -1)
		code = c == '?' ? err_exit_code(ERR_USAGE) : take(cli, c, &w->adapter);
	if (code == 0 && optind == argc)
		code = arguments_missing(cli, 0, argv + optind);
	else if (code == 0 && cli_config(cli, &w->config) != ERR_OK)
		code = err_exit_code(ERR_CONFIG);
	else if (code == 0 && strcmp(argv[optind], "list") == 0)
		code = list(w);
	else if (code == 0 && strcmp(argv[optind], "systems") == 0)
		code = axis_systems(cli, &w->config);
	else if (code == 0 && argc - optind != 2)
		code = arguments_missing(cli, argc - optind, argv + optind);
	else if (code == 0 && strcmp(argv[optind], "add") == 0)
		code = add(w, argv[optind + 1]);
	else if (code == 0 && strcmp(argv[optind], "system") == 0)
		code = axis_systems_show(cli, &w->config, argv[optind + 1]);
	else if (code == 0 && strcmp(argv[optind], "retry") == 0)
		code = axis_systems_retry(cli, &w->config, argv[optind + 1]);
	else if (code == 0)
		code = act(w, argv[optind], argv[optind + 1]);
	free(w);
	return code;
}
