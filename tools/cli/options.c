/* Options, the same for every command; see tools/cli/options.h. */
#include "tools/cli/options.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/cli/help.h"
#include "tools/cli/suggest.h"
#include "tools/cli/usage.h"
#include "tools/output/output.h"

#define GLOBAL_LETTERS "cnyqvh"

enum { OPT_JSON = 1000, OPT_PLAIN, OPT_LANG, OPT_UTC, OPT_TIMEOUT, OPT_COLOR };

static const struct command_option global_options[] = {
	{ "config", 'c', N_("DIR"),
	  N_("the committee you work for: folder or file of its configuration (else "
	     "VANTHU_CONFIG)"),
	  VALUE_FILE, NULL },
	{ "json", OPT_JSON, NULL, N_("one JSON object on standard output"), VALUE_NONE, NULL },
	{ "plain", OPT_PLAIN, NULL, N_("columns between tabs"), VALUE_NONE, NULL },
	{ "lang", OPT_LANG, "vi|en",
	  N_("language (else VANTHU_LANG, LANGUAGE, LC_ALL, LC_MESSAGES, LANG)"), VALUE_WORDS,
	  NULL },
	{ "utc", OPT_UTC, NULL, N_("times in UTC instead of Vietnam's"), VALUE_NONE, NULL },
	{ "timeout", OPT_TIMEOUT, N_("SECONDS"), N_("seconds to wait for the daemon (30)"),
	  VALUE_NONE, NULL },
	{ "dry-run", 'n', NULL, N_("say what would happen"), VALUE_NONE, NULL },
	{ "yes", 'y', NULL, N_("answers yes where a command would ask on a terminal"), VALUE_NONE,
	  NULL },
	{ "quiet", 'q', NULL, N_("no talk beside results"), VALUE_NONE, NULL },
	{ "verbose", 'v', NULL,
	  N_("tell on standard error how: configuration, socket, daemon, time, system errors"),
	  VALUE_NONE, NULL },
	{ "color", OPT_COLOR, "[=always|never|auto]",
	  N_("colours; auto: on a terminal, unless NO_COLOR is set"), VALUE_WORDS, NULL },
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

	if (end == text || (*end != '\0' && strcmp(end, "s") != 0) || !(seconds > 0) ||
	    seconds > 86400)
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
		cli->color = value == NULL || strcmp(value, "always") == 0 ? 1
			     : strcmp(value, "never") == 0		   ? 0
									   : -1;
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
	return index < sizeof global_options / sizeof global_options[0] - 1 ? &global_options[index]
									    : NULL;
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
		all[n] = (struct option){ o->name,
					  o->argument == NULL	  ? no_argument
					  : o->argument[0] == '[' ? optional_argument
								  : required_argument,
					  NULL, o->code };
	assert(command_option_at(command, n) == NULL);
	for (unsigned i = 0; i + sizeof global_options / sizeof global_options[0] - 1 < n; i++)
		/* or it would be taken for a global one */
		assert(all[i].val < OPT_JSON &&
		       (all[i].val < 'a' || strchr(GLOBAL_LETTERS, all[i].val) == NULL));
	memset(&all[n], 0, sizeof all[n]);
}

/* The options that have a letter, own ones too. */
static void list_letters(const struct option *all, char letters[2 * CLI_OPTIONS_MAX + 2])
{
	*letters++ = ':'; /* tells a missing value from an unknown option */
	for (; all->name != NULL; all++) {
		if (all->val < 'a' || all->val > 'z')
			continue;
		*letters++ = (char)all->val;
		if (all->has_arg == required_argument)
			*letters++ = ':';
	}
	*letters = '\0';
}

enum { WORDS_MAX = 8 };

/* The words between | of an option's argument, cut up in `text`; NULL stands behind the last. */
static void cut_words(const char *argument, char *text, size_t size,
		      const char *words[WORDS_MAX + 1])
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
	static const char *const shown[] = { "da-ghi-nhan", "dang-chuyen", "da-den",
					     "bi-tu-choi",  "qua-han",	   NULL };
	static const char *const states[] = { "accepted", "sending", "delivered", "refused",
					      "expired" };
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

/* What a value can be that must be a word: explained where clerks meet it, else the words
 * themselves. */
static const char *choices(const struct command_option *o)
{
	static const struct {
		const char *words, *fix;
	} known[] = {
		{ "vi|en", N_("choose vi or en") },
		{ "[=always|never|auto]", N_("choose always, never or auto") },
		{ "thuong|khan|thuong-khan|hoa-toc",
		  N_("choose thuong, khan, thuong-khan or hoa-toc") },
		{ "thuong|mat|toi-mat|tuyet-mat", N_("choose thuong, mat, toi-mat or tuyet-mat") },
		{ "accepted|delivered", N_("choose accepted or delivered") },
		{ "accepted|sending|delivered|refused|expired",
		  N_("choose accepted, sending, delivered, refused or expired") },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(known[i].words, o->argument) == 0)
			return _(known[i].fix);
	}
	return o->argument;
}

/* The word that getopt could not take. Of one with several letters in it, or that is only reached
 * over operands, getopt still stands at it; after its last letter it stands behind it. */
static const char *word_of_option(char **argv, int argc)
{
	const char *before = optind > 0 ? argv[optind - 1] : "",
		   *at = optind < argc ? argv[optind] : NULL;

	if (optopt > 0 && optopt < OPT_JSON && at != NULL && at[0] == '-' && at[1] != '-' &&
	    strchr(at + 1, optopt) != NULL)
		return at;
	return before;
}

/* getopt found no such option, or one without the value that it wants: its own words would be the C
 * library's. */
static int bad_option(struct cli *cli, int c, const char *typed, const struct option *all)
{
	const char *near =
	    c == '?' && strncmp(typed, "--", 2) == 0 ? suggest_option(typed, all) : NULL;
	char message[512], fix[160] = "";

	snprintf(message, sizeof message,
		 c == ':' ? _("%s wants a value") : _("no such option: %s"), typed);
	if (near != NULL)
		snprintf(fix, sizeof fix, _("did you mean --%s"), near);
	else if (c == '?' && typed[0] == '-' && access(typed, F_OK) == 0)
		snprintf(fix, sizeof fix, _("a file of that name is written ./%.80s"), typed);
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

/* An option that stands there again: silently the last one would win, and a recipient or a type be
 * lost. False after a fault was told. */
static bool take_again(struct cli *cli, const struct command_option *o, unsigned index,
		       char **value)
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
	snprintf(message, sizeof message, _("--%s was given twice, with different values: %s, %s"),
		 o->name, before, cli->given[index]);
	cli_wanted(cli, message, _("give it once"));
	return false;
}

int cli_option(struct cli *cli, int argc, char **argv)
{
	const struct command *command = command_find(cli->verb);
	struct option all[CLI_OPTIONS_MAX + 1];
	char letters[2 * CLI_OPTIONS_MAX + 2];

	list_options(command, all);
	list_letters(all, letters);
	for (;;) {
		const struct command_option *o;
		bool bad = false;
		int c, at = -1;

		opterr = 0;
		c = getopt_long(argc, argv, letters, all, &at);
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
			return bad_option(
			    cli, c, c == '?' ? word_of_option(argv, argc) : argv[optind - 1], all);
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
			cli_bad_value(cli, c == OPT_TIMEOUT ? _("give a number of seconds")
							    : choices(o));
			return '?';
		}
	}
}

const char *cli_given(const struct cli *cli, const char *name)
{
	const struct command *command = command_find(cli->verb);
	const struct command_option *o;

	for (unsigned i = 0; i < CLI_OPTIONS_MAX && (o = command_option_at(command, i)) != NULL;
	     i++) {
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
	if (cli->value[0] >= '0' && cli->value[0] <= '9' && *end == '\0' && errno == 0 &&
	    *out >= low && *out <= high)
		return true;
	if (high == ULONG_MAX)
		snprintf(fix, sizeof fix, _("give a number from %lu on"), low);
	else
		snprintf(fix, sizeof fix, _("give a number from %lu to %lu"), low, high);
	cli_bad_value(cli, fix);
	return false;
}

int cli_no_config(struct cli *cli)
{
	return cli_fail_text(cli, ERR_CONFIG, _("it is not said which committee you work for"),
			     _("say -c DIR, or once for the session: export VANTHU_CONFIG=DIR (the "
			       "folder of your committee; ask your operator)"));
}

void cli_config_unread(struct cli *cli, int why)
{
	char message[CONFIG_PATH_MAX + 256];

	if (why == 0)
		snprintf(message, sizeof message, _("%s: the configuration cannot be read"),
			 cli->config_path);
	else
		snprintf(message, sizeof message, _("%s: the configuration cannot be read: %s"),
			 cli->config_path, fs_why(why));
	cli_fail_text(cli, ERR_CONFIG, message,
		      _("name the folder of your committee, with its vanthud.yaml: -c DIR"));
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
		cli_detail(cli, _("configuration: %s (committee %s)"), out->file,
			   out->committee.text);
	if (e == ERR_CONFIG && errors->count > 0) {
		char message[CONFIG_PATH_MAX + 512];

		snprintf(message, sizeof message, "%s:%u:%u: %s",
			 out->file[0] != '\0' ? out->file : cli->config_path, errors->list[0].line,
			 errors->list[0].column, errors->list[0].text);
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
