/* All contents that records name are read, slowly and always, and compared with their digests:
 * some SCRUB_FILES_BYTES a second, by digest, from the beginning again every scrub.every. One that
 * is damaged goes into quarantine and is asked for again (routing/reconcile/content.h); what a
 * reader found wrong (files_suspect) is looked at first. How far it is lies in the file `scrubbed`
 * of the data folder, so that a restart goes on. */
#ifndef VANTHU_DAEMON_SCRUB_FILES_H
#define VANTHU_DAEMON_SCRUB_FILES_H

#include "daemon/base/workers.h"
#include "daemon/files/files.h"
#include "daemon/inbox.h"
#include "daemon/store/store.h"

enum { SCRUB_FILES_BYTES = 8 << 20, SCRUB_FILES_BATCH = 64 };

/* Of the pass under way, or of the last one. */
struct scrub_files_figures {
	int64_t ended_ms;	/* wall: when all had been looked at last; 0: not yet */
	uint64_t looked, bytes; /* of the pass under way; of the last when none is */
	uint64_t wrong;		/* damaged or not there, in this pass */
};

struct scrub_files {
	struct job job;	     /* first */
	struct store *store; /* all borrowed */
	struct files *files;
	struct inbox *inbox;
	struct job_runner runner;
	const char *data;
	const int64_t *every_ms; /* of the configuration; 0: once a start */
	const bool *stop;
	/* its own; zero at first */
	bool running, loaded, active, suspects;
	struct digest at; /* the last that was looked at */
	struct digest batch[SCRUB_FILES_BATCH];
	enum err results[SCRUB_FILES_BATCH];
	bool mended[SCRUB_FILES_BATCH];
	unsigned count, done;
	uint64_t batch_bytes;
	struct scrub_files_figures figures;
};

/* Each second, on the control thread. */
void scrub_files_second(struct scrub_files *s, int64_t wall_ms);

#endif
