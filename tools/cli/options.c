/* See options.h. */
#include "tools/cli/options.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routing/documents/documents.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/output/output.h"

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
	case GLOBAL_JSON:
		cli->json = true;
		cli->renderer = output_json();
		return true;
	case GLOBAL_PLAIN:
		cli->plain = true;
		cli->renderer = cli->json ? output_json() : output_plain();
		return true;
	case GLOBAL_LANG:
		*bad = !i18n_open(value);
		return true;
	case GLOBAL_UTC:
		cli->utc = true;
		return true;
	case GLOBAL_NO_SECRET:
		cli->no_secret = true;
		return true;
	case GLOBAL_TIMEOUT:
		*bad = !parse_seconds(value, &cli->timeout_ms);
		return true;
	case GLOBAL_COLOR:
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
	for (unsigned i = 0; command_option_at(command, i) != command_global_options(); i++)
		/* or it would be taken for a global one */
		assert(all[i].val < GLOBAL_JSON &&
		       (all[i].val < 'a' || strchr(GLOBAL_LETTERS, all[i].val) == NULL));
	memset(&all[n], 0, sizeof all[n]);
}

/* The options that have a letter, own ones too. */
static void list_letters(const struct option *all, char letters[2 * CLI_OPTIONS_MAX + 2])
{
	*letters++ = ':'; /* distinguishes a missing value from an unknown option */
	for (; all->name != NULL; all++) {
		if (all->val < 'a' || all->val > 'z')
			continue;
		*letters++ = (char)all->val;
		if (all->has_arg == required_argument)
			*letters++ = ':';
	}
	*letters = '\0';
}

enum { WORDS_MAX = 12 };

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
	int i = text_choose(typed, shown); /* as the states stand in their enum */

	return i < 0 ? NULL : lifecycle_name((enum lifecycle)(LIFECYCLE_ACCEPTED + i));
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

	if (optopt > 0 && optopt < GLOBAL_JSON && at != NULL && at[0] == '-' && at[1] != '-' &&
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
 * lost. False after a fault was reported. */
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
	const struct command *command = cli->command;
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
				help_all(cli->commands);
			exit(cli_finish(cli, 0));
		}
		if (c == -1)
			return arguments_check(cli, argc - optind, argv + optind) ? -1 : '?';
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
			cli_bad_value(cli, c == GLOBAL_TIMEOUT ? _("give a number of seconds")
							       : choices(o));
			return '?';
		}
	}
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
