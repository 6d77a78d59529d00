/* The directory that comes from a file; see install.h. */
#include "daemon/directory/install.h"

#include <stdio.h>
#include <sys/stat.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

enum { HERE_MAX_BYTES = 1 << 20 };

/* At once, before anything else is done: for a small file, whose installing nobody would notice. */
static void run_here(void *ctx, struct job *j)
{
	(void)ctx;
	j->work(j);
	j->done(j);
}

static void installed_from_file(void *ctx, enum err result)
{
	struct install_parts *i = ctx;

	/* The file that is already in force stays where the configuration names it. */
	if (result != ERR_OK && result != ERR_DIRECTORY_OLD)
		log_event(LOG_ERROR, "directory-file-not-taken",
			  "path=%s error=VT-%d directory_version=%llu", i->config->directory,
			  (int)result, (unsigned long long)core_directory_version(i->core));
}

enum err install_file(struct install_parts *i)
{
	static const struct job_runner here = { .run = run_here };
	struct installation what = { .file = i->config->directory,
				     .ended = installed_from_file,
				     .ctx = i };
	struct stat st;
	enum err e;

	i->due = false;
	if (i->config->directory[0] == '\0')
		return ERR_OK;
	if (installer_busy(i->installer)) {
		i->due = true; /* when it is free: see each_second */
		return ERR_OK;
	}
	if (stat(i->config->directory, &st) != 0 || st.st_size <= HERE_MAX_BYTES)
		what.runner = &here;
	snprintf(what.from, sizeof what.from, "%s", i->config->directory);
	e = installer_begin(i->installer, &what);
	while (e == ERR_OK && what.runner != NULL && installer_busy(i->installer)) {
		e = turn_run_whole(i->turn, clock_now());
		installer_go_on(i->installer);
	}
	return e;
}
