/* The directory in force, as a file beside the store (`directory.vtd` in the data folder): so that
 * an entry whose record is damaged can be written anew. Without its own entry, or a neighbour's, no
 * daemon starts (routing/links/mend.h). The file is believed by the registry's signature alone. */
#ifndef VANTHU_DAEMON_DIRECTORY_KEPT_H
#define VANTHU_DAEMON_DIRECTORY_KEPT_H

#include "daemon/base/workers.h"
#include "daemon/config/config.h"
#include "daemon/store/store.h"
#include "proto/directory_scan.h"

/* Before the core boots: entries whose records are damaged are taken from the file that the
 * configuration names, or from the kept one, if it is of the version in force, and committed.
 * Nothing damaged, or no such file: ERR_OK, and the start says what is missing. Errors of the store
 * and of memory. Blocks. */
must_use enum err kept_mend(struct store *store, const struct config *config,
			    struct directory_trust trust);

struct kept {
	struct job job;	     /* first */
	struct store *store; /* all borrowed */
	struct job_runner runner;
	struct directory_trust trust;
	const char *data;
	/* its own; zero at first */
	bool running;
	uint64_t version; /* being written, or written last */
	enum err result;
	int64_t next_ms;
};

/* Each second, on the control thread: written when the one that lies there is of another
 * version. */
void kept_second(struct kept *k, uint64_t version_in_force, int64_t mono_ms);

#endif
