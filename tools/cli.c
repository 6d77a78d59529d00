/* Options, failures and talk, the same for every command; see cli.h. */
#include "tools/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/output.h"

enum { OPT_JSON = 1000, OPT_PLAIN, OPT_LANG, OPT_UTC, OPT_TIMEOUT, OPT_COLOR, OPT_HELP };

static const struct option global_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "plain", no_argument, NULL, OPT_PLAIN },
	{ "lang", required_argument, NULL, OPT_LANG },
	{ "utc", no_argument, NULL, OPT_UTC },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "color", optional_argument, NULL, OPT_COLOR },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "yes", no_argument, NULL, 'y' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
};
enum { GLOBAL_COUNT = sizeof global_options / sizeof global_options[0] };

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

static void print_usage(FILE *to, const struct command *c)
{
	fprintf(to, "%s vanthu %s %s\n", _("Usage:"), c->name, c->usage);
}

int cli_option(struct cli *cli, int argc, char **argv, const struct option *own)
{
	struct option all[GLOBAL_COUNT + OPTIONS_OWN_MAX + 1];
	const struct command *command = command_find(cli->verb);
	unsigned n = 0;

	memcpy(all, global_options, sizeof global_options);
	n = GLOBAL_COUNT;
	for (unsigned i = 0; own != NULL && own[i].name != NULL && i < OPTIONS_OWN_MAX; i++)
		all[n++] = own[i];
	memset(&all[n], 0, sizeof all[n]);
	for (;;) {
		bool bad = false;
		int c;

		opterr = 0;
		c = getopt_long(argc, argv, ":c:nyqvh", all, NULL);
		if (c == 'h' && command != NULL) {
			print_usage(stdout, command);
			printf("%s\n", _(command->summary));
			exit(0);
		}
		if (c == '?' || c == ':') {
			cli_usage(cli, argv[optind - 1]);
			return '?';
		}
		if (c == -1 || !take_global(cli, c, optarg, &bad))
			return c;
		if (bad) {
			cli_usage(cli, argv[optind - 1]);
			return '?';
		}
	}
}

int cli_usage(struct cli *cli, const char *what)
{
	const struct command *command = command_find(cli->verb);
	char message[512];

	snprintf(message, sizeof message, _("not understood: %s"), what);
	cli_fail_text(cli, ERR_USAGE, message, "");
	if (command != NULL && !cli->json)
		print_usage(stderr, command);
	return err_exit_code(ERR_USAGE);
}

int cli_fail_text(struct cli *cli, enum err e, const char *message, const char *fix)
{
	if (!cli->failed_told)
		cli->renderer->error(cli, e, message, fix);
	cli->failed_told = true;
	return err_exit_code(e);
}

int cli_fail(struct cli *cli, enum err e, const char *about)
{
	char message[512];

	if (about == NULL || about[0] == '\0')
		return cli_fail_text(cli, e, _(err_text(e)), err_fix(e)[0] == '\0' ? "" : _(err_fix(e)));
	snprintf(message, sizeof message, "%s: %s", about, _(err_text(e)));
	return cli_fail_text(cli, e, message, err_fix(e)[0] == '\0' ? "" : _(err_fix(e)));
}

void cli_warn(struct cli *cli, const char *format, ...)
{
	va_list args;

	(void)cli;
	fputs(_("Warning: "), stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void cli_say(struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

enum err cli_config(struct cli *cli, struct config *out)
{
	struct config_errors *errors;
	enum err e;

	if (cli->config_path == NULL) {
		cli_fail_text(cli, ERR_CONFIG, _("no configuration given"), _("name it with -c FILE or VANTHU_CONFIG"));
		return ERR_CONFIG;
	}
	errors = malloc(sizeof *errors);
	if (errors == NULL)
		return ERR_NO_MEMORY;
	e = config_load(cli->config_path, out, errors);
	if (e == ERR_CONFIG && errors->count > 0) {
		char message[512];

		snprintf(message, sizeof message, "%s:%u:%u: %s", cli->config_path, errors->list[0].line, errors->list[0].column,
			 errors->list[0].text);
		cli_fail_text(cli, e, message, _(err_fix(ERR_CONFIG)));
	} else if (e != ERR_OK) {
		e = ERR_CONFIG;
		cli_fail_text(cli, e, cli->config_path, _("the file cannot be read: check its name and permissions"));
	}
	free(errors);
	return e;
}
