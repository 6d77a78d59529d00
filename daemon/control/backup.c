/* A backup that a client asks for: it hears how far that is, and what has become of it. Who goes
 * away ends it. See backup.h. */
#include "daemon/control/backup.h"

#include <stdlib.h>

#include "daemon/control/client.h"

enum { PROGRESS_BYTES = 4096 };

struct backup_task {
	struct task task;
	struct client *client;
	uint64_t id;
};

static void drop(void *work)
{
	struct backup_task *t = work;

	backup_forget(t->client->control->parts.backup, t);
	free(t);
}

static const struct task_kind making = { .drop = drop, .traits = TASK_ALONE };

static void fill(const struct backup_view *v, Vanthu__V1__BackupView *out)
{
	vanthu__v1__backup_view__init(out);
	out->phase = (Vanthu__V1__BackupPhase)v->phase;
	out->done_bytes = v->done_bytes;
	out->total_bytes = v->total_bytes;
	out->name = (char *)(uintptr_t)v->name;
	out->store_bytes = v->store_bytes;
	out->contents = v->contents;
	out->content_bytes = v->content_bytes;
	out->new_contents = v->new_contents;
	out->new_content_bytes = v->new_content_bytes;
	out->linked = v->linked;
	out->missing = v->missing;
	out->removed = v->removed;
}

static void say(const struct backup_task *t, bool more)
{
	struct client *c = t->client;
	struct backup_view v = backup_view(c->control->parts.backup);
	Vanthu__V1__Reply r = control_reply_to(t->id, VANTHU__V1__REPLY__WHAT_BACKUP);
	Vanthu__V1__BackupView view;

	fill(&v, &view);
	r.backup = &view;
	r.more = more;
	control_say(c, &r);
}

static void progress(void *ctx)
{
	const struct backup_task *t = ctx;

	if (control_out_waiting(t->client) <= PROGRESS_BYTES)
		say(t, true);
}

static void ended(void *ctx, enum err result, const char *about)
{
	struct backup_task *t = ctx;

	if (result == ERR_OK)
		say(t, false);
	else
		control_say_error(t->client, t->id, result, about);
	control_task_end(t->client, &t->task);
	free(t);
}

void control_backup(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__BackupWanted *m = request->backup;
	struct backup *backup = c->control->parts.backup;
	struct backup_task *t = calloc(1, sizeof *t);
	struct backup_wanted wanted = { .folder = m->folder,
					.dry_run = m->dry_run,
					.keep = m->keep,
					.uid = c->uid,
					.ended = ended,
					.progress = progress,
					.ctx = t };
	enum err e = t == NULL ? ERR_NO_MEMORY : backup == NULL ? ERR_UNSUPPORTED : ERR_OK;

	if (t != NULL) {
		t->client = c;
		t->id = request->id;
		t->task = (struct task){ .kind = &making, .work = t };
	}
	if (e == ERR_OK)
		e = backup_begin(backup, &wanted);
	if (e == ERR_OK) {
		control_task_begin(c, &t->task);
		return;
	}
	free(t);
	control_say_error(c, request->id, e, "");
}

bool control_fill_backup(const struct client *c, Vanthu__V1__BackupNote *out)
{
	const struct control_parts *parts = &c->control->parts;
	const struct backup_note *n = parts->backup == NULL ? NULL : backup_last(parts->backup);

	if (n == NULL || n->tried_ms == 0)
		return false;
	vanthu__v1__backup_note__init(out);
	out->whole_at_ms = n->whole_ms;
	out->name = (char *)(uintptr_t)n->name;
	out->folder = (char *)(uintptr_t)n->folder;
	out->bytes = n->bytes;
	out->tried_at_ms = n->tried_ms;
	out->result = (uint32_t)n->result;
	out->max_age_ms = parts->config->backup_age_ms;
	return true;
}
