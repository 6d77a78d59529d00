/* Contents that nobody needs any more. Which they are stands in the store (DROPPED), written by the
 * commit that made them nobody's: so a crash between that commit and the removal forgets none, and
 * the start finds them like any other time. Whether a record names one meanwhile is looked at again
 * before its file goes, which a job deletes; then the core is told, and erases the record. Control
 * thread only, but for the jobs. */
#ifndef VANTHU_DAEMON_FILES_GARBAGE_H
#define VANTHU_DAEMON_FILES_GARBAGE_H

#include <stdbool.h>

#include "daemon/base/workers.h"
#include "daemon/files/files.h"
#include "routing/state/lookup.h"

struct ev_dropped;

struct garbage_parts {
	struct files *files;  /* both borrowed */
	struct lookup lookup; /* which FILE and DROPPED records there are */
	struct job_runner runner;
	/* May files be deleted at all? Not by a store that is behind: a newer copy of it may name
	 * them. */
	bool (*may_drop)(void *ctx);
	/* The file is gone, or needed again: for the core. What gets lost is said once more. */
	void (*dropped)(void *ctx, const struct ev_dropped *e);
	void *ctx;
};

struct garbage;
struct garbage *garbage_new(const struct garbage_parts *parts); /* NULL without memory */
void garbage_destroy(struct garbage *g); /* NULL is fine; no job of it may be under way */
/* There is a new DROPPED record: the next garbage_due looks. Does not block. */
void garbage_wake(struct garbage *g);
/* A content of a submission that was refused after it had its name: no record names it, unless
 * another document does. Looked at again in ten minutes, and dropped if none does. Those of a
 * process that ends before are not found again; nor are more than a thousand at once. Does not
 * block. */
void garbage_unclaimed(struct garbage *g, const struct digest *sha256, int64_t mono_ms);
/* Nothing is dropped until garbage_release: somebody copies what records of a moment ago name. A
 * job that is under way goes on: what it drops no record named when this was called. */
void garbage_hold(struct garbage *g);
void garbage_release(struct garbage *g);
/* Each second: a bounded number of what DROPPED names goes to a job, one job at a time. What the
 * files refuse to drop yet (ERR_BUSY) is looked at again after ten minutes. */
void garbage_due(struct garbage *g, int64_t mono_ms);

#endif
