/* vanthu-gateway: documents over HTTP for programs in any language. It runs beside a committee's
 * daemon, as its user, on the same configuration, and has no store of its own: whatever it is in
 * the middle of, it may be ended. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd.h"
#include "daemon/base/version.h"
#include "daemon/config/config.h"
#include "tools/gateway/gateway.h"
#include "tools/gateway/openapi.h"
#include "tools/gateway/problem.h"
#include "tools/spool/spool.h"
#include "tools/gateway/routes.h"

enum { HEAPS = 8 };

struct options {
	const char *config;
	bool check, openapi;
};

static void print_help(FILE *to)
{
	fprintf(to, "%s\n\n", _("Usage: vanthu-gateway -c FILE [--check-config] [--openapi]"));
	fprintf(to, "%s\n",
		_("Takes and gives documents over HTTP, for one committee: docs/INTEGRATION.md."));
	fprintf(to, "\n  %s    %s\n", _("-c, --config FILE"),
		_("configuration file, or its folder (else VANTHU_CONFIG)"));
	fprintf(to, "      --check-config   %s\n", _("say all that is wrong with it and stop"));
	fprintf(to, "      --openapi        %s\n", _("print the description of the interface"));
	fprintf(to, "      --version        %s\n", _("print the version"));
	fprintf(to, "  -h, --help           %s\n", _("print this"));
}

static int print_openapi(void)
{
	json_t *root = openapi_new(routes_table());
	int failed = root == NULL || json_dumpf(root, stdout, JSON_INDENT(1)) != 0;

	putchar('\n');
	json_decref(root);
	return failed || fflush(stdout) != 0;
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' },
					       { "check-config", no_argument, NULL, 'k' },
					       { "openapi", no_argument, NULL, 'o' },
					       { "version", no_argument, NULL, 'V' },
					       { "help", no_argument, NULL, 'h' },
					       { NULL, 0, NULL, 0 } };
	int c;

	o->config = getenv("VANTHU_CONFIG");
	opterr = 0; /* it would speak the C library's language */
	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'k':
			o->check = true;
			break;
		case 'o':
			return print_openapi();
		case 'V':
			printf("vanthu-gateway %s\n", VANTHU_VERSION);
			return 0;
		case 'h':
			print_help(stdout);
			return 0;
		default:
			fprintf(stderr, "%s VT-%d: ", _("Error"), (int)ERR_USAGE);
			fprintf(stderr, _("not understood: %s"), argv[optind - 1]);
			fputc('\n', stderr);
			print_help(stderr);
			return err_exit_code(ERR_USAGE);
		}
	}
	if (o->config == NULL || optind != argc) {
		print_help(stderr);
		return err_exit_code(ERR_USAGE);
	}
	return -1;
}

static int fail(enum err e, const char *about)
{
	const char *fix = err_fix(e);

	fprintf(stderr, "%s VT-%d: %s%s%s\n", _("Error"), (int)e, about == NULL ? "" : about,
		about == NULL ? "" : ": ", _(err_text(e)));
	if (fix[0] != '\0')
		fprintf(stderr, "  %s: %s\n", _("What to do"), _(fix));
	return err_exit_code(e);
}

static int load(const struct options *o, struct config *config)
{
	static struct config_errors errors;
	enum err e = config_load(o->config, config, &errors);

	for (unsigned i = 0; i < errors.count && i < CONFIG_ERRORS_MAX; i++)
		fprintf(stderr, "%s:%u:%u: %s\n", config->file, errors.list[i].line,
			errors.list[i].column, errors.list[i].text);
	return e == ERR_OK ? 0 : fail(e, o->config);
}

static int check(const struct config *config)
{
	const char *why = NULL;
	enum err e = gateway_check(config, &why);

	return e == ERR_OK ? 0 : fail(e, why == NULL ? config->gateway_listen : why);
}

/* Until a signal that ends it. All threads have them blocked. */
static void wait_for_end(const sigset_t *signals, struct gateway_parts *parts)
{
	static const struct timespec day = { .tv_sec = 24 * 60 * 60 };
	int number;

	while ((number = sigtimedwait(signals, NULL, &day)) < 0 || number == SIGHUP) {
		if (number == SIGHUP)
			gateway_reload(parts);
		else if (errno == EAGAIN)
			gateway_remind(parts);
	}
	log_event(LOG_INFO, "gateway-stop", "signal=%d", number);
}

static int serve(const struct config *config)
{
	struct gateway_parts *parts = NULL;
	const char *why = NULL;
	uint64_t one = 1;
	sigset_t signals;
	int stop = eventfd(0, EFD_CLOEXEC);
	enum err e;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	e = stop < 0 ? ERR_SYSTEM : gateway_start(config, stop, &parts, &why);
	if (e != ERR_OK) {
		log_event(LOG_ERROR, "gateway-start", "error=VT-%d listen=%s", (int)e,
			  config->gateway_listen);
		return fail(e, why == NULL ? config->gateway_listen : why);
	}
	log_event(LOG_INFO, "gateway-start", "committee=%s listen=%s tls=%s",
		  config->committee.text, config->gateway_listen,
		  config->gateway_certificate[0] != '\0' ? "yes" : "no");
	systemd_ready();
	wait_for_end(&signals, parts);
	systemd_stopping();
	if (write(stop, &one, sizeof one) != sizeof one)
		abort();
	gateway_stop(parts);
	close(stop);
	return 0;
}

int main(int argc, char **argv)
{
	static struct config config;
	enum log_level level = LOG_INFO;
	struct options o = { .check = false };
	int code;

	i18n_open(NULL);
	code = parse(argc, argv, &o);
	if (code >= 0)
		return code;
	umask(0077);
	/* Else each connection's thread fills a heap of its own, up to eight a core. */
	(void)mallopt(M_ARENA_MAX, HEAPS);
	prctl(PR_SET_DUMPABLE, 0); /* tokens pass through its memory */
	code = load(&o, &config);
	if (code != 0 || o.check)
		return code != 0 ? code : check(&config);
	(void)log_level_parse(config.log_level, &level);
	log_open(level);
	problem_open();
	spool_fault_open();
	return serve(&config);
}
