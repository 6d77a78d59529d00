/* Options, failures and talk, the same for every command; see cli.h. */
#include "tools/cli.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/form.h"
#include "tools/fsutil.h"
#include "tools/help.h"
#include "tools/output.h"
#include "tools/suggest.h"
#include "tools/term.h"
#include "tools/text.h"

enum { OPT_JSON = 1000, OPT_PLAIN, OPT_LANG, OPT_UTC, OPT_TIMEOUT, OPT_COLOR, FAULT_INDENT = 4 };

static const struct command_option global_options[] = {
	{ "config", 'c', N_("DIR"), N_("the committee you work for: folder or file of its configuration (else VANTHU_CONFIG)"), VALUE_FILE, NULL },
	{ "json", OPT_JSON, NULL, N_("one JSON object on standard output"), VALUE_NONE, NULL },
	{ "plain", OPT_PLAIN, NULL, N_("columns between tabs"), VALUE_NONE, NULL },
	{ "lang", OPT_LANG, "vi|en", N_("language (else VANTHU_LANG, LANGUAGE, LC_ALL, LC_MESSAGES, LANG)"), VALUE_WORDS, NULL },
	{ "utc", OPT_UTC, NULL, N_("times in UTC instead of Vietnam's"), VALUE_NONE, NULL },
	{ "timeout", OPT_TIMEOUT, N_("SECONDS"), N_("seconds to wait for the daemon (30)"), VALUE_NONE, NULL },
	{ "dry-run", 'n', NULL, N_("say what would happen"), VALUE_NONE, NULL },
	{ "yes", 'y', NULL, N_("has no effect: no command asks before it acts"), VALUE_NONE, NULL },
	{ "quiet", 'q', NULL, N_("no talk beside results"), VALUE_NONE, NULL },
	{ "verbose", 'v', NULL, N_("tell on standard error how: configuration, socket, daemon, time, system errors"), VALUE_NONE, NULL },
	{ "color", OPT_COLOR, "[=always|never|auto]", N_("colours; auto: on a terminal, unless NO_COLOR is set"), VALUE_WORDS, NULL },
	{ "help", 'h', NULL, N_("what the command does, and its options"), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

const struct command_option *cli_global_options(void)
{
	return global_options;
}

static bool parse_seconds(const char *text, int *out_ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || (*end != '\0' && strcmp(end, "s") != 0) || !(seconds > 0) || seconds > 86400)
		return false;
	*out_ms = (int)(seconds * 1000);
	return true;
}

/* True when it was a global option and all is well; *bad otherwise. */
static bool take_global(struct cli *cli, int c, const char *value, bool *bad)
{
	switch (c) {
	case 'c':
		cli->config_path = value;
		return true;
	case OPT_JSON:
		cli->json = true;
		cli->renderer = output_json();
		return true;
	case OPT_PLAIN:
		cli->plain = true;
		cli->renderer = cli->json ? output_json() : output_plain();
		return true;
	case OPT_LANG:
		*bad = !i18n_open(value);
		return true;
	case OPT_UTC:
		cli->utc = true;
		return true;
	case OPT_TIMEOUT:
		*bad = !parse_seconds(value, &cli->timeout_ms);
		return true;
	case OPT_COLOR:
		cli->color = value == NULL || strcmp(value, "always") == 0 ? 1 : strcmp(value, "never") == 0 ? 0 : -1;
		return true;
	case 'n':
		cli->dry_run = true;
		return true;
	case 'y':
		cli->yes = true;
		return true;
	case 'q':
		cli->quiet = true;
		return true;
	case 'v':
		cli->verbose++;
		return true;
	default:
		return false;
	}
}

const struct command_option *command_option_at(const struct command *c, unsigned index)
{
	for (unsigned t = 0; c != NULL && t < COMMAND_TABLES_MAX && c->options[t] != NULL; t++) {
		for (const struct command_option *o = c->options[t]; o->name != NULL; o++) {
			if (index-- == 0)
				return o;
		}
	}
	return index < sizeof global_options / sizeof global_options[0] - 1 ? &global_options[index] : NULL;
}

bool option_of_form(const struct command_option *o, const struct command_form *f)
{
	size_t len = strlen(f->word);

	if (o->forms == NULL || len == 0)
		return true;
	for (const char *at = o->forms; (at = strstr(at, f->word)) != NULL; at += len) {
		if ((at == o->forms || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* What getopt_long wants to know, by index as command_option_at has them. */
static void list_options(const struct command *command, struct option all[CLI_OPTIONS_MAX + 1])
{
	const struct command_option *o;
	unsigned n = 0;

	for (; n < CLI_OPTIONS_MAX && (o = command_option_at(command, n)) != NULL; n++)
		all[n] = (struct option){ o->name, o->argument == NULL ? no_argument : o->argument[0] == '[' ? optional_argument : required_argument,
					  NULL, o->code };
	assert(command_option_at(command, n) == NULL);
	for (unsigned i = 0; i + sizeof global_options / sizeof global_options[0] - 1 < n; i++)
		assert(all[i].val < 'a' || (all[i].val > 'z' && all[i].val < OPT_JSON)); /* or it would be taken for a global one */
	memset(&all[n], 0, sizeof all[n]);
}

enum { WORDS_MAX = 8 };

/* The words between | of an option's argument, cut up in `text`; NULL stands behind the last. */
static void cut_words(const char *argument, char *text, size_t size, const char *words[WORDS_MAX + 1])
{
	char *rest = text, *word;
	unsigned n = 0;

	snprintf(text, size, "%s", argument + (argument[0] == '[' ? 2 : 0));
	while (n < WORDS_MAX && (word = strsep(&rest, "|]")) != NULL && *word != '\0')
		words[n++] = word;
	words[n] = NULL;
}

/* States as tables show them in Vietnamese: typed as they are read. */
static const char *state_of(const char *typed)
{
	static const char *const shown[] = { "da-ghi-nhan", "dang-chuyen", "da-den", "bi-tu-choi", "qua-han", NULL };
	static const char *const states[] = { "accepted", "sending", "delivered", "refused", "expired" };
	int i = text_choose(typed, shown);

	return i < 0 ? NULL : states[i];
}

/* A value that must be a word becomes that word as the table has it; false: it is none of them. */
static bool take_word(const struct command_option *o, char **typed)
{
	const char *words[WORDS_MAX + 1], *state = state_of(*typed);
	char text[128], *value = *typed;
	int i;

	cut_words(o->argument, text, sizeof text, words);
	if (state != NULL && text_choose(state, words) >= 0) {
		*typed = (char *)(uintptr_t)state;
		return true;
	}
	i = text_choose(value, words);
	if (i < 0 || strlen(words[i]) > strlen(value))
		return false;
	memcpy(value, words[i], strlen(words[i]) + 1); /* without diacritics it is never longer */
	return true;
}

/* What a value can be that must be a word: explained where clerks meet it, else the words themselves. */
static const char *choices(const struct command_option *o)
{
	static const struct {
		const char *words, *fix;
	} known[] = {
		{ "vi|en", N_("choose vi or en") },
		{ "[=always|never|auto]", N_("choose always, never or auto") },
		{ "thuong|khan|thuong-khan|hoa-toc", N_("choose thuong, khan, thuong-khan or hoa-toc") },
		{ "thuong|mat|toi-mat|tuyet-mat", N_("choose thuong, mat, toi-mat or tuyet-mat") },
		{ "accepted|delivered", N_("choose accepted or delivered") },
		{ "accepted|sending|delivered|refused|expired", N_("choose accepted, sending, delivered, refused or expired") },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(known[i].words, o->argument) == 0)
			return _(known[i].fix);
	}
	return o->argument;
}

/* getopt found no such option, or one without the value that it wants: its own words would be the C library's. */
static int bad_option(struct cli *cli, int c, const char *typed, const struct option *all)
{
	const char *near = c == '?' && strncmp(typed, "--", 2) == 0 ? suggest_option(typed, all) : NULL;
	char message[512], fix[128] = "";

	snprintf(message, sizeof message, c == ':' ? _("%s wants a value") : _("no such option: %s"), typed);
	if (near != NULL)
		snprintf(fix, sizeof fix, _("did you mean --%s"), near);
	cli_wanted(cli, message, fix);
	return '?';
}

/* All values of a list as one, in the order given. */
static bool join(struct cli *cli, const char *before, const char *value)
{
	size_t size = strlen(before) + strlen(value) + 2;
	char *all = malloc(size);

	if (all == NULL)
		return false;
	snprintf(all, size, "%s,%s", before, value);
	free(cli->joined); /* `before` may lie in it */
	cli->joined = all;
	return true;
}

/* An option that stands there again: silently the last one would win, and a recipient or a type be lost. False after a fault was told. */
static bool take_again(struct cli *cli, const struct command_option *o, unsigned index, char **value)
{
	const char *before = cli->given[index];
	char message[512];

	cli->given[index] = *value == NULL ? "" : *value;
	if (before == NULL || strcmp(before, cli->given[index]) == 0)
		return true;
	if (o->kind == VALUE_RECIPIENTS) {
		if (!join(cli, before, *value)) {
			cli_fail(cli, ERR_NO_MEMORY, NULL);
			return false;
		}
		cli->given[index] = *value = cli->joined;
		return true;
	}
	snprintf(message, sizeof message, _("--%s was given twice, with different values: %s, %s"), o->name, before, cli->given[index]);
	cli_wanted(cli, message, _("give it once"));
	return false;
}

int cli_option(struct cli *cli, int argc, char **argv)
{
	const struct command *command = command_find(cli->verb);
	struct option all[CLI_OPTIONS_MAX + 1];

	list_options(command, all);
	for (;;) {
		const struct command_option *o;
		bool bad = false;
		int c, at = -1;

		opterr = 0;
		c = getopt_long(argc, argv, ":c:nyqvh", all, &at);
		if (c == 'h') {
			if (command != NULL)
				help_command(command);
			else
				help_all();
			exit(cli_finish(cli, 0));
		}
		if (c == -1)
			return form_check(cli, argc - optind, argv + optind) ? -1 : '?';
		if (c == '?' || c == ':')
			return bad_option(cli, c, argv[optind - 1], all);
		for (unsigned i = 0; at < 0 && all[i].name != NULL; i++) {
			if (all[i].val == c)
				at = (int)i;
		}
		assert(at >= 0); /* getopt answers with what it was given only */
		o = command_option_at(command, (unsigned)at);
		cli->option = o;
		bad = optarg != NULL && o->kind == VALUE_WORDS && !take_word(o, &optarg);
		if (!bad && !take_again(cli, o, (unsigned)at, &optarg))
			return '?';
		cli->value = optarg;
		if (!bad && !take_global(cli, c, optarg, &bad))
			return c;
		if (bad) {
			cli_bad_value(cli, c == OPT_TIMEOUT ? _("give a number of seconds") : choices(o));
			return '?';
		}
	}
}

const char *cli_given(const struct cli *cli, const char *name)
{
	const struct command *command = command_find(cli->verb);
	const struct command_option *o;

	for (unsigned i = 0; i < CLI_OPTIONS_MAX && (o = command_option_at(command, i)) != NULL; i++) {
		if (strcmp(o->name, name) == 0)
			return cli->given[i];
	}
	return NULL;
}

bool cli_number(struct cli *cli, unsigned long low, unsigned long high, unsigned long *out)
{
	char *end, fix[128];

	errno = 0;
	*out = strtoul(cli->value, &end, 10);
	if (cli->value[0] >= '0' && cli->value[0] <= '9' && *end == '\0' && errno == 0 && *out >= low && *out <= high)
		return true;
	if (high == ULONG_MAX)
		snprintf(fix, sizeof fix, _("give a number from %lu on"), low);
	else
		snprintf(fix, sizeof fix, _("give a number from %lu to %lu"), low, high);
	cli_bad_value(cli, fix);
	return false;
}

int cli_usage(struct cli *cli, const char *what)
{
	char message[512];

	if (cli->value != NULL && what == cli->value) {
		snprintf(message, sizeof message, _("write: --%s %s"), cli->option->name, _(cli->option->argument));
		return cli_bad_value(cli, message);
	}
	snprintf(message, sizeof message, _("not understood: %s"), what);
	return cli_wanted(cli, message, "");
}

int cli_wanted(struct cli *cli, const char *sentence, const char *fix)
{
	const struct command *command = command_find(cli->verb);
	char help[64] = "vanthu help";

	if (command != NULL)
		snprintf(help, sizeof help, "vanthu help %s", command->name);
	cli_fail_text(cli, ERR_USAGE, sentence, fix[0] == '\0' ? help : fix);
	if (command != NULL && !cli->json)
		help_usage(stderr, command);
	return err_exit_code(ERR_USAGE);
}

int cli_bad_value(struct cli *cli, const char *fix)
{
	char message[512];

	snprintf(message, sizeof message, _("--%s: not understood: %s"), cli->option->name, cli->value == NULL ? "" : cli->value);
	return cli_wanted(cli, message, fix);
}

int cli_fail_text(struct cli *cli, enum err e, const char *message, const char *fix)
{
	int error = errno; /* of the call that made it fail, where the system did */

	if (!cli->failed_told) {
		cli->renderer->error(cli, e, message, fix);
		if (error != 0 && (e == ERR_FILE || e == ERR_DISK_FULL || e == ERR_SYSTEM))
			cli_detail_errno(cli, "", error);
	}
	cli->failed_told = true;
	return err_exit_code(e);
}

/* "No such item" among what? */
static const char *fix_of(const struct cli *cli, enum err e)
{
	const char *fix = err_fix(e);

	if (e == ERR_NOT_FOUND && cli->verb != NULL && strcmp(cli->verb, "paper") == 0)
		fix = N_("list what there is with: vanthu paper list");
	else if (e == ERR_NOT_FOUND && cli->verb != NULL && strcmp(cli->verb, "lab") == 0)
		fix = N_("list the committees of the lab with: vanthu lab status DIR");
	return fix[0] == '\0' ? "" : _(fix);
}

/* Nobody knows whether it happened: whoever asks again must do it under the id of the first time, or it happens twice. */
static bool asks_again(enum err e)
{
	return e == ERR_TIMEOUT || e == ERR_UNREACHABLE;
}

int cli_fail(struct cli *cli, enum err e, const char *about)
{
	const char *text = _(err_text(e)), *fix = fix_of(cli, e);
	char message[512], again[512]; /* nothing here fails: errno stays what it was */

	if (cli->request_id != NULL && asks_again(e)) {
		snprintf(again, sizeof again, _("%s; each time with --id %s: then it happens only once"), fix, cli->request_id);
		fix = again;
	}
	if (about == NULL || about[0] == '\0')
		return cli_fail_text(cli, e, text, fix);
	snprintf(message, sizeof message, "%s: %s", about, text);
	return cli_fail_text(cli, e, message, fix);
}

/* What mends it: most often the name is wrong. */
static const char *file_fix(int why)
{
	switch (why) {
	case EACCES:
	case EPERM:
		return _("ask the owner for the permission, or name another");
	case ENOSPC:
		return _("free space, or name another place");
	case EISDIR:
	case EINVAL:
		return _("name a file");
	case ENOTDIR:
		return _("name a folder");
	case ENOENT:
		return _("check the name");
	default:
		return _(err_fix(ERR_FILE));
	}
}

int cli_fail_file(struct cli *cli, enum err e, const char *path)
{
	int why = errno;
	char message[CONFIG_PATH_MAX + 256];

	if (e != ERR_FILE || why == 0 || path == NULL)
		return cli_fail(cli, e, path);
	if (path[0] == '\0')
		return cli_fail_text(cli, e, _("the name of a file or folder is empty"), file_fix(ENOENT));
	snprintf(message, sizeof message, "%s: %s", path, fs_why(why));
	return cli_fail_text(cli, e, message, file_fix(why));
}

__attribute__((format(printf, 2, 0))) static void say(const char *before, const char *format, va_list args)
{
	char text[2048];
	int used = snprintf(text, sizeof text, "%s", before);

	vsnprintf(text + used, sizeof text - (size_t)used, format, args);
	text_lines(text);
	fflush(stdout); /* the talk is about it, so it comes behind it */
	text_wrap(stderr, text, 0, 0, term_wrap_width(STDERR_FILENO));
	fputc('\n', stderr);
}

void cli_warn(struct cli *cli, const char *format, ...)
{
	va_list args;

	(void)cli;
	va_start(args, format);
	say(_("Warning: "), format, args);
	va_end(args);
}

void cli_say(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void cli_hint(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet || cli->json || cli->plain)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void cli_detail(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->verbose == 0)
		return;
	va_start(args, format);
	say("· ", format, args);
	va_end(args);
}

void cli_detail_errno(struct cli *cli, const char *what, int error)
{
	cli_detail(cli, _("the system: %s%s%s (errno %d)"), what, what[0] == '\0' ? "" : ": ", strerror(error), error);
}

int cli_finish(struct cli *cli, int code)
{
	bool lost = ferror(stdout) != 0;
	char message[512];

	free(cli->joined);
	cli->joined = NULL;
	errno = 0; /* of what failed before nobody knows the reason any more, and it mostly fails again */
	lost = fflush(stdout) != 0 || lost;
	lost = fclose(stdout) != 0 || lost;
	if (!lost || cli->reader_gone)
		return code;
	if (errno == 0)
		snprintf(message, sizeof message, "%s", _("the output could not be written"));
	else
		snprintf(message, sizeof message, _("the output could not be written: %s"), fs_why(errno));
	output_text()->error(cli, ERR_FILE, message, _("look where it goes: a full disk, or a program that has ended"));
	return code == 0 ? err_exit_code(ERR_FILE) : code;
}

void cli_fault_line(const char *file, const struct config_error *fault)
{
	char text[CONFIG_PATH_MAX + 1024];

	snprintf(text, sizeof text, "%s:%u:%u: %s", file, fault->line, fault->column, fault->text);
	text_lines(text);
	text_wrap(stderr, text, FAULT_INDENT, 0, term_wrap_width(STDERR_FILENO));
	fputc('\n', stderr);
}

int cli_no_config(struct cli *cli)
{
	return cli_fail_text(cli, ERR_CONFIG, _("it is not said which committee you work for"),
			     _("say -c DIR, or once for the session: export VANTHU_CONFIG=DIR (the folder of your committee; ask your operator)"));
}

void cli_config_unread(struct cli *cli, int why)
{
	char message[CONFIG_PATH_MAX + 256];

	if (why == 0)
		snprintf(message, sizeof message, _("%s: the configuration cannot be read"), cli->config_path);
	else
		snprintf(message, sizeof message, _("%s: the configuration cannot be read: %s"), cli->config_path, fs_why(why));
	cli_fail_text(cli, ERR_CONFIG, message, _("name the folder of your committee, with its vanthud.yaml: -c DIR"));
}

enum err cli_config(struct cli *cli, struct config *out)
{
	struct config_errors *errors;
	int error;
	enum err e;

	if (cli->config_path == NULL) {
		cli_no_config(cli);
		return ERR_CONFIG;
	}
	errors = malloc(sizeof *errors);
	if (errors == NULL)
		return ERR_NO_MEMORY;
	errno = 0;
	e = config_load(cli->config_path, out, errors);
	error = errno;
	if (e == ERR_OK)
		cli_detail(cli, _("configuration: %s (committee %s)"), out->file, out->committee.text);
	if (e == ERR_CONFIG && errors->count > 0) {
		char message[512];

		snprintf(message, sizeof message, "%s:%u:%u: %s", cli->config_path, errors->list[0].line, errors->list[0].column,
			 errors->list[0].text);
		cli_fail_text(cli, e, message, _(err_fix(ERR_CONFIG)));
	} else if (e != ERR_OK) {
		cli_config_unread(cli, error);
		e = ERR_CONFIG;
		if (error != 0)
			cli_detail_errno(cli, cli->config_path, error);
	}
	free(errors);
	return e;
}
