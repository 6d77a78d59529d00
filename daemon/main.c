/* vanthud: the command line, then one daemon until a signal. Fatal here: a configuration that is
 * not valid, a store that cannot be opened, and any failed turn, after which the process ends at
 * once and the store says at the next start what happened. */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd.h"
#include "daemon/base/version.h"
#include "daemon/config/config.h"
#include "daemon/daemon.h"
#include "daemon/doctor.h"
#include "daemon/keys/keys.h"
#include "daemon/tables/tables.h"

enum { FILES_WANTED = 65536, HEAP_END_BYTES = 8 << 20, HEAP_MAPPED_BYTES = 1 << 20 };

struct options {
	const char *config;
	bool check;
	struct backup_order backup; /* .verb NULL: none */
	struct doctor_order doctor;
};

static void print_help(FILE *to)
{
	fprintf(to, "%s\n\n", _("Usage: vanthud -c FILE [--check-config]"));
	fprintf(to, "%s\n",
		_("Routes signed documents between Party committees: one daemon for each "
		  "committee."));
	fprintf(to, "\n  %s    %s\n", _("-c, --config FILE"),
		_("configuration file, or its folder (else VANTHU_CONFIG)"));
	fprintf(to, "      --check-config   %s\n", _("say all that is wrong with it and stop"));
	fprintf(to, "      --backup VERB    %s\n",
		_("list, verify, prune or restore backups: what vanthu backup runs"));
	fprintf(to, "      --doctor         %s\n",
		_("look at its data while it does not run: what vanthu doctor runs"));
	fprintf(to, "      --version        %s\n", _("print the version"));
	fprintf(to, "  -h, --help           %s\n", _("print this"));
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' },
					       { "check-config", no_argument, NULL, 'k' },
					       { "backup", required_argument, NULL, 'b' },
					       { "no-verify", no_argument, NULL, 'u' },
					       { "dry-run", no_argument, NULL, 'n' },
					       { "doctor", no_argument, NULL, 'd' },
					       { "contents", no_argument, NULL, 'f' },
					       { "salvage", required_argument, NULL, 's' },
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
		case 'b':
			o->backup.verb = optarg;
			break;
		case 'u':
			o->backup.unchecked = true;
			break;
		case 'n':
			o->backup.dry_run = true;
			break;
		case 'd':
			o->doctor.wanted = true;
			break;
		case 'f':
			o->doctor.contents = true;
			break;
		case 's':
			o->doctor.salvage = optarg;
			break;
		case 'V':
			printf("vanthud %s\n", VANTHU_VERSION);
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
	if (o->backup.verb != NULL && optind < argc && argc - optind <= 2) {
		o->backup.folder = argv[optind];
		o->backup.name = o->backup.number = argv[optind + 1];
		return -1;
	}
	if (o->config == NULL || optind != argc) {
		print_help(stderr);
		return err_exit_code(ERR_USAGE);
	}
	return -1;
}

static enum err load(const char *path, struct config *config)
{
	struct config_errors *errors = malloc(sizeof *errors);
	enum err e = errors == NULL ? ERR_NO_MEMORY : config_load(path, config, errors);

	if (e == ERR_OK)
		e = tables_check(config, errors);
	for (unsigned i = 0; errors != NULL && i < errors->count && i < CONFIG_ERRORS_MAX; i++)
		fprintf(stderr, "%s:%u:%u: %s\n", config->file[0] != '\0' ? config->file : path,
			errors->list[i].line, errors->list[i].column, errors->list[i].text);
	if (e != ERR_OK && (errors == NULL || errors->count == 0))
		fprintf(stderr, "%s: VT-%d %s\n", path, (int)e, _(err_text(e)));
	free(errors);
	return e;
}

static enum err check_keys(const struct config *config)
{
	struct key_file_fault fault;
	enum err e = key_file_check_all(config, &fault);

	if (e != ERR_OK)
		fprintf(stderr, "%s: VT-%d %s: %s\n", fault.path, (int)e, _(err_text(e)),
			fault.command);
	return e;
}

/* What the gateway would not start with; the daemon itself does not care. */
static enum err check_gateway(const struct config *config)
{
	const char *why;
	enum err e = listen_check(config, &why);

	if (e != ERR_OK)
		fprintf(stderr, "%s: VT-%d %s: %s\n", config->file, (int)e, _(err_text(e)),
			why == NULL ? config->gateway_listen : _(why));
	return e;
}

/* Each connection is a descriptor: as many as we may have, and a word when that is not many. */
static void raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	if (files.rlim_max < FILES_WANTED)
		log_event(LOG_WARNING, "file-limit-low", "limit=%llu wanted=%d",
			  (unsigned long long)files.rlim_max, FILES_WANTED);
	files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		log_event(LOG_WARNING, "file-limit-not-set", "limit=%llu",
			  (unsigned long long)files.rlim_cur);
}

/* No core files: they would hold keys. No SIGPIPE: a client that goes away is an error code. */
static void harden(void)
{
	struct rlimit none = { 0, 0 };

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		log_event(LOG_WARNING, "core-limit-not-set", "pid=%d", (int)getpid());
	raise_files();
}

/* One heap, of which malloc_trim gives all of it back, its end too: of a heap of another thread
 * glibc keeps the free end, up to 64 MiB each. What peers made us hold goes back when they go
 * (memory_watch.c), but not with each document: a page that is given back and asked for again costs
 * a fault. Blocks that are large go back at once. */
static void bound_heaps(void)
{
	if (mallopt(M_ARENA_MAX, 1) == 0 || mallopt(M_TRIM_THRESHOLD, HEAP_END_BYTES) == 0 ||
	    mallopt(M_MMAP_THRESHOLD, HEAP_MAPPED_BYTES) == 0)
		log_event(LOG_WARNING, "heap-not-bounded", "pid=%d", (int)getpid());
}

static int run(const struct config *config)
{
	struct daemon *d;
	enum log_level level = LOG_INFO;
	enum err e;

	log_level_parse(config->log_level, &level);
	log_open(level);
	harden();
	bound_heaps();
	e = daemon_open(config, &d);
	if (e == ERR_OK) {
		e = daemon_run(d);
		if (e != ERR_OK) {
			log_repeated(true);
			log_event(LOG_ERROR, "turn-failed", "error=VT-%d text=\"%s\"", (int)e,
				  err_text(e));
			/* nothing may touch what the failed turn left behind */
			_exit(EXIT_FAILURE);
		}
		systemd_stopping();
	} else {
		log_event(LOG_ERROR, "not-started", "error=VT-%d text=\"%s\"", (int)e, err_text(e));
	}
	daemon_close(d);
	log_repeated(true);
	return err_exit_code(e);
}

/* No daemon: only what it restores needs a configuration. */
static int do_backup(struct options *o, struct config *config)
{
	bool restores = strcmp(o->backup.verb, "restore") == 0;
	enum err e = !restores ? ERR_OK : o->config == NULL ? ERR_USAGE : load(o->config, config);

	umask(077);
	log_open(LOG_WARNING);
	return e == ERR_OK ? daemon_backup(restores ? config : NULL, &o->backup)
			   : err_exit_code(e == ERR_FILE ? ERR_CONFIG : e);
}

static int start(const struct options *o, const struct config *config)
{
	if (!o->doctor.wanted)
		return run(config);
	umask(077);
	log_open(LOG_WARNING);
	return doctor_run(config, &o->doctor);
}

int main(int argc, char **argv)
{
	struct options o = { .config = NULL };
	struct config *config = calloc(1, sizeof *config);
	int code;

	i18n_open(NULL);
	code = parse(argc, argv, &o);
	if (code < 0 && o.backup.verb != NULL && config != NULL) {
		code = do_backup(&o, config);
	} else if (code < 0) {
		enum err e = config == NULL ? ERR_NO_MEMORY : load(o.config, config);

		if (e == ERR_OK && o.check)
			e = check_keys(config);
		if (e == ERR_OK && o.check)
			e = check_gateway(config);
		code = e != ERR_OK ? err_exit_code(e == ERR_FILE ? ERR_CONFIG : e)
		       : o.check   ? 0
				   : start(&o, config);
		if (e == ERR_OK && o.check)
			printf("%s: %s\n", config->file, _("valid"));
	}
	free(config);
	return code;
}
