/* Contents that nobody needs any more: noted when the core says so, checked again before deletion,
 * and deleted by a job. Control thread only, but for the jobs. */
#ifndef VANTHU_DAEMON_FILES_GARBAGE_H
#define VANTHU_DAEMON_FILES_GARBAGE_H

#include "daemon/base/workers.h"
#include "daemon/files/files.h"
#include "routing/state/lookup.h"

struct garbage_parts {
	struct files *files;  /* both borrowed */
	struct lookup lookup; /* which FILE records there are */
	struct job_runner runner;
};

struct garbage;
struct garbage *garbage_new(const struct garbage_parts *parts); /* NULL without memory */
void garbage_destroy(struct garbage *g); /* NULL is fine; no job of it may be under way */
/* Nobody needs this content any more, as it seems: garbage_due checks again. When too many wait,
 * this one is dropped, and logged: that costs disk and loses nothing. Does not block. */
void garbage_note(struct garbage *g, struct digest sha256, int64_t mono_ms);
/* Each second: sends out jobs for what no record names. What the files refuse to drop yet
 * (ERR_BUSY) waits for ten minutes. */
void garbage_due(struct garbage *g, int64_t mono_ms);

#endif
