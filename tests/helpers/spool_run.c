/* Runs the spool of a configuration until it is told to end (SIGTERM, SIGINT): what the gateway
 * does with it, for tests of it alone.   spool_run VANTHU CONFIG */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/i18n.h"
#include "daemon/config/config.h"
#include "tools/spool/spool.h"

static void say(void *ctx, enum err e, const char *text)
{
	(void)ctx;
	fprintf(stderr, "VT-%d: %s\n", (int)e, text);
}

int main(int argc, char **argv)
{
	static struct config config;
	static struct config_errors errors;
	struct spool_parts parts = { .config = &config, .log = say };
	struct spool *spool;
	sigset_t ends;
	int got;

	if (!i18n_open(NULL))
		return 1;
	spool_fault_open();
	if (argc != 3 || config_load(argv[2], &config, &errors) != ERR_OK ||
	    config.gateway_spool[0] == '\0') {
		fprintf(stderr, "no spool: %s\n", errors.list[0].text);
		return 2;
	}
	parts.vanthu = argv[1];
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (spool_start(&parts, &spool) != ERR_OK)
		return 1;
	sigwait(&ends, &got);
	spool_stop(spool);
	return 0;
}
