/* See daemon/directory/download.h. One directory at a time: what comes while one is being installed
 * is asked for again afterwards. */
#include "daemon/directory/download.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "proto/directory_file.h"
#include "proto/wire_decode.h"
#include "routing/base/committee_id.h"

enum { FRAME_ARENA_BYTES = 2 << 20 };

struct download {
	struct download_parts parts;
	struct arena *arena; /* one frame */
	struct arena *heads; /* one head */
	struct spool *spool; /* what comes */
	struct directory_parts *coming;
	struct committee_id from;
	enum party party;
	bool whole, installing;
};

static bool new_spool(struct download *f)
{
	directory_parts_destroy(f->coming);
	f->coming = NULL;
	f->spool = spool_new(f->parts.folder);
	if (f->spool != NULL)
		f->coming = directory_parts_new(spool_sink(f->spool));
	return f->coming != NULL;
}

struct download *download_new(const struct download_parts *parts)
{
	struct download *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->parts = *parts;
	f->arena = arena_new(FRAME_ARENA_BYTES);
	f->heads = arena_new(FRAME_ARENA_BYTES);
	if (f->arena == NULL || f->heads == NULL || !new_spool(f)) {
		download_destroy(f);
		return NULL;
	}
	return f;
}

void download_destroy(struct download *f)
{
	if (f == NULL)
		return;
	if (f->parts.installer != NULL)
		installer_forget(f->parts.installer, f);
	directory_parts_destroy(f->coming);
	spool_destroy(f->spool);
	arena_destroy(f->arena);
	arena_destroy(f->heads);
	free(f);
}

static void report_bad(struct download *f, enum err why)
{
	struct event event = {
		.type = EVENT_BAD_DIRECTORY,
		.u.link = { .neighbour = f->from, .party = f->party, .reason = (uint32_t)why }
	};

	log_event(LOG_WARNING, "directory-not-taken", "committee=%s error=VT-%d", f->from.text,
		  (int)why);
	if (why != ERR_NO_MEMORY && inbox_push(f->parts.inbox, &event, NULL, NULL) != ERR_OK)
		/* the neighbour is asked again, and its directory refused again */
		log_event(LOG_WARNING, "inbox-full", "event=bad-directory");
}

/* One that is no newer than ours: another was quicker. */
static void ended(void *ctx, enum err result)
{
	struct download *f = ctx;

	f->installing = false;
	if (result != ERR_OK && result != ERR_DIRECTORY_OLD)
		report_bad(f, result);
}

void download_go_on(struct download *f)
{
	struct installation what = { .spool = f->spool, .ended = ended, .ctx = f };

	if (!f->whole || installer_busy(f->parts.installer))
		return;
	snprintf(what.from, sizeof what.from, "%s", f->from.text);
	f->whole = false;
	f->installing = true;
	f->spool = NULL;
	(void)!new_spool(f); /* without memory nothing is taken, until there is some */
	if (installer_begin(f->parts.installer, &what) != ERR_OK)
		f->installing = false; /* asked for again */
}

/* The head of what begins to come: nothing is put down for a directory that nobody signed, or that
 * is of no use. */
static enum err begin(struct download *f, struct blob head)
{
	struct rec_directory d;
	enum err e;

	arena_reset(f->heads);
	e = f->parts.trust.head(f->parts.trust.ctx, f->heads, head, &d);
	return e == ERR_OK && d.version <= core_directory_version(f->parts.core) ? ERR_DIRECTORY_OLD
										 : e;
}

void download_part(struct download *f, struct committee_id from, enum party party,
		 const struct msg_directory_part *m)
{
	enum err e = ERR_OK;

	if (f->whole || f->installing || (f->coming == NULL && !new_spool(f)))
		return;
	f->from = from;
	f->party = party;
	if (id_empty(m->after))
		e = begin(f, m->head);
	if (e == ERR_OK)
		e = directory_parts_add(f->coming, m);
	if (e == ERR_GAP || e == ERR_DIRECTORY_OLD)
		/* another version came between: requested again */
		log_event(LOG_INFO, "directory-part-passed-over", "committee=%s", from.text);
	else if (e != ERR_OK)
		report_bad(f, e);
	f->whole = e == ERR_OK && m->last;
	if (!f->whole)
		return;
	directory_parts_forget(f->coming);
	download_go_on(f);
}

bool download_frame(struct download *f, struct committee_id neighbour, struct blob frame)
{
	struct message m;

	arena_reset(f->arena);
	if (wire_decode(f->arena, frame, &m) != ERR_OK || m.type != MESSAGE_DIRECTORY_PART)
		return false;
	download_part(f, neighbour, PARTY_NEIGHBOUR, &m.u.directory_part);
	return true;
}
