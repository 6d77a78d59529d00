/* See import.h. What comes is put down beside the store, and the installer checks it and puts it
 * into force; who asked hears how far that is, and what came of it. */
#include "daemon/control/import.h"

#include <stdlib.h>

#include "daemon/control/client.h"
#include "proto/directory_file.h"
#include "proto/fields.h"

enum { PROGRESS_EVERY_MS = 500, PROGRESS_BYTES = 4096 };

struct import {
	struct task task;
	struct client *client;
	uint64_t id;
	struct spool *spool;
	uint64_t size_bytes, got_bytes;
	struct pending_reply *reply;
	uint64_t number;  /* its, while it is ours */
	bool handed_over; /* to the installer */
	bool report_progress;
	int64_t reported_ms;
	enum installer_phase reported_phase;
};

/* Another one may begin. */
static void destroy(struct import *i)
{
	struct control *control = i->client->control;

	if (control->importing == i) {
		control->importing = NULL;
		shares_say_freed(control->shares);
	}
	spool_destroy(i->spool);
	free(i);
}

/* The installer goes on with what it has begun; nobody hears of it. */
static void drop(void *work)
{
	struct import *i = work;
	struct control *control = i->client->control;

	if (i->handed_over) {
		installer_forget(control->parts.installer, i);
		if (i->reply->number == i->number)
			control_expect_no_more(control, i->reply);
	}
	destroy(i);
}

static const struct task_kind import_task = { .drop = drop, .traits = TASK_ONLY_ONE };

static struct import *import_of(const struct client *c)
{
	struct import *i = c->control->importing;

	return i != NULL && i->client == c ? i : NULL;
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_IMPORTED);
	Vanthu__V1__Imported imported = VANTHU__V1__IMPORTED__INIT;

	imported.version = a->number;
	imported.entry_count = p->entry_count;
	r.imported = &imported;
	control_say(c, &r);
}

/* What came into force the core answers, next; what did not is answered here. */
static void ended(void *ctx, enum err result)
{
	struct import *i = ctx;
	struct client *c = i->client;

	control_task_end(c, &i->task);
	i->reply->entry_count = installer_view(c->control->parts.installer).total;
	if (result != ERR_OK) {
		control_expect_no_more(c->control, i->reply);
		control_say_error(c, i->id, result, "");
	}
	destroy(i);
}

static void progress(void *ctx)
{
	struct import *i = ctx;
	struct client *c = i->client;
	Vanthu__V1__Reply r;
	Vanthu__V1__Installation view;
	int64_t now_ms;

	if (!i->report_progress || control_out_waiting(c) > PROGRESS_BYTES)
		return;
	now_ms = control_wall_ms(c);
	control_installation(c->control, &view);
	if (view.total == 0 ||
	    (now_ms - i->reported_ms < PROGRESS_EVERY_MS && now_ms >= i->reported_ms &&
	     (enum installer_phase)view.phase == i->reported_phase))
		return;
	i->reported_ms = now_ms;
	i->reported_phase = (enum installer_phase)view.phase;
	r = control_reply_to(i->id, VANTHU__V1__REPLY__WHAT_INSTALLATION);
	r.installation = &view;
	r.more = 1;
	control_say(c, &r);
}

void control_installation(const struct control *control, Vanthu__V1__Installation *out)
{
	struct installer_view v = installer_view(control->parts.installer);

	vanthu__v1__installation__init(out);
	out->phase = (Vanthu__V1__InstallationPhase)v.phase;
	out->version = v.version;
	out->done = v.done;
	out->total = v.total;
	if (v.phase == INSTALLER_IDLE && core_directory_settling(control->parts.core) != 0) {
		out->phase = VANTHU__V1__INSTALLATION_PHASE__INSTALLATION_PHASE_SETTLING;
		out->version = core_directory_settling(control->parts.core);
	}
}

static void hand_over(struct import *i)
{
	struct client *c = i->client;
	struct installation what = { .spool = i->spool,
				     .from = "vanthu committee import",
				     .uid = c->uid,
				     .ended = ended,
				     .progress = progress,
				     .ctx = i };
	enum err e = ERR_BUSY;

	i->reply = control_expect(c, i->id, answer);
	if (i->reply != NULL) {
		what.reply.n = i->number = i->reply->number;
		i->spool = NULL;
		i->handed_over = true;
		e = installer_begin(c->control->parts.installer, &what);
	}
	if (e == ERR_OK)
		return;
	if (i->reply != NULL)
		control_expect_no_more(c->control, i->reply);
	control_task_end(c, &i->task);
	control_say_error(c, i->id, e, "");
	destroy(i);
}

bool control_import_fits(struct client *c, size_t frame_bytes)
{
	(void)frame_bytes;
	return c->control->importing == NULL || import_of(c) != NULL;
}

void control_import(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Import *m = request->import;
	uint64_t id = request->id;
	struct import *i;

	if (m->size_bytes == 0 || m->size_bytes > DIRECTORY_FILE_MAX_BYTES ||
	    import_of(c) != NULL || installer_busy(c->control->parts.installer)) {
		control_say_error(c, id,
				  m->size_bytes == 0			     ? ERR_DIRECTORY_FORMAT
				  : m->size_bytes > DIRECTORY_FILE_MAX_BYTES ? ERR_DIRECTORY_SIZE
									     : ERR_BUSY,
				  "");
		return;
	}
	i = calloc(1, sizeof *i);
	if (i != NULL)
		i->spool = spool_new(c->control->parts.config->data);
	if (i == NULL || i->spool == NULL) {
		free(i);
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	i->client = c;
	i->id = id;
	i->size_bytes = m->size_bytes;
	i->report_progress = m->progress;
	i->task = (struct task){ .kind = &import_task, .work = i };
	control_task_begin(c, &i->task);
	c->control->importing = i;
}

bool control_import_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m)
{
	struct import *i = import_of(c);
	struct directory_sink sink;
	enum err e = ERR_OK;

	if (i == NULL || i->id != id)
		return false;
	if (i->handed_over || m->bytes.len > i->size_bytes - i->got_bytes)
		e = ERR_FORMAT;
	if (e == ERR_OK && m->bytes.len > 0) {
		sink = spool_sink(i->spool);
		e = sink.append(sink.ctx, field_blob(m->bytes));
	}
	if (e != ERR_OK) {
		control_say_error(c, id, e, "");
		control_task_end(c, &i->task);
		drop(i);
		return true;
	}
	i->got_bytes += m->bytes.len;
	if (i->got_bytes == i->size_bytes)
		hand_over(i);
	return true;
}
