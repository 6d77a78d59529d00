/* See stage.h. What a stage takes for itself is charged at its begin, and its pieces only until
 * they are written: so those that have begun can always go on, and end. */
#include "daemon/control/stage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/control/upload.h"

enum { STAGES_MAX = 4 /* of a client */ };

struct stage {
	struct job job; /* first */
	struct task task;
	struct client *client;
	uint64_t id; /* of the request */
	struct pieces in;
	struct piece_part parts[PARTS_MAX];
	struct manifest_item manifest[PARTS_MAX];
	uint32_t newest; /* the part that came last, … */
	bool any;	 /* … if one has; … */
	bool open;	 /* … its last piece is to come */
	struct upload *upload; /* the submission, waiting for the worker; NULL: it is to come */
	struct account *account; /* stays while `charge` holds something of it */
	struct charge charge;
	enum err result; /* of the job */
	bool busy;	 /* a job is out */
	bool ended;	 /* its client was told so; goes when the job is back */
};

static void destroy(struct stage *s)
{
	if (s->upload != NULL)
		upload_abandon(s->upload);
	pieces_end(&s->in);
	share_charge_end(&s->charge);
	free(s);
}

static void drop(void *work)
{
	struct stage *s = work;

	if (!s->busy)
		destroy(s);
}

/* Whoever waits for its own sender, as a gateway does, is no reason to send it away, as long as it
 * holds this little: no trait. */
static const struct task_kind stage_task = { .drop = drop };

static struct stage *find(const struct client *c, uint64_t id)
{
	for (struct task *t = c->tasks; t != NULL; t = t->next) {
		struct stage *s = t->work;

		if (t->kind == &stage_task && s->id == id)
			return s;
	}
	return NULL;
}

static void end(struct stage *s)
{
	control_task_end(s->client, &s->task);
	s->ended = true;
	if (!s->busy)
		destroy(s);
}

static void fail(struct stage *s, enum err why, text_t about)
{
	control_say_error(s->client, s->id, why, about);
	end(s);
}

static void count_bytes(struct stage *s)
{
	size_t held = pieces_held_bytes(&s->in);

	if (s->in.open_parts == 0)
		held += PIECES_PART_BYTES; /* the next one's */
	share_charge_set(&s->charge, s->account, sizeof *s + held);
}

/* Each promise is of bytes that leave the disk's reserve alone. ERR_DISK_FULL, or of inodes. */
static enum err promise(struct stage *s)
{
	Vanthu__V1__Reply r = control_reply_to(s->id, VANTHU__V1__REPLY__WHAT_CREDIT);
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;
	uint64_t *spare = &s->client->control->spare_bytes, more = pieces_promise(&s->in);

	if (more == 0)
		return ERR_OK;
	if (more > *spare)
		return s->client->control->spare_why;
	if (*spare != UINT64_MAX)
		*spare -= more;
	credit.bytes = s->in.promised_bytes;
	r.credit = &credit;
	control_say(s->client, &r);
	return ERR_OK;
}

/* ---- what was staged becomes the submission's ---- */

static enum err take_part(struct stage *s, struct upload *u, uint32_t i)
{
	struct piece_part *from = &s->parts[i], *to;
	bool named = i < u->in.part_count && u->in.parts[i].streamed;

	if (named != from->started)
		return ERR_FORMAT;
	if (!named)
		return ERR_OK;
	to = &u->in.parts[i];
	if (!from->whole || s->manifest[i].size_bytes != to->size_bytes)
		return ERR_FORMAT;
	to->incoming = from->incoming;
	from->incoming = NULL;
	to->started = to->whole = true;
	u->in.manifest[i] = s->manifest[i];
	return ERR_OK;
}

static void settle(struct stage *s)
{
	struct upload *u = s->upload;
	enum err e = ERR_OK;

	s->upload = NULL;
	for (uint32_t i = 0; e == ERR_OK && i < PARTS_MAX; i++)
		e = take_part(s, u, i);
	end(s);
	if (e == ERR_OK) {
		upload_begin(u);
		return;
	}
	u->fault = "parts";
	upload_refuse(u, e);
}

/* ---- the job ---- */

static void work_write(struct job *j)
{
	struct stage *s = (struct stage *)j;

	s->result = pieces_write(&s->in);
}

static void done(struct job *j);

static void go_on(struct stage *s)
{
	if (s->busy || !pieces_hand_over(&s->in))
		return;
	s->busy = true;
	s->job.work = work_write;
	s->job.done = done;
	control_run(s->client, &s->job);
}

static void done(struct job *j)
{
	struct stage *s = (struct stage *)j;
	enum err e = s->result;

	s->busy = false;
	if (control_job_back(s->client) || s->ended) {
		destroy(s);
		return;
	}
	pieces_written(&s->in);
	count_bytes(s);
	if (e == ERR_OK && s->upload == NULL)
		e = promise(s);
	if (e != ERR_OK) {
		fail(s, e, "");
		return;
	}
	go_on(s);
	if (!s->busy && s->upload != NULL)
		settle(s);
}

/* ---- requests ---- */

bool stage_fits(struct client *c, size_t frame_bytes)
{
	return shares_room(c->account, SHARE_REQUEST,
			   frame_bytes + sizeof(struct stage) + PIECES_PART_BYTES +
				   2 * CONTROL_DATA_BYTES);
}

void stage_begin(struct client *c, uint64_t id)
{
	struct stage *s;
	enum err e;

	if (find(c, id) != NULL) {
		control_say_error(c, id, ERR_BAD_STATE, "");
		return;
	}
	if (control_task_count(c, &stage_task) == STAGES_MAX ||
	    (s = calloc(1, sizeof *s)) == NULL) {
		control_say_error(c, id, ERR_BUSY, "");
		return;
	}
	s->client = c;
	s->id = id;
	s->account = c->account;
	pieces_begin(&s->in, &c->control->parts, ++c->control->last_pieces);
	s->in.parts = s->parts;
	s->in.manifest = s->manifest;
	s->in.part_count = PARTS_MAX;
	s->task = (struct task){ .kind = &stage_task, .work = s };
	control_task_begin(c, &s->task);
	count_bytes(s);
	e = promise(s);
	if (e != ERR_OK)
		fail(s, e, "");
}

/* Parts come one after the other. How large one is its last piece says: until then as large as may
 * be. */
static enum err add(struct stage *s, const Vanthu__V1__Data *m)
{
	uint64_t most = s->client->control->parts.config->attachment_max_bytes;
	struct piece_part *part;
	enum err e;

	if (s->upload != NULL || m->part >= PARTS_MAX)
		return ERR_FORMAT;
	if (s->open ? m->part != s->newest : s->any && m->part <= s->newest)
		return ERR_FORMAT;
	part = &s->parts[m->part];
	if (m->bytes.len > most - part->got_bytes)
		return ERR_TOO_LARGE;
	part->streamed = true;
	part->size_bytes = m->last ? part->got_bytes + m->bytes.len : most;
	e = pieces_add(&s->in, m);
	s->newest = m->part;
	s->any = true;
	s->open = !m->last;
	return e;
}

bool stage_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m)
{
	struct stage *s = find(c, id);
	enum err e;

	if (s == NULL)
		return false;
	e = add(s, m);
	if (e != ERR_OK) {
		fail(s, e, "");
		return true;
	}
	count_bytes(s);
	go_on(s);
	return true;
}

bool stage_close(struct client *c, struct upload *u)
{
	struct stage *s = find(c, u->id);

	if (s == NULL)
		return false;
	if (s->upload != NULL) {
		u->fault = "";
		upload_refuse(u, ERR_BAD_STATE);
		return true;
	}
	s->upload = u;
	if (!s->busy)
		settle(s);
	return true;
}

void stage_drop(struct client *c, uint64_t id)
{
	struct stage *s = find(c, id);

	if (s != NULL)
		end(s);
}
